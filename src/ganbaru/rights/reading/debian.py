"""Debian's machine-readable ``copyright`` file (DEP-5, copyright format 1.0), also as REUSE's ``.reuse/dep5``.

Paragraphs of ``Key: value`` lines, where the last ``Files`` paragraph whose pattern matches a file speaks for it.
https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from ganbaru.rights.expressions import LONGEST, NO_ASSERTION, canonical
from ganbaru.rights.facts import Grant
from ganbaru.rights.names import holder_in, licence_of
from ganbaru.rights.reading import globs
from ganbaru.rights.reading.shelf import Document, Shelf, quoted

_FORMAT = re.compile(
    r"https?://(?:www\.|dep\.)?(?:debian\.(?:org|net)/|dep-team\.pages\.debian\.net)\S*", re.IGNORECASE
)
_WORD = re.compile(r"\s*,?\s*\b(and|or)\b\s+", re.IGNORECASE)
_KEY = re.compile(r"([A-Za-z0-9][A-Za-z0-9-]*):(.*)")


@dataclass(frozen=True)
class Paragraph:
    """One paragraph: values by lower-case key, and the line where it begins."""

    fields: dict[str, str]
    lines: dict[str, int]

    def get(self, key: str) -> str:
        """The value of a key without the space around it; "" where there is none."""
        return self.fields.get(key, "").strip()


def read(shelf: Shelf) -> Iterator[tuple[str, Grant]]:
    """What every ``copyright``, ``debian/copyright`` and ``.reuse/dep5`` says of the sounds in its folder and below."""
    for path in shelf.named("copyright", "dep5"):
        reuse = path.endswith("dep5")
        if reuse and not path.endswith(".reuse/dep5"):
            continue
        document = shelf.open(path)
        if document is not None and is_machine_readable(document.text):
            kind: Literal["reuse", "debian"] = "reuse" if reuse else "debian"
            yield from _grants(shelf, document, _root(path), kind)


def is_machine_readable(text: str) -> bool:
    """Whether a text begins as the format wants it: with ``Format`` and its address."""
    first = next((paragraph for paragraph in paragraphs(text[:10_000])), None)
    return first is not None and bool(_FORMAT.match(first.get("format") or first.get("format-specification")))


def _root(path: str) -> str:
    """What its patterns are relative to: the folder above ``debian/`` and ``.reuse/``, else its own."""
    parts = path.split("/")[:-1]
    return "/".join(parts[:-1] if parts and parts[-1] in ("debian", ".reuse") else parts)


def _grants(
    shelf: Shelf, document: Document, root: str, kind: Literal["reuse", "debian"]
) -> Iterator[tuple[str, Grant]]:
    found = list(paragraphs(document.text))
    for paragraph in found:
        if "files" in paragraph.fields and not paragraph.get("license"):
            where = f"{document.path}, line {paragraph.lines['files']}"
            shelf.note(f"{where}: Files without a License, which the format demands")
    spoken = {text.get("license").split("\n")[0].strip(): text for text in found if "files" not in text.fields}
    files = [paragraph for paragraph in found if "files" in paragraph.fields]
    rules = globs.Rules(map(globs.debian, paragraph.get("files").split()) for paragraph in files)
    for sound, inside in shelf.below(f"{root}/x" if root else "x"):
        last = rules.last(inside)
        if last is not None and files[last].get("license"):
            yield sound, _grant(document, files[last], found[0], spoken, kind)


def _grant(
    document: Document,
    paragraph: Paragraph,
    header: Paragraph,
    spoken: dict[str, Paragraph],
    kind: Literal["reuse", "debian"],
) -> Grant:
    name = paragraph.get("license").split("\n")[0].strip()
    licence = licence_named(name)
    if licence == NO_ASSERTION and name in spoken:  # a name of its own, whose text stands in a paragraph of its own
        licence = licence_of(spoken[name].get("license").partition("\n")[2]) or NO_ASSERTION
    quote = f"Files: {paragraph.get('files')} License: {name}"
    return Grant(
        licence=licence,
        proof=document.proof(f"line {paragraph.lines['files']}", quote),
        holder=quoted("; ".join(map(holder_in, paragraph.get("copyright").split("\n")))),
        source=quoted(paragraph.get("source") or header.get("source")),
        kind=kind,
    )


@lru_cache(maxsize=1024)
def licence_named(name: str) -> str:
    """The expression of a ``License`` line: names joined by "and", "or", and commas that bind less than either."""
    if len(name) > LONGEST:
        return NO_ASSERTION
    if whole := canonical(name) or licence_of(name):
        return whole
    groups = re.split(r",\s*(?=(?:and|or)\b)", name, flags=re.IGNORECASE)
    if len(groups) > 1:
        words = [match[1].upper() for part in groups[1:] if (match := re.match(r"(and|or)\b", part, re.IGNORECASE))]
        inner = [licence_named(re.sub(r"^(?:and|or)\s+", "", part, flags=re.IGNORECASE).strip()) for part in groups]
        joined = f"({inner[0]})" + "".join(f" {word} ({one})" for word, one in zip(words, inner[1:], strict=True))
        return canonical(joined) or NO_ASSERTION
    parts = _WORD.split(name.strip())
    names = [licence_of(part) for part in parts[::2]]
    if len(names) < 2 or None in names:
        return NO_ASSERTION
    joined = "".join(f"{one} {word.upper()} " for one, word in zip(names, parts[1::2], strict=False)) + str(names[-1])
    return canonical(joined) or NO_ASSERTION


def paragraphs(text: str) -> Iterator[Paragraph]:
    """The paragraphs of a text; lines that are no field are stepped over, comment lines (``#``) too."""
    fields: dict[str, str] = {}
    lines: dict[str, int] = {}
    key = ""
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            if fields:
                yield Paragraph(fields, lines)
            fields, lines, key = {}, {}, ""
        elif line[0] in " \t" and key:
            continued = line.strip()
            fields[key] += "\n" + ("" if continued == "." else continued)
        elif match := _KEY.match(line):
            key = match[1].lower()
            fields[key], lines[key] = match[2].strip(), number
    if fields:
        yield Paragraph(fields, lines)
