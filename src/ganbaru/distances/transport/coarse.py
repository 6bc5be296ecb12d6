"""A quarter of the points stands for all: what its plan says of theirs.

Multi-scale transport (Mérigot 2011, "A multiscale approach to optimal transport"; Schmitzer 2016, "A sparse multiscale
algorithm for dense optimal transport"), by samples instead of cells, so that it does as well in many dimensions.
"""

from typing import Any, NamedTuple

import numpy as np

from ganbaru.distances.transport.compiled import compiled
from ganbaru.distances.transport.ground import Ground

Array = np.ndarray[Any, Any]

_SHARE, _FEWEST = 4, 64
_DIMENSIONS = 6
"""Neighbours are sought in so many random directions: in more they cost more, and say no more."""


class Side(NamedTuple):
    """Some points of a sample, and the others with the nearest of them.

    Attributes:
        points: ``(s,)``: indices.
        mass: ``(s,)``: of all the points that each stands for.
        members: ``(n,)``: indices of all, those of the first coming first.
        starts: ``(s + 1,)``: where those of each start.
    """

    points: Array
    mass: Array
    members: Array
    starts: Array


def side(points: Array, mass: Array, seed: int) -> Side:
    """Args: ``points (n, d)``, ``mass (n,)``."""
    rng = np.random.default_rng([seed, 0xC0A])
    count = min(len(points), max(_FEWEST, len(points) // _SHARE))
    chosen = np.sort(rng.permutation(len(points))[:count])
    if points.shape[1] > _DIMENSIONS:
        points = points @ rng.standard_normal((points.shape[1], _DIMENSIONS))
    nearest = np.empty(len(points), np.int64)

    def work(share: int, first: int, costs: Array) -> None:
        nearest[first : first + len(costs)] = costs.argmin(axis=1)

    Ground(points, points[chosen], 2, hold=False).each(work)
    used, nearest = np.unique(nearest, return_inverse=True)
    starts = np.concatenate([[0], np.cumsum(np.bincount(nearest))])
    return Side(chosen[used], np.bincount(nearest, mass), np.argsort(nearest, kind="stable"), starts)


def extended(ground: Ground, rows: Array, f: Array) -> Array:
    """The highest g ``(m,)`` that is feasible with potentials f of some rows: their c-transform."""
    lows = [np.full(ground.shape[1], np.inf) for _ in range(ground.threads)]

    def work(share: int, first: int, costs: Array) -> None:
        low = (costs - f[first : first + len(costs), None]).min(axis=0)
        np.minimum(lows[share], low, out=lows[share])

    ground.each(work, rows)
    return np.asarray(np.min(lows, axis=0))


def spread(a: Side, b: Side, plan: tuple[Array, Array, Array], supply: Array, demand: Array) -> tuple[Array, Array]:
    """Arcs on which all the points' masses can go as the plan between the few says.

    Args:
        a: the few of ``a``.
        b: the few of ``b``.
        plan: rows, columns and mass of its arcs.
        supply: ``(n,)``.
        demand: ``(m,)``.

    Returns:
        Rows and columns.
    """
    rows, columns = _spread(*plan, a.members, a.starts, supply.copy(), b.members, b.starts, demand.copy())
    return rows, columns


@compiled
def _spread(
    rows: Array,
    columns: Array,
    mass: Array,
    a_members: Array,
    a_starts: Array,
    supply: Array,
    b_members: Array,
    b_starts: Array,
    demand: Array,
) -> tuple[Array, Array]:
    """Each arc takes what the next members of its ends have left; ``supply`` and ``demand`` are used up."""
    most = len(a_members) + len(b_members) + len(rows)
    out_rows, out_columns, count = np.empty(most, np.int32), np.empty(most, np.int32), 0
    a_next, b_next = a_starts.copy(), b_starts.copy()
    for k in range(len(rows)):
        here, there, left = rows[k], columns[k], mass[k]
        while left > 0 and a_next[here] < a_starts[here + 1] and b_next[there] < b_starts[there + 1]:
            i, j = a_members[a_next[here]], b_members[b_next[there]]
            amount = min(left, supply[i], demand[j])
            out_rows[count], out_columns[count] = i, j
            count += 1
            left -= amount
            supply[i] -= amount
            demand[j] -= amount
            if supply[i] <= 0:
                a_next[here] += 1
            if demand[j] <= 0:
                b_next[there] += 1
    return out_rows[:count], out_columns[:count]
