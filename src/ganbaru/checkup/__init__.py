"""The checkup: says why a training does not learn, on what evidence, and what to do about it.

>>> import ganbaru as gb
>>> for finding in gb.checkup("runs/first"): print(finding)  # doctest: +SKIP

Evidence is gathered first (`evidence`); judging (`judging`) is a pure function of it. Nothing heavy is imported until
it is used.
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ganbaru.checkup.evidence import Evidence
    from ganbaru.checkup.examining import checkup
    from ganbaru.checkup.finding import Finding, Findings
    from ganbaru.checkup.judging import judge
    from ganbaru.checkup.watch import watch  # the room may be called like this function

__all__ = ["Evidence", "Finding", "Findings", "checkup", "judge", "watch"]

_HOMES = {
    "Evidence": "evidence",
    "Finding": "finding",
    "Findings": "finding",
    "checkup": "examining",
    "judge": "judging",
}


class _Callable(ModuleType):
    """The room itself may be called, as `checkup` is: ``gb.checkup(run)``."""

    def __call__(self, *subject: Any, **options: Any) -> "Findings":
        found: Findings = import_module("ganbaru.checkup.examining").checkup(*subject, **options)
        return found

    @property
    def watch(self) -> Any:
        """The function; the file of the same name is still imported by its own path."""
        return import_module("ganbaru.checkup.watch").watch

    @watch.setter
    def watch(self, module: ModuleType) -> None:
        """Called by the import system, whose module would take the function's place."""


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"ganbaru.checkup.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'ganbaru.checkup' has no attribute {name!r}")


def __dir__() -> list[str]:
    return list(__all__)


sys.modules[__name__].__class__ = _Callable
