"""How alike points of two known distributions are by the Gaussian kernel, in expectation."""

import math
from functools import partial
from typing import Any

import numpy as np
from scipy import special

from ganbaru.distances.densities import Density, Gaussian, Known, Laplace, Uniform
from ganbaru.distances.line import Chart, charts
from ganbaru.distances.quadrature import integrate
from ganbaru.errors import UserError

Array = np.ndarray[Any, Any]
Family = Gaussian | Laplace | Uniform


def alike(p: Known, q: Known, width: float) -> float:
    """``E exp(−‖X − Y‖² / 2σ²)``, X of p and Y of q.

    Raises:
        UserError: it is known by sampling only.
    """
    if isinstance(p, Density) or isinstance(q, Density):
        raise UserError("the kernel distance of a Density is not known", hint="compare samples: density.sample(1000)")
    if isinstance(p, Gaussian) and isinstance(q, Gaussian):
        return _of_gaussians(p, q, width)
    if p.dimensions > 1 and not (isinstance(p, Uniform) and isinstance(q, Uniform)):
        raise UserError(f"the kernel distance of {p!r} and {q!r} has no closed form", hint="compare samples of both")
    return math.prod(_on_the_line(x, y, width) for x, y in zip(_sides(p), _sides(q), strict=True))


def _of_gaussians(p: Gaussian, q: Gaussian, width: float) -> float:
    values, vectors = np.linalg.eigh((p.covariance + q.covariance) / width / width)
    away = vectors.T @ ((p.mean - q.mean) / width)
    grown = 1 + values.clip(min=0)
    return float(np.exp((-np.log(grown) - away**2 / grown).sum() / 2))


def _sides(p: Family) -> list[Family]:
    """The factors of a box, one a dimension."""
    return [Uniform(low, high) for low, high in p.sides] if isinstance(p, Uniform) else [p]


def _on_the_line(p: Family, q: Family, width: float) -> float:
    for point, other in ((p, q), (q, p)):
        if isinstance(point, Uniform) and point.low == point.high:
            return float(_smoothed(other, np.asarray(point.low), width)[0])
    return sum(
        integrate(partial(_density_times_mean, chart, q, width), chart.knots).value
        for chart in charts(p.line(), q.line())
    )


def _density_times_mean(chart: Chart, q: Family, width: float, z: Array) -> Array:
    return np.asarray(np.exp(chart.p.log_density(z)) * _smoothed(q, chart.origin + chart.unit * z, width))


def _smoothed(p: Family, x: Array, width: float) -> Array:
    """``E exp(−(x − Y)² / 2σ²)``, Y of p."""
    if isinstance(p, Gaussian):
        variance = float(p.covariance[0, 0]) / width / width
        return np.asarray(np.exp(-(((x - p.mean[0]) / width) ** 2) / (2 * (1 + variance))) / np.sqrt(1 + variance))
    if isinstance(p, Laplace):
        return _smoothed_laplace((x - p.centre) / width, width / p.scale)
    low, high = p.sides[0]
    if low == high:
        return np.asarray(np.exp(-(((x - low) / width) ** 2) / 2))
    left, right = (x - low) / width, (x - high) / width
    both = np.where(
        left + right > 0, special.ndtr(-right) - special.ndtr(-left), special.ndtr(left) - special.ndtr(right)
    )
    return np.asarray(math.sqrt(2 * math.pi) * both / ((high - low) / width))


def _smoothed_laplace(z: Array, ratio: float) -> Array:
    """At z widths from the centre, the width being so many scales: ``erfcx`` keeps either side from overflowing."""

    def side(z: Array) -> Array:
        at = (ratio - z) / math.sqrt(2)
        with np.errstate(over="ignore", invalid="ignore"):
            near = np.exp(-z * z / 2) * special.erfcx(np.maximum(at, 0))
            far = np.exp(np.minimum(ratio * ratio / 2 - ratio * z, 0)) * special.erfc(np.minimum(at, 0))
        return np.where(at >= 0, near, far)

    return np.asarray(math.sqrt(2 * math.pi) * ratio / 4 * (side(z) + side(-z)))
