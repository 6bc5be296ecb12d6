"""Clips of weights, seen as the loop makes them: ``clamp_`` tells of the weights that are listened for.

A bound that no weight reaches leaves no other trace, and is the fault that is looked for. The two in-place methods are
replaced while somebody listens and put back when the last one leaves; what they do stays the same.
"""

import functools
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from ganbaru.checkup.watch.hooks import Guard
from ganbaru.checkup.watch.networks import weights

_METHODS = ("clamp_", "clip_")
_listening: list["Clamps"] = []


class Clamps:
    """Hears of the clips of one network's weights.

    Attributes:
        bound: of the last one that was as far on both sides of 0; None before.
    """

    def __init__(self, network: nn.Module, guard: Guard) -> None:
        self.bound: float | None = None
        self._network, self._guard = network, guard

    def hook_on(self) -> "Clamps":
        """Listens until it is removed."""
        if not _listening:
            for name in _METHODS:
                setattr(Tensor, name, _telling(getattr(Tensor, name)))
        _listening.append(self)
        return self

    def remove(self) -> None:
        """Listens no more."""
        if self in _listening:
            _listening.remove(self)
            if not _listening:
                for name in _METHODS:
                    delattr(Tensor, name)

    def hear(self, clamped: Tensor, low: Any, high: Any) -> None:
        """A tensor was clamped."""
        self._guard.run("clamps", self._note, clamped, low, high)

    def _note(self, clamped: Tensor, low: Any, high: Any) -> None:
        place = clamped.data_ptr()
        is_bound = isinstance(low, int | float) and isinstance(high, int | float) and high == -low > 0
        if is_bound and any(weight.data_ptr() == place for weight in weights(self._network)):
            self.bound = float(high)


def _telling(method: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """A method of tensors that does what it does, and tells who listens."""

    @functools.wraps(method)
    def clamp(self: Tensor, min: Any = None, max: Any = None) -> Tensor:
        clamped = method(self, min, max)
        if not torch.compiler.is_compiling():
            for each in tuple(_listening):
                each.hear(self, min, max)
        return clamped

    return clamp
