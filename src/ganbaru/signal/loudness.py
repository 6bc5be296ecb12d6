"""How loud a sound is, and what makes several equally loud: the louder of two is too easily taken as the better."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ganbaru.errors import UserError

Array = np.ndarray[Any, Any]
_BLOCK, _SHORTEST = 0.4, 0.1
_CEILING_DB, _QUIETEST_DB = -1.0, -35.0
_SILENT_PEAK = 1e-3


def loudness(waveform: Array | Tensor, rate: int, *, block: float = _BLOCK) -> float:
    """Loudness of one sound by ITU-R BS.1770-4, LUFS: K-weighted power of its blocks, those of silence left out.

    Blocks overlap by three quarters. Those below −70 LUFS do not count, nor those 10 LU below the mean of the rest. A
    sound shorter than a block is one block of its own length, with silence after it to make up 100 ms, the time over
    which hearing adds up (Zwicker & Fastl 1999, chapter 8). The filters are those of the package pyloudnorm, within
    0.1 dB of the standard's at 44.1 and 48 kHz and within 0.3 dB at 8 kHz.

    Args:
        waveform: ``(T,)``; a sine of amplitude 1 and 997 Hz has −3.0 LUFS.
        rate: Hz.
        block: s, 0.4 in the standard; shorter ones follow short sounds, at least 0.1.

    Returns:
        LUFS; minus infinity where no block reaches −70 LUFS, as in silence.

    Raises:
        UserError: the sound is not ``(T,)`` of finite floats, or the block is below 0.1 s.
    """
    import pyloudnorm  # a second to import, so only where it is needed

    if not block >= _SHORTEST:
        raise UserError(f"loudness in blocks of {block} s", hint="hearing adds up over 0.1 s: take that or more")
    sound = _checked(waveform)
    seconds = min(block, max(_SHORTEST, len(sound) / rate))
    padded = np.pad(sound, (0, max(0, round(seconds * rate) + 1 - len(sound))))
    return float(pyloudnorm.Meter(rate, block_size=seconds).integrated_loudness(padded))


def equal_loudness_gains(waveforms: Sequence[Array | Tensor], rate: int) -> list[float]:
    """Factors that bring sounds to one loudness, none above full scale.

    The common loudness is the greatest that all can have without clipping, but at least −35 LUFS; a sound of few sharp
    peaks that cannot even have that stays a little quieter, and silence stays as it is.

    Blocks are of 100 ms, because generated sounds are short. A burst of 200, 100, 50, 20, 5 ms in a sound of half a
    second then has 1, 2, 4, 7, 13 dB less than a tone that lasts (measured at 8 kHz); by the standard's 400 ms it would
    have 3, 6, 9, 13, 19 dB less and be played that much too loud. To the ear it has 0, 0, 3, 7, 13 dB less: hearing
    adds up energy over 100 ms (Zwicker & Fastl 1999, chapter 8).

    Args:
        waveforms: ``(T,)`` each, of any lengths.
        rate: Hz, of all.

    Returns:
        A factor for each.
    """
    levels = [loudness(waveform, rate, block=_SHORTEST) for waveform in waveforms]
    peaks = [float(np.abs(_checked(waveform)).max(initial=0.0)) for waveform in waveforms]
    heard = [level > -np.inf and peak > _SILENT_PEAK for level, peak in zip(levels, peaks, strict=True)]
    ceiling = 10 ** (_CEILING_DB / 20)
    rooms = [ceiling / max(peak, _SILENT_PEAK) for peak in peaks]
    reachable = [levels[i] + 20 * np.log10(rooms[i]) for i in range(len(levels)) if heard[i]]
    target = max(min(reachable, default=_QUIETEST_DB), _QUIETEST_DB)
    return [
        round(min(10 ** ((target - level) / 20), room), 4) if counts else 1.0
        for level, room, counts in zip(levels, rooms, heard, strict=True)
    ]


def _checked(waveform: Array | Tensor) -> Array:
    """``(T,)`` float64.

    Raises:
        UserError: it is not ``(T,)`` of finite floats.
    """
    sound = torch.as_tensor(waveform).detach().cpu()
    if sound.ndim != 1 or not sound.is_floating_point():
        raise UserError(f"a sound {tuple(sound.shape)} of {sound.dtype}", hint="loudness takes (T,) of floats")
    if not sound.isfinite().all():
        raise UserError("the sound has values that are not finite", hint="look for NaN or infinity in it")
    return np.asarray(sound.double().numpy())
