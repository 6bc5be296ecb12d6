"""Transforms of encoded sounds ``(B, …, L)``, each sound by its own draw, differentiable in the sound.

The ranges are ones within which a sound stays the sound that it was: 6 dB, two semitones or bands, a seventh in tempo.
"""

import math
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from ganbaru.training.augmenting.form import Form

DECIBELS = 6.0
"""A gain is at most so many dB up or down."""
SEMITONES = 2.0
"""A pitch moves at most so far; in bands, as many bands."""
OCTAVES = 0.2
"""A tempo changes at most by so many octaves: 15 %."""
SHARE = 1 / 8
"""A shift, and each stripe that SpecAugment masks, is at most this share of its axis."""
NOISE = 0.1
"""The greatest standard deviation of noise, in units of the data's own."""

Transform = Callable[[Tensor, Form], Tensor]


def gain(samples: Tensor, form: Form) -> Tensor:
    """Louder or quieter."""
    nepers = form.power * _uniform(samples, DECIBELS) * math.log(10) / 20
    if form.logarithmic:
        return form.standard(form.raw(samples) + nepers)
    if form.magnitudes:
        return form.standard(form.raw(samples) * nepers.exp())
    return samples * nepers.exp()


def polarity(samples: Tensor, form: Form) -> Tensor:
    """Turned upside down, or not."""
    return samples * torch.randint(0, 2, _each(samples), device=samples.device).mul(2).sub(1).to(samples)


def noise(samples: Tensor, form: Form) -> Tensor:
    """With white noise."""
    return samples + NOISE * torch.rand(_each(samples), device=samples.device) * torch.randn_like(samples)


def shift(samples: Tensor, form: Form) -> Tensor:
    """Earlier or later by up to an eighth."""
    return shifted(samples, max(1, round(SHARE * samples.shape[-1])))


def pitch(samples: Tensor, form: Form) -> Tensor:
    """Higher or lower: a waveform is played faster or slower, bands move, linear frequencies are stretched."""
    if form.name == "waveform":
        return _warped(samples, 2 ** (_uniform(samples, SEMITONES).flatten() / 12))
    raw = form.raw(samples).transpose(-1, -2)
    if form.bands:
        moved = _interpolated(raw, _places(raw) + _uniform(samples, SEMITONES).flatten()[:, None])
    else:
        moved = _warped(raw, 2 ** (_uniform(samples, SEMITONES).flatten() / 12))
    return form.standard(moved.transpose(-1, -2))


def time_stretch(samples: Tensor, form: Form) -> Tensor:
    """Slower or faster at the same pitch: frames are drawn apart from the first one on."""
    return _warped(samples, 2 ** _uniform(samples, OCTAVES).flatten())


def specaugment(samples: Tensor, form: Form) -> Tensor:
    """One stripe of bands and one of frames set to the mean (Park et al. 2019, "SpecAugment", section 2)."""
    for axis in (-1, -2):
        samples = samples * _outside_a_stripe(samples, axis)
    return samples


TRANSFORMS: dict[str, Transform] = {
    "gain": gain,
    "noise": noise,
    "pitch": pitch,
    "polarity": polarity,
    "shift": shift,
    "specaugment": specaugment,
    "time-stretch": time_stretch,
}


def shifted(samples: Tensor, most: int) -> Tensor:
    """Each sample ``(B, …, L)`` moved along its last axis by its own number of steps, ``−most … most``.

    What moves out is lost; what moves in repeats the edge.
    """
    length = samples.shape[-1]
    moves = torch.randint(0, 2 * most + 1, (len(samples),), device=samples.device)
    flat = samples.reshape(len(samples), -1, length)
    padded = F.pad(flat, (most, most), mode="replicate")
    take = moves[:, None, None] + torch.arange(length, device=samples.device)
    return padded.gather(2, take.expand(-1, flat.shape[1], -1)).reshape(samples.shape)


def _each(samples: Tensor) -> tuple[int, ...]:
    """A shape that gives every sample a number of its own."""
    return (len(samples), *(1 for _ in samples.shape[1:]))


def _uniform(samples: Tensor, most: float) -> Tensor:
    """A number from −most to most for each sample, ``(B, 1, …)``."""
    return most * (2 * torch.rand(_each(samples), device=samples.device) - 1)


def _places(samples: Tensor) -> Tensor:
    return torch.arange(samples.shape[-1], device=samples.device, dtype=torch.float32)[None]


def _warped(samples: Tensor, factors: Tensor) -> Tensor:
    """Read along the last axis ``factors`` ``(B,)`` times as fast; past the end the edge is repeated."""
    return _interpolated(samples, _places(samples) * factors[:, None])


def _interpolated(samples: Tensor, places: Tensor) -> Tensor:
    """Samples ``(B, …, L)`` at places ``(B, L)`` of the last axis, linearly between two."""
    last = samples.shape[-1] - 1
    places = places.clamp(0, last).expand(len(samples), -1)
    before = places.floor().long().clamp(max=max(0, last - 1))
    share = (places - before).to(samples.dtype)[:, None]
    flat = samples.reshape(len(samples), -1, last + 1)
    low, high = (
        flat.gather(2, index[:, None].expand(-1, flat.shape[1], -1)) for index in (before, (before + 1).clamp(max=last))
    )
    return (low + share * (high - low)).reshape(samples.shape)


def _outside_a_stripe(samples: Tensor, axis: int) -> Tensor:
    """1 outside and 0 inside of one stripe of each sample, ``(B, 1, …, L or 1)``."""
    length = samples.shape[axis]
    width = torch.rand(len(samples), device=samples.device) * SHARE * length
    start = torch.rand(len(samples), device=samples.device) * (length - width)
    places = torch.arange(length, device=samples.device)
    outside = (places < start[:, None].round()) | (places >= (start + width)[:, None].round())
    shape = [len(samples), *(1 for _ in samples.shape[1:])]
    shape[axis] = length
    return outside.reshape(shape).to(samples)
