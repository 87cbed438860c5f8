"""What a TLS client asks for in its first message: the name, and the protocols it offers (RFC 8446 §4.1.2).

Python's ``ssl`` tells a server neither before it has chosen a certificate, and answers those who offer none, too.
Pure; reads no more of the message than these two extensions.
"""

from collections.abc import Iterator
from typing import NamedTuple

# Post-quantum key shares make a first message of 2 KiB; nothing sensible is longer than this.
LIMIT_OCTETS = 16 * 1024
# Every piece that comes is read from the beginning: crumbs would make that dear.
MOST_RECORDS = 16

_HANDSHAKE_RECORD = 22
_RECORD_HEADER = 5
_CLIENT_HELLO = 1
_HEADER = 4
_SERVER_NAME = 0
_HOST_NAME = 0
_ALPN = 16


class NoClientHello(ValueError):
    """These octets do not begin with a TLS ClientHello, or one that is malformed or too long."""


class ClientHello(NamedTuple):
    """The host name (RFC 6066; None: not given) and the protocols in their order (RFC 7301)."""

    server_name: bytes | None
    protocols: tuple[bytes, ...]


def read(octets: bytes) -> ClientHello | None:
    """The ClientHello that a connection begins with; None as long as it is not complete. Raises NoClientHello."""
    message = _message(octets)
    if message is None:
        if len(octets) >= LIMIT_OCTETS:
            raise NoClientHello
        return None
    body = _Reader(message)
    body.take(2 + 32)  # version and random
    for size_octets in (1, 2, 1):  # session, cipher suites, compression methods
        body.vector(size_octets)
    extensions = dict[int, bytes]()
    for kind, content in _entries(_Reader(body.vector(2)), kind_octets=2, size_octets=2):
        if kind in extensions:
            raise NoClientHello
        extensions[kind] = content
    return ClientHello(_server_name(extensions.get(_SERVER_NAME)), _protocols(extensions.get(_ALPN)))


def _message(octets: bytes) -> bytes | None:
    """The body of the first handshake message, out of as many records as it takes; None: more is to come."""
    reader, handshake = _Reader(octets), b""
    for _ in range(MOST_RECORDS):
        record = _record(reader)
        if record is None:
            return None
        handshake += record
        if handshake[0] != _CLIENT_HELLO:
            raise NoClientHello
        end = _HEADER + int.from_bytes(handshake[1:_HEADER])
        if len(handshake) >= _HEADER and end > LIMIT_OCTETS:
            raise NoClientHello
        if _HEADER <= len(handshake) >= end:
            return handshake[_HEADER:end]
    raise NoClientHello


def _record(reader: "_Reader") -> bytes | None:
    """The content of the next record, which is not empty; None: more is to come."""
    if reader.left and reader.peek() != _HANDSHAKE_RECORD:
        raise NoClientHello
    if reader.left < _RECORD_HEADER:
        return None
    version, size = reader.take(3), reader.number(2)
    if version[1] != 3 or not size:
        raise NoClientHello
    return reader.take(size) if reader.left >= size else None


def _server_name(extension: bytes | None) -> bytes | None:
    if extension is None:
        return None
    names = list(_entries(_Reader(_Reader(extension).vector(2)), kind_octets=1, size_octets=2))
    if len(names) != 1 or names[0][0] != _HOST_NAME:
        raise NoClientHello
    return names[0][1]


def _protocols(extension: bytes | None) -> tuple[bytes, ...]:
    if extension is None:
        return ()
    offered = _Reader(_Reader(extension).vector(2))
    return tuple(name for _, name in _entries(offered, kind_octets=0, size_octets=1))


def _entries(reader: "_Reader", *, kind_octets: int, size_octets: int) -> Iterator[tuple[int, bytes]]:
    while reader.left:
        yield reader.number(kind_octets), reader.vector(size_octets)


class _Reader:
    """Octets from the left; raises NoClientHello where there are too few."""

    def __init__(self, octets: bytes) -> None:
        self._octets, self._at = octets, 0

    @property
    def left(self) -> int:
        return len(self._octets) - self._at

    def peek(self) -> int:
        return self._octets[self._at]

    def take(self, count: int) -> bytes:
        if self.left < count:
            raise NoClientHello
        self._at += count
        return self._octets[self._at - count : self._at]

    def number(self, octets: int) -> int:
        return int.from_bytes(self.take(octets))

    def vector(self, size_octets: int) -> bytes:
        return self.take(self.number(size_octets))
