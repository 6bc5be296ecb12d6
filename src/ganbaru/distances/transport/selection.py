"""The arcs of least reduced cost ``c_ij − f_i − g_j`` of each row and each column, of all n · m."""

from typing import Any, NamedTuple

import numpy as np

from ganbaru.distances.transport.compiled import compiled, compiled_freely
from ganbaru.distances.transport.ground import Ground

Array = np.ndarray[Any, Any]

_CHUNK = 32


class Selection(NamedTuple):
    """Arcs, each once.

    Attributes:
        rows: ``(e,)``.
        columns: ``(e,)``.
        rest: ``(n,)``: no arc of a row that was left out has a reduced cost below this.
    """

    rows: Array
    columns: Array
    rest: Array


def select(ground: Ground, f: Array, g: Array, count: int, limit: float, *, fit: bool = False) -> Selection:
    """Up to so many arcs for each row and each column whose reduced costs lie below the limit.

    Args:
        ground: between ``(n,)`` and ``(m,)`` points.
        f: ``(n,)``; overwritten if ``fit``.
        g: ``(m,)``.
        count: how many.
        limit: infinite for no limit.
        fit: first sets f to the highest that is feasible with g, its c-transform.
    """
    n, m = ground.shape
    values, which = np.full((n, count), limit), np.full((n, count), -1, np.int32)
    shares = [(np.full((m, count), limit), np.full((m, count), -1, np.int32)) for _ in range(ground.threads)]
    last = [np.full(m, limit) for _ in shares]

    def work(share: int, first: int, costs: Array) -> None:
        _take(costs, first, f, g, fit, values, which, *shares[share], last[share])

    ground.each(work)
    keys = [np.repeat(np.arange(n), count) * m + which.ravel()]
    keys += [there.ravel().astype(np.int64) * m + np.repeat(np.arange(m), count) for _, there in shares]
    chosen = [key[indices.ravel() >= 0] for key, indices in zip(keys, [which, *(s[1] for s in shares)], strict=True)]
    rows, columns = np.divmod(np.unique(np.concatenate(chosen)), m)
    return Selection(rows.astype(np.int32), columns.astype(np.int32), values[:, -1] - ground.error)


@compiled
def _take(
    costs: Array,
    first: int,
    f: Array,
    g: Array,
    fit: bool,
    row_values: Array,
    row_arcs: Array,
    column_values: Array,
    column_arcs: Array,
    last: Array,
) -> None:
    """Enters a block of rows into the lists, which are kept in ascending order.

    Args:
        costs: ``(r, m)``.
        first: number of its first row.
        f: ``(n,)``.
        g: ``(m,)``.
        fit: as for `select`.
        row_values: ``(n, k)``: reduced costs.
        row_arcs: ``(n, k)``: columns; −1 for none.
        column_values: ``(m, k)``.
        column_arcs: ``(m, k)``: rows.
        last: ``(m,)``: the last of each column's values.
    """
    reduced = np.empty(costs.shape[1])
    for i in range(first, first + len(costs)):
        low = _reduce(costs[i - first], g, 0.0 if fit else f[i], reduced)
        if fit:
            f[i] = low
        above = low if fit else 0.0
        values, arcs = row_values[i], row_arcs[i]
        for start in range(0, len(reduced), _CHUNK):
            piece, ends = reduced[start : start + _CHUNK], last[start : start + _CHUNK]
            if not _any_below(piece, ends, values[-1], above):
                continue
            for j in range(len(piece)):
                value, column = piece[j] - above, start + j
                if value < values[-1]:
                    _enter(value, column, values, arcs)
                if value < ends[j]:
                    _enter(value, i, column_values[column], column_arcs[column])
                    ends[j] = column_values[column, -1]


@compiled_freely
def _reduce(costs: Array, g: Array, f: float, out: Array) -> float:
    """``c − f − g`` of one row, and the least."""
    low = np.inf
    for j in range(len(out)):
        out[j] = costs[j] - g[j] - f
        low = min(low, out[j])
    return low


@compiled_freely
def _any_below(piece: Array, ends: Array, last: float, above: float) -> bool:
    found = 0
    for j in range(len(piece)):
        found += (piece[j] - above < ends[j]) | (piece[j] - above < last)
    return found > 0


@compiled
def _enter(value: float, arc: int, values: Array, arcs: Array) -> None:
    place = len(values) - 1
    while place > 0 and values[place - 1] > value:
        values[place], arcs[place] = values[place - 1], arcs[place - 1]
        place -= 1
    values[place], arcs[place] = value, arc
