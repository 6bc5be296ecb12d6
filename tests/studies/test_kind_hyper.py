"""`hyper` names what matters and what lies at an edge, and recommends only what holds on fresh seeds."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import search_trainees

import ganbaru as gb
from ganbaru.errors import UserError
from ganbaru.studies import results
from ganbaru.studies.answer import Answer, read_answer
from ganbaru.studies.kinds import hyper
from ganbaru.studies.kinds.frame import answer_of
from ganbaru.studies.search.confirmed import BEST, FOUND, OPEN, STAY
from ganbaru.studies.search.searching import PRESENT
from ganbaru.studies.search.shares import by_ranks, by_the_best
from ganbaru.studies.search.space import Range, Space

RATE, IDLE = Range(1e-5, 1e-1, log=True), Range(0.0, 1.0)
DATA = [0] * 9


def asked(out: Path, train: Any = search_trainees.bowl, **given: Any) -> Answer:
    return hyper(train, DATA, out=out, **{"space": {"rate": RATE, "idle": IDLE}, "jobs": 0, **given})


def grid_of(answer: Answer) -> dict[str, dict[str, Any]]:
    return {str(row[0]): dict(zip(answer.grids[0].columns, row, strict=True)) for row in answer.grids[0].rows}


def test_one_at_a_time_moves_each_setting_around_the_present_ones(tmp_path: Path) -> None:
    answer = asked(tmp_path)
    found = results(tmp_path)
    assert found.complete
    assert [cell for cell in found.cells if cell.startswith("rate")] == [
        "rate = 1e-05",
        "rate = 0.001",
        "rate = 0.01",
        "rate = 0.1",
    ]
    assert all(settings["idle"] == 0.5 for cell, settings in found.plan.cells.items() if cell.startswith("rate"))
    assert answer.verdict == FOUND
    assert answer.change == {"rate": 0.001}
    grid = grid_of(answer)
    assert grid["rate"]["verdict"] == "matters"
    assert grid["rate"]["present value is"] == "worse"
    assert grid["rate"]["the best is at"] == "inside"
    assert grid["idle"]["verdict"] != "matters"
    rate = next(graph for graph in answer.graphs if graph.x == "rate")
    assert rate.log_x
    assert rate.marks == {"present": 1e-4}
    assert len(rate.series[0].y) == 5 * 4
    assert read_answer(tmp_path).to_json() == answer_of(tmp_path).to_json()


def test_a_best_value_at_the_end_of_what_was_tried_is_named(tmp_path: Path) -> None:
    answer = asked(tmp_path, space={"rate": Range(1e-6, 1e-4, log=True)}, around={"rate": 1e-5}, count=3)
    assert grid_of(answer)["rate"]["the best is at"] == "high"
    assert "the best lies at an end of what was tried of rate (high)" in answer.sentence


def test_collapsed_runs_do_not_show_that_nothing_matters(tmp_path: Path) -> None:
    answer = asked(tmp_path, lambda data, *, rate=1e-4, idle=0.5: {"score": rate, "collapsed": 1})
    assert answer.verdict == OPEN
    assert "can't tell of rate, idle" in answer.sentence
    assert "rate: can't tell: all 20 runs collapsed" in answer.notes


def test_present_settings_that_are_best_stay(tmp_path: Path) -> None:
    answer = asked(tmp_path, space={"rate": RATE}, around={"rate": 1e-3})
    assert (answer.verdict, answer.change) == (STAY, None)
    assert not any(cell.startswith("confirm") for cell in results(tmp_path).cells)


def noise(data: Any, *, x: float = 0.5, seed: int = 0) -> float:
    return float(np.random.default_rng([seed, int(1e9 * x)]).normal())


@pytest.mark.parametrize("search", ["random", "tpe"])
def test_the_winner_of_pure_noise_is_not_recommended(tmp_path: Path, search: str) -> None:
    answer = asked(tmp_path, noise, space={"x": IDLE}, search=search, trials=40)
    assert answer.verdict in (OPEN, STAY)
    assert answer.change is None
    assert grid_of(answer)["x"]["verdict"] == "not above a dummy"
    names = [cell for cell in results(tmp_path).cells if cell.startswith("confirm")]
    found = results(tmp_path)
    assert [sum((cell, seed) in found.trials for seed in found.seeds) for cell in names] == [8]


@pytest.mark.parametrize(
    ("search", "given"), [("grid", {"count": 6}), ("random", {"trials": 40}), ("tpe", {"trials": 40})]
)
def test_a_planted_optimum_is_found_and_a_dummy_never_matters(tmp_path: Path, search: str, given: Any) -> None:
    answer = asked(tmp_path, search=search, seeds=[0], **given)
    assert answer.verdict == FOUND
    assert answer.change is not None
    assert abs(math.log10(answer.change["rate"] / 1e-3)) < 0.5
    grid = grid_of(answer)
    assert (grid["rate"]["verdict"], grid["idle"]["verdict"]) == ("matters", "not above a dummy")
    assert grid["rate"]["best at"] == "inside"
    assert Answer.from_json(answer.to_json(), folder=answer.folder) == read_answer(tmp_path)


def test_pruning_by_rungs_spends_its_steps_and_no_more(tmp_path: Path) -> None:
    given = {"search": "tpe", "pruning": "hyperband", "training_steps": 4000, "steps": "steps"}
    answer = asked(tmp_path, search_trainees.curve, **given)
    found = results(tmp_path)
    chosen = [path for path in found.folder.glob("trials/*/seed-*/done") if int(path.parent.name[5:]) < 1000]
    assert 4000 - 2 * 270 < sum(int(line) for path in chosen for line in path.read_text().split()) <= 4000
    assert answer.verdict == FOUND
    assert abs(math.log10(answer.change["rate"] / 1e-3)) < 0.5  # type: ignore[index]
    confirmed = [settings for cell, settings in found.plan.cells.items() if cell.startswith("confirm")]
    assert all("rung.before" not in settings for settings in confirmed)
    again = asked(tmp_path, search_trainees.curve, **given)
    assert again == answer


def without_default(data: Any, *, x: float, seed: int = 0) -> float:
    return search_trainees.bowl(data, rate=x, seed=seed)


def test_without_present_settings_the_best_is_named_with_its_score_on_fresh_seeds(tmp_path: Path) -> None:
    answer = asked(tmp_path, without_default, space={"x": RATE}, search="tpe", trials=30)
    assert answer.verdict == BEST
    assert PRESENT not in results(tmp_path).cells
    assert abs(math.log10(answer.change["x"] / 1e-3)) < 0.3  # type: ignore[index]
    assert "on 8 fresh seeds it scores" in answer.sentence


def test_the_settings_of_fit_that_matter_are_searched_around_the_present_ones(tmp_path: Path) -> None:
    from ganbaru.studies.search.around import default_space, present_settings, values_around
    from ganbaru.studies.trainee import trainee

    trial = trainee(gb.fit, "toy:ring")
    space = default_space(trial)
    assert space.names == [
        "generator.learning_rate",
        "critic.learning_rate",
        "batch",
        "n_critic",
        "constraint_strength",
    ]
    present = present_settings(trial, space, None)
    assert present is not None
    assert space.holds(present)
    assert values_around(space.axes["batch"], present["batch"], 5) == [64, 128, 256, 512, 1024]
    assert values_around(space.axes["n_critic"], 1, 5) == [1, 2, 3, 5]
    assert present["critic.learning_rate"] == 1e-3


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"space": {"rat": RATE}}, "unknown setting 'rat'.*did you mean 'rate'"),
        ({"space": None}, "it is not known what to search"),
        ({"search": "bayes"}, "unknown way of searching 'bayes'"),
        ({"search": "tpe"}, "how long may it search"),
        ({"search": "tpe", "trials": 0}, "a budget must be positive"),
        ({"search": "tpe", "trials": 9, "pruning": "asha"}, "unknown way of pruning"),
        ({"search": "tpe", "trials": 9, "pruning": "halving"}, "how long is a training"),
        ({"search": "tpe", "training_steps": 100}, "how long is a training"),
        ({"search": "grid", "trials": 10}, "run whole, without a budget"),
        ({"trials": 10}, "trials is of a search"),
        ({"seeds": [1]}, "1 seeds are too few"),
        ({"fresh": 3}, "3 fresh seeds confirm nothing"),
        ({"around": {"width": 3}}, "width is not searched"),
        (
            {"search": "tpe", "trials": 9, "optuna_storage": "postgresql://nobody:secret@localhost:1/x"},
            "cannot be used",
        ),
        ({"search": "tpe", "trials": 9, "optuna_storage": "no url"}, "cannot be used"),
    ],
)
def test_what_cannot_be_searched_is_refused_before_anything_runs(tmp_path: Path, given: Any, named: str) -> None:
    with pytest.raises(UserError, match=named) as caught:
        asked(tmp_path / "study", **given)
    assert "secret" not in str(caught.value)
    assert not (tmp_path / "study").exists()


def test_another_search_in_the_same_folder_is_refused(tmp_path: Path) -> None:
    given: dict[str, Any] = {
        "search": "tpe",
        "pruning": "halving",
        "training_steps": 300,
        "steps": "steps",
        "fresh": 0,
    }
    asked(tmp_path, search_trainees.curve, **given)
    for other in ({"search": "random"}, {"pruning": "hyperband"}, {"rungs": 3}, {"seed": 1}, {"space": {"rate": RATE}}):
        with pytest.raises(UserError, match="another plan"):
            asked(tmp_path, search_trainees.curve, **{**given, **other})


def test_what_sets_the_best_apart_agrees_with_a_plain_truth() -> None:
    rng = np.random.default_rng(0)
    space = Space.of({"a": IDLE, "b": IDLE, "kind": ["x", "y"]})
    points: list[Any] = [
        {"a": rng.random(), "b": rng.random(), "kind": rng.choice(["x", "y"]).item()} for _ in range(80)
    ]
    scores = [-abs(point["a"] - 0.5) for point in points]
    found = by_the_best(space, points, scores, higher_is_better=True)
    assert [name for name, (share, floor) in found.items() if share > floor] == ["a"]
    assert by_the_best(space, points[:49], scores[:49], higher_is_better=True) == {}


def test_points_that_all_came_to_nothing_tell_nothing() -> None:
    space = Space.of({"a": IDLE})
    points: list[Any] = [{"a": number / 40} for number in range(40)]
    for scores in ([math.nan] * 40, [1.0] * 40):
        said = by_ranks(space, points, scores, higher_is_better=True).said
        assert said == "can't tell: all 40 trials came to the same"
    scores = [math.nan] * 20 + [float(number) for number in range(20)]
    assert by_ranks(space, points, scores, higher_is_better=True).verdict == "some matter"
