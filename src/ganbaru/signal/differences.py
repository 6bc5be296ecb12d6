"""How far one sound is from another, by the measures that papers report: the reference first, the changed sound second.

All take ``(B, T)`` twice and give ``(B,)``, on any device, with finite gradients for every finite sound, silence too.
None of them orders sounds as the ear does (``benchmarks/perceptual.py`` says how far each goes); to go by one number,
take `ganbaru.signal.audible.audible_difference`. Magnitudes below the ``floor`` are not told apart: at −80 dB of a
full-scale sine it lies at the threshold of hearing where full scale is played at 80 dB SPL.
"""

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from ganbaru.errors import UserError
from ganbaru.signal.framing import check, check_sound, stft
from ganbaru.signal.mel_spectrogram import LogMel

FLOOR = 1e-4
"""Amplitude below which nothing is told apart: −80 dB of a full-scale sine."""
_SILENT = 1e-6
_RANGE_DB = 100.0


def check_pair(reference: Tensor, changed: Tensor) -> None:
    """Refuses what cannot be compared.

    Raises:
        UserError: the two are not sounds ``(B, T)`` of single or double precision, alike in shape, type and device.
    """
    check_sound(reference)
    check_sound(changed)
    ours, theirs = ((tuple(sound.shape), sound.dtype, sound.device) for sound in (reference, changed))
    if ours != theirs:
        sides = " and ".join(f"{shape} of {kind} on {device}" for shape, kind, device in (ours, theirs))
        raise UserError(f"sounds that cannot be compared: {sides}", hint="give both one shape, type and device")
    if reference.dtype not in (torch.float32, torch.float64):
        raise UserError(f"sounds of {reference.dtype} are too coarse to compare", hint="give float32 or float64")


def waveform_l2(reference: Tensor, changed: Tensor) -> Tensor:
    """Relative error of the samples, ``‖changed − reference‖ / ‖reference‖``: 0 is equal, 1 is what silence has.

    It follows phase, which is hardly heard: a flipped polarity has 2. Against a silent reference the level of the
    changed sound is relative to −120 dB of full scale (root mean square), so at most about 1e6; silence against silence
    has 0.

    Args:
        reference: ``(B, T)``. changed: ``(B, T)``.

    Returns:
        ``(B,)``, 0 or more.
    """
    check_pair(reference, changed)
    least = _SILENT * math.sqrt(reference.shape[1])
    return _norm(changed - reference) / _norm(reference).clamp(min=least)


def multi_resolution_stft(
    reference: Tensor,
    changed: Tensor,
    *,
    n_ffts: Sequence[int] = (512, 1024, 2048),
    floor: float = FLOOR,
) -> Tensor:
    """Spectral convergence plus mean absolute log magnitude, averaged over several windows.

    Yamamoto, Song & Kim 2020 (Parallel WaveGAN), equations 4 to 6, with Hann windows as long as the transform and a hop
    of a quarter. Magnitudes are raised to the floor first: silence against silence has 0, and a silent reference gives
    a large but finite value (full-scale noise: about 800).

    Args:
        reference: ``(B, T)``. changed: ``(B, T)``.
        n_ffts: samples in each window.
        floor: amplitude below which nothing is told apart.

    Returns:
        ``(B,)``, 0 or more.
    """
    check_pair(reference, changed)
    _check_floor(floor)
    if not n_ffts:
        raise UserError("no window to compare spectra by", hint="take some, such as n_ffts=(512, 1024, 2048)")
    return torch.stack([_one_resolution(reference, changed, n_fft, floor) for n_fft in n_ffts]).mean(dim=0)


def log_mel_error(reference: Tensor, changed: Tensor, *, rate: int, floor: float = FLOOR) -> Tensor:
    """Mean absolute difference of 64 mel bands' levels, dB; frames of about 32 ms.

    A gain of g dB has g where all is above the floor. Silence against silence has 0; against a sound, the sound's mean
    level above the floor.

    Args:
        reference: ``(B, T)``. changed: ``(B, T)``.
        rate: Hz.
        floor: amplitude below which nothing is told apart.

    Returns:
        ``(B,)``, dB, 0 or more.
    """
    check_pair(reference, changed)
    levels = [log_mel(sound, rate=rate, floor=floor) for sound in (reference, changed)]
    return 20 / math.log(10) * (levels[1] - levels[0]).abs().mean(dim=(1, 2))


def si_sdr(reference: Tensor, changed: Tensor) -> Tensor:
    """Scale-invariant signal-to-distortion ratio, dB. A similarity: higher is better.

    Le Roux, Wisdom, Erdogan & Hershey 2019, equation 3: the changed sound is split into a multiple of the reference and
    the rest. Means are not removed. It follows phase and does not see gain or polarity. Values end at ±100 dB, near
    what float32 can tell: 100 for a sound against itself and silence against silence, −100 where one of the two is
    silent or they share nothing.

    Args:
        reference: ``(B, T)``. changed: ``(B, T)``.

    Returns:
        ``(B,)``, dB, from −100 to 100.
    """
    check_pair(reference, changed)
    tiny = _SILENT**2 * 1e-6
    energy = reference.square().sum(dim=1)
    scale = (reference * changed).sum(dim=1) / energy.clamp(min=tiny)
    target = scale.square() * energy
    rest = (changed - scale[:, None] * reference).square().sum(dim=1) + tiny
    least = 10 ** (-_RANGE_DB / 10) * (target + rest)
    ratio = 10 * torch.log10((target + least) / (rest + least))
    both_silent = torch.maximum(energy, changed.square().sum(dim=1)) <= tiny
    return torch.where(both_silent, torch.full_like(ratio, _RANGE_DB), ratio)


def log_mel(waveform: Tensor, *, rate: int, floor: float) -> Tensor:
    """Natural logarithm of mel magnitudes above the floor: ``(B, T)`` to ``(B, C, L)``."""
    _check_floor(floor)
    return torch.log(LogMel(rate=rate).magnitude(waveform).clamp(min=floor))


def _one_resolution(reference: Tensor, changed: Tensor, n_fft: int, floor: float) -> Tensor:
    """Spectral convergence and log magnitude at one window: ``(B,)``."""
    check(n_fft, n_fft // 4)
    ours, theirs = (
        stft(sound, n_fft=n_fft, hop=n_fft // 4).abs().clamp(min=floor).flatten(1) for sound in (reference, changed)
    )
    return _norm(ours - theirs) / _norm(ours) + (ours.log() - theirs.log()).abs().mean(dim=1)


def _norm(values: Tensor) -> Tensor:
    return torch.linalg.vector_norm(values, dim=1)


def _check_floor(floor: float) -> None:
    if not floor > 0:
        raise UserError(f"floor {floor} has no logarithm", hint="take a small amplitude, such as 0.0001 (-80 dB)")
