"""What one sound is like, in a few numbers in which sounds of one kind lie near each other."""

from typing import Any

import numpy as np

from ganbaru.checkup.folder.spectra import COMMON, FLOOR
from ganbaru.checkup.folder.traits import sounding

Array = np.ndarray[Any, Any]

_DEEP_DB = 70.0
_LOUD_DB = 30.0
"""Frames within this of the loudest show of what a sound is made."""
_CEPSTRA = np.cos(np.pi * np.outer(np.arange(1, 10), (np.arange(COMMON) + 0.5) / COMMON)) * np.sqrt(2 / COMMON)

WEIGHTS = np.repeat([0.5, 1.5], [22, 14])
"""How much the square of each counts in a distance: of a folder of voices, bands vary most and tell least."""


def character(mel: Array, texture: Array, level: Array) -> list[float]:
    """Thirty-six numbers, nearly all in dB, that every rate from 8 kHz has.

    Nine band levels relative to their mean and nine deviations over time; of its course how long it is, how much the
    level changes from frame to frame, how far the strongest band lies above the middle one, how much more lies in its
    first half; of what its frames are like (`texture.texture`) means and deviations; and logarithms of how much it
    changes, in which what does not change at all, as a noise or a hum, lies far from everything else: of its level, of
    its level from frame to frame, of its bands from frame to frame, of its cepstra, of its height, and its length.

    Args:
        mel: ``(N, 24)``; texture: ``(N, 4)``; level: ``(N,)`` in dB.
    """
    kept = sounding(level)
    log = 10 * np.log10(mel[kept].astype(np.float64) + FLOOR)
    log = np.maximum(log, log.max() - _DEEP_DB)[:, :COMMON]
    pairs = log.reshape(len(log), 9, 2).mean(axis=2)
    mean = pairs.mean(axis=0)
    heard = level[kept]
    steps = float(np.abs(np.diff(heard)).mean()) if len(heard) > 1 else 0.0
    flux = float(np.abs(np.diff(log, axis=0)).mean()) if len(log) > 1 else 0.0
    peaked = float((log.max(axis=1) - np.median(log, axis=1)).mean())
    course = [5 * np.log10(len(log)), 2 * steps, peaked, 0.5 * _early(heard)]
    loud = heard >= heard.max() - _LOUD_DB
    flatness, periodic, rest, height = texture[kept][loud].astype(np.float64).T
    made = [flatness.mean(), flatness.std(), 10 * periodic.mean(), 10 * periodic.std()]
    made += [-rest.mean(), 10 * (1 - 10 ** (rest / 10)).std(), height.mean(), height.std()]
    cepstra = float((log[loud] @ _CEPSTRA.T).std(axis=0).mean())
    changes = [heard.std(), steps, flux, cepstra, height.std(), len(log)]
    logs = 10 * np.log10(np.array(changes) + 0.1)
    return [*(mean - mean.mean()), *pairs.std(axis=0), *map(float, course), *map(float, made), *map(float, logs)]


def _early(level: Array) -> float:
    """How much more lies in the first half than in the second, dB."""
    power = 10 ** (level / 10)
    half = (len(power) + 1) // 2
    return float(10 * np.log10((power[:half].sum() + 1e-3 * power.sum()) / (power[half:].sum() + 1e-3 * power.sum())))
