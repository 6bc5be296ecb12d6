"""The exact sign-flip test of paired differences, and the interval that it leaves standing."""

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
EXACT = 14
"""Up to so many pairs every one of the ``2^n`` flips is taken; of more, as many random ones."""
_ROWS = 2**EXACT
_TINY = 1e-12
"""Sums nearer to one another than this share of the greatest are one sum."""


def subset_means(differences: Array, seed: int = 0) -> Array:
    """Means of the subsets of the differences, ascending: the typical values of their centre (Hartigan 1969).

    Flipping the signs of a subset leaves the sum as great as it was where that subset's own sum is at most 0. So both
    the test and its inversion are counts of these means. Those of all ``2^n − 1`` subsets, or of random ones.
    """
    ordered = np.sort(np.asarray(differences, dtype=float))
    chosen = flips(len(ordered), seed)[1:] < 0
    sizes = chosen.sum(axis=1)
    means = (chosen @ ordered)[sizes > 0] / sizes[sizes > 0]
    near = np.abs(means) <= _TINY * np.abs(ordered).max(initial=0.0)
    return np.sort(np.where(near, 0.0, means))


def flips(count: int, seed: int = 0) -> Array:
    """Signs ``(R, count)``, the first row being no flip; those of n pairs begin those of more.

    Up to 14 pairs each combination stands once; beyond, the further columns are random.
    """
    rows = np.arange(2 ** min(count, EXACT))
    columns = [1 - 2 * ((rows >> place) & 1) for place in range(min(count, EXACT))]
    for place in range(EXACT, count):
        random = np.random.default_rng([seed, 0xF119, place]).integers(0, 2, len(rows))
        random[0] = 0
        columns.append(1 - 2 * random)
    return np.stack(columns, axis=1) if columns else np.ones((1, 0), dtype=int)


def p_value(means: Array) -> float:
    """Two-sided p of no difference, from the subset means."""
    sides = ((1 + (means <= 0).sum()), (1 + (means >= 0).sum()))
    return float(min(1.0, 2 * min(sides) / (1 + len(means))))


def ends(means: Array, confidence: float) -> tuple[float, float]:
    """Interval of the centre: every shift that the test does not reject; infinite for too few pairs."""
    rank = int(np.floor((1 - confidence) / 2 * (1 + len(means)) + 1e-9))
    if rank < 1:
        return -np.inf, np.inf
    return float(means[rank - 1]), float(means[len(means) - rank])


def pairs_needed(level: float) -> int:
    """Fewest pairs that can reach a two-sided level at all: ``2 / 2^n`` is the least p."""
    return int(np.ceil(1 - np.log2(level) - 1e-9))
