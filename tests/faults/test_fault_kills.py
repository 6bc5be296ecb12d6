"""SIGKILL at any instant, SIGINT and SIGTERM: nothing acknowledged is lost, and the end is the same to the bit."""

import random
import signal
import time
from pathlib import Path
from typing import Any

import pytest
from sittings import FAMILIES, OPTIONS, Server, Sitting, assert_equal, assert_nothing_lost, finish

from ganbaru.runs import Run


def kill_and_resume(server: Server, expected: dict[str, Any], out: Path, chance: random.Random, length: float) -> None:
    """Kill one run at three random instants, each in another sitting, then let it end."""
    saved = -1
    for _ in range(3):
        sitting = Sitting(server, out, OPTIONS)
        time.sleep(chance.uniform(0, 0.6 * length))
        sitting.send(signal.SIGKILL)
        assert sitting.end() in (0, -signal.SIGKILL), sitting.said("error")
        saved = max(saved, sitting.saved())
        assert_nothing_lost(out, saved)
    finish(server, out)
    assert_equal(out, expected["nonsaturating"])


def length_of_a_sitting(server: Server, out: Path) -> float:
    """Seconds."""
    began = time.monotonic()
    finish(server, out)
    return time.monotonic() - began


@pytest.mark.long
def test_kills_at_random_instants(server: Server, expected: dict[str, Any], tmp_path: Path) -> None:
    length = length_of_a_sitting(server, tmp_path / "whole")
    for number in range(7):
        kill_and_resume(server, expected, tmp_path / f"run-{number}", random.Random(number), length)


@pytest.mark.soak
def test_five_hundred_kills(server: Server, expected: dict[str, Any], tmp_path: Path) -> None:
    length = length_of_a_sitting(server, tmp_path / "whole")
    for number in range(170):
        kill_and_resume(server, expected, tmp_path / f"run-{number}", random.Random(1_000 + number), length)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_step_saves_and_loses_nothing(
    server: Server, expected: dict[str, Any], tmp_path: Path, number: signal.Signals
) -> None:
    chance, out = random.Random(int(number)), tmp_path / "run"
    for _ in range(3):
        sitting = Sitting(server, out, OPTIONS)
        while not sitting.said("saved") and not sitting.said("started"):
            time.sleep(0.002)
        time.sleep(chance.uniform(0, 0.1))
        sitting.send(number)
        if sitting.end() == 0:
            break
        assert sitting.code == 130, sitting.said("error")
        (step,) = map(int, sitting.said("interrupted"))
        checkpoint = Run.open(out).load_checkpoint()
        assert checkpoint is not None
        assert checkpoint.step == step
    else:
        finish(server, out)
    assert_equal(out, expected["nonsaturating"])


def test_a_second_signal_stops_at_once_and_costs_no_more_than_the_last_checkpoint(
    server: Server, expected: dict[str, Any], tmp_path: Path
) -> None:
    out, options = tmp_path / "run", FAMILIES["wgan"]
    sitting = Sitting(server, out, options)
    while not sitting.said("saved"):
        time.sleep(0.002)
    sitting.send(signal.SIGINT)
    sitting.send(signal.SIGTERM)
    assert sitting.end() in (0, 130, 131), sitting.said("error")
    assert_nothing_lost(out, sitting.saved())
    finish(server, out, options)
    assert_equal(out, expected["wgan"])
