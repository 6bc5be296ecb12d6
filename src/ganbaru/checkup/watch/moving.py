"""How a network's weights move in a step that is looked at: their gradients, their way, their bound."""

import math
from typing import Any

import torch
from torch import Tensor, nn

from ganbaru.checkup.watch.networks import gradient_reach, norm, norms, weights
from ganbaru.checkup.watch.record import Record
from ganbaru.training.evidence import dead_units

_AT_BOUND = 1 - 1e-6
_CLIPPED = 8
"""Weights that stay at exactly one largest size although gradients push them, from which that is a clip's bound."""


class Moving:
    """Follows the weights of one network.

    Attributes:
        updates: own steps in this look.
        moves: looks in which the weights moved; looked: all looks.
        broken: the first step at which a weight was not finite.
        bound: the clip's bound as last seen; None without one.
    """

    def __init__(self, name: str, network: nn.Module) -> None:
        self.name, self._network = name, network
        self.updates = self.looked = self.moves = 0
        self.broken: int | None = None
        self.bound: float | None = None
        self._largest = math.nan
        self._before: list[Tensor] = []
        self._start = _norms(network)
        self._gradient: float | None = None
        self._dead: float | None = None
        self._reach: float | None = None

    @property
    def trainable(self) -> bool:
        """Whether some weight is not frozen."""
        return any(weight.requires_grad for weight in self._network.parameters())

    def begin(self) -> None:
        """Keeps the weights as they are."""
        self.updates, self._gradient, self._dead, self._reach = 0, None, None, None
        self._before = [weight.detach().clone() for weight in weights(self._network)]

    def gradients(self, optimizer: torch.optim.Optimizer | None = None) -> None:
        """Reads the gradients that an optimizer is about to use, or that lie there."""
        found = [weight.grad for weight in weights(self._network) if weight.grad is not None]
        if found:
            scale = getattr(optimizer, "grad_scale", None)
            self._gradient = norm(found) / (float(scale) if scale is not None else 1.0)
            self._dead = dead_units(self._network)
            self._reach = gradient_reach(self._network) if self.name != "critic" else None

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
            record.add("gradient_reach", self._reach)

    def _compare(self, now: list[Tensor], record: Record, per_step: float) -> None:
        way, size = norm(torch._foreach_sub(now, self._before)), norm(self._before)
        self.looked += 1
        self.moves += way > 0
        if not math.isfinite(way) and self.broken is None:
            self.broken = record.step
        if self.updates:
            record.add(f"{self.name}_update_ratio", way / max(size, 1e-30) * per_step / self.updates)

    def clipped(self, record: Record, bound: float | None = None) -> None:
        """Whether the weights are clipped, seen as an own step comes: they are then what the loss was taken with.

        A loop may clip before the critic's passes (Arjovsky's own code) or after its step (their algorithm 1, line 7).
        After the step the weights of the former have left the bound; at this moment both stand at it. A bound stays
        from look to look, and weights stand at it although they are pushed. What is alike by its first values stays
        only without a gradient, or all alike; what a step of Adam's makes alike is elsewhere the next time.

        Args:
            record: is told which share of the weights stands at the bound.
            bound: where the clip itself was seen; then nothing need be told from the weights.
        """
        some = [weight for weight in weights(self._network) if weight.numel()]
        if bound is not None:
            self._at(bound, some, some, record)
            return
        sizes = [float(weight.detach().abs().max()) for weight in some]
        before, self._largest = self._largest, max(sizes, default=math.nan)
        if not 0 < self._largest == before < math.inf:
            return
        low = self._largest * _AT_BOUND
        reaching = [weight for weight, size in zip(some, sizes, strict=True) if size >= low]
        if sum(_pushed(weight, low) for weight in reaching) >= _CLIPPED:
            self._at(self._largest, reaching, some, record)

    def _at(self, bound: float, reaching: list[nn.Parameter], some: list[nn.Parameter], record: Record) -> None:
        """Notes a bound, and how many of some weights stand there: of those that reach it."""
        self.bound = bound
        at = sum(int((weight.detach().abs() >= bound * _AT_BOUND).sum()) for weight in reaching)
        record.add("clipped_share", at / max(1, sum(weight.numel() for weight in some)))

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


def _pushed(weight: nn.Parameter, low: float) -> int:
    """Values of this size or more with a gradient; 0 where all values are one."""
    values, gradient = weight.detach(), weight.grad
    if gradient is None or gradient.is_sparse or bool((values == values.flatten()[0]).all()):
        return 0
    return int(((values.abs() >= low) & (gradient.detach() != 0)).sum())


def _norms(network: nn.Module) -> list[float]:
    """Of each weight: enough to know later whether any has moved."""
    return [float(each) for each in norms(weights(network))]
