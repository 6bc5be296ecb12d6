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
_LEAST_DISTANCE = 1.0
"""Sounds nearer than this are takes of one another."""
_FAR, _DEVIATIONS = 0.95, 1.6449
"""A share of the sounds, and how many deviations from the middle its bound lies in a normal distribution."""
_LEAST_DEVIATION = 0.12


def strangeness(points: Array, seed: int, copies: Collection[int] = (), weights: Array | float = 1.0) -> Array:
    """How much farther than usual each sound lies from the others, ``(N, D)`` to ``(N,)``, in deviations.

    Each coordinate is divided by its spread (median absolute deviation), its square counting as ``weights`` say. The
    logarithm of the distance to the k-th
    nearest sound (Ramaswamy, Rastogi & Shim 2000 rank by that distance) less its median over all sounds is divided by
    its deviation among the farther ones, which is read from the bound of the farthest twentieth: a set may be dense or
    wide, even or ragged, only what lies apart from it stands out. The greater of two counts: with k = 1, of what is
    near to nothing, and with k = 3, or 2 % of the sounds if that is more, so that a few strange sounds of one kind do
    not vouch for each other.

    More than 2,000 sounds are held against 2,000 of them, drawn by ``seed``; ``copies``, rows that are nearly another
    one, are no others: with them all but the copied would seem strange.
    """
    from scipy.spatial import cKDTree

    others = np.setdiff1d(np.arange(len(points)), list(copies))
    centred = points - np.median(points[others], axis=0)
    spread = 1.4826 * np.median(np.abs(centred[others]), axis=0)
    scaled = np.clip(centred / np.maximum(spread, _LEAST_SPREAD), -_FARTHEST, _FARTHEST) * np.sqrt(weights)
    rows = np.sort(np.random.default_rng(seed).permutation(others)[:_MOST])
    near = max(3, round(0.02 * len(rows)))
    distances, _ = cKDTree(scaled[rows]).query(scaled, k=near + 1)
    apart = np.setdiff1d(others, rows)
    distances[apart, 1:] = distances[apart, :-1]  # the first is itself, or what it is a copy of, of all but these
    log = np.log(np.maximum(distances[:, [1, near]], _LEAST_DISTANCE))
    middle, far = np.quantile(log[others], (0.5, _FAR), axis=0)
    deviation = np.maximum((far - middle) / _DEVIATIONS, _LEAST_DEVIATION)
    return np.asarray(((log - middle) / deviation).max(axis=1))
