"""The sliced Wasserstein distance: the earth mover's distance of many one-dimensional shadows, averaged."""

from typing import Any

import numpy as np

from ganbaru.distances.estimate import Estimate
from ganbaru.distances.samples import pair
from ganbaru.errors import UserError

Array = np.ndarray[Any, Any]


def sliced_wasserstein(
    a: Array,
    b: Array,
    p: int = 1,
    *,
    projections: int = 128,
    resamples: int = 100,
    floor_from: tuple[Array, Array] | None = None,
    confidence: float = 0.95,
    seed: int = 0,
) -> Estimate:
    """``(mean over directions θ of W_p(θ·a, θ·b)^p)^(1/p)`` (Rabin et al. 2011; Bonneel et al. 2015, eq. 8).

    Each one-dimensional distance is exact, by sorting. The interval is a delete-half jackknife's (Shao & Wu 1989):
    halves of both samples are drawn without replacement (a bootstrap's repeats would bias a distance of samples
    upwards). A half differs from the whole as much as the whole from the truth, σ²/(n/2) − σ²/n = σ²/n, so their
    spread is taken as it is.

    Args:
        a: ``(n, d)``.
        b: ``(m, d)``.
        p: 1 or 2.
        projections: how many directions.
        resamples: how many halves for the interval.
        floor_from: two samples of one distribution, whose distance at these sizes is the floor; None splits
            ``a`` and ``b`` pooled at random, which is right where they are the same and too high where not.
        confidence: how often the interval holds the truth.
        seed: of directions and draws.

    Raises:
        UserError: shapes do not fit, a sample is empty, or a number is not finite.
    """
    a, b = pair(a, b)
    if p not in (1, 2):
        raise UserError(f"p = {p} is not known here", hint="take 1 or 2")
    others = None if floor_from is None else (pair(a, floor_from[0])[1], pair(a, floor_from[1])[1])
    rng = np.random.default_rng([seed, 0x511CED])
    directions = rng.standard_normal((a.shape[1], projections))
    directions /= np.linalg.norm(directions, axis=0)
    shadows = a @ directions, b @ directions
    value = _distance(*shadows, p)
    halves = [_distance(_some(shadows[0], 0.5, rng), _some(shadows[1], 0.5, rng), p) for _ in range(resamples)]
    spread = np.quantile(np.array(halves) - np.mean(halves), [0.5 - confidence / 2, 0.5 + confidence / 2])
    low, high = value + spread
    floor = _floor(shadows, others, directions, p, rng)
    return Estimate(
        value,
        max(0.0, min(float(low), value)),
        max(float(high), value),
        confidence,
        floor=floor,
        samples=(len(a), len(b)),
        method=f"sliced W{p}, {projections} directions",
    )


def _floor(
    shadows: tuple[Array, Array],
    floor_from: tuple[Array, Array] | None,
    directions: Array,
    p: int,
    rng: np.random.Generator,
    draws: int = 20,
) -> float:
    """The 95 % quantile of the distance between samples of these sizes of one distribution."""
    n, m = len(shadows[0]), len(shadows[1])
    pool = np.concatenate(shadows if floor_from is None else [part @ directions for part in floor_from])
    found = []
    for _ in range(draws):
        order = rng.permutation(len(pool))
        if len(pool) < n + m:
            order = np.concatenate([order, rng.integers(len(pool), size=n + m - len(pool))])
        found.append(_distance(pool[order[:n]], pool[order[n : n + m]], p))
    return float(np.quantile(found, 0.95))


def _distance(a: Array, b: Array, p: int) -> float:
    """Mean over the columns of W_p^p, to the power 1/p; shadows ``(n, k)`` and ``(m, k)``."""
    if len(a) == len(b):
        cost = np.abs(np.sort(a, axis=0) - np.sort(b, axis=0)) ** p
        return float(cost.mean() ** (1 / p))
    levels = np.unique(np.concatenate([np.arange(1, len(a) + 1) / len(a), np.arange(1, len(b) + 1) / len(b)]))
    widths = np.diff(levels, prepend=0.0)
    middles = levels - widths / 2
    at = [np.minimum((middles * len(x)).astype(np.int64), len(x) - 1) for x in (a, b)]
    gap = np.abs(np.sort(a, axis=0)[at[0]] - np.sort(b, axis=0)[at[1]]) ** p
    return float((widths @ gap).mean() ** (1 / p))


def _some(x: Array, share: float, rng: np.random.Generator) -> Array:
    return x[rng.permutation(len(x))[: max(1, int(len(x) * share))]]
