"""Integrals over the line to about 1e-12 of their size, and whether they are finite at all."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from ganbaru.errors import UserError

Array = np.ndarray[Any, Any]
Function = Callable[[Array], Array]

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(10)
_TOLERANCE = 1e-13  # of the integral
_NOISE = 1e-15  # of 1: what is compared is of about that size, in the units of a chart
_HAIR = 1e-12  # what is infinite over less than that is so by rounding, beside a point where a density is 0
_ROUNDS = 200
_MOST_INTERVALS = 50_000
_NEAR = 2.0 ** np.array([-21, -20, -11, -10])  # two octaves beside a break, in which 1/x has as much
_ONE = 2.0**-24  # breaks nearer to each other than that are one as seen from these octaves


class Integral(NamedTuple):
    """A value, and the intervals that were fine enough for it: edges ``(k + 1,)`` and the part of each ``(k,)``."""

    value: float
    edges: Array
    parts: Array


def integrate(function: Function, knots: Array) -> Integral:
    """Between the first knot and the last, by Gauss-Legendre on intervals that are halved until that changes nothing.

    Args:
        function: of an array of points, to values of the same shape.
        knots: ascending, ``(k,)``; at every jump, and no farther apart than the function's own scale.
    """
    left, right = knots[:-1], knots[1:]
    whole = rule(function, left, right)
    settled: list[tuple[Array, Array]] = []
    size = 0.0
    for _ in range(_ROUNDS):
        whole = np.where(np.isfinite(whole) | (right - left > _HAIR), whole, 0.0)
        if not np.isfinite(whole).all():
            return Integral(float(whole.sum()), knots, whole)
        middle = left / 2 + right / 2
        first, second = rule(function, left, middle), rule(function, middle, right)
        both = np.where(np.isfinite(first + second) | (right - left > _HAIR), first + second, 0.0)
        reach = size + float(np.abs(both).sum())
        done = (np.abs(both - whole) <= _TOLERANCE * reach + _NOISE) | (middle <= left) | (middle >= right)
        settled.append((left[done], both[done]))
        size += float(np.abs(both[done]).sum())
        left, right, whole = (
            np.concatenate([x[~done], y[~done]]) for x, y in _halves(left, middle, right, first, second)
        )
        if not len(left) or len(left) > _MOST_INTERVALS:
            break
    settled.append((left, whole))
    lefts, parts = (np.concatenate(column) for column in zip(*settled, strict=True))
    order = np.argsort(lefts)
    return Integral(float(np.sum(parts)), np.append(lefts[order], knots[-1]), parts[order])


def over_the_line(function: Function, knots: Array, tails: Array, breaks: Array) -> float:
    """The integral over all the line of what is nowhere below zero; infinite where it does not converge.

    Args:
        function: as in `integrate`.
        knots: as in `integrate`.
        tails: those of them, if any, beyond which the line goes on: so far out that nothing new comes.
        breaks: where the function may grow without bound.

    Raises:
        UserError: the tails fall off too slowly to tell.
    """
    value = integrate(function, knots).value
    if np.isnan(value):
        raise UserError("a density is not a number somewhere")
    if not 0 < value < np.inf:
        return value
    least = 1e-12 * value + _NOISE
    for end in tails:
        last, before = (abs(float(rule(function, end * part / 2, end * part)[0])) for part in (1.0, 2.0**-10))
        if last > least and last >= before * (1 - 1e-9):
            return np.inf
        if last > 1e3 * least:
            raise UserError("the tails of these densities fall off too slowly to be summed", hint="compare samples")
    for near in _beside(breaks):
        last, before = (abs(float(rule(function, *sorted(octave))[0])) for octave in (near[:2], near[2:]))
        if last > least and last >= 0.99 * before and knots[0] <= min(near) and max(near) <= knots[-1]:
            return np.inf
    return value


def _beside(breaks: Array) -> Array:
    """The ends of two octaves on either side of each break, ``(k, 4)``: nearer to it than another break is.

    Else what is between two breaks would look like growth towards one of them.
    """
    distances = np.abs(breaks[:, None] - breaks)
    room = np.where(distances > _ONE, distances, 1.0).min(axis=1, initial=1.0)
    seen = room * _NEAR[0] > 8 * np.spacing(np.abs(breaks))
    places, octaves = breaks[seen, None], room[seen, None] * _NEAR
    return np.concatenate([places + octaves, places - octaves])


def mean_power(middle: Array, reach: Array, order: float) -> Array:
    """Of ``|middle + reach · u|^order``, u even from −1 to 1: what a straight piece adds to a distance."""
    middle, reach = np.abs(middle), np.abs(reach)
    size = middle + reach
    with np.errstate(divide="ignore", invalid="ignore"):
        share = reach / size  # of all within it, from 0 to 1
        low = 1 - 2 * share
        bent = (1 - np.sign(low) * np.abs(low) ** (order + 1)) / (2 * share * (order + 1))
        flat = (1 - share) ** order * (1 + order * (order - 1) / 6 * (share / (1 - share)) ** 2)
        return np.where(size > 0, size**order * np.where(share < 1e-4, flat, bent), 0.0)


def rule(function: Function, left: Array | float, right: Array | float) -> Array:
    """Gauss-Legendre of ten points on each interval, ``(k,)`` and ``(k,)`` to ``(k,)``."""
    left, right = np.atleast_1d(left), np.atleast_1d(right)
    half = right / 2 - left / 2
    points = (left / 2 + right / 2)[:, None] + half[:, None] * _NODES
    with np.errstate(over="ignore", under="ignore", divide="ignore", invalid="ignore"):
        return np.asarray((function(points) @ _WEIGHTS) * half)


def _halves(left: Array, middle: Array, right: Array, first: Array, second: Array) -> list[tuple[Array, Array]]:
    return [(left, middle), (middle, right), (first, second)]
