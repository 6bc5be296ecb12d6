"""Files of one's own: JSON with "accounts" and "posts", or CSV with one of the two, named as in `seen`.

Times are ISO 8601 or seconds since 1970; in CSV, lists are separated by spaces. A line that tells no identifier, or
for a post no author, is counted and left out.
"""

import csv
import hashlib
import io
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from ganbaru.errors import UserError
from ganbaru.scout import wishes
from ganbaru.scout.places.visit import Told, Visit, language
from ganbaru.scout.query import FileSource
from ganbaru.scout.seen import Account, Batch, Link, Post, Seen
from ganbaru.scout.taken import MOST_NAME, at, clean, count, flag, link, name, text
from ganbaru.scout.times import instant, published

_MOST_BYTES = 200_000_000
_BATCH = 2_000
_SORTS: dict[str, Literal["post", "video", "stream"]] = {"post": "post", "video": "video", "stream": "stream"}


def visit_file(source: FileSource, path: Path, visit: Visit) -> Told:
    """Read a file that has changed since the last run.

    Raises:
        UserError: it cannot be read, or is not what its name says.
    """
    data = _bytes(path)
    stamp = hashlib.sha256(data).hexdigest()
    if stamp == visit.mark("stamp"):
        yield visit.ended("well", "it has not changed")
        return
    place = f"file:{path.name}"
    told = [_of_row(kind, row, place, visit) for kind, row in _rows(data, path, source)]
    seen = [one for one in told if one is not None]
    for start in range(0, len(seen), _BATCH):
        yield Batch(seen[start : start + _BATCH])
    yield Batch((), {"stamp": stamp})
    left = f"; {len(told) - len(seen)} entries name nobody and were left out" if len(told) > len(seen) else ""
    yield visit.ended("well", f"{len(seen)} entries were read{left}")


def _bytes(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise UserError(f"{str(path)!r} is no file", hint="see the entry [[files]] of the query")
        if path.stat().st_size > _MOST_BYTES:
            raise UserError(f"{str(path)!r} is larger than {_MOST_BYTES:,} bytes", hint="split it")
        return path.read_bytes()
    except OSError as error:
        raise UserError(f"cannot read {str(path)!r}: {error.strerror}") from error


def _rows(data: bytes, path: Path, source: FileSource) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each entry with what it is."""
    try:
        written = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(f"{str(path)!r} is not UTF-8 (byte {error.start})", hint="save it as UTF-8") from error
    if path.suffix.lower() == ".csv":
        return ((source.holds, row) for row in _csv_rows(written, path))
    if path.suffix.lower() == ".json":
        return _json_rows(written, path)
    raise UserError(f"{str(path)!r} is neither .json nor .csv", hint="rename or convert it")


def _csv_rows(written: str, path: Path) -> Iterator[dict[str, Any]]:
    reader = csv.DictReader(io.StringIO(written), strict=True)
    if "id" not in (reader.fieldnames or ()):
        raise UserError(f"{str(path)!r} has no column 'id'", hint="the first line names the columns, as in `seen`")
    try:
        for row in reader:
            yield {key: value for key, value in row.items() if isinstance(key, str) and value}
    except csv.Error as error:
        raise UserError(f"{str(path)!r}, line {reader.line_num}: {error}") from error


def _json_rows(written: str, path: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    try:
        document = json.loads(written)
    except RecursionError as error:
        raise UserError(f"{str(path)!r} nests too deeply") from error
    except ValueError as error:
        raise UserError(f"{str(path)!r} is no JSON: {error}") from error
    if not isinstance(document, dict) or not {"accounts", "posts"} & set(document):
        raise UserError(f'{str(path)!r} has neither "accounts" nor "posts"', hint='write {"accounts": [], "posts": []}')
    for kind in ("accounts", "posts"):
        listed = document.get(kind, [])
        for row in listed if isinstance(listed, list) else []:
            yield kind, row if isinstance(row, dict) else {}


def _of_row(kind: str, row: Mapping[str, Any], place: str, visit: Visit) -> Seen | None:
    if not name(row, "id") or (kind == "posts" and not name(row, "author")):
        return None
    return _post(row, place, visit) if kind == "posts" else _account(row, place, visit)


def _account(row: Mapping[str, Any], place: str, visit: Visit) -> Account:
    about, shown_as = text(row, "about"), name(row, "name")
    pages = dict.fromkeys(link(page) for page in _list(row, "links"))
    return Account(
        place=place,
        id=name(row, "id"),
        handle=name(row, "handle"),
        name=shown_as,
        about=about,
        url=link(name(row, "url")),
        created=_time(row, "created"),
        followers=count(row, "followers"),
        following=count(row, "following"),
        posts=count(row, "posts"),
        links=tuple(Link(page) for page in pages if page),
        language=language(name(row, "language")),
        wishes=wishes.ordered([*_wishes(row), *wishes.said(shown_as, about)]),
        bot=flag(row, "bot") is True or name(row, "bot").lower() in ("true", "1", "yes"),
        seen=visit.now,
    )


def _post(row: Mapping[str, Any], place: str, visit: Visit) -> Post:
    return Post(
        place=place,
        id=name(row, "id"),
        author=name(row, "author"),
        at=published(_time(row, "at"), visit.now),
        text=text(row, "text"),
        tags=tuple(tag.lstrip("#＃") for tag in _list(row, "tags")),
        url=link(name(row, "url")),
        language=language(name(row, "language")),
        likes=count(row, "likes"),
        reposts=count(row, "reposts"),
        replies=count(row, "replies"),
        views=count(row, "views"),
        sort=_SORTS.get(name(row, "sort"), "post"),
        mentions=_list(row, "mentions"),
        repost_of=name(row, "repost_of"),
        seen=visit.now,
    )


def _wishes(row: Mapping[str, Any]) -> list[str]:
    """In CSV they are separated by semicolons, as they have spaces in them."""
    told = at(row, "wishes")
    return (
        [one.strip() for one in told.split(";") if one.strip()] if isinstance(told, str) else list(_list(row, "wishes"))
    )


def _list(row: Mapping[str, Any], key: str) -> tuple[str, ...]:
    told = at(row, key)
    parts = told.split() if isinstance(told, str) else told if isinstance(told, list) else []
    return tuple(clean(part, MOST_NAME) for part in parts[:1_000] if isinstance(part, str))


def _time(row: Mapping[str, Any], key: str) -> float | None:
    told = at(row, key)
    try:
        return instant(float(told)) if isinstance(told, str) and not told.startswith("-") else instant(told)
    except ValueError:
        return instant(told)
