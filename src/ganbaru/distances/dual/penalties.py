"""What holds a critic's slope near 1 while it learns."""

import torch
from torch import Tensor, nn


def slopes(critic: nn.Module, points: Tensor) -> tuple[Tensor, Tensor]:
    """The scores of points and ‖∇f‖ there, both ``(n,)`` and differentiable in the critic's weights."""
    points = points.detach().requires_grad_()
    scores = critic(points)
    gradient = torch.autograd.grad(scores.sum(), points, create_graph=True)[0]
    return scores, gradient.norm(dim=1)


def between(a: Tensor, b: Tensor, random: torch.Generator) -> Tensor:
    """A point on the segment between each of ``a`` and its partner in ``b``, both ``(n, d)``."""
    return torch.lerp(a, b, torch.rand(len(a), 1, generator=random).to(a))


def two_sided(norms: Tensor) -> Tensor:
    """``mean (‖∇f‖ − 1)²`` (Gulrajani et al. 2017, eq. 3)."""
    return (norms - 1).square().mean()


def one_sided(norms: Tensor) -> Tensor:
    """``mean max(0, ‖∇f‖ − 1)²`` (Petzka, Fischer & Lukovnikov 2018, eq. 8)."""
    return (norms - 1).relu().square().mean()
