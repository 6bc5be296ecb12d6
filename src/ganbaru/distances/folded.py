"""How much of W1 on lines is chance: the same samples, drawn towards each other until chance alone tells the rest.

On a line ``W1 = ∫ |F − G|``. Of samples, ``F − G`` is the truth and about normal noise of variance
``F(1 − F)/n + G(1 − G)/m``, and its absolute value is on average that of a folded normal: noise adds most where the
truth is small and nothing where it is large. So a change of scale, which is small only near the middle, is lengthened
less than by the square of noise, and a shift seen from many directions by just that. (The dissimilarity index of two
shares has the same error, and is mended so by Allen, Burgess, Davidson & Windmeijer 2015, there bin by bin.)
"""

import math
from typing import Any

import numpy as np
from scipy.special import erf

from ganbaru.distances.sorting import sorted_rows

Array = np.ndarray[Any, Any]

_NODES = 200
"""Places on each line where the distribution functions are compared."""


def true_share(a: Array, b: Array) -> float:
    """By what the mean of W1 over lines is to be multiplied, 0 to 1; shadows ``(k, n)`` and ``(k, m)``.

    The t at which samples of distributions t times as far apart, ``t (F − G)`` everywhere, would on average be as far
    apart as these are. 0 where these are no farther apart than samples of one distribution.
    """
    gap, noise, width = (x.ravel() for x in _compared(sorted_rows(a), sorted_rows(b)))
    found, weight = gap / noise, width * noise
    target = float(weight @ found)
    if target <= float(weight.sum()) * math.sqrt(2 / math.pi):
        return 0.0
    share = 1.0
    for _ in range(30):  # Newton's method on a convex function, from above
        away = share * found
        slope = erf(away / math.sqrt(2))
        excess = float(weight @ (away * slope + math.sqrt(2 / math.pi) * np.exp(-away * away / 2))) - target
        step = excess / float(weight @ (found * slope))
        share = max(0.0, share - step)
        if step < 1e-6:
            break
    return share


def _compared(a: Array, b: Array) -> tuple[Array, Array, Array]:
    """``|F − G|``, its standard deviation, and the width for which it stands, ``(k, nodes)`` each, of sorted rows."""
    n, m = a.shape[1], b.shape[1]
    both = sorted_rows(np.concatenate([a, b], axis=1))
    nodes = both[:, np.unique(np.linspace(0, n + m - 1, min(n + m, _NODES)).round().astype(np.int64))]
    below_a, below_b = (_shares_up_to(nodes[:, :-1], x) for x in (a, b))
    variance = below_a * (1 - below_a) / n + below_b * (1 - below_b) / m
    return np.abs(below_a - below_b), np.sqrt(np.maximum(variance, 1e-18)), np.diff(nodes, axis=1)


def _shares_up_to(nodes: Array, x: Array) -> Array:
    """Of the points of each sorted row, those at or below each of its nodes."""
    counts = [np.searchsorted(row, at, side="right") for row, at in zip(x, nodes, strict=True)]
    return np.array(counts) / x.shape[1]
