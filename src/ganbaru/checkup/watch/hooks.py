"""Hooks that leave no trace: they are taken off at the end, a copy of the module does not take them along, none raises.

An error inside a watcher is its own fault: it is logged once, noted, and the part that failed is silent from then on.
"""

import logging
from collections.abc import Callable
from time import perf_counter
from typing import Any

import torch
from torch import nn

log = logging.getLogger("ganbaru.checkup")


def inert(*args: Any, **options: Any) -> None:
    """What a hook becomes in a copy of its module: nothing."""


def _inert() -> Callable[..., None]:
    return inert


def always() -> bool:
    """A hook that is never asleep."""
    return True


class Hook:
    """A function as a hook: in a copy of its module it becomes `inert`, traced by a compiler it does nothing.

    Args:
        call: the function.
        awake: whether it is to be called now; it is asked at every pass and update of the loop, so it must be quick.
    """

    def __init__(self, call: Callable[..., None], awake: Callable[[], bool]) -> None:
        self._call, self._awake = call, awake

    def __call__(self, *args: Any, **options: Any) -> None:
        if self._awake() and not torch.compiler.is_compiling():
            self._call(*args, **options)

    def __deepcopy__(self, memo: dict[int, Any]) -> Callable[..., None]:
        return inert

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[()]]:
        return _inert, ()


def hooked(module: nn.Module, hook: Hook) -> Any:
    """The handle of a hook on the passes of a module.

    A scripted one refuses hooks of its own: it is told among all modules.
    """
    if not isinstance(module, torch.jit.ScriptModule):
        return module.register_forward_hook(hook, with_kwargs=True)

    def mine(called: nn.Module, *passed: Any) -> None:
        if called is module:
            hook(called, *passed)

    return nn.modules.module.register_module_forward_hook(mine, with_kwargs=True)


class Guard:
    """Runs parts of a watcher so that none of them can stop the loop, and adds up the time they take.

    Attributes:
        failures: why each part that failed did so, by its name.
        counts: whether time inside is added up.
        spent: time inside while it was, s.
    """

    def __init__(self) -> None:
        self.failures: dict[str, str] = {}
        self.counts, self.spent = False, 0.0
        self._depth = 0

    def run(self, part: str, call: Callable[..., Any], *args: Any, **options: Any) -> Any:
        """What a part returns; None where it fails or has failed before."""
        if part in self.failures:
            return None
        start, counts, self._depth = perf_counter(), self.counts, self._depth + 1
        try:
            with torch.no_grad():
                return call(*args, **options)
        except Exception as error:
            self.failures[part] = f"the watcher failed at {part}: {type(error).__name__}: {error}"
            log.warning("%s; the loop goes on without it", self.failures[part], exc_info=True)
            return None
        finally:
            self._depth -= 1
            if not self._depth and (counts or self.counts):
                self.spent += perf_counter() - start

    def hook(self, part: str, call: Callable[..., None], awake: Callable[[], bool] = always) -> Hook:
        """A hook that runs as a part, while it is awake."""

        def guarded(*args: Any, **options: Any) -> None:
            self.run(part, call, *args, **options)

        return Hook(guarded, awake)
