"""The Kullback-Leibler divergence of two samples from how far their points' neighbours are, without bins."""

from typing import Any

import numpy as np

from ganbaru.distances.binning import Binning
from ganbaru.distances.estimate import Estimate
from ganbaru.distances.formulas import KULLBACK_LEIBLER, Base
from ganbaru.distances.resampling import drawn, floor, half, pool_of, spread
from ganbaru.errors import UserError

Array = np.ndarray[Any, Any]

_NEIGHBOURS = 5
_FLOOR_DRAWS = 20


def neighbours(a: Array, b: Array, base: Base, how: Binning) -> Estimate:
    """``(d/n) Σ ln(ν_k(i) / ρ_k(i)) + ln(m / (n − 1))`` (Wang, Kulkarni & Verdú 2009, eq. 5), k = 5.

    ρ and ν are the distances of a point of a to its k-th neighbour in a and in b. It is finite always, and can be
    below zero. Its bias falls as n^(−1/d) does: 1,500 points in four dimensions say 0.41 for 0.5. The interval is
    of chance alone.

    Args:
        a: ``(n, d)`` with n ≥ 12, where at most k points are the same.
        b: ``(m, d)`` with m ≥ 12.
        base: ``"nats"`` or ``"bits"``.
        how: interval and floor.

    Raises:
        UserError: a sample is too small, or its points repeat.
    """
    if min(len(a), len(b)) < 2 * _NEIGHBOURS + 2:
        raise UserError(f"samples of {len(a)} and {len(b)} are too small for neighbours", hint="give 12 or more")
    rng = np.random.default_rng([how.seed, 0x4E])
    value = _estimated(a, b)
    halves = np.array([_estimated(a[half(len(a), rng)], b[half(len(b), rng)]) for _ in range(how.resamples)])
    low, high = spread(value, halves, how.confidence)
    pool = pool_of(a, b, how.floor_from)
    same = floor(_estimated(pool[i], pool[j]) for i, j in drawn(len(pool), len(a), len(b), _FLOOR_DRAWS, rng))
    value, low, high, same = (float(KULLBACK_LEIBLER.finished(x, base)) for x in (value, low, high, same))
    method = KULLBACK_LEIBLER.said(base, f"{_NEIGHBOURS} nearest neighbours")
    return Estimate(value, low, high, how.confidence, floor=same, samples=(len(a), len(b)), method=method)


def _estimated(a: Array, b: Array) -> float:
    from scipy.spatial import cKDTree

    within = cKDTree(a).query(a, k=_NEIGHBOURS + 1)[0][:, -1]
    across = cKDTree(b).query(a, k=_NEIGHBOURS)[0][:, -1]
    if not (within > 0).all() or not (across > 0).all():
        raise UserError("points repeat, and have neighbours at no distance", hint='estimator="bins" does not mind')
    size = a.shape[1]
    return float(size * np.mean(np.log(across) - np.log(within)) + np.log(len(b) / (len(a) - 1)))
