"""A way through an HTTP proxy (RFC 9110 §9.3.6), and TLS on it where the proxy itself is spoken to over TLS.

Python's ``ssl`` wraps sockets, not other TLS connections; for those it wants somebody who carries octets to and fro.
"""

import ssl
from collections.abc import Callable
from typing import Protocol, TypeVar

import h11

PIECE = 64 * 1024
T = TypeVar("T")


class Stream(Protocol):
    """What is left of a socket once it is connected."""

    def sendall(self, data: bytes, /) -> None:
        """Send all of it."""
        ...

    def recv(self, size: int, /) -> bytes:
        """What has come, at most ``size`` octets; nothing once the other side has ended."""
        ...


class ProxyRefused(OSError):
    """The proxy does not lead there, and answers with ``status``."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(f"the proxy answers {status} {reason}".rstrip())
        self.status = status


def connect(stream: Stream, authority: str, authorization: str | None) -> None:
    """Have the proxy at the other end of ``stream`` lead to ``authority``, which is host and port.

    Raises ProxyRefused, OSError, and h11.RemoteProtocolError for what is no HTTP.
    """
    http = h11.Connection(h11.CLIENT)
    headers = [("Host", authority)]
    if authorization:
        headers.append(("Proxy-Authorization", authorization))
    stream.sendall(http.send(h11.Request(method="CONNECT", target=authority, headers=headers)) or b"")
    stream.sendall(http.send(h11.EndOfMessage()) or b"")
    while not isinstance(event := http.next_event(), h11.Response):
        if event is h11.NEED_DATA:
            http.receive_data(stream.recv(PIECE))
    if not 200 <= event.status_code < 300:
        raise ProxyRefused(event.status_code, event.reason.decode("latin-1"))


class TlsWithinTls:
    """A TLS connection on another one."""

    def __init__(self, outer: ssl.SSLSocket, context: ssl.SSLContext, server_name: str) -> None:
        """Shakes hands; raises OSError, of which ssl.SSLError is one."""
        self._outer = outer
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=server_name)
        self._carried(self._tls.do_handshake)

    def sendall(self, data: bytes, /) -> None:
        """Send all of it."""
        self._carried(lambda: self._tls.write(data))

    def recv(self, size: int, /) -> bytes:
        """What has come, at most ``size`` octets; nothing once the other side has ended."""
        try:
            return self._carried(lambda: self._tls.read(size))
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            return b""

    def _carried(self, step: Callable[[], T]) -> T:
        while True:
            try:
                return step()
            except ssl.SSLWantReadError:
                self._flush()
                if octets := self._outer.recv(PIECE):
                    self._incoming.write(octets)
                else:
                    self._incoming.write_eof()
            finally:
                self._flush()

    def _flush(self) -> None:
        if octets := self._outgoing.read():
            self._outer.sendall(octets)
