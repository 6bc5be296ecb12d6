"""Where a sound begins and ends: the silence before and after it is found while it streams by."""

from typing import Any

import numpy as np

from ganbaru.sources.claims import GREATEST, Refused

Array = np.ndarray[Any, Any]

SILENCE = 1e-4
"""A sound whose peak stays below this amplitude (-80 dB of full scale) is silence."""
QUIET = 0.005
"""Ends quieter than this share (-46 dB) of the loudest 10 ms, as root mean square, are trimmed."""
SHORTEST = 0.01
"""Sounds shorter than this (s) after trimming are not used."""
FRAME = 0.01
LEAD, TAIL = 1, 3  # frames kept before and after what is loud enough

RULE = (
    f"ends below {QUIET:g} of the loudest {FRAME * 1000:g} ms are cut, but for "
    f"{LEAD * FRAME * 1000:g} ms before and {TAIL * FRAME * 1000:g} ms after"
)
"""The rule in words, for the recipe."""


class Levels:
    """Follows the level of a mono sound at ``rate`` Hz, block by block, in 8 bytes for each 10 ms of it."""

    def __init__(self, rate: int) -> None:
        self.rate = rate
        self.peak = 0.0
        self.samples = 0
        self._frame = max(1, round(FRAME * rate))
        self._energies: list[Array] = []
        self._rest = np.zeros(0, np.float32)

    def add(self, block: Array) -> None:
        """Take in the next samples ``(n,)`` float32.

        Raises:
            Refused: if resampling has made something of them that is not finite.
        """
        top = float(np.abs(block).max(initial=0.0))
        if not top <= 2 * GREATEST:
            raise Refused("holds NaN or infinite samples")
        self.peak = max(self.peak, top)
        self.samples += len(block)
        joined = np.concatenate([self._rest, block]) if len(self._rest) else block
        whole = len(joined) // self._frame * self._frame
        self._energies.append(_energies(joined[:whole], self._frame))
        self._rest = joined[whole:].copy()

    def bounds(self) -> tuple[int, int]:
        """The first sample of the sound and the first after it.

        Raises:
            Refused: if it is silent throughout, or too short.
        """
        if self.peak < SILENCE:
            raise Refused(f"all silence: its peak is {self.peak:.1g}")
        last = [_energies(self._rest, len(self._rest))] if len(self._rest) else []
        energies = np.concatenate([*self._energies, *last])
        loud = np.flatnonzero(energies >= QUIET**2 * energies.max())
        begin = max(0, int(loud[0]) - LEAD) * self._frame
        end = min(self.samples, (int(loud[-1]) + 1 + TAIL) * self._frame)
        if end - begin < SHORTEST * self.rate:
            raise Refused(f"too short: {1000 * (end - begin) / self.rate:.3g} ms of sound")
        return begin, end


def _energies(samples: Array, frame: int) -> Array:
    return np.square(samples.reshape(-1, frame), dtype=np.float64).mean(axis=1)
