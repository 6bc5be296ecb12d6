"""A sound's fingerprints: 32 bits for each moment, which survive another rate, gain, format and beginning."""

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

RATE = 8000
"""Rate (Hz) at which sounds are compared: what the lowest usual one still holds."""
FRAME, HOP = 1024, 64
_LAG = 4
_LOWEST, _HIGHEST = 150.0, 3300.0
_DEEP_DB, _FLOOR_DB = 30.0, 55.0


def fingerprints(sound: Array) -> tuple[Array, Array]:
    """The moments ``(N,)`` (in hops of 8 ms) at which there is sound, and their bits ``(N,)`` uint32.

    Bit m says whether band m gained more on band m + 1 than it lost in the last 32 ms: the sub-fingerprint of Haitsma
    & Kalker (2002, section 4.2, equation 1), over levels in dB, 33 bands and frames of 128 ms.

    Args:
        sound: ``(T,)`` at 8 kHz, of any gain.
    """
    import scipy.fft

    padded = np.pad(sound, (FRAME // 2, FRAME // 2 + HOP)).astype(np.float32)
    views = np.lib.stride_tricks.sliding_window_view(padded, FRAME)[::HOP]
    window = np.hanning(FRAME + 1)[:-1].astype(np.float32)
    bands = []
    for start in range(0, len(views), 512):
        spectrum = scipy.fft.rfft(views[start : start + 512] * window, axis=1)
        bands.append((np.square(spectrum.real) + np.square(spectrum.imag)) @ _BANK)
    power = np.concatenate(bands)
    loudest = float(power.max(initial=0.0))
    if len(power) <= _LAG or loudest <= 0:
        return np.zeros(0, np.int64), np.zeros(0, np.uint32)
    log = 10 * np.log10(power / loudest + 10 ** (-_FLOOR_DB / 10))
    slope = np.diff(log, axis=1)
    bits = slope[_LAG:] > slope[:-_LAG]
    total = power.sum(axis=1)
    heard = np.flatnonzero(total[_LAG:] >= total.max() * 10 ** (-_DEEP_DB / 10))
    return heard + _LAG, np.packbits(bits[heard], axis=1).view(">u4")[:, 0].astype(np.uint32)


def _bank() -> Array:
    """33 bands of equal width in log frequency, ``(513, 33)``, each at least two bins wide."""
    edges = np.geomspace(_LOWEST, _HIGHEST, 34) * FRAME / RATE
    bins = np.arange(FRAME // 2 + 1)[:, None]
    centre, half = (edges[1:] + edges[:-1]) / 2, np.maximum(np.diff(edges), 2.0)
    return np.maximum(0, 1 - np.abs(bins - centre) / half).astype(np.float32)


_BANK = _bank()
