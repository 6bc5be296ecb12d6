"""A density on the line that is given as a function and nothing else."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ganbaru.distances.line import Line
from ganbaru.distances.quadrature import integrate, rule
from ganbaru.errors import UserError

Array = np.ndarray[Any, Any]

_AROUND = np.concatenate([-(2.0 ** np.arange(-60, 61)), [0.0], 2.0 ** np.arange(-60, 61)])


class _Tabulated:
    """A distribution known by its density: the rest by quadrature."""

    def __init__(self, density: Callable[[Array], Array], log_density: Callable[[Array], Array], knots: Array) -> None:
        self._density, self.logpdf = density, log_density
        _, self._edges, parts = integrate(density, knots)
        self._below = np.concatenate([[0.0], np.cumsum(parts)])
        self._above = np.concatenate([np.cumsum(parts[::-1])[::-1], [0.0]])

    @property
    def mass(self) -> float:
        return float(self._below[-1])

    def cdf(self, x: Array) -> Array:
        at = self._interval(x)
        return (self._below[at] + self._part(self._edges[at], x)).clip(0, 1)

    def sf(self, x: Array) -> Array:
        at = self._interval(x)
        return (self._above[at + 1] + self._part(x, self._edges[at + 1])).clip(0, 1)

    def ppf(self, q: Array) -> Array:
        return self._sought(lambda x: self.cdf(x) < q, np.searchsorted(self._below, q) - 1)

    def isf(self, q: Array) -> Array:
        return self._sought(lambda x: self.sf(x) > q, len(self._above) - 1 - np.searchsorted(self._above[::-1], q))

    def _interval(self, x: Array) -> Array:
        return np.clip(np.searchsorted(self._edges, x, side="right") - 1, 0, len(self._edges) - 2)

    def _part(self, left: Array, right: Array) -> Array:
        inside = [np.clip(x, self._edges[0], self._edges[-1]).ravel() for x in np.broadcast_arrays(left, right)]
        return rule(self._density, *inside).reshape(np.broadcast_shapes(np.shape(left), np.shape(right)))

    def _sought(self, too_low: Callable[[Array], Array], interval: Array) -> Array:
        """By bisection, within an interval."""
        at = np.clip(interval, 0, len(self._edges) - 2)
        low, high = self._edges[at], self._edges[at + 1]
        for _ in range(60):
            middle = low / 2 + high / 2
            higher = too_low(middle)
            low, high = np.where(higher, middle, low), np.where(higher, high, middle)
        return np.asarray(low / 2 + high / 2)


def tabulated(
    density: Callable[[Array], Array],
    low: float,
    high: float,
    breaks: Sequence[float],
    log_density: Callable[[Array], Array] | None,
) -> Line:
    """A density given as a function; see `densities.Density`."""

    def inside(x: Array) -> Array:
        found = np.where((x >= low) & (x <= high), np.asarray(density(np.asarray(x)), dtype=np.float64), 0.0)
        if (found < 0).any() or np.isnan(found).any():
            raise UserError("a density is nowhere below 0 and always a number")
        return found

    def logarithm(x: Array) -> Array:
        with np.errstate(divide="ignore"):
            found = np.log(inside(x)) if log_density is None else np.asarray(log_density(x), dtype=np.float64)
        return np.where((x >= low) & (x <= high), found, -np.inf)

    edges = [edge for edge in (low, high, *breaks) if np.isfinite(edge)]
    around = (np.array([*edges, *([] if edges else [0.0])])[:, None] + _AROUND).ravel()
    shape = _Tabulated(inside, logarithm, np.unique(around[(around >= low) & (around <= high)]))
    if not abs(shape.mass - 1) < 1e-6:
        raise UserError(
            f"this density comes to {shape.mass:.6g}, not 1",
            hint="say where it ends (low, high) and where it jumps or has its mass (breaks)",
        )
    return Line.around(shape, edges)
