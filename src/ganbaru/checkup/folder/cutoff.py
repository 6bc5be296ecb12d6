"""Where a spectrum ends in a cliff, as a resampler leaves it."""

from typing import Any

import numpy as np

from ganbaru.checkup.folder.spectra import FLOOR, LINEAR

Array = np.ndarray[Any, Any]

_LOUD_DB, _HEARD_DB = 25.0, 50.0
"""Frames this far below the loudest say nothing of treble, which dies away first; and nothing at all."""
_EVER, _FEW = 0.98, 8
"""The level that a band hardly ever exceeds; of so few frames the greatest."""
_PLACES = np.arange(9, LINEAR - 6)
_NEAR = 2
"""Bands by which two views of one cliff may differ."""
_LEAST_BELOW, _ABOVE_DB = 0.5, 6.0


def cutoff(linear: Array, level: Array) -> tuple[float, float, float]:
    """Where the spectrum ends in a cliff (share of half the rate), how deep (dB) it falls there, and from what height.

    The height is in dB below the strongest band, so never above 0.

    A resampler cuts within a few per cent of its limit and leaves nothing beyond; no voice or instrument does. The fall
    counts less what the spectrum already lost over the same width before it, as low tones without overtones fall
    steeply by themselves. It is sought in two spectra, the mean of the loud frames' levels, in which one click cannot
    hide it, and the level of their mean power, in which one click shows it of a sound without other treble. It counts
    no more than it does at that place in the levels that each band hardly ever exceeds: a codec leaves bands out, but
    not always. And what lies below it must mostly be louder than what lies beyond: a narrow band of its own, as of a
    buzz, is no cut.

    Args:
        linear: power ``(N, 128)``; level: of each frame, ``(N,)`` in dB.
    """
    power = linear.astype(np.float64)
    ever = _decibels(np.quantile(power, _EVER, axis=0) if len(power) > _FEW else power.max(axis=0))
    falls = _falls(ever)[0]
    best = (1.0, 0.0, 0.0)
    for mean in (
        _decibels(power[level >= level.max() - _LOUD_DB]).mean(axis=0),
        _decibels(power[level >= level.max() - _HEARD_DB].mean(axis=0)),
    ):
        depths, before = _falls(mean)
        at = int(np.argmax(depths))
        place = int(_PLACES[at])
        depth = min(float(depths[at]), float(falls[max(0, at - _NEAR) : at + _NEAR + 1].max()))
        filled = np.mean(ever[2 : place - 4] > ever[place + 2 :].max() + _ABOVE_DB)
        if depth > best[1] and filled >= _LEAST_BELOW:
            best = (place / LINEAR, depth, float(before[at] - mean.max()))
    return best


def _decibels(power: Array) -> Array:
    return np.asarray(10 * np.log10(power + FLOOR))


def _falls(mean: Array) -> tuple[Array, Array]:
    """How far a spectrum (dB, ``(128,)``) falls at each place, and from which level."""
    ordered = np.sort(np.lib.stride_tricks.sliding_window_view(mean, 6), axis=1)[:, 1]  # the second lowest of six
    usual = np.lib.stride_tricks.sliding_window_view(mean, 8).mean(axis=1)
    beyond = np.maximum.accumulate(mean[::-1])[::-1]
    before, earlier, after = ordered[_PLACES - 7], usual[np.maximum(_PLACES - 15, 0)], beyond[_PLACES + 2]
    return before - after - np.maximum(0.0, earlier - before), before
