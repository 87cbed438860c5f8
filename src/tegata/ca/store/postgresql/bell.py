"""Tells the nodes of each other's commits by LISTEN and NOTIFY: a hint for who waits, never the only way to find work.

Only commits that somebody may wait for are told, with what they are about, so that a node is woken by what it waits for
and by nothing else. A commit rings here at once. To the other nodes it is told a moment later, many commits in one
notification: PostgreSQL commits transactions that notify one after the other, so units of work do not. While the
connection is lost, waiting takes no longer than a second.
"""

import asyncio
from collections.abc import Collection
from contextlib import suppress

import asyncpg

from tegata.ca.store.postgresql.connecting import LOST, Connection
from tegata.ca.store.postgresql.servers import Servers
from tegata.ca.store.waiting import Waiting

CHANNEL = "tegata"
DEAF_SECONDS = 1.0
"""While nothing can be heard, who waits looks this often."""
MOST_OCTETS = 7_900
"""Of what commits are about, in one notification (PostgreSQL takes 8000); more are told as "anything"."""
_SPACING_SECONDS = 0.02
_PAUSE_SECONDS = 0.5


class Bell:
    """Rings for every commit, here and on other nodes; used by one event loop."""

    def __init__(self, servers: Servers) -> None:
        self._servers = servers
        self._waiting = Waiting()
        self._has_rung = asyncio.Event()
        self._untold: set[str] = set()
        self._telling: set[str] = set()
        self._connection: Connection | None = None
        self._task: asyncio.Task[None] | None = None

    def ring(self, subjects: Collection[str]) -> None:
        """Something was committed here, about these subjects; about none, nobody is told."""
        if subjects:
            self._waiting.wake(subjects)
            self._untold.update(subjects)
            self._has_rung.set()
            self._begin()

    async def heard(self, seconds: float, about: str) -> None:
        """Return at the next ring about this, here or on another node, or after so many seconds."""
        self._begin()
        await self._waiting.until_woken(seconds if self._connection is not None else min(seconds, DEAF_SECONDS), about)

    async def close(self) -> None:
        """Tell what was not told yet, and end."""
        if self._task is None:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(DEAF_SECONDS):
                while (self._untold or self._telling) and not self._task.done():  # noqa: ASYNC110 - over in a moment
                    await asyncio.sleep(_SPACING_SECONDS)
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task

    def _begin(self) -> None:
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def _run(self) -> None:
        """Keep a connection that listens and tells, for ever."""
        while True:
            with suppress(ValueError, asyncpg.PostgresError, *LOST):
                await self._listen_and_tell()
            self._connection = None
            self._waiting.wake_all()
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _listen_and_tell(self) -> None:
        connection = await self._servers.connect()
        try:
            await connection.add_listener(CHANNEL, self._hear)
            connection.add_termination_listener(lambda _: self._has_rung.set())  # and the next telling fails
            self._connection = connection
            self._waiting.wake_all()
            if self._telling:
                self._has_rung.set()
            while True:
                await self._has_rung.wait()
                await self._tell(connection)
                await asyncio.sleep(_SPACING_SECONDS)
        finally:
            self._connection = None
            connection.terminate()

    async def _tell(self, connection: Connection) -> None:
        """Tell what was rung for; what rings meanwhile is told the next time, and what could not be told again."""
        self._telling |= self._untold
        self._untold = set()
        self._has_rung.clear()
        subjects = " ".join(self._telling)
        if len(subjects.encode()) > MOST_OCTETS:
            subjects = ""
        await connection.execute("SELECT pg_notify($1, $2)", CHANNEL, subjects)
        self._telling = set()

    def _hear(self, connection: Connection, process: int, _channel: str, subjects: str) -> None:
        """Wake who waits for this; nothing said is anything (as nodes of the release before say it)."""
        if process == connection.get_server_pid():
            return
        if subjects:
            self._waiting.wake(subjects.split(" "))
        else:
            self._waiting.wake_all()
