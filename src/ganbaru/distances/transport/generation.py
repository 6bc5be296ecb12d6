"""Exact transport by column generation: few arcs first, then those that the potentials show to be missing.

A solution on some arcs is optimal on all if no arc of all has a negative reduced cost ``c_ij − f_i − g_j``; lowering
each f_i by the worst of its row makes the potentials feasible and so bounds the cost from below (weak duality), which
tells after every round how far from the optimum the plan can be. The first arcs are those of least reduced cost by the
potentials of a quarter of the points, and those on which that quarter's plan can be followed.
"""

from typing import Any, NamedTuple

import numpy as np

from ganbaru.distances.transport import coarse
from ganbaru.distances.transport.ground import Ground, transformed
from ganbaru.distances.transport.selection import Selection, select
from ganbaru.distances.transport.simplex import Tree, improve, planted, retighten

Array = np.ndarray[Any, Any]

EXACT = 1e-10
"""Relative gap at which cost and bound are equal."""

_ALL = 1 << 16
"""Arcs that are taken all at once."""

_FIRST, _MORE = 8, 4
"""Arcs for each row and each column at the start, and in every round."""

_COARSE_GAP = 1e-2
_ARTIFICIAL = 4.0
"""What an artificial arc costs, in the greatest cost: no arc may be dearer than two of them."""

_FINEST = 1e-16
"""In the greatest cost: what rounding hides."""

_ENDLESS = 1 << 62


class Solution(NamedTuple):
    """As `Transport`, by the masses given.

    Attributes:
        cost: of the plan.
        bound: of the potentials.
        rows: ``(e,)``.
        columns: ``(e,)``.
        mass: ``(e,)``.
        f: ``(n,)``.
        g: ``(m,)``.
    """

    cost: float
    bound: float
    rows: Array
    columns: Array
    mass: Array
    f: Array
    g: Array


class Arcs(NamedTuple):
    """The arcs in play: each ``(e,)``."""

    rows: Array
    columns: Array
    costs: Array

    def joined(self, other: "Arcs") -> "Arcs":
        """These and those."""
        return Arcs(*(np.concatenate(pair) for pair in zip(self, other, strict=True)))


def generate(ground: Ground, supply: Array, demand: Array, gap: float = EXACT) -> Solution:
    """The cheapest plan.

    Args:
        ground: between n and m points.
        supply: ``(n,)``, above 0.
        demand: ``(m,)``, above 0, with the same sum.
        gap: relative gap that is good enough.
    """
    n, m = ground.shape
    f, g, rows, columns = _beginning(ground, supply, demand)
    tree = planted(supply, demand, f, g, _ARTIFICIAL * ground.reach)
    arcs = Arcs(rows, columns, ground.arcs(rows, columns))
    least, limit = 1e-13 * ground.reach, _ENDLESS
    while True:
        improve(tree, n, *arcs, least, limit)
        solution, missing = _priced(ground, tree, supply, demand, least)
        if solution.cost - solution.bound <= gap * solution.cost or least < _FINEST * ground.reach:
            return solution
        if limit < _ENDLESS or not len(missing.rows):  # a finer look, bounded: such pivots may be rounding's
            least, limit = least / 10, n + m
        arcs = arcs.joined(missing)


def _beginning(ground: Ground, supply: Array, demand: Array) -> tuple[Array, Array, Array, Array]:
    """Guessed potentials, and the first arcs' rows and columns."""
    n, m = ground.shape
    if n * m <= _ALL:
        rows, columns = np.divmod(np.arange(n * m, dtype=np.int32), np.int32(m))
        return np.zeros(n), np.zeros(m), rows, columns
    a, b = coarse.side(ground.a, supply, 0), coarse.side(ground.b, demand, 1)
    few = generate(ground.part(a.points, b.points), a.mass, b.mass, _COARSE_GAP)
    f, g = np.empty(n), coarse.extended(ground, a.points, few.f)
    chosen = select(ground, f, g, _FIRST, np.inf, fit=True)
    rows, columns = coarse.spread(a, b, (few.rows, few.columns, few.mass), supply, demand)
    keys = (one.astype(np.int64) * m + other for one, other in ((chosen.rows, chosen.columns), (rows, columns)))
    rows, columns = np.divmod(np.unique(np.concatenate(list(keys))), m)
    return f, g, rows.astype(np.int32), columns.astype(np.int32)


def _priced(ground: Ground, tree: Tree, supply: Array, demand: Array, least: float) -> tuple[Solution, Arcs]:
    """What the tree says, with its certificate, and the arcs that it misses."""
    n, m = ground.shape
    nodes, parents = np.arange(n + m), tree.parent[:-1]
    real = parents < n + m
    rows = np.where(nodes < n, nodes, parents)[real].astype(np.int32)
    columns = (np.where(nodes < n, parents, nodes)[real] - n).astype(np.int32)
    costs = np.zeros(n + m)
    costs[real] = ground.arcs(rows, columns)
    retighten(tree, n, costs)
    f, g = tree.price[:n].copy(), tree.price[n:-1].copy()
    missing, worst = _missing(ground, f, g, least)
    mass, used = tree.flow[:-1][real], tree.flow[:-1][real] > 0
    bound = max(0.0, float((f + worst) @ supply + g @ demand))
    cost = float(costs[real] @ mass) + _ARTIFICIAL * ground.reach * float(tree.flow[:-1][~real].sum())
    return Solution(cost, min(bound, cost), rows[used], columns[used], mass[used], f + worst, g), missing


def _missing(ground: Ground, f: Array, g: Array, least: float) -> tuple[Arcs, Array]:
    """Arcs of negative reduced cost, and what each f has to change by to be feasible: 0 or less."""
    found: Selection = select(ground, f, g, _MORE, ground.error)
    rows, columns = found.rows, found.columns
    costs, reduced, wanted = _reduced(ground, f, g, rows, columns, least)
    worst = np.minimum(0.0, found.rest)
    if not wanted.any() and ground.held:
        unclear = np.flatnonzero(worst < 0).astype(np.int32)
        worst[unclear], there = transformed(ground.a[unclear], ground.b, g, ground.p, threads=ground.threads)
        worst[unclear] -= f[unclear]
        rows, columns = np.concatenate([rows, unclear]), np.concatenate([columns, there])
        costs, reduced, wanted = _reduced(ground, f, g, rows, columns, least)
    np.minimum.at(worst, rows, reduced)
    return Arcs(rows[wanted], columns[wanted], costs[wanted]), np.minimum(0.0, worst)


def _reduced(
    ground: Ground, f: Array, g: Array, rows: Array, columns: Array, least: float
) -> tuple[Array, Array, Array]:
    """Costs of arcs, their reduced costs, and which of those are below 0 by more than that."""
    costs = ground.arcs(rows, columns)
    reduced = costs - f[rows] - g[columns]
    return costs, reduced, reduced < -least
