"""Spectrograms of logarithmic magnitude, linear or mel in frequency: close to hearing, and without a phase.

What is lost: the phase, which Griffin-Lim finds again; everything below the floor; for mel, the fine structure of the
high bands.
"""

from collections.abc import Sequence
from typing import Any, Self

import torch
from torch import Tensor

from ganbaru.errors import UserError
from ganbaru.signal.framing import check, frames_of, stft
from ganbaru.signal.griffin_lim import griffin_lim
from ganbaru.signal.mel import Norm, Scale, filter_bank, to_linear

_AT_FLOOR = 1.02


class _LogSpectrogram:
    """What both spectrograms share: frames, logarithm above a floor, standardised bands, Griffin-Lim."""

    name: str

    def __init__(
        self,
        *,
        rate: int,
        n_fft: int | None,
        hop: int | None,
        floor: float,
        iterations: int,
        mean: Sequence[float] | None,
        deviation: Sequence[float] | None,
    ) -> None:
        self.rate = rate
        self.n_fft = n_fft or _power_of_two(0.032 * rate)
        self.hop = hop or self.n_fft // 2
        check(self.n_fft, self.hop)
        if not floor > 0:
            raise UserError(f"floor {floor} has no logarithm", hint="take a small amplitude, such as 0.001 (-60 dB)")
        if (mean is None) != (deviation is None):
            raise UserError("mean and deviation of the bands belong together", hint="give both or neither")
        self.floor = floor
        self.iterations = iterations
        self.mean = None if mean is None else torch.tensor(list(mean), dtype=torch.float32)
        self.deviation = None if deviation is None else torch.tensor(list(deviation), dtype=torch.float32)

    def _bands(self) -> int:
        raise NotImplementedError

    def _forward(self, magnitude: Tensor) -> Tensor:
        """Linear magnitude ``(B, F, L)`` to bands ``(B, C, L)``."""
        raise NotImplementedError

    def _backward(self, bands: Tensor) -> Tensor:
        """Bands ``(B, C, L)`` to linear magnitude ``(B, F, L)``."""
        raise NotImplementedError

    def shape(self, samples: int) -> tuple[int, ...]:
        """``(C, L)``: bands and frames."""
        return (self._bands(), frames_of(samples, self.hop))

    def magnitude(self, waveform: Tensor) -> Tensor:
        """``(B, T)`` to bands before the logarithm ``(B, C, L)``; a sine of amplitude 1 has magnitude 1."""
        return self._forward(stft(waveform, n_fft=self.n_fft, hop=self.hop).abs().mT)

    def encode(self, waveform: Tensor) -> Tensor:
        """``(B, T) → (B, C, L)``: natural logarithm above the floor, standardised band by band."""
        log = torch.log(self.magnitude(waveform).clamp(min=self.floor))
        return log if self.mean is None else (log - self._column(self.mean, log)) / self._column(self.deviation, log)

    def decode(self, encoded: Tensor, samples: int) -> Tensor:
        """``(B, C, L) → (B, T)`` by Griffin-Lim; what lies at the floor is silent."""
        log = encoded
        if self.mean is not None:
            log = encoded * self._column(self.deviation, encoded) + self._column(self.mean, encoded)
        bands = torch.exp(log)
        bands = torch.where(bands <= self.floor * _AT_FLOOR, torch.zeros_like(bands), bands)
        return griffin_lim(
            self._backward(bands), n_fft=self.n_fft, hop=self.hop, samples=samples, iterations=self.iterations
        )

    def recipe(self) -> dict[str, Any]:
        """All that it takes to make it again."""
        fit = {}
        if self.mean is not None and self.deviation is not None:
            fit = {"mean": self.mean.tolist(), "deviation": self.deviation.tolist()}
        return {**self._options(), **fit}

    def fitted(self, waveform: Tensor) -> Self:
        """With the mean and deviation that each band has over these sounds ``(N, T)``."""
        plain = type(self)(**{key: value for key, value in self._options().items() if key != "name"})
        log = plain.encode(waveform)
        deviation = log.std(dim=(0, 2)).clamp(min=0.05 * float(log.std()) + 1e-6)
        options = {key: value for key, value in self._options().items() if key != "name"}
        return type(self)(**options, mean=log.mean(dim=(0, 2)).tolist(), deviation=deviation.tolist())

    def _options(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "rate": self.rate,
            "n_fft": self.n_fft,
            "hop": self.hop,
            "floor": self.floor,
            "iterations": self.iterations,
        }

    @staticmethod
    def _column(values: Tensor | None, like: Tensor) -> Tensor:
        assert values is not None
        return values.to(like)[:, None]

    def __repr__(self) -> str:
        return f"{type(self).__name__}(rate={self.rate}, n_fft={self.n_fft}, hop={self.hop}, bands={self._bands()})"


class LogMagnitude(_LogSpectrogram):
    """Logarithm of the magnitude of the short-time Fourier transform.

    Args:
        rate: Hz.
        n_fft: samples in a window; by default the power of two nearest to 32 ms.
        hop: samples between windows; by default half a window.
        floor: amplitude below which nothing is told apart.
        iterations: of Griffin-Lim on the way back.
        mean: of each band, by `fitted`.
        deviation: of each band, by `fitted`.
    """

    name = "log-magnitude"

    def __init__(
        self,
        *,
        rate: int,
        n_fft: int | None = None,
        hop: int | None = None,
        floor: float = 1e-3,
        iterations: int = 32,
        mean: Sequence[float] | None = None,
        deviation: Sequence[float] | None = None,
    ) -> None:
        super().__init__(
            rate=rate, n_fft=n_fft, hop=hop, floor=floor, iterations=iterations, mean=mean, deviation=deviation
        )

    def _bands(self) -> int:
        return self.n_fft // 2 + 1

    def _forward(self, magnitude: Tensor) -> Tensor:
        return magnitude

    def _backward(self, bands: Tensor) -> Tensor:
        return bands


class LogMel(_LogSpectrogram):
    """Logarithm of the magnitude in mel bands.

    Args:
        rate: Hz.
        bands: how many mel bands.
        n_fft: samples in a window; by default the power of two nearest to 32 ms.
        hop: samples between windows; by default half a window.
        low: lower edge of the first band, Hz.
        high: upper edge of the last, Hz; by default half the rate.
        scale: "htk" or "slaney".
        norm: "none" or "slaney".
        floor: amplitude below which nothing is told apart.
        iterations: of Griffin-Lim on the way back.
        inversion: multiplicative updates from mel to linear frequency on the way back.
        mean: of each band, by `fitted`.
        deviation: of each band, by `fitted`.
    """

    name = "log-mel"

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
        floor: float = 1e-3,
        iterations: int = 32,
        inversion: int = 20,
        mean: Sequence[float] | None = None,
        deviation: Sequence[float] | None = None,
    ) -> None:
        super().__init__(
            rate=rate, n_fft=n_fft, hop=hop, floor=floor, iterations=iterations, mean=mean, deviation=deviation
        )
        self.low = low
        self.high = high or rate / 2
        if not 0 <= self.low < self.high <= rate / 2:
            raise UserError(f"mel bands from {low} to {self.high} Hz do not fit a rate of {rate} Hz")
        self.scale: Scale = scale
        self.norm: Norm = norm
        self.inversion = inversion
        self._bank = torch.from_numpy(
            filter_bank(rate=rate, n_fft=self.n_fft, bands=bands, low=low, high=self.high, scale=scale, norm=norm)
        )

    def _bands(self) -> int:
        return len(self._bank)

    def _forward(self, magnitude: Tensor) -> Tensor:
        return self._bank.to(magnitude) @ magnitude

    def _backward(self, bands: Tensor) -> Tensor:
        return to_linear(bands, self._bank.to(bands), iterations=self.inversion)

    def _options(self) -> dict[str, Any]:
        own = {"bands": self._bands(), "low": self.low, "high": self.high, "scale": self.scale, "norm": self.norm}
        return {**super()._options(), **own, "inversion": self.inversion}


def _power_of_two(samples: float) -> int:
    return max(16, 2 ** round(torch.log2(torch.tensor(samples)).item()))
