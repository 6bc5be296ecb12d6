"""The ground costs of two samples: held as a matrix where it is worth its memory, else made anew block by block."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from ganbaru.distances.transport.costs import direct, from_products, of_arcs

Array = np.ndarray[Any, Any]

LARGEST = 1 << 30
"""Bytes over which a matrix of costs is not held."""

_FEW = 6
"""Dimensions up to which a cost is made as fast as it is read."""

_BLOCK = 1 << 16
_PRODUCT_BLOCK = 1 << 19
"""Costs that are made at once: as many as a core keeps near, by differences; and enough for a product of matrices."""


class Ground:
    """``|x_i − y_j|^p``.

    Attributes:
        reach: above every cost.
        error: how far a cost of `each` may be from the true one; those of `arcs` are right to rounding.
    """

    def __init__(self, a: Array, b: Array, p: float, *, hold: bool, threads: int = 1) -> None:
        """Args: ``a (n, d)``, ``b (m, d)`` in a unit in which squares are safe; whether a matrix may be held."""
        self.a, self.b, self.p, self.threads = np.ascontiguousarray(a), np.ascontiguousarray(b), float(p), threads
        self._squares = (self.a * self.a).sum(axis=1), (self.b * self.b).sum(axis=1)
        self.reach = float((np.sqrt(self._squares[0].max()) + np.sqrt(self._squares[1].max())) ** p)
        self._products = a.shape[1] > _FEW
        self._turned = np.ascontiguousarray(self.b.T)
        self._held: Array | None = None
        self._hold = hold
        self.error = self.reach * (1e-12 if self._products else 1e-15)
        if hold and self._products and 4 * len(a) * len(b) <= LARGEST:
            held = np.empty((len(a), len(b)), np.float32)
            self._each(lambda _, rows: self._fill(rows, held[rows]), len(a))
            self._held, self.error = held, 6e-8 * self.reach

    @property
    def held(self) -> bool:
        """Whether the costs of `each` are of single precision."""
        return self._held is not None

    @property
    def shape(self) -> tuple[int, int]:
        """``(n, m)``."""
        return len(self.a), len(self.b)

    def arcs(self, rows: Array, columns: Array) -> Array:
        """Costs of single arcs, ``(e,)``."""
        return np.asarray(of_arcs(self.a, self.b, rows, columns, self.p))

    def part(self, rows: Array, columns: Array) -> "Ground":
        """Between some of the points."""
        return Ground(self.a[rows], self.b[columns], self.p, hold=self._hold, threads=self.threads)

    def each(self, work: Callable[[int, int, Array], None], rows: Array | None = None) -> None:
        """Calls ``work(share, first, costs)`` for blocks ``(r, m)`` of all rows, or of those named.

        The blocks are dealt out in ``threads`` shares that never change, one thread to each.
        """

        def step(share: int, piece: slice) -> None:
            work(share, piece.start, self._costs(piece if rows is None else rows[piece]))

        self._each(step, len(self.a) if rows is None else len(rows))

    def _each(self, step: Callable[[int, slice], None], count: int) -> None:
        pieces = list(self._pieces(count))

        def deal(share: int) -> None:
            for piece in pieces[share :: self.threads]:
                step(share, piece)

        if self.threads == 1:
            deal(0)
            return
        with ThreadPoolExecutor(self.threads) as pool:
            list(pool.map(deal, range(self.threads)))

    def _pieces(self, count: int) -> Iterator[slice]:
        size = max(1, (_PRODUCT_BLOCK if self._products else _BLOCK) // len(self.b))
        for first in range(0, count, size):
            yield slice(first, min(count, first + size))

    def _costs(self, rows: Any) -> Array:
        if self._held is not None:
            return self._held[rows]
        count = rows.stop - rows.start if isinstance(rows, slice) else len(rows)
        out = np.empty((count, len(self.b)))
        self._fill(rows, out)
        return out

    def _fill(self, rows: Any, out: Array) -> None:
        x = self.a[rows]
        if self._products:
            from_products(x @ self._turned, x, self.b, self._squares[0][rows], self._squares[1], self.p, out)
        else:
            direct(x, self._turned, self.p, out)


def transformed(x: Array, y: Array, potential: Array, p: float, *, threads: int = 1) -> tuple[Array, Array]:
    """The c-transform ``min_j |x_i − y_j|^p − g_j``, and where: ``x (r, d)``, ``y (m, d)``, ``g (m,)`` to ``(r,)``s."""
    values, where = np.empty(len(x)), np.empty(len(x), np.int32)

    def work(share: int, first: int, costs: Array) -> None:
        part = slice(first, first + len(costs))
        costs -= potential
        where[part] = costs.argmin(axis=1)
        values[part] = costs[np.arange(len(costs)), where[part]]

    if len(x):
        Ground(x, y, p, hold=False, threads=threads).each(work)
    return values, where
