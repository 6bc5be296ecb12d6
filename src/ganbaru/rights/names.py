"""From the words and addresses that people write to SPDX identifiers, with version and port, or to nothing at all.

Cautious: a text is a licence only when nothing else stands in it that could turn it ("not under CC BY 4.0"). A Creative
Commons licence without its version is none. What merely occurs in a text is a `mention`, for people to look into.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from ganbaru.rights.expressions import NO_ASSERTION, alternatives, canonical

PUBLIC_DOMAIN = "LicenseRef-public-domain-mark"
"""A label that somebody put on it, such as the Public Domain Mark; no grant."""
ALL_RIGHTS_RESERVED = "LicenseRef-all-rights-reserved"
SAMPLING_PLUS = "LicenseRef-cc-sampling-plus-1.0"
_SAMPLING = {
    "sampling+": SAMPLING_PLUS,
    "nc-sampling+": "LicenseRef-cc-nc-sampling-plus-1.0",
    "sampling": "LicenseRef-cc-sampling-1.0",
}
_MENTIONS_LIMIT = 20
MOST_LINES = 20_000
"""Lines of a text that are looked at."""

_CC_ADDRESS = re.compile(
    r"(?:https?://)?(?:www\.)?creativecommons\.org/(licenses|publicdomain)/([a-z+-]+)"
    r"(?:/(\d\.\d)(?:/([a-z]{2,3}(?![a-z.])|scotland))?(?:/(?:deed|legalcode|rdf)?(?:\.[a-z_-]+)?)?)?/?",
    re.IGNORECASE,
)
_OTHER_ADDRESSES = (
    (
        re.compile(r"https?://spdx\.org/licenses/([A-Za-z0-9+]+(?:[.-](?!html|txt|json)[A-Za-z0-9+]+)*)(?:\.\w+)?/?"),
        r"\1",
    ),
    (
        re.compile(r"https?://(?:www\.)?opensource\.org/licenses?/([A-Za-z0-9+]+(?:[.-](?!php|html)[A-Za-z0-9+]+)*)/?"),
        r"\1",
    ),
    (re.compile(r"https?://(?:www\.)?apache\.org/licenses/LICENSE-2\.0(?:\.txt|\.html)?"), "Apache-2.0"),
    (re.compile(r"https?://(?:openfontlicense\.org|scripts\.sil\.org/OFL)/?"), "OFL-1.1"),
    (re.compile(r"https?://(?:www\.)?unlicense\.org/?"), "Unlicense"),
)
_ELEMENT = r"by|nc|nd|sa"
_PORTS = (
    "AR|AT|AU|AZ|BE|BG|BR|CA|CH|CL|CN|CO|CR|CZ|DE|DK|EC|EE|EG|ES|FI|FR|GE|GR|GT|HK|HR|HU|IE|IGO|IL|IN|IT|JP|KR|LU|MK|"
    "MT|MX|MY|NL|NO|NZ|PE|PH|PL|PR|PT|RO|RS|SE|SG|SI|TH|TW|UA|UG|UK|US|VE|VN|ZA"
)
"""Where licences of Creative Commons were ported to, up to version 3.0; capitals, as words stand there too."""
_CC_SHORT = re.compile(
    rf"\b(?:CC|Creative Commons)[\s-]+((?:{_ELEMENT})(?:[\s-]+(?:{_ELEMENT}))*)\b"
    rf"(?:[\s-]*v?(\d\.\d)(?:[\s-]+((?-i:{_PORTS}|igo))\b)?)?",
    re.IGNORECASE,
)
_ELEMENT_LONG = r"Attribution|Non-?\s?Commercial|No-?\s?Deriv(?:ative)?s?(?: Works)?|Share-?\s?Alike"
_CC_LONG = re.compile(
    rf"\b(?:Creative Commons )?(Attribution(?:[\s-]+(?:{_ELEMENT_LONG}))*)(?:[\s-]+v?(\d\.\d))"
    r"(?: (Unported|International|Generic|Germany|Austria|Australia|Netherlands|United States|Japan|France|UK))?",
    re.IGNORECASE,
)
_COUNTRY = {
    "germany": "DE",
    "austria": "AT",
    "australia": "AU",
    "netherlands": "NL",
    "united states": "US",
    "japan": "JP",
    "france": "FR",
    "uk": "UK",
}
_CC = r"(?:Creative Commons |CC[\s-]?)"
_WORDS = (
    (rf"{_CC}(?:0|Zero)(?:[\s-]+(?:v?1\.0))?(?: Universal)?(?: Public Domain Dedication)?", "CC0-1.0"),
    (r"(?:Creative Commons )?(?:CC[\s-]?)?Public Domain Mark(?: 1\.0)?|PDM(?: 1\.0)?", PUBLIC_DOMAIN),
    (r"public[\s-]domain", PUBLIC_DOMAIN),
    (rf"{_CC}(?:NC|NonCommercial)[\s-]Sampling(?:\+| ?Plus)(?:[\s-]1\.0)?", _SAMPLING["nc-sampling+"]),
    (rf"{_CC}?Sampling(?:\+| ?Plus)(?:[\s-]1\.0)?", SAMPLING_PLUS),
    (r"all rights reserved", ALL_RIGHTS_RESERVED),
    (r"(?:The )?MIT Licen[sc]e|Expat(?: Licen[sc]e)?", "MIT"),
    (r"Apache(?: Licen[sc]e)?,?(?: Version)? ?2(?:\.0)?", "Apache-2.0"),
    (r"(?:3-Clause BSD|BSD 3-Clause)(?: Licen[sc]e)?", "BSD-3-Clause"),
    (r"(?:2-Clause BSD|BSD 2-Clause|FreeBSD)(?: Licen[sc]e)?", "BSD-2-Clause"),
    (r"SIL Open Font Licen[sc]e,?(?: Version)? 1\.1", "OFL-1.1"),
)
_KNOWN_WORDS = tuple((re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE), name) for words, name in _WORDS)
_FILLER_WORDS = (
    "a an the this these it is are as at to in of and by its all work works file files sound sounds sample samples "
    "recording recordings track audio content dataset data music song licensed licenced released published available "
    "distributed dedicated made provided under terms conditions version license licence licences licenses rights "
    "copyright public international unported generic universal dedication see http https cc deed"
)
_FILLERS = frozenset(_FILLER_WORDS.split())
_FREE_TEXT = re.compile(r"[^\W_]+")
_COPYRIGHT_MARK = re.compile(
    r"^(?:\s*(?:©|\(c\)|\(C\)|℗|\(p\)|copyright|copr\.?|SPDX-FileCopyrightText:)\s*)+", re.IGNORECASE
)
_UNDER = re.compile(r"[\s.,;:-]*\b(?:licen[sc]ed (?:to the public )?under|released under)\b:?\s*", re.IGNORECASE)
_VERIFY = re.compile(r"\s+verify at\s+\S+\s*$", re.IGNORECASE)
_YEARS = re.compile(r"\b\d{4}(?:\s*[-–,]\s*(?:\d{2,4}|present|now)?)*\b", re.IGNORECASE)


@dataclass(frozen=True)
class CreativeCommons:
    """A licence of Creative Commons: which elements, which version, for which country.

    Attributes:
        elements: ``BY``, ``BY-SA``, ``BY-NC`` …; version: ``3.0``; port: ``DE``, "" where it is not ported.
    """

    elements: str
    version: str
    port: str = ""


@dataclass(frozen=True)
class Mention:
    """A licence that occurs in a text: which, in which line, and the words."""

    licence: str
    line: int
    quote: str


_CC_NAME = re.compile(r"(?:LicenseRef-)?CC-(BY(?:-NC)?(?:-SA|-ND)?)-(\d\.\d)(?:-([A-Z]+))?")


def creative_commons(licence: str) -> CreativeCommons | None:
    """The parts of an identifier; None where it is none of the licences with BY in them."""
    match = _CC_NAME.fullmatch(licence)
    return None if match is None else CreativeCommons(match[1], match[2], match[3] or "")


def forbids_commerce(expression: str) -> bool:
    """Whether nothing that may be chosen in an expression allows all commercial use of the whole."""
    return all(any(map(_no_commerce, choice)) for choice in alternatives(expression))


def _no_commerce(licence: str) -> bool:
    cc = creative_commons(licence)
    return (cc is not None and "NC" in cc.elements) or licence in _SAMPLING.values() or licence == ALL_RIGHTS_RESERVED


def from_address(address: str) -> str | None:
    """The licence that an address is that of; None where it is of none that is known here.

    >>> from_address("https://creativecommons.org/licenses/by/3.0/de/"), from_address("https://example.com/terms")
    ('CC-BY-3.0-DE', None)
    """
    address = address.strip().strip("<>")
    if match := _CC_ADDRESS.fullmatch(address):
        return _from_cc_address(match)
    for pattern, name in _OTHER_ADDRESSES:
        if match := pattern.fullmatch(address):
            return canonical(match.expand(name))
    return None


def _from_cc_address(match: re.Match[str]) -> str | None:
    area, kind, version, port = match[1].lower(), match[2].lower(), match[3], match[4]
    if area == "publicdomain":
        return {"zero": "CC0-1.0", "mark": PUBLIC_DOMAIN}.get(kind)
    if kind in _SAMPLING:
        return _SAMPLING[kind]
    return _cc(kind.split("-"), version, port)


def _cc(elements: list[str], version: str | None, port: str | None) -> str | None:
    """The identifier of these elements; NOASSERTION without a version, None where they are no licence."""
    ordered = [name for name in ("by", "nc", "sa", "nd") if name in elements]
    if "by" not in ordered or {"sa", "nd"} <= set(ordered):
        return None
    if version is None:
        return NO_ASSERTION
    name = "-".join(["CC", *ordered, version, *([port] if port else [])]).upper()
    return canonical(name) or f"LicenseRef-{name}"


def licence_of(text: str) -> str | None:
    """The licence that a whole text names: an expression, a known name, an address, with nothing else beside fillers.

    Returns:
        an SPDX expression; ``NOASSERTION`` where it names Creative Commons without a version; None where it names
        none, several different ones, or more stands there.
    """
    text = " ".join(text.split()).strip(" .;\"'")
    if not text or len(text) > 2_000:
        return None
    if whole := canonical(text) or _debian(text):
        return whole
    found = {name for name, _ in _spans(text)}
    if len(found) == 2 and NO_ASSERTION in found and _versionless(text) == {_elements(*(found - {NO_ASSERTION}))}:
        found.discard(NO_ASSERTION)  # "CC BY (https://creativecommons.org/licenses/by/4.0/)": the address is exact
    return found.pop() if len(found) == 1 and _nothing_else(text) else None


def _versionless(text: str) -> set[str]:
    """The elements of each licence of Creative Commons that a text names without a version."""
    short = [re.split(r"[\s-]+", match[1].lower()) for match in _CC_SHORT.finditer(text) if not match[2]]
    address = [match[2].lower().split("-") for match in _CC_ADDRESS.finditer(text) if not match[3]]
    return {_elements(_cc(elements, "4.0", None) or "") for elements in (*short, *address)}


def _elements(licence: str) -> str:
    cc = creative_commons(licence)
    return cc.elements if cc is not None else ""


def _debian(text: str) -> str | None:
    """Short names of Debian's copyright format, section 7.1, that SPDX spells otherwise."""
    names = {"CC0": "CC0-1.0", "Expat": "MIT", "public-domain": PUBLIC_DOMAIN, "Artistic": "Artistic-1.0"}
    if text in names:
        return names[text]
    match = re.fullmatch(r"(A?GPL|LGPL|GFDL)-(\d)(?:\.(\d))?(\+?)", text)
    if match is None:
        return None
    return canonical(f"{match[1]}-{match[2]}.{match[3] or 0}-{'or-later' if match[4] else 'only'}")


def _spans(text: str) -> Iterator[tuple[str, tuple[int, int]]]:
    """Every licence that occurs in a text and where."""
    for match in _CC_ADDRESS.finditer(text):
        if name := _from_cc_address(match):
            yield name, match.span()
    for pattern, spelt in _OTHER_ADDRESSES:
        for match in pattern.finditer(text):
            if name := canonical(match.expand(spelt)):
                yield name, match.span()
    for match in _CC_SHORT.finditer(text):
        if name := _cc(re.split(r"[\s-]+", match[1].lower()), match[2], match[3]):
            yield name, match.span()
    for match in _CC_LONG.finditer(text):
        country = (match[3] or "").lower()
        if name := _cc(_short_elements(match[1]), match[2], _COUNTRY.get(country)):
            yield name, match.span()
    for pattern, name in _KNOWN_WORDS:
        yield from ((name, match.span()) for match in pattern.finditer(text))


def _short_elements(words: str) -> list[str]:
    squeezed = re.sub(r"[\s-]", "", words.lower())
    long = {"attribution": "by", "noncommercial": "nc", "noderiv": "nd", "sharealike": "sa"}
    return [short for name, short in long.items() if name in squeezed]


def _nothing_else(text: str) -> bool:
    kept = list(text)
    for _, (start, end) in _spans(text):
        kept[start:end] = " " * (end - start)
    return all(word.lower() in _FILLERS for word in _FREE_TEXT.findall("".join(kept)))


def mentions(text: str) -> list[Mention]:
    """The licences that occur in a text, each once, at the line where it first does."""
    found: dict[str, Mention] = {}
    for number, line in enumerate(text.split("\n", MOST_LINES)[:MOST_LINES], 1):
        for name, _ in _spans(line[:2_000]):
            found.setdefault(name, Mention(name, number, line.strip()[:200]))
        if len(found) >= _MENTIONS_LIMIT:
            break
    return list(found.values())


def notice(text: str) -> tuple[str, str]:
    """A copyright notice taken apart: the licence that it names (or NOASSERTION) and who holds the rights.

    The form that Creative Commons once proposed for tags is read too: ``2004 Jane Doe. Licensed to the public under
    http://creativecommons.org/licenses/by/2.0/ verify at http://example.com/``.

    >>> notice("© 2012 Jane Doe. Licensed under CC BY 4.0")
    ('CC-BY-4.0', 'Jane Doe')
    """
    text = _VERIFY.sub("", " ".join(text.split()))
    if whole := licence_of(text):
        return whole, ""
    before, under, after = _halves(text)
    licence = licence_of(after) if under else None
    reserved = re.search(r"[\s.,;-]*\ball rights reserved\b\.?", before, re.IGNORECASE)
    if reserved:
        before = before[: reserved.start()] + before[reserved.end() :]
        licence = licence or ALL_RIGHTS_RESERVED
    return licence or NO_ASSERTION, holder_in(before)


def _halves(text: str) -> tuple[str, bool, str]:
    match = _UNDER.search(text)
    return (text, False, "") if match is None else (text[: match.start()], True, text[match.end() :])


def holder_in(text: str) -> str:
    """Who a notice names, without sign and years: ``© 2013-2015 Jane Doe`` is ``Jane Doe``."""
    bare = _YEARS.sub("", _COPYRIGHT_MARK.sub("", text))
    return " ".join(_COPYRIGHT_MARK.sub("", bare).split()).strip(" ,.;:-–")


def same_holder(one: str, other: str) -> bool:
    """Whether two holders may be the same: one's words, without addresses, are all among the other's."""
    left, right = (_holder_words(name) for name in (one, other))
    return not left or not right or left <= right or right <= left


def _holder_words(name: str) -> set[str]:
    bare = re.sub(r"<[^>]*>|\([^)]*@[^)]*\)|https?://\S+", " ", name)
    return set(chain.from_iterable(word.casefold().split("_") for word in re.findall(r"\w+", holder_in(bare)))) - {""}
