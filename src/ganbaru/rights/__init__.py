"""What may be done with a set of sounds: statements and where they were read, verdicts per act, duties, questions.

>>> import ganbaru as gb
>>> ledger = gb.rights.gather("sounds/")  # doctest: +SKIP
>>> print(gb.rights.verdict(ledger, "publish-weights", commercial=False))  # doctest: +SKIP

Nothing is imported until it is used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ganbaru.rights.combining import combined
    from ganbaru.rights.drafting import draft
    from ganbaru.rights.gathering import gather
    from ganbaru.rights.owing import duties
    from ganbaru.rights.recalling import of_run, was_in
    from ganbaru.rights.removing import removal
    from ganbaru.rights.travel.credits import credits_of, licence_for
    from ganbaru.rights.verdicts import refuse_forbidden, verdict

_HOMES = {
    "combined": "combining",
    "credits_of": "travel.credits",
    "draft": "drafting",
    "duties": "owing",
    "gather": "gathering",
    "licence_for": "travel.credits",
    "of_run": "recalling",
    "refuse_forbidden": "verdicts",
    "removal": "removing",
    "verdict": "verdicts",
    "was_in": "recalling",
}
"""Each name with the module that it lives in."""

__all__ = [
    "combined",
    "credits_of",
    "draft",
    "duties",
    "gather",
    "licence_for",
    "of_run",
    "refuse_forbidden",
    "removal",
    "verdict",
    "was_in",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"ganbaru.rights.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'ganbaru.rights' has no attribute {name!r}")


def __dir__() -> list[str]:
    return list(__all__)
