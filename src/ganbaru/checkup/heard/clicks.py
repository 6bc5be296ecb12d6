"""Clicks: moments far sharper than what is around them, on both sides.

The second difference of a sound makes a jump or a spike stand out. In blocks of 1 ms, its greatest value is held
against its root mean square over 16 ms before and after, whichever is more: an attack is sharp against what was before
only, a click against both.
"""

from typing import Any

import numpy as np

from ganbaru.checkup.heard.comparing import Pair
from ganbaru.checkup.heard.frames import Frames

Array = np.ndarray[Any, Any]

_AROUND = 16
SHARP = 20.0
"""dB above what is around it from which a block counts as a click; Gaussian noise reaches 14."""
_QUIET = 1e-7
"""Power, in shares of the loud part, below which what is around a click masks nothing."""


def block(rate: int) -> int:
    """Samples of a moment: a thousandth of a second, two at the least."""
    return max(2, round(0.001 * rate))


def measure(made: Frames, real: Frames, pair: Pair) -> dict[str, Any]:
    """``sharpest``: of each sound the sharpest block, dB; ``rate``: blocks that count as clicks, a second."""
    ours, theirs = sharpness(made), sharpness(real)
    return {
        "sharpest": pair.compare(ours.max(axis=1), theirs.max(axis=1), margin=6.0),
        "rate": pair.compare(_rate(ours, made), _rate(theirs, real), margin=1.0),
    }


def sharpness(side: Frames) -> Array:
    """Of each block of 1 ms ``(N, blocks)``: how far it stands out, dB."""
    size = block(side.rate)
    bent = np.diff(side.sounds, 2, axis=1)
    count = bent.shape[1] // size
    blocks = bent[:, : count * size].reshape(len(bent), count, size)
    peak, power = np.abs(blocks).max(axis=2), np.square(blocks).mean(axis=2, dtype=np.float64)
    reach = max(4, min(_AROUND, count // 8))
    around = np.maximum(moving_mean(power, -reach, -1), moving_mean(power, 2, reach + 1))
    floor = _QUIET * side.level[:, None] + 1e-14
    return np.asarray(20 * np.log10((peak + 1e-9) / np.sqrt(np.maximum(around, floor))))[:, 1:-1]


def moving_mean(values: Array, start: int, stop: int) -> Array:
    """``(N, L)``: at each place the mean over those from ``start`` to before ``stop`` away, zeros beyond the ends."""
    total = np.cumsum(np.pad(values, ((0, 0), (1, 0))), axis=1, dtype=np.float64)
    places = np.arange(values.shape[1])
    first, last = (np.clip(places + shift, 0, values.shape[1]) for shift in (start, stop))
    return np.asarray((total[:, last] - total[:, first]) / (stop - start))


def _rate(sharp: Array, side: Frames) -> Array:
    return np.asarray((sharp > SHARP).sum(axis=1) * (side.rate / side.sounds.shape[1]))
