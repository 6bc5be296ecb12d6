"""Finds what the matrix knows of a name, and what a speaker's consent says."""

import tomllib
from functools import cache
from pathlib import Path

from ganbaru.rights.facts import Consent
from ganbaru.rights.matrix.cells import ACTORS, ACTS, Cell, Licence
from ganbaru.rights.matrix.reading import matrix
from ganbaru.rights.said import source_of, text_of

UNKNOWN = "LicenseRef-unknown-licence"
NOTHING_SAID = "LicenseRef-nothing-said"


def named(name: str) -> Licence | None:
    """What the matrix knows under a name, an exception (``WITH``) left off and ``+`` read as "or later"; or None."""
    bare = name.split(" WITH ")[0].strip().lower()
    return matrix().get(bare) or matrix().get(bare.removesuffix("+") + "-or-later")


def licence(name: str) -> Licence:
    """What the matrix knows under a name; the entry for unknown licences where it knows nothing."""
    return named(name) or matrix()[UNKNOWN.lower()]


@cache
def _consent_cells() -> dict[str, Cell]:
    data = tomllib.loads((Path(__file__).parent / "consent.toml").read_text(encoding="utf-8"))
    sources = {key: source_of(entry, "consent.toml") for key, entry in data["sources"].items()}
    return {
        lamp: Cell(tuple(ACTS), ACTORS, (), {}, entry["answer"], text_of(entry, lamp), sources[entry["source"]])
        for lamp, entry in data["lamps"].items()
    }


def consent_cell(consent: Consent, act: str) -> Cell:
    """What the lamp says of an act.

    A consent that names acts reaches no further than they do, and to being imitated it has to be given expressly.
    """
    return _consent_cells()[_case(consent, act)]


def _case(consent: Consent, act: str) -> str:
    if consent.lamp == "unknown" and not consent.speaker:
        return "unnamed"
    if consent.lamp != "given" or act in consent.scope:
        return consent.lamp
    if consent.scope:
        return "beyond"
    return "unsaid" if act == "imitate" else "given"
