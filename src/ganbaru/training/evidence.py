"""The evidence recorded while a model trains: a line of numbers every few steps, for curves and for the checkup.

Recording reads; it never draws a random number or changes a weight, so a run with it and one without it end in the
same bytes.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from ganbaru.objectives import Constraint, w1
from ganbaru.training import gauges
from ganbaru.training.step import Batch, Game, Played, scores

_AT_BOUND = 1 - 1e-6
_SCORED = 128
"""Held-out samples that are scored, at most."""


class Before:
    """The weights of networks, by name, as they were before a step, so that it can be said how far they moved."""

    def __init__(self, networks: Mapping[str, nn.Module]) -> None:
        self._networks = networks
        self._weights = {name: _copies(network) for name, network in networks.items()}

    def ratios(self) -> dict[str, float]:
        """Norm of the update over norm of the weights, for each network over the whole step."""
        found = {}
        for name, network in self._networks.items():
            old = self._weights[name]
            moved = torch._foreach_sub([weight.detach() for weight in network.parameters()], old)
            found[f"{name}_update_ratio"] = _norm(moved) / max(_norm(old), 1e-30)
        return found


@torch.no_grad()
def line(game: Game, played: Played, before: Before, held_out: Batch | None) -> dict[str, Any]:
    """One line of evidence about the step that was just played.

    Args:
        game: what played.
        played: what the step left behind.
        before: the weights before it.
        held_out: held-out samples to score, or None.

    Returns:
        Numbers by name: losses; ``w1`` on train and held-out; ``generator_gradient``, the norm of the gradient that
        reached the generator's weights; update ratios; ``clipped_share``, the share of the critic's weights at the
        clip's bound; ``dead_units_*``, the share of a network's units whose incoming weights got exactly no gradient
        in this step; mean and standard deviation of the scores; ``fake_gradient``, ``lipschitz`` and everything of
        `gauges.of_batch` of the step's last batch, the held-out one being the other real samples.
    """
    numbers: dict[str, Any] = {
        "critic_loss": float(played.critic_loss),
        "generator_loss": float(played.generator_loss),
        "penalty": None if played.penalty is None else float(played.penalty),
        "w1": float(w1(played.real_scores, played.fake_scores)),
        "generator_gradient": gradient(game.generator),
        "critic_gradient": gradient(game.critic),
        **before.ratios(),
        "clipped_share": clipped_share(game.critic, game.constraint),
        "dead_units_generator": dead_units(game.generator),
        "dead_units_critic": dead_units(game.critic),
    }
    for name, values in (("real", played.real_scores), ("fake", played.fake_scores)):
        numbers[f"{name}_score_mean"] = float(values.mean())
        numbers[f"{name}_score_std"] = float(values.std(correction=0))
    if held_out is not None:
        numbers["w1_held_out"] = _held_out_w1(game, played, held_out)
    numbers["fake_gradient"] = gauges.message(played.fake_gradient)
    numbers["lipschitz"] = gauges.lipschitz(
        *played.seen, played.real_scores, played.fake_scores, labels=played.batch.labels
    )
    return numbers | gauges.of_batch(played.batch.real, played.fake, None if held_out is None else held_out.real)


@torch.no_grad()
def layers(networks: Mapping[str, nn.Module]) -> dict[str, dict[str, float]]:
    """Norm of the gradient of each weight, by the weight's name, for each network that has one."""
    found = {}
    for name, network in networks.items():
        gradients = {key: weight.grad for key, weight in network.named_parameters() if weight.grad is not None}
        if gradients:
            norms = torch.stack(torch._foreach_norm(list(gradients.values()))).tolist()
            found[name] = dict(zip(gradients, norms, strict=True))
    return found


def clipped_share(critic: nn.Module, constraint: Constraint) -> float | None:
    """Share of the critic's weights that stand at the clip's bound; None where weights are not clipped."""
    bound = getattr(constraint, "bound", None)
    if bound is None or type(constraint).__name__ != "Clip":
        return None
    weights = [weight.detach() for weight in critic.parameters()]
    return float(sum(int((weight.abs() >= bound * _AT_BOUND).sum()) for weight in weights)) / sum(
        weight.numel() for weight in weights
    )


def dead_units(network: nn.Module) -> float:
    """Share of hidden units whose incoming weights have a gradient of exactly zero throughout.

    The last layer's are the answer itself; many of them would hide that all before them are dead.
    """
    dead = total = 0
    gradients = [weight.grad for weight in network.parameters() if weight.grad is not None and weight.dim() > 1]
    for gradient in gradients[:-1] or gradients:
        largest = gradient.flatten(1).abs().amax(dim=1)
        dead += int((largest == 0).sum())
        total += len(largest)
    return dead / total if total else 0.0


def _held_out_w1(game: Game, played: Played, held_out: Batch) -> float:
    """Of held-out samples and what the generator made, both scored by the critic after its last update."""
    said = played.last_scores
    if game.augment is not None:  # which draws random numbers: neither side is augmented
        said = scores(game.critic, played.fake, played.batch.labels)
    labels = None if held_out.labels is None else held_out.labels[:_SCORED]
    return float(w1(scores(game.critic, held_out.real[:_SCORED], labels), said))


def _copies(network: nn.Module) -> list[Tensor]:
    return [weight.detach().clone() for weight in network.parameters()]


def gradient(network: nn.Module) -> float:
    """Norm of the gradient that reached a network's weights."""
    return _norm(weight.grad for weight in network.parameters() if weight.grad is not None)


def _norm(tensors: Iterable[Tensor]) -> float:
    norms = torch._foreach_norm(list(tensors))
    return float(torch.linalg.vector_norm(torch.stack(norms))) if norms else 0.0
