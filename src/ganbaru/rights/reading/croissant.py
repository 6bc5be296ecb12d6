"""Croissant: JSON-LD that describes a data set; its licence, and the wishes in ``usageInfo``.

https://docs.mlcommons.org/croissant/docs/croissant-spec.html . Read as plain JSON, with the keys as its own context
spells them: nothing is fetched, whatever address the file names.
"""

import json
from collections.abc import Iterator
from typing import Any

from ganbaru.rights.expressions import NO_ASSERTION
from ganbaru.rights.facts import Grant
from ganbaru.rights.names import from_address, licence_of
from ganbaru.rights.reading.shelf import Document, Shelf, quoted

_MOST = 32
_DEEPEST = 6
_NAMES = ("name", "url", "@id", "description", "text")


def read(shelf: Shelf) -> Iterator[tuple[str, Grant | tuple[str, str]]]:
    """What Croissant files say of the sounds in their folder and below: a licence each, and wishes as pairs."""
    for document, content in found(shelf):
        said: list[Grant | tuple[str, str]] = [*_grants(document, content)]
        said += [("croissant usageInfo", wish) for wish in _texts(_value(content, "usageInfo"))]
        for sound, _ in shelf.below(document.path):
            yield from ((sound, each) for each in said)


def found(shelf: Shelf) -> Iterator[tuple[Document, dict[str, Any]]]:
    """The JSON files that are descriptions of data sets."""
    for path in shelf.others:
        name = path.rpartition("/")[2].lower()
        if not name.endswith((".json", ".jsonld")) or not (
            "croissant" in name or name in ("metadata.json", "dataset.json")
        ):
            continue
        document = shelf.open(path)
        content = None if document is None else _parsed(shelf, document)
        if document is not None and content is not None:
            yield document, content


def _parsed(shelf: Shelf, document: Document) -> dict[str, Any] | None:
    try:
        content = json.loads(document.text)
    except (ValueError, RecursionError) as error:
        shelf.note(f"{document.path} is no JSON: {quoted(str(error))}")
        return None
    kind = content.get("@type", "") if isinstance(content, dict) else ""
    return content if "Dataset" in str(kind) else None


def _grants(document: Document, content: dict[str, Any]) -> Iterator[Grant]:
    """A grant for each licence that is named; several are alternatives nowhere, so each stands for itself."""
    holder = "; ".join(_texts(_value(content, "creator")) or _texts(_value(content, "publisher")))
    source = next(iter(_texts(_value(content, "url"))), "")
    for said in _texts(_value(content, "license")):
        licence = from_address(said) or licence_of(said) or NO_ASSERTION
        yield Grant(
            licence=licence,
            proof=document.proof("license", said),
            holder=quoted(holder),
            source=quoted(source),
            kind="croissant",
        )


def _value(content: dict[str, Any], key: str) -> Any:
    """Of a key however it is spelt: ``license``, ``sc:license``, ``https://schema.org/license``."""
    for spelt in (key, f"sc:{key}", f"cr:{key}", f"https://schema.org/{key}", f"http://schema.org/{key}"):
        if spelt in content:
            return content[spelt]
    return None


def _texts(value: Any, depth: int = 0) -> list[str]:
    """The words in a value: a text, a list, or an object with a name or an address."""
    if isinstance(value, str):
        return [value.strip()] if value.strip() else []
    if depth > _DEEPEST:
        return []
    if isinstance(value, list):
        return [text for each in value[:_MOST] for text in _texts(each, depth + 1)]
    if isinstance(value, dict):
        return next((texts for key in _NAMES if (texts := _texts(value.get(key), depth + 1))), [])
    return []
