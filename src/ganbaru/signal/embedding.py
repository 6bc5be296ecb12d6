"""A sound as a point: its log-mel statistics and how it is modulated, so that distances of sets of sounds need no
network and no download.

What the numbers are is fixed here and learned from nothing, so points of any two sets at one rate can be compared. It
is our own embedding: a distance over it is not the FAD or KAD of any paper.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from ganbaru.errors import UserError
from ganbaru.signal.framing import check_sound, stft
from ganbaru.signal.mel import filter_bank

LEAST_RATE = 4000

_BANDS, _GROUPS = 32, 4
_EDGES_HZ = (1.0, 4.0, 8.0, 16.0, 32.0)
_FLOOR_DB = -80.0
_SOUNDS_DB, _FADES_DB = 40.0, 20.0
_DECIBELS = 20 / math.log(10)
_SETTLES_S = 4.0
_TINY = 1e-6


def embedding(waveform: Tensor, *, rate: int) -> Tensor:
    """The points of sounds; two sounds are as far apart as they differ, in decibels.

    Levels are those of 32 mel bands from 50 Hz to half the rate, in dB above a floor of −80 dB, frames of 32 ms every
    8 ms. A frame counts fully within 20 dB of the loudest one, not at all 40 dB below it or at the floor, and in
    proportion between, so silence around a sound is not part of it. The 85 numbers, each in dB:

    ======== ====================================================================================================
    0–31     mean level of each band, lowest first
    32–63    standard deviation of each band's level
    64–79    modulation at 1–4, 4–8, 8–16, 16–32 Hz of the lowest 8 bands, then of the next 8, up to the highest:
             root of the mean energy of the level's changes at these frequencies
    80–83    rise of each of these four groups of bands: how much its level grows in one standard deviation of time,
             so a sound said backwards has the opposite
    84       length: 10 lg (1 + seconds in which there is sound / 10 ms)
    ======== ====================================================================================================

    Each kind is divided by the root of how many it has: the squared distance of two points is the sum over the five
    kinds of the mean squared difference. A gain of g dB moves a sound by about g.

    Mean, deviation and modulation follow McDermott & Simoncelli (2011, "Sound texture perception via statistics of
    the auditory periphery"), and modulation by rate and frequency Chi, Ru & Shamma (2005, "Multiresolution
    spectrotemporal analysis of complex sounds"). Simpler here: mel bands for a cochlea, decibels for its compression,
    four ranges of rate for a filter bank, no modulation across frequency, no correlation between bands.

    Args:
        waveform: ``(B, T)``, full scale at ±1.
        rate: Hz, 4,000 or more.

    Returns:
        ``(B, 85)``; differentiable, and each row is of its own sound alone.

    Raises:
        UserError: the shape is another, or the rate is too low.
    """
    check_sound(waveform)
    if rate < LEAST_RATE:
        raise UserError(f"rate {rate} Hz is too low for the embedding", hint=f"it takes {LEAST_RATE} Hz or more")
    hop = 8 * round(rate / 1000)
    frame_rate = rate / hop
    level = _levels(waveform, rate, hop)
    weight = _weight(level)
    total = weight.sum(dim=1, keepdim=True).clamp(min=_TINY)
    share = weight / total
    mean = (level * share[:, None]).sum(dim=2)
    away = level - mean[:, :, None]
    kinds = [
        mean,
        _root((away * away * share[:, None]).sum(dim=2)),
        _modulation(away * weight[:, None], total, frame_rate),
        _rise(away, share),
        10 * torch.log10(1 + weight.sum(dim=1, keepdim=True) / (0.01 * frame_rate)),
    ]
    return torch.cat([kind / math.sqrt(kind.shape[1]) for kind in kinds], dim=1)


def _levels(waveform: Tensor, rate: int, hop: int) -> Tensor:
    """``(B, T)`` to dB above the floor ``(B, 32, L)``, with a window of silence before and after."""
    n_fft = 4 * hop
    bank = torch.from_numpy(filter_bank(rate=rate, n_fft=n_fft, bands=_BANDS, low=50.0, high=rate / 2)).to(waveform)
    magnitude = stft(F.pad(waveform, (n_fft, n_fft)), n_fft=n_fft, hop=hop).abs() @ bank.T
    return magnitude.mT.clamp(min=10 ** (_FLOOR_DB / 20)).log() * _DECIBELS - _FLOOR_DB


def _weight(level: Tensor) -> Tensor:
    """How much of each frame is sound, 0 to 1: ``(B, bands, L)`` to ``(B, L)``."""
    loudest = level.amax(dim=1)
    threshold = (loudest.amax(dim=1, keepdim=True) - _SOUNDS_DB).clamp(min=0)
    return ((loudest - threshold) / _FADES_DB).clamp(0, 1)


def _modulation(away: Tensor, total: Tensor, frame_rate: float) -> Tensor:
    """Energy of the levels' changes by range of rate and group of bands, ``(B, bands, L)`` to ``(B, groups · ranges)``.

    The ranges' edges fall off as a Butterworth filter's of fourth order, so that they settle within the zeros that
    are put behind: by Parseval the energy is then that of filtering in time, whatever silence follows.
    """
    count = away.shape[2] + round(_SETTLES_S * frame_rate)
    energy = torch.fft.rfft(away, n=count).abs().square() * (2 / count)
    hz = torch.arange(energy.shape[2], device=away.device, dtype=away.dtype) * (frame_rate / count)
    below = torch.stack([1 / (1 + (hz / edge) ** 8) for edge in _EDGES_HZ], dim=1)
    found = (energy @ below.diff(dim=1)) / total[:, :, None]
    return _root(found.unflatten(1, (_GROUPS, -1)).mean(dim=2)).flatten(1)


def _rise(away: Tensor, share: Tensor) -> Tensor:
    """Change of the groups' levels in one standard deviation of time: ``(B, bands, L)`` to ``(B, groups)``."""
    time = torch.arange(share.shape[1], device=share.device, dtype=share.dtype)
    since = time - (share * time).sum(dim=1, keepdim=True)
    spread = (share * since * since).sum(dim=1, keepdim=True).clamp(min=1).sqrt()
    slope = (away * (share * since / spread)[:, None]).sum(dim=2)
    return slope.unflatten(1, (_GROUPS, -1)).mean(dim=2)


def _root(x: Tensor) -> Tensor:
    """The square root with a finite slope at 0."""
    return (x + _TINY).sqrt() - math.sqrt(_TINY)
