"""A trained generator becomes one small WebAssembly file and a page that plays it.

>>> import ganbaru as gb
>>> gb.ship("runs/first", "site/")  # doctest: +SKIP

The compiler, the page, and the reader of any WebAssembly file are rooms of their own within. Nothing heavy is imported
until it is used.
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ganbaru.ship.shipping import Shipped, ship

__all__ = ["Shipped", "ship"]


class _Callable(ModuleType):
    """The room itself may be called, as `ship` is: ``gb.ship(run, site)``."""

    def __call__(self, *given: Any, **options: Any) -> "Shipped":
        made: Shipped = import_module("ganbaru.ship.shipping").ship(*given, **options)
        return made


def __getattr__(name: str) -> Any:
    if name in __all__:
        return getattr(import_module("ganbaru.ship.shipping"), name)
    raise AttributeError(f"module 'ganbaru.ship' has no attribute {name!r}")


def __dir__() -> list[str]:
    return list(__all__)


sys.modules[__name__].__class__ = _Callable
