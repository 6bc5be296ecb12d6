"""Whether a curve rises all the way, or falls somewhere by more than noise."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ganbaru.distances.estimate import Estimate
from ganbaru.studies.judging.table import Table

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Fall:
    """The deepest fall of a curve from one size to a larger one.

    Attributes:
        depth: how deep, with an interval that counts every pair of sizes as looked at.
        start: index of the cell where it begins.
        stop: index of the cell where it ends.
        p: how often noise alone lies as far from every rising curve.
    """

    depth: Estimate
    start: int
    stop: int
    p: float


def isotonic(curves: Array) -> Array:
    """The nearest curves that never fall, ``(B, C)``, by the max-min formula (Robertson, Wright & Dykstra 1988)."""
    count = curves.shape[1]
    sums = np.concatenate([np.zeros((len(curves), 1)), np.cumsum(curves, axis=1)], axis=1)
    fitted = np.full(curves.shape, -np.inf)
    for first in range(count):
        lengths = np.arange(1, count - first + 1)
        blocks = (sums[:, first + 1 :] - sums[:, [first]]) / lengths
        least = np.minimum.accumulate(blocks[:, ::-1], axis=1)[:, ::-1]
        fitted[:, first:] = np.maximum(fitted[:, first:], least)
    return fitted


def fall(table: Table, errors: Array, confidence: float) -> Fall:
    """The deepest fall of the means, tested against the curve that is hardest to tell from a falling one: a flat one.

    Statistic: squared distance of the means to the nearest curve that never falls (chi-bar-squared where the noise is
    known; here its draws under the errors of the means).
    """
    distance = _distance(table.means[None])[0]
    p = float((1 + (_distance(errors) >= distance).sum()) / (1 + len(errors)))
    drops = table.means[:, None] - table.means[None, :]
    start, stop = _deepest(drops[None])[1][0]
    noise = _deepest(errors[:, :, None] - errors[:, None, :])[0]
    share = 0.5 + confidence / 2
    half = float(np.quantile(noise, share))
    single = float(np.quantile(errors[:, start] - errors[:, stop], share))
    depth = float(drops[start, stop])
    return Fall(Estimate(depth, depth - half, depth + single, confidence, method="deepest fall"), start, stop, p)


def _distance(curves: Array) -> Array:
    return np.asarray(((curves - isotonic(curves)) ** 2).sum(axis=1))


def _deepest(drops: Array) -> tuple[Array, Array]:
    """Greatest of the differences from an earlier to a later cell ``(B, C, C)``, and between which it lies."""
    early, late = np.triu_indices(drops.shape[1], 1)
    above = drops[:, early, late]
    best = above.argmax(axis=1)
    return above.max(axis=1), np.stack([early[best], late[best]], axis=1)
