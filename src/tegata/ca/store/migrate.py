"""Brings a SQLite file up to this program's schema, or refuses it.

A file has one program at a time, so every missing migration is applied at once. Knows no table but its own.
"""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from tegata.ca.store.migrations import Applied, Migrated, Migration, missing, outcome

_LEDGER = "CREATE TABLE IF NOT EXISTS migrations (number INTEGER PRIMARY KEY, checksum TEXT NOT NULL) STRICT"


def migrate(connection: sqlite3.Connection, path: Path, migrations: list[Migration]) -> Migrated:
    """Apply what is missing, in one transaction; of several processes that open at once, one does it.

    Raises DatabaseTooNew, MigrationAltered (the file is left as it is), sqlite3.Error.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.execute(_LEDGER)
        rows = connection.execute("SELECT number, checksum FROM migrations").fetchall()
        applied = {number: Applied(checksum, is_post=False) for number, checksum in rows}
        steps = missing(migrations, applied, path, is_shared=False)
        for migration in steps:
            for statement in _statements(migration.text):
                connection.execute(statement)
            connection.execute("INSERT INTO migrations VALUES (?, ?)", (migration.number, migration.checksum))
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
    return outcome(steps, [])


def _statements(text: str) -> Iterator[str]:
    """The statements of a script one by one (``executescript`` would commit first); each ends its line."""
    statement = ""
    for line in text.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    yield statement
