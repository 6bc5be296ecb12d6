"""The tables of the store. A store of another version is refused, never guessed at."""

import sqlite3

from ganbaru.errors import UserError

VERSION = 1

TABLES = """
CREATE TABLE secret (salt BLOB NOT NULL);
CREATE TABLE accounts (
    place TEXT NOT NULL, id TEXT NOT NULL, handle TEXT NOT NULL, name TEXT NOT NULL, about TEXT NOT NULL,
    url TEXT NOT NULL, created REAL, followers INTEGER, following INTEGER, posts INTEGER, links TEXT NOT NULL,
    language TEXT NOT NULL, wishes TEXT NOT NULL, bot INTEGER NOT NULL, seen REAL NOT NULL, whole INTEGER NOT NULL,
    PRIMARY KEY (place, id)
) WITHOUT ROWID;
CREATE TABLE counts (
    place TEXT NOT NULL, id TEXT NOT NULL, day INTEGER NOT NULL, followers INTEGER, following INTEGER, posts INTEGER,
    PRIMARY KEY (place, id, day)
) WITHOUT ROWID;
CREATE TABLE posts (
    place TEXT NOT NULL, id TEXT NOT NULL, author TEXT NOT NULL, at REAL NOT NULL, text TEXT NOT NULL,
    tags TEXT NOT NULL, url TEXT NOT NULL, language TEXT NOT NULL, likes INTEGER, reposts INTEGER, replies INTEGER,
    views INTEGER, sort TEXT NOT NULL, mentions TEXT NOT NULL, repost_of TEXT NOT NULL, seen REAL NOT NULL,
    PRIMARY KEY (place, id)
) WITHOUT ROWID;
CREATE INDEX posts_at ON posts (at);
CREATE INDEX posts_author ON posts (place, author);
CREATE TABLE lent (
    place TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, at REAL NOT NULL,
    until REAL NOT NULL, PRIMARY KEY (place, id, name)
) WITHOUT ROWID;
CREATE TABLE marks (source TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (source, name))
    WITHOUT ROWID;
CREATE TABLE health (
    source TEXT NOT NULL, since REAL NOT NULL, at REAL NOT NULL, state TEXT NOT NULL, said TEXT NOT NULL,
    until REAL NOT NULL, PRIMARY KEY (source, since)
) WITHOUT ROWID;
CREATE TABLE absent (key BLOB PRIMARY KEY, why TEXT NOT NULL) WITHOUT ROWID;
"""
"""``absent`` holds salted hashes of what must not come in: deleted upstream, forgotten, or on the opt-out list."""


def prepare(connection: sqlite3.Connection, salt: bytes) -> None:
    """Make the tables in an empty file; leave those of this version alone.

    Raises:
        UserError: the file holds something else.
    """
    connection.execute("BEGIN IMMEDIATE")
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if not version and not tables:
        for statement in TABLES.split(";"):
            connection.execute(statement)
        connection.execute("INSERT INTO secret VALUES (?)", (salt,))
        connection.execute(f"PRAGMA user_version = {VERSION}")
    connection.execute("COMMIT")
    if version > VERSION:
        raise UserError(f"the store is of version {version}, newer than {VERSION}", hint="update ganbaru")
    if tables and version != VERSION:
        raise UserError("the file holds other tables than a store of scout", hint="give it a file of its own")
