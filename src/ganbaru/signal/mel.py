"""The mel scale: filter banks by two conventions, and the way back from mel to linear frequency."""

from typing import Any, Literal, get_args

import numpy as np
import torch
from torch import Tensor

from ganbaru.errors import UserError, unknown

Array = np.ndarray[Any, Any]
Scale = Literal["htk", "slaney"]
Norm = Literal["slaney", "none"]

_LINEAR_HZ = 200.0 / 3
_BREAK_HZ = 1000.0
_LOG_STEP = np.log(6.4) / 27
_TINY = 1e-12


def hz_to_mel(hz: np.ndarray, scale: Scale) -> np.ndarray:
    """Frequencies (Hz) to mel: ``2595 log10(1 + f / 700)`` (HTK), or linear to 1 kHz and then logarithmic (Slaney)."""
    hz = np.asarray(hz, dtype=np.float64)
    if scale == "htk":
        return 2595.0 * np.log10(1.0 + hz / 700.0)
    above = _BREAK_HZ / _LINEAR_HZ + np.log(np.maximum(hz, 1e-12) / _BREAK_HZ) / _LOG_STEP
    return np.where(hz < _BREAK_HZ, hz / _LINEAR_HZ, above)


def mel_to_hz(mel: np.ndarray, scale: Scale) -> np.ndarray:
    """The inverse of `hz_to_mel`."""
    mel = np.asarray(mel, dtype=np.float64)
    if scale == "htk":
        return 700.0 * (10.0 ** (mel / 2595.0) - 1.0)
    above = _BREAK_HZ * np.exp(_LOG_STEP * (mel - _BREAK_HZ / _LINEAR_HZ))
    return np.where(mel < _BREAK_HZ / _LINEAR_HZ, mel * _LINEAR_HZ, above)


def filter_bank(
    *, rate: int, n_fft: int, bands: int, low: float, high: float, scale: Scale = "htk", norm: Norm = "none"
) -> np.ndarray:
    """Triangular filters, evenly spaced in mel.

    Args:
        rate: Hz.
        n_fft: samples in a window.
        bands: how many filters.
        low: lower edge of the first, Hz.
        high: upper edge of the last, Hz.
        scale: which mel.
        norm: "slaney" gives every triangle the area 1 (in Hz), "none" the height 1.

    Returns:
        ``(bands, n_fft // 2 + 1)`` float32.

    Raises:
        UserError: the scale or the norm is not known, or there are no bands.
    """
    if scale not in get_args(Scale):
        raise unknown("mel scale", scale, get_args(Scale))
    if norm not in get_args(Norm):
        raise unknown("norm of mel bands", norm, get_args(Norm))
    if bands < 1:
        raise UserError(f"{bands} mel bands hold no sound", hint="take some, such as 64")
    edges = mel_to_hz(np.linspace(hz_to_mel(np.array(low), scale), hz_to_mel(np.array(high), scale), bands + 2), scale)
    bins = np.arange(n_fft // 2 + 1) * rate / n_fft
    rising = (bins - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    falling = (edges[2:, None] - bins) / (edges[2:] - edges[1:-1])[:, None]
    weights = np.maximum(0.0, np.minimum(rising, falling))
    if norm == "slaney":
        weights *= (2.0 / (edges[2:] - edges[:-2]))[:, None]
    return weights.astype(np.float32)


def to_linear(mel: Tensor, bank: Tensor, *, iterations: int = 20) -> Tensor:
    """Magnitudes (or powers) that have these mel bands, by multiplicative updates (Lee & Seung 2001, theorem 2).

    They minimise the generalised Kullback–Leibler divergence of ``bank @ magnitude`` from ``mel`` and keep it
    non-negative; the pseudo-inverse and least squares have twice the error.

    Args:
        mel: ``(B, bands, L)``, not negative.
        bank: ``(bands, F)``.
        iterations: how many updates.

    Returns:
        ``(B, F, L)``; zero where no band reaches.
    """
    column = bank.sum(dim=0).clamp(min=_TINY)[:, None]
    row = bank.sum(dim=1).clamp(min=_TINY)[:, None]
    start = bank.T @ (mel / row) + _TINY**2
    found = _compiled(mel, bank, start, iterations) if plain(mel) else _updated(mel, bank, start, column, iterations)
    covered = (bank.sum(dim=0) > 0)[:, None]
    return torch.where(covered, found, torch.zeros_like(found))


def sparse(bank: Tensor) -> tuple[Array, Array]:
    """A bank ``(bands, F)`` as the bands that each bin belongs to, and how much: ``(F, P)`` int32 and float32.

    P is the most that any bin belongs to, 2 for triangles; a bin of fewer belongs to band 0 by 0.
    """
    dense = bank.detach().cpu().numpy().T
    parts = max(1, int((dense != 0).sum(axis=1).max()))
    which = np.argsort(dense == 0, axis=1, kind="stable")[:, :parts]
    weight = np.take_along_axis(dense, which, axis=1).astype(np.float32)
    return np.where(weight != 0, which, 0).astype(np.int32), weight


def plain(values: Tensor) -> bool:
    """Whether compiled loops can take these: float32 on a CPU, no gradient wanted."""
    wanted = values.requires_grad and torch.is_grad_enabled()
    return values.device.type == "cpu" and values.dtype == torch.float32 and not wanted


def _compiled(mel: Tensor, bank: Tensor, start: Tensor, iterations: int) -> Tensor:
    from ganbaru.signal import compiled

    out = np.array(start.mT.numpy(), order="C")
    compiled.multiply_up(np.ascontiguousarray(mel.mT.numpy()), *sparse(bank), iterations, out)
    return torch.from_numpy(out).mT


def _updated(mel: Tensor, bank: Tensor, magnitude: Tensor, column: Tensor, iterations: int) -> Tensor:
    for _ in range(iterations):
        magnitude = magnitude * (bank.T @ (mel / (bank @ magnitude).clamp(min=_TINY**2))) / column
    return magnitude
