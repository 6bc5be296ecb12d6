"""A network's architecture before it learned anything, and wider ones to hold it against."""

from copy import deepcopy
from typing import Any, Literal

from torch import nn

from ganbaru import models
from ganbaru.checkup.run.reopened import Reopened
from ganbaru.models import CriticConfig, GeneratorConfig
from ganbaru.models.network import Network
from ganbaru.training.randomness import own_random_state

Name = Literal["generator", "critic"]
NAMES: tuple[Name, ...] = ("generator", "critic")
_TIMES = {"channels": 4, "layers": 1, "kernel": 1, "fourier": 1}
"""What makes a network larger, and how many times as large it becomes."""


def anew(network: nn.Module, seed: int) -> nn.Module:
    """A copy whose weights are drawn again; a layer that cannot be keeps those that it has."""
    with own_random_state(seed, "anew"):
        if isinstance(network, Network):
            kind = type(network)
            return kind(network.plan).to(next(network.parameters()).device)
        copy = deepcopy(network)
        for module in copy.modules():
            draw = getattr(module, "reset_parameters", None)
            if callable(draw):
                draw()
    return copy.requires_grad_(True)


def wider(opened: Reopened, name: Name, seed: int) -> tuple[Network, dict[str, int]]:
    """A network to hold the run's against: of the same kind, four times as wide, in nothing smaller than the usual one.

    Of a network of the user's own, which cannot be widened, it is the one that is usual for such samples.

    Returns:
        The network, and its numbers that are larger than the run's, by name.
    """
    own, ordinary = _numbers(opened, name), usual(opened, name)
    larger = {key: max(int(ordinary[key]), _TIMES[key] * int(own.get(key, 0))) for key in _TIMES if key in ordinary}
    fixed = {"latent": opened.latent} if name == "generator" else {}
    network = _build(opened, name, {**own, **larger, **fixed}, seed)
    return network, {key: value for key, value in larger.items() if value != own.get(key)}


def usual(opened: Reopened, name: Name) -> dict[str, Any]:
    """The numbers of the network that is usual for such samples, of the kind and size of the run's own."""
    own = _numbers(opened, name)
    return _build(opened, name, {key: own[key] for key in ("kind", "size") if key in own}, 0).plan.numbers


def longer(opened: Reopened, name: Name) -> dict[str, int]:
    """The settings with which a network of this package would see farther: those in which the usual one is larger."""
    own, ordinary = _numbers(opened, name), usual(opened, name)
    return {key: int(ordinary[key]) for key in ("kernel", "layers") if key in own and own[key] < ordinary[key]}


def _numbers(opened: Reopened, name: Name) -> dict[str, Any]:
    """All settings of a network of this package; none of the user's own."""
    network = opened.game.generator if name == "generator" else opened.game.critic
    if not isinstance(network, Network):
        return {}
    return {"kind": network.plan.kind, "size": network.plan.size, **network.plan.numbers}


def _build(opened: Reopened, name: Name, numbers: dict[str, Any], seed: int) -> Network:
    document = opened.document["networks"]
    shape, classes = tuple(document["shape"]), int(document["classes"])
    with own_random_state(seed, "wider"):
        if name == "generator":
            return models.build_generator(GeneratorConfig(**numbers), shape, classes).to(opened.fabric.device)
        return models.build_critic(CriticConfig(**numbers), shape, classes).to(opened.fabric.device)
