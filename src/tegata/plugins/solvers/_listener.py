"""A web server for http-01 and nothing else: live tokens for the right Host are answered, the rest gets 404.

Anybody on the internet can talk to it, so a connection has a few seconds, one small request and one answer, and there
are only so many connections. Knows no ACME beyond the path; who is validated and when is the solver's matter.
"""

import selectors
import socket
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

import h11

from tegata.acme.challenges import http01_path
from tegata.clock import SystemClock
from tegata.plugin_api.solver import Presentation

# A validator sends its request at once; these hold off whoever keeps connections open to block it (S-18).
LIFE_SECONDS = 10.0
CONNECTIONS = 256
REQUEST_OCTETS = 8 * 1024

_CLOCK = SystemClock()


@dataclass(eq=False)
class _Connection:
    """One visitor, and how much of the request has come."""

    socket: socket.socket
    ends: float
    http: h11.Connection = field(
        default_factory=lambda: h11.Connection(h11.SERVER, max_incomplete_event_size=REQUEST_OCTETS)
    )


class Listener:
    """Serves on these listening sockets, in a thread of its own, from the start until ``stop``."""

    def __init__(self, sockets: Sequence[socket.socket]) -> None:
        self._live: dict[str, Presentation] = {}
        self._connections: dict[socket.socket, _Connection] = {}  # by age, oldest first
        self._sockets = sockets
        self._selector = selectors.DefaultSelector()
        self._stop_here, self._stop_there = socket.socketpair()
        self._selector.register(self._stop_there, selectors.EVENT_READ)
        for each in sockets:
            each.setblocking(False)  # noqa: FBT003 - the standard library's signature
            self._selector.register(each, selectors.EVENT_READ)
        self._thread = threading.Thread(target=self._run, name="http-01", daemon=True)
        self._thread.start()

    def add(self, presentation: Presentation) -> None:
        """Answer for this token from now on."""
        self._live[http01_path(presentation.token)] = presentation

    def remove(self, presentation: Presentation) -> bool:
        """Answer no more for this token; tells whether another is still live."""
        self._live.pop(http01_path(presentation.token), None)
        return bool(self._live)

    def stop(self) -> None:
        """Close everything; the port is free when this returns."""
        self._stop_here.send(b".")
        self._thread.join()
        for each in (*self._sockets, *self._connections, self._stop_here, self._stop_there):
            each.close()
        self._selector.close()

    def _run(self) -> None:
        while True:
            for key, _ in self._selector.select(self._patience()):
                if key.fileobj is self._stop_there:
                    return
                assert isinstance(key.fileobj, socket.socket)
                if key.fileobj in self._sockets:
                    self._accept(key.fileobj)
                elif key.fileobj in self._connections:  # not closed since, to make room
                    self._serve(self._connections[key.fileobj])
            for connection in [each for each in self._connections.values() if each.ends <= _CLOCK.monotonic()]:
                self._close(connection)

    def _patience(self) -> float | None:
        oldest = next(iter(self._connections.values()), None)
        return None if oldest is None else max(oldest.ends - _CLOCK.monotonic(), 0)

    def _accept(self, listening: socket.socket) -> None:
        try:
            visitor, _ = listening.accept()
        except OSError:  # gone again before we looked
            return
        visitor.setblocking(False)  # noqa: FBT003 - the standard library's signature
        if len(self._connections) >= CONNECTIONS:
            self._close(next(iter(self._connections.values())))
        self._connections[visitor] = _Connection(visitor, _CLOCK.monotonic() + LIFE_SECONDS)
        self._selector.register(visitor, selectors.EVENT_READ)

    def _serve(self, connection: _Connection) -> None:
        """Read on; answer once the request is complete. Whatever is no HTTP is closed without a word."""
        try:
            connection.http.receive_data(connection.socket.recv(REQUEST_OCTETS))
            event = connection.http.next_event()
            if event is h11.NEED_DATA:
                return
            if isinstance(event, h11.Request):
                # So small an answer always fits into the send buffer of a new connection.
                connection.socket.send(self._answer(connection.http, event))
                connection.socket.shutdown(socket.SHUT_WR)
        except (OSError, h11.ProtocolError):
            pass
        self._close(connection)

    def _answer(self, http: h11.Connection, request: h11.Request) -> bytes:
        """The key authorization, exactly, to a GET of a live token's path with the validated name as Host (A-68, S-21).

        The Host is compared so that nobody can fetch it through a name of his own that leads here (DNS rebinding).
        """
        presentation = self._live.get(request.target.decode("ascii", "replace"))
        host = dict(request.headers).get(b"host", b"").decode("ascii", "replace")
        body = b""
        if request.method == b"GET" and presentation is not None and _host_name(host) == presentation.name:
            body = presentation.key_authorization.encode("ascii")
        headers = [
            ("Content-Type", "application/octet-stream"),
            ("Content-Length", str(len(body))),
            ("Connection", "close"),
        ]
        answer = h11.Response(status_code=200 if body else 404, headers=headers)
        parts = [http.send(answer), http.send(h11.Data(data=body)), http.send(h11.EndOfMessage())]
        return b"".join(part or b"" for part in parts)

    def _close(self, connection: _Connection) -> None:
        del self._connections[connection.socket]
        self._selector.unregister(connection.socket)
        connection.socket.close()


def _host_name(host: str) -> str:
    """The name in a Host header: without port, brackets and final dot, in lower case."""
    name = host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
    return name.lower().removesuffix(".")
