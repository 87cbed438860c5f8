"""A small TCP server in a thread of its own, for challenges that are answered to whoever connects.

Anybody on the internet can talk to it, so a connection has a few seconds, what it may say is limited, and there are
only so many connections. Knows no protocol: a conversation does.
"""

import selectors
import socket
import threading
from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec

from tegata.clock import SystemClock

# A validator speaks at once; these hold off whoever keeps connections open to block it (S-18).
LIFE_SECONDS = 10.0
CONNECTIONS = 256
PIECE_OCTETS = 8 * 1024

_CLOCK = SystemClock()


class Conversation(Protocol):
    """What is said on one connection."""

    @property
    def is_over(self) -> bool:
        """Whether the connection is to be closed, once what ``hear`` gave has been sent."""
        ...

    def hear(self, octets: bytes) -> bytes:
        """Take what came (nothing: the other side is done) and give the answer to it.

        An answer is small: all of a conversation's must fit into the send buffer of a new connection.
        """
        ...


class _Connection(msgspec.Struct, eq=False):
    """One visitor, and what is said with him."""

    socket: socket.socket
    ends: float
    conversation: Conversation


class Listener:
    """Serves on sockets that listen, each connection by a new conversation, from the start until ``stop``."""

    def __init__(self, sockets: Sequence[socket.socket], converse: Callable[[], Conversation], name: str) -> None:
        self._converse = converse
        self._connections: dict[socket.socket, _Connection] = {}  # by age, oldest first
        self._sockets = sockets
        self._selector = selectors.DefaultSelector()
        self._stop_here, self._stop_there = socket.socketpair()
        self._selector.register(self._stop_there, selectors.EVENT_READ)
        for each in sockets:
            each.setblocking(False)  # noqa: FBT003 - the standard library's signature
            self._selector.register(each, selectors.EVENT_READ)
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

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
        self._connections[visitor] = _Connection(visitor, _CLOCK.monotonic() + LIFE_SECONDS, self._converse())
        self._selector.register(visitor, selectors.EVENT_READ)

    def _serve(self, connection: _Connection) -> None:
        """Carry on the conversation with what has come; close when it is over, or the other side is gone."""
        conversation = connection.conversation
        try:
            answer = conversation.hear(connection.socket.recv(PIECE_OCTETS))
            if answer:
                connection.socket.send(answer)
            if not conversation.is_over:
                return
            if answer:
                connection.socket.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        self._close(connection)

    def _close(self, connection: _Connection) -> None:
        del self._connections[connection.socket]
        self._selector.unregister(connection.socket)
        connection.socket.close()
