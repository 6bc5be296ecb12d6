"""Finals: the best points of a search on more seeds, before one of them is called the winner.

The best of many points that were tried with one seed is often a lucky one: near-ties are decided by noise. So a part of
the budget is held back, and when the search has spent the rest, the best few points get one seed more each, the same
for all; the better half of them, by the mean over all seeds, gets the next; and so on. This is sequential halving
(Karnin, Koren & Somekh 2013, algorithm 1) with rounds of one seed, in which no less than two play and what was seen in
earlier rounds, and in the search, counts too.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ganbaru.studies import outcome
from ganbaru.studies.ledger import DONE, FAILED, Trial
from ganbaru.studies.plan import Key
from ganbaru.studies.search.searching import PRESENT
from ganbaru.studies.search.tried import Tried, from_the_beginning, ranked
from ganbaru.studies.sitting import More, Wanted
from ganbaru.studies.table import Results

FINAL = "final "
"""Begins the name of a cell that is run with the seeds of the finals only; its point follows."""
SHARE = 4
"""One in so many parts of the budget is held back."""
MOST, ROUNDS = 24, 8
"""Trainings that are held back at most, for 12 points, 6, 3 and 2; and rounds at most."""
_LEAST = 2
"""Points that play at least: one has won."""
_AFTER = 500
"""Seeds of the finals begin so much over the greatest that searched."""


def held_back(trials: int | None, steps: int | None, whole: int | None) -> int:
    """Whole trainings with one seed that are held back of a budget: none where it has no bound, or pays for one only.

    Args:
        trials: the budget; None for no bound.
        steps: the budget in training steps, likewise.
        whole: steps of a whole training; None where the training knows itself.
    """
    parts = [] if trials is None else [trials // SHARE]
    parts += [] if steps is None or whole is None else [steps // (SHARE * whole)]
    held = min([MOST, *parts]) if parts else 0
    return held if held >= _LEAST else 0


@dataclass(frozen=True)
class Finals:
    """How the finals are played.

    Attributes:
        trainings: whole ones that are held back for them; 0 where the budget is too small.
        seeds: one for each round.
        higher_is_better: direction of the scores.
    """

    trainings: int
    seeds: tuple[int, ...]
    higher_is_better: bool

    @classmethod
    def after(cls, known: Sequence[int], trainings: int, *, higher_is_better: bool) -> "Finals":
        """Of a search with the seeds ``known``."""
        seeds = tuple(max(known) + _AFTER + number for number in range(ROUNDS))
        return cls(trainings, seeds, higher_is_better)

    @property
    def rule(self) -> str:
        """How they decide, for a plan; it does not say how large the budget is, which may grow."""
        return (
            f"One in {SHARE} parts of the budget, {MOST} trainings at most, is held back: the best points, half as "
            f"many as it pays for, get one more seed each (from {self.seeds[0]} on), then the better half of them by "
            "the mean of all seeds, two at least, and so on until it is spent."
        )

    @property
    def points(self) -> int:
        """Points that play in the first round: half as many as trainings, as the rounds add up to twice the first."""
        return max(_LEAST, (self.trainings + 1) // 2) if self.trainings else 1

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        return {**vars(self), "seeds": list(self.seeds)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Finals":
        """The inverse of `to_json`."""
        return cls(**{**value, "seeds": tuple(value["seeds"])})


@dataclass(frozen=True)
class Standing:
    """Where the finals stand.

    Attributes:
        left: the points that were not beaten yet, the best first; the winner of a study that is done is the first.
        scores: of each that played, by its number: that of the search, then one for each of its rounds; what failed,
            collapsed or is not finite is infinitely bad.
        means: over all seeds, likewise.
    """

    left: list[Tried]
    scores: Mapping[int, list[float]]
    means: Mapping[int, float]

    @property
    def winner(self) -> Tried | None:
        """The best so far."""
        return self.left[0] if self.left else None


def standing(found: Results, points: Sequence[Tried], finals: Finals, searched: int) -> Standing:
    """The finals by what the ledger holds of them: rounds that are not done by all who play count for nothing.

    Args:
        found: of the study.
        points: that were tried.
        finals: how they are played.
        searched: seeds by which a point was chosen.
    """
    sign = 1.0 if finals.higher_is_better else -1.0
    left = ranked(points, higher_is_better=finals.higher_is_better)[: finals.points]
    scores = {point.number: [point.scores[-1]] for point in left}
    means = {point.number: point.scores[-1] for point in left}
    for seed in finals.seeds:
        trials = [found.trials.get((cell_of(point), seed)) for point in left]
        if len(left) < _LEAST or not all(trial is not None and trial.state in (DONE, FAILED) for trial in trials):
            break
        for point, trial in zip(left, trials, strict=True):
            mine = scores[point.number]
            mine.append(_score(trial, -sign * np.inf))
            means[point.number] = (searched * mine[0] + sum(mine[1:])) / (searched + len(mine) - 1)
        left.sort(key=lambda point: (sign * means[point.number], point.number == 0), reverse=True)
        left = left[: max(_LEAST, (len(left) + 1) // 2)]
    return Standing(left, scores, means)


class Playing:
    """What is given to `run_study` as ``more``: a search to its end, then its finals.

    Args:
        search: asked first.
        finals: how they are played.
        points: tells the points that were tried.
        searched: seeds by which a point was chosen.
    """

    def __init__(self, search: More, finals: Finals, points: Callable[[Results], list[Tried]], searched: int) -> None:
        self._search, self._finals, self._points, self._searched = search, finals, points, searched

    def __call__(self, found: Results) -> Any:
        """What is to be run next."""
        wanted = self._search(found)
        if wanted or not self._finals.trainings:
            return wanted
        if any(trial.state not in (DONE, FAILED) for trial in found.trials.values()):
            return Wanted()
        return self._round(found)

    def _round(self, found: Results) -> Wanted:
        """The next round; nothing where one point is left, or what is held back does not pay for it."""
        stands = standing(found, self._points(found), self._finals, self._searched)
        played = len(stands.scores[stands.left[0].number]) - 1 if stands.left else 0
        seeds = self._finals.seeds[played : played + 1]
        if len(stands.left) < _LEAST or not seeds:
            return Wanted()
        cells = {cell_of(point): from_the_beginning(point.settings) for point in stands.left}
        trials: list[Key] = [(cell, seeds[0]) for cell in cells if (cell, seeds[0]) not in found.trials]
        spent = sum(seed in self._finals.seeds for _, seed in found.trials)
        if spent + len(trials) > self._finals.trainings:
            return Wanted()
        return Wanted({name: cell for name, cell in cells.items() if name not in found.plan.cells}, trials)


def cell_of(point: Tried) -> str:
    """The name of the cell by which a point plays."""
    return FINAL + point.name if point.number else PRESENT


def _score(trial: Trial | None, worst: float) -> float:
    score = outcome.value(trial.score) if trial is not None and trial.state == DONE and not trial.collapsed else np.nan
    return score if np.isfinite(score) else float(worst)
