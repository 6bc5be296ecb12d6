"""Spectrograms of magnitude, logarithmic or not: close to hearing, and without a phase.

What is lost: the phase, which Griffin-Lim finds again; with a logarithm, everything below the floor.
"""

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from ganbaru.errors import UserError
from ganbaru.signal.coding import Coding, power_of_two
from ganbaru.signal.framing import check, stft
from ganbaru.signal.griffin_lim import Start, griffin_lim

AT_FLOOR = 1.02
"""What lies no higher than so many times the floor is silent."""

LOUDEST = 1e6
"""Amplitude beyond which nothing is told apart: a network that blew up still decodes to numbers."""


class Spectrogram(Coding):
    """Bands of magnitude (to some power), as they are or as their natural logarithm above a floor.

    Args:
        floor: amplitude below which nothing is told apart; None for no logarithm.
        power: of the magnitudes in the bands.
        rest: as for `Coding`.
    """

    def __init__(self, *, floor: float | None, power: int, **rest: Any) -> None:
        if floor is not None:
            check_floor(floor)
        self.power = power
        self.floor = floor
        if floor is not None:
            rest["floor"] = floor
        super().__init__(**rest)

    def magnitude(self, waveform: Tensor) -> Tensor:
        """``(B, T)`` to bands before the logarithm ``(B, C, L)``; a sine of amplitude 1 has magnitude 1."""
        raise NotImplementedError

    def _sound(self, bands: Tensor, samples: int) -> Tensor:
        """Bands ``(B, C, L)``, not negative, to sounds ``(B, T)``."""
        raise NotImplementedError

    def _loudest(self) -> float:
        """The greatest band of a sound within full scale."""
        raise NotImplementedError

    def _analyse(self, waveform: Tensor) -> Tensor:
        bands = self.magnitude(waveform)
        return bands if self.floor is None else torch.log(bands.clamp(min=self.floor**self.power))

    def _synthesise(self, values: Tensor, samples: int) -> Tensor:
        top = LOUDEST**self.power
        if self.floor is None:
            return self._sound(values.clamp(min=0, max=top), samples)
        return self._sound(from_logarithm(values, floor=self.floor**self.power, top=top), samples)

    def _extremes(self) -> tuple[float, float]:
        if self.floor is None:
            return 0.0, self._loudest()
        return self.power * math.log(self.floor), math.log(max(self._loudest(), self.floor**self.power))


class LogMagnitude(Spectrogram):
    """Logarithm of the magnitude of the short-time Fourier transform: ``(B, F, L)``, F = ``n_fft // 2 + 1``.

    Args:
        rate: Hz.
        n_fft: samples in a window; by default the power of two nearest to 32 ms.
        hop: samples between windows; by default half a window.
        floor: amplitude below which nothing is told apart.
        iterations: of Griffin-Lim on the way back.
        phase: what Griffin-Lim starts from: "pghi", "random" or "zero".
        mean: of each band, by `fitted`.
        deviation: of each band, by `fitted`.
    """

    name = "log-magnitude"
    loses = "the phase; what lies below the floor"

    def __init__(
        self,
        *,
        rate: int,
        n_fft: int | None = None,
        hop: int | None = None,
        floor: float = 1e-3,
        iterations: int = 32,
        phase: Start = "pghi",
        mean: Sequence[float] | None = None,
        deviation: Sequence[float] | None = None,
    ) -> None:
        self.n_fft, hop = windows(rate, n_fft, hop)
        self.iterations = iterations
        self.phase: Start = phase
        super().__init__(
            rate=rate, hop=hop, power=1, n_fft=self.n_fft, floor=floor, iterations=iterations, phase=phase,
            mean=mean, deviation=deviation,
        )  # fmt: skip

    def shape(self, samples: int) -> tuple[int, ...]:
        """``(F, L)``: frequencies and frames."""
        return (self.n_fft // 2 + 1, self.frames(samples))

    def magnitude(self, waveform: Tensor) -> Tensor:
        """``(B, T)`` to magnitudes ``(B, F, L)``; a sine of amplitude 1 has magnitude 1."""
        return stft(waveform, n_fft=self.n_fft, hop=self.hop).abs().mT

    def _sound(self, bands: Tensor, samples: int) -> Tensor:
        return griffin_lim(
            bands, n_fft=self.n_fft, hop=self.hop, samples=samples, iterations=self.iterations, phase=self.phase
        )

    def _loudest(self) -> float:
        return 2.0


def check_floor(floor: float) -> None:
    """Refuses a floor that has no logarithm.

    Raises:
        UserError: it is not above 0.
    """
    if not floor > 0:
        raise UserError(f"floor {floor} has no logarithm", hint="take a small amplitude, such as 0.001 (-60 dB)")


def from_logarithm(values: Tensor, *, floor: float, top: float = LOUDEST) -> Tensor:
    """What natural logarithms are of, ``top`` at most; what lies at the floor is silent."""
    found = torch.exp(values.clamp(max=math.log(top)))
    return torch.where(found <= floor * AT_FLOOR, torch.zeros_like(found), found)


def windows(rate: int, n_fft: int | None, hop: int | None) -> tuple[int, int]:
    """Window and hop, in samples: what is given, else the power of two nearest to 32 ms, and half of it.

    Raises:
        UserError: they do not go together.
    """
    n_fft = power_of_two(0.032 * rate) if n_fft is None else n_fft
    hop = n_fft // 2 if hop is None else hop
    check(n_fft, hop)
    return n_fft, hop
