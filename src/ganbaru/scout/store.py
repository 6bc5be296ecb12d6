"""The store of scout: one SQLite file that a run adds to and that every list and page is read from.

A batch and the marks of where to go on are one transaction: after a kill at any instant the file holds whole batches
only, and the next run goes on from the last of them. The same answer twice changes nothing. What a source tells to be
deleted is deleted here; what is forgotten is overwritten on the disk (``secure_delete``, ``VACUUM``), and a salted hash
is all that keeps it from coming back.
"""

import contextlib
import secrets
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from ganbaru.errors import UserError
from ganbaru.scout import rows, taking
from ganbaru.scout.absent import FORGOTTEN, OPTED_OUT, Absent
from ganbaru.scout.names import plain
from ganbaru.scout.schema import prepare
from ganbaru.scout.seen import Account, Batch, Health, Lent, Post

_WAIT_SECONDS = 10
_FOREVER = float("inf")


@dataclass(frozen=True)
class Counts:
    """What an account's numbers were on one day.

    Attributes:
        day: days since 1970-01-01, UTC.
        followers, following, posts: as last told on that day; None where not told.
    """

    day: int
    followers: int | None
    following: int | None
    posts: int | None


class Store:
    """What was seen, opened for reading and adding; close it, or use it as a context.

    Args:
        path: the file; made where missing.

    Raises:
        UserError: it cannot be opened, or holds something else.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._connection = sqlite3.connect(path, timeout=_WAIT_SECONDS, isolation_level=None)
            self._connection.execute("PRAGMA secure_delete = ON")
            self._connection.execute("PRAGMA synchronous = FULL")
            prepare(self._connection, secrets.token_bytes(32))
        except sqlite3.Error as error:
            raise UserError(f"cannot open the store {str(path)!r}: {error}", hint="is it a file of scout?") from error
        self._absent = Absent(self._connection)

    def __enter__(self) -> "Store":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    # Adding

    def take(self, source: str, batch: Batch) -> None:
        """Store what a source told together with its marks, or nothing of it.

        Raises:
            UserError: the disk is full, or another run holds the store.
        """
        with self._whole():
            taking.take(self._connection, self._absent, batch.seen)
            named = [(source, name, value) for name, value in batch.marks.items()]
            self._connection.executemany(
                "INSERT INTO marks VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value"
                " WHERE value IS NOT excluded.value",
                named,
            )

    def note(self, health: Health) -> None:
        """Keep how a source fared; the same state said again lengthens its stretch of the history."""
        told = (health.source, health.state, health.said, health.until)
        with self._whole():
            last = self._connection.execute(
                "SELECT since, source, state, said, until FROM health WHERE source = ? ORDER BY since DESC LIMIT 1",
                (health.source,),
            ).fetchone()
            if last is not None and last[1:] == told:
                update = "UPDATE health SET at = ? WHERE source = ? AND since = ?"
                self._connection.execute(update, (health.at, health.source, last[0]))
            else:
                self._connection.execute(
                    "INSERT OR REPLACE INTO health VALUES (?, ?, ?, ?, ?, ?)",
                    (health.source, health.at, health.at, health.state, health.said, health.until),
                )

    def mark(self, source: str, name: str) -> str:
        """A mark that a source left, such as where to go on; "" where it left none."""
        found = self._connection.execute("SELECT value FROM marks WHERE source = ? AND name = ?", (source, name))
        row = found.fetchone()
        return str(row[0]) if row else ""

    def marks(self, source: str) -> dict[str, str]:
        """All marks that a source left, by name."""
        return dict(self._connection.execute("SELECT name, value FROM marks WHERE source = ?", (source,)).fetchall())

    def purge(self, now: float) -> int:
        """Drop the figures whose time is over; returns how many there were."""
        with self._whole():
            return self._connection.execute("DELETE FROM lent WHERE until <= ?", (now,)).rowcount

    # Forgetting

    def forget(self, people: Iterable[tuple[str, str]]) -> int:
        """Delete people, really, and keep them from coming back; returns how many of them were known.

        Args:
            people: place and identifier (or handle) of each account.
        """
        known = self._leave_out(people, FORGOTTEN)
        self._rewrite()
        return known

    def opt_out(self, people: Iterable[tuple[str, str]]) -> int:
        """The same for those on an opt-out list; a list that was gone through before costs nothing."""
        known = self._leave_out(people, OPTED_OUT)
        if known:
            self._rewrite()
        return known

    def _rewrite(self) -> None:
        """Write the whole file anew, so that nothing of what was deleted is left in its corners."""
        try:
            self._connection.execute("VACUUM")
        except sqlite3.Error as error:
            hint = "what was to be forgotten is deleted; say it again when nothing else reads the store"
            raise UserError(f"cannot rewrite the store {str(self.path)!r}: {error}", hint=hint) from error

    def _leave_out(self, people: Iterable[tuple[str, str]], why: str) -> int:
        known = 0
        with self._whole():
            for place, name in people:
                accounts = self._named(place, name)
                known += len(accounts)
                names = {name, *(given for one in accounts for given in one if given)}
                self._absent.list_person(place, names, why)
                for identifier, handle in accounts or [(name, name)]:
                    taking.drop_person(self._connection, place, identifier, handle)
        return known

    def _named(self, place: str, name: str) -> list[tuple[str, str]]:
        found = self._connection.execute("SELECT id, handle FROM accounts WHERE place = ?", (place,))
        return [(one, handle) for one, handle in found if one == name or (handle and plain(handle) == plain(name))]

    # Reading

    def posts(
        self, since: float = -_FOREVER, until: float = _FOREVER, *, place: str = "", author: str = ""
    ) -> Iterator[Post]:
        """Posts published from ``since`` to before ``until`` (UTC seconds), oldest first.

        Args:
            since, until: when.
            place: of this place only; "" for all.
            author: of this account of ``place`` only; "" for all.
        """
        asked, given = "at >= ? AND at < ?", [since, until]
        asked, values = _narrowed(asked, given, place=place, author=author)
        query = f"SELECT {rows.POST} FROM posts WHERE {asked} ORDER BY at, place, id"
        return (rows.post_of(row) for row in self._connection.execute(query, values))

    def accounts(self, *, place: str = "", seen_since: float = -_FOREVER) -> Iterator[Account]:
        """Accounts in the order of place and identifier.

        Args:
            place: of this place only; "" for all.
            seen_since: looked at since then only (UTC seconds).
        """
        asked, values = _narrowed("seen >= ?", [seen_since], place=place)
        query = f"SELECT {rows.ACCOUNT} FROM accounts WHERE {asked} ORDER BY place, id"
        return (rows.account_of(row) for row in self._connection.execute(query, values))

    def account(self, place: str, identifier: str) -> Account | None:
        """One account; None where it is not known."""
        query = f"SELECT {rows.ACCOUNT} FROM accounts WHERE place = ? AND id = ?"
        row = self._connection.execute(query, (place, identifier)).fetchone()
        return rows.account_of(row) if row else None

    def find(self, text: str) -> list[Account]:
        """Accounts whose identifier, handle, name or address is ``text``, however it is written."""
        wanted = plain(text).lstrip("@")
        return [
            account
            for account in self.accounts()
            if wanted and wanted in (plain(name).lstrip("@") for name in _names(account))
        ]

    def counts(self, place: str, identifier: str) -> list[Counts]:
        """The history of an account's numbers, one entry for each day on which they were told."""
        query = "SELECT day, followers, following, posts FROM counts WHERE place = ? AND id = ? ORDER BY day"
        return [Counts(*row) for row in self._connection.execute(query, (place, identifier))]

    def all_counts(self, since_day: int = 0) -> dict[tuple[str, str], list[Counts]]:
        """The histories of all accounts, by place and identifier."""
        histories: dict[tuple[str, str], list[Counts]] = {}
        query = "SELECT place, id, day, followers, following, posts FROM counts WHERE day >= ? ORDER BY place, id, day"
        for place, identifier, *rest in self._connection.execute(query, (since_day,)):
            histories.setdefault((place, identifier), []).append(Counts(*rest))
        return histories

    def lent(self, place: str, identifier: str, now: float) -> list[Lent]:
        """The figures that a place lends of one account or post and whose time is not over."""
        query = "SELECT * FROM lent WHERE place = ? AND id = ? AND until > ? ORDER BY name"
        return [Lent(*row) for row in self._connection.execute(query, (place, identifier, now))]

    def lent_named(self, place: str, name: str, now: float) -> list[Lent]:
        """One kind of lent figure of all who have it."""
        query = "SELECT * FROM lent WHERE place = ? AND name = ? AND until > ? ORDER BY id"
        return [Lent(*row) for row in self._connection.execute(query, (place, name, now))]

    def health(self) -> list[Health]:
        """How each source fared the last time, by name."""
        latest = {health.source: health for health in self.health_history()}
        return [latest[source] for source in sorted(latest)]

    def health_history(self, source: str = "") -> list[Health]:
        """Every stretch of time in which a source (or each) was in one state, in order; ``at`` is its last moment."""
        asked, values = _narrowed("1", [], source=source)
        query = f"SELECT source, state, said, at, until FROM health WHERE {asked} ORDER BY source, since"
        return [Health(*row) for row in self._connection.execute(query, values)]

    def wanting(self, place: str, before: float, most: int) -> list[str]:
        """Authors at a place whose profile was never read, then those whose was read longest ago, before ``before``."""
        query = (
            "SELECT author FROM (SELECT DISTINCT author FROM posts WHERE place = ?1) LEFT JOIN accounts"
            " ON accounts.place = ?1 AND accounts.id = author WHERE whole IS NOT 1 OR seen < ?2"
            " ORDER BY coalesce(whole * seen, 0), author LIMIT ?3"
        )
        return [row[0] for row in self._connection.execute(query, (place, before, most))]

    @contextlib.contextmanager
    def _whole(self) -> Iterator[None]:
        """A transaction: all of the block or nothing."""
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            with _rolled_back(self._connection):
                yield
                self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise UserError(f"cannot write to the store {str(self.path)!r}: {error}") from error


@contextlib.contextmanager
def _rolled_back(connection: sqlite3.Connection) -> Iterator[None]:
    try:
        yield
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _narrowed(asked: str, values: Sequence[float], **columns: str) -> tuple[str, list[float | str]]:
    """A condition with ``AND column = ?`` for each column that is given."""
    given: Mapping[str, str] = {name: value for name, value in columns.items() if value}
    return " AND ".join([asked, *(f"{name} = ?" for name in given)]), [*values, *given.values()]


def _names(account: Account) -> tuple[str, ...]:
    return (account.id, account.handle, account.name, account.url, f"{account.place}/{account.id}")
