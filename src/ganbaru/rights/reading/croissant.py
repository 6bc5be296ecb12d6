"""Croissant: JSON-LD that describes a data set; its licence, and the wishes in ``usageInfo``.

https://docs.mlcommons.org/croissant/docs/croissant-spec.html . Read as plain JSON, with the keys as its own context
spells them: nothing is fetched, whatever address the file names.
"""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from ganbaru.rights.expressions import NO_ASSERTION
from ganbaru.rights.facts import Grant
from ganbaru.rights.names import from_address, licence_of
from ganbaru.rights.reading.shelf import Document, Shelf, quoted

_MOST = 32
_DEEPEST = 6
_NAMES = ("name", "url", "@id", "description", "text")


def read(shelf: Shelf) -> Iterator[tuple[str, Grant | tuple[str, str]]]:
    """What Croissant files say of the sounds in their folder and below: a licence each, and wishes as pairs.

    Where files have licences of their own, that of the whole is not taken for them.
    """
    for document, content in found(shelf):
        wishes = [("croissant usageInfo", wish) for wish in _texts(_value(content, "usageInfo"))]
        whole, each = _whole(shelf, document, content), _files(document, content)
        for sound, inside in shelf.below(document.path):
            grants = each.get(inside, []) if any(each.values()) else whole
            yield from ((sound, grant) for grant in grants)
            yield from ((sound, wish) for wish in wishes)


def _whole(shelf: Shelf, document: Document, content: dict[str, Any]) -> list[Grant]:
    """The licence of the whole; of several it is not said which is whose, so that is noted and none is taken."""
    grants = list(_grants(document, content, "license"))
    names = list(dict.fromkeys(grant.licence for grant in grants))
    if len(names) > 1:
        said = f"suspected: {document.shown} names {', '.join(names)} for all files together, so for none of them"
        shelf.note(said)
        return []
    return grants[:1]


def _files(document: Document, content: dict[str, Any]) -> dict[str, list[Grant]]:
    """What is said of single files, by the path that it gives for them."""
    given = _value(content, "distribution")
    files = [file for file in given if isinstance(file, dict)] if isinstance(given, list) else []
    return {
        unquote(path): list(_grants(document, file, f"distribution, {quoted(path)}, license"))
        for file in files
        if isinstance(path := _value(file, "contentUrl"), str)
    }


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


def _grants(document: Document, content: dict[str, Any], place: str) -> Iterator[Grant]:
    """A grant for each licence that is named."""
    holder = "; ".join(_texts(_value(content, "creator")) or _texts(_value(content, "publisher")))
    source = next(iter(_texts(_value(content, "url"))), "")
    for said in _texts(_value(content, "license")):
        licence = from_address(said) or licence_of(said) or NO_ASSERTION
        proof = document.proof(place, said)
        yield Grant(licence, proof, holder=quoted(holder), source=quoted(source), kind="croissant")


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
