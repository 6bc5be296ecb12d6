"""A run of 60 steps is cut at every one of them, and each time ends as if it had not been."""

import shutil
import signal
from pathlib import Path
from typing import Any

import pytest
from sittings import FAMILIES, STEPS, Server, Sitting, assert_equal, assert_nothing_lost, finish


def test_two_uninterrupted_runs_are_equal(server: Server, expected: dict[str, Any], memory: Path) -> None:
    finish(server, memory / "again")
    assert_equal(memory / "again", expected["nonsaturating"])


@pytest.mark.long
@pytest.mark.parametrize("family", ["nonsaturating", pytest.param("wgan", marks=pytest.mark.soak)])
def test_sixty_cuts_of_a_sixty_step_run(server: Server, expected: dict[str, Any], memory: Path, family: str) -> None:
    """One run is killed (SIGKILL) after step 1, resumed, killed after step 2, and so on; each time a copy goes on."""
    options = FAMILIES[family]
    for step in range(1, STEPS + 1):
        cut = Sitting(server, memory / "cut", options, die=["step", step])
        assert cut.end() == -signal.SIGKILL
        assert_nothing_lost(memory / "cut", cut.saved())
        copy = memory / f"after-{step}"
        shutil.copytree(memory / "cut", copy)
        finish(server, copy, options)
        assert_equal(copy, expected[family])
        shutil.rmtree(copy)


@pytest.mark.parametrize(
    ("event", "step", "family"),
    [
        ("started", 0, "nonsaturating"),
        ("measured", 0, "wgan"),
        ("saved", 0, "nonsaturating"),
        ("saved", 7, "wgan"),
        ("measured", 30, "nonsaturating"),
        ("measured", 60, "nonsaturating"),
        ("saved", 60, "wgan"),
    ],
)
def test_cuts_right_after_an_event(
    server: Server, expected: dict[str, Any], memory: Path, event: str, step: int, family: str
) -> None:
    cut = Sitting(server, memory / "run", FAMILIES[family], die=[event, step])
    assert cut.end() == -signal.SIGKILL
    assert_nothing_lost(memory / "run", cut.saved())
    finish(server, memory / "run", FAMILIES[family])
    assert_equal(memory / "run", expected[family])
