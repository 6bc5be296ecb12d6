"""How well scores tell two groups apart: the area under the ROC curve, with an interval."""

import math
from typing import Any

import numpy as np
from scipy.stats import rankdata

from ganbaru.distances import Estimate

Array = np.ndarray[Any, Any]
_Z = 1.959964
_HALVINGS = 60
_METHOD = "area under the ROC curve"


def area(higher: Array, lower: Array) -> Estimate:
    """Probability that a score of the first group is above one of the second, ties counted half.

    The Mann-Whitney statistic over ``n m``. Its interval holds every ``θ`` with ``|A − θ| ≤ z √V(θ)``, where ``V`` is
    the variance of Hanley & McNeil 1982 (eq. 2) at ``θ`` and not at ``A`` (a score interval, as in Newcombe 2006): so
    it has a width where the groups are wholly apart too.

    Args:
        higher: ``(n,)``, finite.
        lower: ``(m,)``, finite.

    >>> str(area(np.arange(10.0), np.arange(10.0)))[:5]
    '0.500'
    """
    n, m = len(higher), len(lower)
    ranks = rankdata(np.concatenate([higher, lower]))[:n]
    found = float((ranks.sum() - n * (n + 1) / 2) / (n * m))
    low, high = _end(found, 0.0, n, m), _end(found, 1.0, n, m)
    return Estimate(found, min(low, found), max(high, found), floor=0.5, samples=(n, m), method=_METHOD)


def _end(found: float, side: float, n: int, m: int) -> float:
    """The outermost area on one side that is compatible with the one that was found."""
    inside, outside = found, side
    for _ in range(_HALVINGS):
        middle = (inside + outside) / 2
        if abs(found - middle) <= _Z * math.sqrt(_variance(middle, n, m)):
            inside = middle
        else:
            outside = middle
    return inside


def _variance(area: float, n: int, m: int) -> float:
    """Hanley & McNeil 1982, eqs. 1 and 2: of two exponential distributions."""
    two_higher, two_lower = area / (2 - area), 2 * area**2 / (1 + area)
    pairs = (n - 1) * (two_higher - area**2) + (m - 1) * (two_lower - area**2)
    return max(0.0, area * (1 - area) + pairs) / (n * m)
