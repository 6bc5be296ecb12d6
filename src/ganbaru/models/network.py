"""What every network of this room can say about itself."""

from typing import Any

import torch
from torch import Tensor, nn

from ganbaru.models.config import Plan
from ganbaru.models.convolution import Conv1d, UpsampleConv1d


class Network(nn.Module):
    """A network that knows the plan it was built from.

    Attributes:
        plan: kind, size, shape and every number.
        classes: how many labels it takes; 0 for none.
    """

    def __init__(self, plan: Plan) -> None:
        super().__init__()
        self.plan, self.classes = plan, plan.classes

    def extra_repr(self) -> str:
        return f"{self.plan.size}, shape={self.plan.shape}, classes={self.classes}, parameters={parameters(self):,}"


class Generator(Network):
    """``forward(z (B, latent), label (B,) or None) -> (B, *shape)``.

    Attributes:
        latent: numbers in the latent vector.
    """

    def __init__(self, plan: Plan) -> None:
        super().__init__(plan)
        self.latent = int(plan["latent"])


class Critic(Network):
    """``forward(x (B, *shape), label (B,) or None) -> (B,)``.

    Attributes:
        independent_samples: no sound's score depends on the others of its batch, so that real and generated sounds
            may be scored in one pass.
    """

    def __init__(self, plan: Plan) -> None:
        super().__init__(plan)
        self.independent_samples = not plan["minibatch_deviation"]


def parameters(network: nn.Module) -> int:
    """How many numbers the network learns."""
    return sum(weight.numel() for weight in network.parameters())


def describe(network: nn.Module) -> dict[str, Any]:
    """The network in a few numbers, for any module.

    Returns:
        ``class``, ``parameters``, and for the networks of this room also ``kind``, ``size``, every number of the plan,
        and ``multiply_adds``: those of convolutions and linear layers for one sound, as they are run (folded).
    """
    found: dict[str, Any] = {"class": type(network).__name__, "parameters": parameters(network)}
    if isinstance(network, Network):
        found |= {"kind": network.plan.kind, "size": network.plan.size, **network.plan.numbers}
        found["multiply_adds"] = multiply_adds(network)
    return found


@torch.no_grad()
def multiply_adds(network: Network) -> int:
    """Multiply-adds of one forward pass of one sound, counted while one is made."""
    counts: list[int] = []
    hooks = [
        module.register_forward_hook(lambda m, args, y: counts.append(_cost(m, args[0], y)))
        for module in network.modules()
        if isinstance(module, Conv1d | UpsampleConv1d | nn.Conv2d | nn.Linear)
    ]
    like = next(network.parameters())
    shape = (network.latent,) if isinstance(network, Generator) else network.plan.shape
    label = torch.zeros(1, dtype=torch.int64, device=like.device) if network.classes else None
    try:
        network(torch.zeros(1, *shape, dtype=like.dtype, device=like.device), label)
    finally:
        for hook in hooks:
            hook.remove()
    return sum(counts)


def _cost(module: nn.Module, x: Tensor, y: Tensor) -> int:
    """Multiply-adds of one layer for one sound."""
    if isinstance(module, UpsampleConv1d):
        return x.shape[2] * module.scale * module.outputs * module.inputs * module.taps
    positions = y[0, 0].numel() if y.dim() > 2 else 1
    weight = module.weight
    assert isinstance(weight, Tensor)
    return positions * weight.numel()
