"""How far the networks see, against how long what there is to see is.

What there is to see is told by the autocorrelation of the data along time, as the networks see them: its period where
it has one (the pitch of a waveform), else its width, to either side, above 1/e (the length of an event).

The probe ``sight``, in steps of the representation's time axis (samples of a waveform, frames of a spectrogram):

==================  ===============================================================================================
``length``          steps of one whole sample
``generator``       what one step of the generator's output sees of the input of its first spatial layer; absent where
                    there is none
``critic``          what one place of the critic's last spatial layer sees of its input; likewise
``longer``          settings, by their dotted names, in which the usual networks see farther than the run's
``structure``       the 75 % quantile over sounds of the period, or of the correlation's width
``periodic``        share of the sounds that have a period
==================  ===============================================================================================

A generator's first layer, from a latent to all frames, and a critic's last, from all frames to a score, see everything,
but only by a sum with one weight for each place.
"""

from typing import Any

import numpy as np
import torch
from torch import Tensor

from ganbaru.checkup.probes.anew import NAMES, longer
from ganbaru.checkup.probes.reach import critic_reach, generator_reach
from ganbaru.checkup.probes.subject import Subject
from ganbaru.errors import UserError
from ganbaru.training.step import generate, scores

Array = np.ndarray[Any, Any]
_SOUNDS = 64
_BATCH = 4
_STRONG = 0.4
"""Height of a peak of the autocorrelation, of 1 at lag 0, that makes a period."""
_NEARLY = 0.85
"""Share of the highest peak that a first one must reach: multiples of a period are about as high."""
_QUANTILE = 0.75


def measure(subject: Subject) -> dict[str, Any]:
    """The probe."""
    opened = subject.newest()
    shape = tuple(opened.document["networks"]["shape"])
    if len(shape) < 2:
        raise UserError("points have no time along which to look")
    (batch,) = subject.batches(opened, subject.train, "sight", 1, _BATCH)
    generator, critic = opened.game.generator.eval(), opened.game.critic.eval()
    reaches = {
        "generator": generator_reach(generator, lambda: generate(generator, batch.latents, batch.labels)),
        "critic": critic_reach(critic, batch.real, lambda x: scores(critic, x, batch.labels)),
    }
    (many,) = subject.batches(opened, subject.train, "sight structure", 1, min(_SOUNDS, len(subject.train)))
    lengths, periodic = zip(*(structure(sound) for sound in many.real), strict=True)
    return {
        "length": shape[-1],
        **{name: reach for name, reach in reaches.items() if reach},
        "longer": {f"{name}.{key}": value for name in NAMES for key, value in longer(opened, name).items()},
        "structure": float(np.quantile(lengths, _QUANTILE)),
        "periodic": float(np.mean(periodic)),
    }


def structure(sound: Tensor) -> tuple[int, bool]:
    """How many steps the structure of one encoded sound ``(…, T)`` is long, and whether that is a period."""
    correlation = autocorrelation(sound)
    below = np.flatnonzero(correlation < 1 / np.e)
    first = int(below[0]) if len(below) else len(correlation)
    width = max(2 * first - 1, 0)
    dips = np.flatnonzero(correlation < 0)
    peak = _first_peak(correlation, int(dips[0])) if len(dips) else None
    return (width, False) if peak is None else (peak, True)


def _first_peak(correlation: Array, begin: int) -> int | None:
    """The first peak that is strong and nearly as high as the highest after ``begin``; None where none is strong."""
    inner = correlation[begin:]
    highest = float(inner.max())
    if highest < _STRONG:
        return None
    at = int((inner >= _NEARLY * highest).argmax())
    while at + 1 < len(inner) and inner[at + 1] > inner[at]:
        at += 1
    return begin + at


def autocorrelation(sound: Tensor) -> Array:
    """Of the rows of one encoded sound ``(…, T)`` together, for lags 0 to ``T // 2``, 1 at lag 0; unbiased by lag."""
    rows = sound.reshape(-1, sound.shape[-1]).double()
    rows = rows - rows.mean(dim=1, keepdim=True)
    length = rows.shape[1]
    spectrum = torch.fft.rfft(rows, n=2 * length).abs().square().sum(dim=0)
    sums = torch.fft.irfft(spectrum)[: length // 2 + 1]
    if not float(sums[0]) > 0:
        return np.zeros(1)
    terms = torch.arange(length, length - len(sums), -1, dtype=torch.float64, device=sums.device) / length
    return (sums / sums[0] / terms).cpu().numpy()
