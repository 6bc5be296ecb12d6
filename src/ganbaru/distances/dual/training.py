"""How a critic learns: batch after batch, ever slower, and the average of its late weights is kept."""

import copy
from collections.abc import Iterator
from typing import Any

import torch
from torch import nn

from ganbaru.distances.dual.points import Points, generator
from ganbaru.distances.dual.recipes import Recipe

_ADAM = 2e-3
_ORTHOGONAL = 2e-2
_MEMORY = 0.999
"""What the average keeps of itself at each step, once there have been many."""

_WARMUP = 50


def learning(
    recipe: Recipe, points: Points, *, steps: int, batch: int, width: int, layers: int, seed: int, device: str
) -> Iterator[nn.Module]:
    """A critic, eight times on its way: the running average of the weights, without gradients of its own.

    Args:
        recipe: how it is made.
        points: to draw from.
        steps: in all.
        batch: points of each side in a step.
        width: of the hidden layers.
        layers: how many of them.
        seed: of weights and batches.
        device: where it learns.
    """
    random = generator(seed, 0)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(int(torch.randint(2**62, (1,), generator=random)))
        seen = [draw(max(width, batch), random).float().cpu() for draw in (points.draw_a, points.draw_b)]
        critic = recipe.build(seen[0], seen[1], width, layers, random).to(device)
    average = copy.deepcopy(critic)
    optimisers = _optimisers(critic, recipe.orthogonal)
    for step in range(steps):
        _slow(optimisers, min(1.0, (step + 1) / _WARMUP) * (1 - step / steps))
        a, b = (draw(batch, random).to(device) for draw in (points.draw_a, points.draw_b))
        _step(recipe, critic, optimisers, a, b, random)
        _follow(average, critic, min(_MEMORY, step / (step + 10)))
        if (step + 1) % max(1, steps // 8) == 0 or step + 1 == steps:
            yield copy.deepcopy(average).eval().requires_grad_(False)


def _step(recipe: Recipe, critic: nn.Module, optimisers: list[Any], a: Any, b: Any, random: torch.Generator) -> None:
    for optimiser in optimisers:
        optimiser.zero_grad()
    recipe.loss(critic, a, b, random).backward()
    for optimiser in optimisers:
        optimiser.step()
    recipe.project(critic)


def _optimisers(critic: nn.Module, orthogonal: bool) -> list[Any]:
    """Adam; with ``orthogonal``, matrices move along orthogonalised momentum (Jordan et al. 2024, "Muon"): all singular
    directions at one speed, those too that a gradient barely shows."""
    weights = list(critic.parameters())
    matrices = [weight for weight in weights if orthogonal and weight.ndim == 2 and min(weight.shape) > 1]
    others = [weight for weight in weights if not any(weight is matrix for matrix in matrices)]
    found: list[Any] = [torch.optim.Adam(others, lr=_ADAM, betas=(0.9, 0.99))]
    if matrices:
        found.append(torch.optim.Muon(matrices, lr=_ORTHOGONAL, weight_decay=0.0, adjust_lr_fn="original"))
    for optimiser in found:
        for group in optimiser.param_groups:
            group["full"] = group["lr"]
    return found


def _slow(optimisers: list[Any], share: float) -> None:
    for optimiser in optimisers:
        for group in optimiser.param_groups:
            group["lr"] = share * group["full"]


@torch.no_grad()
def _follow(average: nn.Module, critic: nn.Module, memory: float) -> None:
    for mean, weight in zip(average.parameters(), critic.parameters(), strict=True):
        mean.lerp_(weight, 1 - memory)
    for kept, value in zip(average.buffers(), critic.buffers(), strict=True):
        kept.copy_(value)
