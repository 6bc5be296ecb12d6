"""Mel cepstra, and the distortion of one sound from another by them: the shape of the spectrum without its level."""

import math

import torch
from torch import Tensor

from ganbaru.errors import UserError
from ganbaru.signal.differences import FLOOR, check_pair, log_mel


def mel_cepstral_distortion(
    reference: Tensor, changed: Tensor, *, rate: int, coefficients: int = 24, floor: float = FLOOR
) -> Tensor:
    """Mel-cepstral distortion, dB: ``10 / ln 10 · √(2 Σ (c − c′)²)``, the mean over frames (Kubichek 1993).

    The level, coefficient 0, is left out: a gain has 0 where nothing is at the floor. With all 63 coefficients it would
    be the root mean square of the bands' differences in dB, less their mean (Parseval). Silence against silence has 0.

    Published values mostly come from the mel-generalised cepstra of SPTK: an all-pass warped model of the envelope,
    fitted to the frame, and often with frames paired by dynamic time warping. Here the cepstrum is that of 64 mel bands
    and frames are paired as they are, so values agree in unit and meaning but not in figures.

    Args:
        reference: ``(B, T)``. changed: ``(B, T)``.
        rate: Hz.
        coefficients: how many count, at most 63.
        floor: amplitude below which nothing is told apart.

    Returns:
        ``(B,)``, dB, 0 or more.
    """
    check_pair(reference, changed)
    ours, theirs = (
        mel_cepstrum(log_mel(sound, rate=rate, floor=floor), coefficients=coefficients)
        for sound in (reference, changed)
    )
    return 10 * math.sqrt(2) / math.log(10) * torch.linalg.vector_norm(ours - theirs, dim=1).mean(dim=1)


def mel_cepstrum(log_bands: Tensor, *, coefficients: int = 24) -> Tensor:
    """Cosines that make up a log spectrum: ``ln S = c₀ + Σ cₖ cos(π k (j + ½) / C)`` for band j of C.

    Args:
        log_bands: natural logarithm of magnitudes ``(B, C, L)``.
        coefficients: K, fewer than C.

    Returns:
        c₁ … c_K, ``(B, K, L)``.

    Raises:
        UserError: K is below 1, or not below C.
    """
    bands = log_bands.shape[1]
    if not 0 < coefficients < bands:
        raise UserError(f"{coefficients} cepstral coefficients of {bands} bands", hint=f"take 1 to {bands - 1}")
    order = torch.arange(1, coefficients + 1).to(log_bands)
    place = (torch.arange(bands).to(log_bands) + 0.5) / bands
    return 2 / bands * torch.cos(math.pi * order[:, None] * place) @ log_bands
