"""TCP to a host of several addresses: the first that answers wins (RFC 8305, "happy eyeballs").

A host with a dead address would otherwise cost a whole time-out for each connection. Knows neither TLS nor HTTP.
"""

import errno
import itertools
import os
import selectors
import socket
import sys
import time
from collections import deque

# RFC 8305 §5: how long, in seconds, an address is alone before the next is tried beside it.
HEAD_START = 0.25
_FAMILIES = {None: socket.AF_UNSPEC, 4: socket.AF_INET, 6: socket.AF_INET6}
_BEGUN = {0, errno.EINPROGRESS, errno.EWOULDBLOCK, getattr(errno, "WSAEWOULDBLOCK", 0)}


def dial(host: str, port: int, *, seconds: float, family: int | None = None) -> socket.socket:
    """A connection within ``seconds``, which are also its time-out from then on.

    ``family``: 4 or 6 for one version of IP only. Raises OSError: what the last address that failed said, or
    TimeoutError where one has not answered.
    """
    race = _Race(host, port, _FAMILIES[family])
    try:
        connection = race.winner(time.monotonic() + seconds)
    finally:
        race.close()
    connection.settimeout(seconds)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


class _Race:
    """Attempts at a host's addresses, IPv6 and IPv4 in turns, the resolver's order kept within each (RFC 8305 §4)."""

    def __init__(self, host: str, port: int, family: int) -> None:
        found = socket.getaddrinfo(host, port, family, socket.SOCK_STREAM)
        of_first = [address for address in found if address[0] == found[0][0]]
        of_other = [address for address in found if address[0] != found[0][0]]
        pairs = itertools.zip_longest(of_first, of_other)
        self._left = deque(address for pair in pairs for address in pair if address is not None)
        self._running: set[socket.socket] = set()
        self._selector = selectors.DefaultSelector()
        self._failure: OSError = TimeoutError("timed out")

    def close(self) -> None:
        """Give up whatever has not won."""
        for attempt in self._running:
            attempt.close()
        self._selector.close()

    def winner(self, deadline: float) -> socket.socket:
        """The first to be connected; ``deadline`` is an instant of ``time.monotonic()``."""
        next_start = 0.0
        while self._left or self._running:
            now = time.monotonic()
            if now >= deadline:
                raise TimeoutError("timed out")
            if self._left and (now >= next_start or not self._running):
                self._begin()
                next_start = now + HEAD_START
            if not self._running:
                continue
            until = min(deadline, next_start) if self._left else deadline
            for key, _ in self._selector.select(max(until - time.monotonic(), 0)):
                attempt = key.fileobj
                assert isinstance(attempt, socket.socket)
                if self._has_won(attempt):
                    return attempt
                next_start = now
        raise self._failure

    def _begin(self) -> None:
        family, kind, protocol, _, address = self._left.popleft()
        try:
            attempt = socket.socket(family, kind, protocol)
        except OSError as error:  # a machine without IPv6
            self._failure = error
            return
        attempt.settimeout(0)
        self._running.add(attempt)
        self._selector.register(attempt, selectors.EVENT_WRITE)
        code = attempt.connect_ex(address)
        if code not in _BEGUN:
            self._fail(attempt, code)

    def _has_won(self, attempt: socket.socket) -> bool:
        code = attempt.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            self._fail(attempt, code)
            return False
        self._selector.unregister(attempt)
        self._running.remove(attempt)
        return True

    def _fail(self, attempt: socket.socket, code: int) -> None:
        self._selector.unregister(attempt)
        self._running.remove(attempt)
        attempt.close()
        self._failure = _failure(code)


def _failure(code: int) -> OSError:
    """The system's error of this number, in its words; those of Windows' network are none of the C library's."""
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415 - not at the top: it is wanted nowhere else

        return ctypes.WinError(code)
    else:  # noqa: RET505 - so that types are checked for both
        return OSError(code, os.strerror(code))
