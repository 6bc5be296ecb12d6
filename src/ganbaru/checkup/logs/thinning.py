"""Records of one column, kept as few as a checkup needs, however many come."""

from array import array
from itertools import pairwise
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
KEPT = 5_000
"""Records of a column that are kept at most."""
_BUFFER = 16 * KEPT


class Records:
    """What one column of a log held: where each record stood, its step, its value.

    Once there are many, each stretch of them is kept as its least, middle and greatest value and its first that is not
    finite, so that extremes stay, medians stay nearly, and nothing grows without bound.
    """

    def __init__(self) -> None:
        self.count = 0
        """Records so far."""
        self.repeated = 0
        """Those with the very step of the record before."""
        self.undefined = 0
        """Those that are not a number."""
        self.undefined_between = 0
        """Those of them that a finite record came after."""
        self._last_step = float("nan")
        self._columns = [array("d"), array("d"), array("d")]

    def add(self, step: float, value: float) -> None:
        """One more record."""
        places, steps, values = self._columns
        places.append(self.count)
        steps.append(step)
        values.append(value)
        self.count += 1
        self.repeated += step == self._last_step
        self._last_step = step
        if value != value:
            self.undefined += 1
        else:
            self.undefined_between = self.undefined
        if len(values) >= _BUFFER:
            self._columns = [array("d", column.tobytes()) for column in self._thinned()]

    def arrays(self) -> tuple[Array, Array, Array]:
        """Places, steps and values ``(N,)`` of at most `KEPT` records, in the order in which they came."""
        places, steps, values = self._thinned()
        return places, steps, values

    def _thinned(self) -> Array:
        table = np.array([np.frombuffer(column, dtype=np.float64) for column in self._columns])
        return table[:, thin(table[2], KEPT)]


def thin(values: Array, limit: int) -> Array:
    """Which of the values ``(N,)`` to keep, ascending indices ``(M,)`` with ``M ≤ limit``.

    Of each stretch: the least, the middle and the greatest finite value and the first that is not finite; the first and
    the last value of all.
    """
    if len(values) <= limit:
        return np.arange(len(values))
    kept = {0, len(values) - 1}
    for start, end in pairwise(np.linspace(0, len(values), (limit - 2) // 4 + 1).astype(int).tolist()):
        finite = np.isfinite(values[start:end])
        order = np.flatnonzero(finite)[np.argsort(values[start:end][finite], kind="stable")]
        if len(order):
            kept |= {start + int(order[place]) for place in (0, len(order) // 2, -1)}
        if len(order) < end - start:
            kept.add(start + int(np.argmin(finite)))
    return np.array(sorted(kept))
