"""Questions on their way to one DNS server, by datagrams side by side or by a stream, and what came back.

Datagrams that are sent at once have a socket of their own, so that its source port is the system's random choice as
their ids are ours, and the system hears nobody but the server asked; whatever else arrives is passed over and waited on
(RFC 5452 §9). Believes no answer: what it means is ``resolver``'s matter.
"""

import asyncio
import socket
import ssl
from collections.abc import Sequence
from enum import Enum

from tegata.ca.validation import dnsmessage
from tegata.ca.validation.dnsmessage import Malformed, NotTheAnswer, Query, Reply
from tegata.ca.validation.nameservers import Server
from tegata.ca.validation.ours import require_theirs

# No server that keeps to what it was told sends more than dnsmessage.PAYLOAD.
_LARGEST = 4096


class Unheard(Enum):
    """Why there is no answer."""

    SILENT = "it did not answer in time"
    BROKEN = "it cannot be asked, or what it says is no answer"


class Datagrams:
    """Questions sent at once, each with an id of its own; ``answers`` waits for all of them, and must be called.

    Raises OSError where this machine has no socket to spare.
    """

    def __init__(self, server: Server, queries: Sequence[Query], seconds: float) -> None:
        self._queries = queries
        self._found: list[Reply | Unheard] = [Unheard.SILENT] * len(queries)
        self._open = {query.ident: number for number, query in enumerate(queries)}
        self._loop = asyncio.get_running_loop()
        self._done: asyncio.Future[None] = self._loop.create_future()
        self._timer: asyncio.TimerHandle | None = None
        self._socket: socket.socket | None = None
        if not queries:
            self._finish()
            return
        try:
            self._socket = _connected(server)
            for query in queries:
                self._socket.send(query.wire)
        except OSError as error:
            self._break()
            require_theirs(error)
            return
        self._loop.add_reader(self._socket.fileno(), self._receive, self._socket)
        self._timer = self._loop.call_later(seconds, self._finish)

    async def answers(self) -> list[Reply | Unheard]:
        """What came of each question, in their order."""
        try:
            await self._done
        finally:
            self._close()
        return self._found

    def _receive(self, sock: socket.socket) -> None:
        try:
            message = sock.recv(_LARGEST)
        except BlockingIOError:
            return
        except OSError:
            self._break()
            return
        number = self._open.get(int.from_bytes(message[:2], "big"))
        if number is None:
            return
        try:
            self._found[number] = dnsmessage.reply(message, self._queries[number])
        except NotTheAnswer:
            return
        except Malformed:
            self._found[number] = Unheard.BROKEN
        del self._open[self._queries[number].ident]
        if not self._open:
            self._finish()

    def _break(self) -> None:
        """No answer will come any more: the system has no way there, or was told that nobody listens there."""
        for number in self._open.values():
            self._found[number] = Unheard.BROKEN
        self._finish()

    def _finish(self) -> None:
        self._close()
        if not self._done.done():
            self._done.set_result(None)

    def _close(self) -> None:
        """Leave nothing behind."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._socket is not None:
            self._loop.remove_reader(self._socket.fileno())
            self._socket.close()
            self._socket = None


def _connected(server: Server) -> socket.socket:
    """A socket for one server's datagrams; raises OSError."""
    sock = socket.socket(socket.AF_INET6 if ":" in server.address else socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sock.settimeout(0)
        sock.connect((server.address, server.port))
    except OSError:
        sock.close()
        raise
    return sock


async def by_stream(server: Server, query: Query, seconds: float, tls: ssl.SSLContext | None = None) -> Reply | Unheard:
    """What comes of a question by TCP, in TLS if the server is asked so (RFC 7766, RFC 7858); raises as Datagrams."""
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
    except OSError as error:
        require_theirs(error)
        return Unheard.BROKEN
    except (EOFError, NotTheAnswer, Malformed):
        return Unheard.BROKEN
