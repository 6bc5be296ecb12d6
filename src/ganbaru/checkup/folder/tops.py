"""Flat tops: where a sound was cut off because it was louder than what recorded it could hold."""

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

SHORTEST = 3
"""Samples in a row at the greatest amplitude that make a flat top; two happen to a sound that was never cut."""
_NEAR = 0.004
"""How near (share of the peak) to the greatest amplitude samples count as being at it."""
_STEEP = 12.0
"""A parabola that stays within e of its top for L samples falls by 4 e in the next L / 2 on either side. A top was cut
where the sound falls by three times that."""
_COARSE = 5000
"""Steps of the file's numbers in a peak that stays below full scale, under which rounding makes the tops of a limiter
as flat as those that were cut."""
_HEAP, _HEAPED = 10, 0.5
"""Samples at the very greatest value, and their share of those within 3 % of it, that make a heap."""
_REGULAR = 0.5
"""Share of the distances between heaped tops that may be the same."""
_BINS, _FULLEST, _FAINT = 512, 4, 0.05


class Tops:
    """Follows the extremes of a sound, block by block.

    Args:
        step: the smallest difference (amplitude) that the file's numbers can tell.
    """

    def __init__(self, step: float) -> None:
        self._step = step
        self._runs: list[tuple[float, int, float]] = []  # height, samples, fall beside it
        self._heaps: list[tuple[float, int, int]] = []  # height, samples, how many apart
        self._counts = np.zeros(_BINS + 1, np.int64)
        self._samples = 0
        self.peak = 0.0

    def add(self, block: Array) -> None:
        """Take in the next samples ``(n, channels)`` float32."""
        self.peak = max(self.peak, float(np.abs(block).max(initial=0.0)))
        self._samples += block.size
        for channel in block.T:
            size = np.abs(channel)
            self._counts += np.bincount(np.minimum(size * _BINS, _BINS).astype(np.int16), minlength=_BINS + 1)
            for signed in (channel, -channel):
                self._find(signed)

    def _find(self, signed: Array) -> None:
        """The runs at the greatest values of one channel ``(n,)``."""
        top = float(signed.max(initial=0.0))
        coarse = top < _COARSE * self._step and top < 1 - 2 * self._step
        if top < 0.5 * self.peak or top <= 0 or coarse:
            return
        self._heap(signed, top)
        near = max(_NEAR * top, 0.5 * self._step)
        at = np.flatnonzero(signed >= top - near)
        ends = np.flatnonzero(np.diff(at) > 1)
        first, last = at[np.r_[0, ends + 1]], at[np.r_[ends, len(at) - 1]]
        long = last - first + 1 >= SHORTEST
        first, last = first[long], last[long]
        beside = (last - first + 2) // 2
        falls = top - 0.5 * (signed[np.maximum(first - beside, 0)] + signed[np.minimum(last + beside, len(signed) - 1)])
        flat = np.array([np.ptp(signed[a : b + 1]) for a, b in zip(first, last, strict=True)])
        cut = (falls >= _STEEP * max(near, self._step)) & (flat <= 1.01 * self._step + 1e-4 * top)
        self._runs += [
            (top, int(b - a + 1), float(f)) for a, b, f in zip(first[cut], last[cut], falls[cut], strict=True)
        ]

    def _heap(self, signed: Array, top: float) -> None:
        """Single samples at the very greatest value: of treble and noise no three in a row are cut.

        Where nothing was cut the greatest value is there once or twice, and in a pure tone 3 % of the samples that come
        near the peak; a limiter rounds what it holds back. Tops of one or two samples at equal distances are those of a
        wave whose period is a whole number of samples: each is the same sample again.
        """
        if self._step > 1e-3 * top:
            return
        at = np.flatnonzero(signed >= top - 1.01 * self._step)
        if len(at) < _HEAP or len(at) < _HEAPED * np.count_nonzero(signed >= 0.97 * top):
            return
        starts = at[np.r_[True, np.diff(at) > 1]]
        counts = np.unique(np.diff(starts), return_counts=True)[1]
        if len(at) >= SHORTEST * len(starts) or counts.max(initial=0) <= _REGULAR * len(starts):
            self._heaps.append((top, len(at), len(starts)))

    def summary(self) -> dict[str, float]:
        """Flat tops (``tops``), the share of all samples in them (``flat``), and of the loud ones at few levels.

        ``rails`` is the share of the samples beyond a tenth of the peak that lie in the four fullest of 512 equal
        steps: square and pulse waves lie nearly all there, a recording never.
        """
        greatest = max((each[0] for each in (*self._runs, *self._heaps)), default=0.0)
        kept = [run for run in self._runs if run[0] >= 0.9 * greatest]
        heaps = [heap for heap in self._heaps if heap[0] >= 0.9 * greatest]
        flat = max(sum(run[1] for run in kept), sum(heap[1] for heap in heaps))
        edges = np.arange(_BINS + 1) / _BINS
        peak = self.peak if _FAINT < self.peak <= 1 else np.inf  # else the counts are too coarse to tell
        loud = self._counts[edges >= 0.1 * peak]
        rails = np.sort(loud)[-_FULLEST:].sum()
        return {
            "tops": max(len(kept), sum(heap[2] for heap in heaps)),
            "flat": flat / max(1, self._samples),
            "rails": float(rails / max(1, loud.sum())),
        }
