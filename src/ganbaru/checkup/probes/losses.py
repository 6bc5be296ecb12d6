"""Losses of a game on batches that stay the same, and their gradients as one long vector."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.optim import Optimizer

from ganbaru.training.randomness import own_random_state
from ganbaru.training.step import Batch, Game, generate, move, scores

Loss = Callable[[], Tensor]


def critic_loss(game: Game, batch: Batch, fake: Tensor, *, seed: int = 0) -> Tensor:
    """What the critic minimises, with the penalty: ``()``.

    Args:
        game: the networks.
        batch: real samples and labels.
        fake: generated samples ``(B, *shape)`` of the same labels.
        seed: of what the augmentation and the penalty draw, so that the loss is one function of the weights.
    """
    with own_random_state(seed, "critic loss"), game.autocast():
        real, fake = _seen(game, batch.real), _seen(game, fake.detach())
        said = [scores(game.critic, samples, batch.labels).float() for samples in (real, fake)]
        penalty = game.constraint.penalty(lambda x: scores(game.critic, x, batch.labels), real, fake)
        return game.objective.critic_loss(said[0], said[1]) + penalty


def generator_loss(game: Game, batch: Batch, *, seed: int = 0) -> Tensor:
    """What the generator minimises: ``()``; arguments as for `critic_loss`."""
    with own_random_state(seed, "generator loss"), game.autocast():
        fake = _seen(game, generate(game.generator, batch.latents, batch.labels))
        real = None
        if getattr(game.objective, "paired", False):
            with torch.no_grad():
                real = scores(game.critic, _seen(game, batch.real), batch.labels).float()
        return game.objective.generator_loss(scores(game.critic, fake, batch.labels).float(), real)


def loss_of(game: Game, network: str, batch: Batch, *, seed: int = 0) -> Loss:
    """The loss of "generator" or "critic" on a batch, as a function of the weights as they then are."""
    if network == "generator":
        return lambda: generator_loss(game, batch, seed=seed)
    fake = made(game, batch)
    return lambda: critic_loss(game, batch, fake, seed=seed)


@torch.no_grad()
def made(game: Game, batch: Batch) -> Tensor:
    """The generator's samples of a batch's latents, without a graph: ``(B, *shape)``."""
    with game.autocast():
        return generate(game.generator, batch.latents, batch.labels)


def take_step(game: Game, network: str, loss: Tensor) -> None:
    """One update of "generator" or "critic" along the gradient of a loss, the constraint included."""
    optimizer = mover(game, network)
    optimizer.zero_grad(set_to_none=True)
    loss.backward(inputs=moved(optimizer))
    own = game.critic if network == "critic" else game.generator
    move(own, optimizer, average=game.average, gradient_clip=game.gradient_clip)
    if network == "critic":
        game.constraint.project(own)


def mover(game: Game, network: str) -> Optimizer:
    """The optimizer of "generator" or "critic"."""
    return game.generator_optimizer if network == "generator" else game.critic_optimizer


def moved(optimizer: Optimizer) -> list[Tensor]:
    """The weights that an optimizer moves; from here on they ask for gradients."""
    weights = [weight for group in optimizer.param_groups for weight in group["params"]]
    for weight in weights:
        weight.requires_grad_(True)
    return weights


def gradient(loss: Tensor, weights: Sequence[Tensor], *, again: bool = False) -> Tensor:
    """The gradient of a loss by all weights as one vector ``(P,)``; ``again`` keeps its graph for a second one."""
    found = torch.autograd.grad(loss, list(weights), create_graph=again, allow_unused=True)
    return flat([part if part is not None else torch.zeros_like(w) for part, w in zip(found, weights, strict=True)])


def flat(tensors: Sequence[Tensor]) -> Tensor:
    """All numbers of some tensors as one vector ``(P,)``."""
    return torch.cat([tensor.reshape(-1) for tensor in tensors])


@torch.no_grad()
def put(vector: Tensor, weights: Sequence[Tensor]) -> None:
    """Writes a vector ``(P,)`` back into the weights."""
    start = 0
    for weight in weights:
        weight.copy_(vector[start : start + weight.numel()].view_as(weight))
        start += weight.numel()


def _seen(game: Game, samples: Tensor) -> Any:
    return samples if game.augment is None else game.augment(samples)
