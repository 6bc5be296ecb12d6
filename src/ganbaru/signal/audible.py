"""How different two sounds are to the ear: the share of their loudness that is heard to be different.

Five steps, none of them fitted to sounds:

1. A delay of the whole sound is not heard, so the best of no delay and of the delay that the two sounds themselves
   show is taken (as PESQ does, Rix et al. 2001).
2. Frames of 32 ms, power in bands of 100 mel, about a critical band each.
3. Specific loudness by Zwicker's law (Zwicker & Fastl 1999, chapter 8) above the threshold in quiet (Terhardt 1979),
   with the reference played at 70 dB SPL. Its compression is the masking: what is added to a band that is loud already
   adds little.
4. Differences below what can be noticed, 1 dB in a band (Zwicker & Fastl 1999, chapter 7), fade out.
5. What differs, relative to the loudness of both together: 1 where nothing in common is left, as in silence. This is
   the weighted Jaccard distance, 1 − Σ min / Σ max, of the two loudness patterns, with step 4 applied to both sums.

Chosen on six sounds and tested on nine others by ``benchmarks/perceptual.py``, which has the figures. What did not earn
its place on the six: spreading over neighbouring bands, smoothing over 24 or 40 ms, bands half as wide. Playback at 60
or 80 dB SPL, a noticeable difference of 0.5 or 2 dB, exponents of 0.15 and 0.3, windows of 16 and 64 ms: the mean of
Kendall's tau with the order of the ears stays between 0.98 and 0.99. Without step 1 it is 0.87. A flat threshold does
as well on these sounds; the ear's own is there for rumble and for what lies too high to be heard.
"""

import functools
import math

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from ganbaru.errors import UserError
from ganbaru.signal.differences import check_pair
from ganbaru.signal.framing import stft
from ganbaru.signal.mel import filter_bank, hz_to_mel, mel_to_hz

_LONGEST_DELAY, _WINDOW = 0.01, 0.032  # s
_MEL_IN_A_BAND, _LOWEST_HZ = 100.0, 20.0
_PLAYED_DB = 70.0  # SPL
_EXPONENT, _NOTICEABLE_DB = 0.23, 1.0
_HANN_SPREAD = 1.5  # power of a sine of amplitude 1, summed over the three bins that a Hann window spreads it on
_SILENT_POWER, _TINY = 1e-10, 1e-20


def audible_difference(reference: Tensor, changed: Tensor, *, rate: int) -> Tensor:
    """How much of the two sounds' loudness is heard to be different: 0 is nothing, 1 is everything.

    On real sounds: below 0.002 for flipped polarity, phase shifts, delays up to 10 ms and 0.1 dB of gain; about 0.015
    for a codec near transparency and 0.1 for a low-pass at 4 kHz; 0.3 to 0.5, 0.5 to 0.7 and 0.65 to 0.85 for white
    noise at 20, 10 and 0 dB below the sound; 0.5 to 0.95 for another sound; 1 for silence. Silence against silence has
    0. Gain counts (6 dB: 0.3), but a gain of both sounds alike does not, down to −100 dB of full scale. It is not
    symmetric: the reference sets the level of playback.

    Args:
        reference: ``(B, T)``.
        changed: ``(B, T)``.
        rate: Hz, at least 1,000.

    Returns:
        ``(B,)``, from 0 to 1; its gradient is finite, and that of the delay is left out.

    Raises:
        UserError: the two cannot be compared, or the rate is too low.
    """
    check_pair(reference, changed)
    if not rate >= 1000:
        raise UserError(f"rate {rate} Hz is too low to be heard", hint="give the sound's own, such as 16000")
    longest = round(_LONGEST_DELAY * rate)
    reference, changed = (F.pad(sound, (longest, longest)) for sound in (reference, changed))
    aligned = advanced(changed, delay(reference, changed, longest=longest))
    power = band_power(reference, rate=rate)
    gain = 10 ** (_PLAYED_DB / 10) / _level(power)[:, None, None]
    ours = _loudness(gain * power, rate)
    both = [_unlike(ours, _loudness(gain * band_power(sound, rate=rate), rate)) for sound in (changed, aligned)]
    return torch.minimum(*both)


def delay(reference: Tensor, changed: Tensor, *, longest: int) -> Tensor:
    """By how many samples the second sound lags behind the first: where their cross-correlation is largest.

    It is the magnitude of the analytic cross-correlation (positive frequencies only), which neither flipped polarity
    nor any constant phase shift moves.

    Args:
        reference: ``(B, T)``.
        changed: ``(B, T)``.
        longest: samples; delays from minus to plus this are looked at.

    Returns:
        ``(B,)`` whole numbers.
    """
    size = 2 ** math.ceil(math.log2(reference.shape[1] + longest + 1))
    ours, theirs = (torch.fft.rfft(sound.detach(), n=size) for sound in (reference, changed))
    correlation = torch.fft.ifft(theirs * ours.conj(), n=size).abs()
    return torch.cat([correlation[:, size - longest :], correlation[:, : longest + 1]], dim=1).argmax(dim=1) - longest


def advanced(waveform: Tensor, samples: Tensor) -> Tensor:
    """Each sound ``(B, T)`` so many ``(B,)`` samples earlier, zeros coming in at the end; later, where negative."""
    index = torch.arange(waveform.shape[1], device=waveform.device) + samples[:, None]
    inside = (index >= 0) & (index < waveform.shape[1])
    return torch.where(inside, waveform.gather(1, index.clamp(0, waveform.shape[1] - 1)), 0.0)


def band_power(waveform: Tensor, *, rate: int) -> Tensor:
    """Power in bands of 100 mel, ``(B, T)`` to ``(B, L, C)``; over all bands a sine of amplitude 1 has 1."""
    bank, _ = _ear(rate)
    n_fft = 2 * (bank.shape[1] - 1)
    transform = stft(waveform, n_fft=n_fft, hop=n_fft // 4)
    power = transform.real.square() + transform.imag.square()
    return power @ torch.from_numpy(bank.T / _HANN_SPREAD).to(power)


def _level(power: Tensor) -> Tensor:
    """Power ``(B,)`` of the loud frames of ``(B, L, C)``: the mean, weighted by power itself."""
    frames = power.sum(dim=2)
    return (frames.square().sum(dim=1) / frames.sum(dim=1).clamp(min=_TINY)).clamp(min=_SILENT_POWER)


def _loudness(power: Tensor, rate: int) -> Tensor:
    """Specific loudness of power re 0 dB SPL, ``(B, L, C)``; 0 for silence.

    Zwicker & Fastl's law with their threshold factor s = 1, so that it leaves 0 at once: ``(1 + E / T)^0.23 − 1``.
    """
    _, threshold = _ear(rate)
    return (1 + power / torch.from_numpy(threshold).to(power)) ** _EXPONENT - 1


def _unlike(ours: Tensor, theirs: Tensor) -> Tensor:
    """What differs of two loudness patterns ``(B, L, C)``, relative to both together: ``(B,)``."""
    common, both = torch.minimum(ours, theirs), torch.maximum(ours, theirs)
    differs = _noticed(both - common, common).sum(dim=(1, 2))
    return differs / _noticed(both, torch.zeros_like(both)).sum(dim=(1, 2)).clamp(min=_TINY)


def _noticed(difference: Tensor, common: Tensor) -> Tensor:
    """The difference, less of it the smaller it is: half of what is just noticeable beside the loudness in common."""
    noticeable = (10 ** (_EXPONENT * _NOTICEABLE_DB / 10) - 1) * (1 + common)
    return difference.square() / (difference + noticeable)


@functools.lru_cache(maxsize=8)
def _ear(rate: int) -> tuple[np.ndarray, np.ndarray]:
    """Filters ``(C, F)`` and threshold in quiet ``(C,)``, power re 0 dB SPL, at a rate (Hz)."""
    n_fft = 2 ** round(math.log2(_WINDOW * rate))
    low, high = hz_to_mel(np.array([_LOWEST_HZ, rate / 2]), "htk")
    bands = round((high - low) / _MEL_IN_A_BAND)
    centres = mel_to_hz(np.linspace(low, high, bands + 2), "htk")[1:-1]
    bank = filter_bank(rate=rate, n_fft=n_fft, bands=bands, low=_LOWEST_HZ, high=rate / 2)
    return bank, 10 ** (_threshold_db(centres) / 10)


def _threshold_db(hz: np.ndarray) -> np.ndarray:
    """The level of a tone that is just heard in quiet, dB SPL (Terhardt 1979)."""
    khz = hz / 1000
    return np.asarray(3.64 * khz**-0.8 - 6.5 * np.exp(-0.6 * (khz - 3.3) ** 2) + 1e-3 * khz**4)
