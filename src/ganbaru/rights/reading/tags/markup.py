"""XML inside sounds: XMP and iXML, walked event by event. A document type is refused, so no entity is ever expanded.

XMP: ISO 16684-1; its rights: ``dc:rights``, ``xmpRights:*``, and ``cc:license`` of Creative Commons.
"""

from collections.abc import Iterator
from typing import Any
from xml.parsers import expat

from ganbaru.rights.reading.tags.window import Torn

_DEEPEST, _MOST, _LONGEST = 64, 2_000, 20_000
_XMP = {
    "http://purl.org/dc/elements/1.1/ rights": "dc:rights",
    "http://purl.org/dc/elements/1.1/ source": "dc:source",
    "http://ns.adobe.com/xap/1.0/rights/ WebStatement": "xmpRights:WebStatement",
    "http://ns.adobe.com/xap/1.0/rights/ UsageTerms": "xmpRights:UsageTerms",
    "http://ns.adobe.com/xap/1.0/rights/ Owner": "xmpRights:Owner",
    "http://www.w3.org/ns/tdmrep# reservation": "tdm:reservation",
    "http://www.w3.org/ns/tdmrep/ reservation": "tdm:reservation",
    "http://creativecommons.org/ns# license": "cc:license",
    "http://creativecommons.org/ns# attributionName": "cc:attributionName",
    "http://creativecommons.org/ns# attributionURL": "cc:attributionURL",
}
_RESOURCE = "http://www.w3.org/1999/02/22-rdf-syntax-ns# resource"


def xmp(data: bytes) -> Iterator[tuple[str, str]]:
    """The rights in an XMP packet, as elements or as attributes.

    Raises:
        Torn: it is no XML that is read here.
    """
    for path, attributes, text in _walk(data, separator=" "):
        for name in (part for part in path if part in _XMP):
            value = text or attributes.get(_RESOURCE, "")
            if value:
                yield f"XMP {_XMP[name]}", value
        yield from ((f"XMP {_XMP[name]}", value) for name, value in attributes.items() if name in _XMP)


def ixml(data: bytes) -> Iterator[tuple[str, str]]:
    """Every element of an iXML chunk that holds text, by name.

    Raises:
        Torn: it is no XML that is read here.
    """
    for path, _, text in _walk(data.rstrip(b"\0"), separator=None):
        if text:
            yield f"iXML {path[-1].upper()}", text


def _walk(data: bytes, separator: str | None) -> Iterator[tuple[tuple[str, ...], dict[str, str], str]]:
    """For each element at its end: the names on the way to it, its attributes, its own text."""
    reader = _Reader(separator)
    try:
        reader.parser.Parse(data, True)
    except (expat.ExpatError, _Refused, ValueError) as error:
        raise Torn(f"XML that cannot be read: {error}") from None
    yield from reader.found


class _Refused(Exception):
    pass


class _Reader:
    """Collects elements; refuses document types, depth and numbers that no tag needs."""

    def __init__(self, separator: str | None) -> None:
        self.found: list[tuple[tuple[str, ...], dict[str, str], str]] = []
        self._open: list[tuple[str, dict[str, str], list[str]]] = []
        self.parser: Any = expat.ParserCreate(namespace_separator=separator)
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.StartDoctypeDeclHandler = self._refuse

    def _refuse(self, *_: object) -> None:
        raise _Refused("it declares a document type")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._open) >= _DEEPEST or len(self.found) >= _MOST:
            raise _Refused("it is deeper or longer than a tag is")
        self._open.append((name, attributes, []))

    def _text(self, text: str) -> None:
        if self._open:
            self._open[-1][2].append(text)

    def _end(self, _: str) -> None:
        path = tuple(name for name, _, _ in self._open)
        _, attributes, parts = self._open.pop()
        self.found.append((path, attributes, "".join(parts).strip()[:_LONGEST]))
