"""A sound drawn small: the least and the greatest value of each column."""

from collections.abc import Sequence
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

COLUMNS = 480
"""At most; a sound of fewer samples has one column for each."""


class Outline:
    """Follows a sound of known length.

    Args:
        frames: samples in all.
        rate: Hz.
    """

    def __init__(self, frames: int, rate: int) -> None:
        self._frames, self._rate, self._read = max(1, frames), rate, 0
        count = min(self._frames, COLUMNS)
        self._low, self._high = np.full(count, np.inf), np.full(count, -np.inf)

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return self._frames / self._rate

    @property
    def sizes(self) -> Array:
        """The greatest amplitude of each column."""
        return np.maximum(np.abs(self._low), np.abs(self._high))

    def add(self, sound: Array) -> None:
        """Takes in the next samples ``(n,)``."""
        places = np.arange(self._read, self._read + len(sound), dtype=np.int64)
        columns = np.minimum(places * len(self._low) // self._frames, len(self._low) - 1)
        np.minimum.at(self._low, columns, sound)
        np.maximum.at(self._high, columns, sound)
        self._read += len(sound)

    def excerpt(
        self, *, start: float = 0.0, marks: Sequence[tuple[float, float]] = (), level: float | None = None
    ) -> dict[str, Any]:
        """As ``excerpts.json`` holds it; seconds count from the beginning of the file."""
        return {
            "start": round(start, 6),
            "seconds": round(self.seconds, 6),
            "low": [_short(value) for value in self._low],
            "high": [_short(value) for value in self._high],
            "marks": [[round(begin, 6), round(end, 6)] for begin, end in marks],
            "level": None if level is None else _short(level),
        }


def _short(value: float) -> float:
    """With four digits."""
    return float(f"{value:.4g}")
