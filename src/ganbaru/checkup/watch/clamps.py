"""Clips of weights, seen as the loop makes them: clamping tells of the weights that are listened for.

A bound that no weight reaches leaves no other trace, and is the fault that is looked for. Tensors' methods and torch's
functions are replaced while somebody listens and put back when the last one leaves; what they do stays the same. A
clamped copy of a weight is a clip where the weight is found to be that copy later. Some clip one side after the other.
"""

import functools
import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from ganbaru.checkup.watch.hooks import Guard
from ganbaru.checkup.watch.networks import weights

_METHODS = ("clamp_", "clip_", "clamp", "clip", "clamp_min_", "clamp_max_", "clamp_min", "clamp_max")
_FUNCTIONS = ("clamp", "clip", "clamp_min", "clamp_max")
_listening: list["Clamps"] = []
_kept: dict[str, Callable[..., Tensor]] = {}


class Clamps:
    """Hears of the clips of one network's weights."""

    def __init__(self, network: nn.Module, guard: Guard) -> None:
        self._network, self._guard = network, guard
        self._bound: float | None = None
        self._copy: tuple[nn.Parameter, Tensor, float] | None = None
        self._half: dict[int, tuple[int, float, float]] = {}

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
        if all(_is_number(each) for each in (low, high)):
            self._guard.run("clamps", self._note, given, low, high, clamped)

    def _note(self, given: Tensor, low: Any, high: Any, clamped: Tensor) -> None:
        place, after = _place(given), _place(clamped)
        weight = next((each for each in weights(self._network) if place in self._places(each)), None)
        if weight is None:
            return
        _, least, most = self._half.pop(id(weight), (0, -math.inf, math.inf))
        low, high = least if low is None else float(low), most if high is None else float(high)
        if math.isinf(low) or math.isinf(high):
            self._half[id(weight)] = after, low, high
        elif high == -low > 0 and after == weight.data_ptr():
            self._bound, self._copy = high, None
        elif high == -low > 0:
            self._copy = weight, clamped.detach(), high

    def _places(self, weight: nn.Parameter) -> tuple[int, ...]:
        """Where a weight's values lie, and those of what one side of a clip has made of them."""
        return weight.data_ptr(), *(self._half[id(weight)][:1] if id(weight) in self._half else ())


def _is_number(bound: Any) -> bool:
    """Whether a bound is one number, or none."""
    return bound is None or isinstance(bound, int | float) or (isinstance(bound, Tensor) and bound.numel() == 1)


def _place(tensor: Tensor) -> int:
    """Where its values lie; -1 of what has no place of its own, as inside `torch.vmap`."""
    try:
        return tensor.data_ptr()
    except RuntimeError:
        return -1


def _replace() -> None:
    for name in _METHODS:
        setattr(Tensor, name, _telling(getattr(Tensor, name), name))
    for name in _FUNCTIONS:
        _kept[name] = getattr(torch, name)
        setattr(torch, name, _scriptable(_kept[name], name))


def _put_back() -> None:
    for name in _METHODS:
        delattr(Tensor, name)
    for name in _FUNCTIONS:
        setattr(torch, name, _kept.pop(name))


@functools.cache
def _scriptable(clamp: Callable[..., Tensor], name: str) -> Callable[..., Tensor]:
    """The same, telling, and known to `torch.jit.script` as the operator that it stands for where that can be told.

    It is kept for good: torch knows operators by the place of a function in memory, and would take for this one what
    lies there later.
    """
    function = _telling(clamp, name)
    register = getattr(torch.jit._builtins, "_register_builtin", None)
    if register is not None:
        register(function, f"aten::{name}")
    return function


def _telling(clamp: Callable[..., Tensor], name: str) -> Callable[..., Tensor]:
    """Something that clamps as this does, and tells who listens."""
    sides = tuple(side for side in ("min", "max") if side in name) or ("min", "max")

    @functools.wraps(clamp)
    def telling(input: Tensor, *bounds: Any, **options: Any) -> Tensor:
        clamped = clamp(input, *bounds, **options)
        final = clamped is input or (isinstance(clamped, Tensor) and not clamped.requires_grad)
        if final and not torch.compiler.is_compiling():
            named = {**dict(zip(sides, bounds, strict=False)), **options}
            for each in tuple(_listening):
                each.hear(input, named.get("min"), named.get("max"), clamped)
        return clamped

    return telling
