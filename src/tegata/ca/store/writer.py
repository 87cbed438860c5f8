"""The one writing thread of a database: units of work in groups, one COMMIT a group.

A commit costs a wait for the disk; while one is waited for, more units arrive and share the next. Each unit runs in its
own savepoint, so that one that fails takes nothing with it. Knows no table (statements come by name) and no event loop.
"""

import sqlite3
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Generic, NamedTuple, TypeVar

from tegata.ca.errors import CommitFailed
from tegata.ca.ports import Conflict, Statement
from tegata.ca.store.engine import Row

T = TypeVar("T")
Outcome = list[Row] | Exception

MOST_UNITS = 256
"""Units in one transaction: enough to hide the disk, few enough that other processes get their turn."""
POLL_SECONDS = 0.1
"""How often an idle writer looks whether another process has committed."""


class Unit(NamedTuple, Generic[T]):
    """Statements that happen together, and the ticket by which its owner knows the outcome again."""

    statements: Sequence[Statement]
    ticket: T


class Writer(Generic[T]):
    """Runs units of work on its own connection and thread until it is closed.

    ``report(outcomes, foreign)`` is called on that thread after each group: for each ticket the rows of its unit's last
    statement or the exception that undid it (Conflict, CommitFailed), and whether anybody else has committed anything.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        statements: Mapping[str, str],
        report: Callable[[list[tuple[T, Outcome]], bool], None],
    ) -> None:
        self._connection = connection
        self._statements = statements
        self._report = report
        self._queue: SimpleQueue[Unit[T] | None] = SimpleQueue()
        self._seen_version = 0
        self._foreign()  # what was there before is no change
        self._thread = threading.Thread(target=self._run, name="store-writer", daemon=True)
        self._thread.start()

    def submit(self, unit: Unit[T]) -> None:
        """Have a unit done; from any thread."""
        self._queue.put(unit)

    def close(self) -> None:
        """Do what was submitted before, then end; waits for it."""
        self._queue.put(None)
        self._thread.join()
        self._connection.close()

    def _run(self) -> None:
        open_ = True
        while open_:
            units, open_ = self._take()
            outcomes = self._write(units) if units else []
            foreign = self._foreign()
            if outcomes or foreign:
                self._report([(unit.ticket, outcome) for unit, outcome in zip(units, outcomes, strict=True)], foreign)

    def _take(self) -> tuple[list[Unit[T]], bool]:
        """What waits to be done, after a while nothing; and whether more may come."""
        units: list[Unit[T]] = []
        with suppress(Empty):
            unit = self._queue.get(timeout=POLL_SECONDS)
            while unit is not None:
                units.append(unit)
                if len(units) == MOST_UNITS:
                    return units, True
                unit = self._queue.get_nowait()
            return units, False
        return units, True

    def _write(self, units: list[Unit[T]]) -> list[Outcome]:
        """Do the units in one transaction; without its COMMIT none of them has happened."""
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            outcomes = [self._do(unit.statements) for unit in units]
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            if self._connection.in_transaction:
                with suppress(sqlite3.Error):
                    self._connection.execute("ROLLBACK")
            return [_failure(error) for _ in units]
        return outcomes

    def _do(self, statements: Sequence[Statement]) -> Outcome:
        self._connection.execute("SAVEPOINT unit")
        try:
            rows = self._execute(statements)
        except Exception as error:
            if not self._connection.in_transaction:
                raise sqlite3.OperationalError(str(error)) from error  # the engine has undone the whole group
            self._connection.execute("ROLLBACK TO unit")
            self._connection.execute("RELEASE unit")
            return error if isinstance(error, Conflict) else _failure(error)
        self._connection.execute("RELEASE unit")
        return rows

    def _execute(self, statements: Sequence[Statement]) -> list[Row]:
        rows: list[Row] = []
        for name, parameters, wanted in statements:
            cursor = self._connection.execute(self._statements[name], parameters)
            rows = cursor.fetchall()  # before this, a RETURNING statement has not counted its rows
            if wanted is not None and cursor.rowcount != wanted:
                raise Conflict(name)
        return rows

    def _foreign(self) -> bool:
        """Whether any other connection has committed since the last call."""
        version = self._version()
        foreign, self._seen_version = version != self._seen_version, version
        return foreign

    def _version(self) -> int:
        """A number that other connections' commits change; stale while it cannot be read."""
        with suppress(sqlite3.Error):
            version: int = self._connection.execute("PRAGMA data_version").fetchone()[0]
            return version
        return self._seen_version


def _failure(error: Exception) -> CommitFailed:
    """What the sender of a unit is told; the cause goes with it into the log."""
    failure = CommitFailed(reason=str(error))
    failure.__cause__ = error
    return failure
