"""How a batch goes into the store: newer over older, never a blank over what is known, nothing twice."""

import json
import re
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from urllib.parse import unquote

from ganbaru.scout.absent import Absent
from ganbaru.scout.names import plain
from ganbaru.scout.rows import ACCOUNT, POST, account_row, post_row
from ganbaru.scout.seen import Account, Gone, Lent, Post, Seen
from ganbaru.scout.times import DAY
from ganbaru.scout.wishes import KEEP_NOTHING

LISTS = "lists"
"""Among the sources of marks: on how many lists each person stood, and on which day last, by `Person.key`."""

_COUNTED = ("followers", "following", "posts")
_PROFILE = ("handle", "name", "about", "url", "created", "links", "language", "wishes", "bot", "whole")
_TOLD = ("likes", "reposts", "replies", "views")
_WRITTEN = ("author", "at", "text", "tags", "url", "language", "sort", "mentions", "repost_of")


def take(connection: sqlite3.Connection, absent: Absent, seen: Iterable[Seen]) -> None:
    """Store what was seen, in its order, within the caller's transaction."""
    for sort, items in groupby(seen, type):
        _TAKERS[sort](connection, absent, list(items))


def _take_accounts(connection: sqlite3.Connection, absent: Absent, accounts: Sequence[Account]) -> None:
    for account in accounts:
        if absent.person(account.place, account.id) or absent.person(account.place, account.handle):
            _drop_account(connection, account.place, account.id)
            continue
        if KEEP_NOTHING.intersection(account.wishes):
            _drop_account(connection, account.place, account.id)
            account = Account(account.place, account.id, "", wishes=account.wishes, seen=account.seen)
        connection.execute(_ACCOUNT_IN_FULL if account.whole else _ACCOUNT_IN_PART, account_row(account))
        _count(connection, account)


def _count(connection: sqlite3.Connection, account: Account) -> None:
    counts = (account.followers, account.following, account.posts)
    if any(count is not None for count in counts):
        connection.execute(_COUNTS, (account.place, account.id, int(account.seen // DAY), *counts))


def _take_posts(connection: sqlite3.Connection, absent: Absent, posts: Sequence[Post]) -> None:
    wanted = [post_row(post) for post in posts if _is_wanted(connection, absent, post)]
    connection.executemany(_POSTS, wanted)


def _is_wanted(connection: sqlite3.Connection, absent: Absent, post: Post) -> bool:
    if absent.deleted(post.place, post.id):
        return False
    if any(absent.person(post.place, name) for name in (post.author, *post.mentions)):
        return False
    row = connection.execute(
        "SELECT wishes FROM accounts WHERE place = ? AND id = ?", (post.place, post.author)
    ).fetchone()
    return row is None or not any(f'"{wish}"' in row[0] for wish in KEEP_NOTHING)


def _take_gone(connection: sqlite3.Connection, absent: Absent, gone: Sequence[Gone]) -> None:
    """A post that is gone stays so; an account may be back one day, and whatever it then shows is new."""
    for one in gone:
        if one.sort == "account":
            _drop_account(connection, one.place, one.id)
        elif connection.execute("DELETE FROM posts WHERE place = ? AND id = ?", (one.place, one.id)).rowcount:
            connection.execute("DELETE FROM lent WHERE place = ? AND id = ?", (one.place, one.id))
            absent.list_deleted(one.place, one.id)


def _drop_account(connection: sqlite3.Connection, place: str, identifier: str) -> None:
    """Delete an account with its history, its posts, and what was lent of either."""
    connection.execute(
        "DELETE FROM lent WHERE place = ?1 AND id IN (SELECT id FROM posts WHERE place = ?1 AND author = ?2)",
        (place, identifier),
    )
    connection.execute("DELETE FROM marks WHERE source = ? AND name = ?", (LISTS, f"{place}/{identifier}"))
    for table, column in (("accounts", "id"), ("counts", "id"), ("lent", "id"), ("posts", "author")):
        connection.execute(f"DELETE FROM {table} WHERE place = ? AND {column} = ?", (place, identifier))


def _take_lent(connection: sqlite3.Connection, absent: Absent, lent: Sequence[Lent]) -> None:
    rows = [
        (one.place, one.id, one.name, one.value, one.at, one.until)
        for one in lent
        if not absent.person(one.place, one.id)
    ]
    connection.executemany(_LENT, rows)


_TAKERS: dict[type, Callable[..., None]] = {
    Account: _take_accounts,
    Post: _take_posts,
    Gone: _take_gone,
    Lent: _take_lent,
}


def drop_person(connection: sqlite3.Connection, place: str, identifier: str, handle: str) -> None:
    """Delete an account with all that is its own and every post of others that names it."""
    own = [
        row[0] for row in connection.execute("SELECT id FROM posts WHERE place = ? AND author = ?", (place, identifier))
    ]
    connection.executemany("DELETE FROM posts WHERE place = ? AND repost_of = ?", [(place, one) for one in own])
    _drop_account(connection, place, identifier)
    _drop_marks(connection, place, {identifier, handle}, own)
    for name in filter(None, {identifier, handle}):
        connection.execute(
            "DELETE FROM posts WHERE place = ? AND EXISTS"
            " (SELECT 1 FROM json_each(posts.mentions) WHERE lower(value) = lower(?))",
            (place, name),
        )


def _drop_marks(connection: sqlite3.Connection, place: str, people: set[str], posts: Iterable[str]) -> None:
    """Delete the marks of a place's sources that name somebody; each is made anew by the next run that wants it."""
    names, exact = {plain(one) for one in people} - {""}, {*people, *posts} - {""}
    for source, name, value in connection.execute("SELECT source, name, value FROM marks").fetchall():
        of_place = source == place or source.startswith(f"{place}_")  # the feeds and the API of YouTube are two sources
        if of_place and (value in exact or names & set(map(plain, _named(name, value)))):
            connection.execute("DELETE FROM marks WHERE source = ? AND name = ?", (source, name))


def _named(name: str, value: str) -> Iterable[str]:
    """Whom a mark may name; tags, hosts, sums and times are nobody."""
    kind, _, rest = name.removeprefix("answer ").partition(" ")
    if kind in ("finder", "found", "missing"):
        return [rest]
    if name in ("finders", "not shown"):
        held = json.loads(value)
        return [text for part in (held, held.get("of", {})) for text in part] + list(held.get("of", {}).values())
    return [unquote(part) for part in re.split(r"[/?&=]+", kind)] if name.startswith("answer ") else []


def _sql(table: str, columns: str, full: Sequence[str], kept: Sequence[str]) -> str:
    """An upsert: ``full`` are replaced, ``kept`` only by what is told; a row that would stay the same stays."""
    sets = [f"{name} = excluded.{name}" for name in full]
    sets += [f"{name} = coalesce(excluded.{name}, {name})" for name in kept]
    changed = [f"{name} IS NOT excluded.{name}" for name in full]
    changed += [f"(excluded.{name} IS NOT NULL AND {name} IS NOT excluded.{name})" for name in kept]
    slots = ", ".join("?" * len(columns.split(",")))
    seen = "excluded.seen >= seen AND" if "seen" in columns else ""
    moved = "seen = excluded.seen, " if "seen" in columns else ""
    if table == "accounts":
        changed.append(f"excluded.seen - seen >= {DAY / 2}")  # so that it is known to have been looked at
    return (
        f"INSERT INTO {table} ({columns}) VALUES ({slots}) ON CONFLICT DO UPDATE SET {moved}{', '.join(sets)}"
        f" WHERE {seen} ({' OR '.join(changed)})"
    )


def _partly() -> str:
    """An account known from beside a post only: it fills what is blank and what changes, and blanks nothing."""
    texts = [name for name in _PROFILE if name not in ("created", "bot", "whole", "links", "wishes")]
    sets = [f"{name} = CASE excluded.{name} WHEN '' THEN {name} ELSE excluded.{name} END" for name in texts]
    sets += [
        f"{name} = CASE excluded.{name} WHEN '[]' THEN {name} ELSE excluded.{name} END" for name in ("links", "wishes")
    ]
    sets += [f"{name} = coalesce(excluded.{name}, {name})" for name in ("created", *_COUNTED)]
    differs = [f"(excluded.{name} != '' AND {name} IS NOT excluded.{name})" for name in texts]
    differs += [f"(excluded.{name} != '[]' AND {name} IS NOT excluded.{name})" for name in ("links", "wishes")]
    differs += [f"(excluded.{name} IS NOT NULL AND {name} IS NOT excluded.{name})" for name in ("created", *_COUNTED)]
    slots = ", ".join("?" * len(ACCOUNT.split(",")))
    return (
        f"INSERT INTO accounts ({ACCOUNT}) VALUES ({slots}) ON CONFLICT DO UPDATE SET {', '.join(sets)}"
        f" WHERE excluded.seen >= seen AND ({' OR '.join(differs)})"
    )


_ACCOUNT_IN_FULL = _sql("accounts", ACCOUNT, _PROFILE, _COUNTED)
_ACCOUNT_IN_PART = _partly()
_POSTS = _sql("posts", POST, _WRITTEN, _TOLD)
_COUNTS = _sql("counts", "place, id, day, followers, following, posts", (), _COUNTED)
_LENT = _sql("lent", "place, id, name, value, at, until", ("value", "at", "until"), ())
