"""A disk that is full for a while, or to the end, costs nothing saved, and with room again the end is the same."""

from pathlib import Path
from typing import Any

import pytest
from sittings import RECORD, STEPS, Server, Sitting, assert_equal, assert_nothing_lost, finish

from ganbaru.runs import Run

FOR_EVER = 1_000_000


@pytest.fixture(scope="module")
def total(server: Server, tmp_path_factory: pytest.TempPathFactory) -> int:
    """How many calls to the disk a whole training makes."""
    sitting = Sitting(server, tmp_path_factory.mktemp("calls") / "run")
    assert sitting.end() == 0
    return int(sitting.said("calls")[0])


@pytest.mark.long
def test_a_disk_that_is_full_for_a_while(server: Server, expected: dict[str, Any], memory: Path, total: int) -> None:
    assert total > 300
    for number, first in enumerate(range(10, total, total // 8)):
        out = memory / f"run-{number}"
        sitting = Sitting(server, out, full=[first, first + (3, 20, 50)[number % 3]])
        code = sitting.end()
        assert code in (0, 1), sitting.said("error")
        assert_nothing_lost(out, sitting.saved())
        if code:
            finish(server, out)
        assert_equal(out, expected["nonsaturating"])


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.99])
def test_a_disk_that_is_full_to_the_end(
    server: Server, expected: dict[str, Any], memory: Path, total: int, share: float
) -> None:
    sitting = Sitting(server, memory / "run", full=[1 + int(share * total), FOR_EVER])
    assert sitting.end() == 1
    (error,) = sitting.said("error")
    assert "No space left" in error or "could not be saved" in error
    assert_nothing_lost(memory / "run", sitting.saved())
    finish(server, memory / "run")
    assert_equal(memory / "run", expected["nonsaturating"])


def test_records_of_a_full_disk_are_not_lost_in_the_same_sitting(server: Server, memory: Path, total: int) -> None:
    sitting = Sitting(server, memory / "run", full=[total // 3, total // 3 + 20])
    assert sitting.end() == 0, sitting.said("error")
    steps = [record["step"] for record in Run.open(memory / "run").metrics.read() if record["kind"] == "step"]
    assert steps == list(range(1, STEPS + 1, RECORD))
