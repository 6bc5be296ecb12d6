"""What a search for a waveform works with: what is wanted of it, how to search, and when to stop."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from torch import Tensor

Array = np.ndarray[Any, Any]

LOOK_EVERY = 8
"""Iterations over which "no better" is judged."""

_TINY = 1e-12


@dataclass(frozen=True)
class Search:
    """How to search.

    Attributes:
        n_fft: samples in a window.
        hop: samples from one window to the next.
        samples: T, the length wanted.
        iterations: at most.
        momentum: below 1.
        until: dB that `LOOK_EVERY` iterations must bring; None does all iterations.
    """

    n_fft: int
    hop: int
    samples: int
    iterations: int
    momentum: float
    until: float | None


@dataclass(frozen=True)
class Wanted:
    """What a sound's spectrum should have: magnitudes, or mel bands.

    Attributes:
        magnitude: ``(B, F, L)``: to keep; where bands are wanted, only to start from.
        bands: ``(B, C, L)``, or None.
        bank: ``(C, F)``: makes bands of ``magnitude**power``.
        power: 1 or 2.
    """

    magnitude: Tensor
    bands: Tensor | None = None
    bank: Tensor | None = None
    power: float = 1.0

    def part(self, index: slice) -> "Wanted":
        """That of some of the sounds."""
        bands = None if self.bands is None else self.bands[index]
        return Wanted(self.magnitude[index], bands, self.bank, self.power)

    def of(self, found: Tensor) -> Tensor:
        """The magnitudes wanted, for a sound of spectrum ``found``: complex ``(B, L, F)`` to ``(B, L, F)``.

        For bands: those found, each times the mean (weighted by the bank) of what its bands lack.
        """
        if self.bands is None or self.bank is None:
            return self.magnitude.mT
        magnitude = found.abs().clamp(min=_TINY)
        lacking = self.bands.mT / (magnitude**self.power @ self.bank.T).clamp(min=_TINY**2)
        gain = lacking @ self.bank / self.bank.sum(dim=0).clamp(min=_TINY)
        return magnitude * gain ** (1 / self.power)

    def misfit(self, found: Tensor) -> Tensor:
        """Squared distance from what is wanted: complex ``(B, L, F)`` to ``(B,)``."""
        magnitude = found.detach().abs()
        if self.bands is None or self.bank is None:
            return (magnitude - self.magnitude.detach().mT).square().sum(dim=(1, 2))
        return (magnitude**self.power @ self.bank.T - self.bands.detach().mT).square().sum(dim=(1, 2))


class Watch:
    """Says which sounds still get better.

    Args:
        count: B.
        until: dB that `LOOK_EVERY` iterations must bring; None never stops.

    Attributes:
        active: ``(B,)``: which go on.
    """

    def __init__(self, count: int, until: float | None) -> None:
        self.active = np.ones(count, dtype=bool)
        self._until = until
        self._last = np.full(count, np.inf)
        self._ended = np.full(count, -1)

    def due(self, number: int) -> bool:
        """Whether to look before mending for the ``number``-th time, counted from 0."""
        return self._until is not None and number % LOOK_EVERY == 0

    def look(self, number: int, misfits: Array) -> None:
        """Takes the squared misfit ``(B,)`` of each sound, after ``number`` iterations."""
        assert self._until is not None
        better = misfits < self._last * 10 ** (-self._until / 10)
        self._ended[self.active & ~better] = number
        self.active &= better
        self._last = misfits

    def counts(self, iterations: int) -> Array:
        """How many iterations each took, ``(B,)``, where at most so many were wanted."""
        return np.where(self._ended < 0, iterations, self._ended)
