"""One HTTP GET to one checked address, with a limit on everything the other side decides (S-07, S-20).

Connects to the address it is given and never resolves a name. Knows no redirects, no challenge and no policy.
"""

import asyncio
import ssl
from collections.abc import Iterable
from typing import NamedTuple

import h11

from tegata import __version__
from tegata.ca.errors import BadHttpAnswer, ConnectionFailed
from tegata.ca.policy.addresses import Address
from tegata.ca.validation.targets import Target

USER_AGENT = f"tegata-ca/{__version__} (ACME http-01 validation)"
HEADER_LIMIT = 16 * 1024
# A key authorization has 87 characters; Boulder stops at the same limit.
BODY_LIMIT = 128
# No honest answer is longer: its head and a body that was still within its limit when the last piece came.
_ANSWER_LIMIT = HEADER_LIMIT + 4096
_PIECE = 4096
# How h11 marks the error for a head that is over its limit.
_TOO_LONG = 431

_Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


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


async def connect(target: Target, address: Address, *, tls: ssl.SSLContext, until: float) -> _Streams:
    """Connect to an address on the target's port; ``until`` is an instant of the event loop's clock.

    Raises ConnectionFailed, with the reason told apart as far as the system tells it.
    """
    secure = target.scheme == "https"
    try:
        async with asyncio.timeout_at(until):
            return await asyncio.open_connection(
                str(address),
                target.port,
                ssl=tls if secure else None,
                server_hostname=target.host if secure else None,
            )
    except TimeoutError:
        reason = "there was no answer in time"
    except ConnectionRefusedError:
        reason = "the connection was refused"
    except ssl.SSLError:
        reason = "the TLS handshake failed"
    except ConnectionError:
        reason = "the connection was closed"
    except OSError:
        reason = "the network or the host cannot be reached"
    raise ConnectionFailed(name=target.host, address=str(address), port=target.port, reason=reason)


async def get(target: Target, streams: _Streams, *, until: float) -> Answer:
    """Send the request and read the answer; the connection is dropped afterwards, whatever happened.

    Raises BadHttpAnswer. Nothing the other side sent is in the exception.
    """
    reader, writer = streams
    try:
        async with asyncio.timeout_at(until):
            return await _exchange(target, reader, writer)
    except TimeoutError:
        raise BadHttpAnswer(url=target.url, reason="there was no complete answer in time") from None
    except OSError:
        raise BadHttpAnswer(url=target.url, reason="the connection was closed") from None
    except h11.RemoteProtocolError as error:
        too_long = error.error_status_hint == _TOO_LONG
        reason = "the answer is too large" if too_long else "the answer is not HTTP, or was cut short"
        raise BadHttpAnswer(url=target.url, reason=reason) from None
    finally:
        # Not closed politely: that would wait for the other side once more.
        writer.transport.abort()


async def _exchange(target: Target, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Answer:
    connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=HEADER_LIMIT)
    request = h11.Request(method="GET", target=target.path, headers=_headers(target))
    writer.write(_sent(connection, request) + _sent(connection, h11.EndOfMessage()))
    events = _Events(connection, reader)
    head = await events.next()
    while isinstance(head, h11.InformationalResponse):
        head = await events.next()
    if not isinstance(head, h11.Response):
        raise h11.RemoteProtocolError("no response")
    answer = Answer(head.status_code, _location(head.headers), b"")
    if answer.status != 200:
        return answer
    if any(coding.lower() != b"identity" for coding in _values(head.headers, b"content-encoding")):
        raise BadHttpAnswer(url=target.url, reason="the answer is compressed though that was not asked for")
    body = b""
    while len(body) <= BODY_LIMIT and isinstance(piece := await events.next(), h11.Data):
        body += bytes(piece.data)
    return answer._replace(body=body)


class _Events:
    """The parsed pieces of one response, of limited length altogether."""

    def __init__(self, connection: h11.Connection, reader: asyncio.StreamReader) -> None:
        self._connection = connection
        self._reader = reader
        self._room = _ANSWER_LIMIT

    async def next(self) -> object:
        """The next event of h11; raises its RemoteProtocolError for what is no HTTP, cut short or too long."""
        while (event := self._connection.next_event()) is h11.NEED_DATA:
            if self._room <= 0:
                raise h11.RemoteProtocolError("too long", error_status_hint=_TOO_LONG)
            piece = await self._reader.read(min(self._room, _PIECE))
            self._room -= len(piece)
            self._connection.receive_data(piece)
        return event


def _headers(target: Target) -> list[tuple[str, str]]:
    return [
        ("Host", target.host_header),
        ("User-Agent", USER_AGENT),
        ("Accept", "*/*"),
        ("Accept-Encoding", "identity"),
        ("Connection", "close"),
    ]


def _sent(connection: h11.Connection, event: h11.Event) -> bytes:
    return connection.send(event) or b""


def _values(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> list[bytes]:
    return [value for key, value in headers if key == name]


def _location(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    """The one Location; None if there is none or if several disagree."""
    found = set(_values(headers, b"location"))
    return found.pop().decode("latin-1") if len(found) == 1 else None
