"""``rights.toml``: what the user says of the sounds, with where it was read and what the speaker agreed to.

::

    version = 1

    [[sounds]]
    files = ["kicks/**", "snare.wav"]      # patterns relative to this file; * matches no slash, ** does
    licence = "CC-BY-3.0-DE"               # SPDX with version and port, a CC address, or terms = "amitaro"
    holder = "Jane Doe"
    source = "https://example.com/kicks"
    obtained = 2026-04-01
    letter = "letters/jane.pdf"            # the permission, a file beside this one; its hash is kept
    overrules = "the tag is the recorder's template"   # the reason why other statements do not hold

    [sounds.consent]
    lamp = "given"                         # given | refused | unknown | none (nobody speaks)
    speaker = "Jane Doe"
    scope = ["train", "publish-weights"]
    proof = "letters/consent.pdf"

Of several tables that match a sound the last that has a licence counts for the licence, the last that has a consent for
the consent; a file nearer to the sound comes after one that is farther. Mistakes are told, with the place, and stop
the reading: a file that was written to settle rights must not be half understood.
"""

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from ganbaru.errors import UserError, unknown
from ganbaru.rights.expressions import NO_ASSERTION
from ganbaru.rights.facts import Consent, Grant, Proof
from ganbaru.rights.names import licence_of
from ganbaru.rights.reading import globs
from ganbaru.rights.reading.shelf import Document, Shelf, quoted
from ganbaru.sources.naming import printable

NAME = "rights.toml"
_HINT = "docs/rights.md shows how it is written"
_SLUG = r"[A-Za-z0-9.-]+"


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


class _Consent(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    lamp: Literal["given", "refused", "unknown", "none"]
    speaker: str = ""
    scope: list[str] = Field(default_factory=list)
    proof: str = ""


class _Sounds(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    files: Annotated[list[str], BeforeValidator(_listed), Field(min_length=1)]
    licence: str = ""
    terms: Annotated[str, Field(pattern=rf"^(?:{_SLUG})?$")] = ""
    holder: str = ""
    source: str = ""
    obtained: date | None = None
    letter: str = ""
    overrules: str = ""
    consent: _Consent | None = None


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    version: Literal[1]
    sounds: list[_Sounds] = Field(default_factory=list)


@dataclass(frozen=True)
class Declared:
    """What a rights.toml says of one sound.

    Attributes:
        grant: the licence; None where only the consent is told.
        consent: of the speaker; None where it is not told.
        overrules: why other statements do not hold; "" where they do.
    """

    grant: Grant | None
    consent: Consent | None
    overrules: str = ""


def read(shelf: Shelf, acts: Sequence[str] = ()) -> Iterator[tuple[str, Declared]]:
    """What the rights.toml files say of each sound.

    Args:
        acts: what a consent's scope may name; empty: anything.

    Raises:
        UserError: one of them cannot be understood; says where.
    """
    found: dict[str, Declared] = {}
    for path in shelf.named(NAME):  # the outermost first
        document = shelf.open(path)
        if document is None:
            raise UserError(f"{printable(path)} cannot be read", hint="it decides about rights: make it readable")
        for number, table in enumerate(_parsed(document).sounds, 1):
            declared = _declared(shelf, document, number, table, acts)
            for sound in _matched(shelf, document, number, table):
                found[sound] = _over(found.get(sound), declared)
    yield from found.items()


def _over(before: Declared | None, after: Declared) -> Declared:
    """What counts of two tables: the later licence with its reason, and the later consent."""
    if before is None:
        return after
    licensed = after if after.grant is not None else before
    return Declared(licensed.grant, after.consent or before.consent, licensed.overrules)


def _matched(shelf: Shelf, document: Document, number: int, table: _Sounds) -> list[str]:
    rules = globs.Rules([map(globs.ours, table.files)])
    found = [sound for sound, inside in shelf.below(document.path) if rules.last(inside) is not None]
    if not found:
        shelf.note(f"{document.shown}, sounds {number}: no sound matches {', '.join(table.files)}")
    return found


def _parsed(document: Document) -> _File:
    where = document.shown
    try:
        return _File.model_validate(tomllib.loads(document.text))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise UserError(f"{where} is no TOML: {error}", hint=_HINT) from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part + 1) if isinstance(part, int) else part for part in first["loc"])
        more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
        raise UserError(f"{where}: {place}: {first['msg'].lower()}{more}", hint=_HINT) from None


def _declared(shelf: Shelf, document: Document, number: int, table: _Sounds, acts: Sequence[str]) -> Declared:
    place = f"sounds {number}"
    licence = _licence(document, place, table)
    if not licence and table.consent is None:
        raise UserError(f"{document.shown}: {place} has neither licence, terms nor consent", hint=_HINT)
    letter = f"; letter {_letter(shelf, document, place, table.letter).sha256}" if table.letter else ""
    if table.overrules and not licence:
        raise UserError(f"{document.shown}: {place}: overrules needs a licence", hint=_HINT)
    grant = Grant(
        licence=licence,
        proof=document.proof(place, f"{table.licence or table.terms}{letter}"),
        holder=quoted(table.holder),
        source=quoted(table.source),
        obtained=table.obtained.isoformat() if table.obtained else "",
        kind="rights.toml",
    )
    return Declared(grant if licence else None, _consent(shelf, document, place, table.consent, acts), table.overrules)


def _licence(document: Document, place: str, table: _Sounds) -> str:
    if table.terms:
        if table.licence:
            raise UserError(f"{document.shown}: {place} has both licence and terms", hint="keep the one that holds")
        return f"LicenseRef-terms-{table.terms}"
    licence = licence_of(table.licence) if table.licence else ""
    if licence is None:
        said = f"{document.shown}: {place}: {printable(table.licence[:60])!r} is no licence that is known here"
        raise UserError(said, hint="write an SPDX expression such as CC-BY-4.0, or terms = NAME for terms of use")
    if licence == NO_ASSERTION and table.licence != NO_ASSERTION:
        said = f"{document.shown}: {place}: {printable(table.licence[:60])!r} lacks its version"
        raise UserError(said, hint="write it with version and port, such as CC-BY-3.0-DE")
    return licence


def _consent(
    shelf: Shelf, document: Document, place: str, given: _Consent | None, acts: Sequence[str]
) -> Consent | None:
    if given is None:
        return None
    for act in given.scope:
        if acts and act not in acts:
            raise unknown(f"act in {document.shown}, {place}, consent.scope", act, acts)
    proof = document.proof(f"{place}, consent", f"{given.lamp} {given.speaker}")
    if given.proof:
        proof = _letter(shelf, document, f"{place}, consent", given.proof)
    return Consent(given.lamp, quoted(given.speaker), tuple(given.scope), proof)


def _letter(shelf: Shelf, document: Document, place: str, name: str) -> Proof:
    """The proof that a letter was there: its own hash."""
    inside = document.path.rpartition("/")[0]
    outside = name.startswith("/") or ".." in name.split("/")
    path = f"{inside}/{name}" if inside else name
    digest = None if outside else shelf.digest(path)
    if digest is None:
        said = f"{document.shown}: {place}: the file {printable(name)!r} cannot be read"
        raise UserError(said, hint="letters lie in the folder of rights.toml or below it")
    return Proof(printable(path), place, digest, shelf.read_at, quoted(name))
