"""Where a challenge's own listener listens, in lego's forms, and what to tell when that cannot be had.

Opens sockets only; the serving is in ``_listener``.
"""

import errno
import socket
import sys
from collections.abc import Sequence

from tegata.clock import SystemClock
from tegata.errors import TegataError

# Several lines of one crontab begin at the same second, and each has a port for as long as the CA looks at its names.
_LONGEST_WAIT = 60.0
_PAUSE = 0.1
_CLOCK = SystemClock()
_BACKLOG = 256
_PORTS = range(1, 65536)
# What lego calls the server of a flag.
_SERVERS = {"http": "HTTP", "tls": "HTTPS"}


class BadListenAddress(TegataError):
    """``address`` is not ``:PORT`` or ``ADDRESS:PORT``; ``flag`` is where it was given."""

    code = "solver.bad-address"


class PortInUse(TegataError):
    """Another program has ``port`` at ``address``; ``server`` is what was to listen there: HTTP or HTTPS."""

    code = "solver.port-in-use"


class PortDenied(TegataError):
    """This user may not open ``port`` at ``address``."""

    code = "solver.port-denied"


class AddressUnavailable(TegataError):
    """``address`` cannot be listened on: ``reason``."""

    code = "solver.address-unavailable"


class ListenAddress:
    """lego's ``--http.port`` and ``--tls.port``; ``flag`` is ``http`` or ``tls``, for messages.

    ``:80`` is every address of this machine, by IPv6 and IPv4; ``192.0.2.1:80`` and ``[2001:db8::1]:80`` are one.
    Raises BadListenAddress for anything else.
    """

    def __init__(self, address: str, flag: str) -> None:
        self._address, self._flag = address, flag
        self._host, self._port = _split(address, flag)
        self._turn: socket.socket | None = None

    def listen(self) -> Sequence[socket.socket]:
        """Listen there, after another process of ours that does; raises PortInUse, PortDenied or AddressUnavailable.

        The sockets are the caller's to close, who says then that it is another's turn: ``leave``.
        """
        self._turn = _turn_at(self._port)
        try:
            return self._sockets()
        except BaseException:
            self.leave()
            raise

    def leave(self) -> None:
        """Let others listen there."""
        if self._turn is not None:
            self._turn.close()

    def _sockets(self) -> Sequence[socket.socket]:
        try:
            return _listen_at(self._host, self._port) if self._host else _listen_everywhere(self._port)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise PortInUse(port=self._port, address=self._address, server=_SERVERS[self._flag]) from None
            if error.errno in (errno.EACCES, errno.EPERM):
                raise PortDenied(port=self._port, address=self._address) from None
            reason = error.strerror or error
            raise AddressUnavailable(address=self._address, reason=reason, flag=self._flag) from None


def _split(address: str, flag: str) -> tuple[str, int]:
    host, colon, port = address.rpartition(":")
    if not colon or not port.isascii() or not port.isdigit() or int(port) not in _PORTS:
        raise BadListenAddress(address=address, flag=flag)
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    return host, int(port)


def _listen_everywhere(port: int) -> list[socket.socket]:
    try:
        return [socket.create_server(("", port), family=socket.AF_INET6, dualstack_ipv6=True, backlog=_BACKLOG)]
    except (OSError, ValueError) as error:
        # A kernel without IPv6 has no such socket, no such address, or (ValueError) no dual stack.
        if isinstance(error, OSError) and error.errno not in (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL):
            raise
        return [socket.create_server(("", port), backlog=_BACKLOG)]


def _listen_at(host: str, port: int) -> list[socket.socket]:
    """A socket for each address of a host name, or for the one address given."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    opened: list[socket.socket] = []
    try:
        for family, _, _, _, where in dict.fromkeys(found):
            opened.append(socket.create_server((str(where[0]), port), family=family, backlog=_BACKLOG))
    except OSError:
        for each in opened:
            each.close()
        raise
    return opened


def _turn_at(port: int) -> socket.socket | None:
    """What one process of ours has at a time, in the network in which it listens, and gives back when it ends.

    It is a name in Linux's abstract namespace, which is a network's own as its ports are. Where it cannot be had, it is
    tried without: whoever has the port then is told as ever.
    """
    if sys.platform != "linux":
        return None
    end, turn = _CLOCK.monotonic() + _LONGEST_WAIT, None
    try:
        turn = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        while True:
            try:
                turn.bind(f"\0tegata, listening at port {port}")
            except OSError as error:
                if error.errno != errno.EADDRINUSE or _CLOCK.monotonic() > end:
                    raise
                _CLOCK.sleep(_PAUSE)
            else:
                return turn
    except OSError:
        if turn is not None:
            turn.close()
        return None
