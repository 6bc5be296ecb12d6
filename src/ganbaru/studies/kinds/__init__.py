"""The kinds of study: each asks one question, plans its trials, and reads the answer off the results.

>>> import ganbaru as gb
>>> gb.study.data(train, data, out="studies/more-data")  # doctest: +SKIP

`frame` says what a kind is made of. A kind is loaded when it is first touched.
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ganbaru.studies.kinds.capacity import capacity
    from ganbaru.studies.kinds.data import data
    from ganbaru.studies.kinds.frame import answer_of
    from ganbaru.studies.kinds.hyper import hyper
    from ganbaru.studies.kinds.n_critic import n_critic
    from ganbaru.studies.kinds.objective import objective
    from ganbaru.studies.kinds.representation import representation
    from ganbaru.studies.kinds.vanishing import vanishing

KINDS = {
    "data": "data",
    "hyper": "hyper",
    "capacity": "capacity",
    "vanishing": "vanishing",
    "n-critic": "n_critic",
    "representation": "representation",
    "objective": "objective",
}
"""Each kind by its name, and the module of this room that has a function of the module's own name, and ``judge``."""

__all__ = [
    "KINDS",
    "answer_of",
    "capacity",
    "data",
    "hyper",
    "n_critic",
    "objective",
    "representation",
    "vanishing",
]


class _Kinds(ModuleType):
    """A kind's function and its file have one name: the function is what the room shows."""

    def __setattr__(self, name: str, value: Any) -> None:
        """Called by the import system, whose module would take the function's place."""
        super().__setattr__(name, getattr(value, name) if name in KINDS.values() else value)


def __getattr__(name: str) -> Any:
    if name == "answer_of":
        return import_module("ganbaru.studies.kinds.frame").answer_of
    if name in KINDS.values():
        return getattr(import_module(f"ganbaru.studies.kinds.{name}"), name)
    raise AttributeError(f"module 'ganbaru.studies.kinds' has no attribute {name!r}")


def __dir__() -> list[str]:
    return list(__all__)


sys.modules[__name__].__class__ = _Kinds
