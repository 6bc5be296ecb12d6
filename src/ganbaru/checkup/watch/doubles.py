"""Doubles of the generator: other modules built like it, such as an older copy that makes the critic's fakes.

A copy does not take the watcher's hooks along and may be older than the watch, so the passes of all modules are heard
while a step is looked at, and those of a double are known by its class and the shapes of its weights.
"""

from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

import torch
from torch import Tensor, nn
from torch.nn.modules.module import register_module_forward_hook

from ganbaru.checkup.watch import outputs
from ganbaru.checkup.watch.hooks import Guard
from ganbaru.checkup.watch.networks import norms, unwrapped, weights

_FEWEST = 2
"""Weights from which two modules are alike by their shapes, and not by chance."""


class Doubles:
    """Hears of what is made by modules built like one network.

    Args:
        network: it.
        guard: what runs the hooks.
        see: is called with what a double made, and the updates of the network at which the double was first as it is.
        updates: of the network so far.
    """

    def __init__(
        self, network: nn.Module, guard: Guard, see: Callable[[Tensor, int], None], updates: Callable[[], int]
    ) -> None:
        self._network, self._see, self._updates = unwrapped(network), see, updates
        self._shapes = [weight.shape for weight in weights(self._network)]
        self._hook = guard.hook("doubles", self._passed)
        self._handle: Any = None
        self._known: WeakKeyDictionary[nn.Module, bool] = WeakKeyDictionary()
        self._since: WeakKeyDictionary[nn.Module, tuple[list[float], int]] = WeakKeyDictionary()
        self._able = len(self._shapes) >= _FEWEST and network is self._network

    def look(self, looking: bool) -> None:
        """Starts or ends hearing."""
        if looking and self._handle is None and self._able:
            self._handle = register_module_forward_hook(self._hook)
        elif not looking and self._handle is not None:
            self._handle.remove()
            self._handle = None

    def _passed(self, module: nn.Module, args: Any, answer: Any) -> None:
        if type(module) is not type(self._network) or module is self._network:
            return
        if module not in self._known:
            self._known[module] = [weight.shape for weight in weights(module)] == self._shapes
        made = outputs.samples(answer) if self._known[module] else None
        if made is not None:
            self._see(made, self._first(module))

    def _first(self, module: nn.Module) -> int:
        """The updates of the network at which a double was first seen with the weights that it has now."""
        now = torch.stack(norms(weights(module))).tolist()
        before = self._since.get(module)
        if before is None or before[0] != now:
            self._since[module] = before = (now, self._updates())
        return before[1]
