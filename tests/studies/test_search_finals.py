"""The best points of a search are repeated before one is chosen: out of a total, by a rule, and resumed exactly."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import search_trainees

from ganbaru.studies import Results, results
from ganbaru.studies.answer import Answer
from ganbaru.studies.kinds import hyper
from ganbaru.studies.ledger import FAILED, Trial
from ganbaru.studies.lines import Lines
from ganbaru.studies.search.finals import FINAL, MOST, Finals, Standing, held_back, standing
from ganbaru.studies.search.searching import PRESENT
from ganbaru.studies.search.space import Range
from ganbaru.studies.search.tried import Tried

SPACE = {"x": Range(0.0, 1.0)}


def noisy(data: Any, *, steps: int = 270, x: float = 0.95, seed: int = 0, folder: Any = None) -> float:
    """Best at 0.3; a seed's luck with a point is worth as much as a difference of 0.3."""
    Path(folder, "steps").write_text(str(steps))
    return float(-abs(x - 0.3) - 1 / steps + np.random.default_rng([seed, int(1e9 * x)]).normal(0, 0.3))


def asked(out: Path, train: Any = noisy, **given: Any) -> Answer:
    return hyper(train, [0] * 9, out=out, **{"space": SPACE, "search": "tpe", "trials": 40, "jobs": 0, **given})


def played(found: Results) -> dict[str, int]:
    """How many seeds of the finals each point got."""
    seeds = [seed for seed in found.seeds if 500 <= seed < 1000]
    names = [cell for cell in found.cells if cell.startswith(FINAL) or cell == PRESENT]
    counts = {cell: sum((cell, seed) in found.trials for seed in seeds) for cell in names}
    return {cell: count for cell, count in counts.items() if count}


def point(number: int, score: float) -> Tried:
    return Tried(number, {"x": float(number)}, (number,), (0,), (score,), True, {"x": float(number)})


def held(scores: dict[int, list[float]], finals: Finals, *, searched: int = 1) -> Standing:
    """Finals in which every point has so many rounds as it has scores beyond the first."""
    trials = {
        (f"final point {number}", seed): Trial(f"final point {number}", seed, state="done", score=score)
        for number, (_, *more) in scores.items()
        for seed, score in zip(finals.seeds, more, strict=False)
    }
    found = Results(Path(), None, trials, [], [], False)  # type: ignore[arg-type]
    return standing(found, [point(number, mine[0]) for number, mine in scores.items()], finals, searched)


def numbers(stands: Standing) -> list[int]:
    return [each.number for each in stands.left]


def test_the_better_half_goes_on_by_the_mean_of_all_seeds_and_two_at_least() -> None:
    finals = Finals(8, (500, 501, 502), higher_is_better=True)
    assert finals.points == 4
    first = {1: [9.0], 2: [8.0], 3: [7.0], 4: [6.0], 5: [5.0]}
    assert numbers(held(first, finals)) == [1, 2, 3, 4]
    once = {1: [9.0, 0.0], 2: [8.0, 4.0], 3: [7.0, 6.0], 4: [6.0, 1.0], 5: [5.0]}
    assert numbers(held(once, finals)) == [3, 2]
    assert held(once, finals).means == {1: 4.5, 2: 6.0, 3: 6.5, 4: 3.5}
    twice = {**once, 2: [8.0, 4.0, 9.0], 3: [7.0, 6.0, 1.0]}
    assert numbers(held(twice, finals)) == [2, 3]
    assert held(twice, finals).scores[2] == [8.0, 4.0, 9.0]
    assert numbers(held({**once, 2: [8.0, 4.0, 9.0]}, finals)) == [3, 2], "a round that is not done says nothing"


def test_the_search_counts_by_its_seeds_and_what_came_to_nothing_loses() -> None:
    finals = Finals(4, (500,), higher_is_better=False)
    scores = {1: [1.0, 4.0], 2: [2.0, 2.0]}
    assert numbers(held(scores, finals)) == [2, 1]
    assert numbers(held(scores, finals, searched=3)) == [1, 2]
    for bad in (math.nan, math.inf, -math.inf):
        assert numbers(held({1: [1.0, bad], 2: [2.0, 9.0]}, finals)) == [2, 1]


@pytest.mark.parametrize(
    ("trials", "steps", "whole", "count"),
    [
        (40, None, None, 10),
        (None, 5850, 270, 5),
        (40, 2700, 270, 2),
        (None, 5850, None, 0),
        (7, None, None, 0),
        (None, None, 270, 0),
        (10_000, None, None, MOST),
    ],
)
def test_a_quarter_of_the_budget_is_held_back_if_it_pays_for_a_round(
    trials: int | None, steps: int | None, whole: int | None, count: int
) -> None:
    assert held_back(trials, steps, whole) == count


def test_the_winner_is_the_best_by_all_seeds_not_the_luckiest(tmp_path: Path) -> None:
    answer = asked(tmp_path / "played")
    found = results(tmp_path / "played")
    counts = played(found)
    assert (len(counts), sum(counts.values())) == (5, 10)
    means = {cell: mean_of(found, cell) for cell, count in counts.items() if count == max(counts.values())}
    best = max(means, key=lambda cell: means[cell]).removeprefix(FINAL)
    assert f"confirm {best}" in found.cells
    luckiest = max(points_of(found), key=lambda cell: found.trials[cell, 0].score)
    assert best != luckiest
    finals = next(grid for grid in answer.grids if grid.title == "The finals")
    assert finals.rows[0][0] in {cell.removeprefix(FINAL) for cell in means}
    assert {row[2] for row in finals.rows} == {1, 2, 3}
    assert "half as many as it pays for, get one more seed each (from 500 on)" in answer.rule
    asked(tmp_path / "not", finals=False)
    assert not played(results(tmp_path / "not"))
    assert (len(points_of(found)), len(points_of(results(tmp_path / "not")))) == (30, 40)


def points_of(found: Results) -> list[str]:
    """Cells of the search."""
    return [cell for cell in found.cells if cell.startswith("point") or cell == PRESENT]


def mean_of(found: Results, cell: str) -> float:
    """Of a point over the seed that searched and those of the finals."""
    rows = {cell, cell.removeprefix(FINAL)}
    return float(np.mean([found.trials[key].score for key in found.trials if key[0] in rows and key[1] < 1000]))


@pytest.mark.parametrize("pruning", ["none", "hyperband"])
def test_the_total_holds_and_finals_train_from_the_beginning(tmp_path: Path, pruning: str) -> None:
    asked(tmp_path, pruning=pruning, trials=None, training_steps=5670, steps="steps", fresh=6)
    found = results(tmp_path)
    counts = played(found)
    assert len(counts) == 3
    assert sorted(counts.values()) == [1, 2, 2]
    finals = [settings for cell, settings in found.plan.cells.items() if cell.startswith(FINAL)]
    assert all("rung.before" not in settings for settings in finals)
    searched = [key for key in found.trials if not key[0].startswith("confirm") and key[1] < 1000]
    spent = sum(int((found.place(key) / "steps").read_text()) for key in searched)
    assert 5670 - 2 * 270 <= spent <= 5670


class Stopped:
    """A training, and Ctrl-C after so many trials."""

    def __init__(self, after: int) -> None:
        self.left = after

    def __call__(self, data: Any, *, x: float = 0.95, seed: int = 0, folder: Any = None) -> float:
        self.left -= 1
        if self.left < 0:
            raise KeyboardInterrupt
        return noisy(data, x=x, seed=seed, folder=folder)


@pytest.mark.parametrize("after", [31, 37])
def test_finals_that_are_cut_go_on_as_if_they_had_not_been(tmp_path: Path, after: int) -> None:
    whole = asked(tmp_path / "whole", fresh=0)
    with pytest.raises(KeyboardInterrupt):
        asked(tmp_path / "cut", Stopped(after), fresh=0)
    assert sum(played(results(tmp_path / "cut")).values()) >= after - 30
    assert asked(tmp_path / "cut", fresh=0).sentence == whole.sentence
    first, second = results(tmp_path / "whole"), results(tmp_path / "cut")
    assert list(first.plan.cells) == list(second.plan.cells)
    assert {key: trial.score for key, trial in first.trials.items()} == {
        key: trial.score for key, trial in second.trials.items()
    }
    done = [(line["cell"], line["seed"]) for _, line in Lines(tmp_path / "cut/ledger.jsonl").read() if "score" in line]
    assert sorted(done) == sorted(second.trials)


def test_a_larger_total_searches_on_and_plays_anew_within_it(tmp_path: Path) -> None:
    asked(tmp_path, fresh=0)
    before = results(tmp_path)
    asked(tmp_path, fresh=0, trials=60)
    found = results(tmp_path)
    assert set(before.trials) < set(found.trials)
    assert len(found.trials) <= 60
    assert sum(played(found).values()) <= 15
    assert len(points_of(found)) == 45
    asked(tmp_path, fresh=0, trials=60)
    assert set(results(tmp_path).trials) == set(found.trials)


def test_a_final_that_fails_is_lost_and_the_others_go_on(tmp_path: Path) -> None:
    def train(data: Any, *, x: float = 0.95, seed: int = 0, folder: Any = None) -> float:
        if seed >= 500 and x > 0.3:
            raise ValueError("no")
        return noisy(data, x=x, seed=seed, folder=folder)

    asked(tmp_path, train, fresh=0, retries=0)
    found = results(tmp_path)
    counts = played(found)
    lost = {cell for (cell, _), trial in found.trials.items() if trial.state == FAILED}
    assert 0 < len(lost) < len(counts) - 1
    assert not found.missing
    assert {counts[cell] for cell in lost} == {1}
    assert max(counts.values()) > 1


@pytest.mark.parametrize("given", [{"search": "grid", "count": 5, "trials": None}, {"pruning": "wilcoxon"}])
def test_nothing_is_held_back_where_points_are_run_whole_or_seed_by_seed(tmp_path: Path, given: Any) -> None:
    answer = asked(tmp_path, search_trainees.bowl, **{"space": {"rate": Range(1e-5, 1e-1, log=True)}, **given})
    assert "held back" not in answer.rule
    assert not played(results(tmp_path))
