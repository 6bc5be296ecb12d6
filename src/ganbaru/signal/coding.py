"""What the representations of this room share: checks at the door, standardised bands, the recipe, the description."""

from collections.abc import Sequence
from typing import Any, Self

import torch
from torch import Tensor

from ganbaru.errors import UserError
from ganbaru.signal.framing import check_finite, check_sound, frames_of
from ganbaru.signal.standard import Standard


class Coding:
    """A representation with bands and frames.

    Args:
        rate: Hz.
        hop: samples between frames.
        mean: of each band, by `fitted`.
        deviation: of each band, by `fitted`.
        options: all else that makes it again.

    Attributes:
        name: what it is asked for by.
        loses: what does not come back, in words.
        centred: whether a band's mean is 0 by nature.
    """

    name: str
    loses: str
    centred = False

    def __init__(
        self,
        *,
        rate: int,
        hop: int,
        mean: Sequence[float] | None = None,
        deviation: Sequence[float] | None = None,
        **options: Any,
    ) -> None:
        self.rate = rate
        self.hop = hop
        self._options = options
        self._standard = Standard(mean, deviation)
        self._standard.check(self.shape(hop)[-2])

    def _analyse(self, waveform: Tensor) -> Tensor:
        """``(B, T) → (B, …, C, L)`` before standardising."""
        raise NotImplementedError

    def _synthesise(self, values: Tensor, samples: int) -> Tensor:
        """The way back of `_analyse`."""
        raise NotImplementedError

    def _extremes(self) -> tuple[float, float]:
        """Bounds of what `_analyse` makes of sounds within full scale."""
        raise NotImplementedError

    def shape(self, samples: int) -> tuple[int, ...]:
        """The shape of one encoded sound of so many samples: …, bands and frames."""
        raise NotImplementedError

    @property
    def range(self) -> tuple[float, float]:
        """Bounds of the encoded values of sounds within full scale, ±1."""
        return self._standard.range(*self._extremes())

    def frames(self, samples: int) -> int:
        """How many frames a sound of so many samples has."""
        return frames_of(samples, self.hop)

    def encode(self, waveform: Tensor) -> Tensor:
        """Sounds ``(B, T)`` to ``(B, *shape(T))``; differentiable.

        Raises:
            UserError: not ``(B, T)`` of floating point, or a number is not finite.
        """
        check_sound(waveform)
        return self._standard.into(self._analyse(waveform))

    def decode(self, encoded: Tensor, samples: int) -> Tensor:
        """``(B, *shape(T))`` to sounds ``(B, T)`` of T samples; equal input gives equal output.

        Raises:
            UserError: the shape is not that of this representation, or a number is not finite.
        """
        check_encoded(self.name, encoded, self.shape(samples), samples)
        return self._synthesise(self._standard.back(encoded), samples)

    def recipe(self) -> dict[str, Any]:
        """All that it takes to make it again."""
        return {"name": self.name, **self._arguments(), **self._standard.recipe()}

    def fitted(self, waveform: Tensor) -> Self:
        """With the mean and deviation that each band has over these sounds ``(N, T)``."""
        check_sound(waveform)
        standard = Standard.of(self._analyse(waveform), centred=self.centred)
        return type(self)(**self._arguments(), **standard.recipe())

    def _arguments(self) -> dict[str, Any]:
        return {"rate": self.rate, "hop": self.hop, **self._options}

    def __repr__(self) -> str:
        said = ", ".join(f"{key}={value!r}" for key, value in self._arguments().items())
        return f"{type(self).__name__}({said})"


def check_encoded(name: str, encoded: Tensor, shape: tuple[int, ...], samples: int) -> None:
    """Refuses what another recipe encoded.

    Raises:
        UserError: the shape differs, or a number is not finite.
    """
    if tuple(encoded.shape[1:]) != shape:
        raise UserError(
            f"{name} of {samples} samples has shape {('B', *shape)}, not {tuple(encoded.shape)}".replace("'", ""),
            hint="decode with the recipe that it was encoded with, and the length",
        )
    check_finite(encoded, f"the encoded {name}")


def power_of_two(samples: float) -> int:
    """The power of two nearest to so many samples, 16 at least."""
    return max(16, 2 ** round(torch.log2(torch.tensor(float(samples))).item()))
