"""Clips of weights, seen as the loop makes them: clamping tells of the weights that are listened for.

A bound that no weight reaches leaves no other trace, and is the fault that is looked for. Tensors' methods and torch's
functions are replaced while somebody listens and put back when the last one leaves; what they do stays the same. A
clamped copy of a weight is a clip where the weight is found to be that copy later.
"""

import functools
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from ganbaru.checkup.watch.hooks import Guard
from ganbaru.checkup.watch.networks import weights

_METHODS = ("clamp_", "clip_", "clamp", "clip")
_FUNCTIONS = ("clamp", "clip")
_listening: list["Clamps"] = []
_kept: dict[str, Callable[..., Tensor]] = {}


class Clamps:
    """Hears of the clips of one network's weights."""

    def __init__(self, network: nn.Module, guard: Guard) -> None:
        self._network, self._guard = network, guard
        self._bound: float | None = None
        self._copy: tuple[nn.Parameter, Tensor, float] | None = None

    @property
    def bound(self) -> float | None:
        """Of the last clip that was as far on both sides of 0; None before."""
        self._guard.run("clamps", self._take)
        return self._bound

    def _take(self) -> None:
        """Takes the bound of a clamped copy that a weight has become."""
        copy, self._copy = self._copy, None
        if copy is not None and torch.equal(copy[0].detach(), copy[1]):
            self._bound = copy[2]

    def hook_on(self) -> "Clamps":
        """Listens until it is removed."""
        if not _listening:
            _replace()
        _listening.append(self)
        return self

    def remove(self) -> None:
        """Listens no more."""
        if self in _listening:
            _listening.remove(self)
            if not _listening:
                _put_back()

    def hear(self, given: Tensor, low: Any, high: Any, clamped: Tensor) -> None:
        """A tensor was clamped; in place, or to another one."""
        if isinstance(low, int | float) and isinstance(high, int | float) and high == -low > 0:
            self._guard.run("clamps", self._note, given, float(high), clamped)

    def _note(self, given: Tensor, bound: float, clamped: Tensor) -> None:
        place = _place(given)
        weight = next((weight for weight in weights(self._network) if weight.data_ptr() == place), None)
        if weight is not None and _place(clamped) == place:
            self._bound, self._copy = bound, None
        elif weight is not None:
            self._copy = weight, clamped.detach(), bound


def _place(tensor: Tensor) -> int:
    """Where its values lie; -1 of what has no place of its own, as inside `torch.vmap`."""
    try:
        return tensor.data_ptr()
    except RuntimeError:
        return -1


def _replace() -> None:
    for name in _METHODS:
        setattr(Tensor, name, _telling(getattr(Tensor, name)))
    for name in _FUNCTIONS:
        _kept[name] = getattr(torch, name)
        setattr(torch, name, _scriptable(_telling(_kept[name]), name))


def _put_back() -> None:
    for name in _METHODS:
        delattr(Tensor, name)
    for name in _FUNCTIONS:
        setattr(torch, name, _kept.pop(name))


def _scriptable(function: Callable[..., Tensor], name: str) -> Callable[..., Tensor]:
    """The same, known to `torch.jit.script` as the operator that it stands for, in the releases that can be told."""
    register = getattr(torch.jit._builtins, "_register_builtin", None)
    if register is not None:
        register(function, f"aten::{name}")
    return function


def _telling(clamp: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """Something that clamps as this does, and tells who listens."""

    @functools.wraps(clamp)
    def telling(input: Tensor, min: Any = None, max: Any = None, **options: Any) -> Tensor:
        clamped = clamp(input, min, max, **options)
        final = clamped is input or (isinstance(clamped, Tensor) and not clamped.requires_grad)
        if final and not torch.compiler.is_compiling():
            for each in tuple(_listening):
                each.hear(input, min, max, clamped)
        return clamped

    return telling
