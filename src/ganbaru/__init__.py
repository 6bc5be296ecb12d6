"""ganbaru raises generative models of sound: it trains them, measures them, and says why one is not learning.

>>> import ganbaru as gb
>>> source = gb.sources.open("toy:ring")

Nothing heavy is imported until it is used: each name below brings its room when it is first touched.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ganbaru._version import __version__
from ganbaru.errors import UserError

if TYPE_CHECKING:
    from ganbaru import distances, models, objectives, quality, runs, signal, sources, training
    from ganbaru.distances import Estimate
    from ganbaru.report import build as report  # the room may be called like this function
    from ganbaru.runs import Run
    from ganbaru.training import fit, load

_ROOMS = ("distances", "models", "objectives", "quality", "report", "runs", "signal", "sources", "training")
_NAMES = {"Estimate": "distances", "Run": "runs", "fit": "training", "load": "training"}

__all__ = [
    "Estimate",
    "Run",
    "UserError",
    "__version__",
    "distances",
    "fit",
    "load",
    "models",
    "objectives",
    "quality",
    "report",
    "runs",
    "signal",
    "sources",
    "training",
]


def __getattr__(name: str) -> Any:
    if name in _ROOMS:
        return import_module(f"ganbaru.{name}")
    if name in _NAMES:
        return getattr(import_module(f"ganbaru.{_NAMES[name]}"), name)
    raise AttributeError(f"module 'ganbaru' has no attribute {name!r}")


def __dir__() -> list[str]:
    return list(__all__)
