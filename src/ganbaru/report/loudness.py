"""How loud a sound is, and what makes several equally loud: the louder of two is too easily taken as the better."""

from collections.abc import Sequence
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
_BLOCK_SECONDS, _GATE_DB = 0.02, 30.0
_CEILING_DB, _QUIETEST_DB = -1.0, -35.0


def loudness(waveform: Array, rate: int) -> float:
    """Level of a sound ``(T,)``, dB relative to full scale: mean power of its blocks of 20 ms.

    Only blocks within 30 dB of the loudest count: the gate keeps the silence around a short sound out, as that of
    ITU-R BS.1770 does with longer blocks.
    """
    size = max(1, round(_BLOCK_SECONDS * rate))
    padded = np.pad(np.asarray(waveform, dtype=np.float64), (0, -len(waveform) % size))
    power = np.square(padded).reshape(-1, size).mean(axis=1)
    heard = power[power >= power.max() * 10 ** (-_GATE_DB / 10)]
    return float(10 * np.log10(max(float(heard.mean()), 1e-12)))


def gains(waveforms: Sequence[Array], rate: int) -> list[float]:
    """Factors that bring sounds to one loudness, none above full scale.

    The common loudness is the greatest that all can have without clipping, but at least −35 dB; a sound of few sharp
    peaks that cannot even have that stays a little quieter.
    """
    levels = [loudness(waveform, rate) for waveform in waveforms]
    peaks = [max(float(np.abs(waveform).max(initial=0.0)), 1e-6) for waveform in waveforms]
    ceiling = 10 ** (_CEILING_DB / 20)
    reachable = [
        level + 20 * np.log10(ceiling / peak) for level, peak in zip(levels, peaks, strict=True) if peak > 1e-3
    ]
    target = max(min(reachable, default=_QUIETEST_DB), _QUIETEST_DB)
    return [
        round(min(10 ** ((target - level) / 20), ceiling / peak), 4) if peak > 1e-3 else 1.0
        for level, peak in zip(levels, peaks, strict=True)
    ]
