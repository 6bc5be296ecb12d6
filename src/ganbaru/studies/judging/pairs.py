"""Scores of two arms as paired outcomes."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ganbaru.distances.estimate import Estimate, proportion
from ganbaru.errors import UserError
from ganbaru.studies.judging.sign_flip import pairs_needed
from ganbaru.studies.judging.table import as_outcomes

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Pairs:
    """Differences of two arms over the seeds that both have.

    Attributes:
        differences: ``(n,)`` positive where A is better.
        missing: seeds that one of the two lacks.
    """

    differences: Array
    missing: int

    def wins(self, confidence: float) -> Estimate:
        """How probably A beats B with one seed, with a Wilson interval.

        A tie is half a win; the lower end counts it as none, the upper one as a whole.
        """
        count = len(self.differences)
        if count == 0:
            return Estimate(0.5, 0.0, 1.0, confidence, samples=(0, 0))
        won, tied = int((self.differences > 0).sum()), int((self.differences == 0).sum())
        low, high = proportion(won, count, confidence=confidence), proportion(won + tied, count, confidence=confidence)
        share = (won + tied / 2) / count
        return Estimate(share, low.low, high.high, confidence, samples=(count, count), method="pairs that A wins")

    def smallest_effect(self, level: float, power: float = 0.8) -> float:
        """The difference that so many pairs with this spread would find with a probability of ``power``.

        Infinite where they are too few for the exact test to find any.
        """
        from scipy.stats import t

        count = len(self.differences)
        if count < pairs_needed(level):
            return float("inf")
        free, spread = count - 1, float(self.differences.std(ddof=1))
        return float((t.ppf(1 - level / 2, free) + t.ppf(power, free)) * spread / np.sqrt(count))


def outcomes(scores: Array, collapsed: Array | None, *, higher_is_better: bool) -> Array:
    """Scores ``(arms, seeds)`` turned so that higher is better, a collapsed run being as bad as the worst.

    Raises:
        UserError: the shapes do not fit or a score is infinite.
    """
    values = np.asarray(scores, dtype=float)
    fell = np.zeros(values.shape, dtype=bool) if collapsed is None else np.asarray(collapsed, dtype=bool)
    if values.ndim != 2 or fell.shape != values.shape:
        raise UserError(f"scores {values.shape} and collapsed {fell.shape} do not fit", hint="both are (arms, seeds)")
    if np.isinf(values).any():
        raise UserError("a score is infinite", hint="mark that run as collapsed and its score as NaN")
    return as_outcomes(values if higher_is_better else -values, fell)


def paired(a: Array, b: Array) -> Pairs:
    """Outcomes of two arms, ``(seeds,)`` each, as pairs."""
    differences = a - b
    known = np.isfinite(differences)
    return Pairs(differences[known], int((~known).sum()))
