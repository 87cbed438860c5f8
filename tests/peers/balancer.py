"""A TCP balancer on loopback: one address in front of several servers, in turns; one that refuses is passed over.

Knows nothing of what goes through: TLS ends at the servers. Runs in a thread of its own.
"""

import asyncio
import itertools
import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import Self


class Balancer:
    """Listens on ``port``; every new connection goes to the next of the ``servers`` (ports) that takes it."""

    def __init__(self, port: int, servers: Sequence[int]) -> None:
        self.port = port
        self._servers = list(servers)
        self._turn = itertools.count()

    def __enter__(self) -> Self:
        started = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve(started)), name="balancer", daemon=True)
        self._thread.start()
        assert started.wait(60), "the balancer does not start"
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(60)

    async def _serve(self, started: threading.Event) -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._pass, "127.0.0.1", self.port)
        started.set()
        await self._stopping.wait()
        server.close()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Join a visitor with a server until either of them hangs up; with none left, hang up."""
        with suppress(OSError, asyncio.CancelledError):
            for _ in self._servers:
                port = self._servers[next(self._turn) % len(self._servers)]
                with suppress(ConnectionRefusedError):
                    server_reader, server_writer = await asyncio.open_connection("127.0.0.1", port)
                    await asyncio.gather(_copy(reader, server_writer), _copy(server_reader, writer))
                    break
        writer.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.close()
