"""The optimal transport of one sample onto another, by whichever exact way is fastest for it."""

import math
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from ganbaru.distances.samples import rescaled
from ganbaru.distances.transport.masses import Masses, masses
from ganbaru.distances.transport.result import Transport
from ganbaru.errors import UserError, unknown

Array = np.ndarray[Any, Any]
Parts = tuple[float, float, Array, Array, Array, Array, Array, float]
"""Cost, bound, rows, columns, mass, f and g by the masses given, and the greatest cost of an arc."""

METHODS = ("auto", "sorting", "assignment", "network simplex", "column generation")

FEW = 100_000
"""Arcs up to which all are in play at once."""

_PAIRED = ((3, 200), (8, 400), (128, 700))
"""Most points that are worth assigning one to one, up to so many dimensions."""

_PAIRED_AT_MOST = 400

_IMPATIENT, _STEPS = 200, 16
"""From so many points on, an assignment is given up after so many steps a point, and column generation does it."""

_SAFE = 1e-100, 1e100


def transport(
    a: Array,
    b: Array,
    *,
    p: float = 1,
    a_weights: Array | None = None,
    b_weights: Array | None = None,
    tolerance: float = 0.0,
    blocked: bool | None = None,
    threads: int = 1,
    method: str = "auto",
) -> Transport:
    """The plan that moves one weighted sample onto another at the least ``Σ mass · |x − y|^p``, and the proof.

    On the line it is found by sorting; between as many points of equal weights by assignment where they are few;
    between other few (100,000 arcs) by the network simplex on all arcs; between more by column generation on the
    network simplex. The same input and threads give the same bits.

    Args:
        a: ``(n, d)``, finite.
        b: ``(m, d)``, finite.
        p: the power of the Euclidean distance, at least 1.
        a_weights: ``(n,)``, not negative, of any sum; None for equal ones.
        b_weights: ``(m,)``.
        tolerance: a proved ``(cost − bound) / cost`` with which to stop; 0 for exact, which is 1e-10.
        blocked: True never holds the matrix of costs; None holds it, in single precision, up to 1 GiB.
        threads: for the costs and the search among them; the simplex has one.
        method: ``"sorting"``, ``"assignment"``, ``"network simplex"``, ``"column generation"``, or ``"auto"``.

    Raises:
        UserError: p is below 1, weights do not fit, or a method is unknown or does not fit.
    """
    a, b = np.ascontiguousarray(a, dtype=np.float64), np.ascontiguousarray(b, dtype=np.float64)
    if not 1 <= p < math.inf:
        raise UserError(f"W_p is no distance for p = {p}", hint="take a finite p of 1 or more")
    moved = masses(len(a), len(b), a_weights, b_weights)
    if moved.rows is not None and moved.columns is not None:
        kept = transport(
            a[moved.rows],
            b[moved.columns],
            p=p,
            a_weights=moved.supply,
            b_weights=moved.demand,
            tolerance=tolerance,
            blocked=blocked,
            threads=threads,
            method=method,
        )
        return _of_all_points(kept, a, b, moved.rows, moved.columns, p)
    chosen, p = _method(method, a, b, moved), float(p)
    if not moved.equal and np.array_equal(a, b) and np.array_equal(moved.supply, moved.demand):
        return _unmoved(moved.supply, chosen)
    if chosen != "column generation":
        steps = len(a) * _STEPS if method == "auto" and len(a) > _IMPATIENT else None
        *parts, greatest = _by_arcs(chosen, a, b, moved, p, steps)
        if is_safe(greatest):
            return _result(parts, moved.total, 1.0, p, chosen)
        if greatest < 0:
            chosen = "column generation"
    a, b, unit = _within_one(a, b)
    if chosen == "column generation":
        *parts, greatest = _by_columns(a, b, moved, p, tolerance, blocked, threads)
    else:
        *parts, greatest = _by_arcs(chosen, a, b, moved, p, None)
    if not greatest > 0:
        *parts, greatest = _by_arcs("sorting", a, b, moved, p, None)
    return _result(parts, moved.total, unit, p, chosen)


def _method(method: str, a: Array, b: Array, moved: Masses) -> str:
    """That asked for, or the fastest."""
    if method not in METHODS:
        raise unknown("method", method, METHODS)
    (n, dimensions), m = a.shape, len(b)
    if method == "sorting" and dimensions != 1:
        raise UserError(f"points of {dimensions} dimensions cannot be sorted", hint='take method="auto"')
    if method == "assignment" and not is_paired(n, m, moved.equal):
        raise UserError("points not as many or of other weights cannot be assigned", hint='take method="auto"')
    if method != "auto":
        return method
    if dimensions == 1:
        return "sorting"
    if is_paired(n, m, moved.equal) and n <= most_paired(dimensions):
        return "assignment"
    return "network simplex" if n * m <= FEW else "column generation"


def is_paired(n: int, m: int, equal: bool) -> bool:
    """Whether the cheapest plan goes one to one."""
    return equal and n == m


def most_paired(dimensions: int) -> int:
    """Most points that assignment does fastest."""
    for limit, most in _PAIRED:
        if dimensions <= limit:
            return most
    return _PAIRED_AT_MOST


def is_safe(greatest: Any) -> Any:
    """Whether nothing overflows, or vanishes that matters, where costs go up to that."""
    return (greatest > _SAFE[0]) & (greatest < _SAFE[1])


def _by_arcs(chosen: str, a: Array, b: Array, moved: Masses, p: float, steps: int | None) -> Parts:
    """With all costs at hand; the greatest is −1 where an assignment took more steps than that."""
    if chosen == "assignment":
        return _assigned()(a, b, p, 1 << 62 if steps is None else steps)
    if chosen == "sorting":
        return _in_order()(a[:, 0], b[:, 0], moved.supply, moved.demand, p)
    from ganbaru.distances.transport.dense import dense

    return dense(a, b, moved.supply, moved.demand, p)


@cache
def _assigned() -> Callable[..., Parts]:
    """Compiled, and looked up once: with ten points, an import that is there already takes a tenth of all."""
    from ganbaru.distances.transport.assignment import assigned

    return assigned


@cache
def _in_order() -> Callable[..., Parts]:
    from ganbaru.distances.transport.line import in_order

    return in_order


def _by_columns(
    a: Array, b: Array, moved: Masses, p: float, tolerance: float, blocked: bool | None, threads: int
) -> Parts:
    from ganbaru.distances.transport.generation import EXACT, generate
    from ganbaru.distances.transport.ground import Ground

    ground = Ground(a, b, p, hold=not blocked, threads=max(1, threads))
    if ground.reach == 0:
        nothing = np.zeros(0)
        return 0.0, 0.0, nothing, nothing, nothing, nothing, nothing, 0.0
    return *generate(ground, moved.supply, moved.demand, max(tolerance, EXACT)), ground.reach


def _within_one(a: Array, b: Array) -> tuple[Array, Array, float]:
    """Both about their middle, in a unit, a power of two, in which no two points are more than 1 apart."""
    a, b, unit = rescaled(a, b)
    longest = 2 * math.sqrt(max(float((x * x).sum(axis=1).max()) for x in (a, b)))
    more = 2.0 ** math.ceil(math.log2(longest)) if longest > 0 else 1.0
    return a / more, b / more, unit * more


def _result(parts: list[Any], total: float, unit: float, p: float, method: str) -> Transport:
    """In the user's unit of length, and by masses that sum to 1."""
    cost, bound, rows, columns, mass, f, g = parts
    value, least = cost / total, bound / total
    distance = unit * value ** (1 / p)
    if unit != 1:
        value, least = _to_unit(np.array([value, least]), unit, p).tolist()
        f, g = _to_unit(f, unit, p), _to_unit(g, unit, p)
    return Transport(value, least, rows, columns, mass / total, f, g, method, distance)


def _to_unit(costs: Array, unit: float, p: float) -> Array:
    """Costs times ``unit**p``, in steps, so that 0 stays 0 where that overflows."""
    steps = math.ceil(p)
    for _ in range(steps):
        with np.errstate(over="ignore", under="ignore"):
            costs = costs * unit ** (p / steps)
    return costs


def _unmoved(mass: Array, method: str) -> Transport:
    points = np.arange(len(mass))
    return Transport(0.0, 0.0, points, points, mass, np.zeros(len(mass)), np.zeros(len(mass)), method, 0.0)


def _of_all_points(kept: Transport, a: Array, b: Array, rows: Array, columns: Array, p: float) -> Transport:
    """The same, with potentials also of the points that have no mass: as high as is feasible."""
    from ganbaru.distances.transport.ground import transformed

    f, g = np.empty(len(a)), np.empty(len(b))
    f[rows], g[columns] = kept.a_potential, kept.b_potential
    without = np.setdiff1d(np.arange(len(a)), rows)
    f[without] = transformed(a[without], b[columns], g[columns], p)[0]
    without = np.setdiff1d(np.arange(len(b)), columns)
    g[without] = transformed(b[without], a, f, p)[0]
    found = rows[kept.rows], columns[kept.columns], kept.mass
    return Transport(kept.cost, kept.bound, *found, f, g, kept.method, kept.distance)
