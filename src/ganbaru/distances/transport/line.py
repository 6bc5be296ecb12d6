"""Optimal transport on the line: both samples in order, the mass moved from left to left."""

from typing import Any

import numpy as np

from ganbaru.distances.transport.compiled import compiled

Array = np.ndarray[Any, Any]
Parts = tuple[float, float, Array, Array, Array, Array, Array, float]


@compiled
def in_order(x: Array, y: Array, supply: Array, demand: Array, p: float) -> Parts:
    """The monotone plan, optimal for every p >= 1 (Santambrogio 2015, "Optimal Transport for Applied Mathematicians",
    theorem 2.9), with the potentials that are tight along its n + m − 1 steps, feasible since the costs are Monge.

    Args:
        x: ``(n,)``.
        y: ``(m,)``.
        supply: ``(n,)``, above 0.
        demand: ``(m,)``, above 0, with the same sum.
        p: the power.

    Returns:
        Cost, bound, rows, columns, mass, f, g (of the points where they were), and the greatest cost of an arc.
    """
    first, second = np.argsort(x, kind="mergesort"), np.argsort(y, kind="mergesort")
    cost, bound, rows, columns, mass, f, g, greatest = _walk(x[first], y[second], supply[first], demand[second], p)
    a_potential, b_potential = np.empty_like(f), np.empty_like(g)
    a_potential[first], b_potential[second] = f, g
    return cost, bound, first[rows], second[columns], mass, a_potential, b_potential, greatest


@compiled
def _walk(x: Array, y: Array, supply: Array, demand: Array, p: float) -> Parts:
    n, m = len(x), len(y)
    rows, columns, mass = np.empty(n + m - 1, np.int64), np.empty(n + m - 1, np.int64), np.empty(n + m - 1)
    f, g = np.zeros(n), np.zeros(m)
    i, j, left, wanted = 0, 0, supply[0], demand[0]
    cost, bound, count = 0.0, 0.0, 0
    g[0] = _cost(x[0], y[0], p)
    while True:
        amount = min(left, wanted)
        if i == n - 1 and j == m - 1:
            amount = max(left, wanted)
        if amount > 0:
            rows[count], columns[count], mass[count] = i, j, amount
            count += 1
            cost += amount * _cost(x[i], y[j], p)
        left -= amount
        wanted -= amount
        if i < n - 1 and (left <= wanted or j == m - 1):
            i += 1
            left += supply[i]
            f[i] = _cost(x[i], y[j], p) - g[j]
        elif j < m - 1:
            j += 1
            wanted += demand[j]
            g[j] = _cost(x[i], y[j], p) - f[i]
        else:
            break
    for k in range(n):
        bound += supply[k] * f[k]
    for k in range(m):
        bound += demand[k] * g[k]
    greatest = _cost(max(x[-1] - y[0], y[-1] - x[0]), 0.0, p)
    return cost, min(max(bound, 0.0), cost), rows[:count], columns[:count], mass[:count], f, g, greatest


@compiled
def _cost(x: float, y: float, p: float) -> float:
    apart = np.abs(x - y)
    if p == 1:
        return apart
    return apart * apart if p == 2 else apart**p
