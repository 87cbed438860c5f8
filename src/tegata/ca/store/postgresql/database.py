"""A PostgreSQL database shared by several nodes: reads and units of work through a pool, turns by advisory locks.

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
from typing import Any, TypeVar, cast

import asyncpg

from tegata.ca.errors import CommitFailed, StoreFailed
from tegata.ca.ports import Conflict, Work
from tegata.ca.store.engine import Row
from tegata.ca.store.migrations import Migrated, Migration
from tegata.ca.store.postgresql import dialect
from tegata.ca.store.postgresql.bell import Bell
from tegata.ca.store.postgresql.connecting import LOST, Place, arguments, reason_of
from tegata.ca.store.postgresql.migrate import bring_up
from tegata.ca.store.postgresql.units import GUARD, Run, Units

T = TypeVar("T")

PATIENCE_SECONDS = 5.0
"""How long a read or write that certainly did not happen is tried again: a restart of the server takes less."""

TURN_SECONDS = 60.0
"""How long to wait for a turn at the most."""
_PAUSE_SECONDS = (0.05, 0.25)
_STATEMENTS = 1024
# The server undid the transaction and says so: serialization, dead-lock, shut-downs, not yet up, too many connections.
_UNDONE = frozenset({"40001", "40P01", "57P01", "57P02", "57P03", "53300"})


class PostgresDatabase:
    """A database at a place, connected to and brought up to date at its first use (``engine.Engine``)."""

    def __init__(self, place: Place, migrations: list[Migration], statements: Mapping[str, str]) -> None:
        own = {name: dialect.own(text) for name, text in statements.items()}
        self._place, self._migrations = place, migrations
        self._reads = {name: dialect.numbered(text) for name, text in own.items()}
        self._units = Units(own)
        self._bell = Bell(place)
        self._pool: Any = None
        self._opening = asyncio.Lock()
        self._turns: dict[str, asyncio.Lock] = {}
        self._under_way: set[asyncio.Future[None]] = set()
        self._is_closed = False
        self.migrated = Migrated()

    async def fetch(self, name: str, **parameters: object) -> list[Row]:
        """All rows of a reading statement, as last committed; raises StoreFailed, and the errors of opening."""
        text, names = self._reads[name]
        values = [parameters[name] for name in names]
        return await self._patiently(lambda connection: _rows(connection, text, values), is_read=True)

    async def commit(self, work: Work) -> list[Row]:
        """Do a unit of work durably, or nothing of it; the rows its last statement returns.

        Raises Conflict, CommitFailed, and the errors of opening.
        """
        runs = self._units.runs(work.statements)
        rows = await self._patiently(lambda connection: _write(connection, runs), is_read=False)
        self._bell.ring(work.subjects)
        return rows

    async def changed(self, seconds: float, about: str) -> None:
        """Return when something about this was committed, by any node, or after so many seconds."""
        await self._bell.heard(seconds, about)

    @asynccontextmanager
    async def alone(self, name: str) -> AsyncIterator[None]:
        """Hold the turn of this name among all nodes; raises StoreFailed.

        In one process only one waits at the server, so that those who wait never take all connections.
        """
        key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)
        async with self._turns.setdefault(name, asyncio.Lock()):
            pool = await self._open()
            try:
                connection = await pool.acquire()
            except LOST as error:
                raise StoreFailed(reason=reason_of(error)) from error
            try:
                await _lock(connection, key)
                yield
            finally:
                await self._give_back(connection, key)

    async def close(self) -> None:
        """Tell the others what was committed last, and let go of the connections."""
        self._is_closed = True
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_SECONDS):
                while self._under_way:
                    await asyncio.wait(self._under_way)
        await self._bell.close()
        if self._pool is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE_SECONDS):
                    await self._pool.close()
            self._pool.terminate()

    async def _open(self) -> Any:  # noqa: ANN401 - asyncpg has no types
        """The pool; the first who asks brings the schema up to date and makes it."""
        async with self._opening:
            if self._pool is None:
                self.migrated = await bring_up(self._place, self._migrations)
                self._pool = await asyncpg.create_pool(
                    **arguments(self._place),
                    min_size=1,
                    max_size=self._place.connections,
                    statement_cache_size=_STATEMENTS,
                    reset=_leave,
                )
        return self._pool

    async def _patiently(self, do: Callable[[Any], Awaitable[T]], *, is_read: bool) -> T:
        """Do it on a connection, again if it certainly did not happen; raises Conflict, StoreFailed, CommitFailed.

        What was begun before ``close`` is finished by it.
        """
        failed = StoreFailed if is_read else CommitFailed
        if self._is_closed:
            raise failed(reason="the database is closed")
        ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._under_way.add(ended)
        try:
            return await self._until_it_is_done(do, failed, is_read=is_read)
        finally:
            self._under_way.discard(ended)
            ended.set_result(None)

    async def _until_it_is_done(
        self, do: Callable[[Any], Awaitable[T]], failed: type[StoreFailed], *, is_read: bool
    ) -> T:
        now = asyncio.get_running_loop().time
        deadline = now() + PATIENCE_SECONDS
        while True:
            may_repeat = True
            try:
                pool = await self._open()
                async with pool.acquire() as connection:
                    may_repeat = is_read
                    return await do(connection)
            except (asyncpg.PostgresError, *LOST) as error:
                state = getattr(error, "sqlstate", None)
                if state == GUARD:
                    raise Conflict(error.args[0]) from None
                if isinstance(error, asyncpg.UniqueViolationError):
                    raise Conflict(str(error.constraint_name)) from None  # another was first, a moment ago
                may_repeat = state in _UNDONE or (may_repeat and isinstance(error, LOST))
                if not may_repeat or now() > deadline:
                    raise failed(reason=reason_of(error)) from error
            await asyncio.sleep(random.uniform(*_PAUSE_SECONDS))  # noqa: S311 - spreads retries, hides nothing

    async def _give_back(self, connection: Any, key: int) -> None:  # noqa: ANN401 - as above
        """End the turn, if need be with the connection."""
        try:
            await connection.execute("SELECT pg_advisory_unlock($1)", key)
        except BaseException as error:
            with suppress(*LOST):
                connection.terminate()
            if not isinstance(error, (asyncpg.PostgresError, *LOST)):
                raise
        finally:
            with suppress(asyncpg.PostgresError, *LOST):
                await self._pool.release(connection)


async def _rows(connection: Any, text: str, values: Sequence[object]) -> list[Row]:  # noqa: ANN401 - as above
    try:
        return cast("list[Row]", await connection.fetch(text, *values))
    except asyncpg.DataError:
        return []  # asked for by a text that no column can hold


async def _write(connection: Any, runs: Sequence[Run]) -> list[Row]:  # noqa: ANN401 - as above
    """Do the runs of a unit; one alone is a transaction by itself."""
    rows: list[Row] = []
    if len(runs) == 1:
        return cast("list[Row]", await connection.fetch(runs[0].sql, *runs[0].values))
    async with connection.transaction():
        for run in runs:
            rows = await connection.fetch(run.sql, *run.values)
    return rows


async def _lock(connection: Any, key: int) -> None:  # noqa: ANN401 - as above
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", key, timeout=TURN_SECONDS)
    except (asyncpg.PostgresError, *LOST) as error:
        raise StoreFailed(reason=reason_of(error)) from error


async def _leave(_: object) -> None:
    """Nothing is set on a connection that the next user must not find."""
