"""A database file: reads at once, writes through the writer, and waiting for changes.

The file is readable by its owner only, from its first byte on. Knows no table. A point read takes microseconds, less
than handing it to another thread would.
"""

import asyncio
import os
import sqlite3
from collections.abc import Mapping
from contextlib import closing, suppress
from pathlib import Path

from tegata.ca.errors import CommitFailed, StoreFailed
from tegata.ca.ports import Work
from tegata.ca.store.engine import Row
from tegata.ca.store.errors import DatabaseUnusable
from tegata.ca.store.known import Known
from tegata.ca.store.migrate import migrate
from tegata.ca.store.migrations import Migration
from tegata.ca.store.prepared import prepared
from tegata.ca.store.waiting import Waiting
from tegata.ca.store.writer import Writer
from tegata.clock import SystemClock

BUSY_SECONDS = 10.0
"""How long a write waits for another process's transaction."""
WRITER_CACHE_KIB = 32_768
"""Pages that the writer keeps: enough that the upper levels of all indexes of a million certificates stay."""
WRITE_AHEAD_PAGES = 8_000
"""Pages of the log before they go to the file itself: those that are written again and again go there once."""
WRITE_AHEAD_OCTETS = 2 * 4096 * WRITE_AHEAD_PAGES
"""What the log keeps of the disk once it is all in the file: while somebody reads for long, as a backup, it grows."""
ASKED_AGAIN = ("accounts.bound", "accounts.get", "blocked_keys.get")
"""Who is asking, under which contract, and whether the key is blocked: read for requests, changed a few times a day."""
LOOK_SECONDS = 0.1
"""How often it is looked whether another process has committed, while somebody waits for that."""
OLDEST_SQLITE = (3, 37)
"""STRICT tables came with it."""

# Python's module looks for who adapts a BLOB or a NULL, and where nobody is named, asks value and protocol in vain each
# time: most of what binding them would cost.
sqlite3.register_adapter(bytes, bytes)
sqlite3.register_adapter(type(None), {None: None}.__getitem__)


class Database:
    """An open database, used by one event loop at a time."""

    def __init__(self, path: Path, migrations: list[Migration], statements: Mapping[str, str]) -> None:
        """Open or make the file; raises DatabaseUnusable, DatabaseTooNew, MigrationAltered."""
        if sqlite3.sqlite_version_info < OLDEST_SQLITE:
            raise DatabaseUnusable(path=path, reason=f"SQLite {sqlite3.sqlite_version} is older than 3.37")
        self._statements = prepared(statements)
        self._waiting = Waiting()
        self._known = Known(ASKED_AGAIN, statements)
        self._turns: dict[str, asyncio.Lock] = {}
        self._watching_loop: asyncio.AbstractEventLoop | None = None
        self._closed = False
        try:
            _make(path)
            with closing(connect(path)) as connection:
                _use_write_ahead_log(connection)
                self.migrated = migrate(connection, path, migrations)
            reader = connect(path)
            reader.execute("PRAGMA query_only = ON")
            self._reader = reader.cursor()
            self._writer = Writer(
                _connect_writer(path),
                self._statements,
                patience=BUSY_SECONDS,
                done=self._known.note,
                committed=self._waiting.wake,
                foreign=self._hear_of_others,
            )
        except (OSError, sqlite3.Error) as error:
            raise DatabaseUnusable(path=path, reason=str(error)) from error

    async def fetch(self, name: str, **parameters: object) -> list[Row]:
        """The rows of a reading statement, as last committed. All of them: a cursor left open would hold the log.

        Raises StoreFailed: a disk that cannot be read for a moment is no fault of the request.
        """
        try:
            is_asked_again = name in self._known.names and self._writer.sees_others()
            if is_asked_again and (known := self._known.get(name, parameters)) is not None:
                return known
            cursor = self._writer.idle_cursor() or self._reader
            text, values = self._statements[name]
            rows = cursor.execute(text, values(parameters)).fetchall()
        except sqlite3.Error as error:
            raise StoreFailed(reason=str(error)) from error
        if is_asked_again:
            self._known.keep(name, parameters, rows)
        return rows

    async def commit(self, work: Work) -> list[Row]:
        """Do a unit of work durably, or nothing of it; the rows its last statement returns.

        Raises Conflict, CommitFailed. A caller that is cancelled meanwhile does not know what became of it.
        """
        if self._closed:
            raise CommitFailed(reason="the database is closed")
        return await self._writer.commit(work)

    async def clock(self) -> None:
        """The file has no clock but this machine's."""

    async def changed(self, seconds: float, about: str) -> None:
        """Return when something about this was committed here, anything by another process, or after the seconds."""
        self._watch()
        await self._waiting.until_woken(seconds, about)

    def alone(self, name: str) -> asyncio.Lock:
        """Hold the turn of this name in this process; of several processes, the guards of units let one through."""
        return self._turns.setdefault(name, asyncio.Lock())

    async def close(self) -> None:
        """Finish what was committed before and let go of the file."""
        if not self._closed:
            self._closed = True
            await self._writer.close()
            self._reader.connection.close()

    def _hear_of_others(self) -> None:
        """Another connection has committed something, nobody here knows what."""
        self._known.forget()
        self._waiting.wake_all()

    def _watch(self) -> None:
        """Look for other processes' commits as long as anybody waits for some."""
        loop = asyncio.get_running_loop()
        if self._watching_loop is not loop:
            self._watching_loop = loop
            loop.call_later(LOOK_SECONDS, self._look)

    def _look(self) -> None:
        self._watching_loop = None
        if not self._closed and self._waiting:
            self._writer.look()
            self._watch()


def _make(path: Path) -> None:
    """Make the file if there is none; SQLite gives the files beside it the same mode."""
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def connect(path: Path) -> sqlite3.Connection:
    """A connection that commits by itself and syncs every commit to the disk."""
    connection = sqlite3.connect(
        path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False, cached_statements=512
    )
    try:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA temp_store = MEMORY")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _connect_writer(path: Path) -> sqlite3.Connection:
    connection = connect(path)
    try:
        connection.execute(f"PRAGMA cache_size = -{WRITER_CACHE_KIB}")
        connection.execute(f"PRAGMA wal_autocheckpoint = {WRITE_AHEAD_PAGES}")
        connection.execute(f"PRAGMA journal_size_limit = {WRITE_AHEAD_OCTETS}")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _use_write_ahead_log(connection: sqlite3.Connection) -> None:
    """Readers and the writer do not wait for each other in this mode; it is kept in the file.

    Processes that open a new file at once may all want to change it, and for that SQLite itself does not wait.
    """
    clock = SystemClock()
    deadline = clock.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or clock.monotonic() > deadline:
                raise
            clock.sleep(0.01)
        else:
            return
