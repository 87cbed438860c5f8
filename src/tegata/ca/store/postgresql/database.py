"""A PostgreSQL database shared by several nodes: reads, units of work, and turns by advisory locks.

Units run at READ COMMITTED: their guards are conditional writes, which PostgreSQL judges again on the row as it is once
it has waited for somebody else's. What certainly did not happen (no connection, a dead-lock, a server that goes down)
is tried again for some seconds; a commit whose answer was lost is told as failed, and whoever repeats it meets the
guards. Knows no table.
"""

import asyncio
import hashlib
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

import asyncpg

from tegata.ca.errors import CommitFailed, StoreFailed
from tegata.ca.ports import Conflict, Work
from tegata.ca.store.engine import Row
from tegata.ca.store.migrations import Migrated, Migration
from tegata.ca.store.postgresql import dialect
from tegata.ca.store.postgresql.bell import Bell
from tegata.ca.store.postgresql.connecting import LOST, Connection, Place, reason_of
from tegata.ca.store.postgresql.connections import Connections
from tegata.ca.store.postgresql.migrate import bring_up
from tegata.ca.store.postgresql.servers import Servers
from tegata.ca.store.postgresql.units import GUARD, Run, Units

T = TypeVar("T")

PATIENCE_SECONDS = 5.0
"""How long a read or write that certainly did not happen is tried again: a restart of the server takes less."""

TURN_SECONDS = 60.0
"""How long to wait for a turn at the most."""
HELD_SECONDS = 600.0
"""How long a turn is held at the most: one of a node that stands still, its connection open, is over then."""
_PAUSE_SECONDS = (0.05, 0.25)
_IDLE_NO_LONGER = "SELECT set_config('idle_session_timeout', $1, false)"
_IDLE_AS_SET = "set_config('idle_session_timeout', NULL, false)"
# The server undid the transaction and says so: serialization, dead-lock, shut-downs, not yet up, too many connections,
# read only.
_UNDONE = frozenset({"40001", "40P01", "57P01", "57P02", "57P03", "53300", "25006"})


class PostgresDatabase:
    """A database at a place, connected to and brought up to date at its first use (``engine.Engine``)."""

    def __init__(self, place: Place, migrations: list[Migration], statements: Mapping[str, str]) -> None:
        own = {name: dialect.own(text) for name, text in statements.items()}
        self._place, self._migrations = place, migrations
        self._reads = {name: dialect.numbered(text) for name, text in own.items()}
        self._units = Units(own)
        self._servers = Servers(place)
        self._bell = Bell(self._servers)
        self._connections: Connections | None = None
        self._opening = asyncio.Lock()
        self._turns: dict[str, asyncio.Lock] = {}
        self._under_way = 0
        self._is_closed = False
        self.migrated = Migrated()

    async def fetch(self, name: str, **parameters: object) -> list[Row]:
        """All rows of a reading statement, as last committed; raises StoreFailed, and the errors of opening."""
        text, names = self._reads[name]
        return await self._patiently(partial(_rows, text, [parameters[name] for name in names]), is_read=True)

    async def commit(self, work: Work) -> list[Row]:
        """Do a unit of work durably, or nothing of it; the rows its last statement returns.

        Raises Conflict, CommitFailed, and the errors of opening.
        """
        rows = await self._patiently(partial(_write, self._units.runs(work.statements)), is_read=False)
        self._bell.ring(work.subjects)
        return rows

    async def clock(self) -> datetime:
        """The time by the server's clock; raises StoreFailed, and the errors of opening.

        Whoever looks at it again and again sees in time that a server was replaced.
        """
        await self._servers.look()
        ((now,),) = await self._patiently(partial(_rows, "SELECT clock_timestamp()", ()), is_read=True)
        assert isinstance(now, datetime)
        return now

    async def changed(self, seconds: float, about: str) -> None:
        """Return when something about this was committed, by any node, or after so many seconds."""
        await self._bell.heard(seconds, about)

    @asynccontextmanager
    async def alone(self, name: str) -> AsyncIterator[None]:
        """Hold the turn of this name among all nodes, for ``HELD_SECONDS`` at the most; raises StoreFailed.

        In one process only one waits at the server, so that those who wait never take all connections.
        """
        key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)
        async with self._turns.setdefault(name, asyncio.Lock()):
            connections = await self._open()
            try:
                connection = await connections.take()
            except (asyncpg.PostgresError, *LOST) as error:
                raise StoreFailed(reason=reason_of(error)) from error
            try:
                await _lock(connection, key)
                yield
            finally:
                await _unlock(connections, connection, key)

    async def close(self) -> None:
        """Tell the others what was committed last, and let go of the connections."""
        self._is_closed = True
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_SECONDS):
                while self._under_way:  # noqa: ASYNC110 - once in a process's life
                    await asyncio.sleep(0.005)
        await self._bell.close()
        if self._connections is not None:
            await self._connections.close(PATIENCE_SECONDS)

    async def _open(self) -> Connections:
        """The connections; the first who asks brings the schema up to date."""
        if self._connections is None:
            async with self._opening:
                if self._connections is None:
                    self.migrated = await bring_up(self._place, self._migrations, is_there=True)
                    self._connections = Connections(self._servers, self._place.connections)
        return self._connections

    async def _patiently(self, do: Callable[[Any], Awaitable[T]], *, is_read: bool) -> T:
        """Do it on a connection, again if it certainly did not happen; raises Conflict, StoreFailed, CommitFailed.

        What was begun before ``close`` is finished by it.
        """
        failed = StoreFailed if is_read else CommitFailed
        if self._is_closed:
            raise failed(reason="the database is closed")
        self._under_way += 1
        try:
            return await self._until_it_is_done(do, failed, is_read=is_read)
        finally:
            self._under_way -= 1

    async def _until_it_is_done(
        self, do: Callable[[Any], Awaitable[T]], failed: type[StoreFailed], *, is_read: bool
    ) -> T:
        now = asyncio.get_running_loop().time
        deadline = now() + PATIENCE_SECONDS
        while True:
            may_repeat = True
            try:
                connections = self._connections or await self._open()
                # While the server stands still all are in use, and who waits for one would be joined by ever more.
                connection = await connections.take(PATIENCE_SECONDS)
                may_repeat = is_read
                try:
                    result = await do(connection)
                except BaseException as error:
                    connections.give_back(connection, error)
                    raise
                connections.give_back(connection)
            except (asyncpg.PostgresError, *LOST) as error:
                state = getattr(error, "sqlstate", None)
                if state == GUARD:
                    raise Conflict(error.args[0]) from None
                if isinstance(error, asyncpg.UniqueViolationError):
                    raise Conflict(str(error.constraint_name)) from None  # another was first, a moment ago
                may_repeat = state in _UNDONE or (may_repeat and isinstance(error, LOST))
                if not may_repeat or now() > deadline:
                    raise failed(reason=reason_of(error)) from error
            else:
                return result
            await asyncio.sleep(random.uniform(*_PAUSE_SECONDS))  # noqa: S311 - spreads retries, hides nothing


async def _unlock(connections: Connections, connection: Connection, key: int) -> None:
    """End the turn, if need be with the connection."""
    try:
        await connection.execute(f"SELECT pg_advisory_unlock($1), {_IDLE_AS_SET}", key)
    except BaseException as error:
        connection.terminate()
        connections.give_back(connection)
        if not isinstance(error, (asyncpg.PostgresError, *LOST)):
            raise
    else:
        connections.give_back(connection)


async def _rows(text: str, values: Sequence[object], connection: Connection) -> list[Row]:
    try:
        return await connection.fetch(text, *values)
    except asyncpg.DataError:
        return []  # asked for by a text that no column can hold


async def _write(runs: Sequence[Run], connection: Connection) -> list[Row]:
    """Do the runs of a unit; one alone is a transaction by itself."""
    rows: list[Row] = []
    if len(runs) == 1:
        return await connection.fetch(runs[0].sql, *runs[0].values)
    async with connection.transaction():
        for run in runs:
            rows = await connection.fetch(run.sql, *run.values)
    return rows


async def _lock(connection: Connection, key: int) -> None:
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", key, timeout=TURN_SECONDS)
        # What is done in the turn goes over other connections; this one says nothing until it ends.
        await connection.execute(_IDLE_NO_LONGER, str(round(HELD_SECONDS * 1000)))
    except (asyncpg.PostgresError, *LOST) as error:
        raise StoreFailed(reason=reason_of(error)) from error
