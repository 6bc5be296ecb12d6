"""Numbers recorded over the steps of a training, and the few questions that judges ask of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
_CROWDED = 0.05
"""Share of a training by which a record stands earlier than its place among all says, where they are crowded."""
_PARTS = 64
_FEWEST = 3
"""Records that a late share has there at least: one batch may be odd."""


@dataclass(frozen=True)
class Series:
    """Values over steps.

    Attributes:
        steps: ``(N,)`` int64, ascending.
        values: ``(N,)`` float64; NaN and infinite ones are kept, for they are evidence too.
    """

    steps: Array
    values: Array

    @classmethod
    def of(cls, steps: Sequence[int] | Array, values: Sequence[float] | Array) -> "Series":
        """From anything that numpy takes."""
        return cls(np.asarray(steps, dtype=np.int64), np.asarray(values, dtype=np.float64))

    def __len__(self) -> int:
        return len(self.steps)

    @property
    def finite(self) -> "Series":
        """Without what is not finite."""
        kept = np.isfinite(self.values)
        return Series(self.steps[kept], self.values[kept])

    def part(self, start: float, end: float = 1.0) -> Array:
        """The finite values from one share of the records to another; at least one where there is any.

        Records may stand closer at the beginning, as those of a watch do: then a share is one of the steps, but of
        three records at least, and what begins at the beginning is of the first records.

        >>> Series.of(range(8), range(8)).part(0.75).tolist()
        [6.0, 7.0]
        >>> Series.of([1, 2, 3, 4, 5, 50, 60, 100], range(8)).part(0.5).tolist()
        [5.0, 6.0, 7.0]
        """
        known = self.finite
        first = min(known._place(start), max(len(known) - 1, 0))
        last = known._place(end, round) if start > 0 else round(end * len(known))
        return known.values[first : max(last, first + 1)]

    def _place(self, share: float, whole: Callable[[float], int] = int) -> int:
        """The record at a share of all: of the steps where those before it are crowded at the beginning."""
        at, wanted = whole(share * len(self)), share * (float(self.steps[-1]) if len(self) else 0.0)
        crowded = 0 < at < len(self) and self.steps[at] < wanted - _CROWDED * float(self.steps[-1])
        return max(at, min(int(np.searchsorted(self.steps, wanted)), len(self) - _FEWEST)) if crowded else at

    @property
    def evened(self) -> "Series":
        """Where records are crowded at the beginning: the first one, and the medians of 64 parts of the steps.

        >>> Series.of([1, 2, 3, 4, 5, 6, 50, 100], [9, 8, 7, 6, 5, 4, 1, 2]).evened.values.tolist()
        [9.0, 7.5, 6.0, 4.5, 1.0, 2.0]
        """
        half = len(self) // 2
        if not len(self) or self._place(0.5) == half:
            return self
        parts = (_PARTS * self.steps[1:]) // int(self.steps[-1])
        starts = np.flatnonzero(np.diff(parts, prepend=-1)) + 1
        groups = np.split(self.values[1:], starts[1:] - 1)
        return Series.of(self.steps[[0, *starts]], [self.values[0], *map(_median, groups)])

    def late(self, share: float = 0.25) -> float:
        """The median of the last share of the records; NaN where there are none."""
        return _median(self.part(1 - share))

    def early(self, share: float = 0.25) -> float:
        """The median of the first share of the records; NaN where there are none."""
        return _median(self.part(0.0, share))

    def since(self, holds: Callable[[Array], Array], *, stays: float = 0.8) -> int | None:
        """The step from which on a condition holds, in this share of all later records at least; None: it does not.

        Args:
            holds: values ``(N,)`` to booleans ``(N,)``.
            stays: share of the records from there to the end.
        """
        true = np.asarray(holds(self.values), dtype=np.float64)
        if not len(true) or not true[-max(1, len(true) // 10) :].any():
            return None
        after = np.cumsum(true[::-1])[::-1] / np.arange(len(true), 0, -1)
        starts = np.flatnonzero((after >= stays) & (true > 0))
        return int(self.steps[starts[0]]) if len(starts) else None

    def to_json(self) -> dict[str, Any]:
        """Steps and values; what is not finite as words, for JSON has none of it."""
        return {"steps": self.steps.tolist(), "values": [_said(value) for value in self.values.tolist()]}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "Series":
        """The inverse of `to_json`."""
        return cls.of(value["steps"], [float(each) for each in value["values"]])


def _median(values: Array) -> float:
    return float(np.median(values)) if len(values) else float("nan")


def _said(value: float) -> float | str:
    return value if np.isfinite(value) else str(value)
