"""DNS servers as the settings name them, and which of them may be believed when they say that an answer is authentic.

The AD bit is one bit of an unprotected datagram: from this machine's own resolver or by TLS it is that resolver's word,
from anywhere else it is anybody's (RFC 4035 §4.9.3, RFC 6840 §5.8). Asks no question.
"""

import socket
from collections.abc import Sequence
from ipaddress import ip_address
from typing import NamedTuple
from urllib.parse import urlsplit

from tegata.ca.errors import Refused

DNS_PORT = 53
DOT_PORT = 853
_TLS = "tls://"


class Server(NamedTuple):
    """A recursive server; ``tls_name`` is that of its certificate, if it is asked by TLS."""

    address: str
    port: int
    tls_name: str = ""

    def __str__(self) -> str:
        return f"{'DoT' if self.tls_name else 'Do53'}:{self.address}@{self.port}"


def parse(text: str) -> Server:
    """A server from HOST or HOST:PORT, a name being looked up once by the system; or from ``tls://IP[:PORT]#NAME``.

    NAME is that of the certificate of a server asked by TLS, which the system's roots must vouch for. Raises Refused.
    """
    try:
        if text.startswith(_TLS):
            return _by_tls(text)
        parts = urlsplit(f"//[{text}]" if text.count(":") > 1 and not text.startswith("[") else f"//{text}")
        return Server(_address(parts.hostname), parts.port or DNS_PORT)
    except (ValueError, OSError):
        raise Refused(
            reason=f"resolvers: {text!r} is not the address of a DNS server (HOST or HOST:PORT, or tls://IP#NAME)"
        ) from None


def of_system() -> list[Server]:
    """The system's own servers; raises Refused where it has none that can be asked."""
    import dns.resolver  # noqa: PLC0415 - not needed where servers are named

    try:
        system = dns.resolver.Resolver()
    except dns.resolver.NoResolverConfiguration:
        raise Refused(reason="resolvers: none is set, and this system has none") from None
    return [Server(str(server), system.port) for server in system.nameservers]


def are_trusted(servers: Sequence[Server]) -> bool:
    """Whether what all of these say of authenticity is what they said: asked on this machine or by TLS."""
    return all(server.tls_name or ip_address(server.address).is_loopback for server in servers)


def _by_tls(text: str) -> Server:
    """A server asked by TLS; raises ValueError, also where there is no name to verify."""
    parts = urlsplit(text)
    if not parts.fragment or parts.path:
        raise ValueError("no name")
    return Server(str(ip_address(parts.hostname or "")), parts.port or DOT_PORT, parts.fragment)


def _address(host: str | None) -> str:
    """The address of a host as the system knows it; raises ValueError, OSError."""
    if not host:
        raise ValueError("no host")
    return str(ip_address(socket.getaddrinfo(host, None, type=socket.SOCK_DGRAM)[0][4][0]))
