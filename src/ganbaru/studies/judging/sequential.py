"""Looking after each batch of seeds without raising the rate of false claims."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from ganbaru.distances.estimate import Estimate
from ganbaru.errors import UserError
from ganbaru.studies.judging.pairs import outcomes, paired
from ganbaru.studies.judging.sign_flip import ends, flips, subset_means
from ganbaru.studies.judging.zone import CANNOT_TELL, interval, number

Array = np.ndarray[Any, Any]
Verdict = Literal["A is better", "B is better", "go on", "can't tell"]


@dataclass(frozen=True)
class Sequential:
    """What the looks taken so far say.

    Attributes:
        verdict: "A is better", "B is better", "go on" (looks are left) or "can't tell" (none is).
        said: the verdict as one sentence.
        difference: mean difference at the look that decided or was last, positive where A is better; its interval holds
            at all looks together (a repeated interval, Jennison & Turnbull 1984). None before the first look.
        taken: looks taken.
        spent: of the error rate, up to and with that look.
    """

    verdict: Verdict
    said: str
    difference: Estimate | None
    taken: int
    spent: float


def compare_sequentially(
    scores: Array,
    looks: list[int],
    collapsed: Array | None = None,
    *,
    higher_is_better: bool = True,
    confidence: float = 0.95,
    seed: int = 0,
) -> Sequential:
    """Two arms compared at looks that were planned; all looks together err in at most 1 − confidence of cases.

    At the look after n of N seeds the share n / N of the error rate may be spent (Lan & DeMets 1983). What a look
    spends is counted over the flips of all signs, those that an earlier look would have stopped left out: a
    group-sequential permutation test, as AdaStop (Mathieu et al. 2024), exact like the single one. The first look that
    claims a difference ends the study; later scores are not looked at.

    Args:
        scores: ``(2, S)`` of A and B in the order in which the seeds were run; NaN where a run is missing.
        looks: how many seeds each planned look comes after, ascending; written down before the study runs.
        collapsed: ``(2, S)`` runs that collapsed; they count as the worst score seen by that look.
        higher_is_better: direction of the scores.
        confidence: of all looks together.
        seed: of the random flips.

    Raises:
        UserError: the shapes do not fit, or the looks do not ascend.
    """
    values = np.asarray(scores, dtype=float)
    if values.ndim != 2 or len(values) != 2:
        raise UserError(f"scores {values.shape} are not those of two arms")
    if not looks or looks[0] < 1 or list(looks) != sorted(set(looks)):
        raise UserError(f"looks {looks} must ascend", hint="such as [8, 16, 24]")
    due = [count for count in looks if count <= values.shape[1]]
    if not due:
        return Sequential("go on", f"go on: the first look comes after {looks[0]} seeds", None, 0, 0.0)
    fell = np.zeros(values.shape, dtype=bool) if collapsed is None else np.asarray(collapsed, dtype=bool)
    return _look(values, fell, due, looks[-1], higher_is_better, confidence, seed)


def _look(
    values: Array, fell: Array, due: list[int], planned: int, higher: bool, confidence: float, seed: int
) -> Sequential:
    level = 1 - confidence
    signs = flips(due[-1], seed)
    alive, spent = np.ones(len(signs), dtype=bool), 0.0
    for taken, count in enumerate(due, 1):
        both = outcomes(values[:, :count], fell[:, :count], higher_is_better=higher)
        differences = np.nan_to_num(both[0] - both[1])
        sums = np.abs(signs[:, :count] @ differences)
        bound = _bound(sums[alive], level * count / planned * len(signs) - (~alive).sum())
        local = float((sums >= bound).mean())
        alive &= sums < bound
        spent = float((~alive).mean())
        estimate = _estimate(paired(*both).differences, local, seed)
        if not alive[0]:
            return _decided(estimate, taken, count, spent)
    return _undecided(estimate, taken, due[-1], planned, spent)


def _bound(sums: Array, budget: float) -> float:
    """The least bound that at most ``budget`` of the sums reach; infinite where not even the greatest may."""
    ordered = np.sort(sums)[::-1]
    allowed = int(np.floor(budget + 1e-9))
    if allowed < 1 or ordered[0] == 0:
        return np.inf
    slack = 1e-12 * ordered[0]
    if allowed >= len(ordered):
        return float(ordered[-1])
    above = ordered[ordered > ordered[allowed] + slack]
    return float(above[-1] - slack) if len(above) else np.inf


def _estimate(differences: Array, local: float, seed: int) -> Estimate:
    count = len(differences)
    low, high = ends(subset_means(differences, seed), 1 - local)
    point = float(differences.mean()) if count else 0.0
    return Estimate(point, low, high, 1 - local, samples=(count, count), method="repeated sign-flip interval")


def _decided(difference: Estimate, taken: int, count: int, spent: float) -> Sequential:
    first = difference.value > 0
    better, other = ("A", "B") if first else ("B", "A")
    size = number(abs(difference.value))
    said = f"{better} is better than {other} by about {size}: found at look {taken}, after {count} seeds"
    return Sequential("A is better" if first else "B is better", said, difference, taken, spent)


def _undecided(difference: Estimate, taken: int, count: int, planned: int, spent: float) -> Sequential:
    if count < planned:
        said = f"go on: after {count} of {planned} seeds the difference is {interval(difference)}"
        return Sequential("go on", said, difference, taken, spent)
    said = f"can't tell: after all {planned} seeds the difference is {interval(difference)}"
    return Sequential(CANNOT_TELL, said, difference, taken, spent)
