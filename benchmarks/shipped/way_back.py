"""The way from log-mel back to sound as one writes it for a runtime of tensors: Fourier transforms as products.

ONNX has no inverse short-time transform, and PGHI, from which ours starts, goes from number to number in an order that
the numbers themselves decide. So the rival starts from phases of zero, which is less work, and searches as ours does.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ganbaru.signal.framing import frames_of, window
from ganbaru.signal.mel_spectrogram import LogMel
from ganbaru.signal.spectrogram import AT_FLOOR, LOUDEST

UPDATES, MOMENTUM, TINY = 20, 0.99, 1e-12


class TextbookWayBack(nn.Module):
    """Log-mel ``(1, C, L)`` to sound ``(1, T)``, with real tensors alone: real and imaginary parts beside each other.

    Args:
        representation: with a hop of half a window, of magnitudes, without a mean or deviation of its own.
        samples: T.
    """

    forwards: Tensor
    backwards: Tensor
    bank: Tensor
    kept: Tensor

    def __init__(self, representation: LogMel, samples: int) -> None:
        super().__init__()
        n_fft, hop = representation.n_fft, representation.hop
        assert (hop, representation.power) == (n_fft // 2, 1)
        self.representation, self.samples, self.hop = representation, samples, hop
        self.floor, self.left = float(representation.floor or 0), (n_fft - hop) // 2
        shape = window(n_fft, torch.empty(0))
        transform = torch.fft.rfft(torch.diag(shape))  # (n_fft, F), of windowed frames
        back = torch.fft.irfft(torch.eye(n_fft // 2 + 1) + 0j, n=n_fft) * shape
        turned = torch.fft.irfft(1j * torch.eye(n_fft // 2 + 1), n=n_fft) * shape
        self.register_buffer("forwards", torch.cat([transform.real, transform.imag], dim=1))
        self.register_buffer("backwards", torch.cat([back, turned]))
        self.register_buffer("bank", representation._bank)
        self.register_buffer("kept", self._kept(shape, frames_of(samples, hop)))

    def forward(self, encoded: Tensor) -> Tensor:
        """(1, C, L) -> (1, T)."""
        bands = torch.exp(encoded[0].T.clamp(max=math.log(LOUDEST)))
        bands = torch.where(bands <= self.floor * AT_FLOOR, torch.zeros_like(bands), bands)  # (L, C)
        magnitude = self._magnitudes(bands)
        spectrum, before = torch.cat([magnitude, torch.zeros_like(magnitude)], dim=1), None
        for _ in range(self.representation.iterations):
            found = self._frames(self._sound(spectrum))
            ahead = found if before is None else found + MOMENTUM * (found - before)
            before, wanted = found, self._wanted(found, bands)
            spectrum = ahead * (wanted / _size(ahead).clamp(min=TINY)).repeat(1, 2)
        return self._sound(spectrum)[None, self.left : self.left + self.samples]

    def _magnitudes(self, bands: Tensor) -> Tensor:
        """(L, C) -> (L, F), by Lee & Seung's updates, as `signal.mel.to_linear`."""
        column, row = self.bank.sum(dim=0).clamp(min=TINY), self.bank.sum(dim=1).clamp(min=TINY)
        found = (bands / row) @ self.bank + TINY**2
        for _ in range(UPDATES):
            found = found * ((bands / (found @ self.bank.T).clamp(min=TINY**2)) @ self.bank / column)
        return torch.where(self.bank.sum(dim=0) > 0, found, torch.zeros_like(found))

    def _wanted(self, found: Tensor, bands: Tensor) -> Tensor:
        magnitude = _size(found).clamp(min=TINY)
        lacking = bands / (magnitude @ self.bank.T).clamp(min=TINY**2)
        return magnitude * (lacking @ self.bank / self.bank.sum(dim=0).clamp(min=TINY))

    def _frames(self, sound: Tensor) -> Tensor:
        hops = sound.view(-1, self.hop)
        return torch.cat([hops[:-1], hops[1:]], dim=1) @ self.forwards

    def _sound(self, spectrum: Tensor) -> Tensor:
        """(L, 2 F) -> ((L + 1) hop,): frames added up, divided by their windows' overlap, zero beyond the sound."""
        framed = spectrum @ self.backwards
        first, second = framed[:, : self.hop], framed[:, self.hop :]
        return (F.pad(first, (0, 0, 0, 1)) + F.pad(second, (0, 0, 1, 0))).flatten() * self.kept

    def _kept(self, shape: Tensor, length: int) -> Tensor:
        squares = (shape * shape).view(2, self.hop)
        weight = torch.zeros(length + 1, self.hop)
        weight[:-1] += squares[0]
        weight[1:] += squares[1]
        inside = torch.zeros((length + 1) * self.hop)
        inside[self.left : self.left + self.samples] = 1
        return torch.where(inside > 0, inside / weight.flatten().clamp(min=TINY), inside)


def _size(spectrum: Tensor) -> Tensor:
    """(L, 2 F) -> (L, F)."""
    real, imaginary = spectrum.chunk(2, dim=1)
    return torch.sqrt(real * real + imaginary * imaginary)
