"""Divergences of two samples over bins that both share, with what chance and the bins do to them said beside."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ganbaru.distances.estimate import Estimate
from ganbaru.distances.formulas import TOTAL_VARIATION, Base, Formula
from ganbaru.distances.resampling import check_draws, drawn, floor, pool_of, spread
from ganbaru.errors import UserError

Array = np.ndarray[Any, Any]

MOST_DIMENSIONS = 3
_FLOOR_DRAWS = 20
_FLOOR_HALVES = 20
_KINKED = 2 * math.sqrt(2)
"""|p − q| has a kink where they are equal. There chance adds by n^(−1/2), not 1/n, and halves tell of 1 + √2 times as
much as elsewhere; which it is cannot be known, so the lower end of total variation goes down to where that would be,
and as far again for the chance in what the halves tell (measured: it then holds the truth in 95 %, before in 88 %)."""


@dataclass(frozen=True)
class Binning:
    """How samples are binned; the options are described in `divergences.Binned`."""

    bins: int | None = None
    edges: Any = None
    extrapolate: bool = True
    resamples: int = 100
    floor_from: tuple[Array, Array] | None = None
    confidence: float = 0.95
    seed: int = 0

    def __post_init__(self) -> None:
        check_draws(self.resamples, self.confidence)


@dataclass(frozen=True)
class Bins:
    """Edges along each axis, and how they were chosen.

    ``closed``: the outermost edges end the bins, and what lies beyond is in cells of its own.
    """

    edges: list[Array]
    said: str
    closed: bool

    def cells(self, points: Array) -> Array:
        """Number of the cell of each point, ``(n, d)`` to ``(n,)``."""
        sides = [self._along(axis, points[:, number]) for number, axis in enumerate(self.edges)]
        return np.asarray(np.ravel_multi_index(sides, [len(axis) + 1 for axis in self.edges]))

    def _along(self, axis: Array, values: Array) -> Array:
        """Closed bins hold their lower edge, and the last its upper one too, as numpy has it; others their upper."""
        if not self.closed:
            return np.searchsorted(axis, values, side="left")
        return np.where(values == axis[-1], len(axis) - 1, np.searchsorted(axis, values, side="right"))


def binned(formula: Formula, a: Array, b: Array, base: Base, how: Binning) -> Estimate:
    """Of samples ``(n, d)`` and ``(m, d)`` over shared bins."""
    bins = _bins(a, b, how)
    rng = np.random.default_rng([how.seed, 0xB1])
    pool = pool_of(a, b, how.floor_from)
    _, cells = np.unique(np.concatenate([bins.cells(x) for x in (a, b, pool)]), return_inverse=True)
    size, n, m = int(cells.max()) + 1, len(a), len(b)
    ours, theirs = (np.bincount(part, minlength=size) for part in (cells[:n], cells[n : n + m]))
    value, low, high = _interval(formula, ours, theirs, how, rng)
    return Estimate(
        float(formula.finished(value, base)),
        float(formula.finished(low, base)),
        float(formula.finished(high, base)),
        how.confidence,
        floor=float(formula.finished(_floor(formula, cells[n + m :], n, m, how, rng), base)),
        samples=(n, m),
        method=formula.said(base, bins.said + (", extrapolated to endless samples" if how.extrapolate else "")),
    )


def _interval(
    formula: Formula, a: Array, b: Array, how: Binning, rng: np.random.Generator
) -> tuple[float, float, float]:
    """Value, low and high of the integral, from counts ``(K,)`` and ``(K,)``."""
    whole, halves = _measured(formula, a, b, how.resamples, how.confidence, rng)
    value = _estimated(formula, whole, halves, how.extrapolate)
    low, high = spread(value, halves, how.confidence, least=0.0)
    if np.isinf(formula.most):  # where halves miss more of b's mass than the whole, extrapolation only raises the least
        low = min(low, spread(whole, halves, how.confidence, least=0.0)[0])
    if formula is TOTAL_VARIATION and how.extrapolate:
        low = max(0.0, low - _KINKED * max(0.0, float(halves.mean()) - whole))
    if _without_bound(formula, a, b):
        return np.inf, low, np.inf
    return value, low, min(high, formula.most)


def _estimated(formula: Formula, whole: float, halves: Array, extrapolate: bool) -> float:
    """Chance adds to the distance of samples, and about twice as much to that of their halves."""
    return min(max(2 * whole - float(halves.mean()), 0.0), formula.most) if extrapolate else whole


def _floor(formula: Formula, pool: Array, n: int, m: int, how: Binning, rng: np.random.Generator) -> float:
    """Of the same estimator; infinite where it is so more than one time in twenty."""
    size = int(pool.max()) + 1
    found = []
    for i, j in drawn(len(pool), n, m, _FLOOR_DRAWS, rng):
        a, b = (np.bincount(pool[part], minlength=size) for part in (i, j))
        whole, halves = _measured(formula, a, b, _FLOOR_HALVES, how.confidence, rng)
        found.append(np.inf if _without_bound(formula, a, b) else _estimated(formula, whole, halves, how.extrapolate))
    finite = np.isfinite(found)
    return floor(np.array(found)[finite]) if finite.mean() >= 0.95 else np.inf


def _measured(
    formula: Formula, a: Array, b: Array, count: int, confidence: float, rng: np.random.Generator
) -> tuple[float, Array]:
    """The integral, and those of random halves: ``(count,)``."""
    half_a, half_b = (rng.multivariate_hypergeometric(x, max(1, int(x.sum()) // 2), size=count) for x in (a, b))
    return float(_integral(formula, a, b, confidence)), _integral(formula, half_a, half_b, confidence)


def _integral(formula: Formula, a: Array, b: Array, confidence: float) -> Array:
    """From counts ``(…, K)``.

    Where b is needed and has none, it is given the share that may have been missed in m draws: ``1 − α^(1/m)``, α the
    part of chance beyond one end of the interval. So what is infinite for the sample has a finite lower end.
    """
    p, q = (x / x.sum(axis=-1, keepdims=True) for x in (a, b))
    if np.isinf(formula.most):
        missed = 1 - (0.5 - confidence / 2) ** (1 / b.sum(axis=-1, keepdims=True))
        q = np.where((b == 0) & (a > 0), missed, q)
        q = q / q.sum(axis=-1, keepdims=True)
    return formula.of_cells(p, q)


def _without_bound(formula: Formula, a: Array, b: Array) -> bool:
    return bool(np.isinf(formula.most) and ((a > 0) & (b == 0)).any())


def _bins(a: Array, b: Array, how: Binning) -> Bins:
    """Those that were given, or as many as asked for, each with as many points of both samples together.

    Raises:
        UserError: there are too many dimensions, or the bins are none.
    """
    size = a.shape[1]
    if size > MOST_DIMENSIONS:
        raise UserError(
            f"bins tell nothing in {size} dimensions",
            hint="give at most 3 numbers a point, or use wasserstein, kernel or energy_distance",
        )
    if how.edges is not None:
        edges = _given(how.edges, size)
        return Bins(edges, f"bins {_width(edges)} wide", True)
    count = _count(min(len(a), len(b)), size) if how.bins is None else int(how.bins)
    if count < 1:
        raise UserError(f"{count} bins hold nothing", hint="take two or more")
    shares = np.arange(1, count) / count
    pool = np.concatenate([a, b])
    edges = [np.unique(np.quantile(axis, shares, method="inverted_cdf")) for axis in pool.T]
    return Bins(edges, f"{count} bins of equal mass an axis, {_width(edges)} wide", False)


def _count(points: int, size: int) -> int:
    """Along each axis: n^(1/(d + 2)), and twice that on the line, where the errors of width and of chance are alike.

    (Measured for shifts and scales of unit Gaussians, 200 to 5,000 points.) An even number, so that two samples of one
    size that lie apart have an edge between them.
    """
    return 2 * max(1, round(points ** (1 / (size + 2)) / (1 if size == 1 else 2)))


def _given(edges: Any, size: int) -> list[Array]:
    try:
        axes: Sequence[Any] = [edges] if size == 1 and np.ndim(edges[0]) == 0 else edges
        found = [np.asarray(axis, dtype=np.float64) for axis in axes]
    except (TypeError, ValueError, IndexError):
        found = []
    if len(found) != size or any(
        axis.ndim != 1 or len(axis) < 2 or not np.isfinite(axis).all() or (np.diff(axis) <= 0).any() for axis in found
    ):
        raise UserError("edges must ascend, two or more an axis", hint=f"give {size} of them, one for each dimension")
    return found


def _width(edges: list[Array]) -> str:
    """In the median."""
    widths = np.concatenate([np.diff(axis) for axis in edges])
    return f"{np.median(widths):.3g}" if len(widths) else "no"
