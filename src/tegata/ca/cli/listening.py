"""Where ``tegata-ca serve`` listens: addresses as text, this machine's own ones, and open sockets.

Knows no HTTP.
"""

import errno
import socket
from contextlib import suppress
from urllib.parse import urlsplit

from tegata.ca.errors import CaError

_PORTS = {"http": 80, "https": 443}
_BACKLOG = 2048


class BadListenAddress(CaError):
    """``address`` is not HOST:PORT."""

    code = "operator.listen-address"


class CannotListen(CaError):
    """The socket at ``address`` cannot be opened: ``reason``."""

    code = "operator.listen"


def allow_many_sockets() -> None:
    """Have as many open sockets as the system lets a process have at most; by custom it gives but 1024 to begin with.

    Each look at a name has some ten for a moment, beside those of all who are connected.
    """
    import resource  # noqa: PLC0415 - only where there are servers of this kind

    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    # Where the system does not keep its word, what there is must do.
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def default_for(url: str) -> str:
    """Where to listen for a public URL: HOST:PORT if that host is this machine, else :PORT, every address it has."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    try:
        found = _resolve(host, port)
    except OSError:
        return f":{port}"
    if not all(_is_ours(family, address) for family, address in found):
        return f":{port}"
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def open_sockets(listen: str) -> list[socket.socket]:
    """Listening sockets at HOST:PORT, one for each address of the host; raises BadListenAddress or CannotListen."""
    host, port = parse(listen)
    try:
        found = _resolve(host, port)
    except OSError as error:
        raise CannotListen(address=listen, reason=error.strerror or error) from None
    sockets: list[socket.socket] = []
    refused: OSError | None = None
    for family, address in found:
        try:
            sockets.append(_listen(family, address))
        except OSError as error:
            # A name such as localhost may have an address of a family this machine does not use.
            if error.errno not in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
                _close(sockets)
                raise CannotListen(address=listen, reason=error.strerror or error) from None
            refused = error
    if not sockets:
        raise CannotListen(address=listen, reason=refused.strerror if refused else "no address")
    return sockets


def parse(listen: str) -> tuple[str, int]:
    """The host (without brackets, empty for all) and port of HOST:PORT; raises BadListenAddress."""
    host, colon, port = listen.rpartition(":")
    host = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    if not colon or not port.isdecimal() or not port.isascii() or int(port[:6]) > 65_535:
        raise BadListenAddress(address=listen)
    return host, int(port)


def _resolve(host: str, port: int) -> list[tuple[int, tuple[str, int]]]:
    flags = socket.AI_PASSIVE
    infos = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=flags)
    return list(dict.fromkeys((int(family), (str(where[0]), port)) for family, _, _, _, where in infos))


def _is_ours(family: int, address: tuple[str, int]) -> bool:
    """Only an address of this machine can be bound to."""
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((address[0], 0))
        except OSError:
            return False
    return True


def _listen(family: int, address: tuple[str, int]) -> socket.socket:
    opened = socket.socket(family, socket.SOCK_STREAM)
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        opened.bind(address)
        opened.listen(_BACKLOG)
    except OSError:
        opened.close()
        raise
    return opened


def _close(sockets: list[socket.socket]) -> None:
    for one in sockets:
        one.close()
