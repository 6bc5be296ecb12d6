"""Mel bands on a CPU without gradients: a few frames at a time, so that they stay in the cache.

Why not `ganbaru.signal.framing.stft` and a product with the bank: that writes every frame, every spectrum and every
magnitude to memory and reads it again, and multiplies by a bank that is zero but for two bands a bin. The invariant:
the same numbers (a test holds both against each other).
"""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import scipy.fft
import torch
from torch import Tensor

from ganbaru.signal import compiled
from ganbaru.signal.framing import frames_of, window

Array = np.ndarray[Any, Any]

_AT_ONCE = 1 << 16
"""Samples in the frames that are worked on at once: a quarter of a megabyte."""

_WORTH_A_THREAD = 1 << 20
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
    sounds, filters = np.ascontiguousarray(waveform.detach().numpy()), bank.numpy()
    shape = window(n_fft, torch.zeros(0, dtype=torch.float64)).numpy().astype(np.float32)
    out = np.empty((len(sounds), frames_of(sounds.shape[1], hop), len(filters)), np.float32)
    ends = _ends(filters)

    def work(index: int) -> None:
        _one(sounds[index], shape, filters, ends, hop, power, out[index])

    threads = min(torch.get_num_threads(), len(sounds))
    if threads > 1 and out.shape[0] * out.shape[1] * n_fft >= _WORTH_A_THREAD:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(work, range(len(sounds))))
    else:
        for index in range(len(sounds)):
            work(index)
    return torch.from_numpy(out).mT


def _one(sound: Array, shape: Array, bank: Array, ends: Array, hop: int, power: int, out: Array) -> None:
    """One sound ``(T,)`` into ``(L, C)``."""
    n_fft, length = len(shape), len(out)
    padded = np.zeros((length - 1) * hop + n_fft, np.float32)
    left = (n_fft - hop) // 2
    padded[left : left + len(sound)] = sound
    count = max(1, _AT_ONCE // n_fft)
    framed = np.empty((min(count, length), n_fft), np.float32)
    for first in range(0, length, count):
        here = framed[: min(count, length - first)]
        compiled.windowed(padded, shape, hop, first, here)
        compiled.band_sums(scipy.fft.rfft(here), bank, ends, power, out[first : first + len(here)])


def _ends(bank: Array) -> Array:
    """Where each band begins and ends, ``(C, 2)``; both 0 for an empty one."""
    heard = bank != 0
    first = heard.argmax(axis=1)
    last = bank.shape[1] - heard[:, ::-1].argmax(axis=1)
    return np.where(heard.any(axis=1)[:, None], np.stack([first, last], axis=1), 0)
