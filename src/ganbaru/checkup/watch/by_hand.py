"""Steps that no optimizer makes: a loop that subtracts gradients from weights itself is known by the weights alone.

Its gradients may lie nowhere when it has moved, so they are kept as they are computed; of such loops only, for hooks on
every weight take time.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from ganbaru.checkup.watch.hooks import Guard
from ganbaru.checkup.watch.networks import some_values, weights

_WEIGHTS = 3


class ByHand:
    """Notices that networks are otherwise than they were.

    Args:
        parts: the networks.
        guard: what runs the hooks.
    """

    def __init__(self, parts: Mapping[str, nn.Module], guard: Guard) -> None:
        self._parts, self._guard = parts, guard
        self._before: dict[str, list[Tensor]] = {}
        self._computed: dict[nn.Parameter, Tensor] = {}
        self._handles: list[Any] = []
        self._keeps = False

    def begin(self) -> None:
        """The networks are to be known as they are now; of those that were seen to move by hand, gradients are kept."""
        self._before = {name: _some(part) for name, part in self._parts.items()}
        if self._keeps and not self._handles:
            learning = [each for part in self._parts.values() for each in weights(part) if each.requires_grad]
            self._handles = [self._keep(weight) for weight in learning]

    def rest(self) -> None:
        """Keeps nothing more."""
        for handle in self._handles:
            handle.remove()
        self._handles.clear()
        self._computed.clear()

    def _keep(self, weight: nn.Parameter) -> Any:
        def keep(gradient: Tensor) -> None:
            self._computed[weight] = gradient.detach().clone()

        return weight.register_hook(self._guard.hook("gradients by hand", keep))

    @contextmanager
    def lent(self, name: str) -> Iterator[bool]:
        """A block in which what was computed for a network lies in ``.grad``; whether there is any. It is put back.

        It is asked for where a network moved by hand, so from the next look on there will be some.
        """
        self._keeps = True
        kept = {weight: weight.grad for weight in weights(self._parts[name]) if weight in self._computed}
        try:
            for weight in kept:
                weight.grad = self._computed.pop(weight)
            yield bool(kept)
        finally:
            for weight, gradient in kept.items():
                weight.grad = gradient

    def moved(self) -> list[str]:
        """Those that are otherwise than at the last call, or than at the beginning."""
        found = []
        for name, before in self._before.items():
            now = _some(self._parts[name])
            if len(now) != len(before) or not all(map(torch.equal, now, before)):
                self._before[name] = now
                found.append(name)
        return found


def _some(part: nn.Module) -> list[Tensor]:
    """Some values of the first, the middle and the last of the weights that learn."""
    learning = [weight for weight in weights(part) if weight.requires_grad]
    places = torch.linspace(0, len(learning) - 1, min(_WEIGHTS, len(learning))).round().long().tolist()
    return [some_values(learning[place]) for place in places]
