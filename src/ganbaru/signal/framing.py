"""Sound to frames and back, with as many frames as hops: "same" length for every sound.

Why not ``torch.stft``: with ``center=True`` it makes one frame more than there are hops, and with ``center=False`` its
inverse refuses windows that are zero at the edges (pytorch #62323, #91309, #118507). Here a sound of T samples has
``ceil(T / hop)`` frames, padded with zeros on both sides, and the inverse divides by the windows' own overlap. The
invariant: with a hop of at most half a window, every sample that is returned lies within a quarter of a window of some
frame's centre, where the Hann window is at least half its height; so the inverse is exact for every length and hop.

librosa's numbers are ``n_fft / 4`` times these (its window is not scaled), and its frames lie half a hop earlier.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from ganbaru.errors import UserError

_LOUDEST = 1e6


def frames_of(samples: int, hop: int) -> int:
    """How many frames a sound of so many samples has."""
    return -(-samples // hop)


def check(n_fft: int, hop: int) -> None:
    """Refuses frames that do not overlap by half at least: from those the sound does not come back.

    Raises:
        UserError: the hop is more than half the window, or the window is zero but for one sample.
    """
    if n_fft < 3 or not 1 <= hop <= n_fft // 2:
        raise UserError(
            f"hop {hop} does not fit n_fft {n_fft}", hint="take a hop from 1 to half of n_fft, of 3 or more"
        )


def check_sound(waveform: Tensor) -> None:
    """Refuses what is not a batch of sounds.

    Raises:
        UserError: not ``(B, T)`` of floating point with T ≥ 1, or a number is not finite or beyond all loudness.
    """
    if not isinstance(waveform, Tensor) or waveform.ndim != 2 or not waveform.is_floating_point():
        found = f"{waveform.dtype} of shape {tuple(waveform.shape)}" if isinstance(waveform, Tensor) else type(waveform)
        raise UserError(f"{found} is not a batch of sounds", hint="give a floating-point tensor (B, T)")
    if waveform.shape[1] == 0:
        raise UserError("a sound of 0 samples has no frames")
    check_finite(waveform, "a sound")
    if waveform.numel() and float(waveform.detach().abs().max()) > _LOUDEST:
        raise UserError(
            "a sound is more than a million times full scale", hint="full scale is 1; divide, or look for a bug"
        )


def check_finite(values: Tensor, what: str) -> None:
    """Refuses numbers that are not finite.

    Raises:
        UserError: there is one; says how many.
    """
    if not torch.isfinite(values.detach().sum()) and not (finite := torch.isfinite(values)).all():
        count = int((~finite).sum())
        raise UserError(
            f"{what} holds {count} numbers that are not finite", hint="NaN or infinity; look where it came from"
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

    Raises:
        UserError: the hop does not fit, or the shape is another.
    """
    check(n_fft, hop)
    if waveform.ndim != 2 or waveform.shape[1] == 0:
        raise UserError(f"a sound of shape {tuple(waveform.shape)} has no frames", hint="give (B, T)")
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
        samples: T, with ``ceil(T / hop) = L``.

    Returns:
        ``(B, T)``.

    Raises:
        UserError: the hop does not fit, or the shape is another.
    """
    check(n_fft, hop)
    expected = (frames_of(samples, hop), n_fft // 2 + 1)
    if transform.ndim != 3 or tuple(transform.shape[1:]) != expected:
        raise UserError(
            f"a transform of shape {tuple(transform.shape)}", hint=f"wanted (B, {expected[0]}, {expected[1]})"
        )
    shape = window(n_fft, transform.real)
    framed = torch.fft.irfft(transform, n=n_fft) * shape
    weight = overlap_add((shape * shape).expand(1, transform.shape[1], n_fft), hop)
    left = (n_fft - hop) // 2
    kept = slice(left, left + samples)
    return overlap_add(framed, hop)[:, kept] / weight[:, kept]


def overlap_add(framed: Tensor, hop: int) -> Tensor:
    """Frames ``(B, L, N)`` added up ``hop`` samples apart: ``(B, (L - 1) hop + N)``."""
    batch, length, size = framed.shape
    parts = -(-size // hop)
    pieces = F.pad(framed, (0, parts * hop - size)).view(batch, length, parts, hop)
    out = framed.new_zeros(batch, length + parts - 1, hop)
    for part in range(parts):
        out[:, part : part + length] += pieces[:, :, part]
    return out.flatten(1)[:, : (length - 1) * hop + size]
