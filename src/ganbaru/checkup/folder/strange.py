"""How far each sound lies from all others."""

from collections.abc import Collection
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

FEWEST = 20
"""Sounds without which it cannot be told what is usual."""
SHORTEST = 0.2
"""Seconds of a sound without which it has no course: a tick differs from all others in that alone."""
_MOST = 2000
_LEAST_SPREAD, _FARTHEST = 0.5, 12.0
_DEVIATION = 0.25
"""Deviation of the logarithms of the distances that is usual in a set of one kind."""


def strangeness(points: Array, seed: int, copies: Collection[int] = ()) -> Array:
    """How many times farther than usual each sound lies from the others: ``(N, D)`` to ``(N,)``.

    Each coordinate is divided by its spread (median absolute deviation). The distance to the k-th nearest sound is held
    against the median of that distance over all: a set may be dense or wide, only what lies apart from it stands out;
    where those distances differ more than usual by nature, the ratio counts less
    (Ramaswamy, Rastogi & Shim 2000 rank by the same distance). k is 3, or 2 % of the sounds if that is more, so that a
    few strange sounds of one kind do not vouch for each other. More than 2,000 sounds are held against 2,000 of them,
    drawn by ``seed``; ``copies``, rows that are nearly another one, are no others: with them all but the copied would
    seem strange.
    """
    from scipy.spatial import cKDTree

    others = np.setdiff1d(np.arange(len(points)), list(copies))
    centred = points - np.median(points[others], axis=0)
    spread = 1.4826 * np.median(np.abs(centred[others]), axis=0)
    scaled = np.clip(centred / np.maximum(spread, _LEAST_SPREAD), -_FARTHEST, _FARTHEST)
    rows = np.sort(np.random.default_rng(seed).permutation(others)[:_MOST])
    near = max(3, round(0.02 * len(rows)))
    distances, _ = cKDTree(scaled[rows]).query(scaled, k=near + 1)
    distance = distances[:, near]
    log = np.log(np.maximum(distance, 1e-6) / max(float(np.median(distance[others])), _LEAST_SPREAD))
    deviation = 1.4826 * float(np.median(np.abs(log[others] - np.median(log[others]))))
    return np.asarray(np.exp(log * min(1.0, _DEVIATION / max(deviation, 1e-6))))
