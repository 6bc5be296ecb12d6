"""Who and what must not come in again: kept as salted hashes, from which nobody's name can be read back."""

import hashlib
import sqlite3
from collections.abc import Iterable

from ganbaru.scout.names import plain

DELETED, FORGOTTEN, OPTED_OUT = "deleted", "forgotten", "opted out"


class Absent:
    """The list, held in the store's table ``absent``.

    A person is listed by identifier and by handle; a deleted post by identifier.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        (self._salt,) = connection.execute("SELECT salt FROM secret").fetchone()

    def person(self, place: str, name: str) -> bool:
        """Whether somebody, by identifier or handle, asked to be left out or was forgotten."""
        return self._has("id", place, name) or self._has("handle", place, plain(name))

    def deleted(self, place: str, identifier: str) -> bool:
        """Whether a post was deleted by its author or its place."""
        return self._has("post", place, identifier)

    def list_person(self, place: str, names: Iterable[str], why: str) -> bool:
        """Leave somebody out from now on; returns whether they were not listed before."""
        forms = [(kind, form) for name in names for kind, form in (("id", name), ("handle", plain(name))) if form]
        return self._add([self._key(kind, place, form) for kind, form in forms], why)

    def list_deleted(self, place: str, identifier: str) -> None:
        """Keep a deleted post from coming back by an answer that is out of date."""
        self._add([self._key("post", place, identifier)], DELETED)

    def _add(self, keys: list[bytes], why: str) -> bool:
        before = self._connection.total_changes
        self._connection.executemany("INSERT OR IGNORE INTO absent VALUES (?, ?)", [(key, why) for key in keys])
        return self._connection.total_changes > before

    def _has(self, *parts: str) -> bool:
        found = self._connection.execute("SELECT 1 FROM absent WHERE key = ?", (self._key(*parts),))
        return found.fetchone() is not None

    def _key(self, *parts: str) -> bytes:
        text = "\0".join(parts).encode("utf-8", "replace")
        return hashlib.blake2b(text, key=self._salt, digest_size=16).digest()
