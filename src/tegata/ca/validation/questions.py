"""Questions on their way to one DNS server, by datagrams side by side or by a stream, and what came back.

A datagram has a socket of its own, so that its source port is the system's random choice as its id is ours, and the
system hears nobody but the server asked; whatever else arrives is passed over and waited on (RFC 5452 §9). Believes no
answer: what it means is ``resolver``'s matter.
"""

import asyncio
import socket
import ssl
from collections.abc import Sequence
from enum import Enum

from tegata.ca.validation import dnsmessage
from tegata.ca.validation.dnsmessage import Malformed, NotTheAnswer, Query, Reply
from tegata.ca.validation.nameservers import Server

# No server that keeps to what it was told sends more than dnsmessage.PAYLOAD.
_LARGEST = 4096


class Unheard(Enum):
    """Why there is no answer."""

    SILENT = "it did not answer in time"
    BROKEN = "it cannot be asked, or what it says is no answer"


class Datagrams:
    """Questions sent at once, each answered or not; ``answers`` waits for all of them, and must be called."""

    def __init__(self, server: Server, queries: Sequence[Query], seconds: float) -> None:
        self._queries = queries
        self._found: list[Reply | Unheard] = [Unheard.SILENT] * len(queries)
        self._open: dict[int, socket.socket] = {}
        self._loop = asyncio.get_running_loop()
        self._done: asyncio.Future[None] = self._loop.create_future()
        for number, query in enumerate(queries):
            self._send(number, server, query)
        if self._open:
            self._timer = self._loop.call_later(seconds, self._finish)
        else:
            self._finish()

    async def answers(self) -> list[Reply | Unheard]:
        """What came of each question, in their order."""
        try:
            await self._done
        finally:
            self._close()
        return self._found

    def _send(self, number: int, server: Server, query: Query) -> None:
        family = socket.AF_INET6 if ":" in server.address else socket.AF_INET
        try:
            sock = socket.socket(family, socket.SOCK_DGRAM)
        except OSError:
            self._found[number] = Unheard.BROKEN
            return
        try:
            sock.settimeout(0)
            sock.connect((server.address, server.port))
            sock.send(query.wire)
        except OSError:
            sock.close()
            self._found[number] = Unheard.BROKEN
            return
        self._open[number] = sock
        self._loop.add_reader(sock.fileno(), self._receive, number)

    def _receive(self, number: int) -> None:
        sock = self._open[number]
        try:
            self._found[number] = dnsmessage.reply(sock.recv(_LARGEST), self._queries[number])
        except (BlockingIOError, NotTheAnswer):
            return
        except (OSError, Malformed):
            # Of the former: the other machine has told ours that nobody listens there.
            self._found[number] = Unheard.BROKEN
        self._loop.remove_reader(sock.fileno())
        sock.close()
        del self._open[number]
        if not self._open:
            self._timer.cancel()
            self._finish()

    def _finish(self) -> None:
        if not self._done.done():
            self._done.set_result(None)

    def _close(self) -> None:
        """Leave nothing behind where answers are missing."""
        if self._open:
            self._timer.cancel()
        for sock in self._open.values():
            self._loop.remove_reader(sock.fileno())
            sock.close()
        self._open.clear()


async def by_stream(server: Server, query: Query, seconds: float, tls: ssl.SSLContext | None = None) -> Reply | Unheard:
    """What comes of a question by TCP, in TLS if the server is asked so (RFC 7766, RFC 7858)."""
    try:
        async with asyncio.timeout(seconds):
            reader, writer = await asyncio.open_connection(
                server.address, server.port, ssl=tls, server_hostname=server.tls_name or None
            )
            try:
                writer.write(len(query.wire).to_bytes(2, "big") + query.wire)
                size = int.from_bytes(await reader.readexactly(2), "big")
                return dnsmessage.reply(await reader.readexactly(size), query)
            finally:
                # Not closed politely: that would wait for the other side once more.
                writer.transport.abort()
    except TimeoutError:
        return Unheard.SILENT
    except (OSError, EOFError, NotTheAnswer, Malformed):
        return Unheard.BROKEN
