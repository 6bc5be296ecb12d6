"""Griffin-Lim: a waveform whose spectrogram has the given magnitudes."""

import math

import torch
from torch import Tensor

from ganbaru.errors import UserError
from ganbaru.signal.framing import check, frames_of, istft, stft

_TINY = 1e-12
_CHUNK = 128


def griffin_lim(
    magnitude: Tensor,
    *,
    n_fft: int,
    hop: int,
    samples: int,
    iterations: int = 32,
    momentum: float = 0.99,
    phase: Tensor | None = None,
    seed: int = 0,
) -> Tensor:
    """Finds a phase by fast Griffin-Lim (Perraudin, Balazs & Søndergaard 2013, algorithm 2).

    Args:
        magnitude: ``(B, F, L)`` with F = ``n_fft // 2 + 1``, scaled as `stft` scales it.
        n_fft: samples in a window.
        hop: samples from one window to the next.
        samples: T, the length wanted.
        iterations: how often the phase is mended.
        momentum: of the mending; below 1, above which it diverges.
        phase: radians ``(B, F, L)`` to start from; None starts from random ones.
        seed: of the random phases.

    Returns:
        Waveforms ``(B, T)``. Equal input gives equal output.

    Raises:
        UserError: the shapes do not fit, or the momentum is not below 1.
    """
    check(n_fft, hop)
    if not 0 <= momentum < 1:
        raise UserError(f"momentum {momentum} diverges", hint="take one from 0 to below 1, such as 0.99")
    expected = (n_fft // 2 + 1, frames_of(samples, hop))
    if tuple(magnitude.shape[1:]) != expected:
        raise UserError(
            f"magnitude has shape {tuple(magnitude.shape)}", hint=f"wanted (B, {expected[0]}, {expected[1]})"
        )
    start = _random_phase(magnitude.shape[1:], seed).to(magnitude) if phase is None else phase
    start = start.expand_as(magnitude)
    parts = [
        _one_chunk(part.mT, angle.mT, n_fft, hop, samples, iterations, momentum)
        for part, angle in zip(magnitude.split(_CHUNK), start.split(_CHUNK), strict=True)
    ]
    return torch.cat(parts)


def spectral_convergence(waveform: Tensor, magnitude: Tensor, *, n_fft: int, hop: int) -> Tensor:
    """How far a waveform's magnitudes are from those wanted: ``20 log10(‖|S| − M‖ / ‖M‖)``, dB; lower is better.

    Args:
        waveform: ``(B, T)``.
        magnitude: ``(B, F, L)``.
        n_fft: samples in a window.
        hop: samples from one window to the next.

    Returns:
        ``(B,)``.
    """
    found = stft(waveform, n_fft=n_fft, hop=hop).abs().mT
    error = (found - magnitude).flatten(1).norm(dim=1) / magnitude.flatten(1).norm(dim=1).clamp(min=_TINY)
    return 20 * torch.log10(error.clamp(min=_TINY))


def _one_chunk(
    magnitude: Tensor, phase: Tensor, n_fft: int, hop: int, samples: int, iterations: int, momentum: float
) -> Tensor:
    """Magnitude and phase ``(B, L, F)`` to ``(B, T)``."""
    spectrum = torch.polar(magnitude, phase)
    before: Tensor | None = None
    for _ in range(iterations):
        consistent = stft(istft(spectrum, n_fft=n_fft, hop=hop, samples=samples), n_fft=n_fft, hop=hop)
        ahead = consistent if before is None else consistent + momentum * (consistent - before)
        before = consistent
        spectrum = ahead * (magnitude / ahead.abs().clamp(min=_TINY))
    return istft(spectrum, n_fft=n_fft, hop=hop, samples=samples)


def _random_phase(shape: torch.Size, seed: int) -> Tensor:
    """The same random phases ``(1, F, L)`` for every sound, so that none depends on what stands beside it."""
    generator = torch.Generator().manual_seed(seed)
    return 2 * math.pi * torch.rand(1, *shape, generator=generator)
