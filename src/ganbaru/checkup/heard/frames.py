"""Sounds seen in frames: what several measures share, made once."""

from functools import cached_property
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

QUIETEST = 1e-12
"""Power below which nothing is told apart: -120 dB of full scale."""
_LOWEST = 30.0
_LOUD = 1e-4
"""Frames within 40 dB of a sound's loudest make its loud part."""


class Frames:
    """Sounds of one rate, ``(N, T)``, finite; what is asked for is made when it is first asked for.

    Args:
        sounds: ``(N, T)``.
        rate: Hz.
    """

    def __init__(self, sounds: Array, rate: int) -> None:
        self.sounds = np.ascontiguousarray(sounds, dtype=np.float32)
        self.rate = rate
        self.size = window(rate)
        self.hop = self.size // 2

    @cached_property
    def spectrum(self) -> Array:
        """``(N, L, F)`` complex64, of Hann windows of about 30 ms, half overlapping; F = ``size // 2 + 1``."""
        from scipy import fft

        short = max(0, self.size - self.sounds.shape[1])
        padded = np.pad(self.sounds, ((0, 0), (0, short)))
        pieces = np.lib.stride_tricks.sliding_window_view(padded, self.size, axis=1)[:, :: self.hop]
        shape = np.hanning(self.size + 1)[:-1].astype(np.float32)
        return np.asarray(fft.rfft(pieces * shape, axis=2))

    @cached_property
    def power(self) -> Array:
        """``(N, L, F)``: white noise of deviation 1 has power 1 in every bin, in the mean."""
        norm = np.square(np.hanning(self.size + 1)[:-1]).sum()
        return np.asarray((np.square(self.spectrum.real) + np.square(self.spectrum.imag)) / np.float32(norm))

    @cached_property
    def frequencies(self) -> Array:
        """Hz ``(F,)``."""
        return np.arange(self.size // 2 + 1) * (self.rate / self.size)

    @cached_property
    def total(self) -> Array:
        """Mean square of each frame ``(N, L)``."""
        return np.asarray(self.power.mean(axis=2))

    @cached_property
    def loud(self) -> Array:
        """Which frames ``(N, L)`` are of the loud part of their sound."""
        top = self.total.max(axis=1, keepdims=True)
        return np.asarray((self.total >= _LOUD * top) & (top > QUIETEST))

    @cached_property
    def level(self) -> Array:
        """Mean square of the loud part of each sound ``(N,)``."""
        return np.asarray((self.total * self.loud).sum(axis=1) / np.maximum(self.loud.sum(axis=1), 1) + QUIETEST)


def audible(sounds: Array, rate: int) -> Array:
    """``(N, T)`` without what lies below 30 Hz, such as an offset, as float32."""
    from scipy.signal import butter, sosfilt, sosfilt_zi

    sections = butter(2, _LOWEST, "high", fs=rate, output="sos")
    # as if the first value had always been there: an offset is no attack
    rest = sosfilt_zi(sections)[:, None, :] * sounds[None, :, :1]
    return np.asarray(sosfilt(sections, sounds, axis=1, zi=rest)[0], dtype=np.float32)


def window(rate: int) -> int:
    """Samples of about 30 ms: a multiple of 240, so that most strides of upsampling divide it and half of it."""
    return 240 * max(1, round(0.03 * rate / 240))


def decibels(power: Array) -> Array:
    """Of a power, from -120 dB up."""
    return np.asarray(10 * np.log10(np.maximum(power, QUIETEST)))


def pictured(made: Frames, real: Frames, points: int = 96) -> dict[str, list[float]]:
    """The mean spectra of both sides: ``frequency`` (Hz), ``made`` and ``real`` (dB; the loud part of a sound is at 0).

    Each of at most so many points is the mean over its band.
    """
    groups = np.array_split(np.arange(made.power.shape[2]), points)

    def curve(side: Frames) -> list[float]:
        weights = side.loud / (np.maximum(side.loud.sum(axis=1), 1) * side.level)[:, None]
        mean = np.einsum("nlf,nl->f", side.power, weights.astype(np.float32)) / len(side.power)
        return [round(float(decibels(mean[group].mean())), 1) for group in groups]

    frequency = [round(float(made.frequencies[group].mean()), 1) for group in groups]
    return {"frequency": frequency, "made": curve(made), "real": curve(real)}
