"""Densities on the line in a form in which any two can be compared, whatever their places and scales."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, NamedTuple, Protocol

import numpy as np

from ganbaru.distances.quadrature import over_the_line

Array = np.ndarray[Any, Any]

_AROUND = np.concatenate([-(2.0 ** np.arange(-4, 61)), [0.0], 2.0 ** np.arange(-4, 61)])


class Shape(Protocol):
    """What a frozen distribution of scipy's offers."""

    def logpdf(self, x: Array) -> Array: ...
    def cdf(self, x: Array) -> Array: ...
    def sf(self, x: Array) -> Array: ...
    def ppf(self, q: Array) -> Array: ...
    def isf(self, q: Array) -> Array: ...


@dataclass(frozen=True)
class Line:
    """The distribution of ``centre + scale · z``, z of a shape whose mass lies about 0, a few units wide.

    Attributes:
        shape: of z.
        centre: in the units of x.
        scale: above 0.
        breaks: where the density of z jumps or bends.
    """

    shape: Shape
    centre: float
    scale: float
    breaks: tuple[float, ...] = ()

    @classmethod
    def around(cls, shape: Shape, breaks: Sequence[float]) -> "Line":
        """From a distribution of x, told by its quartiles."""
        lower, median, upper = (float(shape.ppf(np.asarray(share))) for share in (0.25, 0.5, 0.75))
        scale = upper - lower if upper > lower else 1.0
        return cls(_Moved(shape, median, scale), median, scale, tuple((edge - median) / scale for edge in breaks))

    def log_density(self, x: Array) -> Array:
        return np.asarray(self.shape.logpdf(self._z(x)) - np.log(self.scale))

    def cdf(self, x: Array) -> Array:
        return self.shape.cdf(self._z(x))

    def survival(self, x: Array) -> Array:
        return self.shape.sf(self._z(x))

    def quantile(self, share: Array) -> Array:
        return self.centre + self.scale * self.shape.ppf(share)

    def upper_quantile(self, share: Array) -> Array:
        """Where a share of the mass lies above."""
        return self.centre + self.scale * self.shape.isf(share)

    def knots(self) -> Array:
        """Between which it is smooth: its breaks, and its centre with ever wider surroundings."""
        return np.concatenate([self.centre + self.scale * _AROUND, self.edges()])

    def edges(self) -> Array:
        """Its breaks, in the units of x."""
        return self.centre + self.scale * np.array(self.breaks)

    def seen_from(self, origin: float, unit: float) -> "Line":
        return replace(self, centre=(self.centre - origin) / unit, scale=self.scale / unit)

    def _z(self, x: Array) -> Array:
        return (x - self.centre) / self.scale


class Chart(NamedTuple):
    """Two densities as seen from one of them, over the part of the line that is nearer to it.

    Attributes:
        p: the first.
        q: the second.
        knots: of both within the part, ascending.
        tails: the outermost of them, where the part has no end.
        breaks: of both.
        origin: where 0 is, in the units of x.
        unit: a length here times it is a length in the units of x.
    """

    p: Line
    q: Line
    knots: Array
    tails: Array
    breaks: Array
    origin: float
    unit: float


def charts(p: Line, q: Line) -> Iterator[Chart]:
    """The whole line in one or two parts, so that narrow densities far apart are both seen sharply."""
    if p.centre == q.centre:
        yield _chart(p, q, min(p, q, key=lambda each: each.scale), -np.inf, np.inf)
        return
    left, right = sorted((p, q), key=lambda each: each.centre)
    gap = right.centre / 2 - left.centre / 2
    yield _chart(p, q, left, -np.inf, gap / left.scale)
    yield _chart(p, q, right, -gap / right.scale, np.inf)


def over_charts(
    function: Callable[[Chart], Callable[[Array], Array]], p: Line, q: Line, *, length: bool = False
) -> float:
    """Sum over the parts of the line of an integral in each (see `quadrature.over_the_line`).

    Args:
        function: what is integrated, in the units of a chart.
        p: the first.
        q: the second.
        length: whether the integral grows with the unit, as that of a distribution function does.
    """
    return sum(
        over_the_line(function(chart), chart.knots, chart.tails, chart.breaks) * (chart.unit if length else 1.0)
        for chart in charts(p, q)
    )


def _chart(p: Line, q: Line, origin: Line, low: float, high: float) -> Chart:
    p, q = (each.seen_from(origin.centre, origin.scale) for each in (p, q))
    knots = apart(np.concatenate([p.knots(), q.knots(), [low, high]]), low, high)
    tails = knots[[0, -1]][np.isinf([low, high])]
    return Chart(p, q, knots, tails, np.concatenate([p.edges(), q.edges()]), origin.centre, origin.scale)


def apart(knots: Array, low: float = -np.inf, high: float = np.inf) -> Array:
    """Those that are finite and within bounds, ascending; one of those that differ by rounding only."""
    knots = np.unique(knots[np.isfinite(knots) & (knots >= low) & (knots <= high)])
    return knots[np.append(True, np.diff(knots) > 1e-14 * np.abs(knots[1:]))]


@cache
def standard(name: str) -> Shape:
    """The unit one of a family; a uniform one lies on [−1, 1]."""
    from scipy import stats

    shapes = {"normal": stats.norm(), "uniform": stats.uniform(-1, 2), "laplace": _Laplace()}
    return shapes[name]


class _Laplace:
    """The unit one; scipy's own has no logarithm of its density beyond 745."""

    def logpdf(self, x: Array) -> Array:
        return -np.abs(x) - np.log(2)

    def cdf(self, x: Array) -> Array:
        tail = np.exp(-np.abs(x)) / 2
        return np.where(x < 0, tail, 1 - tail)

    def sf(self, x: Array) -> Array:
        return self.cdf(-x)

    def ppf(self, q: Array) -> Array:
        with np.errstate(divide="ignore"):
            return np.where(q < 0.5, np.log(2 * q), -np.log(2 * (1 - q)))

    def isf(self, q: Array) -> Array:
        return -self.ppf(q)


class _Moved:
    """A distribution of x as one of z, x = centre + scale · z."""

    def __init__(self, shape: Shape, centre: float, scale: float) -> None:
        self._shape, self._centre, self._scale = shape, centre, scale

    def logpdf(self, z: Array) -> Array:
        return np.asarray(self._shape.logpdf(self._x(z)) + np.log(self._scale))

    def cdf(self, z: Array) -> Array:
        return self._shape.cdf(self._x(z))

    def sf(self, z: Array) -> Array:
        return self._shape.sf(self._x(z))

    def ppf(self, q: Array) -> Array:
        return (self._shape.ppf(q) - self._centre) / self._scale

    def isf(self, q: Array) -> Array:
        return (self._shape.isf(q) - self._centre) / self._scale

    def _x(self, z: Array) -> Array:
        return self._centre + self._scale * z
