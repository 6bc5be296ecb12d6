"""The constant-Q transform: bands of equal width in octaves, as the notes of music are, and a way back.

The filters are cut out of the Fourier transform of the whole sound (Velasco, Holighaus, Dörfler & Grill 2011,
"Constructing an invertible constant-Q transform with non-stationary Gabor frames", section 2.3), with windows whose
squares add up to 1. So the transform with its phases is exactly invertible, by its own transpose, as long as no band
is wider than there are frames a second; the hop sees to that. (Brown's transform, which librosa follows, has windows
of time instead, and its inverse is approximate.)

Every sound is taken as a circle: what rings on at its end is heard at its beginning, and so low bands of short sounds
smear. A band narrower than one over the sound's length may hold nothing.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from ganbaru.errors import UserError
from ganbaru.signal.pghi import between, difference, frames_first, integrated, logarithm
from ganbaru.signal.spectrogram import Spectrogram

Array = np.ndarray[Any, Any]

_GAMMA = 0.67
"""Of the Gaussian exp(−πγf²) nearest to a window cos(πu/2), |u| < 1 at the width b, in 1/b². Equal second moments give
0.61; 0.67 is where slopes and real phases agree best on four recordings, in a maximum that is flat."""

_TINY, _MOMENTUM = 1e-12, 0.99
_CHUNK = 1 << 18
"""Coefficients that are worked on at once: 2 MB."""


@dataclass(frozen=True)
class Bands:
    """The filters for sounds of one length. Every bin of a sound's Fourier transform belongs to two neighbours.

    Attributes:
        place: ``(2, F)``: where a bin lies in each of its bands, among all C · L numbers.
        weight: ``(2, F)``: how much of it.
        turn: ``(F,)``: complex; moves every frame to the middle of its hop, as in the other representations.
        centre: ``(C,)``: Hz.
        width: ``(C,)``: Hz from a band's centre to its neighbour's.
    """

    place: Tensor
    weight: Tensor
    turn: Tensor
    centre: Array
    width: Array

    def to(self, device: torch.device, dtype: torch.dtype) -> "Bands":
        """For sounds of this precision, there."""
        turn = self.turn.to(device, torch.complex128 if dtype == torch.float64 else torch.complex64)
        return Bands(self.place.to(device), self.weight.to(device, dtype), turn, self.centre, self.width)


class _ConstantQ(Spectrogram):
    """What the linear and the logarithmic one share."""

    def __init__(
        self,
        *,
        rate: int,
        low: float,
        bins_per_octave: int,
        hop: int | None,
        iterations: int,
        **rest: Any,
    ) -> None:
        if not 0 < low < rate / 4:
            raise UserError(f"a lowest band of {low} Hz does not fit a rate of {rate} Hz", hint="for example 65.4 (C2)")
        if bins_per_octave < 1:
            raise UserError(f"{bins_per_octave} bands in an octave hold no sound", hint="take some, such as 24")
        self.low, self.bins_per_octave, self.iterations = low, bins_per_octave, iterations
        self._centres = _centres(rate, low, bins_per_octave)
        most = rate / _widest(self._centres, rate)
        hop = 2 ** int(math.log2(most)) if hop is None else hop
        if not 1 <= hop <= most:
            raise UserError(f"hop {hop} is too long for bands so wide", hint=f"take one from 1 to {int(most)}")
        options = {"low": low, "bins_per_octave": bins_per_octave, "iterations": iterations}
        super().__init__(rate=rate, hop=hop, power=1, **options, **rest)

    def shape(self, samples: int) -> tuple[int, ...]:
        """``(C, L)``: bands and frames."""
        return (len(self._centres), self.frames(samples))

    def frequencies(self) -> list[float]:
        """The bands' centres, Hz; the first band holds all below, the last all above."""
        return [float(centre) for centre in self._centres]

    def transform(self, waveform: Tensor) -> Tensor:
        """``(B, T)`` to complex ``(B, C, L)``; a sine of amplitude 1 at a band's centre has magnitude 1 there."""
        length = self.frames(waveform.shape[1])
        bands = self._bands(length).to(waveform.device, waveform.dtype)
        padded = F.pad(waveform, (0, length * self.hop - waveform.shape[1]))
        spectrum = torch.fft.rfft(padded) * bands.turn * (2 / padded.shape[1])
        flat = torch.zeros(len(waveform), len(self._centres) * length, dtype=spectrum.dtype, device=spectrum.device)
        for place, weight in zip(bands.place, bands.weight, strict=True):
            flat = flat.index_add(1, place, spectrum * weight)
        return torch.fft.ifft(flat.unflatten(1, (-1, length))) * length

    def inverse(self, transform: Tensor, samples: int) -> Tensor:
        """The way back: complex ``(B, C, L)`` to ``(B, T)``; exact for what `transform` made."""
        length = transform.shape[2]
        bands = self._bands(length).to(transform.device, transform.real.dtype)
        flat = torch.fft.fft(transform).flatten(1) / length
        both = [flat[:, place] * weight for place, weight in zip(bands.place, bands.weight, strict=True)]
        size = length * self.hop
        return torch.fft.irfft((both[0] + both[1]) * bands.turn.conj() * (size / 2), n=size)[:, :samples]

    def magnitude(self, waveform: Tensor) -> Tensor:
        """``(B, T)`` to magnitudes ``(B, C, L)``."""
        return self.transform(waveform).abs()

    def _sound(self, bands: Tensor, samples: int) -> Tensor:
        chunk = max(1, _CHUNK // (bands.shape[1] * bands.shape[2]))
        return torch.cat([self._mended(part, samples) for part in bands.split(chunk)])

    def _mended(self, magnitude: Tensor, samples: int) -> Tensor:
        """Fast Griffin-Lim (see `ganbaru.signal.griffin_lim`) with this transform in the Fourier transform's place."""
        coded, before = torch.polar(magnitude, self._phase(magnitude)), None
        for _ in range(self.iterations):
            found = self.transform(self.inverse(coded, samples))
            ahead = found if before is None else found + _MOMENTUM * (found - before)
            before = found
            coded = ahead * (magnitude / ahead.abs().clamp(min=_TINY))
        return self.inverse(coded, samples)

    def _phase(self, magnitude: Tensor) -> Tensor:
        """Radians ``(B, C, L)`` to start from, integrated from slopes as `ganbaru.signal.pghi` explains.

        These coefficients keep the time's own turns, so that ∂φ/∂t = 2πf + ∂log|V|/∂f / γ and ∂φ/∂f = −γ ∂log|V|/∂t.
        """
        bands = self._bands(magnitude.shape[2])
        loud = frames_first(magnitude)
        log = logarithm(loud)
        gamma = _GAMMA / bands.width**2
        frame = self.hop / self.rate
        turns = 2 * math.pi * ((bands.centre * frame + 0.5) % 1 - 0.5)
        over_time = turns + difference(log, axis=2) * frame / gamma / bands.width
        over_frequency = -gamma * bands.width * difference(log, axis=1) / frame
        steps = [between(slope, axis).astype(np.float32) for slope, axis in ((over_time, 1), (over_frequency, 2))]
        phase = integrated(loud, *steps)
        return torch.from_numpy(phase).mT.to(magnitude)

    def _bands(self, length: int) -> Bands:
        return _bands(self.rate, self.low, self.bins_per_octave, self.hop, length)

    def _loudest(self) -> float:
        return math.inf


class ConstantQ(_ConstantQ):
    """Magnitude in bands of equal width in octaves: ``(B, C, L)``.

    Args:
        rate: Hz.
        low: centre of the lowest band but one, Hz; the lowest holds all below.
        bins_per_octave: bands in an octave.
        hop: samples between frames; by default the longest power of two that loses nothing.
        iterations: of Griffin-Lim on the way back.
        mean: of each band, by `fitted`.
        deviation: of each band, by `fitted`.
    """

    name = "cqt"
    loses = "the phase"

    def __init__(
        self,
        *,
        rate: int,
        low: float = 65.40639,
        bins_per_octave: int = 24,
        hop: int | None = None,
        iterations: int = 32,
        mean: Sequence[float] | None = None,
        deviation: Sequence[float] | None = None,
    ) -> None:
        super().__init__(
            rate=rate, low=low, bins_per_octave=bins_per_octave, hop=hop, iterations=iterations, floor=None,
            mean=mean, deviation=deviation,
        )  # fmt: skip


class LogConstantQ(_ConstantQ):
    """Natural logarithm of the magnitude in bands of equal width in octaves: ``(B, C, L)``.

    Args:
        rate: Hz.
        low: centre of the lowest band but one, Hz; the lowest holds all below.
        bins_per_octave: bands in an octave.
        hop: samples between frames; by default the longest power of two that loses nothing.
        floor: amplitude below which nothing is told apart.
        iterations: of Griffin-Lim on the way back.
        mean: of each band, by `fitted`.
        deviation: of each band, by `fitted`.
    """

    name = "log-cqt"
    loses = "the phase; what lies below the floor"

    def __init__(
        self,
        *,
        rate: int,
        low: float = 65.40639,
        bins_per_octave: int = 24,
        hop: int | None = None,
        floor: float = 1e-3,
        iterations: int = 32,
        mean: Sequence[float] | None = None,
        deviation: Sequence[float] | None = None,
    ) -> None:
        super().__init__(
            rate=rate, low=low, bins_per_octave=bins_per_octave, hop=hop, iterations=iterations, floor=floor,
            mean=mean, deviation=deviation,
        )  # fmt: skip


def _centres(rate: int, low: float, bins_per_octave: int) -> Array:
    """Centres of all bands, Hz: one below the lowest, then geometric, as far as half the rate."""
    count = math.floor(bins_per_octave * math.log2(rate / 2 / low) + 1e-9) + 1
    return low * 2.0 ** (np.arange(-1, count) / bins_per_octave)


def _widest(centres: Array, rate: int) -> float:
    """Width of the widest band, Hz: a band reaches to its neighbours' centres, the outermost to 0 and half the rate."""
    ends = np.concatenate([[0.0], centres, [rate / 2]])
    return float((ends[2:] - ends[:-2]).max())


@lru_cache(maxsize=16)
def _bands(rate: int, low: float, bins_per_octave: int, hop: int, length: int) -> Bands:
    """The filters for sounds of ``length`` frames."""
    centres = _centres(rate, low, bins_per_octave)
    size = length * hop
    bins = np.arange(size // 2 + 1)
    position = bins_per_octave * np.log2(np.maximum(bins * rate / size, 1e-9) / low) + 1
    position = np.clip(position, 0, len(centres) - 1)
    lower = np.minimum(position.astype(np.int64), len(centres) - 2)
    beyond = 0.5 * math.pi * (position - lower)
    angle = torch.from_numpy(math.pi * hop / size * bins)
    return Bands(
        place=torch.from_numpy(np.stack([lower, lower + 1]) * length + bins % length),
        weight=torch.from_numpy(np.stack([np.cos(beyond), np.sin(beyond)])),
        turn=torch.polar(torch.ones_like(angle), angle),
        centre=centres,
        width=centres * (2 ** (1 / bins_per_octave) - 1),
    )
