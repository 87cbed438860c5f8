"""http-01 by an own web server, open only while names are being validated.

Knows addresses and ports and what to tell when they cannot be had; the serving is in ``_listener``.
"""

import errno
import socket
from collections.abc import Sequence

from tegata.errors import TegataError
from tegata.plugin_api.solver import Presentation
from tegata.plugins.solvers._listener import Listener

_BACKLOG = 256
_PORTS = range(1, 65536)


class BadListenAddress(TegataError):
    """``address`` is not ``:PORT`` or ``ADDRESS:PORT``."""

    code = "solver.bad-address"


class PortInUse(TegataError):
    """Another program has ``port`` at ``address``."""

    code = "solver.port-in-use"


class PortDenied(TegataError):
    """This user may not open ``port`` at ``address``."""

    code = "solver.port-denied"


class AddressUnavailable(TegataError):
    """``address`` cannot be listened on: ``reason``."""

    code = "solver.address-unavailable"


class StandaloneSolver:
    """One listener for all names: opened for the first, closed after the last.

    ``address`` is lego's ``--http.port``: ``:80`` is every address of this machine, by IPv6 and IPv4; ``192.0.2.1:80``
    and ``[2001:db8::1]:80`` are one. Raises BadListenAddress for anything else.
    """

    challenge_type = "http-01"

    def __init__(self, address: str = ":80") -> None:
        self._address = address
        self._host, self._port = _split(address)
        self._listener: Listener | None = None

    def present(self, presentation: Presentation) -> None:
        """Serve it; raises PortInUse, PortDenied or AddressUnavailable."""
        if self._listener is None:
            self._listener = Listener(self._open())
        self._listener.add(presentation)

    def cleanup(self, presentation: Presentation) -> None:
        """Serve it no more."""
        if self._listener is not None and not self._listener.remove(presentation):
            self._listener.stop()
            self._listener = None

    def _open(self) -> Sequence[socket.socket]:
        try:
            return _listen_at(self._host, self._port) if self._host else _listen_everywhere(self._port)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise PortInUse(port=self._port, address=self._address) from None
            if error.errno in (errno.EACCES, errno.EPERM):
                raise PortDenied(port=self._port, address=self._address) from None
            raise AddressUnavailable(address=self._address, reason=error.strerror or error) from None


def _split(address: str) -> tuple[str, int]:
    host, colon, port = address.rpartition(":")
    if not colon or not port.isascii() or not port.isdigit() or int(port) not in _PORTS:
        raise BadListenAddress(address=address)
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


PLUGIN = StandaloneSolver
