"""A node's connections: opened when they are needed, up to a limit, and the one used last is used first.

asyncpg's own pool begins a task for each connection that comes back, and walks a dozen layers: a third of all that a
node did for a certificate. Here nothing is reset, for nothing is set on a connection that the next user must not find;
one of which it is not certain that it is idle is cut. For one event loop.
"""

import asyncio
from contextlib import suppress

import asyncpg

from tegata.ca.store.postgresql.connecting import LOST, Connection
from tegata.ca.store.postgresql.servers import Servers

_STATEMENTS = 1024
# One that writes nothing leads to a server that is not the first any more, if it ever was.
_ENDING = (
    asyncpg.PostgresConnectionError,
    asyncpg.exceptions.OperatorInterventionError,
    asyncpg.ReadOnlySQLTransactionError,
)


class Connections:
    """So many at the most; whoever takes one gives it back."""

    def __init__(self, servers: Servers, most: int) -> None:
        self._servers = servers
        self._free = asyncio.Semaphore(most)
        self._idle: list[Connection] = []

    async def take(self, seconds: float | None = None) -> Connection:
        """A connection, for one user until it is given back; raises as ``asyncpg.connect``.

        For ``seconds`` it is waited until another gives one back; then TimeoutError is raised.
        """
        if self._free.locked():
            async with asyncio.timeout(seconds):
                await self._free.acquire()
        else:
            await self._free.acquire()
        while self._idle:
            connection = self._idle.pop()
            if not connection.is_closed():
                return connection
        try:
            return await self._servers.connect(statement_cache_size=_STATEMENTS)
        except BaseException:
            self._free.release()
            raise

    def give_back(self, connection: Connection, error: BaseException | None = None) -> None:
        """Let others have it; not if the server may still be at work on it, has said that it ends or only reads."""
        if error is not None and (not isinstance(error, asyncpg.PostgresError) or isinstance(error, _ENDING)):
            connection.terminate()
        if not connection.is_closed():
            self._idle.append(connection)
        self._free.release()

    async def close(self, seconds: float) -> None:
        """Say goodbye on those that are idle, for so many seconds at the most."""
        while self._idle:
            connection = self._idle.pop()
            with suppress(asyncpg.PostgresError, *LOST):
                await connection.close(timeout=seconds)
