"""A trial that takes too long is stopped, counted as crashed, and tried again as others are."""

import time
from pathlib import Path
from typing import Any

import pytest
import study_trainees as trainees

from ganbaru.errors import UserError
from ganbaru.studies import run_study


def hang_once(settings: dict[str, Any], seed: int, folder: Path) -> float:
    if trainees.note(folder) == 1 and settings["width"] == 2:
        time.sleep(60)
    return float(10 * settings["width"] + seed)


def save_and_answer(settings: dict[str, Any], seed: int, folder: Path) -> float:
    """Makes something of being stopped."""
    trainees.note(folder)
    try:
        time.sleep(60)
    except KeyboardInterrupt:
        return 1.0
    return 2.0


def test_a_trial_that_hangs_is_stopped_said_and_tried_again(tmp_path: Path) -> None:
    plan = trainees.plan(2, 2)
    found = run_study(tmp_path, plan, hang_once, jobs=2, limit_seconds=1.0)
    assert found.complete
    assert found.scores.tolist() == [[10.0, 11.0], [20.0, 21.0]]
    assert [trainees.calls(found.place(key)) for key in plan.keys] == [1, 2, 1, 2]
    assert [found.trials[key].crashes for key in plan.keys] == [0, 1, 0, 1]


@pytest.mark.parametrize("trial", [trainees.stubborn, save_and_answer])
@pytest.mark.long
def test_one_that_does_not_stop_is_killed_and_one_that_answers_late_is_not_believed(tmp_path: Path, trial: Any) -> None:
    found = run_study(tmp_path, trainees.plan(1, 1), trial, limit_seconds=0.5)
    assert list(found.failures.values()) == ["longer than 0.5 s"]
    assert trainees.calls(found.place(("width 1", 0))) == 2
    assert found.seconds[0, 0] > 0.9, "both attempts were counted"


def test_what_it_has_stored_is_there_when_it_is_tried_again(tmp_path: Path) -> None:
    found = run_study(tmp_path, trainees.plan(1, 1, steps=120), trainees.stepping, limit_seconds=1.0, retries=9)
    assert found.complete
    assert found.detail("first")[0, 0] > 5


def test_a_limit_that_cannot_be_kept_is_refused(tmp_path: Path) -> None:
    for given, said in (({"jobs": 0, "limit_seconds": 1.0}, "jobs of 1 or more"), ({"limit_seconds": 0.0}, "positive")):
        with pytest.raises(UserError, match=said):
            run_study(tmp_path / "x", trainees.plan(1, 1), trainees.steady, **given)  # type: ignore[arg-type]
    assert not (tmp_path / "x").exists()
