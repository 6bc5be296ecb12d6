"""Distances between places of mass, of distributions that are known: by formula, or by quadrature to about 1e-12."""

import math
from typing import Any

import numpy as np

from ganbaru.distances.densities import Gaussian, Known, Laplace, Uniform, check_dimensions, only_sampled
from ganbaru.distances.estimate import Estimate
from ganbaru.distances.exact import exact
from ganbaru.distances.line import Chart, apart, over_charts
from ganbaru.distances.quadrature import integrate, mean_power, over_the_line
from ganbaru.errors import UserError

Array = np.ndarray[Any, Any]

_FORMULA, _QUADRATURE = "closed form", "quadrature"


def wasserstein(p: Known, q: Known, order: float = 1) -> Estimate:
    """``W_p``, of any order on the line; W2 of Gaussians and boxes in any number of dimensions.

    Of every order where one is the other moved; of boxes, also where they differ in one side only.

    Raises:
        UserError: the dimensions differ, the order is below 1, or there is no way but sampling.
    """
    check_dimensions(p, q)
    if not 1 <= order < np.inf:
        raise UserError(f"W_p is a distance for p from 1 on, not for {order}")
    distance, how = _transported(p, q, order)
    return exact(distance, f"W{order:g}, {how}")


def energy(p: Known, q: Known) -> Estimate:
    """``2 E‖X − Y‖ − E‖X − X′‖ − E‖Y − Y′‖`` (Székely & Rizzo 2013): on the line, and of Gaussians.

    On the line it is ``2 ∫ (F − G)² dx``.

    Raises:
        UserError: the dimensions differ, or there is no way but sampling.
    """
    check_dimensions(p, q)
    if isinstance(p, Gaussian) and isinstance(q, Gaussian) and p.dimensions > 1:
        value = _energy_of_gaussians(p, q)
    else:
        _need_the_line("the energy distance", p, q)
        value = 2 * over_charts(lambda c: lambda x: _gap(c, x) ** 2, p.line(), q.line(), length=True)
    return exact(value, f"energy distance, {_QUADRATURE}")


def kernel(p: Known, q: Known, bandwidth: float) -> Estimate:
    """The squared maximum mean discrepancy with the Gaussian kernel ``exp(−‖x − y‖² / 2σ²)`` (Gretton et al. 2012).

    Gaussians of any number of dimensions, boxes, and Laplace's.

    Raises:
        UserError: the dimensions differ, the bandwidth σ is not above 0, or there is no way but sampling.
    """
    from ganbaru.distances.kernel_means import alike

    check_dimensions(p, q)
    if not 0 < bandwidth < np.inf:
        raise UserError(f"bandwidth {bandwidth} is no length", hint="take one above 0")
    value = alike(p, p, bandwidth) + alike(q, q, bandwidth) - 2 * alike(p, q, bandwidth)
    how = _FORMULA if isinstance(p, Gaussian) and isinstance(q, Gaussian) else _QUADRATURE
    return exact(value, f"MMD², Gaussian kernel, bandwidth {bandwidth:.3g}, {how}")


def frechet(p: Known, q: Known) -> Estimate:
    """``‖μ_p − μ_q‖² + tr(Σ_p + Σ_q − 2 (Σ_p^½ Σ_q Σ_p^½)^½)`` (Dowson & Landau 1982), of any two of finite variance.

    Raises:
        UserError: the dimensions differ, or a variance is not finite.
    """
    check_dimensions(p, q)
    fitted = [Gaussian(*_moments(each)) for each in (p, q)]
    return exact(_bures(*fitted) ** 2, f"Fréchet, {p.dimensions} dimensions, {_FORMULA}")


def _transported(p: Known, q: Known, order: float) -> tuple[float, str]:
    if isinstance(p, Gaussian) and isinstance(q, Gaussian):
        if np.array_equal(p.covariance, q.covariance):
            return math.hypot(*(p.mean - q.mean)), _FORMULA
        if order == 2:
            return _bures(p, q), _FORMULA
        if order == 1 and p.dimensions == 1:
            return _folded(p.line().centre - q.line().centre, p.line().scale - q.line().scale), _FORMULA
    if isinstance(p, Uniform) and isinstance(q, Uniform):
        return _between_boxes(p, q, order), _FORMULA
    if isinstance(p, Laplace) and isinstance(q, Laplace) and p.scale == q.scale:
        return abs(p.centre - q.centre), _FORMULA
    _need_the_line(f"W{order:g}", p, q)
    if order == 1:
        return over_charts(lambda c: lambda x: np.abs(_gap(c, x)), p.line(), q.line(), length=True), _QUADRATURE
    return _by_quantiles(p, q, order), _QUADRATURE


def _gap(chart: Chart, x: Array) -> Array:
    """F − G, from above in the upper half so that it is right in both tails."""
    below, above = chart.p.cdf(x) - chart.q.cdf(x), chart.q.survival(x) - chart.p.survival(x)
    return np.where(chart.p.cdf(x) + chart.q.cdf(x) < 1, below, above)


def _by_quantiles(p: Known, q: Known, order: float) -> float:
    """``(∫ |x − G⁻¹(F(x))|^p dF(x))^(1/p)``."""
    origin, other = p.line(), q.line()
    unit = max(origin.scale, other.scale, abs(origin.centre - other.centre))
    ours, theirs = (each.seen_from(origin.centre, unit) for each in (origin, other))

    def cost(x: Array) -> Array:
        below, above = ours.cdf(x), ours.survival(x)
        target = np.where(below < 0.5, theirs.quantile(below), theirs.upper_quantile(above))
        mass = np.exp(ours.log_density(x))
        return np.where((below > 0) & (above > 0), mass * np.abs(x - target) ** order, 0.0)

    images = ours.quantile(theirs.cdf(theirs.edges()))
    knots = apart(np.concatenate([ours.knots(), images]))
    return over_the_line(cost, knots, knots[[0, -1]], np.empty(0)) ** (1 / order) * unit


def _bures(p: Gaussian, q: Gaussian) -> float:
    """W2 of two Gaussians: how far apart roots of their covariances are, one turned to the other (Bhatia et al. 2019).

    ``‖Σ_p^½ − Σ_q^½ U‖_F``, U orthogonal and nearest: exact where they are the same, unlike the difference of traces.
    """
    unit = max(float(np.sqrt(np.abs(each.covariance).max())) for each in (p, q)) or 1.0
    ours, theirs = (_root(each.covariance / unit / unit) for each in (p, q))
    left, _, right = np.linalg.svd(theirs.T @ ours)
    apart = float(np.linalg.norm(ours - theirs @ (left @ right))) * unit
    return math.hypot(apart, *(p.mean - q.mean))


def _root(covariance: Array) -> Array:
    values, vectors = np.linalg.eigh(covariance)
    return np.asarray((vectors * np.sqrt(values.clip(min=0))) @ vectors.T)


def _folded(shift: float, deviation: float) -> float:
    """``E|shift + deviation · Z|``, Z a unit Gaussian."""
    if deviation == 0:
        return abs(shift)
    ratio = shift / abs(deviation)
    away = math.sqrt(2 / math.pi) * math.exp(-ratio * ratio / 2) if abs(ratio) < 40 else 0.0
    return abs(deviation) * (away + ratio * math.erf(ratio / math.sqrt(2)))


def _between_boxes(p: Uniform, q: Uniform, order: float) -> float:
    """The map takes side to side, evenly: its moves are ``α + β u``, u from −1 to 1, in each direction."""
    start, end = (p.sides - q.sides).T
    moves, stretches = start / 2 + end / 2, end / 2 - start / 2
    stretched = np.abs(stretches) > 1e-15 * np.abs(p.sides).max(axis=1)
    if not stretched.any():
        return math.hypot(*moves)
    each = mean_power(moves, stretches, order) ** (1 / order)
    if order == 2 or np.count_nonzero(each) == 1:
        return math.hypot(*each)
    raise only_sampled(f"W{order:g}", p, q)


def _energy_of_gaussians(p: Gaussian, q: Gaussian) -> float:
    across = _mean_length(p.mean - q.mean, p.covariance + q.covariance)
    return 2 * across - sum(_mean_length(0 * each.mean, 2 * each.covariance) for each in (p, q))


def _mean_length(mean: Array, covariance: Array) -> float:
    """``E‖Z‖`` of a Gaussian: ``π^-½ ∫_0^∞ (1 − E exp(−s²‖Z‖²)) / s² ds``, from the length's own Laplace transform."""
    values, vectors = np.linalg.eigh(covariance)
    unit = math.sqrt(float(values.clip(min=0).sum() + mean @ mean)) or 1.0
    variances, squares = values.clip(min=0) / unit**2, (vectors.T @ mean / unit) ** 2

    def integrand(s: Array) -> Array:
        squared = s[..., None] ** 2
        grown = 2 * variances * squared
        return -np.expm1((-np.log1p(grown) / 2 - squares * squared / (1 + grown)).sum(axis=-1)) / s**2

    octaves = 2.0 ** np.arange(-60, 61)
    tail = 1 / octaves[-1]  # beyond the last the integrand is 1 / s²
    head = octaves[0]  # below the first it is 1
    return unit * (integrate(integrand, octaves).value + head + tail) / math.sqrt(math.pi)


def _moments(p: Known) -> tuple[Array, Array]:
    """Mean ``(d,)`` and covariance ``(d, d)``."""
    if isinstance(p, Gaussian):
        return p.mean, p.covariance
    if isinstance(p, Uniform):
        return p.sides.mean(axis=1), np.diag((p.sides[:, 1] - p.sides[:, 0]) ** 2 / 12)
    if isinstance(p, Laplace):
        return np.array([float(p.centre)]), np.array([[2 * float(p.scale) ** 2]])
    line = p.line().seen_from(p.line().centre, p.line().scale)
    knots = apart(line.knots())
    square = over_the_line(lambda z: z * z * np.exp(line.log_density(z)), knots, knots[[0, -1]], np.empty(0))
    if not np.isfinite(square):
        raise UserError(f"{p!r} has no variance", hint="compare it by another distance")
    mean = integrate(lambda z: z * np.exp(line.log_density(z)), knots).value
    scale = p.line().scale
    return np.array([p.line().centre + scale * mean]), np.array([[scale**2 * (square - mean * mean)]])


def _need_the_line(what: str, p: Known, q: Known) -> None:
    if p.dimensions != 1:
        raise only_sampled(what, p, q)
