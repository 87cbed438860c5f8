"""Writes to a database file: units of work in groups, one COMMIT a group, which alone waits for the disk.

The statements of a unit take some microseconds each and are done on the event loop's thread; the COMMIT is another
thread's, and so is waiting for another process's transaction, and a whole group in which a unit writes megabytes.
Meanwhile more units arrive and share the next COMMIT.
Each unit runs in its own savepoint, so that one that fails takes nothing with it. Knows no table: statements come by
name.
"""

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from queue import SimpleQueue
from typing import NamedTuple

from tegata.ca.errors import CommitFailed
from tegata.ca.ports import Conflict, Statement, Work
from tegata.ca.store.engine import Row
from tegata.ca.store.prepared import Prepared

Outcome = list[Row] | Exception

MOST_UNITS = 64
"""Units in one transaction: enough to hide the disk, few enough that requests and other processes get their turn."""

SPACING_SECONDS = 0.008
"""From one group's begin to the next's at least: who writes seldom does not wait, who writes much writes together."""

_BEGIN, _COMMIT, _WRITE = "BEGIN IMMEDIATE", "COMMIT", "the group"


class Unit(NamedTuple):
    """Statements that happen together, what they are about, and who waits for the outcome."""

    statements: Sequence[Statement]
    subjects: Collection[str]
    is_great: bool
    answer: asyncio.Future[list[Row]]


class Writer:
    """Runs units of work on its own connection until it is closed; for one event loop.

    ``done`` is told the statements of each unit that is over, however it ended, ``committed`` what those were about
    that are durable, ``foreign`` that another connection has committed something. ``patience`` is how many seconds
    another process's transaction is waited for.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        statements: Mapping[str, Prepared],
        *,
        patience: float,
        done: Callable[[Sequence[Statement]], None],
        committed: Callable[[Collection[str]], None],
        foreign: Callable[[], None],
    ) -> None:
        self._connection, self._statements, self._patience = connection, statements, patience
        self._done, self._committed, self._foreign = done, committed, foreign
        self._cursor = connection.cursor()
        self._cursor.execute("PRAGMA busy_timeout = 0")
        self._seen_version = self._version()  # what was there before is no change
        self._waiting: list[Unit] = []
        self._group: list[tuple[Unit, Outcome]] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._is_busy, self._is_away, self._is_waiting_for_others = False, False, False
        self._not_before = 0.0
        self._errands: SimpleQueue[str | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="store-writer", daemon=True)
        self._thread.start()

    def idle_cursor(self) -> sqlite3.Cursor | None:
        """A cursor to read with, unless a group is being committed: this connection still has its pages in memory."""
        return None if self._connection.in_transaction or self._is_away else self._cursor

    def sees_others(self) -> bool:
        """Whether all that other connections have committed is known, ``foreign`` being told if that is something new.

        While a group is being written nobody else can write, and its begin saw what was before.
        """
        if not self._is_away and not self._connection.in_transaction:
            self._look()
        return not self._is_waiting_for_others

    async def commit(self, work: Work) -> list[Row]:
        """The rows of the unit's last statement, once all of it is durable; raises Conflict, CommitFailed."""
        self._loop = asyncio.get_running_loop()
        unit = Unit(work.statements, work.subjects, work.is_great, self._loop.create_future())
        self._waiting.append(unit)
        if not self._is_busy:
            self._is_busy = True
            self._soon(self._loop)
        return await unit.answer

    def look(self) -> None:
        """See whether another connection has committed; while a group is being written, its begin saw that."""
        if not self._is_busy:
            self._look()

    async def close(self) -> None:
        """Do what was asked for before, then end."""
        while self._is_busy:  # noqa: ASYNC110 - once in a process's life
            await asyncio.sleep(0.001)
        self._errands.put(None)
        await asyncio.to_thread(self._thread.join)
        self._connection.close()

    def _soon(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin in the next turn of the loop, with whatever else comes in this one, or when it is time again."""
        if loop.time() >= self._not_before:
            loop.call_soon(self._begin, loop)
        else:
            loop.call_at(self._not_before, self._begin, loop)

    def _begin(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin a group at once, or wait on the other thread until another process's transaction is over."""
        self._not_before = loop.time() + SPACING_SECONDS
        try:
            self._cursor.execute(_BEGIN)
        except sqlite3.Error as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
                self._send(_BEGIN)
            else:
                self._group = [(unit, _failure(error)) for unit in self._next()]
                self._tell()
            return
        self._write()

    def _write(self) -> None:
        """Do the units of a group, and have it committed; without its COMMIT none of them has happened."""
        self._look()
        units = self._next()
        if any(unit.is_great for unit in units):
            self._group = [(unit, []) for unit in units]
            self._send(_WRITE)
            return
        try:
            self._group = [(unit, self._do(unit.statements, is_alone=len(units) == 1)) for unit in units]
        except sqlite3.Error as error:
            self._fail(units, error)
        else:
            if self._connection.in_transaction:
                self._send(_COMMIT)
                return
        self._tell()

    def _next(self) -> list[Unit]:
        units, self._waiting = self._waiting[:MOST_UNITS], self._waiting[MOST_UNITS:]
        return units

    def _do(self, statements: Sequence[Statement], *, is_alone: bool) -> Outcome:
        """The outcome of a unit, undone if it failed; one that is alone in its group needs no savepoint."""
        if not is_alone:
            self._cursor.execute("SAVEPOINT unit")
        try:
            rows = self._execute(statements)
        except Exception as error:
            if not self._connection.in_transaction:
                raise sqlite3.OperationalError(str(error)) from error  # the engine has undone the whole group
            self._cursor.execute("ROLLBACK" if is_alone else "ROLLBACK TO unit")
            if not is_alone:
                self._cursor.execute("RELEASE unit")
            return error if isinstance(error, Conflict) else _failure(error)
        if not is_alone:
            self._cursor.execute("RELEASE unit")
        return rows

    def _execute(self, statements: Sequence[Statement]) -> list[Row]:
        rows: list[Row] = []
        cursor = self._cursor
        for name, parameters, wanted in statements:
            text, values = self._statements[name]
            cursor.execute(text, values(parameters))
            # Before this, a RETURNING statement has not counted its rows.
            rows = [] if cursor.description is None else cursor.fetchall()
            if wanted is not None and cursor.rowcount != wanted:
                raise Conflict(name)
        return rows

    def _send(self, errand: str) -> None:
        """Leave the connection to the other thread until it hands back."""
        self._is_away, self._is_waiting_for_others = True, errand == _BEGIN
        self._errands.put(errand)

    def _run(self) -> None:
        """The other thread: waits for the disk, or for other processes, and hands back to the loop."""
        while (errand := self._errands.get()) is not None:
            failure = self._do_errand(errand)
            with suppress(RuntimeError):  # a loop that has ended wants no answer
                if self._loop is not None:
                    self._loop.call_soon_threadsafe(self._begun if errand == _BEGIN else self._ended, failure)

    def _do_errand(self, errand: str) -> sqlite3.Error | None:
        if errand == _WRITE:
            return self._write_apart()
        try:
            if errand == _BEGIN:
                self._connection.execute(f"PRAGMA busy_timeout = {round(self._patience * 1000)}")
            self._connection.execute(errand)
        except sqlite3.Error as error:
            return error
        return None

    def _write_apart(self) -> sqlite3.Error | None:
        """Do the units of a group and commit it, all of it on the other thread."""
        units = [unit for unit, _ in self._group]
        try:
            self._group = [(unit, self._do(unit.statements, is_alone=len(units) == 1)) for unit in units]
            if self._connection.in_transaction:
                self._connection.execute(_COMMIT)
        except sqlite3.Error as error:
            return error
        return None

    def _begun(self, failure: sqlite3.Error | None) -> None:
        """Another process's transaction is over, or was waited for long enough."""
        self._is_away, self._is_waiting_for_others = False, False
        self._cursor.execute("PRAGMA busy_timeout = 0")
        if failure is None:
            self._write()
        else:
            self._group = [(unit, _failure(failure)) for unit in self._next()]
            self._tell()

    def _ended(self, failure: sqlite3.Error | None) -> None:
        """The group is durable, or nothing of it has happened."""
        self._is_away = False
        if failure is not None:
            self._fail([unit for unit, _ in self._group], failure)
        self._tell()

    def _fail(self, units: Sequence[Unit], error: sqlite3.Error) -> None:
        if self._connection.in_transaction:
            with suppress(sqlite3.Error):
                self._cursor.execute("ROLLBACK")
        self._group = [(unit, _failure(error)) for unit in units]

    def _tell(self) -> None:
        """Give the group's outcomes to who waits for them, and begin the next."""
        group, self._group = self._group, []
        for unit, outcome in group:
            self._done(unit.statements)
            if isinstance(outcome, Exception):
                if not unit.answer.done():
                    unit.answer.set_exception(outcome)
                continue
            if not unit.answer.done():
                unit.answer.set_result(outcome)
            self._committed(unit.subjects)
        self._is_busy = bool(self._waiting)
        if self._is_busy and self._loop is not None:
            self._soon(self._loop)

    def _look(self) -> None:
        version = self._version()
        if version != self._seen_version:
            self._seen_version = version
            self._foreign()

    def _version(self) -> int:
        """A number that other connections' commits change; stale while it cannot be read."""
        with suppress(sqlite3.Error):
            version: int = self._cursor.execute("PRAGMA data_version").fetchone()[0]
            return version
        return self._seen_version


def _failure(error: Exception) -> CommitFailed:
    """What the sender of a unit is told; the cause goes with it into the log."""
    failure = CommitFailed(reason=str(error))
    failure.__cause__ = error
    return failure
