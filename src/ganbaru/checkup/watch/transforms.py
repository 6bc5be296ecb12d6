"""Passes inside `torch.func`: within `vmap`, `grad`, `jacrev` or `jvp` a network is given wrapped tensors.

Their values lie inside, and can be read only where no transform is at work. A gradient that a transform takes reaches
no hook; that it is taken is told by what the network is given: something that is followed inside of a transform.
"""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

_INSIDE: Any = getattr(torch._C, "_functorch", None)


@dataclass(frozen=True)
class Peeled:
    """What is inside a wrapped tensor.

    Attributes:
        values: with what `vmap` runs over in front ``(…, *shape)``.
        followed: a transform differentiates with respect to it.
        outer: the graph outside of all transforms goes on through it.
    """

    values: Tensor
    followed: bool
    outer: bool


def is_wrapped(tensor: Tensor) -> bool:
    """Whether a transform wrapped it."""
    return _INSIDE is not None and bool(_INSIDE.is_functorch_wrapped_tensor(tensor))


def set_aside() -> AbstractContextManager[Any]:
    """No transform is at work inside of this."""
    from torch._functorch.pyfunctorch import temporarily_clear_interpreter_stack

    return temporarily_clear_interpreter_stack()


def peeled(tensor: Tensor) -> Peeled:
    """What is inside."""
    fronts, followed = [], any(each.key().name == "Jvp" for each in _INSIDE.get_interpreter_stack() or ())
    while is_wrapped(tensor):
        followed = followed or tensor.requires_grad
        if _INSIDE.is_batchedtensor(tensor):
            fronts.append(_INSIDE.maybe_get_bdim(tensor))
        tensor = _INSIDE.get_unwrapped(tensor)
    with set_aside():
        values = tensor.detach()
        for front in reversed(fronts):
            values = values.movedim(front, 0)
        return Peeled(values.clone(), followed, tensor.requires_grad)
