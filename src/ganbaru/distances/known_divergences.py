"""Divergences of distributions that are known: by formula where there is one, else by quadrature to about 1e-12."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ganbaru.distances.densities import Gaussian, Known, Uniform, check_dimensions, only_sampled
from ganbaru.distances.estimate import Estimate
from ganbaru.distances.exact import exact
from ganbaru.distances.formulas import CHI_SQUARED, HELLINGER, KULLBACK_LEIBLER, Base, Formula
from ganbaru.distances.line import Chart, Line, over_charts
from ganbaru.errors import UserError

Array = np.ndarray[Any, Any]


def known_divergence(formula: Formula, p: Known, q: Known, base: Base = "nats") -> Estimate:
    """Of one of `formulas`.

    Gaussians: all in one dimension, and in more where their covariances are the same or differ along one direction
    only; the Kullback-Leibler, Hellinger and χ² ones always. Boxes: all. Others: on the line.

    Raises:
        UserError: the dimensions differ, or there is no way but sampling.
    """
    check_dimensions(p, q)
    how = "closed form"
    if isinstance(p, Uniform) and isinstance(q, Uniform):
        integral = float(formula.of_cells(*_shared_box(p, q)))
    elif isinstance(p, Gaussian) and isinstance(q, Gaussian) and formula in _OF_GAUSSIANS:
        integral = _OF_GAUSSIANS[formula](*_whitened(p, q))
    else:
        how = "quadrature"
        integral = over_charts(lambda chart: _terms(formula, chart), *_on_the_line(p, q))
    return exact(formula.finished(max(integral, 0.0), base), formula.said(base, how))


def _terms(formula: Formula, chart: Chart) -> Callable[[Array], Array]:
    return lambda x: formula.terms(chart.p.log_density(x), chart.q.log_density(x))


def _on_the_line(p: Known, q: Known) -> tuple[Line, Line]:
    """Both, or two on the line that are told apart as well.

    Raises:
        UserError: there are none.
    """
    if p.dimensions == 1:
        return p.line(), q.line()
    if isinstance(p, Gaussian) and isinstance(q, Gaussian):
        shift, variances = _whitened(p, q)
        other = np.abs(variances - 1) > 1e-12
        rest = math.hypot(*shift[~other])
        if not other.any():
            return Gaussian(rest).line(), Gaussian(0).line()
        if other.sum() == 1 and rest <= 1e-12 * (1 + abs(shift[other][0])):
            return Gaussian(shift[other], variances[other]).line(), Gaussian(0).line()
    raise only_sampled("this divergence", p, q)


def _whitened(p: Gaussian, q: Gaussian) -> tuple[Array, Array]:
    """Mean and variances of p, independent where q is a unit Gaussian about 0: ``(d,)`` and ``(d,)``.

    Raises:
        UserError: a covariance is singular.
    """
    unit = np.sqrt(np.maximum(np.diag(q.covariance), np.finfo(float).tiny))
    mean = (p.mean - q.mean) / unit
    ours, theirs = (each.covariance / unit / unit[:, None] for each in (p, q))
    try:
        root = np.linalg.cholesky(theirs)
        np.linalg.cholesky(p.covariance)
    except np.linalg.LinAlgError:
        raise UserError("a Gaussian of singular covariance has no density") from None
    if np.array_equal(ours, theirs):
        return np.linalg.solve(root, mean), np.ones(len(mean))
    half = np.linalg.solve(root, ours)
    variances, axes = np.linalg.eigh(np.linalg.solve(root, half.T))
    return axes.T @ np.linalg.solve(root, mean), variances


def _kullback_leibler(shift: Array, variances: Array) -> float:
    return float((variances - 1 - np.log(variances) + shift**2).sum() / 2)


def _squared_hellinger(shift: Array, variances: Array) -> float:
    """1 less the Bhattacharyya coefficient."""
    logarithm = np.log(variances) / 4 - np.log((1 + variances) / 2) / 2 - shift**2 / (4 * (1 + variances))
    return float(-np.expm1(logarithm.sum()))


def _chi_squared(shift: Array, variances: Array) -> float:
    """``∫ p²/q − 1``; infinite where p is more than √2 as wide as q along some direction."""
    if (variances >= 2).any():
        return np.inf
    logarithm = shift**2 / (2 - variances) - (np.log(variances) + np.log(2 - variances)) / 2
    with np.errstate(over="ignore"):
        return float(np.expm1(logarithm.sum()))


_OF_GAUSSIANS: dict[Formula, Callable[[Array, Array], float]] = {
    KULLBACK_LEIBLER: _kullback_leibler,
    HELLINGER: _squared_hellinger,
    CHI_SQUARED: _chi_squared,
}


def _shared_box(p: Uniform, q: Uniform) -> tuple[Array, Array]:
    """Masses of both where only p, both, and only q are: ``(3,)`` and ``(3,)``."""
    low = np.maximum(p.sides[:, 0], q.sides[:, 0])
    high = np.minimum(p.sides[:, 1], q.sides[:, 1])
    if (low > high).any():
        return np.array([1.0, 0, 0]), np.array([0, 0, 1.0])
    ours, theirs = (_share(each, high - low) for each in (p, q))
    return np.array([1 - ours, ours, 0]), np.array([0, theirs, 1 - theirs])


def _share(box: Uniform, shared: Array) -> float:
    """Of a box, that a box within it holds; a side of no length is shared whole."""
    length = box.sides[:, 1] - box.sides[:, 0]
    return float(np.prod(np.where(length > 0, shared / np.where(length > 0, length, 1), 1)))
