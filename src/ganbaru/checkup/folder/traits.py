"""What can be said of one sound from its bands: how loud it is, where it sounds, how noisy it is."""

from typing import Any

import numpy as np

from ganbaru.checkup.folder.spectra import COMMON, FLOOR

Array = np.ndarray[Any, Any]

_SOUNDING_DB = 50.0
"""Frames this far below the loudest are silence between sounds."""
_SHORTEST = 16
"""Frames without which nothing can be said of pauses."""
_STEADY_DB = 2.5
_PAUSES = (0.25, 0.1)
"""Shares of the frames that may be pause."""
_PAUSE_FRAMES, _NEARLY_DB = 6, 1.5
"""A pause is a stretch of so many frames (0.15 s); what is a little louder than its quietest ones belongs to it."""
_TAIL_FRAMES, _DIES_DB = 16, 1.0
"""At the end of a sound that dies away into it a pause must be so long, and no louder in its first half than in its
second: a cymbal's tail is as steady as noise for a fifth of a second."""
_LEAST_RATIO_DB = 2.0
"""Below this the noise is as likely the sound itself."""
_PAUSE_DB, _BROAD_DB, _LIVELY_DB = 4.0, 11.0, 0.5


def levels(linear: Array) -> Array:
    """Level of each frame in dB of full scale, a full-scale sine at -3: ``(N, 128)`` to ``(N,)``."""
    return np.asarray(10 * np.log10(linear.sum(axis=1, dtype=np.float64) + FLOOR))


def sounding(level: Array) -> Array:
    """Which frames hold the sound itself, ``(N,)`` booleans."""
    return np.asarray(level >= max(level.max() - _SOUNDING_DB, -110))


def noise(mel: Array, level: Array) -> float | None:
    """Sound over noise (dB) where there are pauses in which a steady, broad noise is heard; None where not.

    The noise is the quietest quarter or tenth of the frames, by the mean level of their mel bands, which
    is steady even where few bands hold most of it. It must last, be as loud at all times (a tail that dies away is
    none), fill the bands and flicker in each (a held tone does neither), and lie 4 dB below the loud frames.
    """
    heard = level > -115
    heard[1:-1] &= heard[:-2] & heard[2:]
    heard[[0, -1]] = False  # frames that digital silence reaches into are quieter than the noise
    if heard.sum() < _SHORTEST or heard.mean() < 0.5:
        return None
    log = 10 * np.log10(mel[:, :COMMON].astype(np.float64) + FLOOR)
    course = log.mean(axis=1)
    low = course[heard].min()
    for share in _PAUSES:
        quiet = np.quantile(course[heard], share)
        pause = heard & (course <= quiet)
        below = max(np.quantile(each, 0.98) - each[pause].mean() for each in (course, level))
        steady = quiet - low <= min(_STEADY_DB, below / 3)
        if steady and _lasts(heard & (course <= quiet + _NEARLY_DB), course, level):
            break
    else:
        return None
    bands = log[pause].mean(axis=0)
    lively = np.median(log[pause].std(axis=0))
    if below < _PAUSE_DB or np.median(bands) < bands.max() - _BROAD_DB or lively < _LIVELY_DB:
        return None
    floor = 10 * np.log10(np.mean(10 ** (level[pause] / 10)))
    active = np.mean(10 ** (level[level >= max(floor + 3, np.quantile(level, 0.98) - 20)] / 10)) - 10 ** (floor / 10)
    ratio = float(10 * np.log10(max(active, FLOOR)) - floor)
    return ratio if ratio > _LEAST_RATIO_DB else None


def _lasts(pause: Array, course: Array, level: Array) -> bool:
    """Whether a stretch of the quietest frames is long enough to be a pause; ``(N,)`` each."""
    edges = np.flatnonzero(np.diff(np.r_[False, pause, False]))
    begins, ends = edges[::2], edges[1::2]
    lengths = ends - begins
    if not len(lengths) or lengths.max() < _PAUSE_FRAMES:
        return False
    if (lengths[begins <= int(level.argmax())] >= _PAUSE_FRAMES).any():
        return True
    longest = int(lengths.argmax())
    first, second = np.array_split(course[begins[longest] : ends[longest]], 2)
    return bool(lengths[longest] >= _TAIL_FRAMES and first.mean() - second.mean() < _DIES_DB)
