"""How loud a sound is where it lasts: a click in silence is as good as silence."""

from typing import Any

import numpy as np

from ganbaru.checkup.heard.comparing import Pair
from ganbaru.checkup.heard.frames import Frames, decibels

Array = np.ndarray[Any, Any]

_FRAME = 0.01
_LASTING = 5
"""The level is that of the fifth loudest frame of 10 ms: what sounds for 50 ms in all."""
_BELOW = 25.0
"""dB below the quietest twentieth of the real sounds from which a sound is silent to them."""


def measure(made: Frames, real: Frames, pair: Pair) -> dict[str, Any]:
    """Levels of both sides in dB of full scale, compared; ``silent``: share of the generated ones that are beyond
    `_BELOW`; ``silent_real``: of the real ones, under the same bound."""
    ours, theirs = lasting(made), lasting(real)
    bound = np.quantile(theirs, 0.05) - _BELOW
    return {
        **pair.compare(ours, theirs, margin=_BELOW, low=True),
        "silent": float((ours < bound).mean()),
        "silent_real": float((theirs < bound).mean()),
        "bound": round(float(bound), 2),
    }


def lasting(side: Frames) -> Array:
    """``(N,)``, dB of full scale."""
    samples = side.sounds.shape[1]
    size = max(1, min(round(_FRAME * side.rate), samples // 16))
    count = samples // size
    power = np.square(side.sounds[:, : count * size]).reshape(-1, count, size).mean(axis=2)
    return decibels(-np.partition(-power, _LASTING - 1, axis=1)[:, _LASTING - 1])
