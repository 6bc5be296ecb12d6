"""Weights of two samples as masses that can be moved: above 0, and as much on one side as on the other."""

import math
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from ganbaru.errors import UserError

Array = np.ndarray[Any, Any]

_KEPT = 1000
"""Points up to which equal masses are kept for the next time: with ten points, making them takes a sixth of all."""


class Masses(NamedTuple):
    """Of the points that have any.

    Attributes:
        supply: of those of ``a``.
        demand: of those of ``b``, with the same sum.
        total: that sum.
        equal: whether all of ``a`` weigh the same, and all of ``b``.
        rows: the points of ``a`` that have some; None where all points of both have.
        columns: those of ``b``.
    """

    supply: Array
    demand: Array
    total: float
    equal: bool
    rows: Array | None = None
    columns: Array | None = None


def masses(n: int, m: int, a_weights: Array | None, b_weights: Array | None) -> Masses:
    """Whole numbers where weights are equal, with which flows are exact; else of sum 1.

    Raises:
        UserError: weights do not fit the points, or are not weights.
    """
    if a_weights is None and b_weights is None:
        return _equal(n, m) if n + m <= _KEPT else _equal.__wrapped__(n, m)
    supply, demand = _normalised(a_weights, n, "a_weights"), _normalised(b_weights, m, "b_weights")
    if supply.min() == supply.max() and demand.min() == demand.max():
        return masses(n, m, None, None)
    if supply.min() > 0 and demand.min() > 0:
        return Masses(supply, demand, 1.0, False)
    rows, columns = np.flatnonzero(supply), np.flatnonzero(demand)
    return Masses(supply[rows], demand[columns], 1.0, False, rows, columns)


@lru_cache(maxsize=64)
def _equal(n: int, m: int) -> Masses:
    common = math.gcd(n, m)
    return Masses(np.full(n, float(m // common)), np.full(m, float(n // common)), float(n * m // common), True)


def _normalised(weights: Array | None, count: int, name: str) -> Array:
    if weights is None:
        return np.full(count, 1 / count)
    weights = np.asarray(weights, dtype=np.float64)
    if weights.shape != (count,):
        raise UserError(f"{name} of shape {weights.shape} do not fit {count} points")
    if not (np.isfinite(weights).all() and weights.min() >= 0 and weights.max() > 0):
        raise UserError(f"{name} must be finite and not negative, and not all 0")
    weights = weights / weights.max()
    return np.asarray(weights / weights.sum())
