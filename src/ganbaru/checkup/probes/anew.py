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


def wider(opened: Reopened, name: Name, factor: int, seed: int) -> Network:
    """A network to hold the run's against: the same kind with so many times the channels, not fewer than usual.

    Of a network of the user's own, which cannot be widened, it is the one that is usual for such samples.
    """
    document = opened.document["networks"]
    shape, classes = tuple(document["shape"]), int(document["classes"])
    numbers = _numbers(opened, name)
    usual = _build(
        name, {"size": numbers.get("size", "small"), "kind": numbers.get("kind", "auto")}, shape, classes, seed
    )
    channels = max(factor * int(numbers.get("channels", 0)), usual.plan["channels"])
    return _build(name, {**numbers, "channels": channels}, shape, classes, seed).to(opened.fabric.device)


def _numbers(opened: Reopened, name: Name) -> dict[str, Any]:
    """All settings of a network of this package; none of the user's own."""
    network = opened.game.generator if name == "generator" else opened.game.critic
    if not isinstance(network, Network):
        return {}
    return {"kind": network.plan.kind, "size": network.plan.size, **network.plan.numbers}


def _build(name: Name, numbers: dict[str, Any], shape: tuple[int, ...], classes: int, seed: int) -> Network:
    with own_random_state(seed, "wider"):
        if name == "generator":
            return models.build_generator(GeneratorConfig(**numbers), shape, classes)
        return models.build_critic(CriticConfig(**numbers), shape, classes)
