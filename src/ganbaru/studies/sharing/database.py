"""One database, spoken to in short transactions that are tried again while it does not answer."""

import contextlib
import logging
import time
from collections.abc import Callable
from typing import Any, TypeVar

import sqlalchemy
from sqlalchemy import Connection, event, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from ganbaru.bell import Bell
from ganbaru.errors import UserError
from ganbaru.studies.sharing.schema import metadata

log = logging.getLogger("ganbaru.studies")

PATIENCE = 300.0
"""Seconds for which a database that does not answer is tried again."""
FIRST_PATIENCE = 10.0
"""The same for the first time: its address or password may be wrong."""
_FIRST, _LONGEST = 0.1, 5.0
"""Seconds between two tries: at first, and at most."""
_LEFT_OPEN = "60s"
"""After this the server ends a transaction whose machine stands still, and lets go of what it holds."""
_LOCK = 0x6A6E6261
"""Held while tables are made and a study is joined: any number that is always the same."""

_Any = TypeVar("_Any")
_SOCKET = {
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
"""For PostgreSQL: a server that vanished is noticed within half a minute (s; the last in ms)."""


class Database:
    """The database at a URL; threads may share it.

    Attributes:
        bell: once it is rung, a database that does not answer is not tried again.

    Raises:
        UserError: the URL is none of PostgreSQL or SQLite, or what speaks to it is not installed.
    """

    def __init__(self, url: str) -> None:
        self.bell = Bell()
        try:
            self._engine = _engine(sqlalchemy.make_url(url))
        except (SQLAlchemyError, ValueError) as error:
            hint = "such as postgresql://user@host/database or sqlite:///file.db"
            raise UserError("the storage is no URL of a database", hint=hint) from error
        except ModuleNotFoundError as error:
            hint = "pip install 'ganbaru[postgresql]'"
            raise UserError(f"{error.name} is not installed, which speaks to PostgreSQL", hint=hint) from error

    def do(self, work: Callable[[Connection], _Any], *, patience: float | None = None) -> _Any:
        """What ``work`` returns, done in one transaction.

        A connection that breaks is made anew, and ``work`` done again: it must be right to do it twice.

        Args:
            work: is given the connection.
            patience: how long to try (s); ``None`` for `PATIENCE`.

        Raises:
            UserError: the database did not answer in that time, or refuses.
        """
        began, pause = time.monotonic(), _FIRST
        allowed = PATIENCE if patience is None else patience
        while True:
            try:
                with self._engine.begin() as connection:
                    return work(connection)
            except SQLAlchemyError as error:
                if not _passing(error):
                    raise self._refuses(error) from error
                if time.monotonic() - began >= allowed or self.bell.rung:
                    raise self._silent(error, allowed) from error
                if pause == _FIRST:
                    log.warning("%s does not answer and is tried again: %s", self, _line(error))
            self._engine.dispose()
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST)

    def make_tables(self) -> None:
        """Make what is missing. Raises UserError if the database does not answer for ten seconds, or refuses."""

        def work(connection: Connection) -> None:
            lock(connection)
            metadata.create_all(connection)

        self.do(work, patience=FIRST_PATIENCE)

    def close(self) -> None:
        """Let go of all connections."""
        with contextlib.suppress(SQLAlchemyError):
            self._engine.dispose()

    def __str__(self) -> str:
        return f"the database {self._engine.url.set(query={}).render_as_string(hide_password=True)}"

    def _silent(self, error: SQLAlchemyError, seconds: float) -> UserError:
        hint = "run the study again when it is back: what is done is in the study's folder"
        tried = f", tried for {seconds:g} s" if seconds and not self.bell.rung else ""
        return UserError(f"{self} does not answer{tried}: {_line(error)}", hint=hint)

    def _refuses(self, error: SQLAlchemyError) -> UserError:
        return UserError(f"{self} refuses: {_line(error)}", hint="what is done is in the study's folder")


def lock(connection: Connection) -> None:
    """Let no other transaction that asks for the same begin before this one has ended."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})


def _engine(url: sqlalchemy.URL) -> sqlalchemy.Engine:
    if url.drivername in ("postgresql", "postgresql+psycopg"):
        arguments = {name: number for name, number in _SOCKET.items() if name not in url.query}
        engine = sqlalchemy.create_engine(
            url.set(drivername="postgresql+psycopg"), connect_args=arguments, isolation_level="READ COMMITTED"
        )
        event.listen(engine, "connect", _end_what_stands_still)
        return engine
    if url.drivername in ("sqlite", "sqlite+pysqlite") and url.database not in (None, "", ":memory:"):
        engine = sqlalchemy.create_engine(url, connect_args={"timeout": 30.0})
        event.listen(engine, "connect", _leave_transactions_alone)
        event.listen(engine, "begin", _begin_at_once)
        return engine
    raise ValueError(url.drivername)


def _end_what_stands_still(connection: Any, _: Any) -> None:
    connection.execute(f"SET idle_in_transaction_session_timeout = '{_LEFT_OPEN}'")
    connection.commit()


def _leave_transactions_alone(connection: Any, _: Any) -> None:
    """Python's module would begin them late, with a lock that cannot be made one for writing."""
    connection.isolation_level = None


def _begin_at_once(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _passing(error: SQLAlchemyError) -> bool:
    """Whether it may go by itself: the connection broke, or somebody else is at the same rows."""
    if not isinstance(error, DBAPIError):
        return isinstance(error, sqlalchemy.exc.TimeoutError)
    if "sqlite" in type(error.orig).__module__:
        return "locked" in str(error.orig)
    return error.connection_invalidated or isinstance(
        error, sqlalchemy.exc.OperationalError | sqlalchemy.exc.InterfaceError
    )


def _line(error: SQLAlchemyError) -> str:
    """The first line of what the database itself said."""
    said = str(getattr(error, "orig", None) or error).strip()
    return said.splitlines()[0] if said else type(error).__name__
