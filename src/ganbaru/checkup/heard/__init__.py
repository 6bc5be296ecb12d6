"""What ears notice in generated sounds, measured beside real ones: silence, clicks, images, hiss and smeared phases."""

from typing import Any

import numpy as np

from ganbaru.checkup.heard import clicks, hiss, imaging, levels, smear
from ganbaru.checkup.heard.comparing import Pair, distinct
from ganbaru.checkup.heard.frames import Frames, audible, pictured
from ganbaru.errors import UserError

Array = np.ndarray[Any, Any]

LEAST = 2_000
"""Samples in a sound, at the least."""
_MOST_SAMPLES = 4_000_000
_MOST_SOUNDS = 256
_LONGEST = 10
_LOUDEST = 1e4


def listen(made: Array, real: Array, *, rate: int, seed: int = 0) -> dict[str, Any]:
    """Generated sounds against real ones, artefact by artefact; the probe ``heard``.

    The real sounds are the yardstick: each measure comes with what it is of real sounds, how far those spread, and how
    far two halves of them differ by chance (``null``; see `comparing.Pair`). At most 256 sounds of a side are heard,
    taken at random, ten seconds of each.

    Args:
        made: generated sounds ``(K, T)``, full scale at 1.
        real: real sounds ``(M, T')`` of the same rate.
        rate: Hz.
        seed: of which are taken, and of the halves.

    Returns:
        ``made``, ``real``, ``distinct``: how many were heard, and how many of the generated ones differ;
        ``not_finite``: share of the generated ones that are no sound at all; ``level``, ``clicks``, ``imaging``,
        ``hiss``, ``smear`` as their modules document them; ``spectrum``: the mean spectra of both, for a picture.

    Raises:
        UserError: there is no sound on a side, sounds are too short, or the rate is none.
    """
    if rate < 1:
        raise UserError(f"rate {rate} Hz is not a sampling rate", hint="give the sounds' own, such as 16000")
    ours, indices, spoiled = _heard(made, "generated", rate, seed)
    theirs, _, _ = _heard(real, "real", rate, seed + 1)
    sides = Frames(ours, rate), Frames(theirs, rate)
    pair = Pair(count=distinct(ours), real=len(theirs), places=indices, seed=seed)
    return {
        "rate": rate,
        "made": len(ours),
        "real": len(theirs),
        "distinct": pair.count,
        "not_finite": spoiled,
        "level": levels.measure(*sides, pair),
        "clicks": clicks.measure(*sides, pair),
        "imaging": imaging.measure(*sides),
        "hiss": hiss.measure(*sides, pair),
        "smear": smear.measure(*sides, pair),
        "spectrum": pictured(*sides),
    }


def _heard(sounds: Array, which: str, rate: int, seed: int) -> tuple[Array, Array, float]:
    """The sounds to be heard, as float32; their places among those given; the share of those that are not finite."""
    sounds = np.asarray(sounds)
    if sounds.ndim != 2 or not len(sounds):
        raise UserError(f"{which} sounds have shape {sounds.shape}", hint="give an array (sounds, samples)")
    if sounds.shape[1] < LEAST:
        raise UserError(f"{which} sounds have {sounds.shape[1]} samples", hint=f"give {LEAST} or more")
    samples = min(sounds.shape[1], _LONGEST * rate)
    whole = np.flatnonzero(np.isfinite(sounds[:, :samples]).all(axis=1))
    if not len(whole):
        raise UserError(f"none of the {which} sounds is finite", hint="NaN or infinity; look where it came from")
    most = min(_MOST_SOUNDS, max(_MOST_SAMPLES // samples, 16))
    chosen = whole
    if len(whole) > most:
        chosen = np.sort(np.random.default_rng(seed).choice(whole, most, replace=False))
    taken = np.clip(sounds[chosen, :samples], -_LOUDEST, _LOUDEST).astype(np.float64)
    return audible(taken, rate), chosen, 1 - len(whole) / len(sounds)
