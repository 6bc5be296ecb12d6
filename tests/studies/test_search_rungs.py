"""A training that stops at a rung and goes on elsewhere equals one that never stopped; the earlier folder stays."""

import hashlib
import shutil
from pathlib import Path
from typing import Any

import pytest
import search_trainees

from ganbaru.errors import UserError
from ganbaru.studies.of_fit import of_fit
from ganbaru.studies.search.rungs import BEFORE, UNTIL, Rungs
from ganbaru.studies.search.stages import stages
from ganbaru.studies.trainee import trainee

STEPS = 30
SMALL: dict[str, Any] = {
    "steps": STEPS,
    "batch": 16,
    "generator.channels": 8,
    "critic.channels": 8,
    "measure_sounds": 64,
    "checkpoint_every": 7,
}


def state(folder: Path) -> dict[str, str]:
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def weights(folder: Path) -> dict[str, str]:
    """The last checkpoint, all but its clock."""
    last = sorted((folder / "run/checkpoints").iterdir())[-1]
    return {name: digest for name, digest in state(last).items() if name.endswith("safetensors")}


@pytest.mark.long
def test_a_fit_that_goes_on_from_a_rung_equals_one_that_never_stopped(tmp_path: Path) -> None:
    fit = of_fit("toy:ring")
    cell = fit.cell(**SMALL)
    whole = fit(cell, 3, tmp_path / "whole")
    trial, places = Rungs(fit, "steps"), [tmp_path / f"trials/{rung:03d}/seed-3" for rung in range(3)]
    assert trial.goes_on
    told = []
    for rung, until in enumerate((4, 10, STEPS)):
        before = {BEFORE: places[rung - 1].parent.name} if rung else {}
        earlier = state(places[rung - 1]) if rung else {}
        places[rung].mkdir(parents=True)
        told.append(trial({**cell, UNTIL: until, **before}, 3, places[rung]))
        assert not rung or state(places[rung - 1]) == earlier
    assert [each["steps"] for each in told] == [4, 10, STEPS]
    assert [each["resumed_at"] for each in told] == [0, 4, 10]
    assert told[2]["score"] == whole["score"]
    assert told[0]["score"] != whole["score"]
    assert weights(places[2]) == weights(tmp_path / "whole")


def test_a_rung_whose_earlier_folder_is_elsewhere_begins_anew_and_comes_to_the_same(tmp_path: Path) -> None:
    trial = Rungs(of_fit("toy:ring"), "steps")
    cell = of_fit("toy:ring").cell(**SMALL)
    first, second = tmp_path / "trials/000/seed-0", tmp_path / "trials/001/seed-0"
    for folder in (first, second):
        folder.mkdir(parents=True)
    trial({**cell, UNTIL: 5}, 0, first)
    there = trial({**cell, UNTIL: 12, BEFORE: "000"}, 0, second)
    shutil.rmtree(tmp_path / "trials")
    second.mkdir(parents=True)
    assert trial({**cell, UNTIL: 12, BEFORE: "000"}, 0, second)["score"] == there["score"]


def test_a_function_goes_on_if_it_knows_how_to_and_an_estimator_begins_anew(tmp_path: Path) -> None:
    trial = Rungs(trainee(search_trainees.curve, [0] * 5), "steps")
    assert trial.goes_on
    first, second = tmp_path / "trials/000/seed-0", tmp_path / "trials/001/seed-0"
    for folder, settings in ((first, {UNTIL: 10}), (second, {UNTIL: 30, BEFORE: "000"})):
        folder.mkdir(parents=True)
        trial({"rate": 1e-3, **settings}, 0, folder)
    assert (first / "done").read_text() == "10\n"
    assert (second / "done").read_text() == "20\n"
    assert not Rungs(trainee(search_trainees.bowl, [0] * 5), "steps").goes_on


def test_rungs_are_thirds_and_cost_what_they_add() -> None:
    found = stages("hyperband", (0, 1), 100, rungs=3)
    assert [(stage.steps, stage.trained, stage.cost, stage.resource) for stage in found] == [
        (12, 0, 24, 1),
        (34, 12, 44, 3),
        (100, 34, 132, 9),
    ]
    assert [stage.seeds for stage in stages("wilcoxon", (4, 5), None)] == [(4,), (5,)]


@pytest.mark.parametrize(
    ("given", "named"),
    [
        (("asha", (0,), 100), "unknown way of pruning 'asha'"),
        (("halving", (0,), None), "needs to know the steps"),
        (("halving", (0,), 20), "20 steps cannot be cut into 4 rungs"),
    ],
)
def test_what_cannot_be_staged_is_refused(given: Any, named: str) -> None:
    with pytest.raises(UserError, match=named):
        stages(*given)
