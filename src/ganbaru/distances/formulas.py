"""The divergences that are sums or integrals of a function of two densities, each written once for both."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from ganbaru.errors import unknown

Array = np.ndarray[Any, Any]
Base = Literal["nats", "bits"]
UNITS: dict[str, float] = {"nats": 1.0, "bits": float(np.log(2))}


@dataclass(frozen=True)
class Formula:
    """A divergence ``∫ g(p, q)``, where g is nowhere below zero and grows as p and q together do.

    Attributes:
        name: as it is printed.
        terms: g of the logarithms of p and q, elementwise; never NaN.
        most: what the integral cannot be above.
        root: whether the divergence is the root of the integral.
        logarithmic: whether it is counted in nats or bits.
    """

    name: str
    terms: Callable[[Array, Array], Array]
    most: float
    root: bool = False
    logarithmic: bool = False

    def of_cells(self, p: Array, q: Array) -> Array:
        """The integral for masses of cells, ``(…, K)`` to ``(…)``."""
        with np.errstate(divide="ignore", over="ignore", under="ignore", invalid="ignore"):
            return np.asarray(self.terms(np.log(p), np.log(q)).sum(axis=-1).clip(0, self.most))

    def finished(self, integral: Any, base: Base = "nats") -> Any:
        """The divergence, from the integral."""
        integral = np.minimum(integral, self.most)
        if self.root:
            return np.sqrt(np.maximum(integral, 0))
        return integral / UNITS[base] if self.logarithmic else integral

    def said(self, base: Base, how: str) -> str:
        """How it was measured, in words."""
        return f"{self.name}{f' in {base}' if self.logarithmic else ''}, {how}"


def check_base(base: str) -> None:
    """Raises:
    UserError: it is neither ``nats`` nor ``bits``.
    """
    if base not in UNITS:
        raise unknown("unit of information", base, UNITS)


def _total_variation(p: Array, q: Array) -> Array:
    return np.asarray(np.abs(np.exp(p) - np.exp(q)) / 2)


def _kullback_leibler(p: Array, q: Array) -> Array:
    """``p ln(p/q) − p + q``: what is added sums to 0 and keeps each term from going below it."""
    finite = np.exp(p) * (p - q - 1) + np.exp(q)
    return np.where(np.isneginf(p), np.exp(q), np.where(np.isneginf(q), np.inf, finite))


def _jensen_shannon(p: Array, q: Array) -> Array:
    return (_to_middle(p, q) + _to_middle(q, p)) / 2


def _to_middle(p: Array, q: Array) -> Array:
    """``p ln(2p / (p + q))``."""
    return np.where(np.isneginf(p), 0.0, np.exp(p) * (np.log(2) - np.logaddexp(0, q - p)))


def _hellinger(p: Array, q: Array) -> Array:
    return np.asarray((np.exp(p / 2) - np.exp(q / 2)) ** 2 / 2)


def _chi_squared(p: Array, q: Array) -> Array:
    """``(p − q)² / q``, as ``q (p/q − 1)²`` from logarithms."""
    gap = p - q
    finite = np.exp(q + 2 * (np.maximum(gap, 0) + np.log(-np.expm1(-np.abs(gap)))))
    return np.where(np.isneginf(p), np.exp(q), np.where(np.isneginf(q), np.inf, finite))


TOTAL_VARIATION = Formula("total variation", _total_variation, 1.0)
KULLBACK_LEIBLER = Formula("Kullback-Leibler divergence", _kullback_leibler, np.inf, logarithmic=True)
JENSEN_SHANNON = Formula("Jensen-Shannon divergence", _jensen_shannon, float(np.log(2)), logarithmic=True)
HELLINGER = Formula("Hellinger distance", _hellinger, 1.0, root=True)
CHI_SQUARED = Formula("χ² divergence", _chi_squared, np.inf)
