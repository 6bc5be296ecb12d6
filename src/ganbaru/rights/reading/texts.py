"""LICENSE, COPYING and README texts. What counts as a grant here, and what is only a mention:

- a grant for the sounds in its folder and below: a LICENSE or COPYING file that *is* a known licence's text (its title
  and its characteristic sentences), or that names a licence and nothing else; and in these and in a README, a line
  ``SPDX-License-Identifier: …`` or ``License: …`` that names one licence and nothing else;
- a mention, noted and never counted: any other place where a licence occurs.

A nearer file speaks for its folder alone. Sentences that allow commercial use of the whole are kept as claims, which
`ganbaru.rights.conflicts` holds against the clips.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ganbaru.rights.expressions import NO_ASSERTION
from ganbaru.rights.facts import Grant, Proof
from ganbaru.rights.names import MOST_LINES, licence_of, mentions
from ganbaru.rights.reading import debian
from ganbaru.rights.reading.shelf import Document, Shelf

_ENDINGS = ("", ".txt", ".md", ".rst", ".html")
_LICENCE_FILES = ("license", "licence", "copying", "unlicense", "license-audio", "license-data", "licence-audio")
_README_FILES = (
    "readme",
    "readme_and_license",
    "_readme_and_license",
    "attribution",
    "credits",
    "terms",
    "利用規約",
    "規約",
)
_LONGEST_LINE = 2_000
"""Letters of a line up to which it is looked at: what is longer is no statement, and may be there to keep us busy."""
_FAMILIES = {
    "license": [name + ending for name in _LICENCE_FILES for ending in _ENDINGS],
    "readme": [name + ending for name in _README_FILES for ending in _ENDINGS],
}
_LINE = re.compile(
    r"[\s#*>/_-]*(?:SPDX-License-Identifier|Licen[sc]e|ライセンス)\**\s*[:：]\**\s*(?P<name>\S.*?)[\s*_]*",
    re.IGNORECASE,
)
_TEXTS = (
    # (licence, letters of its text and some to spare, sentences that all stand in it)
    ("CC0-1.0", 9_000, ("CC0 1.0 Universal", "Statement of Purpose", "Affirmer")),
    ("Apache-2.0", 13_000, ("Apache License Version 2.0, January 2004", "Grant of Copyright License")),
    ("MIT", 2_000, ("Permission is hereby granted, free of charge", "without restriction", "AS IS")),
    ("BSD-3-Clause", 2_500, ("Redistribution and use in source and binary forms", "Neither the name", "AS IS")),
    ("BSD-2-Clause", 2_000, ("Redistribution and use in source and binary forms", "AS IS")),
    ("ISC", 1_500, ("Permission to use, copy, modify, and/or distribute this software", "AS IS")),
    ("GPL-3.0-only", 37_000, ("GNU GENERAL PUBLIC LICENSE Version 3, 29 June 2007", "TERMS AND CONDITIONS")),
    ("GPL-2.0-only", 20_000, ("GNU GENERAL PUBLIC LICENSE Version 2, June 1991", "TERMS AND CONDITIONS")),
    ("AGPL-3.0-only", 37_000, ("GNU AFFERO GENERAL PUBLIC LICENSE Version 3, 19 November 2007",)),
    ("LGPL-3.0-only", 9_000, ("GNU LESSER GENERAL PUBLIC LICENSE Version 3, 29 June 2007",)),
    ("LGPL-2.1-only", 29_000, ("GNU LESSER GENERAL PUBLIC LICENSE Version 2.1, February 1999",)),
    ("LGPL-2.0-only", 28_000, ("GNU LIBRARY GENERAL PUBLIC LICENSE Version 2, June 1991",)),
    ("OFL-1.1", 6_000, ("SIL OPEN FONT LICENSE Version 1.1", "Reserved Font Name")),
    ("Unlicense", 2_000, ("This is free and unencumbered software released into the public domain",)),
)
_CONTAINED = {"BSD-3-Clause": "BSD-2-Clause"}
"""A text that holds all sentences of another, and more."""
_TURNING = re.compile(
    r"commons clause|non-?commercial|advertising materials|ethical|additional (?:terms|restrictions)", re.IGNORECASE
)
"""What is added to a short licence to make it another."""
_SHORT = 3_000
_CC_TEXT = ("Licensor", "Licensed Material|Work", "terminate automatically|Termination")
_TITLE = re.compile(r"Attribution[\w \t-]*\d\.\d[^\n]*|Creative Commons Legal Code\s+Attribution[^\n]*", re.IGNORECASE)
_COMMERCE = re.compile(
    r"commercial(?:_|\s)use\"?\s*[:=]\s*\"?(?:yes|true|allowed|permitted|ok)\b"
    r"|(?:for|allows?|permits?|including|incl\.) (?:any |all |both )?(?:personal (?:and|or) )?"
    r"commercial (?:use|purposes?|projects?)"
    r"|commercial use (?:is|of [\w ]{1,40} is) (?:allowed|permitted|free|ok)"
    r"|商用(?:利用|使用)?(?:可|OK|可能|できます)",
    re.IGNORECASE,
)
_DENIAL = re.compile(
    r"\bnon-?\s?commercial|\bnot\b|\bno\b|\bnever\b|n't\b|prohibit|forbid|except|without|prior|contact|permission|禁止|不可|要連絡",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Claim:
    """A sentence of a collection that says its whole may be used commercially.

    Attributes:
        folder: which sounds it speaks of, relative, "" for all; proof: where it stands.
    """

    folder: str
    proof: Proof


def read(shelf: Shelf) -> Iterator[tuple[str, Grant]]:
    """What texts grant for the sounds of their folders; mentions go to the notes."""
    spoken: dict[str, tuple[int, Grant]] = {}
    for document, family in documents(shelf):
        grant = _grant(document, whole=family == "license")
        _note_mentions(shelf, document, grant)
        if grant is None:
            continue
        depth = document.path.count("/")
        for sound, _ in shelf.below(document.path):
            if sound not in spoken or spoken[sound][0] < depth:
                spoken[sound] = depth, grant
            elif spoken[sound][0] == depth and spoken[sound][1].licence != grant.licence:
                yield sound, grant
    yield from ((sound, grant) for sound, (_, grant) in spoken.items())


def documents(shelf: Shelf) -> Iterator[tuple[Document, str]]:
    """The texts of a folder, licences first; Debian's machine-readable ones are left to their own reader."""
    for family, names in _FAMILIES.items():
        for path in shelf.named(*names):
            document = shelf.open(path)
            if document is not None and not debian.is_machine_readable(document.text):
                yield document, family


def claims(shelf: Shelf) -> Iterator[Claim]:
    """Where a collection says that all of it may be used commercially."""
    for document, _ in documents(shelf):
        for number, line in _lines(document.text):
            if len(line) < _LONGEST_LINE and _COMMERCE.search(line) and not _DENIAL.search(line):
                yield Claim(document.path.rpartition("/")[0], document.proof(f"line {number}", line.strip()))
                break


def _grant(document: Document, *, whole: bool) -> Grant | None:
    """The one licence that a text grants; None where it grants none or several."""
    text = document.text
    stated = {licence: (number, line) for number, line, licence in _stated(text)}
    stated.pop(NO_ASSERTION, None)
    if len(stated) == 1:
        ((licence, (number, line)),) = stated.items()
        return Grant(licence, document.proof(f"line {number}", line.strip()), kind="text")
    if stated or not whole:
        return None
    named = licence_of(text) or known_text(text)
    if named is None or named == NO_ASSERTION:
        return None
    return Grant(named, document.proof("the whole text", text.strip()), kind="text")


def _stated(text: str) -> Iterator[tuple[int, str, str]]:
    """The lines of their own that name a licence: number, line, licence."""
    for number, line in _lines(text):
        match = _LINE.fullmatch(line) if len(line) < _LONGEST_LINE else None
        licence = licence_of(match["name"]) if match is not None else None
        if licence is not None:
            yield number, line, licence


def _lines(text: str) -> Iterator[tuple[int, str]]:
    return enumerate(text.split("\n", MOST_LINES)[:MOST_LINES], 1)


def known_text(text: str) -> str | None:
    """The licence whose text this is; None where it is no known one."""
    squeezed = " ".join(text.split())
    folded = squeezed.casefold()
    found = {name: most for name, most, words in _TEXTS if all(each.casefold() in folded for each in words)}
    for name in list(found):
        found.pop(_CONTAINED.get(name, ""), None)
    if found:  # several: a collection of texts, of which none is said to be the one for the sounds
        ((name, most), *others) = found.items()
        whole = len(squeezed) <= most and not (most < _SHORT and _TURNING.search(squeezed))
        return name if whole and not others else None
    if len(squeezed) > _SHORT and all(re.search(words, squeezed, re.IGNORECASE) for words in _CC_TEXT):
        title = _TITLE.search(text[:1_500])
        return licence_of(" ".join(title[0].removeprefix("Creative Commons Legal Code").split())) if title else None
    return None


def _note_mentions(shelf: Shelf, document: Document, grant: Grant | None) -> None:
    if grant is not None:
        return
    for mention in mentions(document.text):
        what = "Creative Commons without a version" if mention.licence == NO_ASSERTION else mention.licence
        shelf.note(
            f"suspected: {document.shown}, line {mention.line} mentions {what}, which grants nothing by itself: "
            f"“{mention.quote}”"
        )
