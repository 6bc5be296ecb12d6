"""The kernel distance: how much less alike two samples are than each is within itself, with no Gaussian assumed."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from scipy.spatial.distance import pdist

from ganbaru.distances import closed_forms
from ganbaru.distances.densities import Known
from ganbaru.distances.estimate import Estimate
from ganbaru.distances.resampling import drawn, floor, half, pool_of, spread
from ganbaru.distances.samples import dimensions, pair
from ganbaru.errors import UserError

Array = np.ndarray[Any, Any]


def kernel(
    a: Array | Known,
    b: Array | Known,
    *,
    bandwidth: float | None = None,
    resamples: int = 100,
    floor_from: tuple[Array, Array] | None = None,
    confidence: float = 0.95,
    seed: int = 0,
) -> Estimate:
    """The squared maximum mean discrepancy, without bias (Gretton et al. 2012, "A kernel two-sample test", eq. 3):
    ``mean k(a, a′) + mean k(b, b′) − 2 mean k(a, b)`` over different points, k = ``exp(−‖x − y‖² / 2σ²)``.

    It is 0 in expectation where both are of one distribution, so it can be below zero; it is at most 2. With points
    enough every difference shows, soonest those of about σ in length. The interval is a delete-half jackknife's:
    right where there is a difference, nearly twice too wide where there is none. Time and memory grow with (n + m)².

    Args:
        a: ``(n, d)`` with n ≥ 4, or a known distribution: then the answer is exact, and wants a bandwidth.
        b: ``(m, d)`` with m ≥ 4, the real ones: the median of their distances is σ (Chung et al. 2025, "KAD: No More
            FAD!"), so that all that is measured against them is measured alike.
        bandwidth: σ instead of that.
        resamples: how many halves for the interval, and how many draws for the floor.
        floor_from: two samples of one distribution, whose distance at these sizes is the floor; None splits
            ``a`` and ``b`` pooled at random, which is right where they are the same.
        confidence: how often the interval holds the truth.
        seed: of the draws.

    Raises:
        UserError: the shapes do not fit, a sample has fewer than 4 points, a number is not finite, or the bandwidth
            is not above 0.
    """
    if bandwidth is not None and not bandwidth > 0:
        raise UserError(f"bandwidth {bandwidth} is no length", hint="take one above 0, or None for the median distance")
    if isinstance(a, Known) and isinstance(b, Known):
        if bandwidth is None:
            raise UserError("known distributions have no median distance", hint="give a bandwidth")
        return closed_forms.kernel(a, b, bandwidth)
    a, b = pair(a, b, least=4)
    width = bandwidth or _median(b)
    n, m = len(a), len(b)
    rng = np.random.default_rng([seed, 0x3E6])
    alike = _alike(np.concatenate([a, b]), width)
    value = float(_discrepancy(alike, *_counted([(np.arange(n), n + np.arange(m))], n + m))[0])
    halves = _discrepancy(alike, *_counted(((half(n, rng), n + half(m, rng)) for _ in range(resamples)), n + m))
    low, high = spread(value, halves, confidence)
    if floor_from is not None:
        points = pool_of(a, b, floor_from)
        alike = _alike(points[rng.permutation(len(points))[: n + m]], width)
    return Estimate(
        value,
        low,
        high,
        confidence,
        floor=floor(_discrepancy(alike, *_counted(drawn(len(alike), n, m, resamples, rng), len(alike)))),
        samples=(n, m),
        method=f"unbiased MMD², Gaussian kernel, bandwidth {width:.3g}, {dimensions(a.shape[1])}",
    )


def _median(real: Array) -> float:
    """Of the distances of points that differ; 1 where none do."""
    distances = pdist(real)
    apart = distances[distances > 0]
    return float(np.median(apart)) if len(apart) else 1.0


def _alike(points: Array, width: float) -> Array:
    """k of every two points, ``(N, d)`` to ``(N, N)``; the squared distances by one product of matrices."""
    points = points - points.mean(axis=0)
    squares = (points * points).sum(axis=1)
    return np.asarray(np.exp((2 * points @ points.T - squares[:, None] - squares).clip(max=0) / (2 * width * width)))


def _discrepancy(alike: Array, a: Array, b: Array) -> Array:
    """Eq. 3 for many pairs of samples at once.

    Args:
        alike: k of every two points, ``(N, N)``.
        a: how often each sample holds each point, ``(N, K)``.
        b: likewise.

    Returns:
        ``(K,)``. A drawn point's pair with itself, whose k is 1, is left out.
    """
    to_a, to_b = alike @ a, alike @ b
    n, m = a.sum(axis=0), b.sum(axis=0)
    within_a = ((a * to_a).sum(axis=0) - n) / (n * (n - 1))
    within_b = ((b * to_b).sum(axis=0) - m) / (m * (m - 1))
    return np.asarray(within_a + within_b - 2 * (b * to_a).sum(axis=0) / (n * m))


def _counted(samples: Iterable[tuple[Array, Array]], size: int) -> tuple[Array, Array]:
    """How often each pair of samples, given as indices, holds each point: ``(size, K)`` for each side."""
    counts = [[np.bincount(side, minlength=size) for side in sample] for sample in samples]
    return np.array([a for a, _ in counts], float).T, np.array([b for _, b in counts], float).T
