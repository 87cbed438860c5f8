"""What the aggregates' files need of a database engine: named statements to read by, units of work, waiting, turns.

Each engine satisfies it: SQLite in ``db``, PostgreSQL in ``postgresql``. Knows no table and no SQL.
"""

from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any, Protocol

from tegata.ca.ports import Work
from tegata.ca.store.migrations import Migrated

Row = tuple[Any, ...]


class Engine(Protocol):
    """An open database, used by one event loop at a time; ``migrated`` is what was done to its schema at opening."""

    migrated: Migrated

    async def fetch(self, name: str, **parameters: object) -> list[Row]:
        """All rows of a reading statement, as last committed; raises StoreFailed."""
        ...

    async def commit(self, work: Work) -> list[Row]:
        """Do a unit of work durably, or nothing of it; the rows its last statement returns.

        Raises Conflict, CommitFailed. A caller that is cancelled meanwhile does not know what became of it.
        """
        ...

    async def clock(self) -> datetime | None:
        """The time by the server's clock, None where there is no server; raises StoreFailed."""
        ...

    async def changed(self, seconds: float, about: str) -> None:
        """Return when something about this was committed, by any process, or after so many seconds; a hint."""
        ...

    def alone(self, name: str) -> AbstractAsyncContextManager[None]:
        """Hold the turn of this name: nobody else in this process has it meanwhile, nor on another node."""
        ...

    async def close(self) -> None:
        """Finish what was committed before and let go of the database."""
        ...
