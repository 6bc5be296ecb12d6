"""REUSE 3.3: ``FILE.license`` beside a sound, and ``REUSE.toml`` with its three precedences.

https://reuse.software/spec-3.3/ ; ``.reuse/dep5`` is read by `ganbaru.rights.reading.debian`. What the specification
calls the file's own information is that of its ``.license`` file here: tags inside sounds are no part of REUSE.
"""

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ganbaru.rights.expressions import NO_ASSERTION
from ganbaru.rights.facts import Grant
from ganbaru.rights.names import holder_in, licence_of
from ganbaru.rights.reading import globs
from ganbaru.rights.reading.shelf import Document, Shelf, quoted

_ENDING = ".license"
_TAG = re.compile(r"SPDX-License-Identifier:[ \t]*(.{1,2000}?)[ \t]{,99}(?:\*/|-->)?$", re.MULTILINE)
_NOTICE = re.compile(r"(?:SPDX-(?:File)?CopyrightText:|©|Copyright\b)[ \t]*(.+)$", re.MULTILINE | re.IGNORECASE)
_IGNORED = re.compile(r"REUSE-IgnoreStart.*?(?:REUSE-IgnoreEnd|\Z)", re.DOTALL)
_PRECEDENCES = ("closest", "aggregate", "override")


@dataclass(frozen=True)
class Annotation:
    """A table of a REUSE.toml.

    Attributes:
        document: which one; number: of the table, from 1.
        patterns: what it covers, relative to the file's folder.
        precedence: ``closest``, ``aggregate`` or ``override``.
        licence: an expression, "" where it has none; holder: as written, "" where it has none.
        source: what follows "Source:" in its comment, "" where nothing does.
    """

    document: Document
    number: int
    patterns: Sequence[globs.Glob]
    precedence: str
    licence: str
    holder: str
    source: str

    def grant(self) -> Grant:
        """What it says."""
        proof = self.document.proof(f"annotation {self.number}", f"{self.licence} {self.holder}")
        return Grant(self.licence or NO_ASSERTION, proof, holder=self.holder, source=self.source, kind="reuse")


def read(shelf: Shelf) -> Iterator[tuple[str, Grant]]:
    """What sidecars and REUSE.toml files say of each sound, after their precedences."""
    covering: dict[str, list[Annotation]] = {}
    for path in shelf.named("REUSE.toml"):  # the outermost first
        tables = list(annotations(shelf, path))
        rules = globs.Rules(table.patterns for table in tables)
        for sound, inside in shelf.below(path):
            if (last := rules.last(inside)) is not None:  # exclusively the last table that covers it counts
                covering.setdefault(sound, []).append(tables[last])
    if covering and any(path.endswith(".reuse/dep5") for path in shelf.others):
        shelf.note("REUSE.toml and .reuse/dep5 stand side by side, which REUSE does not allow; both were read")
    own = dict(sidecars(shelf))
    for sound in shelf.sounds:
        yield from ((sound, grant) for grant in _settled(own.get(sound), covering.get(sound, [])))


def _settled(own: Grant | None, covering: Sequence[Annotation]) -> list[Grant]:
    """What holds of one sound, given its sidecar and the tables that cover it, the outermost first."""
    for at, table in enumerate(covering):
        if table.precedence == "override":  # the one closest to the root decides, over all that is closer to the file
            return [*_aggregated(covering[:at]), table.grant()]
    fallback = next((table.grant() for table in reversed(covering) if table.precedence == "closest"), None)
    return [*_aggregated(covering), *_filled(own, fallback)]


def _aggregated(covering: Sequence[Annotation]) -> list[Grant]:
    return [table.grant() for table in covering if table.precedence == "aggregate"]


def _filled(own: Grant | None, fallback: Grant | None) -> list[Grant]:
    """The sidecar's word, what it leaves open taken from the table: licence and holder apart."""
    if own is None:
        return [] if fallback is None else [fallback]
    if fallback is None:
        return [replace(own, licence=own.licence or NO_ASSERTION)]
    return [replace(own if own.licence else fallback, holder=own.holder or fallback.holder)]


def sidecars(shelf: Shelf) -> Iterator[tuple[str, Grant]]:
    """What ``FILE.license`` says of ``FILE``."""
    sounds = set(shelf.sounds)
    for path in shelf.others:
        sound = path.removesuffix(_ENDING)
        if sound in sounds and path.endswith(_ENDING) and (document := shelf.open(path)) is not None:
            yield sound, sidecar(document)


def sidecar(document: Document) -> Grant:
    """What a text says by SPDX tags; several identifiers hold together, as REUSE has it.

    The licence is "" where none is named, which is not the same as one that is not known here (NOASSERTION).
    """
    text = _IGNORED.sub("", document.text)
    said = [match[1] for match in _TAG.finditer(text)]
    line = text[: match.start()].count("\n") + 1 if (match := _TAG.search(text)) else 1
    holders = [holder_in(match[1]) for match in _NOTICE.finditer(text)]
    words = "; ".join(said) or text.strip()
    return Grant(
        licence=together(said) if said else "",
        proof=document.proof(f"line {line}", words),
        holder=quoted("; ".join(filter(None, holders))),
        kind="sidecar",
    )


def together(said: Sequence[str]) -> str:
    """One expression for all that were said; NOASSERTION where one of them is no licence that is known."""
    known = [licence_of(each) for each in dict.fromkeys(said)]
    if not known or None in known:
        return NO_ASSERTION
    return " AND ".join(f"({each})" if " OR " in f"{each}" and len(known) > 1 else str(each) for each in known)


def annotations(shelf: Shelf, path: str) -> Iterator[Annotation]:
    """The tables of one REUSE.toml; what is wrong with it is noted."""
    document = shelf.open(path)
    if document is None:
        return
    try:
        content = tomllib.loads(document.text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        return shelf.note(f"{path} is no TOML, so nothing of it was read: {quoted(str(error))}")
    if content.get("version") != 1:
        shelf.note(f"{path}: version is {content.get('version')!r}, read as 1")
    tables = content.get("annotations", [])
    for number, table in enumerate(tables if isinstance(tables, list) else [], 1):
        try:
            yield _annotation(document, number, table)
        except ValueError as error:
            shelf.note(f"{path}, annotation {number}: {error}; it was not read")


def _annotation(document: Document, number: int, table: Any) -> Annotation:
    if not isinstance(table, dict):
        raise ValueError("it is no table")
    precedence = table.get("precedence", "closest")
    if precedence not in _PRECEDENCES:
        raise ValueError(f"precedence is {precedence!r}, not one of {', '.join(_PRECEDENCES)}")
    paths = _texts(table, "path")
    if not paths or any(each.startswith("/") or ".." in each.split("/") for each in paths):
        raise ValueError("path must name files below its own folder")
    said = _texts(table, "SPDX-License-Identifier")
    return Annotation(
        document=document,
        number=number,
        patterns=[globs.reuse(each) for each in paths],
        precedence=precedence,
        licence=together(said) if said else "",
        holder=quoted("; ".join(map(holder_in, _texts(table, "SPDX-FileCopyrightText")))),
        source=_source(" ".join(_texts(table, "SPDX-FileComment"))),
    )


def _source(comment: str) -> str:
    return quoted(comment.removeprefix("Source:").strip()) if comment.startswith("Source:") else ""


def _texts(table: dict[str, Any], key: str) -> list[str]:
    value = table.get(key, [])
    value = [value] if isinstance(value, str) else value
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise ValueError(f"{key} is neither a text nor a list of texts")
    return value
