"""Transport between as many points of equal weights: one to one, by shortest augmenting paths, compiled.

After Jonker & Volgenant 1987, "A shortest augmenting path algorithm for dense and sparse linear assignment problems":
reduction of columns and rows, a few turns in which rows outbid each other, then a shortest path for every row left.
"""

from typing import Any

import numpy as np

from ganbaru.distances.transport.compiled import compiled, compiled_freely
from ganbaru.distances.transport.costs import by_pairs, direct

Array = np.ndarray[Any, Any]

_TURNS = 2
"""Bids of rows left over, in numbers of rows."""
_LONG = 32
"""Coordinates from which costs are quicker made pair by pair, of however many points."""


@compiled
def assigned(a: Array, b: Array, p: float, limit: int) -> tuple[float, float, Array, Array, Array, Array, Array, float]:
    """The cheapest assignment of points.

    Args:
        a: ``(n, d)``.
        b: ``(n, d)``.
        p: the power.
        limit: steps after which it gives up.

    Returns:
        Cost, bound, rows, columns, mass (1 each), f, g, and the greatest cost of an arc, which is −1 where it gave up.
    """
    costs = np.empty((len(a), len(b)))
    if a.shape[1] >= _LONG or len(b) <= 2 * a.shape[1]:
        by_pairs(a, b, p, costs)
    else:
        direct(a, b.T.copy(), p, costs)
    cost, bound, top, rows = 0.0, 0.0, costs.max(), np.empty(len(a), np.int64)
    columns, f, g, done = assign(costs, limit if top < np.inf else 0)
    for i in range(len(a)):
        f[i] = min(f[i], _lowest(costs[i], g))
        rows[i] = i
        cost += costs[i, columns[i]]
        bound += f[i] + g[i]
    if not done and top < np.inf:
        top = -1.0
    return cost, min(max(bound, 0.0), cost), rows, columns, np.ones(len(a)), f, g, top


@compiled
def assign(costs: Array, limit: int) -> tuple[Array, Array, Array, bool]:
    """The column of each row, and potentials f and g: costs ``(n, n)``; and whether it took fewer steps than that."""
    n = len(costs)
    owner, column, f, g = np.full(n, -1, np.int64), np.full(n, -1, np.int64), np.zeros(n), costs[0].copy()
    if limit <= 0:
        return column, f, g, False
    for i in range(1, n):
        _lower(costs[i], g)
    _bid(costs, g, owner, column)
    for row in range(n):
        if column[row] < 0:
            limit -= _augment(costs, g, owner, column, row)
        if limit < 0:
            return column, f, g, False
    for i in range(n):
        f[i] = costs[i, column[i]] - g[column[i]]
    return column, f, g, True


@compiled
def _bid(costs: Array, g: Array, owner: Array, column: Array) -> None:
    """Each row takes its cheapest column and lowers its g until the second cheapest is as cheap; the owner loses it."""
    n = len(costs)
    waiting, last = np.empty(n, np.int64), n - 1
    for i in range(n):
        waiting[i] = last - i
    for _ in range(_TURNS * n):
        if last < 0:
            break
        row = waiting[last]
        best, second, where = _two_lowest(costs[row], g)
        if owner[where] >= 0 and not second > best:
            last -= 1
            continue
        if second < np.inf:
            g[where] -= max(0.0, second - best)
        last -= 1
        if owner[where] >= 0:
            column[owner[where]] = -1
            last += 1
            waiting[last] = owner[where]
        owner[where], column[row] = row, where


@compiled
def _two_lowest(costs: Array, g: Array) -> tuple[float, float, int]:
    """Of ``c − g``: the lowest, the second, and where the lowest is."""
    best = _lowest(costs, g)
    where, second = -1, np.inf
    for j in range(len(g)):
        value = costs[j] - g[j]
        if value == best and where < 0:
            where = j
        else:
            second = min(second, value)
    return best, second, where


@compiled
def _augment(costs: Array, g: Array, owner: Array, column: Array, row: int) -> int:
    """Dijkstra's shortest path by reduced costs from a row to a column that nobody owns, the exchange along it, and
    how many steps it took.
    """
    n = len(costs)
    length, closed, source = np.full(n, np.inf), np.zeros(n), np.full(n, row, np.int64)
    order, count, here, so_far = np.empty(n, np.int64), 0, row, 0.0
    while True:
        _relax(costs[here], g, so_far, here, length, closed, source)
        so_far, end = _nearest(length, closed)
        if owner[end] < 0:
            break
        closed[end] = np.inf
        order[count] = end
        count += 1
        here = owner[end]
        so_far -= costs[here, end] - g[end]
    far = length[end]
    for k in range(count):
        g[order[k]] += length[order[k]] - far
    while True:
        here = source[end]
        owner[end] = here
        column[here], end = end, column[here]
        if here == row:
            return count + 1


@compiled_freely
def _relax(costs: Array, g: Array, so_far: float, row: int, length: Array, closed: Array, source: Array) -> None:
    for j in range(len(g)):
        through = costs[j] - g[j] + so_far + closed[j]
        nearer = through < length[j]
        length[j] = through if nearer else length[j]
        source[j] = row if nearer else source[j]


@compiled_freely
def _nearest(length: Array, closed: Array) -> tuple[float, int]:
    """The shortest length among the columns not closed, and its column."""
    low = np.inf
    for j in range(len(length)):
        low = min(low, length[j] + closed[j])
    for j in range(len(length)):
        if length[j] + closed[j] == low:
            return low, j
    return low, 0


@compiled_freely
def _lower(costs: Array, g: Array) -> None:
    for j in range(len(g)):
        g[j] = min(g[j], costs[j])


@compiled_freely
def _lowest(costs: Array, g: Array) -> float:
    low = np.inf
    for j in range(len(g)):
        low = min(low, costs[j] - g[j])
    return low
