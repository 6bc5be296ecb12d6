"""The report: one HTML page about a run or a study, with players, spectrograms, curves, figures. It reads, no more.

>>> import ganbaru as gb
>>> gb.report("runs/first").save("first.html")  # doctest: +SKIP
"""

import sys
from types import ModuleType
from typing import Any

from ganbaru.report.page import Report, build

__all__ = ["Report", "build"]


class _Callable(ModuleType):
    """The room itself may be called, as `build` is: ``gb.report(run)``."""

    def __call__(self, run: Any) -> Report:
        return build(run)


sys.modules[__name__].__class__ = _Callable
