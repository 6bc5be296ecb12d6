"""The densities of the toy worlds: each can be drawn from, and each says its exact log density."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ganbaru.errors import UserError

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class World:
    """A density in the plane.

    Attributes:
        sample: ``(n, generator)`` -> points ``(n, 2)`` float32.
        log_density: points ``(n, 2)`` float64 -> natural logarithm of the density ``(n,)``.
        centres: ``(modes, 2)`` float64 or None; sd: of each mode; options: everything it was built from.
    """

    sample: Callable[[int, np.random.Generator], Array]
    log_density: Callable[[Array], Array]
    centres: Array | None
    sd: float
    options: dict[str, float] = field(default_factory=dict)


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise UserError(message, hint="see ganbaru.sources.toy for what each option may be")


def _log_sum_exp(exponents: Array) -> Array:
    """log(sum(exp(...))) along the last axis, -inf where all are. Own, because scipy costs each process 0.3 s."""
    largest = exponents.max(axis=-1)
    safe = np.where(np.isfinite(largest), largest, 0.0)
    with np.errstate(divide="ignore"):
        return np.log(np.exp(exponents - safe[:, None]).sum(axis=-1)) + safe


def _mixture(centres: Array, sd: float, options: dict[str, float]) -> World:
    """Equal shares of round Gaussians: p(x) = mean over k of N(x; c_k, sd^2 I)."""

    def sample(n: int, rng: np.random.Generator) -> Array:
        chosen = centres[rng.integers(len(centres), size=n)]
        return (chosen + sd * rng.standard_normal((n, 2))).astype(np.float32)

    def log_density(x: Array) -> Array:
        squared = ((x[:, None] - centres[None]) ** 2).sum(axis=2)  # (n, modes)
        return _log_sum_exp(-squared / (2 * sd**2)) - np.log(2 * np.pi * sd**2 * len(centres))

    return World(sample, log_density, centres, sd, options)


def ring(*, modes: float = 8, radius: float = 1.0, sd: float = 0.01) -> World:
    """Gaussians evenly round a circle, the first at (radius, 0)."""
    _require(float(modes).is_integer() and 1 <= modes <= 10_000, f"toy:ring: modes is {modes:g}, not a whole number")
    _require(radius > 0 and sd > 0, f"toy:ring: radius {radius:g} and sd {sd:g} must be above 0")
    angle = 2 * np.pi * np.arange(int(modes)) / modes
    centres = radius * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return _mixture(centres, float(sd), {"modes": modes, "radius": radius, "sd": sd})


def grid(*, side: float = 5, step: float = 2.0, sd: float = 0.05) -> World:
    """Gaussians on a square grid of side x side, round the origin: by default -4, -2, 0, 2, 4 either way."""
    _require(float(side).is_integer() and 1 <= side <= 100, f"toy:grid: side is {side:g}, not a whole number")
    _require(step > 0 and sd > 0, f"toy:grid: step {step:g} and sd {sd:g} must be above 0")
    line = step * (np.arange(int(side)) - (side - 1) / 2)
    centres = np.stack(np.meshgrid(line, line, indexing="ij"), axis=-1).reshape(-1, 2)
    return _mixture(centres, float(sd), {"side": side, "step": step, "sd": sd})


def lines(*, theta: float = 0.0) -> World:
    """(theta, U[0, 1]): the learning of parallel lines (Arjovsky et al. 2017, Wasserstein GAN, example 1).

    It fills no area, so the density is the one along the line: 0 in logarithm on it, -inf off it.
    """
    column = np.float32(theta)

    def sample(n: int, rng: np.random.Generator) -> Array:
        return np.stack([np.full(n, column), rng.random(n, dtype=np.float32)], axis=1)

    def log_density(x: Array) -> Array:
        on_it = (x[:, 0].astype(np.float32) == column) & (x[:, 1] >= 0) & (x[:, 1] <= 1)
        return np.where(on_it, 0.0, -np.inf)

    return World(sample, log_density, None, 0.0, {"theta": theta})


def spiral(*, turns: float = 2.0, sd: float = 0.02) -> World:
    """One arm that winds out from radius 0.2 to 1, blurred along the radius only, which keeps the density exact.

    With t ~ U[0, 1] and e ~ N(0, 1): angle = 2 pi turns t, radius = 0.2 + 0.8 t + sd e. The change of variables
    (t, e) -> (x, y) has the Jacobian radius * 2 pi turns * sd, so p(x, y) is the sum over the windings k that
    pass at this angle of N(e_k; 0, 1) / (radius * 2 pi turns * sd).
    """
    _require(0 < turns <= 100 and 0 < sd <= 0.025, f"toy:spiral: turns {turns:g} or sd {sd:g} is out of range")

    def sample(n: int, rng: np.random.Generator) -> Array:
        t = rng.random(n)
        radius = 0.2 + 0.8 * t + sd * rng.standard_normal(n)  # sd <= 0.025: below 0 is 8 deviations away
        angle = 2 * np.pi * turns * t
        return (radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)).astype(np.float32)

    def log_density(x: Array) -> Array:
        radius = np.maximum(np.hypot(x[:, 0], x[:, 1]), 1e-300)
        first = np.mod(np.arctan2(x[:, 1], x[:, 0]) / (2 * np.pi), 1.0)  # in windings
        t = (first[:, None] + np.arange(int(np.ceil(turns)))) / turns  # (n, windings)
        e = (radius[:, None] - 0.2 - 0.8 * t) / sd
        exponent = np.where(t <= 1, -0.5 * e**2, -np.inf)
        jacobian = radius * 2 * np.pi * turns * sd
        return _log_sum_exp(exponent) - np.log(np.sqrt(2 * np.pi) * jacobian)

    return World(sample, log_density, None, float(sd), {"turns": turns, "sd": sd})


WORLDS: dict[str, Callable[..., World]] = {"ring": ring, "grid": grid, "lines": lines, "spiral": spiral}
"""Every toy world by its name."""
