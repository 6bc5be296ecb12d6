"""Transport between few points: every arc in play at once, all in one compiled call."""

from typing import Any

import numpy as np

from ganbaru.distances.transport.compiled import compiled
from ganbaru.distances.transport.costs import direct
from ganbaru.distances.transport.simplex import Tree, improve, planted, retighten

Array = np.ndarray[Any, Any]
Parts = tuple[float, float, Array, Array, Array, Array, Array, float]

_ENDLESS = 1 << 62


@compiled
def dense(a: Array, b: Array, supply: Array, demand: Array, p: float) -> Parts:
    """The cheapest plan of all arcs.

    Args:
        a: ``(n, d)``.
        b: ``(m, d)``.
        supply: ``(n,)``, above 0.
        demand: ``(m,)``, above 0, with the same sum.
        p: the power.

    Returns:
        Cost, bound, rows, columns, mass, f, g, and the greatest cost of an arc.
    """
    n, m = len(a), len(b)
    costs = np.empty((n, m))
    direct(a, b.T.copy(), p, costs)
    top = costs.max()
    if not 0 < top < np.inf:
        nothing = np.zeros(0, np.int64)
        return top, 0.0, nothing, nothing, np.zeros(0), np.zeros(n), np.zeros(m), top
    tree = tree_of(costs, supply, demand, top)
    rows, columns, mass, cost = plan_of(tree, costs)
    f, g, bound = _certificate(tree, costs, supply, demand)
    return cost, min(bound, cost), rows, columns, mass, f, g, top


@compiled
def tree_of(costs: Array, supply: Array, demand: Array, top: float) -> Tree:
    """The tree of the cheapest plan: costs ``(n, m)``, of which the greatest is ``top``."""
    n, m = costs.shape
    rows, columns = np.empty(n * m, np.int32), np.empty(n * m, np.int32)
    f, g = np.empty(n), np.full(m, np.inf)
    for i in range(n):
        f[i] = costs[i].min()
        for j in range(m):
            rows[i * m + j], columns[i * m + j] = i, j
            g[j] = min(g[j], costs[i, j] - f[i])
    tree = planted(supply, demand, f, g, 2 * top)
    arcs = costs.reshape(-1)
    improve(tree, n, rows, columns, arcs, 1e-13 * top, _ENDLESS)
    _retightened(tree, costs)
    improve(tree, n, rows, columns, arcs, 1e-15 * top, n + m)  # bounded: such pivots may be rounding's
    return tree


@compiled
def plan_of(tree: Tree, costs: Array) -> tuple[Array, Array, Array, float]:
    """Rows, columns and mass of the arcs that carry something, and the cost of all."""
    n, m = costs.shape
    rows, columns, mass = np.empty(n + m, np.int64), np.empty(n + m, np.int64), np.empty(n + m)
    cost, count = 0.0, 0
    for node in range(n + m):
        above = tree.parent[node]
        if above == n + m or tree.flow[node] <= 0:
            continue
        i, j = (node, above - n) if node < n else (above, node - n)
        rows[count], columns[count], mass[count] = i, j, tree.flow[node]
        cost += mass[count] * costs[i, j]
        count += 1
    return rows[:count], columns[:count], mass[:count], cost


@compiled
def _certificate(tree: Tree, costs: Array, supply: Array, demand: Array) -> tuple[Array, Array, float]:
    """Feasible potentials and the bound that they prove."""
    n, m = costs.shape
    _retightened(tree, costs)
    f, g, bound = tree.price[:n].copy(), tree.price[n : n + m].copy(), 0.0
    for i in range(n):
        worst = 0.0
        for j in range(m):
            worst = min(worst, costs[i, j] - f[i] - g[j])
        f[i] += worst
        bound += supply[i] * f[i]
    for j in range(m):
        bound += demand[j] * g[j]
    return f, g, max(bound, 0.0)


@compiled
def _retightened(tree: Tree, costs: Array) -> None:
    n, m = costs.shape
    above = np.zeros(n + m)
    for node in range(n + m):
        parent = tree.parent[node]
        if parent < n + m:
            above[node] = costs[node, parent - n] if node < n else costs[parent, node - n]
    retighten(tree, n, above)
