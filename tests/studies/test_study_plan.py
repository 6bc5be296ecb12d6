"""A plan is written down once, refuses to become another one, and grows only in the open."""

import dataclasses
from pathlib import Path
from typing import Any

import pytest
import study_trainees as trainees

from ganbaru.errors import UserError
from ganbaru.studies import Plan, extend_study, results, run_study
from ganbaru.studies.plan import agreed, differences, read_plan, write_plan

PLAN = trainees.plan(2, 3)


def changed(**fields: Any) -> Plan:
    return dataclasses.replace(PLAN, **fields)


def test_what_was_written_comes_back(tmp_path: Path) -> None:
    odd = {"none": None, "nan": float("nan"), "list": [1, 2.0, "x"], "deep": {"critic": {"channels": 8}}, "word": "NaN"}
    plan = changed(cells={"a/b c: ü": odd, "empty": {}})
    stored = write_plan(tmp_path, plan)
    assert repr(read_plan(tmp_path).cells) == repr(stored.cells) == repr({"a/b c: ü": odd, "empty": {}})
    assert read_plan(tmp_path).created == stored.created != ""


def test_all_cells_are_run_with_the_first_seed_before_any_with_the_next() -> None:
    assert PLAN.keys[:3] == [("width 1", 0), ("width 2", 0), ("width 1", 1)]
    assert len(PLAN.keys) == 6


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"question": "Another?"}, "question"),
        ({"rule": "Yes if I like it."}, "rule"),
        ({"cells": {"width 1": {"width": 1}, "width 2": {"width": 3}}}, "'width 2': width was 2, now it is 3"),
        ({"cells": {"width 1": {"width": 1}, "width 2": {"width": 2, "x": 1}}}, "x was not set, now it is 1"),
        ({"cells": {"width 1": {"width": 1}}}, "'width 2' of the plan is missing"),
        ({"cells": {**PLAN.cells, "width 3": {"width": 3}}}, "'width 3' is not in the plan"),
        ({"seeds": (0, 1, 2, 3)}, "seed 3 is not in the plan"),
        ({"seeds": (0, 1)}, "seed 2 of the plan is missing"),
    ],
)
def test_another_plan_is_refused_with_what_differs(tmp_path: Path, fields: dict[str, Any], named: str) -> None:
    write_plan(tmp_path, PLAN)
    before = (tmp_path / "plan.json").read_bytes()
    with pytest.raises(UserError) as caught:
        agreed(tmp_path, changed(**fields))
    assert named in str(caught.value)
    assert (tmp_path / "plan.json").read_bytes() == before


def test_the_order_in_which_a_plan_is_told_is_free(tmp_path: Path) -> None:
    write_plan(tmp_path, PLAN)
    told = changed(cells=dict(reversed(PLAN.cells.items())), seeds=(2, 0, 1))
    assert differences(PLAN, told) == []
    assert agreed(tmp_path, told).keys == PLAN.keys


def test_a_plan_that_was_edited_is_refused(tmp_path: Path) -> None:
    write_plan(tmp_path, PLAN)
    file = tmp_path / "plan.json"
    file.write_text(file.read_text().replace("above 0", "above 1"))
    with pytest.raises(UserError, match=r"plan\.json is damaged"):
        results(tmp_path)


@pytest.mark.parametrize(
    "fields",
    [
        {"question": " "},
        {"rule": ""},
        {"cells": {}},
        {"seeds": ()},
        {"seeds": (1, 1)},
        {"seeds": (1.5,)},
        {"seeds": (True,)},
        {"cells": {"a": {"f": print}}},
        {"cells": {"two\nlines": {}}},
        {"cells": {"": {}}},
    ],
)
def test_what_is_no_plan_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(UserError):
        changed(**fields)


def test_an_extension_is_recorded_and_only_the_new_trials_are_run(tmp_path: Path) -> None:
    run_study(tmp_path, PLAN, trainees.steady, jobs=0)
    extend_study(tmp_path, why="The interval was too wide.", seeds=[3], cells={"width 9": {"width": 9}})
    grown = read_plan(tmp_path)
    (extension,) = grown.extensions
    assert (extension.why, extension.cells, extension.seeds) == ("The interval was too wide.", ("width 9",), (3,))
    assert extension.done == 6
    assert extension.when >= grown.created
    found = run_study(tmp_path, grown, trainees.steady, jobs=0)
    assert found.scores.tolist() == [[10, 11, 12, 13], [20, 21, 22, 23], [90, 91, 92, 93]]
    assert all(trainees.calls(found.place(key)) == 1 for key in grown.keys)


@pytest.mark.parametrize(
    ("done", "said"),
    [
        (0, "extended before any trial was done: more"),
        (1, "extended after 1 trial was done, so whoever asked could have seen them: more"),
        (1279, "extended after 1,279 trials were done, so whoever asked could have seen them: more"),
    ],
)
def test_an_extension_says_whether_results_could_have_been_looked_at(done: int, said: str) -> None:
    (extension,) = PLAN.extended(why="more", seeds=[3], done=done).extensions
    assert extension.said == said
    assert not extension.by_search


def test_after_an_extension_the_former_plan_is_still_the_same_study(tmp_path: Path) -> None:
    write_plan(tmp_path, PLAN)
    for seed in (3, 4):
        extend_study(tmp_path, why="More.", seeds=[seed])
    for seeds in (3, 4, 5):
        assert agreed(tmp_path, trainees.plan(2, seeds)).seeds == (0, 1, 2, 3, 4)
    with pytest.raises(UserError, match="seed 5 is not in the plan"):
        agreed(tmp_path, trainees.plan(2, 6))
    assert [len(stage.seeds) for stage in read_plan(tmp_path).stages()] == [3, 4, 5]


@pytest.mark.parametrize(
    "given",
    [{"why": "", "seeds": [9]}, {"why": "x"}, {"why": "x", "seeds": [1]}, {"why": "x", "cells": {"width 1": {}}}],
)
def test_an_extension_that_says_nothing_new_is_refused(tmp_path: Path, given: dict[str, Any]) -> None:
    write_plan(tmp_path, PLAN)
    with pytest.raises(UserError):
        extend_study(tmp_path, **given)


def test_a_folder_of_something_else_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "song.wav").write_bytes(b"RIFF")
    with pytest.raises(UserError, match="holds no study"):
        run_study(tmp_path, PLAN, trainees.steady, jobs=0)
    with pytest.raises(UserError, match="is no study"):
        extend_study(tmp_path, why="x", seeds=[9])
    with pytest.raises(UserError, match="is a file"):
        run_study(tmp_path / "song.wav", PLAN, trainees.steady, jobs=0)
    assert [entry.name for entry in tmp_path.iterdir()] == ["song.wav"]


def test_cells_of_like_names_have_folders_of_their_own() -> None:
    plan = changed(cells={name: {} for name in ("a/b", "a b", "a-b", "../..", "ü", "x" * 300)})
    places = {plan.place(key) for key in plan.keys}
    assert len(places) == len(plan.keys)
    assert not any(".." in place or len(place) > 100 for place in places)
