"""Brings a SQLite file up to this program's schema, or refuses it.

A file has one program at a time, so every missing migration is applied at once. Knows no table but its own.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from tegata.ca.store.errors import DatabaseUnusable
from tegata.ca.store.migrations import Applied, Migrated, Migration, missing, outcome

_APPLIED = "SELECT number, checksum FROM migrations"
_LEDGER = "CREATE TABLE IF NOT EXISTS migrations (number INTEGER PRIMARY KEY, checksum TEXT NOT NULL) STRICT"


def migrate(connection: sqlite3.Connection, path: Path, migrations: list[Migration]) -> Migrated:
    """Apply what is missing, in one transaction; of several processes that open at once, one does it.

    Raises DatabaseTooNew, MigrationAltered (the file is left as it is), sqlite3.Error.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.execute(_LEDGER)
        steps = _missing(connection, path, migrations)
        for migration in steps:
            for statement in _statements(migration.text):
                connection.execute(statement)
            connection.execute("INSERT INTO migrations VALUES (?, ?)", (migration.number, migration.checksum))
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
    return outcome(steps, [])


def missing_in(path: Path, migrations: list[Migration]) -> list[Migration]:
    """What a file must still be given; it is read only.

    Raises DatabaseUnusable, DatabaseTooNew, MigrationAltered.
    """
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute("PRAGMA query_only = ON")
            return _missing(connection, path, migrations)
    except sqlite3.Error as error:
        raise DatabaseUnusable(path=path, reason=str(error)) from error


def _missing(connection: sqlite3.Connection, path: Path, migrations: list[Migration]) -> list[Migration]:
    rows = connection.execute(_APPLIED).fetchall()
    applied = {number: Applied(checksum, is_post=False) for number, checksum in rows}
    return missing(migrations, applied, path, is_shared=False)


def _statements(text: str) -> Iterator[str]:
    """The statements of a script one by one (``executescript`` would commit first); each ends its line."""
    statement = ""
    for line in text.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    yield statement
