"""One warm server of sittings for all tests of this folder, and the uninterrupted runs to compare with."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sittings import FAMILIES, Server, finish, outcome


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.close()


@pytest.fixture(scope="session")
def expected(server: Server, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What the uninterrupted run of each family ended with."""
    found = {}
    for name, options in FAMILIES.items():
        path = tmp_path_factory.mktemp("whole") / name
        finish(server, path, options)
        found[name] = outcome(path)
    return found


@pytest.fixture
def memory() -> Iterator[Path]:
    """A folder in memory where there is one."""
    shared = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(dir=shared if shared.is_dir() else None))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)
