"""What the tests of studies share: drivers in processes of their own."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

Driver = subprocess.Popen[str]


@pytest.fixture
def drive() -> Iterator[Callable[..., Driver]]:
    """Start a driver: ``drive(folder, "steady", jobs=2, cells=2, seeds=3, sleep=0.05)``; what is left is killed."""
    started: list[Driver] = []

    def start(folder: Path, trainee: str, *, jobs: int = 1, cells: int = 2, seeds: int = 3, **given: Any) -> Driver:
        arguments = [str(folder), trainee, str(jobs), str(cells), str(seeds), *(f"{k}={v}" for k, v in given.items())]
        here = Path(__file__).parent
        path = os.pathsep.join([str(here), *(part for part in sys.path if part)])
        driver = subprocess.Popen(
            [sys.executable, str(here / "study_driver.py"), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": path},
        )
        started.append(driver)
        return driver

    yield start
    for driver in started:
        driver.kill()
        driver.communicate()
