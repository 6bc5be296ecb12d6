"""Standardisation band by band, so that a network sees numbers of about unit size in every band."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from ganbaru.errors import UserError

_LEAST = 0.05
"""Of a band's deviation, in that of all bands together: a band of next to nothing is not blown up to full size."""


class Standard:
    """Mean and deviation of each band over the training sounds; without them nothing is changed.

    Args:
        mean: of each band, ``(C,)``.
        deviation: of each band, ``(C,)``.

    Raises:
        UserError: one is given without the other, they differ in length, or a deviation is not above 0.
    """

    def __init__(self, mean: Sequence[float] | None = None, deviation: Sequence[float] | None = None) -> None:
        if (mean is None) != (deviation is None):
            raise UserError("mean and deviation of the bands belong together", hint="give both or neither")
        self._mean = None if mean is None else torch.tensor(list(mean), dtype=torch.float32)
        self._deviation = None if deviation is None else torch.tensor(list(deviation), dtype=torch.float32)
        if self._mean is not None and self._deviation is not None:
            if self._mean.shape != self._deviation.shape:
                raise UserError(f"{len(self._mean)} means and {len(self._deviation)} deviations of bands")
            if not (self._deviation > 0).all():
                raise UserError("a band's deviation cannot be divided by", hint="give numbers above 0")

    @classmethod
    def of(cls, values: Tensor, *, centred: bool) -> "Standard":
        """That of values ``(N, …, C, L)``; centred ones (with a mean that is 0 by nature) keep it."""
        bands = values.transpose(-2, -1).flatten(0, -2)
        mean = torch.zeros_like(bands[0]) if centred else bands.mean(dim=0)
        deviation = (bands - mean).square().mean(dim=0).sqrt()
        overall = float((bands - bands.mean()).square().mean().sqrt())
        return cls(mean.tolist(), deviation.clamp(min=_LEAST * overall + 1e-6).tolist())

    def into(self, values: Tensor) -> Tensor:
        """``(B, …, C, L)`` to the same, standardised."""
        if self._mean is None or self._deviation is None:
            return values
        return (values - self._column(self._mean, values)) / self._column(self._deviation, values)

    def back(self, values: Tensor) -> Tensor:
        """The inverse of `into`."""
        if self._mean is None or self._deviation is None:
            return values
        return values * self._column(self._deviation, values) + self._column(self._mean, values)

    def range(self, low: float, high: float) -> tuple[float, float]:
        """The range that ``[low, high]`` becomes over all bands."""
        if self._mean is None or self._deviation is None:
            return low, high
        ends = [(end - self._mean) / self._deviation for end in (low, high)]
        return float(ends[0].min()), float(ends[1].max())

    def recipe(self) -> dict[str, Any]:
        """``mean`` and ``deviation`` as plain lists; empty without them."""
        if self._mean is None or self._deviation is None:
            return {}
        return {"mean": self._mean.tolist(), "deviation": self._deviation.tolist()}

    def check(self, bands: int) -> None:
        """Refuses another number of bands.

        Raises:
            UserError: names both.
        """
        if self._mean is not None and len(self._mean) != bands:
            raise UserError(f"mean and deviation of {len(self._mean)} bands do not fit {bands} bands")

    @staticmethod
    def _column(values: Tensor, like: Tensor) -> Tensor:
        return values.to(like)[:, None]
