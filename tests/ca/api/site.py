"""A web server that answers http-01 for every name, on loopback."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self


class Site:
    """Answers GET of the paths in ``answers``; anything else is 404. Counts what it is asked."""

    def __init__(self, port: int) -> None:
        self.answers: dict[str, str] = {}
        self.asked: list[str] = []
        self._port = port
        self._may_answer = asyncio.Event()
        self._may_answer.set()

    @contextmanager
    def silent(self) -> Iterator[None]:
        """Keep everybody waiting meanwhile."""
        self._may_answer.clear()
        yield
        self._may_answer.set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        path = (await reader.readuntil(b"\r\n\r\n")).split()[1].decode()
        self.asked.append(path)
        await self._may_answer.wait()
        content = self.answers.get(path, "").encode()
        status = "200 OK" if path in self.answers else "404 Not Found"
        writer.write(
            f"HTTP/1.1 {status}\r\nContent-Length: {len(content)}\r\nConnection: close\r\n\r\n".encode() + content
        )
        await writer.drain()
        writer.close()
        await writer.wait_closed()
