"""A phase from magnitudes alone, without iterations: phase-gradient heap integration.

For a Gaussian window the slopes of the phase are the slopes of the logarithm of the magnitude, turned by 90 degrees
(Průša, Balazs & Søndergaard 2017, eqs. 10, 11); a Hann window is close to the Gaussian with γ = 0.25645 N². Here frames
are counted from their first sample, not their middle, which adds π a bin, and 2π k hop / N a frame (derived from the
paper's equations: with V the transform whose time runs through, ∂φ/∂t = ∂log|V|/∂f / γ and
∂φ/∂f = −γ ∂log|V|/∂t − 2πt).

A wrong sign fails silently: it still beats a random phase. The tests hold the slopes against those of real phases.
"""

import math
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ganbaru.signal.framing import check, check_finite

Array = np.ndarray[Any, Any]

GAMMA = 0.25645
"""Of the Gaussian nearest to a Hann window of N samples, in N² (Průša et al. 2017, table I)."""

_LEVELS = 1024
_QUIETEST = 1e-7


def pghi(magnitude: Tensor, *, n_fft: int, hop: int, tolerance: float = 1e-3, seed: int = 0) -> Tensor:
    """Phases that fit magnitudes (Průša, Balazs & Søndergaard 2017, algorithm 1).

    Args:
        magnitude: ``(B, F, L)`` with F = ``n_fft // 2 + 1``, of any scale.
        n_fft: samples in a window.
        hop: samples from one window to the next; from a quarter of the window down it works well.
        tolerance: bins quieter than this share of a sound's loudest get a random phase.
        seed: of those.

    Returns:
        Radians ``(B, F, L)``, on the magnitude's device; made on the CPU.

    Raises:
        UserError: the hop does not fit, or a magnitude is not finite.
    """
    check(n_fft, hop)
    check_finite(magnitude, "the magnitude")
    loud = frames_first(magnitude)
    over_time, over_frequency = steps(loud, n_fft=n_fft, hop=hop)
    phase = integrated(loud, over_time, over_frequency, tolerance=tolerance, seed=seed)
    return torch.from_numpy(phase).mT.to(magnitude)


def frames_first(values: Tensor) -> Array:
    """``(B, F, L)`` to a contiguous float32 array ``(B, L, F)``."""
    return np.ascontiguousarray(values.detach().mT.cpu().numpy(), dtype=np.float32)


def steps(magnitude: Array, *, n_fft: int, hop: int) -> tuple[Array, Array]:
    """Steps of the phase: means of its slopes at both ends, by central differences of the logarithm of the magnitude.

    Args:
        magnitude: ``(B, L, F)``.
        n_fft: samples in a window.
        hop: samples from one window to the next.

    Returns:
        Radians from each frame to the next, up to full turns, and from each bin to the next: ``(B, L, F)`` both; what
        stands at the last frame or bin leads nowhere.
    """
    log = logarithm(magnitude)
    steady = 2 * math.pi * ((np.arange(magnitude.shape[2]) * hop / n_fft + 0.5) % 1 - 0.5)
    over_time = between(difference(log, axis=2), axis=1) * np.float32(hop / (GAMMA * n_fft))
    over_frequency = between(difference(log, axis=1), axis=2) * np.float32(-GAMMA * n_fft / hop)
    return over_time + steady.astype(np.float32), over_frequency - np.float32(math.pi)


def integrated(
    magnitude: Array, over_time: Array, over_frequency: Array, *, tolerance: float = 1e-3, seed: int = 0
) -> Array:
    """The phase that steps make, along the loudest ways.

    Args:
        magnitude: ``(B, L, F)``.
        over_time: radians from each frame to the next, likewise.
        over_frequency: radians from each bin to the next.
        tolerance: bins quieter than this share of a sound's loudest get a random phase.
        seed: of those; every sound gets the same ones, so that none depends on what stands beside it.

    Returns:
        Radians ``(B, L, F)``.
    """
    from ganbaru.signal import compiled

    draw = np.random.default_rng([seed, 0x9647])
    quiet = draw.random(magnitude.shape[1:], dtype=np.float32) * np.float32(2 * math.pi)
    phase = np.broadcast_to(quiet, magnitude.shape).copy()
    for sound, dt, df, into in zip(magnitude, over_time, over_frequency, phase, strict=True):
        compiled.integrate(_levels(sound, tolerance), np.ascontiguousarray(dt), np.ascontiguousarray(df), _LEVELS, into)
    return phase


def _levels(magnitude: Array, tolerance: float) -> Array:
    """Loudness ``(L, F)`` in steps of equal ratio from the tolerance (0) to the loudest; −1 below."""
    peak = float(magnitude.max())
    if peak <= 0:
        return np.full(magnitude.shape, -1, np.int32)
    share = np.log(np.maximum(magnitude / np.float32(peak), np.float32(1e-30))) / -math.log(tolerance) + 1
    return np.where(share > 0, np.minimum(share * _LEVELS, _LEVELS - 1), -1).astype(np.int32)


def logarithm(magnitude: Array) -> Array:
    """Natural logarithm of magnitudes ``(B, L, F)``, down to −140 dB of each sound's loudest."""
    peak = magnitude.max(axis=(1, 2), keepdims=True)
    return np.asarray(np.log(np.maximum(magnitude, np.maximum(peak * _QUIETEST, np.float32(1e-30)))))


def between(values: Array, axis: int) -> Array:
    """The mean of each value and the next along an axis; the last one stays."""
    x = np.moveaxis(values, axis, 0)
    return np.moveaxis(np.concatenate([0.5 * (x[1:] + x[:-1]), x[-1:]]), 0, axis)


def difference(values: Array, axis: int) -> Array:
    """Half the difference of both neighbours; at an end, that to the only one. Zero where there is none."""
    out = np.zeros_like(values)
    if values.shape[axis] < 2:
        return out
    x, y = np.moveaxis(values, axis, 0), np.moveaxis(out, axis, 0)
    y[1:-1] = 0.5 * (x[2:] - x[:-2])
    y[0], y[-1] = x[1] - x[0], x[-1] - x[-2]
    return out
