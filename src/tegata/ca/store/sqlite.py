"""The store on SQLite: one file, made or brought up to date when it is opened."""

from pathlib import Path

from tegata.ca.store import migrate, migrations, sql
from tegata.ca.store.db import Database
from tegata.ca.store.store import RowStore


def open_store(path: Path, *, as_it_is: bool = False) -> RowStore:
    """The store in this file, made or brought up to date if need be, or left ``as_it_is``.

    Raises DatabaseUnusable, DatabaseTooNew (it was written by a newer program), MigrationAltered.
    """
    known = migrations.known()
    if as_it_is:
        known = known[: len(known) - len(migrate.missing_in(path, known))]
    return RowStore(Database(path, known, sql.statements()))
