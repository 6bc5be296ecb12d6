"""The study of repeated critic updates: real and tiny; and its judge on planted results."""

from pathlib import Path

import numpy as np
import pytest
from planted_results import planted

import ganbaru as gb
from ganbaru.studies import Results, results
from ganbaru.studies.answer import read_answer
from ganbaru.studies.kinds.n_critic import NOT, PAYS, judge, n_critic

SETTINGS = {"seconds": 1.0, "steps": 5, "constraint": "gradient-penalty", "constraint_strength": 0.1}


def told(distances: dict[str, float], *, seeds: int = 10, noise: float = 0.05, late: str = "") -> Results:
    """Results of arms whose distances are known but for noise, that of ``late`` being twice as far at the first mark of
    time; the adaptive one takes two updates."""
    rng = np.random.default_rng(3)
    cells, details, scores = {}, {}, {}
    for arm, distance in distances.items():
        for world in ("toy:ring", "toy:grid"):
            cells[f"{world}, {arm}"] = {"arm": arm, "world": world, "learning_rate": 1e-3, **SETTINGS}
            for seed in range(seeds):
                key, updates = (f"{world}, {arm}", seed), 2.0 if arm == "adaptive" else float(arm)
                marks = {
                    f"by_{by}_{k}": distance * np.exp(noise * rng.normal())
                    for by in ("time", "steps")
                    for k in range(3)
                }
                marks["by_time_0"] *= 2 if arm == late else 1
                details[key] = {**marks, "updates_a_step": updates, "seconds_a_step": 1 + updates, "collapsed": 0}
                details[key]["word_share"] = 0.1 * updates
                scores[key] = marks["by_time_2"]
    return planted(cells, scores, details)


@pytest.mark.parametrize(
    ("distances", "verdict", "place"),
    [
        ({"1": 1.0, "2": 1.5, "5": 3.0, "adaptive": 1.0}, NOT, "adaptive is on the front"),
        ({"1": 3.0, "2": 2.0, "5": 1.0, "adaptive": 1.0}, PAYS, "adaptive is on the front"),
        ({"1": 1.0, "2": 1.5, "5": 3.0, "adaptive": 2.0}, NOT, "adaptive is behind it"),
        ({"1": 1.0, "2": 1.0, "5": 1.0, "adaptive": 1.0}, "can't tell", "can't tell where the adaptive number stands"),
    ],
)
def test_planted(distances: dict[str, float], verdict: str, place: str) -> None:
    answer = judge(told(distances))
    assert answer.verdict == verdict
    assert place in answer.sentence


def test_what_is_beaten_at_first_only_is_told_apart() -> None:
    answer = judge(told({"1": 1.0, "2": 1.5, "5": 3.0, "adaptive": 1.0}, late="adaptive"))
    assert "adaptive is behind it early, and no more when the time is up" in answer.sentence


def test_cost_is_a_factor_of_one_update() -> None:
    answer = judge(told({"1": 1.0, "5": 1.0}))
    assert "the critic proves 0.1 [0.1, 0.1] with 1 update, 0.5 [0.5, 0.5] with 5" in answer.sentence
    cost = answer.evidence["5: cost of a step"]
    assert isinstance(cost, gb.Estimate)
    assert cost.value == pytest.approx(3.0)


def test_five_seeds_never_tell() -> None:
    answer = judge(told({"1": 1.0, "2": 2.0, "5": 9.0}, seeds=5))
    assert answer.verdict == "can't tell"
    assert "5 ends 9.0" in answer.sentence
    assert "(too few seeds for an interval) times as far away as 1" in answer.sentence
    assert "inf" not in answer.sentence
    pairs = next(grid for grid in answer.grids if grid.title == "At equal processor time")
    assert {row[pairs.columns.index("smallest factor")] for row in pairs.rows} == {None}


def test_a_collapsed_training_counts_as_the_worst() -> None:
    found = told({"1": 1.0, "2": 1.5, "5": 3.0})
    for seed in range(4):
        found.trials["toy:ring, 1", seed].details["collapsed"] = 1
    answer = judge(found)
    assert answer.verdict == "can't tell"
    assert any("4 of 60 runs collapsed" in note for note in answer.notes)


def test_real(tmp_path: Path) -> None:
    arms = (1, "adaptive")
    tiny = {"worlds": ("toy:ring",), "seconds": 0.1, "steps": 10, "channels": 8, "batch": 16}
    answer = n_critic(out=tmp_path / "study", arms=arms, seeds=range(1), jobs=0, **tiny)
    assert answer.verdict == "can't tell"
    assert read_answer(tmp_path / "study").sentence == answer.sentence
    found = results(tmp_path / "study")
    assert found.complete
    assert found.detail("updates_a_step")[0, 0] == 1
    assert (found.detail("by_steps_2") > 0).all()
    assert (found.detail("word") <= found.detail("exact")).all()


def test_worlds_without_exact_distances_are_refused(tmp_path: Path) -> None:
    with pytest.raises(gb.UserError, match="speech:digits"):
        n_critic(out=tmp_path / "study", worlds=("speech:digits",))
