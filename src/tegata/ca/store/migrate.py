"""Brings a database up to this program's schema, or refuses it.

Migrations are the files ``migrations/NUMBER_NAME.sql``, numbered 1, 2, 3 … without gaps, each applied once, whole and
in order; their checksums are kept, so that a changed migration is noticed. Knows no table but its own.
"""

import sqlite3
from collections.abc import Iterator
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

from tegata.ca.store.errors import DatabaseTooNew, MigrationAltered

_LEDGER = "CREATE TABLE IF NOT EXISTS migrations (number INTEGER PRIMARY KEY, checksum TEXT NOT NULL) STRICT"


class Migration(NamedTuple):
    """One step of the schema: its number, its file's name and its statements."""

    number: int
    name: str
    text: str

    @property
    def checksum(self) -> str:
        """What identifies the text that was applied."""
        return sha256(self.text.encode()).hexdigest()


def known() -> list[Migration]:
    """The migrations of this program, in order."""
    folder = files(__package__).joinpath("migrations")
    found = [
        Migration(int(file.name.split("_")[0]), file.name, file.read_text("utf-8"))
        for file in folder.iterdir()
        if file.name.endswith(".sql")
    ]
    return sorted(found)


def migrate(connection: sqlite3.Connection, path: Path, migrations: list[Migration]) -> None:
    """Apply what is missing, in one transaction; of several processes that open at once, one does it.

    Raises DatabaseTooNew, MigrationAltered (the file is left as it is), sqlite3.Error.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        for migration in _missing(connection, path, migrations):
            for statement in _statements(migration.text):
                connection.execute(statement)
            connection.execute("INSERT INTO migrations VALUES (?, ?)", (migration.number, migration.checksum))
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _missing(connection: sqlite3.Connection, path: Path, migrations: list[Migration]) -> list[Migration]:
    """What is still to be applied, once the ledger agrees with this program."""
    connection.execute(_LEDGER)
    applied = dict(connection.execute("SELECT number, checksum FROM migrations").fetchall())
    newest = max(applied, default=0)
    if newest > len(migrations):
        raise DatabaseTooNew(path=path, found=newest, known=len(migrations))
    for migration in migrations[:newest]:
        if applied[migration.number] != migration.checksum:
            raise MigrationAltered(path=path, migration=migration.name)
    return migrations[newest:]


def _statements(text: str) -> Iterator[str]:
    """The statements of a script one by one (``executescript`` would commit first); each ends its line."""
    statement = ""
    for line in text.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    yield statement
