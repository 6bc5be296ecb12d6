"""Anything that trains is a trial: functions, estimators; what does not fit is refused before anything runs."""

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.base import BaseEstimator
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeRegressor

from ganbaru.distances import Estimate
from ganbaru.errors import UserError
from ganbaru.studies import Plan, run_study
from ganbaru.studies.trainee import DATA, NOTHING, SIZE, fresh, trainee
from ganbaru.training import fit

X = np.random.default_rng(0).normal(size=(60, 2))
Y = X @ [1.0, -2.0]


def size_of(data: Any, *, factor: float = 1.0) -> float:
    return factor * len(data)


def given(data: Any, *, seed: int, folder: Path, held_out: Any, rate: float = 0.1) -> dict[str, Any]:
    assert folder.is_dir()
    assert not set(data) & set(held_out)
    return {"score": seed + rate, "held": len(held_out), "least": min(data)}


def test_a_function_is_given_what_it_has_parameters_for(tmp_path: Path) -> None:
    trial = trainee(given, list(range(50)))
    cell = trial.cell(10, rate=0.5)
    assert cell[SIZE] == 10
    told = trial(cell, 3, tmp_path)
    assert (told["score"], told["held"], told["samples"]) == (3.5, 10, 10)
    assert trial(trial.cell(), 3, tmp_path)["samples"] == 40
    assert trial(cell, 3, tmp_path) == told
    assert trial.present("rate") == 0.1
    assert trial.present("seed") is NOTHING


@pytest.mark.parametrize("answer", [2.0, Estimate(2.0, 1.0, 3.0), {"score": Estimate(2.0, 1.0, 3.0), "more": 5}])
def test_scores_go_through_as_they_are(tmp_path: Path, answer: Any) -> None:
    trial = trainee(lambda data: answer, [1, 2, 3])
    plan = Plan("q", "r", {"all": trial.cell()}, (0,))
    found = run_study(tmp_path / "study", plan, trial, jobs=0)
    assert found.scores.tolist() == [[2.0]]
    assert found.detail("samples").tolist() == [[3.0]]
    if isinstance(answer, dict):
        assert found.detail("more").tolist() == [[5.0]]


def test_a_setting_that_is_not_known_is_refused_with_the_nearest() -> None:
    with pytest.raises(UserError, match=r"unknown setting 'facto'.*did you mean 'factor'"):
        trainee(size_of, [1, 2]).cell(facto=2)
    with pytest.raises(UserError, match=r"parameter of DecisionTreeRegressor 'max_dept'.*did you mean 'max_depth'"):
        trainee(DecisionTreeRegressor(), (X, Y)).cell(max_dept=2)
    with pytest.raises(UserError, match="there are 2 samples to train on, not 3"):
        trainee(size_of, [1, 2]).cell(3)
    assert trainee(lambda data, **anything: 0.0, [1]).cell(anything_at_all=1)["anything_at_all"] == 1


@pytest.mark.parametrize(
    ("train", "data", "more", "said"),
    [
        (size_of, None, {}, "there are no data"),
        (3, [1, 2], {}, "3 cannot be trained"),
        (given, [1, 2], {"held_out": 1.5}, "a share of 1.5 cannot be held out"),
        (type("NoScore", (), {"fit": None})(), (X, Y), {}, "NoScore has no score"),
        (LinearRegression(), (X, Y), {"score": "r2"}, "'r2' is no scorer"),
        (size_of, [1, 2], {"score": "r2"}, "a function, which returns its score, takes no score"),
        (fit, "toy:ring", {"groups": [1]}, "gb.fit takes no groups"),
        (trainee(size_of, [1]), [1, 2], {}, "a trainee takes no data"),
    ],
)
def test_what_cannot_be_trained_is_refused(train: Any, data: Any, more: Any, said: str) -> None:
    with pytest.raises(UserError, match=said):
        trainee(train, data, **more)


def test_an_estimator_learns_pairs(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"give the data as \(X, y\)"):
        trainee(LinearRegression(), X)({}, 0, tmp_path)


def test_an_estimator_is_scored_on_what_it_has_not_seen_and_stays_as_it_was(tmp_path: Path) -> None:
    tree = DecisionTreeRegressor(max_depth=3)
    trial = trainee(tree, (X, Y))
    depths = [trial(trial.cell(max_depth=depth), 0, tmp_path)["score"] for depth in (1, 4)]
    assert depths[0] < depths[1] < 1.0
    assert not hasattr(tree, "tree_")
    assert tree.get_params()["max_depth"] == 3
    assert trial.present("max_depth") == 3
    assert trainee(LinearRegression(), (X, Y))({}, 0, tmp_path)["score"] == pytest.approx(1.0)


class Dice(BaseEstimator):
    """Its score is its random state."""

    def __init__(self, random_state: int | None = None) -> None:
        self.random_state = random_state

    def fit(self, x: Any, y: Any) -> "Dice":
        return self

    def score(self, x: Any, y: Any) -> float:
        return float(self.random_state or -1)


def test_random_state_is_the_seed_unless_a_cell_says_otherwise(tmp_path: Path) -> None:
    trial = trainee(Dice(), (X, Y))
    assert trial({}, 5, tmp_path)["score"] == 5
    assert trial(trial.cell(random_state=9), 5, tmp_path)["score"] == 9
    inside = trainee(make_pipeline(StandardScaler(), Dice()), (X, Y), score=lambda model, x, y: model[-1].random_state)
    assert inside({}, 7, tmp_path)["score"] == 7


def test_a_fresh_copy_has_learnt_nothing() -> None:
    learnt = make_pipeline(StandardScaler(), DecisionTreeRegressor(max_depth=2)).fit(X, Y)
    copy = fresh(learnt)
    assert copy[-1].get_params() == learnt[-1].get_params()
    assert copy is not learnt
    tree = fresh(learnt[-1])
    assert not hasattr(tree, "tree_")


def test_a_scorer_of_ones_own_is_called_as_scikit_learn_calls_it(tmp_path: Path) -> None:
    seen = []
    trial = trainee(LinearRegression(), (X, Y), score=lambda model, x, y: seen.append((len(x), len(y))) or 0.5)
    assert trial({}, 0, tmp_path)["score"] == 0.5
    assert seen == [(12, 12)]


def test_what_is_held_out_is_part_of_the_plan() -> None:
    said = [trainee(LinearRegression(), (X, Y), held_out=each).cell() for each in (0.2, 0.3, (X, Y), (X, Y + 1))]
    assert len({cell[DATA] for cell in said}) == 4
    assert trainee(LinearRegression(), (X.copy(), Y), held_out=(X.copy(), Y)).cell() == said[2]


def test_data_held_out_by_the_user_are_scored_on(tmp_path: Path) -> None:
    trial = trainee(LinearRegression(), (X, Y), held_out=(X[:5], -Y[:5]))
    assert trial({}, 0, tmp_path)["samples"] == 60
    assert trial({}, 0, tmp_path)["score"] < 0


def test_a_function_that_cannot_be_sent_says_so(tmp_path: Path) -> None:
    trial = trainee(lambda data: 1.0, [1, 2])
    with pytest.raises(UserError, match=r"cannot be sent to another process.*jobs=0"):
        run_study(tmp_path / "study", Plan("q", "r", {"all": trial.cell()}, (0,)), trial, jobs=1)


def test_a_source_is_opened_anew_elsewhere_and_not_sent() -> None:
    trial = trainee(size_of, "toy:ring")
    sent = pickle.dumps(trial)
    assert len(sent) < 4096
    again = pickle.loads(sent)
    assert len(again.data.source.train) == 100_000
    again = pickle.loads(sent)
    again.data.recipe["seed"] = 5
    with pytest.raises(UserError, match="changed since the study began"):
        _ = again.data.source
