"""Ground costs ``|x − y|^p``, compiled: of every two points, of products of matrices, of single arcs."""

from typing import Any

import numpy as np

from ganbaru.distances.transport.compiled import compiled, compiled_freely

Array = np.ndarray[Any, Any]

_CANCELLED = 1e-3
"""Share of ``|x|² + |y|²`` under which a squared distance that came of it has lost digits, and is taken anew."""


@compiled_freely
def direct(x: Array, y: Array, p: float, out: Array) -> None:
    """Costs by differences of coordinates.

    Args:
        x: ``(r, d)``.
        y: ``(d, m)``: the other points, one coordinate after the other.
        p: the power.
        out: ``(r, m)``.
    """
    for i in range(len(x)):
        row = out[i]
        row[:] = 0
        for k in range(x.shape[1]):
            here, there = x[i, k], y[k]
            for j in range(len(row)):
                row[j] += (there[j] - here) * (there[j] - here)
        _powered(row, p)


@compiled_freely
def by_pairs(x: Array, y: Array, p: float, out: Array) -> None:
    """Costs by differences, too, pair by pair: quicker where coordinates are many and points few.

    Args:
        x: ``(r, d)``.
        y: ``(m, d)``.
        p: the power.
        out: ``(r, m)``.
    """
    for i in range(len(x)):
        for j in range(len(y)):
            out[i, j] = _squared(x[i], y[j])
        _powered(out[i], p)


@compiled_freely
def _powered(row: Array, p: float) -> None:
    """Squared distances to costs, in place."""
    if p == 1:
        for j in range(len(row)):
            row[j] = np.sqrt(row[j])
    elif p != 2:
        for j in range(len(row)):
            row[j] = row[j] ** (p / 2)


@compiled_freely
def from_products(
    products: Array, x: Array, y: Array, x_squares: Array, y_squares: Array, p: float, out: Array
) -> None:
    """Costs from ``x · y``; where nearly all of it cancels, by differences of coordinates.

    Args:
        products: ``(r, m)``; overwritten.
        x: ``(r, d)``.
        y: ``(m, d)``.
        x_squares: ``(r,)``: ``|x|²``.
        y_squares: ``(m,)``: ``|y|²``.
        p: the power.
        out: ``(r, m)``, of single or double precision.
    """
    for i in range(len(x)):
        row, square = products[i], x_squares[i]
        cancelled = 0
        for j in range(len(row)):
            row[j] = square + y_squares[j] - 2 * row[j]
            cancelled += row[j] < _CANCELLED * (square + y_squares[j])
        if cancelled:
            for j in range(len(row)):
                if row[j] < _CANCELLED * (square + y_squares[j]):
                    row[j] = _squared(x[i], y[j])
        _powered(row, p)
        for j in range(len(row)):
            out[i, j] = row[j]


@compiled_freely
def _squared(x: Array, y: Array) -> Any:
    total = 0.0
    for k in range(len(x)):
        total += (x[k] - y[k]) * (x[k] - y[k])
    return total


@compiled
def of_arcs(x: Array, y: Array, rows: Array, columns: Array, p: float) -> Array:
    """Costs of single arcs, ``(e,)``, by differences of coordinates: ``x (n, d)``, ``y (m, d)``."""
    out = np.empty(len(rows))
    for k in range(len(rows)):
        out[k] = _squared(x[rows[k]], y[columns[k]])
    _powered(out, p)
    return out
