"""How a network's weights move in a step that is looked at: their gradients, their way, their bound."""

import math
from typing import Any

import torch
from torch import Tensor, nn

from ganbaru.checkup.watch.networks import norm, weights
from ganbaru.checkup.watch.record import Record
from ganbaru.training.evidence import dead_units

_AT_BOUND = 1 - 1e-6
_CLIPPED = 8
"""Weights at exactly one largest size, in several tensors, from which that is a clip's bound."""


class Moving:
    """Follows the weights of one network.

    Attributes:
        updates: own steps in this look.
        moves: looks in which the weights moved; looked: all looks.
        broken: the first step at which a weight was not finite.
        bounds: the clip's bound as last seen; None without one.
    """

    def __init__(self, name: str, network: nn.Module) -> None:
        self.name, self._network = name, network
        self.updates = self.looked = self.moves = 0
        self.broken: int | None = None
        self.bound: float | None = None
        self._before: list[Tensor] = []
        self._start = _norms(network)
        self._gradient: float | None = None
        self._dead: float | None = None

    @property
    def trainable(self) -> bool:
        """Whether some weight is not frozen."""
        return any(weight.requires_grad for weight in self._network.parameters())

    def begin(self) -> None:
        """Keeps the weights as they are."""
        self.updates, self._gradient, self._dead = 0, None, None
        self._before = [weight.detach().clone() for weight in weights(self._network)]

    def gradients(self, optimizer: torch.optim.Optimizer) -> None:
        """Reads the gradients that an optimizer is about to use."""
        found = [weight.grad for weight in weights(self._network) if weight.grad is not None]
        if found:
            scale = getattr(optimizer, "grad_scale", None)
            self._gradient = norm(found) / (float(scale) if scale is not None else 1.0)
            self._dead = dead_units(self._network)

    def end(self, record: Record, per_step: float) -> None:
        """Sets the weights against what they were.

        Args:
            record: is told.
            per_step: own steps that a step of the training has.
        """
        now = [weight.detach() for weight in weights(self._network)]
        if len(now) == len(self._before) and now:
            self._compare(now, record, per_step)
        self._before = []
        if self.updates:
            record.add(f"{self.name}_gradient", self._gradient)
            record.add(f"dead_units_{self.name}", self._dead)
        if self.name == "critic":
            self._clip(now, record)

    def _compare(self, now: list[Tensor], record: Record, per_step: float) -> None:
        way, size = norm(torch._foreach_sub(now, self._before)), norm(self._before)
        self.looked += 1
        self.moves += way > 0
        if not math.isfinite(way) and self.broken is None:
            self.broken = record.step
        if self.updates:
            record.add(f"{self.name}_update_ratio", way / max(size, 1e-30) * per_step / self.updates)

    def _clip(self, now: list[Tensor], record: Record) -> None:
        sizes = [weight.abs() for weight in now if weight.numel()]
        if not sizes:
            return
        largest = [float(size.max()) for size in sizes]
        bound = max(largest)
        at = [int((size >= bound * _AT_BOUND).sum()) for size in sizes if bound > 0]
        if sum(at) >= _CLIPPED and sum(each > 0 for each in at) >= 2 and bound not in (0.0, 1.0):
            self.bound = bound
            record.add("clipped_share", sum(at) / sum(size.numel() for size in sizes))

    def to_json(self) -> dict[str, Any]:
        """How it moved: part of the probe ``updates``."""
        some = weights(self._network)
        return {
            "looked": self.looked,
            "moves": self.moves,
            "elsewhere": _norms(self._network) != self._start,
            "weights": len(some),
            "trainable": sum(weight.requires_grad for weight in some),
            "broken": self.broken,
        }


def _norms(network: nn.Module) -> list[float]:
    """Of each weight: enough to know later whether any has moved."""
    found = torch._foreach_norm([weight.detach() for weight in weights(network)])
    return [float(each) for each in found]
