"""Entropic transport: products of matrices instead of a simplex, annealed, in logarithms, never trusted unproved."""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ganbaru.distances.estimate import Estimate
from ganbaru.distances.resampling import drawn, floor, half, pool_of, spread
from ganbaru.distances.samples import check_power, in_unit, pair, rescaled
from ganbaru.errors import UserError

Array = np.ndarray[Any, Any]

_ENOUGH = 1e-4
"""Share of the mass that may miss its place when the rounds end."""

_MOST = 2_000
"""Rounds before a plan is given up."""


def sinkhorn_divergence(
    a: Array,
    b: Array,
    p: int = 2,
    *,
    blur: float | None = None,
    resamples: int = 20,
    floor_from: tuple[Array, Array] | None = None,
    confidence: float = 0.95,
    device: str = "cpu",
    seed: int = 0,
) -> Estimate:
    """``S_ε = OT_ε(a, b) − (OT_ε(a, a) + OT_ε(b, b)) / 2`` with cost ``|x − y|^p`` and ε = blur^p (Feydy et al. 2019).

    Another quantity than W_p^p: it tends to it as the blur goes to 0, and to an energy distance (p = 1) or half a
    squared distance of means (p = 2) as it grows; at a blur in between it is far cheaper to know from samples. It is
    0 for equal samples. No root is taken. The interval is a delete-half jackknife's.

    Args:
        a: ``(n, d)``.
        b: ``(m, d)``.
        p: 1 or 2.
        blur: the length below which points blend, in the units of the points; None takes a fifth of the root mean
            square distance between the samples.
        resamples: how many halves for the interval; 0 gives neither interval nor floor.
        floor_from: as in `sliced_wasserstein`.
        confidence: how often the interval holds the truth.
        device: where it is computed, in double precision: "cpu", "cuda".
        seed: of the draws.

    Raises:
        UserError: the shapes do not fit, a sample is empty, a number is not finite, p is another, the blur is not
            above 0, or so small that the plan does not settle.
    """
    a, b, unit = rescaled(*pair(a, b))
    width = _width(a, b, p, None if blur is None else blur / unit)
    rng = np.random.default_rng([seed, 0x51C])

    def divergence(x: Array, y: Array) -> float:
        return _divergence(torch.from_numpy(x).to(device), torch.from_numpy(y).to(device), p, width) * unit**p

    value = divergence(a, b)
    method = f"Sinkhorn divergence, |x − y|^{p}, blur {width * unit:.3g}"
    if not resamples:
        return Estimate(value, value, value, confidence, samples=(len(a), len(b)), method=method)
    halves = np.array([divergence(a[half(len(a), rng)], b[half(len(b), rng)]) for _ in range(resamples)])
    low, high = spread(value, halves, confidence)
    pool = pool_of(a, b, in_unit(floor_from, unit))
    same = floor(divergence(pool[i], pool[j]) for i, j in drawn(len(pool), len(a), len(b), 20, rng))
    return Estimate(value, low, high, confidence, floor=same, samples=(len(a), len(b)), method=method)


def entropic_wasserstein(
    a: Array, b: Array, p: int = 1, *, blur: float | None = None, rounds: int = 100, device: str = "cpu"
) -> Estimate:
    """W_p of two samples between two proved bounds, by matrix operations only: for devices without a simplex.

    An entropic plan that has not settled can cost less than the truth, and one that has, costs more. So the plan is
    rounded to the right marginals (Altschuler, Weed & Rigollet 2017, algorithm 2), which is an upper bound, and its
    potentials are made feasible by c-transforms, which is a lower one; the value is the middle. On a CPU `wasserstein`
    is sooner and exact.

    Args:
        a: ``(n, d)``.
        b: ``(m, d)``.
        p: 1 or 2.
        blur: as in `sinkhorn_divergence`; None takes a hundredth. The smaller, the closer the bounds once it settles.
        rounds: after the annealing, at most; the bounds hold whether the plan has settled or not.
        device: where it is computed.

    Raises:
        UserError: the shapes do not fit, a sample is empty, a number is not finite, p is another, or the blur is not
            above 0.
    """
    a, b, unit = rescaled(*pair(a, b))
    width = _width(a, b, p, None if blur is None else blur / unit, share=0.01)
    cost = _cost(torch.from_numpy(a).to(device), torch.from_numpy(b).to(device), p)
    f, g, _ = _potentials(cost, width**p, rounds)
    high = float((_rounded(torch.exp((f[:, None] + g - cost) / width**p) / cost.numel()) * cost).sum())
    f = (cost - g).amin(dim=1)
    low = max(0.0, float(f.mean() + (cost - f[:, None]).amin(dim=0).mean()))
    low, high = (bound ** (1 / p) * unit for bound in (min(low, high), high))
    method = f"W{p} of these samples between proved bounds, entropic with blur {width * unit:.3g}"
    return Estimate((low + high) / 2, low, high, 1.0, samples=(len(a), len(b)), method=method)


def _width(a: Array, b: Array, p: int, blur: float | None, share: float = 0.2) -> float:
    check_power(p)
    if blur is not None and not (blur > 0 and math.isfinite(blur)):
        raise UserError(f"blur {blur} is no length", hint="take one above 0, or None")
    apart = np.square(a.mean(axis=0) - b.mean(axis=0)).sum() + a.var(axis=0).sum() + b.var(axis=0).sum()
    return blur or share * math.sqrt(apart) or 1.0


def _cost(x: Tensor, y: Tensor, p: int) -> Tensor:
    return torch.cdist(x, y, compute_mode="donot_use_mm_for_euclid_dist") ** p


def _divergence(x: Tensor, y: Tensor, p: int, width: float) -> float:
    across, within = _cost(x, y, p), [_cost(each, each, p) for each in (x, y)]
    f, g, settled = _potentials(across, width**p, _MOST)
    if not settled:
        raise _unsettled()
    return float(f.mean() + g.mean() - sum(_own_potential(cost, width**p).mean() for cost in within))


def _schedule(largest: float, epsilon: float) -> Iterator[float]:
    """From the greatest cost down to ε, a quarter each time (Schmitzer 2019, section 3.2)."""
    while largest > epsilon:
        yield largest
        largest /= 4


def _softmin(cost: Tensor, potential: Tensor, epsilon: float, dim: int) -> Tensor:
    """``−ε log mean exp((potential − cost) / ε)`` along a dimension: the c-transform, softened."""
    count = cost.shape[dim]
    return -epsilon * (torch.logsumexp((potential.unsqueeze(1 - dim) - cost) / epsilon, dim=dim) - math.log(count))


def _potentials(cost: Tensor, epsilon: float, rounds: int) -> tuple[Tensor, Tensor, bool]:
    """Of the plan ``exp((f + g − c) / ε) / (n m)``, ``(n,)`` and ``(m,)``, and whether its rows are nearly right.

    Its columns are.
    """
    g = cost.new_zeros(cost.shape[1])
    for large in _schedule(float(cost.max()), epsilon):
        g = _softmin(cost, _softmin(cost, g, large, 1), large, 0)
    f = _softmin(cost, g, epsilon, 1)
    for _ in range(rounds):
        g = _softmin(cost, f, epsilon, 0)
        next_f = _softmin(cost, g, epsilon, 1)
        if float(torch.expm1((f - next_f) / epsilon).abs().mean()) < _ENOUGH:
            return f, g, True
        f = next_f
    return f, _softmin(cost, f, epsilon, 0), False


def _own_potential(cost: Tensor, epsilon: float) -> Tensor:
    """Half of OT_ε of a sample and itself, at each point: the fixed point of ``f ← (f + softmin(f)) / 2``."""
    f = cost.new_zeros(len(cost))
    for large in _schedule(float(cost.max()), epsilon):
        f = (f + _softmin(cost, f, large, 1)) / 2
    for _ in range(_MOST):
        moved = _softmin(cost, f, epsilon, 1)
        if float(torch.expm1((f - moved) / epsilon).abs().mean()) < _ENOUGH:
            return (f + moved) / 2
        f = (f + moved) / 2
    raise _unsettled()


def _unsettled() -> UserError:
    return UserError(f"the plan does not settle in {_MOST} rounds", hint="take a larger blur")


def _rounded(plan: Tensor) -> Tensor:
    """The plan with all marginals right: too full rows and columns emptied, and what is missing laid everywhere."""
    n, m = plan.shape
    plan = plan * (1 / n / plan.sum(dim=1)).clamp(max=1)[:, None]
    plan = plan * (1 / m / plan.sum(dim=0)).clamp(max=1)
    rows, columns = 1 / n - plan.sum(dim=1), 1 / m - plan.sum(dim=0)
    missing = rows.sum()
    return plan + torch.outer(rows, columns) / missing if float(missing) > 0 else plan
