"""Smeared sounds, whose phases do not fit together: over time, or over frequency.

Over time: a partial turns its phase by nearly the same angle from one frame to the next. With phases that were made up
it does so no more than noise does, however right the magnitudes are. Over frequency: an attack, or a pulse of the
voice, is loud in all bands at once (the cross-band correlation of McDermott & Simoncelli 2011). Filters that delay each
frequency by another time leave the first as it is and undo the second.
"""

from itertools import pairwise
from typing import Any

import numpy as np

from ganbaru.checkup.heard.clicks import moving_mean
from ganbaru.checkup.heard.comparing import Pair
from ganbaru.checkup.heard.frames import Frames

Array = np.ndarray[Any, Any]

_LOW, _HIGH = 150.0, 5000.0
"""Hz between which partials are looked for."""
_PEAKS = 3e-4
"""Power of a peak over that of the sound's highest, at the least: 35 dB less."""
_SHORT = 0.004
_BANDS = 7
_LOCAL = 0.02
_LOUD = 1e-4


def measure(made: Frames, real: Frames, pair: Pair) -> dict[str, Any]:
    """``steadiness`` and ``synchrony`` of each sound, compared: 1 is as steady or as synchronous as can be; noise has
    a steadiness of about 0.79 and a synchrony of about 0."""
    return {
        "steadiness": pair.compare(steadiness(made), steadiness(real), margin=0.02, low=True),
        "synchrony": pair.compare(synchrony(made), synchrony(real), margin=0.05, low=True),
    }


def steadiness(side: Frames) -> Array:
    """Mean cosine of the second difference over time of the phase, at spectral peaks, ``(N,)``; 1 without any peak."""
    spectrum = _transform(side.sounds, side.size, side.size // 4)
    power = np.square(spectrum.real) + np.square(spectrum.imag)
    low = max(1, round(_LOW * side.size / side.rate))
    high = min(spectrum.shape[2] - 1, round(_HIGH * side.size / side.rate))
    middle = power[:, 1:-1, low:high]
    peaks = (middle >= power[:, 1:-1, low - 1 : high - 1]) & (middle >= power[:, 1:-1, low + 1 : high + 1])
    peaks &= middle > _PEAKS * power.max(axis=(1, 2), keepdims=True)
    sound, frame, place = np.nonzero(peaks)
    before, now, after = (spectrum[sound, frame + step, place + low] for step in (0, 1, 2))
    turned = after * before * now.conj() ** 2
    size = np.abs(turned)
    weight = np.sqrt(np.sqrt(size))
    cosine = np.where(size > 0, turned.real / np.maximum(size, 1e-30), 0)
    total = np.bincount(sound, weight, len(power))
    mean = np.bincount(sound, weight * cosine, len(power)) / np.maximum(total, 1e-30)
    return np.asarray(np.where(total > 0, mean, 1.0))


def synchrony(side: Frames) -> Array:
    """Correlation of the fluctuations of loudness within 20 ms, over all pairs of seven bands, ``(N,)``."""
    size = max(16, 2 ** round(np.log2(_SHORT * side.rate)))
    spectrum = _transform(side.sounds, size, size // 4)
    power = np.square(spectrum.real) + np.square(spectrum.imag)
    total = power.sum(axis=2)
    loud = total >= _LOUD * np.maximum(total.max(axis=1, keepdims=True), 1e-20)
    edges = np.unique(np.round(np.geomspace(2, power.shape[2] - 1, _BANDS + 1)).astype(int))
    # what lies 50 dB below the whole sound does not fluctuate
    floor = 1e-5 * total.mean(axis=1)[:, None] + 1e-20
    reach = max(3, round(_LOCAL * side.rate / size * 4))
    deviations = []
    for start, stop in pairwise(edges):
        level = 10 * np.log10(power[:, :, start:stop].sum(axis=2) + floor)
        deviations.append(_local(level, reach) * loud)
    each = np.stack([np.square(one).sum(axis=1) for one in deviations])
    whole = np.square(np.sum(deviations, axis=0)).sum(axis=1)
    roots = np.square(np.sqrt(each).sum(axis=0)) - each.sum(axis=0)
    return np.asarray((whole - each.sum(axis=0)) / np.maximum(roots, 1e-9))


def _local(level: Array, reach: int) -> Array:
    """A level ``(N, L)`` less its mean around."""
    inside = moving_mean(np.ones((1, level.shape[1])), -reach, reach + 1)
    return np.asarray(level - moving_mean(level, -reach, reach + 1) / inside)


def _transform(sounds: Array, size: int, hop: int) -> Array:
    """``(N, L, F)``, of Hann windows."""
    from scipy import fft

    pieces = np.lib.stride_tricks.sliding_window_view(sounds, size, axis=1)[:, ::hop]
    return np.asarray(fft.rfft(pieces * np.hanning(size + 1)[:-1].astype(np.float32), axis=2))
