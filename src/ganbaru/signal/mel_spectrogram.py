"""Spectrograms in mel bands: what an ear tells apart, in a tenth of the numbers.

What is lost besides the phase: the fine structure within a band. Both are sought together on the way back.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from ganbaru.errors import UserError
from ganbaru.signal.framing import stft
from ganbaru.signal.griffin_lim import Start, mel_griffin_lim
from ganbaru.signal.mel import Norm, Scale, filter_bank, plain
from ganbaru.signal.spectrogram import Spectrogram, windows


class _MelBands(Spectrogram):
    """What the linear and the logarithmic one share."""

    def __init__(
        self,
        *,
        rate: int,
        bands: int,
        n_fft: int | None,
        hop: int | None,
        low: float,
        high: float | None,
        scale: Scale,
        norm: Norm,
        power: int,
        iterations: int,
        phase: Start,
        **rest: Any,
    ) -> None:
        self.n_fft, hop = windows(rate, n_fft, hop)
        self.low, self.high = low, rate / 2 if high is None else high
        if not 0 <= self.low < self.high <= rate / 2:
            raise UserError(f"mel bands from {self.low} to {self.high} Hz do not fit a rate of {rate} Hz")
        if power not in (1, 2):
            raise UserError(f"power {power} of mel bands is not known", hint="1 for magnitudes, 2 for powers")
        self.scale: Scale = scale
        self.norm: Norm = norm
        self.iterations = iterations
        self.phase: Start = phase
        mel: dict[str, Any] = {"bands": bands, "low": self.low, "high": self.high, "scale": scale, "norm": norm}
        self._bank = torch.from_numpy(filter_bank(rate=rate, n_fft=self.n_fft, **mel))
        options = {"n_fft": self.n_fft, **mel, "iterations": iterations, "phase": phase}
        super().__init__(rate=rate, hop=hop, power=power, **options, **rest)

    def shape(self, samples: int) -> tuple[int, ...]:
        """``(C, L)``: bands and frames."""
        return (len(self._bank), self.frames(samples))

    def magnitude(self, waveform: Tensor) -> Tensor:
        """``(B, T)`` to bands of magnitude (or power) ``(B, C, L)``; a sine of amplitude 1 has magnitude 1."""
        if plain(waveform):
            from ganbaru.signal import fast_mel

            return fast_mel.bands(waveform, self._bank, n_fft=self.n_fft, hop=self.hop, power=self.power)
        loud = _loudness(stft(waveform, n_fft=self.n_fft, hop=self.hop), self.power)
        return (loud @ self._bank.to(loud).T).mT

    def _arguments(self) -> dict[str, Any]:
        return {**super()._arguments(), "power": self.power}

    def _sound(self, bands: Tensor, samples: int) -> Tensor:
        return mel_griffin_lim(
            bands,
            self._bank.to(bands),
            n_fft=self.n_fft,
            hop=self.hop,
            samples=samples,
            power=self.power,
            iterations=self.iterations,
            phase=self.phase,
        )

    def _loudest(self) -> float:
        return float(self._bank.sum(dim=1).max()) * 2.0**self.power


class Mel(_MelBands):
    """Magnitude (or power) in mel bands: ``(B, C, L)``; librosa's ``melspectrogram``, see `ganbaru.signal.framing`.

    Args:
        rate: Hz.
        bands: how many mel bands.
        n_fft: samples in a window; by default the power of two nearest to 32 ms.
        hop: samples between windows; by default half a window.
        low: lower edge of the first band, Hz.
        high: upper edge of the last, Hz; by default half the rate.
        scale: "htk" or "slaney".
        norm: "none" or "slaney".
        power: 1 for bands of magnitude, 2 for bands of power.
        iterations: of Griffin-Lim on the way back.
        phase: what Griffin-Lim starts from: "pghi", "random" or "zero".
        mean: of each band, by `fitted`.
        deviation: of each band, by `fitted`.
    """

    name = "mel"
    loses = "the phase; the fine structure within a band"

    def __init__(
        self,
        *,
        rate: int,
        bands: int = 64,
        n_fft: int | None = None,
        hop: int | None = None,
        low: float = 50.0,
        high: float | None = None,
        scale: Scale = "htk",
        norm: Norm = "none",
        power: int = 1,
        iterations: int = 32,
        phase: Start = "pghi",
        mean: Sequence[float] | None = None,
        deviation: Sequence[float] | None = None,
    ) -> None:
        super().__init__(
            rate=rate, bands=bands, n_fft=n_fft, hop=hop, low=low, high=high, scale=scale, norm=norm, power=power,
            floor=None, iterations=iterations, phase=phase, mean=mean, deviation=deviation,
        )  # fmt: skip


class LogMel(_MelBands):
    """Natural logarithm of the magnitude (or power) in mel bands: ``(B, C, L)``.

    Args:
        rate: Hz.
        bands: how many mel bands.
        n_fft: samples in a window; by default the power of two nearest to 32 ms.
        hop: samples between windows; by default half a window.
        low: lower edge of the first band, Hz.
        high: upper edge of the last, Hz; by default half the rate.
        scale: "htk" or "slaney".
        norm: "none" or "slaney".
        power: 1 for bands of magnitude, 2 for bands of power.
        floor: amplitude below which nothing is told apart; bands of power stop at its square.
        iterations: of Griffin-Lim on the way back.
        phase: what Griffin-Lim starts from: "pghi", "random" or "zero".
        mean: of each band, by `fitted`.
        deviation: of each band, by `fitted`.
    """

    name = "log-mel"
    loses = "the phase; the fine structure within a band; what lies below the floor"

    def __init__(
        self,
        *,
        rate: int,
        bands: int = 64,
        n_fft: int | None = None,
        hop: int | None = None,
        low: float = 50.0,
        high: float | None = None,
        scale: Scale = "htk",
        norm: Norm = "none",
        power: int = 1,
        floor: float = 1e-3,
        iterations: int = 32,
        phase: Start = "pghi",
        mean: Sequence[float] | None = None,
        deviation: Sequence[float] | None = None,
    ) -> None:
        super().__init__(
            rate=rate, bands=bands, n_fft=n_fft, hop=hop, low=low, high=high, scale=scale, norm=norm, power=power,
            floor=floor, iterations=iterations, phase=phase, mean=mean, deviation=deviation,
        )  # fmt: skip


def _loudness(spectrum: Tensor, power: int) -> Tensor:
    """``|spectrum|**power``; torch's ``abs`` has the gradient right where it is 0, but takes three times as long."""
    if power == 1 and spectrum.requires_grad:
        return spectrum.abs()
    squares = torch.view_as_real(spectrum).square().sum(dim=-1)
    return squares if power == 2 else squares.sqrt()
