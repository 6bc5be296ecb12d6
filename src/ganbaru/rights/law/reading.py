"""Reads articles and questions from their TOML files, and checks them: each statement with source, date and doubt."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ganbaru.errors import UserError
from ganbaru.rights.said import Source, Text, source_of

_HERE = Path(__file__).parent
_ARTICLE = {"name_en", "name_ja", "source", "en", "ja"}
_QUESTION = {"name", "articles", "en", "ja", "why_en", "why_ja"}


@dataclass(frozen=True)
class Article:
    """A rule, or guidance on one, paraphrased.

    Attributes:
        key: such as ``jp-30-4``; what stands before the first ``-`` is the place.
        name: what it is called.
        text: what it says.
        source: where that was read, and how well that was checked.
    """

    key: str
    name: Text
    text: Text
    source: Source


@dataclass(frozen=True)
class Question:
    """Something to ask an expert, with places for the facts.

    Attributes:
        name: of the rule that says whether it follows from the facts.
        text: the question; why: which facts lead to it. Both have places such as ``{share}``.
        articles: keys of what it touches.
    """

    name: str
    text: Text
    why: Text
    articles: Sequence[str]


@cache
def articles() -> dict[str, Article]:
    """Every article by its key, in the order of the files.

    Raises:
        UserError: a file is wrong; says which and where.
    """
    found: dict[str, Article] = {}
    for file in ("japan.toml", "eu.toml", "us.toml", "web.toml"):
        data = _read(file)
        sources = {key: source_of(entry, file) for key, entry in data["sources"].items()}
        for key, entry in data["articles"].items():
            found[key] = _article(key, entry, sources, file)
    return found


@cache
def questions() -> list[Question]:
    """Every question, in order.

    Raises:
        UserError: the file is wrong; says where.
    """
    return [_question(entry) for entry in _read("questions.toml")["questions"]]


def _read(file: str) -> dict[str, Any]:
    return tomllib.loads((_HERE / file).read_text(encoding="utf-8"))


def _article(key: str, entry: dict[str, Any], sources: dict[str, Source], file: str) -> Article:
    _whole(entry, _ARTICLE, f"{file}: {key}")
    if entry["source"] not in sources:
        raise UserError(f"{file}: {key} has no source that the file knows: {entry['source']!r}")
    name, text = Text(entry["name_en"], entry["name_ja"]), Text(entry["en"], entry["ja"])
    return Article(key, name, text, sources[entry["source"]])


def _question(entry: dict[str, Any]) -> Question:
    _whole(entry, _QUESTION, f"questions.toml: {entry.get('name')}")
    if strange := [key for key in entry["articles"] if key not in articles()]:
        raise UserError(f"questions.toml: {entry['name']} touches articles that are not there: {strange}")
    why = Text(entry["why_en"], entry["why_ja"])
    return Question(entry["name"], Text(entry["en"], entry["ja"]), why, tuple(entry["articles"]))


def _whole(entry: dict[str, Any], wanted: set[str], where: str) -> None:
    if entry.keys() != wanted or not all(entry.values()):
        raise UserError(f"{where}: wants exactly {sorted(wanted)}, none of them empty")
