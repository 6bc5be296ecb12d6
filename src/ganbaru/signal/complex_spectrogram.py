"""Spectrograms with their phase: nothing needs to be guessed on the way back."""

import math
from collections.abc import Sequence
from typing import Any, Self

import torch
from torch import Tensor

from ganbaru.signal.coding import Coding, check_encoded
from ganbaru.signal.framing import check_sound, istft, stft
from ganbaru.signal.spectrogram import check_floor, from_logarithm, windows
from ganbaru.signal.standard import Standard


class _TwoPlanes(Coding):
    """Two planes ``(B, 2, F, L)`` of the short-time Fourier transform."""

    def __init__(self, *, rate: int, n_fft: int | None, hop: int | None, **rest: Any) -> None:
        self.n_fft, hop = windows(rate, n_fft, hop)
        super().__init__(rate=rate, hop=hop, n_fft=self.n_fft, **rest)

    def shape(self, samples: int) -> tuple[int, ...]:
        """``(2, F, L)``: planes, frequencies and frames."""
        return (2, self.n_fft // 2 + 1, self.frames(samples))

    def _transform(self, waveform: Tensor) -> Tensor:
        return stft(waveform, n_fft=self.n_fft, hop=self.hop).mT

    def _inverse(self, transform: Tensor, samples: int) -> Tensor:
        return istft(transform.mT, n_fft=self.n_fft, hop=self.hop, samples=samples)


class ComplexSpectrogram(_TwoPlanes):
    """Real and imaginary part of the short-time Fourier transform: ``(B, 2, F, L)``.

    Args:
        rate: Hz.
        n_fft: samples in a window; by default the power of two nearest to 32 ms.
        hop: samples between windows; by default half a window.
        mean: of each band, by `fitted`; zeros.
        deviation: of each band, by `fitted`.
    """

    name = "stft"
    loses = "nothing"
    centred = True

    def __init__(
        self,
        *,
        rate: int,
        n_fft: int | None = None,
        hop: int | None = None,
        mean: Sequence[float] | None = None,
        deviation: Sequence[float] | None = None,
    ) -> None:
        super().__init__(rate=rate, n_fft=n_fft, hop=hop, mean=mean, deviation=deviation)

    def _analyse(self, waveform: Tensor) -> Tensor:
        return torch.view_as_real(self._transform(waveform)).movedim(-1, 1)

    def _synthesise(self, values: Tensor, samples: int) -> Tensor:
        return self._inverse(torch.complex(values[:, 0], values[:, 1]), samples)

    def _extremes(self) -> tuple[float, float]:
        return (-2.0, 2.0)


class MagnitudeAndFrequency(_TwoPlanes):
    """Logarithm of the magnitude, and instantaneous frequency (Engel et al. 2019, "GANSynth"): ``(B, 2, F, L)``.

    The second plane is how far the phase turns from one frame to the next, in half turns: from −1 to 1. A steady tone
    has a steady colour there, where its phase itself runs round and round. The first frame holds the phase as it is.
    With a floor that is low enough, the sound comes back exactly.

    Args:
        rate: Hz.
        n_fft: samples in a window; by default the power of two nearest to 32 ms.
        hop: samples between windows; by default half a window.
        floor: amplitude below which nothing is told apart.
        mean: of each band's logarithm, by `fitted`.
        deviation: of each band's logarithm, by `fitted`.
    """

    name = "magnitude+if"
    loses = "what lies below the floor"

    def __init__(
        self,
        *,
        rate: int,
        n_fft: int | None = None,
        hop: int | None = None,
        floor: float = 1e-3,
        mean: Sequence[float] | None = None,
        deviation: Sequence[float] | None = None,
    ) -> None:
        check_floor(floor)
        self.floor = floor
        super().__init__(rate=rate, n_fft=n_fft, hop=hop, floor=floor, mean=mean, deviation=deviation)

    def encode(self, waveform: Tensor) -> Tensor:
        """``(B, T) → (B, 2, F, L)``."""
        check_sound(waveform)
        transform = self._transform(waveform)
        return torch.stack([self._standard.into(self._logarithm(transform)), _turns(transform.angle())], dim=1)

    def fitted(self, waveform: Tensor) -> Self:
        """With the mean and deviation that each band's logarithm has over these sounds ``(N, T)``."""
        check_sound(waveform)
        standard = Standard.of(self._logarithm(self._transform(waveform)), centred=False)
        return type(self)(**self._arguments(), **standard.recipe())

    def decode(self, encoded: Tensor, samples: int) -> Tensor:
        """``(B, 2, F, L) → (B, T)``."""
        check_encoded(self.name, encoded, self.shape(samples), samples)
        magnitude = from_logarithm(self._standard.back(encoded[:, 0]), floor=self.floor)
        return self._inverse(torch.polar(magnitude, math.pi * encoded[:, 1].cumsum(dim=-1)), samples)

    def _logarithm(self, transform: Tensor) -> Tensor:
        return torch.log(transform.abs().clamp(min=self.floor))

    def _extremes(self) -> tuple[float, float]:
        return math.log(self.floor), math.log(2.0)

    @property
    def range(self) -> tuple[float, float]:
        """Bounds of both planes of sounds within full scale, ±1."""
        low, high = super().range
        return min(low, -1.0), max(high, 1.0)


def _turns(phase: Tensor) -> Tensor:
    """Radians ``(B, F, L)`` to half turns from frame to frame, in [−1, 1]; the first frame's own phase first."""
    steps = torch.diff(phase, dim=-1, prepend=torch.zeros_like(phase[..., :1])) / math.pi
    return steps - 2 * torch.round(steps.detach() / 2)
