"""The waveform in few levels, closer together where it is quiet: μ-law companding (after ITU-T G.711)."""

import math
from collections.abc import Callable
from typing import Any, Self

import torch
from torch import Tensor

from ganbaru.errors import UserError
from ganbaru.signal.coding import check_encoded
from ganbaru.signal.framing import check_sound


class MuLaw:
    """``sign(x) ln(1 + μ|x|) / ln(1 + μ)`` with μ = 2**bits − 1, rounded to 2**bits levels: ``(B, 1, T)`` in [−1, 1].

    The gradient is that of the curve, as if nothing were rounded (straight through; Bengio et al. 2013). `codes` gives
    the levels' numbers, for networks that choose among them as WaveNet does (van den Oord et al. 2016, section 2.2).

    Args:
        rate: samples a second, Hz.
        bits: 8 to 16.
    """

    name = "mu-law"
    loses = "differences smaller than a level; what lies beyond full scale"
    hop = 1
    range = (-1.0, 1.0)

    def __init__(self, *, rate: int, bits: int = 8) -> None:
        if not 8 <= bits <= 16:
            raise UserError(f"mu-law of {bits} bits is not known", hint="take 8 to 16")
        self.rate = rate
        self.bits = bits
        self._mu = 2.0**bits - 1

    def shape(self, samples: int) -> tuple[int, ...]:
        """``(1, T)``."""
        return (1, samples)

    def encode(self, waveform: Tensor) -> Tensor:
        """``(B, T) → (B, 1, T)``; what lies beyond full scale is clipped."""
        check_sound(waveform)
        curve = self._companded(waveform)
        return (curve + (self._value(self._level(curve), curve) - curve).detach())[:, None]

    def decode(self, encoded: Tensor, samples: int) -> Tensor:
        """``(B, 1, T) → (B, T)``; nothing is rounded, so that a network's output is heard as it is."""
        check_encoded(self.name, encoded, self.shape(samples), samples)
        return self._expanded(encoded[:, 0].clamp(-1, 1))

    def codes(self, waveform: Tensor) -> Tensor:
        """``(B, T)`` to the numbers of its levels, 0 to 2**bits − 1, int64."""
        check_sound(waveform)
        return self._level(self._companded(waveform)).long()

    def from_codes(self, codes: Tensor) -> Tensor:
        """Numbers of levels ``(B, T)`` to sounds ``(B, T)``, float32.

        Raises:
            UserError: a number is not that of a level.
        """
        if codes.numel() and not 0 <= int(codes.min()) <= int(codes.max()) <= self._mu:
            raise UserError(f"mu-law codes of {self.bits} bits lie between 0 and {int(self._mu)}")
        return self._expanded(self._value(codes, torch.zeros(0)))

    def recipe(self) -> dict[str, Any]:
        """All that it takes to make it again."""
        return {"name": self.name, "rate": self.rate, "bits": self.bits}

    def fitted(self, waveform: Tensor) -> Self:
        """The same: its scale is full scale."""
        check_sound(waveform)
        return self

    def _companded(self, waveform: Tensor) -> Tensor:
        inside = waveform.clamp(-1, 1)
        return inside * _slope(lambda size: torch.log1p(self._mu * size), self._mu, inside) / math.log1p(self._mu)

    def _expanded(self, curve: Tensor) -> Tensor:
        steepness = math.log1p(self._mu)
        return curve * _slope(lambda size: torch.expm1(steepness * size), steepness, curve) / self._mu

    def _level(self, curve: Tensor) -> Tensor:
        return torch.round((curve.detach() + 1) / 2 * self._mu)

    def _value(self, level: Tensor, like: Tensor) -> Tensor:
        return 2 * level.to(like) / self._mu - 1

    def __repr__(self) -> str:
        return f"MuLaw(rate={self.rate}, bits={self.bits})"


def _slope(curve: Callable[[Tensor], Tensor], at_zero: float, values: Tensor) -> Tensor:
    """``curve(|x|) / |x|``, and its limit at 0: x times it has the right gradient there, which signs have not."""
    size = values.abs()
    silent = size == 0
    safe = torch.where(silent, torch.ones_like(size), size)
    return torch.where(silent, torch.full_like(size, at_zero), curve(safe) / safe)
