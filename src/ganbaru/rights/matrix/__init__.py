"""Licence by act: reviewed data, read from TOML files, with a source in every cell."""

from ganbaru.rights.matrix.cells import ACTORS, ACTS, ANSWERS, CONDITIONS, DUTIES, OWN, THINGS, Cell, DutyText, Licence
from ganbaru.rights.matrix.looking import consent_cell, licence, named
from ganbaru.rights.matrix.reading import matrix

__all__ = [
    "ACTORS",
    "ACTS",
    "ANSWERS",
    "CONDITIONS",
    "DUTIES",
    "OWN",
    "THINGS",
    "Cell",
    "DutyText",
    "Licence",
    "consent_cell",
    "licence",
    "matrix",
    "named",
]
