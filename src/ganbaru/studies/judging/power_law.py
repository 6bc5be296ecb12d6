"""A power law through a learning curve, and what it foretells of twice the data."""

from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
RATES = np.geomspace(0.02, 12.0, 32)
"""Slopes at the largest size, in doubly logarithmic axes, tried first: from all but logarithmic to over long before."""
STARTS = np.array([0.0, *np.geomspace(1 / 64, 10, 8)])
"""Head starts tried first, in largest sizes: with 0 a pure power law, with the greatest all but an exponential one."""
_STEPS = 20
"""Levenberg-Marquardt steps from the best of those; each is kept only where it comes nearer."""


@dataclass(frozen=True)
class PowerLaw:
    """``score = limit − scale · ((n + start) / (1 + start))^−exponent``, n in largest sizes, of many curves at once.

    Attributes:
        exponent: ``(B,)``; start: ``(B,)``; scale: ``(B,)``; limit: ``(B,)``.
        misfit: ``(B,)`` sums of squares left.
        largest: the size that n is counted in.
    """

    exponent: Array
    start: Array
    scale: Array
    limit: Array
    misfit: Array
    largest: float

    def at(self, sizes: Array) -> Array:
        """Scores at sizes ``(C,)``, as ``(B, C)``."""
        basis = _basis(np.asarray(sizes, dtype=float) / self.largest, self.exponent, self.start)
        return np.asarray(self.limit[:, None] - self.scale[:, None] * basis)

    def doubling(self) -> Array:
        """What twice the largest size would bring, ``(B,)``."""
        here, there = self.at(self.largest * np.array([1.0, 2.0])).T
        return np.asarray(there - here)


def fit(sizes: Array, curves: Array) -> PowerLaw:
    """Least squares from the best of a grid of exponents and head starts; given both, the law is linear in the rest.

    Args:
        sizes: ``(C,)`` positive.
        curves: ``(B, C)`` scores, higher is better; the scale may come out negative, which is a falling curve.
    """
    largest = float(np.max(sizes))
    ratio = np.asarray(sizes, dtype=float) / largest
    exponent, start = _nearest(ratio, curves)
    scale, limit, left = _linear(_basis(ratio, exponent, start), curves)
    damping = np.full(len(curves), 1e-3)
    for _ in range(_STEPS):
        tried = _stepped(ratio, curves, exponent, start, scale, limit, damping)
        found = _linear(_basis(ratio, *tried), curves)
        better = found[2] < left
        damping = np.clip(np.where(better, damping / 10, damping * 10), 1e-12, 1e6)
        exponent, start = np.where(better, tried[0], exponent), np.where(better, tried[1], start)
        scale, limit, left = (np.where(better, new, old) for new, old in zip(found, (scale, limit, left), strict=True))
    return PowerLaw(exponent, start, scale, limit, left, largest)


def compatible(sizes: Array, means: Array, uncertainty: Array, slack: float) -> tuple[float, float]:
    """Least and greatest doubling of all laws of the grid that fit the means about as well as the best of them.

    The profile-likelihood interval: a law is kept where its weighted sum of squares is at most ``slack²`` over the
    least. Refitting to drawn errors alone is too sure where noise hides the curve, as most refits then jump to a law
    that is over after the first size.

    Args:
        sizes: ``(C,)``; means: ``(C,)``; uncertainty: ``(C, C)``, the covariance of the means, not 0.
        slack: in standard errors.
    """
    ratio = np.asarray(sizes, dtype=float) / float(np.max(sizes))
    exponents, starts = _grid()
    contrasts = np.diff(np.eye(len(means)), axis=0)
    root = np.linalg.cholesky(contrasts @ uncertainty @ contrasts.T)
    seen = np.linalg.solve(root, contrasts @ means)
    basis = np.linalg.solve(root, contrasts @ _basis(ratio, exponents, starts).T)
    strength, product = (basis**2).sum(axis=0), seen @ basis
    left = seen @ seen - product**2 / strength
    room = left.min() + slack**2 - left
    kept = room >= 0
    slope, half = product[kept] / strength[kept], np.sqrt(room[kept] / strength[kept])
    factor = _basis(np.array([2.0]), exponents[kept], starts[kept])[:, 0] - 1
    ends = np.stack([factor * (slope - half), factor * (slope + half)])
    return float(ends.min()), float(ends.max())


def _grid() -> tuple[Array, Array]:
    """Exponents and head starts of every pair tried, ``(K,)`` each."""
    rates, starts = (grid.ravel() for grid in np.meshgrid(RATES, STARTS))
    return rates * (1 + starts), starts


def _basis(ratio: Array, exponent: Array, start: Array) -> Array:
    """Falling from the smallest size to 1 at the largest, ``(B, C)``."""
    return np.asarray(((ratio + start[:, None]) / (1 + start[:, None])) ** -exponent[:, None])


def _nearest(ratio: Array, curves: Array) -> tuple[Array, Array]:
    """The best of the grid for each curve."""
    exponents, starts = _grid()
    basis = _basis(ratio, exponents, starts)
    centred = basis - basis.mean(axis=1, keepdims=True)
    unit = centred / np.sqrt((centred**2).sum(axis=1, keepdims=True))
    best = ((curves @ unit.T) ** 2).argmax(axis=1)
    return exponents[best], starts[best]


def _linear(basis: Array, curves: Array) -> tuple[Array, Array, Array]:
    """Scale, limit and the sum of squares left, of each curve with its own basis."""
    centred = basis - basis.mean(axis=1, keepdims=True)
    deviations = curves - curves.mean(axis=1, keepdims=True)
    slope = (deviations * centred).sum(axis=1) / (centred**2).sum(axis=1)
    left = ((deviations - slope[:, None] * centred) ** 2).sum(axis=1)
    return -slope, curves.mean(axis=1) - slope * basis.mean(axis=1), left


def _stepped(
    ratio: Array, curves: Array, exponent: Array, start: Array, scale: Array, limit: Array, damping: Array
) -> tuple[Array, Array]:
    """One damped step of all four numbers; the exponent's and the head start's new values."""
    basis = _basis(ratio, exponent, start)
    shifted, whole = ratio + start[:, None], 1 + start[:, None]
    by_exponent = exponent[:, None] * np.log(shifted / whole) * basis
    by_start = exponent[:, None] * (1 / shifted - 1 / whole) * basis
    columns = np.stack([np.ones_like(basis), -basis], axis=2)
    slopes = np.stack([scale[:, None] * by_exponent, scale[:, None] * by_start], axis=2)
    system = np.concatenate([columns, slopes], axis=2)
    norms = np.sqrt((system**2).sum(axis=1, keepdims=True)) + 1e-300
    system = system / norms
    left = curves - limit[:, None] + scale[:, None] * basis
    change = _damped(system, left, damping) / norms[:, 0]
    held = (start <= STARTS[0]) & (change[:, 3] < 0)  # cut off at its bound, its part would turn the others' step wrong
    system[held, :, 3] = 0.0
    change = _damped(system, left, damping) / norms[:, 0]
    starts = np.clip(start + np.clip(change[:, 3], -0.2 * whole[:, 0], 0.2 * whole[:, 0]), STARTS[0], STARTS[-1])
    exponents = exponent * np.exp(np.clip(change[:, 2], -0.5, 0.5))
    return np.clip(exponents, RATES[0] * (1 + starts), RATES[-1] * (1 + starts)), starts


def _damped(system: Array, left: Array, damping: Array) -> Array:
    """Solution ``(B, 4)`` of the damped normal equations."""
    turned = system.transpose(0, 2, 1)
    normal = turned @ system + damping[:, None, None] * np.eye(4)
    return np.asarray(np.linalg.solve(normal, turned @ left[:, :, None])[:, :, 0])
