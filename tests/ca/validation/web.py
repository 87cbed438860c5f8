"""A web server that says exactly the bytes a test gives it, on several loopback addresses with one port."""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable
from typing import Self

Script = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]


def response(status: int = 200, body: bytes = b"", *headers: str) -> bytes:
    """An HTTP response with a Content-Length."""
    head = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(head).encode("latin-1") + b"\r\n\r\n" + body


def redirect(location: str, status: int = 302) -> bytes:
    """A redirect with a body that would be a wrong answer."""
    return response(status, b"moved", f"Location: {location}")


class Web:
    """Servers on loopback addresses that share one free port; ``requests`` are the heads seen, with the address.

    Each address answers what ``at`` was last told for it: bytes, or a script that gets the request and the writer.
    """

    def __init__(self, *hosts: str, tls: ssl.SSLContext | None = None, tls_hosts: tuple[str, ...] = ()) -> None:
        self._hosts = hosts or ("127.0.0.1",)
        self._tls, self._tls_hosts = tls, tls_hosts
        self._answers: dict[str, bytes | Script] = {}
        self._servers: list[asyncio.Server] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self.requests: list[tuple[str, str]] = []
        self.port = 0

    def at(self, host: str, answer: bytes | Script) -> None:
        """What this address says from now on."""
        self._answers[host] = answer

    async def __aenter__(self) -> Self:
        for host in self._hosts:
            tls = self._tls if host in self._tls_hosts else None
            server = await asyncio.start_server(self._accept, host, self.port, ssl=tls)
            self.port = self.port or server.sockets[0].getsockname()[1]
            self._servers.append(server)
        return self

    async def __aexit__(self, *_: object) -> None:
        for server in self._servers:
            server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = await reader.readuntil(b"\r\n\r\n")
            host = writer.get_extra_info("sockname")[0]
            self.requests.append((host, request.decode("ascii")))
            answer = self._answers[host]
            if isinstance(answer, bytes):
                writer.write(answer)
                await writer.drain()
            else:
                await answer(request, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.transport.abort() if writer.is_closing() else writer.close()


def closed_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
