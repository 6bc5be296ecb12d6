"""Transport between many pairs of small samples."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from ganbaru.distances.transport.masses import masses
from ganbaru.distances.transport.solve import FEW, is_safe, most_paired, transport
from ganbaru.errors import UserError

Array = np.ndarray[Any, Any]


def transport_many(pairs_a: Array, pairs_b: Array, *, p: float = 1, threads: int = 1) -> Array:
    """The least cost ``Σ |x − y|^p`` by unit of mass of each pair of samples, of equal weights.

    Args:
        pairs_a: ``(k, n, d)``, finite.
        pairs_b: ``(k, m, d)``, finite.
        p: the power of the Euclidean distance, at least 1.
        threads: among which the pairs are dealt out.

    Returns:
        ``(k,)``: what `transport` says of each.

    Raises:
        UserError: the shapes do not fit, or p is below 1.
    """
    a, b = (np.ascontiguousarray(pairs, dtype=np.float64) for pairs in (pairs_a, pairs_b))
    if a.ndim != 3 or b.ndim != 3 or len(a) != len(b) or a.shape[2] != b.shape[2]:
        raise UserError(f"pairs of shapes {a.shape} and {b.shape} do not fit", hint="give (k, n, d) and (k, m, d)")
    out, unsafe = np.empty(len(a)), np.ones(len(a), bool)
    small = a.shape[2] > 1 and 0 < a.shape[1] * b.shape[1] <= FEW and 1 <= p < np.inf
    shares = [slice(k * len(a) // threads, (k + 1) * len(a) // threads) for k in range(threads)]

    def work(share: slice) -> None:
        if small:
            unsafe[share] = ~_at_once(a[share], b[share], float(p), out[share])
        for k in np.flatnonzero(unsafe[share]) + share.start:
            out[k] = transport(a[k], b[k], p=p).cost

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, shares))
    return out


def _at_once(a: Array, b: Array, p: float, out: Array) -> Array:
    """Which of them have a scale in which it could be done."""
    from ganbaru.distances.transport.batch import batch

    n, m = a.shape[1], b.shape[1]
    moved = masses(n, m, None, None)
    limit = n * n if n == m and n <= most_paired(a.shape[2]) else 0
    greatest = np.empty(len(a))
    batch(a, b, moved.supply, moved.demand, p, limit, out, greatest)
    out /= moved.total
    return is_safe(greatest)
