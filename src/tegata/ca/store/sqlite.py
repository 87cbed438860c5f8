"""The store on SQLite: one file, made or brought up to date when it is opened."""

from pathlib import Path

from tegata.ca.store import migrations, sql
from tegata.ca.store.db import Database
from tegata.ca.store.store import RowStore


def open_store(path: Path) -> RowStore:
    """The store in this file, made or brought up to date if need be.

    Raises DatabaseUnusable, DatabaseTooNew (it was written by a newer program), MigrationAltered.
    """
    return RowStore(Database(path, migrations.known(), sql.statements()))
