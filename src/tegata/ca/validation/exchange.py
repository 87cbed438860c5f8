"""One HTTP GET to one checked address, with a limit on everything the other side decides (S-07, S-20).

Connects to the address it is given and never resolves a name. Knows no redirects, no challenge and no policy.
"""

import asyncio
import socket
import ssl
from typing import NamedTuple, Protocol

import httptools

from tegata import __version__
from tegata.ca.errors import BadHttpAnswer, ConnectionFailed
from tegata.ca.policy.addresses import Address
from tegata.ca.validation.ours import require_theirs
from tegata.ca.validation.targets import Target

USER_AGENT = f"tegata-ca/{__version__} (ACME http-01 validation)"
HEADER_LIMIT = 16 * 1024
# A key authorization has 87 characters; Boulder stops at the same limit.
BODY_LIMIT = 128
# No honest answer is longer: its head and a body that was still within its limit when the last piece came.
_ANSWER_LIMIT = HEADER_LIMIT + 4096
_PIECE = 4096
_TOO_LONG = "the answer is too large"
_NO_HTTP = "the answer is not HTTP, or was cut short"


class Wire(Protocol):
    """A connection to the other side."""

    async def send(self, data: bytes) -> None:
        """Send all of it."""
        ...

    async def read(self, most: int) -> bytes:
        """What has come, at most so many octets; nothing at the connection's end."""
        ...

    def drop(self) -> None:
        """Close it, without waiting for the other side once more."""
        ...


class Streams(NamedTuple):
    """A wire of asyncio's streams, which TLS needs."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, data: bytes) -> None:
        """Send all of it."""
        self.writer.write(data)

    async def read(self, most: int) -> bytes:
        """What has come."""
        return await self.reader.read(most)

    def drop(self) -> None:
        """Close it."""
        self.writer.transport.abort()


class Plain(NamedTuple):
    """A wire that is a socket and nothing else: for a few hundred octets, streams take longer to make than to use."""

    socket: socket.socket

    async def send(self, data: bytes) -> None:
        """Send all of it."""
        await asyncio.get_running_loop().sock_sendall(self.socket, data)

    async def read(self, most: int) -> bytes:
        """What has come."""
        return await asyncio.get_running_loop().sock_recv(self.socket, most)

    def drop(self) -> None:
        """Close it."""
        self.socket.close()


class Answer(NamedTuple):
    """A response: the body is read only with status 200, and only until it is over BODY_LIMIT."""

    status: int
    location: str | None
    body: bytes


def unverified_tls() -> ssl.SSLContext:
    """The TLS context for redirects to https: the certificate proves nothing here and is not verified (B-30)."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


async def connect(target: Target, address: Address, *, tls: ssl.SSLContext, until: float) -> Wire:
    """Connect to an address on the target's port; ``until`` is an instant of the event loop's clock.

    Raises ConnectionFailed, with the reason told apart as far as the system tells it, and OSError where this machine
    has no socket to spare.
    """
    try:
        async with asyncio.timeout_at(until):
            if target.scheme == "http":
                return await _connect(address, target.port)
            return Streams(
                *await asyncio.open_connection(str(address), target.port, ssl=tls, server_hostname=target.host)
            )
    except TimeoutError:
        reason = "there was no answer in time"
    except ConnectionRefusedError:
        reason = "the connection was refused"
    except ssl.SSLError:
        reason = "the TLS handshake failed"
    except ConnectionError:
        reason = "the connection was closed"
    except OSError as error:
        require_theirs(error)
        reason = "the network or the host cannot be reached"
    raise ConnectionFailed(name=target.host, address=str(address), port=target.port, reason=reason)


async def _connect(address: Address, port: int) -> Plain:
    opened = socket.socket(socket.AF_INET if address.version == 4 else socket.AF_INET6, socket.SOCK_STREAM)
    try:
        opened.settimeout(0)
        await asyncio.get_running_loop().sock_connect(opened, (str(address), port))
    except BaseException:
        opened.close()
        raise
    return Plain(opened)


async def get(target: Target, wire: Wire, *, until: float) -> Answer:
    """Send the request and read the answer; the connection is dropped afterwards, whatever happened.

    Raises BadHttpAnswer. Nothing the other side sent is in the exception.
    """
    try:
        async with asyncio.timeout_at(until):
            return await _exchange(target, wire)
    except TimeoutError:
        raise BadHttpAnswer(url=target.url, reason="there was no complete answer in time") from None
    except OSError:
        raise BadHttpAnswer(url=target.url, reason="the connection was closed") from None
    except _Unreadable as error:
        raise BadHttpAnswer(url=target.url, reason=error.args[0]) from None
    finally:
        wire.drop()


async def _exchange(target: Target, wire: Wire) -> Answer:
    # What is put in here is printable ASCII without blanks: ``targets`` and ``pki.names`` see to that.
    await wire.send(
        f"GET {target.path} HTTP/1.1\r\nHost: {target.host_header}\r\nUser-Agent: {USER_AGENT}\r\n"
        "Accept: */*\r\nAccept-Encoding: identity\r\nConnection: close\r\n\r\n".encode("ascii")
    )
    reading, room = _Reading(), _ANSWER_LIMIT
    while not reading.is_over:
        if room <= 0 or (not reading.status and room <= _ANSWER_LIMIT - HEADER_LIMIT):
            raise _Unreadable(_TOO_LONG)
        piece = await wire.read(min(room, _PIECE))
        room -= len(piece)
        reading.take(piece)
    if reading.status == 200 and any(value.lower() != b"identity" for value in reading.values(b"content-encoding")):
        raise BadHttpAnswer(url=target.url, reason="the answer is compressed though that was not asked for")
    location = set(reading.values(b"location"))
    only = location.pop().decode("latin-1") if len(location) == 1 else None
    return Answer(reading.status, only, reading.body)


class _Unreadable(Exception):
    """The answer cannot be read, for this reason."""


class _Reading:
    """A response, as far as it has come; ``status`` is 0 until the head of the one that is final is whole."""

    def __init__(self) -> None:
        self.status, self.body, self.is_over = 0, b"", False
        self._fields: list[tuple[bytes, bytes]] = []
        self._parser = httptools.HttpResponseParser(self)
        # A small server may end its lines by LF alone.
        self._parser.set_dangerous_leniencies(lenient_optional_cr_before_lf=True)

    def take(self, piece: bytes) -> None:
        """Read on; an empty piece is the connection's end. Raises _Unreadable for what is no HTTP, or cut short."""
        if not piece:
            if not self.status or self.values(b"content-length") or self.values(b"transfer-encoding"):
                raise _Unreadable(_NO_HTTP)
            self.is_over = True
            return
        try:
            self._parser.feed_data(piece)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            if not self.is_over:  # what follows an answer is nobody's
                raise _Unreadable(_NO_HTTP) from None

    def values(self, name: bytes) -> list[bytes]:
        """The values of a header field."""
        return [value for key, value in self._fields if key == name]

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header field, perhaps of a trailer."""
        if not self.status:
            self._fields.append((name.lower(), value.strip()))

    def on_headers_complete(self) -> None:
        """The head is whole: of an answer, or of a notice that one will come (1xx)."""
        status = self._parser.get_status_code()
        if status < 200:
            self._fields.clear()
        elif not self.status:
            if any(value.lower() != b"chunked" for value in self.values(b"transfer-encoding")):
                raise _Unreadable(_NO_HTTP)
            self.status, self.is_over = status, status != 200

    def on_body(self, data: bytes) -> None:
        """A piece of the body."""
        if not self.is_over:
            self.body += data
            self.is_over = len(self.body) > BODY_LIMIT

    def on_message_complete(self) -> None:
        """The body is whole."""
        self.is_over = self.is_over or self.status != 0
