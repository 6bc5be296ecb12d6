"""What a transport of one sample onto another is: a plan, its cost, and the proof that none is cheaper."""

from typing import Any, NamedTuple

import numpy as np

Array = np.ndarray[Any, Any]


class Transport(NamedTuple):
    """An optimal plan between weighted points, with its certificate.

    Attributes:
        cost: ``Σ mass · |x − y|^p`` over the arcs of the plan, above which W_p^p cannot lie.
        bound: ``Σ a_i f_i + Σ b_j g_j`` of the potentials, below which W_p^p cannot lie.
        rows: the point of ``a`` of each arc.
        columns: the point of ``b`` of each arc.
        mass: what each arc carries; all together 1.
        a_potential: f, ``(n,)``.
        b_potential: g, ``(m,)``, with ``f_i + g_j <= |x_i − y_j|^p`` for every i and j, to rounding.
        method: the solver.
        distance: W_p, the p-th root of the cost, right also where the cost itself overflows or vanishes.
    """

    cost: float
    bound: float
    rows: Array
    columns: Array
    mass: Array
    a_potential: Array
    b_potential: Array
    method: str
    distance: float
