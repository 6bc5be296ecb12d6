"""Hiss: steady noise under a sound, where the real ones have none.

By bands of half an octave: a quarter of its bins and a fifth of its frames lie below this level. What is steady and
dense reaches it, tones and speech do not: they leave gaps in frequency or in time.
"""

from itertools import pairwise
from typing import Any

import numpy as np

from ganbaru.checkup.heard.comparing import Pair, spread
from ganbaru.checkup.heard.frames import Frames, decibels

Array = np.ndarray[Any, Any]

_LOWEST = 1000.0
"""Hz; hiss is high. At low rates, an eighth of the rate."""
_OF_BINS, _OF_FRAMES = 0.25, 0.2
_NOISE = 0.2
"""What this makes of steady white noise of power 1."""
_AUDIBLE = -65.0
"""dB of the loud part below which no noise is told apart."""
_LEAST_BINS = 4
_QUANTILES = (0.25, 0.5)


def measure(made: Frames, real: Frames, pair: Pair) -> dict[str, Any]:
    """``floor``: mean over the bands of each sound's floor, dB of its loud part, compared; ``bands``: of each its
    edges ``low`` and ``high`` (Hz) and, at the quartile and at the median of the sounds, ``made_25``, ``real_25``,
    ``null_25`` and so on, with the ``spread`` of the real ones."""
    edges, ours = floors(made)
    _, theirs = floors(real)
    bands = [{"low": float(low), "high": float(high)} for low, high in edges]
    wide = spread(theirs)
    for quantile in _QUANTILES:
        name, null = f"{100 * quantile:.0f}", pair.by_chance(theirs, quantile)
        columns = {
            "made": np.quantile(ours, quantile, axis=0),
            "real": np.quantile(theirs, quantile, axis=0),
            "null": null,
        }
        for column, values in columns.items():
            for band, value in zip(bands, values, strict=True):
                band[f"{column}_{name}"] = round(float(value), 2)
    for band, value in zip(bands, wide, strict=True):
        band["spread"] = round(float(value), 2)
    return {"floor": pair.compare(ours.mean(axis=1), theirs.mean(axis=1), margin=6.0), "bands": bands}


def floors(side: Frames) -> tuple[list[tuple[float, float]], Array]:
    """Edges of the bands (Hz), and the floor in each ``(N, bands)``, dB of the loud part."""
    lowest = min(_LOWEST, side.rate / 8)
    edges = [edge for edge in lowest * 2 ** (np.arange(32) / 2) if edge < 0.4 * side.rate] + [0.49 * side.rate]
    kept, found = [], []
    for low, high in pairwise(edges):
        inside = (side.frequencies >= low) & (side.frequencies < high)
        if inside.sum() >= _LEAST_BINS:
            kept.append((round(float(low), 1), round(float(high), 1)))
            dense = _quantile(side.power[:, :, inside], _OF_BINS, 2)
            found.append(_quantile(dense, _OF_FRAMES, 1))
    relative = np.stack(found, axis=1) / _NOISE / side.level[:, None]
    return kept, np.maximum(decibels(relative), _AUDIBLE)


def _quantile(values: Array, share: float, axis: int) -> Array:
    """The value below which this share lies; by sorting only as far as that."""
    place = int(share * (values.shape[axis] - 1))
    return np.asarray(np.take(np.partition(values, place, axis=axis), place, axis=axis))
