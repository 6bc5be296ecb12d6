"""Mel bands on a CPU without gradients: a few frames at a time, so that they stay in the cache.

Why not `ganbaru.signal.framing.stft` and a product with the bank: that writes every frame, every spectrum and every
magnitude to memory and reads it again, and multiplies by a bank that is zero but for two bands a bin. The invariant:
the same numbers (a test holds both against each other).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.fft
import torch
from torch import Tensor

from ganbaru.signal import compiled
from ganbaru.signal.framing import frames_of, window
from ganbaru.signal.threads import in_threads

Array = np.ndarray[Any, Any]
Transform = Callable[[Array], Array]

_AT_ONCE = 1 << 17
"""Samples in the frames that are worked on at once: half a megabyte."""

_WORTH_THREADS = 1 << 20
"""Framed samples from which on it pays to start threads."""


def bands(waveform: Tensor, bank: Tensor, *, n_fft: int, hop: int, power: int) -> Tensor:
    """``bank @ |S|**power`` of the short-time Fourier transform S.

    Args:
        waveform: ``(B, T)`` float32 on the CPU.
        bank: ``(C, F)``.
        n_fft: samples in a window.
        hop: samples from one window to the next.
        power: 1 or 2.

    Returns:
        ``(B, C, L)``.
    """
    batch, samples = waveform.shape
    length, left = frames_of(samples, hop), (n_fft - hop) // 2
    padded = np.zeros((batch, (length - 1) * hop + n_fft), np.float32)
    padded[:, left : left + samples] = waveform.detach().numpy()
    filters = bank.numpy()
    out = np.empty((batch * length, len(filters)), np.float32)
    shape = window(n_fft, torch.zeros(0, dtype=torch.float64)).numpy().astype(np.float32)
    work = _Work(padded, shape, hop, filters, _ends(filters), power, out, _transform())
    threads = torch.get_num_threads() if len(out) * n_fft >= _WORTH_THREADS else 1
    in_threads(work.do, range(0, len(out), work.count), threads=threads)
    return torch.from_numpy(out).unflatten(0, (batch, length)).mT


@dataclass(frozen=True)
class _Work:
    """Everything but which frames, counted through all sounds."""

    padded: Array
    shape: Array
    hop: int
    bank: Array
    ends: Array
    power: int
    out: Array
    transform: Transform

    @property
    def count(self) -> int:
        """Frames at once."""
        return max(1, _AT_ONCE // len(self.shape))

    def do(self, first: int) -> None:
        """The frames from this one on."""
        framed = np.empty((min(self.count, len(self.out) - first), len(self.shape)), np.float32)
        compiled.windowed(self.padded, self.shape, self.hop, first, framed)
        found = self.transform(framed)
        compiled.band_sums(found, self.bank, self.ends, self.power, self.out[first : first + len(framed)])


def _transform() -> Transform:
    """The faster one on a single thread; with several, torch's would make them wait for each other."""
    if torch.get_num_threads() > 1:
        return scipy.fft.rfft
    return lambda framed: torch.fft.rfft(torch.from_numpy(framed)).numpy()


def _ends(bank: Array) -> Array:
    """Where each band begins and ends, ``(C, 2)``, in whole vectors of 8 as far as there are bins."""
    heard = bank != 0
    first = heard.argmax(axis=1)
    last = bank.shape[1] - heard[:, ::-1].argmax(axis=1)
    last = np.minimum(last + -(last - first) % 8, bank.shape[1])
    first = np.maximum(first - -(last - first) % 8, 0)
    return np.where(heard.any(axis=1)[:, None], np.stack([first, last], axis=1), 0)
