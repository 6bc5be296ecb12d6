"""What the networks see of a sound, as far as a transform must know: which axes, and in which unit."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

_LOGARITHMS = ("log-mel", "log-magnitude", "log-cqt")
_MAGNITUDES = ("mel", "cqt")
_BANDS = ("log-mel", "mel", "log-cqt", "cqt")
_SPECTRAL = ("shift", "time-stretch", "pitch", "gain", "specaugment", "noise")
_SUITS = {
    "waveform": ("shift", "pitch", "gain", "polarity", "noise"),
    "mu-law": ("shift", "polarity", "noise"),
    **dict.fromkeys(_LOGARITHMS + _MAGNITUDES, _SPECTRAL),
    "stft": ("shift", "gain", "polarity", "specaugment", "noise"),
    "mdct": ("shift", "gain", "polarity", "specaugment", "noise"),
    "magnitude+if": ("shift", "specaugment", "noise"),
    "points": ("noise",),
}
"""The transforms that keep a sound of each representation a sound, in the order in which they are applied."""
_OWN = ("shift", "noise")
"""Those of a representation that is not known."""


@dataclass(frozen=True)
class Form:
    """A representation, by its recipe.

    Attributes:
        name: of the representation.
        mean, deviation: ``(C, 1)`` by which its bands were standardised, or None.
        floor: the least value that is told apart, before its logarithm; 0 where there is none.
        power: 1 where values are of amplitudes, 2 where they are of powers.
    """

    name: str
    mean: Tensor | None = None
    deviation: Tensor | None = None
    floor: float = 0.0
    power: int = 1

    @classmethod
    def of(cls, recipe: Mapping[str, Any]) -> "Form":
        """The form of what a recipe makes."""
        bands = {key: torch.tensor(recipe[key])[:, None] for key in ("mean", "deviation") if key in recipe}
        if recipe["name"] == "points":
            bands = {}
        power = int(recipe.get("power") or 1)
        return cls(str(recipe["name"]), floor=float(recipe.get("floor") or 0.0) ** power, power=power, **bands)

    @property
    def suits(self) -> tuple[str, ...]:
        """The names of the transforms that suit it, in the order in which they are applied."""
        return _SUITS.get(self.name, _OWN)

    @property
    def logarithmic(self) -> bool:
        """Values are natural logarithms of amplitudes."""
        return self.name in _LOGARITHMS

    @property
    def magnitudes(self) -> bool:
        """Values are amplitudes, standardised."""
        return self.name in _MAGNITUDES

    @property
    def bands(self) -> bool:
        """Neighbouring bands stand about as far apart in pitch everywhere."""
        return self.name in _BANDS

    def raw(self, samples: Tensor) -> Tensor:
        """``(B, …, C, L)`` as it was before it was standardised."""
        if self.mean is None or self.deviation is None:
            return samples
        return samples * self.deviation.to(samples) + self.mean.to(samples)

    def standard(self, values: Tensor) -> Tensor:
        """The inverse of `raw`; what lies under the floor is raised to it."""
        if self.logarithmic and self.floor > 0:
            values = values.clamp(min=math.log(self.floor))
        elif self.magnitudes:
            values = values.clamp(min=0.0)
        if self.mean is None or self.deviation is None:
            return values
        return (values - self.mean.to(values)) / self.deviation.to(values)
