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
    from ganbaru import distances, models, objectives, quality, rights, runs, scout, signal, sources, studies, training
    from ganbaru.checkup import Finding, Findings
    from ganbaru.checkup.examining import checkup  # the room may be called like this function
    from ganbaru.checkup.treating.treat import treat
    from ganbaru.checkup.treating.treatment import Treatment
    from ganbaru.checkup.watch import watch
    from ganbaru.distances import Estimate
    from ganbaru.report import build as report  # the room may be called like this function
    from ganbaru.runs import Run
    from ganbaru.ship import ship  # likewise
    from ganbaru.studies import kinds as study
    from ganbaru.training import fit, load

_ROOMS = (
    "checkup",
    "distances",
    "models",
    "objectives",
    "quality",
    "report",
    "rights",
    "runs",
    "scout",
    "ship",
    "signal",
    "sources",
    "studies",
    "training",
)
_NAMES = {
    "Estimate": "distances",
    "Finding": "checkup.finding",
    "Findings": "checkup.finding",
    "Run": "runs",
    "Treatment": "checkup.treating.treatment",
    "fit": "training",
    "load": "training",
    "treat": "checkup.treating.treat",
    "watch": "checkup.watch",
}

__all__ = [
    "Estimate",
    "Finding",
    "Findings",
    "Run",
    "Treatment",
    "UserError",
    "__version__",
    "checkup",
    "distances",
    "fit",
    "load",
    "models",
    "objectives",
    "quality",
    "report",
    "rights",
    "runs",
    "scout",
    "ship",
    "signal",
    "sources",
    "studies",
    "study",
    "training",
    "treat",
    "watch",
]


def __getattr__(name: str) -> Any:
    if name in _ROOMS:
        return import_module(f"ganbaru.{name}")
    if name == "study":
        return import_module("ganbaru.studies.kinds")
    if name in _NAMES:
        return getattr(import_module(f"ganbaru.{_NAMES[name]}"), name)
    raise AttributeError(f"module 'ganbaru' has no attribute {name!r}")


def __dir__() -> list[str]:
    return list(__all__)
