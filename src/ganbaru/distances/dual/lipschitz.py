"""How steep a critic is: proved from its weights where they allow it, searched for where they do not."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from ganbaru.distances.dual.groupsort import MaxMin
from ganbaru.distances.dual.perceptron import Sine
from ganbaru.errors import UserError

Array = np.ndarray[Any, Any]

SLOPES: dict[type[nn.Module], float] = {
    nn.ReLU: 1.0, nn.LeakyReLU: 1.0, nn.Tanh: 1.0, nn.Softplus: 1.0, nn.Identity: 1.0, nn.Flatten: 1.0, MaxMin: 1.0,
    Sine: 1.0, nn.SiLU: 1.0999,
}  # fmt: skip
"""Lipschitz constants of activations (of `torch.nn.LeakyReLU` with a slope of at most 1)."""


@dataclass(frozen=True)
class Lipschitz:
    """A Lipschitz constant.

    Attributes:
        value: what is taken for it.
        high: its upper estimate; ``value`` itself where it is proved.
        method: ``"certified"``, ``"searched"`` or ``"given"``.
    """

    value: float
    high: float
    method: str


def lipschitz_constant(
    critic: nn.Module,
    points_a: Array | Tensor,
    points_b: Array | Tensor,
    *,
    method: str = "auto",
    starts: int = 256,
    ascents: int = 30,
    seed: int = 0,
) -> Lipschitz:
    """The Lipschitz constant of a critic, for Euclidean distance.

    ``"certified"``: the product of the largest singular values of its linear layers (Szegedy et al. 2014), true for
    every pair of points, and as a rule several times too large for a network that was only penalised. ``"searched"``:
    the largest ‖∇f‖ found at the points, along segments between the two samples, and by gradient ascent on ‖∇f‖ from
    the steepest of these within the box that the samples span. That is a lower estimate of L there; ``high`` adds as
    much as the ascent itself has added. ``"auto"``: `by_construction` where there is such, else searched.

    Args:
        critic: f, ``(n, d)`` to ``(n,)`` or ``(n, 1)``, differentiable.
        points_a: ``(n, d)``.
        points_b: ``(m, d)``.
        method: ``"auto"``, ``"certified"`` or ``"searched"``.
        starts: how many points the ascent starts from.
        ascents: its steps.
        seed: of the segments.

    Raises:
        UserError: an unknown method, or the critic's weights prove nothing and ``"certified"`` was asked for.
    """
    if method not in ("auto", "certified", "searched"):
        raise UserError(f"unknown way {method!r} to a Lipschitz constant", hint="auto, certified or searched")
    if method == "certified" and certified(critic) is None:
        raise UserError("the critic is no chain of linear layers and known activations", hint="method='searched'")
    proved = {"auto": by_construction, "certified": certified}.get(method, lambda critic: None)(critic)
    if proved is not None:
        return Lipschitz(proved, proved, "certified")
    return _searched(critic, _tensor(points_a, critic), _tensor(points_b, critic), starts, ascents, seed)


def certified(critic: nn.Module) -> float | None:
    """The product of the spectral norms of a chain of linear layers and of the slopes of its activations; None for
    critics that are none."""
    product = 1.0
    for layer in _layers(critic):
        if isinstance(layer, nn.Linear):
            product *= float(torch.linalg.matrix_norm(layer.weight.detach().double(), 2))
        elif type(layer) in SLOPES and getattr(layer, "negative_slope", 0.0) <= 1:
            product *= SLOPES[type(layer)]
        else:
            return None
    return product


def by_construction(critic: nn.Module) -> float | None:
    """The certified constant where it is within 5 % of 1, as that of critics that were built to be 1-Lipschitz; of
    others it says too little."""
    proved = certified(critic)
    return proved if proved is not None and abs(proved - 1) <= 0.05 else None


def gradients(critic: nn.Module, points: Tensor) -> Tensor:
    """∇f at points, ``(n, d)``."""
    points = points.detach().requires_grad_()
    return torch.autograd.grad(critic(points).sum(), points)[0]


def _layers(critic: nn.Module) -> Iterator[nn.Module]:
    """The layers of nested `torch.nn.Sequential`; anything else comes as it is."""
    if isinstance(critic, nn.Sequential):
        for part in critic:
            yield from _layers(part)
    else:
        yield critic


def _searched(critic: nn.Module, a: Tensor, b: Tensor, starts: int, ascents: int, seed: int) -> Lipschitz:
    points = torch.cat([a, b, _between(a, b, seed)])
    norms = torch.cat([gradients(critic, part).norm(dim=1) for part in points.split(8192)])
    seen = float(norms.max())
    low, high = points.amin(dim=0), points.amax(dim=0)
    climbed = _climb(critic, points[norms.topk(min(starts, len(norms))).indices], ascents, low, high)
    value = max(seen, climbed)
    return Lipschitz(value, 2 * value - seen, "searched")


def _between(a: Tensor, b: Tensor, seed: int) -> Tensor:
    """A point on the segment from each of ``a`` to one of ``b``."""
    random = torch.Generator().manual_seed(seed)
    other = torch.randint(len(b), (len(a),), generator=random).to(a.device)
    share = torch.rand(len(a), 1, generator=random).to(a)
    return torch.lerp(a, b[other], share)


def _climb(critic: nn.Module, points: Tensor, steps: int, low: Tensor, high: Tensor) -> float:
    """The largest ‖∇f‖ met on the way up; steps of a hundredth of the box, shrinking."""
    best, size = 0.0, 0.01 * float((high - low).norm())
    for step in range(steps):
        points = points.detach().requires_grad_()
        slope = torch.autograd.grad(critic(points).sum(), points, create_graph=True)[0].norm(dim=1)
        best = max(best, float(slope.detach().max()))
        up = torch.autograd.grad(slope.sum(), points, allow_unused=True)[0] if slope.requires_grad else None
        if up is None:
            break
        ahead = up / up.norm(dim=1, keepdim=True).clamp(min=1e-12)
        points = (points + size * (1 - step / steps) * ahead).clamp(low, high)
    return best


def _tensor(points: Array | Tensor, critic: nn.Module) -> Tensor:
    like = next(critic.parameters(), torch.empty(0))
    return torch.as_tensor(points).to(device=like.device, dtype=like.dtype)
