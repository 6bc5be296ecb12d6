"""A search may run a cell with some of the seeds only: the plan says so, and everything that reads it knows."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import study_trainees as trainees

from ganbaru.errors import UserError
from ganbaru.studies import Plan, Results, results, run_study
from ganbaru.studies.plan import agreed, differences, read_plan, write_plan
from ganbaru.studies.sitting import Wanted

PLAN = Plan("Which?", "The best.", {"a": {"width": 1}, "b": {"width": 2}}, (0, 1, 2), only={"b": (1,)})


def test_only_the_trials_that_are_asked_for_are_run(tmp_path: Path) -> None:
    assert PLAN.keys == [("a", 0), ("a", 1), ("b", 1), ("a", 2)]
    found = run_study(tmp_path, PLAN, trainees.steady, jobs=0)
    assert found.complete
    assert found.states.tolist() == [["done"] * 3, ["not asked for", "done", "not asked for"]]
    assert np.isnan(found.scores).tolist() == [[False] * 3, [True, False, True]]
    assert found.done.sum() == len(found.rows()) == 4


def test_a_plan_with_single_trials_comes_back_and_grows_in_the_open(tmp_path: Path) -> None:
    grown = PLAN.extended(why="more", cells={"c": {"width": 3}}, trials=[("c", 2), ("b", 0)], done=4)
    assert grown.keys == [("a", 0), ("b", 0), ("a", 1), ("b", 1), ("a", 2), ("c", 2)]
    write_plan(tmp_path, grown)
    stored = read_plan(tmp_path)
    assert stored.keys == grown.keys
    assert stored.extensions[0].trials == (("c", 2), ("b", 0))
    assert [stage.keys for stage in stored.stages()] == [PLAN.keys, grown.keys]
    assert agreed(tmp_path, PLAN).keys == grown.keys
    other = Plan(PLAN.question, PLAN.rule, PLAN.cells, PLAN.seeds)
    assert differences(PLAN, other) == ["the seeds of some cells are others"]
    with pytest.raises(UserError, match="another plan"):
        agreed(tmp_path, other)


@pytest.mark.parametrize("only", [{"x": (0,)}, {"b": (0, 0)}, {"b": (7,)}])
def test_seeds_of_a_cell_that_are_none_of_the_plan_are_refused(only: Any) -> None:
    with pytest.raises(UserError, match="each once among those of the plan"):
        Plan("Which?", "The best.", PLAN.cells, PLAN.seeds, only=only)


@pytest.mark.parametrize("trials", [[("a", 0)], [("b", 1)], [("b", 9)]])
def test_a_trial_that_is_there_or_cannot_be_is_not_added(trials: Any) -> None:
    with pytest.raises(UserError):
        PLAN.extended(why="more", trials=trials)


@pytest.mark.parametrize("jobs", [0, 2])
def test_a_search_asks_for_single_trials(tmp_path: Path, jobs: int) -> None:
    def more(found: Results) -> Wanted:
        if found.missing or len(found.trials) >= 8:
            return Wanted()
        number = len(found.cells)
        if ("b", 2) not in found.trials:
            return Wanted(trials=[("b", 2)])
        return Wanted({f"c {number}": {"width": number}}, [(f"c {number}", 0)])

    for _ in range(2):
        found = run_study(tmp_path, PLAN, trainees.steady, jobs=jobs, more=more)
    assert set(found.trials) == {*PLAN.keys, ("b", 2), ("c 2", 0), ("c 3", 0), ("c 4", 0)}
    assert found.complete
    assert sum(trainees.calls(found.place(key)) for key in found.trials) == 8
    assert results(tmp_path).scores[4].tolist()[:1] == [40.0]


def test_trials_know_in_which_order_they_ended(tmp_path: Path) -> None:
    found = run_study(tmp_path, trainees.plan(2, 2, evil="raise"), trainees.ill, jobs=0)
    assert [trial.ended for trial in found.trials.values()] == [1, 2, 3, 4]
    assert [trial.ended for trial in results(tmp_path).trials.values()] == [1, 2, 3, 4]
    again = run_study(tmp_path, trainees.plan(2, 2, evil="raise"), trainees.steady, jobs=0, rerun_failed=True)
    assert [trial.ended for trial in again.trials.values()] == [1, 2, 3, 5]
