"""What the fine spectrum of a frame says that bands do not: a tone, a voice or a noise, and how high it lies."""

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

LOWEST, HIGHEST = 100.0, 3700.0
"""Hz that are looked at: what every rate from 8 kHz has; of a lower one what there is."""
_PITCHES = (60.0, 1000.0)
"""Hz between which a period is sought."""
_FLOOR = 1e-18
"""Power of a bin that counts as none."""
_AROUND = 2
"""Bins on either side of the strongest that a steady tone fills, under a Hann window."""


def texture(power: Array, rate: int) -> Array:
    """Four numbers of each frame: flatness (dB), periodicity (0 to 1), the rest beside the strongest tone (dB), height.

    Flatness is the geometric over the arithmetic mean of the bins (Johnston 1988, equation 8), 0 for white noise.
    Periodicity is the greatest autocorrelation at a period of speech or music, over that of the window. The height is
    the centre of gravity in semitones from 440 Hz.

    Args:
        power: ``(N, size / 2 + 1)`` of frames of ``size`` samples; rate: Hz.

    Returns:
        ``(N, 4)`` float32.
    """
    import scipy.fft

    size = 2 * (power.shape[1] - 1)
    low, high = round(LOWEST * size / rate), min(round(HIGHEST * size / rate), power.shape[1])
    bins = power[:, low:high] + np.float32(_FLOOR)
    total = bins.sum(axis=1)
    flatness = 10 / np.log(10) * (np.log(bins).mean(axis=1) - np.log(total / bins.shape[1]))
    strongest = bins.argmax(axis=1)
    around = np.clip(strongest[:, None] + np.arange(-_AROUND, _AROUND + 1), 0, bins.shape[1] - 1)
    rest = 1 - np.take_along_axis(bins, around, axis=1).sum(axis=1) / total
    hertz = bins @ (np.arange(low, high, dtype=np.float32) * np.float32(rate / size)) / total
    length = min(size, 1 << int(np.ceil(np.log2(4 * high))))
    alike = scipy.fft.irfft(power[:, : min(high, length // 2)], length, axis=1)
    first, last = (max(2, int(length * rate / size / pitch)) for pitch in reversed(_PITCHES))
    lags = np.arange(first, min(length // 2, last))
    periodic = (alike[:, lags] / (1 - lags / length).astype(np.float32)).max(axis=1) / (alike[:, 0] + _FLOOR)
    told = [flatness, periodic, 10 * np.log10(np.maximum(rest, 1e-5)), 12 * np.log2(np.maximum(hertz, 60.0) / 440)]
    return np.stack(told, axis=1).astype(np.float32)
