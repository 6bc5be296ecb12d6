"""From the scores of a critic to a lower bound of W1, with its interval.

Kantorovich and Rubinstein: ``W1(A, B) = sup { E f(a) − E f(b) : f 1-Lipschitz }``. So any f of Lipschitz constant L
that has not seen the samples says ``E f(a) − E f(b) ≤ L·W1``; the two means are all that has to be estimated.
"""

import math
from typing import Any

import numpy as np
from scipy import stats
from torch import Tensor

from ganbaru.distances.dual.lipschitz import Lipschitz
from ganbaru.distances.estimate import Estimate
from ganbaru.errors import UserError

Array = np.ndarray[Any, Any]


def critic_bound(
    real_scores: Array | Tensor,
    fake_scores: Array | Tensor,
    lipschitz: float | Lipschitz = 1.0,
    confidence: float = 0.95,
) -> Estimate:
    """What a critic proves of W1: ``(mean f(a) − mean f(b)) / L``, which W1 is not below but by chance.

    The points must be others than the critic was trained on, else it is no bound. The interval is that of the bound,
    Welch's (1947), not of W1: what the critic has not found is not in it. Where L is only estimated, the lower end
    is divided by its upper estimate.

    Args:
        real_scores: f of held-out points of A, ``(n,)`` with n ≥ 2; a tensor or an array.
        fake_scores: of B, ``(m,)`` with m ≥ 2.
        lipschitz: L, or what `lipschitz_constant` says of it.
        confidence: how often such an interval holds the expected value.

    Returns:
        An `Estimate` with 0 for its floor: the bound of one distribution from itself is 0 whatever the critic.

    Raises:
        UserError: too few scores, one that is not finite, or an L that is not above 0.
    """
    found = lipschitz if isinstance(lipschitz, Lipschitz) else Lipschitz(float(lipschitz), float(lipschitz), "given")
    if not 0 < found.value <= found.high < math.inf:
        raise UserError(f"a Lipschitz constant of {found.value} bounds nothing", hint="give one above 0")
    a, b = _scores(real_scores), _scores(fake_scores)
    gap = float(a.mean() - b.mean())
    half = half_width(a, b, confidence)
    low = (gap - half) / (found.high if gap > half else found.value)
    return Estimate(
        gap / found.value,
        low,
        (gap + half) / found.value,
        confidence,
        floor=0.0,
        samples=(len(a), len(b)),
        method=f"lower bound of W1, L = {found.value:.3g}, {found.method}",
    )


def half_width(a: Array, b: Array, confidence: float) -> float:
    """Of Welch's interval for the difference of the means of ``a`` ``(n,)`` and ``b`` ``(m,)``."""
    parts = np.array([a.var(ddof=1) / len(a), b.var(ddof=1) / len(b)])
    variance = float(parts.sum())
    if variance == 0:
        return 0.0
    freedom = variance**2 / float((parts**2 / [len(a) - 1, len(b) - 1]).sum())
    return float(stats.t.ppf(0.5 + confidence / 2, freedom)) * math.sqrt(variance)


def _scores(scores: Array | Tensor) -> Array:
    if isinstance(scores, Tensor):
        scores = scores.numpy(force=True)
    flat = np.asarray(scores, dtype=np.float64).ravel()
    if len(flat) < 2 or not np.isfinite(flat).all():
        raise UserError(f"{len(flat)} scores make no bound", hint="give at least two, all finite, of held-out points")
    return flat
