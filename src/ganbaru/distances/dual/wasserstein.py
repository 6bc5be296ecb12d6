"""W1 by its dual: a critic learns on some of the points, and is taken at its word on the others."""

from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from ganbaru.distances.dual.bound import critic_bound, half_width
from ganbaru.distances.dual.envelope import best_scale, enveloped
from ganbaru.distances.dual.lipschitz import Lipschitz, by_construction, gradients
from ganbaru.distances.dual.points import LEAST, Array, Points, Sampler, points_of
from ganbaru.distances.dual.recipes import FIXED, FRESH, recipe
from ganbaru.distances.dual.training import learning
from ganbaru.distances.dual.upper import matched
from ganbaru.distances.estimate import Estimate
from ganbaru.distances.samples import pair, rescaled
from ganbaru.errors import UserError


class Learnt(NamedTuple):
    """A critic that has learnt.

    Attributes:
        critic: f, ``(n, d)`` to ``(n,)``.
        scale: s, such that s·f is to be taken for a 1-Lipschitz function.
        points: what it learnt from and has not seen.
    """

    critic: nn.Module
    scale: float
    points: Points


def dual_wasserstein(
    a: Array | Sampler,
    b: Array | Sampler,
    *,
    critic: str | None = None,
    steps: int = 1000,
    batch: int = 512,
    width: int = 128,
    layers: int = 2,
    held_out: float = 0.5,
    confidence: float = 0.95,
    seed: int = 0,
    device: str = "cpu",
) -> Estimate:
    """W1 from below by a critic (Kantorovich & Rubinstein 1958), and from above by matching batches.

    The value is what the critic proves on points that it has not seen, so that it is W1 at most, but for chance, and
    falls short of it by what the critic has not learnt. The lower end is that less chance. The upper end is the mean
    cost of matched batches plus chance: near W1 in a few dimensions, far above it in many. Between the two W1 is.

    Args:
        a: ``(n, d)`` with n ≥ 40, or a sampler: ``(count, generator)`` to a tensor ``(count, d)`` of fresh points.
        b: ``(m, d)``, or a sampler where ``a`` is one.
        critic: None takes ``"1-lipschitz"`` for arrays, and ``"waves"``, which learns few points by heart, for
            samplers. ``"waves"``, whose first layer are waves as short as the points lie apart, penalised where the
            points are and moved along orthogonalised momentum; as published, ``"clip"``, ``"gradient-penalty"``,
            ``"lipschitz-penalty"``, ``"spectral-norm"``, ``"c-transform"``, and ``"1-lipschitz"``, whose bound is
            proved, where that of the others rests on a search.
        steps: of learning.
        batch: points of each side in a step.
        width: of the critic's hidden layers, even.
        layers: how many of them.
        held_out: share of arrays that the critic does not see.
        confidence: how often the interval holds W1.
        seed: of split, weights and batches. The same seed gives the same bits on the same machine and thread count.
        device: where the critic learns.

    Returns:
        An `Estimate` with 0 for its floor; its ``method`` says whether the bound is certified or searched.

    Raises:
        UserError: an unknown critic, shapes that do not fit, fewer than 40 points, a number that is not finite, or
            sizes that are not above 0.
    """
    unit = 1.0
    if not (callable(a) or callable(b)):
        a, b, unit = rescaled(*pair(a, b, least=LEAST))
    learnt = fit_critic(
        a, b, critic=critic, steps=steps, batch=batch, width=width, layers=layers, held_out=held_out, seed=seed,
        device=device,
    )  # fmt: skip
    return judged(learnt, confidence=confidence, name=critic or _default(a)).times(unit)


def fit_critic(
    a: Array | Sampler,
    b: Array | Sampler,
    *,
    critic: str | None = None,
    steps: int = 1000,
    batch: int = 512,
    width: int = 128,
    layers: int = 2,
    held_out: float = 0.5,
    seed: int = 0,
    device: str = "cpu",
) -> Learnt:
    """The critic alone; arguments and errors of `dual_wasserstein`.

    Of eight stages of its learning the one is kept whose bound is best on points that are neither learnt from nor held
    out: with few points a critic learns them by heart.
    """
    if min(steps, batch, layers) < 1 or width < 2 or width % 2:
        raise UserError(f"{steps} steps of {batch} with {layers} layers of {width}", hint="all above 0, the width even")
    how = recipe(critic or _default(a))
    points = points_of(a, b, share=held_out, seed=seed)
    choose = _to(points.choose, device)
    stages = learning(how, points, steps=steps, batch=batch, width=width, layers=layers, seed=seed, device=device)
    best = max(stages, key=lambda stage: _promise(stage, *choose))
    return Learnt(best, _scale(best, *choose), points)


def _default(points: Array | Sampler) -> str:
    return FRESH if callable(points) else FIXED


def judged(learnt: Learnt, *, confidence: float = 0.95, name: str = "") -> Estimate:
    """What a critic proves on the points that it has not seen, with the upper bound of the same points."""
    held = _to(learnt.points.held, next(learnt.critic.parameters()).device)
    below = proved(learnt.critic, *held, scale=learnt.scale, confidence=confidence)
    above = matched(*(points.double().numpy(force=True) for points in learnt.points.held), confidence=confidence)
    return Estimate(
        below.value, below.low, max(below.high, above.high), confidence, floor=0.0, samples=below.samples,
        method=f"{name} critic: {below.method}; above, batches matched".removeprefix(" "),
    )  # fmt: skip


def proved(critic: nn.Module, a: Tensor, b: Tensor, *, scale: float, confidence: float = 0.95) -> Estimate:
    """The lower bound of W1 of a critic on points that it has not seen, with the interval of the bound.

    Where the critic's weights prove its Lipschitz constant this is `critic_bound`; else its scores, times ``scale``,
    are held against their envelope.
    """
    constant = by_construction(critic)
    if constant is not None:
        with torch.no_grad():
            return critic_bound(critic(a), critic(b), Lipschitz(constant, constant, "certified"), confidence)
    values = enveloped(critic, a, b, scale)
    over, under = (x.double().numpy(force=True) for x in (values.over, values.under))
    half = half_width(over, under, confidence)
    value = float(np.mean(over) - np.mean(under))
    return Estimate(
        value,
        value - half,
        value + half,
        confidence,
        floor=0.0,
        samples=(len(a), len(b)),
        method="lower bound of W1, envelope searched",
    )


def _promise(critic: nn.Module, a: Tensor, b: Tensor) -> float:
    """The difference of the means over a slope that few points exceed; cheap, and near the bound."""
    with torch.no_grad():
        gap = float(critic(a).mean() - critic(b).mean())
    return gap / _slopes(critic, a, b, [0.99])[0]


def _scale(critic: nn.Module, a: Tensor, b: Tensor) -> float:
    """The best of scales that would make a usual, a steep, or the steepest slope 1."""
    constant = by_construction(critic)
    if constant is not None:
        return 1.0 / constant
    return best_scale(critic, a, b, [1.0, *(1 / slope for slope in _slopes(critic, a, b, [0.5, 0.9, 0.99, 1.0]))])


def _slopes(critic: nn.Module, a: Tensor, b: Tensor, shares: list[float]) -> list[float]:
    """Quantiles of ‖∇f‖ at the points."""
    norms = gradients(critic, torch.cat([a, b])).norm(dim=1)
    found = torch.quantile(norms, torch.tensor(shares, device=norms.device, dtype=norms.dtype)).clamp(min=1e-12)
    return [float(slope) for slope in found]


def _to(pair: tuple[Any, Any], device: Any) -> tuple[Tensor, Tensor]:
    return pair[0].to(device), pair[1].to(device)
