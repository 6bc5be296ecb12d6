"""Distributions that are known, not sampled: Gaussians, Laplace's, boxes, and any density on the line."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ganbaru.distances.line import Line, standard
from ganbaru.distances.tabulated import tabulated
from ganbaru.errors import UserError

Array = np.ndarray[Any, Any]
Numbers = float | Sequence[float] | Array


@dataclass(frozen=True, eq=False, init=False)
class Gaussian:
    """A normal distribution in any number of dimensions.

    ``Gaussian(0, deviation=2)`` is one on the line; ``Gaussian([0, 0])`` a unit one in the plane.

    Attributes:
        mean: ``(d,)``.
        covariance: ``(d, d)``.
    """

    mean: Array
    covariance: Array

    def __init__(self, mean: Numbers, covariance: Numbers | None = None, *, deviation: Numbers | None = None) -> None:
        """Of a mean and either a covariance or standard deviations; of neither, a unit one.

        Args:
            mean: a number, or ``(d,)``.
            covariance: ``(d, d)``, variances ``(d,)``, or one variance for all dimensions.
            deviation: ``(d,)`` or one for all dimensions, instead.

        Raises:
            UserError: the shapes do not fit, a number is not finite, or the covariance is none.
        """
        centre = _finite("mean", mean)
        if covariance is not None and deviation is not None:
            raise UserError("a Gaussian takes a covariance or a deviation, not both")
        spread = np.square(_finite("deviation", deviation)) if deviation is not None else covariance
        object.__setattr__(self, "mean", np.atleast_1d(centre))
        object.__setattr__(self, "covariance", _covariance(1.0 if spread is None else spread, len(self.mean)))

    @property
    def dimensions(self) -> int:
        return len(self.mean)

    def line(self) -> Line:
        """In one dimension."""
        return Line(standard("normal"), float(self.mean[0]), float(np.sqrt(self.covariance[0, 0])))

    def sample(self, count: int, *, seed: int = 0) -> Array:
        """Points drawn from it, ``(count, d)``."""
        values, vectors = np.linalg.eigh(self.covariance)
        noise = np.random.default_rng([seed, 0x6A05]).standard_normal((count, self.dimensions))
        return self.mean + (noise * np.sqrt(values.clip(min=0))) @ vectors.T

    def __repr__(self) -> str:
        return f"Gaussian(mean={_said(self.mean)}, covariance={_said(self.covariance)})"


@dataclass(frozen=True)
class Laplace:
    """``exp(−|x − centre| / scale) / (2 scale)`` on the line."""

    centre: float
    scale: float

    def __post_init__(self) -> None:
        _finite("centre", self.centre, 0)
        if not _finite("scale", self.scale, 0) > 0:
            raise UserError(f"a Laplace distribution of scale {self.scale} has no density", hint="take one above 0")

    @property
    def dimensions(self) -> int:
        return 1

    def line(self) -> Line:
        """As a density on the line."""
        return Line(standard("laplace"), float(self.centre), float(self.scale), breaks=(0.0,))

    def sample(self, count: int, *, seed: int = 0) -> Array:
        """Points drawn from it, ``(count, 1)``."""
        return np.random.default_rng([seed, 0x6A05]).laplace(self.centre, self.scale, (count, 1))


@dataclass(frozen=True, eq=False)
class Uniform:
    """The same everywhere between two corners: an interval, or a box in any number of dimensions.

    A side may have no length, ``Uniform((0.5, 0), (0.5, 1))`` is a line in the plane; a box without any is a point.

    Attributes:
        low: a number, or ``(d,)``.
        high: likewise, nowhere below ``low``.
    """

    low: Numbers
    high: Numbers

    def __post_init__(self) -> None:
        low, high = np.atleast_1d(_finite("low", self.low)), np.atleast_1d(_finite("high", self.high))
        if low.shape != high.shape or (low > high).any():
            raise UserError(f"no box lies between {_said(low)} and {_said(high)}", hint="give low ≤ high, both (d,)")
        object.__setattr__(self, "low", low)
        object.__setattr__(self, "high", high)

    @property
    def sides(self) -> Array:
        """From corner to corner, ``(d, 2)``."""
        return np.stack([np.asarray(self.low), np.asarray(self.high)], axis=1)

    @property
    def dimensions(self) -> int:
        return len(self.sides)

    def line(self) -> Line:
        """In one dimension.

        Raises:
            UserError: it is a point.
        """
        low, high = self.sides[0]
        if not high > low:
            raise UserError(f"the point {low:g} has no density", hint=f"Histogram([1], positions=[{low:g}])")
        return Line(standard("uniform"), float(low / 2 + high / 2), float(high / 2 - low / 2), breaks=(-1.0, 1.0))

    def sample(self, count: int, *, seed: int = 0) -> Array:
        """Points drawn from it, ``(count, d)``."""
        share = np.random.default_rng([seed, 0x6A05]).random((count, self.dimensions))
        low, high = self.sides.T
        return low * (1 - share) + high * share

    def __repr__(self) -> str:
        return f"Uniform(low={_said(np.asarray(self.low))}, high={_said(np.asarray(self.high))})"


class Density:
    """Any density on the line: a frozen distribution of scipy's, or a function of points, elementwise.

    A function must come to 1 when summed over the line, which is checked. Where it says exactly 0 there is no mass, so
    a divergence can be infinite by it: give ``log_density`` too where the density is too small for a float.
    """

    def __init__(
        self,
        density: Any,
        *,
        low: float = -np.inf,
        high: float = np.inf,
        breaks: Sequence[float] = (),
        log_density: Callable[[Array], Array] | None = None,
    ) -> None:
        """Of a function or a frozen distribution, ``Density(scipy.stats.gamma(2))``.

        Args:
            density: either.
            low: below it there is nothing; of a function only.
            high: above it there is nothing; of a function only.
            breaks: where a function jumps or bends, or where its mass is, if it is far from 0 and narrow.
            log_density: the logarithm of a function.

        Raises:
            UserError: the function does not come to 1, or is below 0 somewhere.
        """
        if hasattr(density, "logpdf") and hasattr(density, "isf"):
            self._line = _of_scipy(density)
        elif callable(density):
            self._line = tabulated(density, low, high, breaks, log_density)
        else:
            raise UserError(
                f"{type(density).__name__} is no density",
                hint="give a function, a frozen scipy distribution, or use Histogram",
            )

    @property
    def dimensions(self) -> int:
        return 1

    def line(self) -> Line:
        """As it is compared."""
        return self._line

    def sample(self, count: int, *, seed: int = 0) -> Array:
        """Points drawn from it, ``(count, 1)``."""
        share = np.random.default_rng([seed, 0x6A05]).random(count)
        return self._line.quantile(share)[:, None]

    def __repr__(self) -> str:
        return f"Density(around {self._line.centre:g})"


Known = Gaussian | Laplace | Uniform | Density
"""Any of them."""


def check_dimensions(p: Known, q: Known) -> None:
    """Raises:
    UserError: they are of different ones.
    """
    if p.dimensions != q.dimensions:
        raise UserError(f"{p!r} and {q!r} are of {p.dimensions} and {q.dimensions} dimensions")


def only_sampled(what: str, p: Known, q: Known) -> UserError:
    """The error for what no formula and no quadrature on the line can tell."""
    return UserError(
        f"{what} of {p!r} and {q!r} has no closed form",
        hint="compare p.sample(1000, seed=0) and q.sample(1000, seed=1)",
    )


def _of_scipy(frozen: Any) -> Line:
    """A frozen distribution, whose own edges are breaks."""
    return Line.around(frozen, [edge for edge in frozen.support() if np.isfinite(edge)])


def _finite(name: str, value: Any, dimensions: int = 1) -> Array:
    """As float64, of at most so many axes."""
    try:
        numbers = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        raise UserError(f"{name} {value!r} is no number") from None
    if numbers.ndim > dimensions or not numbers.size or not np.isfinite(numbers).all():
        raise UserError(f"{name} {_said(numbers)} is not {'a finite number' if dimensions == 0 else 'finite, (d,)'}")
    return numbers


def _covariance(spread: Any, size: int) -> Array:
    """``(d, d)`` from a matrix, from variances or from one variance."""
    given = _finite("covariance", spread, 2)
    matrix = (
        given if given.ndim == 2 else np.diag(np.broadcast_to(given, (size,)) if given.size in (1, size) else given)
    )
    if matrix.shape != (size, size):
        raise UserError(f"a covariance of shape {given.shape} does not fit a mean of {size} dimensions")
    unit = np.abs(matrix).max() or 1.0
    scaled = matrix / unit
    if np.abs(scaled - scaled.T).max() > 1e-9 or np.linalg.eigvalsh(scaled).min() < -1e-9:
        raise UserError("a covariance must be symmetric and nowhere below 0", hint="np.cov(x, rowvar=False) is")
    return np.asarray(matrix / 2 + matrix.T / 2)


def _said(numbers: Array) -> str:
    return " ".join(np.array2string(np.asarray(numbers), precision=4, threshold=16, separator=", ").split())
