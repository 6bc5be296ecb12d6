"""Sliced Wasserstein distances: exact on many one-dimensional shadows of the samples, averaged or at their worst."""

import math
from typing import Any

import numpy as np
from scipy import stats

from ganbaru.distances.estimate import Estimate
from ganbaru.distances.folded import true_share
from ganbaru.distances.resampling import drawn, floor, half, margin, pool_of, spread
from ganbaru.distances.samples import check_power, in_unit, pair, rescaled
from ganbaru.distances.sorting import sorted_rows
from ganbaru.errors import UserError

Array = np.ndarray[Any, Any]


def sliced_wasserstein(
    a: Array,
    b: Array,
    p: int = 1,
    *,
    projections: int | Array = 128,
    calibrated: bool = False,
    debiased: bool = False,
    resamples: int = 100,
    floor_from: tuple[Array, Array] | None = None,
    confidence: float = 0.95,
    seed: int = 0,
) -> Estimate:
    """``(mean over directions θ of W_p(θ·a, θ·b)^p)^(1/p)`` (Rabin et al. 2011; Bonneel et al. 2015, eq. 8).

    Each one-dimensional distance is exact, by sorting. The interval is a delete-half jackknife's.

    A shift by δ has a mean shadow of ``δ Γ(d/2) / (√π Γ((d+1)/2))``: a tenth of it in 64 dimensions. ``calibrated``
    divides by that factor (for p = 2, by 1/√d), so that a shift reads as its length, like W_p of the whole; other
    changes still read otherwise than by W_p.

    Args:
        a: ``(n, d)``.
        b: ``(m, d)``.
        p: 1 or 2.
        projections: how many random directions, or the directions themselves, ``(d, k)``, taken as they are.
        calibrated: in units of a shift.
        debiased: takes off what chance adds, so that the interval holds the distance of the distributions; else it
            holds what other samples of these sizes would be apart.
        resamples: how many halves for the interval; 0 gives neither interval nor floor, only the distance of these
            very samples.
        floor_from: two samples of one distribution, whose distance at these sizes is the floor; None splits
            ``a`` and ``b`` pooled at random, which is right where they are the same and too high where not.
        confidence: how often the interval holds the truth.
        seed: of directions and draws.

    Raises:
        UserError: shapes do not fit, a sample is empty, a number is not finite, or p is another.
    """
    check_power(p)
    a, b, unit = rescaled(*pair(a, b, least=4 if debiased else 1))
    rng = np.random.default_rng([seed, 0x511CED])
    size = a.shape[1]
    directions = _directions(size, projections, rng)
    others = in_unit(floor_from, unit)
    unit *= shift_factor(size, p) if calibrated else 1.0
    shadows = directions.T @ a.T, directions.T @ b.T  # (k, n), (k, m)
    value = _distance(*shadows, p)
    method = f"sliced W{p}, {directions.shape[1]} directions{', in units of a shift' if calibrated else ''}"
    if not resamples:
        return Estimate(value, value, value, confidence, samples=(len(a), len(b)), method=method).times(unit)
    halves = np.array(
        [_distance(shadows[0][:, half(len(a), rng)], shadows[1][:, half(len(b), rng)], p) for _ in range(resamples)]
    )
    pool = directions.T @ pool_of(a, b, others).T
    pairs = ((pool[:, i], pool[:, j]) for i, j in drawn(pool.shape[1], len(a), len(b), 20, rng))
    if debiased:
        plain, value = value, _debiased(*shadows, p, rng)
        reach = margin(halves**2, confidence)
        if not isinstance(projections, np.ndarray):
            reach = math.hypot(reach, _margin_of_directions(*shadows, p, confidence))
        more = (plain**2 - value**2) / 4  # less should have been taken off where the change is seen by chance's shape
        low, high = (math.sqrt(max(0.0, value**2 + end)) for end in (-reach, reach + more))
        same = floor(_debiased(*each, p, rng) for each in pairs)
        method += ", bias taken off"
    else:
        low, high = spread(value, halves, confidence, least=0.0)
        same = floor(_distance(*each, p) for each in pairs)
    return Estimate(value, low, high, confidence, floor=same, samples=(len(a), len(b)), method=method).times(unit)


def shift_factor(size: int, p: int = 1) -> float:
    """What a sliced W_p in so many dimensions is multiplied by for a shift to read as its length.

    ``√π Γ((d+1)/2) / Γ(d/2)`` for p = 1, the inverse of ``E|θ₁|``, and ``√d`` for p = 2; 10.0 and 8 in 64 dimensions.
    """
    if p == 2:
        return math.sqrt(size)
    return math.sqrt(math.pi) * math.exp(math.lgamma((size + 1) / 2) - math.lgamma(size / 2))


def _directions(size: int, projections: int | Array, rng: np.random.Generator) -> Array:
    if isinstance(projections, int | np.integer):
        if projections < 1:
            raise UserError(f"{projections} projections show nothing", hint="take one or more")
        directions = rng.standard_normal((size, int(projections)))
        return directions / np.linalg.norm(directions, axis=0)
    directions = np.asarray(projections, dtype=np.float64)
    if directions.ndim != 2 or directions.shape[0] != size or not directions.shape[1]:
        raise UserError(
            f"directions of shape {directions.shape} do not fit points of {size} dimensions",
            hint=f"give ({size}, k), one column a direction",
        )
    return directions


def _distance(a: Array, b: Array, p: int) -> float:
    """Mean over the rows of W_p^p, to the power 1/p; shadows ``(k, n)`` and ``(k, m)``."""
    return float(line_costs(a, b, p).mean() ** (1 / p))


def _debiased(a: Array, b: Array, p: int, rng: np.random.Generator, splits: int = 4) -> float:
    """As `_distance`, with what chance adds taken off: for p = 1 by `true_share`, for p = 2 in squares.

    Halves of a sample are apart by chance alone, and a whole has half as much of it in squares.
    """
    if p == 1:
        return true_share(a, b) * _distance(a, b, p)
    noise = np.mean([_own(x, p, rng) ** 2 for x in (a, b) for _ in range(splits)]) / 2
    return math.sqrt(max(0.0, _distance(a, b, p) ** 2 - float(noise)))


def _own(x: Array, p: int, rng: np.random.Generator) -> float:
    """The distance between random halves of a sample."""
    order, middle = rng.permutation(x.shape[1]), x.shape[1] // 2
    return _distance(x[:, order[:middle]], x[:, order[middle : 2 * middle]], p)


def _margin_of_directions(a: Array, b: Array, p: int, confidence: float) -> float:
    """What others than these directions might make of the squared distance."""
    costs = line_costs(a, b, p)
    slope = 1.0 if p == 2 else 2 * float(costs.mean())
    return float(stats.norm.ppf(0.5 + confidence / 2)) * slope * float(costs.std()) / math.sqrt(len(costs))


def line_costs(a: Array, b: Array, p: float) -> Array:
    """W_p^p of the points of each row, ``(k, n)`` and ``(k, m)`` to ``(k,)``, by sorting."""
    n, m = a.shape[1], b.shape[1]
    left, right = sorted_rows(a), sorted_rows(b)
    widths = np.full(n, 1 / n)
    if n != m:
        levels = np.unique(np.concatenate([np.arange(1, n + 1) / n, np.arange(1, m + 1) / m]))
        widths = np.diff(levels, prepend=0.0)
        middles = levels - widths / 2
        left, right = (x[:, np.minimum((middles * x.shape[1]).astype(np.int64), x.shape[1] - 1)] for x in (left, right))
    gap = np.subtract(left, right, out=left)
    np.square(gap, out=gap) if p == 2 else np.abs(gap, out=gap)
    if p not in (1, 2):
        np.power(gap, p, out=gap)
    return np.asarray(gap @ widths)
