"""The modified discrete cosine transform: as many numbers as samples, and the sound comes back exactly."""

import math
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from ganbaru.errors import UserError
from ganbaru.signal.coding import Coding, power_of_two


class Mdct(Coding):
    """MDCT with the sine window (Princen, Johnson & Bradley 1987): ``(B, N, L)``, N bands, L = ``ceil(T / N) + 1``.

    ``X[k] = √(2/N) Σ w[n] x[n] cos(π/N (n + ½ + N/2)(k + ½))``, n from 0 to 2N − 1. It is orthonormal: the energy of
    the numbers is that of the samples, and the way back is the transpose. What each frame's aliasing adds, the next
    one's takes away. Unlike magnitudes, a steady tone's numbers change from frame to frame with its phase.

    Args:
        rate: Hz.
        hop: N: bands, and samples from one frame to the next; even. By default the power of two nearest to 16 ms.
        mean: of each band, by `fitted`; zeros.
        deviation: of each band, by `fitted`.
    """

    name = "mdct"
    loses = "nothing"
    centred = True

    def __init__(
        self,
        *,
        rate: int,
        hop: int | None = None,
        mean: Sequence[float] | None = None,
        deviation: Sequence[float] | None = None,
    ) -> None:
        hop = power_of_two(0.016 * rate) if hop is None else hop
        if hop < 2 or hop % 2:
            raise UserError(f"hop {hop} makes no MDCT", hint="take an even number of bands, such as 256")
        super().__init__(rate=rate, hop=hop, mean=mean, deviation=deviation)

    def shape(self, samples: int) -> tuple[int, ...]:
        """``(N, L)``: bands and frames."""
        return (self.hop, self.frames(samples) + 1)

    def _analyse(self, waveform: Tensor) -> Tensor:
        length = self.frames(waveform.shape[1]) + 1
        framed = F.pad(waveform, (self.hop, length * self.hop - waveform.shape[1])).unfold(-1, 2 * self.hop, self.hop)
        before, after = self._twiddles(waveform)
        bins = torch.fft.fft(framed * self._window(waveform) * before)[..., : self.hop]
        return (bins * after).real.mT * math.sqrt(2 / self.hop)

    def _synthesise(self, values: Tensor, samples: int) -> Tensor:
        before, after = self._twiddles(values)
        waves = torch.fft.ifft(values.mT * after.conj(), n=2 * self.hop) * (2 * self.hop)
        framed = (waves * before.conj()).real * self._window(values) * math.sqrt(2 / self.hop)
        halves = framed.unflatten(-1, (2, self.hop))
        return (halves[:, 1:, 0] + halves[:, :-1, 1]).flatten(1)[:, :samples]

    def _extremes(self) -> tuple[float, float]:
        most = math.sqrt(2 / self.hop) * float(self._window(torch.zeros(0)).sum())
        return (-most, most)

    def _window(self, like: Tensor) -> Tensor:
        return torch.sin(
            math.pi * (torch.arange(2 * self.hop, dtype=like.dtype, device=like.device) + 0.5) / (2 * self.hop)
        )

    def _twiddles(self, like: Tensor) -> tuple[Tensor, Tensor]:
        """Turns before and after a Fourier transform of 2N that make it the cosine sum: ``(2N,)`` and ``(N,)``."""
        n = torch.arange(2 * self.hop, dtype=torch.float64)
        k = torch.arange(self.hop, dtype=torch.float64) + 0.5
        before = torch.polar(torch.ones_like(n), -math.pi * n / (2 * self.hop))
        after = torch.polar(torch.ones_like(k), -math.pi * k * (0.5 + self.hop / 2) / self.hop)
        kind = torch.complex128 if like.dtype == torch.float64 else torch.complex64
        return before.to(like.device, kind), after.to(like.device, kind)
