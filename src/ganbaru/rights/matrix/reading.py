"""Reads the matrix from its TOML files and checks it: reviewed data, in which every cell has a source.

A file holds one family. Its ``[[cells]]``, ``[[duties]]`` and ``restrictions`` are of every licence in it; one may put
its own before them, and take those of another by ``like``. The first cell that fits decides.
"""

import tomllib
from collections.abc import Iterator
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

from ganbaru.errors import UserError
from ganbaru.rights.matrix.cells import ACTORS, ACTS, ANSWERS, CONDITIONS, DUTIES, THINGS, Cell, DutyText, Licence
from ganbaru.rights.said import Source, source_of, text_of

_HERE = Path(__file__).parent
_CELL = {"acts", "actors", "things", "when", "answer", "en", "ja", "source"}
_DUTY = {"kind", "acts", "en", "ja", "source", "always"}
_LICENCE = {
    *("title", "url", "date", "read", "mark", "like", "aliases", "cells", "duties", "notes"),
    *("share_alike", "restrictions", "follows_from"),
}
_FROM_CONSENT = ("imitate",)
"""Acts that hang on a person's consent; a licence need not speak of them."""


@cache
def matrix() -> dict[str, Licence]:
    """Every licence and every voice library's terms that is known, by name in lower case; aliases included.

    Raises:
        UserError: a file of the matrix is wrong; says which, where and why.
    """
    found: dict[str, Licence] = {}
    for path in sorted(_HERE.glob("licences/*.toml")) + sorted(_HERE.glob("terms/*.toml")):
        for name, licence in family(path):
            if name.lower() in found:
                raise UserError(f"{path.name}: {name} stands in the matrix twice")
            found[name.lower()] = licence
    return found


def family(path: Path) -> Iterator[tuple[str, Licence]]:
    """The licences of one file, each under its name and its aliases.

    Raises:
        UserError: it is wrong; says where and why.
    """
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    _refuse_strange(data, {"sources", "cells", "duties", "licences", "restrictions"}, path.name)
    reader = _Family(path.name, data)
    for name, entry in data["licences"].items():
        licence = reader.licence(name)
        check_complete(licence)
        yield from ((known, licence) for known in (name, *entry.get("aliases", ())))


class _Family:
    def __init__(self, file: str, data: dict[str, Any]) -> None:
        self._file, self._data = file, data
        self._sources = {key: source_of(entry, file) for key, entry in data.get("sources", {}).items()}

    def licence(self, name: str) -> Licence:
        """One of them, with what it takes from another (``like``) and from the family."""
        where, entry = f"{self._file}: {name}", self._data["licences"][name]
        _refuse_strange(entry, _LICENCE, where)
        own = source_of({key: entry[key] for key in ("title", "url", "date", "read", "mark") if key in entry}, where)
        chain = [*self._chain(entry, where), self._data]
        return Licence(
            name=name,
            title=own.title,
            source=own,
            cells=[self._cell(cell, own, where) for part in chain for cell in part.get("cells", ())],
            duties=[self._duty(duty, own, where) for part in chain for duty in part.get("duties", ())],
            notes=[
                (text_of(note, where), self._source(note, own, where))
                for part in chain
                for note in part.get("notes", ())
            ],
            share_alike=frozenset(_inherited(chain, "share_alike", ())),
            restrictions=frozenset(_inherited(chain, "restrictions", ())),
            follows_from=float(_inherited(chain, "follows_from", 0.0)),
        )

    def _chain(self, entry: dict[str, Any], where: str) -> list[dict[str, Any]]:
        chain = [entry]
        while like := chain[-1].get("like"):
            if like not in self._data["licences"] or len(chain) > len(self._data["licences"]):
                raise UserError(f"{where}: like = {like!r} leads nowhere in its file")
            chain.append(self._data["licences"][like])
        return chain

    def _source(self, entry: dict[str, Any], own: Source, where: str) -> Source:
        name = entry.get("source")
        if name != "licence" and name not in self._sources:
            raise UserError(f"{where}: {entry.get('en', 'a cell')!r} has no source that the file knows: {name!r}")
        return own if name == "licence" else self._sources[str(name)]

    def _cell(self, entry: dict[str, Any], own: Source, where: str) -> Cell:
        _refuse_strange(entry, _CELL, where)
        actors, things, when = entry.get("actors", ACTORS), entry.get("things", ()), entry.get("when", {})
        _of(entry["acts"], ACTS, where)
        _of(actors, ACTORS, where)
        _of(things, THINGS, where)
        _of(when, CONDITIONS, where)
        _of([entry["answer"]], ANSWERS, where)
        source = self._source(entry, own, where)
        return Cell(entry["acts"], actors, things, when, entry["answer"], text_of(entry, where), source)

    def _duty(self, entry: dict[str, Any], own: Source, where: str) -> DutyText:
        _refuse_strange(entry, _DUTY, where)
        _of(entry["acts"], ACTS, where)
        _of([entry["kind"]], DUTIES, where)
        source = self._source(entry, own, where)
        return DutyText(entry["kind"], entry["acts"], text_of(entry, where), source, entry.get("always", False))


def check_complete(licence: Licence) -> None:
    """Raise UserError unless the licence answers every act of every actor under every condition."""
    for act, actor, values in product(ACTS, ACTORS, product((False, True), repeat=len(CONDITIONS))):
        conditions = dict(zip(CONDITIONS, values, strict=True))
        cell = licence.cell(act, actor, conditions)
        if cell is None and act not in _FROM_CONSENT:
            raise UserError(f"{licence.name} has no cell for {act} by {actor} where {conditions}")
        if cell is not None and cell.answer == "allowed with duties" and not any(licence.duties_of(act)):
            raise UserError(f"{licence.name} allows {act} with duties, but names none")


def _inherited(chain: list[dict[str, Any]], key: str, otherwise: Any) -> Any:
    return next((part[key] for part in chain if key in part), otherwise)


def _of(given: Any, known: Any, where: str) -> None:
    if strange := [name for name in given if name not in known]:
        raise UserError(f"{where}: {strange} is none of {list(known)}")


def _refuse_strange(entry: dict[str, Any], known: set[str], where: str) -> None:
    if strange := sorted(entry.keys() - known):
        raise UserError(f"{where}: unknown keys {strange}")
