"""The network simplex for transport between points, compiled; it goes on from the tree where it stopped.

Dantzig's simplex on spanning trees (Ahuja, Magnanti & Orlin 1993, "Network Flows", section 11.5), kept strongly
feasible (Cunningham 1976), so that it cannot cycle where many plans cost the same. Nodes are the n points of ``a``,
then the m of ``b``, then a root that an artificial arc joins to each. Arcs go from ``a`` to ``b`` and have no capacity,
so what a tree arc carries stands at its lower node, and an arc outside the tree is only a place to look for a better
one: more may be added at any time.
"""

from typing import Any, NamedTuple

import numpy as np

from ganbaru.distances.transport.compiled import compiled

Array = np.ndarray[Any, Any]


class Tree(NamedTuple):
    """A spanning tree, each array ``(n + m + 1,)``.

    Attributes:
        parent: the node above; −1 for the root.
        first: one of the nodes below, −1 for none.
        after: the next node below the same parent, −1 for none.
        before: the one before it.
        depth: arcs up to the root.
        flow: what the arc to the parent carries.
        price: the potential; f of the points of ``a``, g of those of ``b``.
    """

    parent: Array
    first: Array
    after: Array
    before: Array
    depth: Array
    flow: Array
    price: Array


@compiled
def planted(supply: Array, demand: Array, f: Array, g: Array, big: float) -> Tree:
    """The tree in which everything goes by the root.

    Args:
        supply: ``(n,)``, above 0.
        demand: ``(m,)``, above 0, with the same sum.
        f: ``(n,)``: guessed potentials.
        g: ``(m,)``.
        big: what an artificial arc costs more than the guess: with the guess subtracted, above every cost.
    """
    n, m = len(supply), len(demand)
    root = n + m
    parent, first = np.full(root + 1, root, np.int32), np.full(root + 1, -1, np.int32)
    after, before = np.empty(root + 1, np.int32), np.empty(root + 1, np.int32)
    depth, flow, price = np.ones(root + 1, np.int32), np.zeros(root + 1), np.zeros(root + 1)
    for node in range(root):
        before[node], after[node] = node - 1, node + 1
        flow[node] = supply[node] if node < n else demand[node - n]
        price[node] = big + (f[node] if node < n else g[node - n])
    parent[root], first[root], depth[root], before[root] = -1, 0, 0, -1
    after[root - 1], after[root] = -1, -1
    return Tree(parent, first, after, before, depth, flow, price)


@compiled
def improve(tree: Tree, n: int, rows: Array, columns: Array, costs: Array, least: float, limit: int) -> int:
    """Pivots until no arc is cheaper than the potentials of its ends allow by more than ``least``.

    The entering arc is the best of a block of arcs, the blocks taken in turn (Grigoriadis 1986).

    Args:
        tree: improved in place.
        n: points of ``a``.
        rows: the point of ``a`` of each arc, ``(e,)``.
        columns: the point of ``b``.
        costs: ``(e,)``.
        least: not negative.
        limit: pivots after which it stops all the same.

    Returns:
        How many pivots.
    """
    price, count = tree.price, len(rows)
    block = max(8, int(np.sqrt(count)))
    position, pivots = 0, 0
    while pivots < limit:
        best, entering, seen, left = -least, -1, 0, block
        while seen < count:
            reduced = costs[position] - price[rows[position]] - price[n + columns[position]]
            if reduced < best:
                best, entering = reduced, position
            position += 1
            if position == count:
                position = 0
            seen += 1
            left -= 1
            if left == 0:
                if entering >= 0:
                    break
                left = block
        if entering < 0:
            break
        _pivot(tree, n, np.int64(rows[entering]), np.int64(n + columns[entering]), best)
        pivots += 1
    return pivots


@compiled
def _pivot(tree: Tree, n: int, tail: int, head: int, reduced: float) -> None:
    """Brings in the arc from ``tail`` to ``head`` for the one on the cycle that runs empty first."""
    parent, flow = tree.parent, tree.flow
    join = _join(tree, tail, head)
    amount, leaving, at_tail = np.inf, -1, True
    node = tail
    while node != join:  # what the arcs up from points of a carry falls
        if node < n and flow[node] < amount:
            amount, leaving = flow[node], node
        node = parent[node]
    node = head
    while node != join:  # and so do those down to points of b; of equals the last keeps the tree strongly feasible
        if node >= n and flow[node] <= amount:
            amount, leaving, at_tail = flow[node], node, False
        node = parent[node]
    if amount > 0:
        node = tail
        while node != join:
            flow[node] += -amount if node < n else amount
            node = parent[node]
        node = head
        while node != join:
            flow[node] += -amount if node >= n else amount
            node = parent[node]
    if at_tail:
        _hang(tree, tail, head, leaving, amount)
        _reprice(tree, n, tail, reduced)
    else:
        _hang(tree, head, tail, leaving, amount)
        _reprice(tree, n, head, reduced)


@compiled
def _join(tree: Tree, one: int, other: int) -> int:
    """The deepest node above both."""
    parent, deep, deeper = tree.parent, tree.depth[one], tree.depth[other]
    while deep > deeper:
        one = parent[one]
        deep -= 1
    while deeper > deep:
        other = parent[other]
        deeper -= 1
    while one != other:
        one, other = parent[one], parent[other]
    return one


@compiled
def _hang(tree: Tree, node: int, above: int, last: int, amount: float) -> None:
    """Hangs the part of the tree below ``last`` under ``above`` by its ``node``: the path between is turned round."""
    parent, first, after, before, flow = tree.parent, tree.first, tree.after, tree.before, tree.flow
    while True:
        old, carried, left, right = parent[node], flow[node], before[node], after[node]
        if left >= 0:
            after[left] = right
        else:
            first[old] = right
        if right >= 0:
            before[right] = left
        eldest = first[above]
        parent[node], flow[node], before[node], after[node] = above, amount, -1, eldest
        if eldest >= 0:
            before[eldest] = node
        first[above] = node
        if node == last:
            break
        above, amount, node = node, carried, old


@compiled
def _reprice(tree: Tree, n: int, top: int, reduced: float) -> None:
    """Moves the potentials of a part of the tree, so that the arc above ``top`` is tight, and counts depths anew."""
    parent, first, after, depth, price = tree.parent, tree.first, tree.after, tree.depth, tree.price
    change = reduced if top < n else -reduced
    depth[top] = depth[parent[top]] + 1
    node = top
    while True:
        price[node] += change if node < n else -change
        below = first[node]
        if below >= 0:
            depth[below] = depth[node] + 1
            node = below
            continue
        while node != top and after[node] < 0:
            node = parent[node]
        if node == top:
            break
        depth[after[node]] = depth[node]
        node = after[node]


@compiled
def retighten(tree: Tree, n: int, costs: Array) -> None:
    """Computes all potentials anew down the tree, about zero: additions by the thousand have blurred them.

    Args:
        tree: its potentials change.
        n: points of ``a``.
        costs: ``(n + m,)``: of the arc above each node; those above the root's own children are not read.
    """
    price, root = tree.price, len(tree.parent) - 1
    shift = 0.0
    for node in range(root):
        shift += price[node] / n if node < n else -price[node] / (root - n)
    node = tree.first[root]
    while node >= 0:
        if tree.parent[node] == root:
            price[node] += -shift / 2 if node < n else shift / 2
        else:
            price[node] = costs[node] - price[tree.parent[node]]
        if tree.first[node] >= 0:
            node = tree.first[node]
            continue
        while node != root and tree.after[node] < 0:
            node = tree.parent[node]
        if node == root:
            break
        node = tree.after[node]
