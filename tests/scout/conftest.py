"""What the tests of scout share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ganbaru.scout.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "scout.db") as opened:
        yield opened
