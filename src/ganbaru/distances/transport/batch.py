"""What transport costs between many pairs of few points, all in one compiled call."""

from typing import Any

import numpy as np

from ganbaru.distances.transport.assignment import assign
from ganbaru.distances.transport.compiled import compiled
from ganbaru.distances.transport.costs import direct
from ganbaru.distances.transport.dense import plan_of, tree_of

Array = np.ndarray[Any, Any]


@compiled
def batch(a: Array, b: Array, supply: Array, demand: Array, p: float, limit: int, out: Array, greatest: Array) -> None:
    """Costs of many pairs.

    Args:
        a: ``(k, n, d)``.
        b: ``(k, m, d)``.
        supply: ``(n,)``, above 0: the same in all pairs.
        demand: ``(m,)``.
        p: the power.
        limit: steps after which an assignment gives up, and the network simplex does it; 0 for points not as many.
        out: ``(k,)``: the cost, by the masses given.
        greatest: ``(k,)``: the greatest cost of an arc.
    """
    costs = np.empty((a.shape[1], b.shape[1]))
    for k in range(len(a)):
        direct(a[k], b[k].T.copy(), p, costs)
        greatest[k], out[k], done = costs.max(), 0.0, False
        if not 0 < greatest[k] < np.inf:
            continue
        if limit > 0:
            columns, _, _, done = assign(costs, limit)
        if done:
            for i in range(len(columns)):
                out[k] += costs[i, columns[i]]
        else:
            out[k] = plan_of(tree_of(costs, supply, demand, greatest[k]), costs)[3]
