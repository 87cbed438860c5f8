"""A SQLite store's copy in one file, made and put back while a server runs, by SQLite's own online backup.

What a restore would lose is counted before anything is changed. Knows of the tables only what must not go back: issued
certificates, revocations with their reasons, blocked keys, and the number of the CRL.
"""

import asyncio
import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from tegata.ca.making import making
from tegata.ca.ports import Work
from tegata.ca.store import migrations, sql
from tegata.ca.store.db import connect
from tegata.ca.store.errors import DatabaseTooNew, DatabaseUnusable
from tegata.ca.store.migrate import migrate
from tegata.ca.store.sqlite import open_store

CRL_LEAP = 1_000_000
"""How far CRL numbers go on where the last of them is not known: none may be used twice."""

_LOST = """
SELECT
    (SELECT count(*) FROM certificates WHERE serial NOT IN (SELECT serial FROM old.certificates)),
    (SELECT count(*) FROM certificates AS here WHERE revoked_at IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM old.certificates AS there
        WHERE there.serial = here.serial AND there.revoked_at IS NOT NULL AND there.reason = here.reason))
"""
_KEPT = "SELECT (SELECT COALESCE(max(number), 0) FROM revocation_lists), (SELECT count(*) FROM blocked_keys)"
# What is there may be older than what was published last: it counts as half over, and is replaced at once.
_LEAP = "UPDATE revocation_lists SET number = number + ?, this_update = this_update - (next_update - this_update)"
# Of what was published after a backup that had none yet; it is no CRL (``revocation_lists.heads``).
_FLOOR = """
INSERT INTO revocation_lists (number, this_update, next_update, der, crl)
SELECT ?, 0, 0, x'', '' WHERE NOT EXISTS (SELECT 1 FROM revocation_lists)
"""
_CHANGED = "the database changed meanwhile: try again, or end serve before"
_PAGES = 10
"""Written at a time: the first of them keep other writers out, and every schema has more."""
_TRIES = 5
_WITHOUT_LINKS = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS}
"""What a disk says that knows no second name of a file, as a stick that every machine reads (FAT)."""


class Loss(NamedTuple):
    """What the database knows and a backup does not: certificates, and revocations or what became of their reasons."""

    certificates: int
    revocations: int


def back_up(database: Path, target: Path) -> int:
    """Copy the database to a new file, as it is at one moment, readable by its owner only; its size in octets.

    Writers do not wait for it. Raises DatabaseUnusable, also when there is a file of that name.
    """
    with _told(target), _beside(target) as made:
        _copy(database, made)
        _name(made, target)
        return target.stat().st_size


def loss(backup: Path, database: Path) -> Loss:
    """What would be lost if the backup took the database's place; raises as ``restore``."""
    if not _is_there(database):
        return Loss(0, 0)
    with _told(backup), _prepared(backup, database) as copy, _told(database), closing(connect(database)) as current:
        current.execute("ATTACH ? AS old", (str(copy),))
        return Loss(*current.execute(_LOST).fetchone())


def restore(backup: Path, database: Path, work: Work, *, losing: Loss | None = None) -> None:
    """Put the backup with ``work`` done to it in the database's place, in one transaction; a server goes on with it.

    CRL numbers do not go back, and blocked keys stay blocked. Where there is no database any more, a whole one appears
    or none. Raises DatabaseUnusable, also where more would be lost by now than ``losing``, if that is given;
    MigrationAltered, and DatabaseTooNew for a backup.
    """
    with _told(backup), _prepared(backup, database) as copy:
        _do(work, copy)
        if not _is_there(database):
            with closing(connect(copy)) as made:
                made.execute(_LEAP, (CRL_LEAP,))
                made.execute(_FLOOR, (CRL_LEAP,))
            _put(copy, database)
            return
        # A newer program's is put back to what was before it: what is kept of it is found in it as in this one's.
        with suppress(DatabaseTooNew):
            asyncio.run(open_store(database).close())
        with _told(database), closing(connect(copy)) as source, closing(connect(database)) as target:
            for _ in range(_TRIES):
                kept = target.execute(_KEPT).fetchone()
                _keep_newer_crl(source, target)
                _keep_blocked_keys(source, target)
                with suppress(_Moved), closing(connect(database)) as current:
                    current.execute("ATTACH ? AS old", (str(copy),))
                    source.backup(target, pages=_PAGES, progress=_Check(current, kept, losing, database))
                    return
    raise DatabaseUnusable(path=database, reason=_CHANGED)


class _Moved(Exception):
    """The database has another CRL or blocked key now than was looked at."""


class _Check:
    """Looks once more when the first pages have been written: nobody else writes from then on, and all can be undone.

    ``current`` sees the database as it was; a copy of minutes was made since what would be lost was counted.
    """

    def __init__(self, current: sqlite3.Connection, kept: tuple[int, int], losing: Loss | None, database: Path) -> None:
        self._current, self._kept, self._losing, self._database = current, kept, losing, database
        self._is_done = False

    def __call__(self, status: int, _remaining: int, _total: int) -> None:
        if self._is_done or status != sqlite3.SQLITE_OK:  # of a writer that is waited for
            return
        self._is_done = True
        if self._current.execute(_KEPT).fetchone() != self._kept:
            raise _Moved
        lost = Loss(*self._current.execute(_LOST).fetchone())
        if self._losing is not None and (
            lost.certificates > self._losing.certificates or lost.revocations > self._losing.revocations
        ):
            raise DatabaseUnusable(path=self._database, reason=_CHANGED)


def _do(work: Work, copy: Path) -> None:
    """A unit of work, on a copy that nobody else has yet."""
    texts = sql.statements()
    with closing(connect(copy)) as connection:
        for statement in work.statements:
            connection.execute(texts[statement.name], statement.parameters)


def _is_there(database: Path) -> bool:
    """Whether there is a database, and not an empty file in its place."""
    return database.exists() and database.stat().st_size > 0


def _put(made: Path, database: Path) -> None:
    """Give a whole file the database's name.

    Whatever ends this before leaves no database: one without records would be served, with an empty CRL (B-88, B-92).
    """
    for end in ("-wal", "-shm"):  # of the database that is gone: SQLite would write it into this one
        database.with_name(database.name + end).unlink(missing_ok=True)
    made.replace(database)
    _keep_name(database)


def _name(made: Path, target: Path) -> None:
    """Give a whole file a name that no other has; an existing one is a FileExistsError."""
    try:
        os.link(made, target)
    except OSError as error:
        if error.errno not in _WITHOUT_LINKS:
            raise
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        made.replace(target)
    _keep_name(target)


def _keep_name(path: Path) -> None:
    """Have the file's name on the disk as well."""
    folder = os.open(path.absolute().parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _keep_blocked_keys(source: sqlite3.Connection, target: sqlite3.Connection) -> None:
    """What others know of a key they go on knowing (B-53, A-94)."""
    blocked = target.execute("SELECT spki_digest, blocked_at, cause FROM blocked_keys").fetchall()
    source.executemany(
        "INSERT INTO blocked_keys (spki_digest, blocked_at, cause) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", blocked
    )


def _keep_newer_crl(source: sqlite3.Connection, target: sqlite3.Connection) -> None:
    """The CRLs in place stay if the greatest number is theirs."""
    number = "SELECT COALESCE(max(number), 0) FROM revocation_lists"
    if target.execute(number).fetchone() > source.execute(number).fetchone():
        newest = target.execute("SELECT number, this_update, next_update, der, crl FROM revocation_lists").fetchall()
        source.execute("DELETE FROM revocation_lists")
        source.executemany(
            "INSERT INTO revocation_lists (number, this_update, next_update, der, crl) VALUES (?, ?, ?, ?, ?)", newest
        )


@contextmanager
def _prepared(backup: Path, database: Path) -> Iterator[Path]:
    """A copy of the backup beside the database, whole and with this program's schema."""
    with _beside(database) as copy:
        _copy(backup, copy)
        with closing(connect(copy)) as connection:
            if not connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'migrations'").fetchone():
                raise DatabaseUnusable(path=backup, reason="it is no backup of a CA")
            migrate(connection, backup, migrations.known())
        yield copy


def _copy(source: Path, target: Path) -> None:
    """Copy a database into an empty file, and see that the copy is whole."""
    with (
        closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as reading,
        closing(connect(target)) as writing,
    ):
        reading.backup(writing)
        writing.execute("PRAGMA journal_mode = DELETE")  # one file, without a log beside it
        found = writing.execute("PRAGMA integrity_check").fetchone()
    if found != ("ok",):
        raise DatabaseUnusable(path=source, reason="it is damaged")


@contextmanager
def _beside(path: Path) -> Iterator[Path]:
    """An empty file in the same directory, for its owner only, that is gone afterwards."""
    with making(path.absolute().parent) as directory:
        made = directory / "copy.db"
        os.close(os.open(made, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        yield made


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """What the disk or SQLite refuses, in words."""
    try:
        yield
    except FileExistsError:
        raise DatabaseUnusable(path=path, reason="there is a file of that name") from None
    except (OSError, sqlite3.Error) as error:
        raise DatabaseUnusable(path=path, reason=getattr(error, "strerror", None) or error) from error
