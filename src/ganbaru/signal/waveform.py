"""The waveform itself: nothing is lost, and nothing is said about how it sounds."""

from typing import Any, Self

from torch import Tensor

from ganbaru.errors import UserError
from ganbaru.signal.coding import check_encoded
from ganbaru.signal.framing import check_sound


class Waveform:
    """Samples as they are, multiplied so that the training sounds reach ±1: ``(B, 1, T)``.

    That is as far as the tanh reaches in which a generator of waveforms ends (Donahue et al. 2019).

    Args:
        rate: samples a second, Hz.
        scale: the greatest amplitude; `fitted` learns it.
    """

    name = "waveform"
    loses = "nothing"
    hop = 1

    def __init__(self, *, rate: int, scale: float = 1.0) -> None:
        if not scale > 0:
            raise UserError(f"scale {scale} cannot be divided by", hint="take one above 0")
        self.rate = rate
        self.scale = scale

    @property
    def range(self) -> tuple[float, float]:
        """Bounds of the encoded values of sounds within full scale, ±1."""
        return (-1 / self.scale, 1 / self.scale)

    def shape(self, samples: int) -> tuple[int, ...]:
        """``(1, T)``."""
        return (1, samples)

    def encode(self, waveform: Tensor) -> Tensor:
        """``(B, T) → (B, 1, T)``."""
        check_sound(waveform)
        return waveform[:, None] / self.scale

    def decode(self, encoded: Tensor, samples: int) -> Tensor:
        """``(B, 1, T) → (B, T)``."""
        check_encoded(self.name, encoded, self.shape(samples), samples)
        return encoded[:, 0] * self.scale

    def recipe(self) -> dict[str, Any]:
        """All that it takes to make it again."""
        return {"name": self.name, "rate": self.rate, "scale": self.scale}

    def fitted(self, waveform: Tensor) -> Self:
        """With the scale of these sounds ``(N, T)``."""
        check_sound(waveform)
        return type(self)(rate=self.rate, scale=max(float(waveform.abs().max()), 1e-6))

    def __repr__(self) -> str:
        return f"Waveform(rate={self.rate}, scale={self.scale:.4g})"
