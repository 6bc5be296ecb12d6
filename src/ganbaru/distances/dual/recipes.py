"""The critics by name: what is built, what it minimises, and what is done to it after each step."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ganbaru.distances.dual import penalties
from ganbaru.distances.dual.groupsort import one_lipschitz
from ganbaru.distances.dual.perceptron import extent, normalised, perceptron, resolution, waves
from ganbaru.errors import unknown

Loss = Callable[[nn.Module, Tensor, Tensor, torch.Generator], Tensor]
Build = Callable[[Tensor, Tensor, int, int, torch.Generator], nn.Module]

FRESH, FIXED = "waves", "1-lipschitz"
"""The critics that come nearest to the truth with fresh points in every step, and with a given number of them."""

_PENALTY = 10.0
_CLIP = 0.05


@dataclass(frozen=True)
class Recipe:
    """A way to make a critic.

    Attributes:
        build: from points of both sides that it may look at, ``(n, d)``, a width, a count of hidden layers, and a
            generator.
        loss: of the critic and a batch of each side, ``(n, d)``; what is minimised.
        project: done to the critic after each step.
        orthogonal: whether matrices move along orthogonalised momentum instead of Adam's.
    """

    build: Build
    loss: Loss
    project: Callable[[nn.Module], None] = lambda critic: None
    orthogonal: bool = False


def recipe(name: str) -> Recipe:
    """The recipe of that name.

    Raises:
        UserError: there is none.
    """
    if name not in RECIPES:
        raise unknown("critic", name, RECIPES)
    return RECIPES[name]


def _perceptron(a: Tensor, b: Tensor, width: int, layers: int, random: torch.Generator) -> nn.Sequential:
    return perceptron(a.shape[1], width, layers, nn.ReLU)


def _normalised(a: Tensor, b: Tensor, width: int, layers: int, random: torch.Generator) -> nn.Sequential:
    return normalised(_perceptron(a, b, width, layers, random))


def _one_lipschitz(a: Tensor, b: Tensor, width: int, layers: int, random: torch.Generator) -> nn.Sequential:
    return one_lipschitz(a.shape[1], width, layers)


def _waves(a: Tensor, b: Tensor, width: int, layers: int, random: torch.Generator) -> nn.Sequential:
    long = max(extent(a, b), 1e-12)
    lengths = max(resolution(a, b), long / 100), long
    return waves(a.shape[1], width, layers, a, lengths, random)


def _gap(critic: nn.Module, a: Tensor, b: Tensor, random: torch.Generator) -> Tensor:
    """``mean f(b) − mean f(a)``; all scores in one pass."""
    scores = critic(torch.cat([a, b]))
    return torch.as_tensor(scores[len(a) :].mean() - scores[: len(a)].mean())


def _penalised(penalty: Callable[[Tensor], Tensor]) -> Loss:
    def loss(critic: nn.Module, a: Tensor, b: Tensor, random: torch.Generator) -> Tensor:
        norms = penalties.slopes(critic, penalties.between(a, b, random))[1]
        return _gap(critic, a, b, random) + _PENALTY * penalty(norms)

    return loss


def _penalised_in_place(critic: nn.Module, a: Tensor, b: Tensor, random: torch.Generator) -> Tensor:
    """The one-sided penalty at the very points whose scores are compared.

    Points on segments between random pairs lie, in many dimensions, where neither sample has any; a plan moves points
    a short way, so that what it passes through is near the points themselves. It costs no pass of its own either.
    """
    scores, norms = penalties.slopes(critic, torch.cat([a, b]))
    return scores[len(a) :].mean() - scores[: len(a)].mean() + _PENALTY * penalties.one_sided(norms)


def _transformed(critic: nn.Module, a: Tensor, b: Tensor, random: torch.Generator) -> Tensor:
    """``mean f(a) + mean f^c(b)`` with ``f^c(y) = min_x ‖x − y‖ − f(x)`` over the batch (Mallasto et al. 2019)."""
    scores = critic(a)
    return (scores - torch.cdist(b, a)).amax(dim=1).mean() - scores.mean()


def _clip(critic: nn.Module) -> None:
    """Every weight into ±0.05 (Arjovsky, Chintala & Bottou 2017, algorithm 1, there ±0.01)."""
    with torch.no_grad():
        for weight in critic.parameters():
            weight.clamp_(-_CLIP, _CLIP)


RECIPES: dict[str, Recipe] = {
    "waves": Recipe(_waves, _penalised_in_place, orthogonal=True),
    "clip": Recipe(_perceptron, _gap, project=_clip),
    "gradient-penalty": Recipe(_perceptron, _penalised(penalties.two_sided)),
    "lipschitz-penalty": Recipe(_perceptron, _penalised(penalties.one_sided)),
    "spectral-norm": Recipe(_normalised, _gap),
    "1-lipschitz": Recipe(_one_lipschitz, _gap),
    "c-transform": Recipe(_perceptron, _transformed),
}
"""All that there are."""
