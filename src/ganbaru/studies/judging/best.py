"""How far each cell lies behind the best of some others, when which is the best is not known either."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ganbaru.distances.estimate import Estimate
from ganbaru.studies.judging.table import Table

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Behind:
    """Of each cell, how much better the best of the rivals is (negative where it is worse).

    Attributes:
        gains: one for each cell: from it to the best rival.
        together: which cells may be the best themselves, ``(C,)``.
    """

    gains: list[Estimate]
    together: Array


def behind(table: Table, *, confidence: float, seed: int = 0) -> Behind:
    """Of every cell, how far it lies behind the best of all others.

    ``max_j μ_j − μ_i`` over j ≠ i: its lower bound is the greatest difference seen less the quantile of the greatest
    error (Dunnett 1955, one-sided; the cells whose bound is not over 0 are Gupta's subset (1965), which holds the true
    best with this confidence); its upper bound is the greatest of the single upper bounds, which needs no
    correction, as only the one of the true best has to hold (Berger 1982).
    """
    errors = table.errors(seed)
    gains = [gain(table, index, _others(len(table.means), index), errors, confidence) for index in range(len(table.x))]
    return Behind(gains, np.array([each.low <= 0 for each in gains]))


def gain(table: Table, cell: int, rivals: Array, errors: Array, confidence: float) -> Estimate:
    """From one cell to the best of its rivals, with a bound on either side that holds with (1 + confidence) / 2."""
    share = 0.5 + confidence / 2
    seen = table.means[rivals] - table.means[cell]
    wrong = errors[:, rivals] - errors[:, [cell]]
    low = seen.max() - np.quantile(wrong.max(axis=1), share)
    high = (seen + np.quantile(wrong, share, axis=0)).max()
    samples = (int(table.counts[cell]), int(table.counts[rivals].min()))
    return Estimate(
        float(seen.max()), float(low), float(high), confidence, samples=samples, method="best of the rivals"
    )


def _others(count: int, index: int) -> Array:
    return np.delete(np.arange(count), index)
