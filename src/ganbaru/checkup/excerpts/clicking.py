"""The moment of a generated sound that clicks."""

from typing import Any

import numpy as np

from ganbaru.checkup.excerpts.outline import Outline
from ganbaru.checkup.heard.clicks import SHARP, block, sharpness
from ganbaru.checkup.heard.frames import Frames, audible

Array = np.ndarray[Any, Any]

_CLOSE = 0.03
"""Seconds that are shown around it."""
_SHORTEST = 0.05


def sharpest(sound: Array, rate: int) -> tuple[float, dict[str, Any] | None]:
    """How sharp (dB) the sharpest moment of a sound ``(T,)`` is, and the stretch around it; None where none clicks."""
    if len(sound) < _SHORTEST * rate or not np.isfinite(sound).all():
        return 0.0, None
    sharp = sharpness(Frames(audible(sound[None].astype(np.float64), rate), rate))[0]
    moment = int(np.argmax(sharp))
    if sharp[moment] < SHARP:
        return float(sharp[moment]), None
    width = block(rate)
    place, size = (moment + 1) * width, round(_CLOSE * rate)
    begin = max(0, min(place - size // 2, len(sound) - size))
    outline = Outline(size, rate)
    outline.add(sound[begin : begin + size])
    mark = (place / rate, (place + width + 2) / rate)
    return float(sharp[moment]), outline.excerpt(start=begin / rate, marks=[mark])
