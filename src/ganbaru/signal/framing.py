"""Sound to frames and back, with as many frames as hops: "same" length for every sound.

Why not ``torch.stft``: with ``center=True`` it makes one frame more than there are hops, and with ``center=False`` its
inverse refuses windows that are zero at the edges (pytorch #62323, #91309). Here a sound of T samples has
``ceil(T / hop)`` frames, padded with zeros on both sides, and the inverse divides by the windows' own overlap, which
these paddings keep above zero on every sample that is returned.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from ganbaru.errors import UserError


def frames_of(samples: int, hop: int) -> int:
    """How many frames a sound of so many samples has."""
    return -(-samples // hop)


def check(n_fft: int, hop: int) -> None:
    """Refuses frames that do not overlap evenly.

    Raises:
        UserError: the hop does not divide the window, there is no overlap, or the window is zero but for one sample.
    """
    if hop < 1 or n_fft < 3 or n_fft % hop or n_fft // hop < 2:
        raise UserError(
            f"hop {hop} does not fit n_fft {n_fft}", hint="the hop must divide n_fft, of 3 or more, at least twice"
        )


def window(n_fft: int, like: Tensor) -> Tensor:
    """The periodic Hann window ``(n_fft,)``, scaled so that a sine of amplitude 1 has magnitude 1."""
    return torch.hann_window(n_fft, dtype=like.dtype, device=like.device) * (4 / n_fft)


def stft(waveform: Tensor, *, n_fft: int, hop: int) -> Tensor:
    """The short-time Fourier transform: a sine of amplitude 1 has magnitude 1.

    Args:
        waveform: ``(B, T)``.
        n_fft: samples in a window.
        hop: samples from one window to the next.

    Returns:
        Complex ``(B, L, n_fft // 2 + 1)`` with L = ``ceil(T / hop)``: time before frequency, as the transform makes it.
    """
    length = frames_of(waveform.shape[-1], hop)
    left = (n_fft - hop) // 2
    right = n_fft + (length - 1) * hop - left - waveform.shape[-1]
    framed = F.pad(waveform, (left, right)).unfold(-1, n_fft, hop)
    return torch.fft.rfft(framed * window(n_fft, waveform))


def istft(transform: Tensor, *, n_fft: int, hop: int, samples: int) -> Tensor:
    """The least-squares inverse of `stft` (Griffin & Lim 1984, eq. 6).

    Args:
        transform: complex ``(B, L, n_fft // 2 + 1)``.
        n_fft: samples in a window.
        hop: samples from one window to the next.
        samples: T, at most ``L * hop``.

    Returns:
        ``(B, T)``.
    """
    shape = window(n_fft, transform.real)
    framed = torch.fft.irfft(transform, n=n_fft) * shape
    weight = overlap_add((shape * shape).expand(1, transform.shape[1], n_fft), hop)
    left = (n_fft - hop) // 2
    kept = slice(left, left + samples)
    return overlap_add(framed, hop)[:, kept] / weight[:, kept]


def overlap_add(framed: Tensor, hop: int) -> Tensor:
    """Frames ``(B, L, N)`` added up ``hop`` samples apart: ``(B, (L - 1) hop + N)``; the hop divides N."""
    batch, length, size = framed.shape
    parts = size // hop
    pieces = framed.view(batch, length, parts, hop)
    out = framed.new_zeros(batch, length + parts - 1, hop)
    for part in range(parts):
        out[:, part : part + length] += pieces[:, :, part]
    return out.flatten(1)
