"""DNS servers as the settings name them, and which of them may be believed when they say that an answer is authentic.

The AD bit is one bit of an unprotected datagram: from this machine's own resolver or by TLS it is that resolver's word,
from anywhere else it is anybody's (RFC 4035 §4.9.3, RFC 6840 §5.8). Asks no question.
"""

import socket
from collections.abc import Sequence
from ipaddress import ip_address
from urllib.parse import urlsplit

import dns.nameserver
from dns.resolver import BaseResolver

from tegata.ca.errors import Refused

DNS_PORT = 53
DOT_PORT = 853
_TLS = "tls://"


def parse(text: str) -> dns.nameserver.Nameserver:
    """A server from HOST or HOST:PORT, a name being looked up once by the system; or from ``tls://IP[:PORT]#NAME``.

    NAME is that of the certificate of a server asked by TLS, which the system's roots must vouch for. Raises Refused.
    """
    try:
        if text.startswith(_TLS):
            return _by_tls(text)
        parts = urlsplit(f"//[{text}]" if text.count(":") > 1 and not text.startswith("[") else f"//{text}")
        return dns.nameserver.Do53Nameserver(_address(parts.hostname), parts.port or DNS_PORT)
    except (ValueError, OSError):
        raise Refused(
            reason=f"resolvers: {text!r} is not the address of a DNS server (HOST or HOST:PORT, or tls://IP#NAME)"
        ) from None


def are_trusted(servers: Sequence[str | dns.nameserver.Nameserver]) -> bool:
    """Whether what all of these say of authenticity is what they said: asked on this machine or by TLS."""
    return all(_is_trusted(server) for server in servers)


def of_system(resolver: BaseResolver) -> list[dns.nameserver.Nameserver]:
    """The system's own servers, in the same form."""
    return [
        dns.nameserver.Do53Nameserver(server, resolver.port) if isinstance(server, str) else server
        for server in resolver.nameservers
    ]


def _is_trusted(server: str | dns.nameserver.Nameserver) -> bool:
    match server:
        case dns.nameserver.DoTNameserver():
            return True
        case dns.nameserver.Do53Nameserver():
            return ip_address(server.address).is_loopback
        case _:
            return False


def _by_tls(text: str) -> dns.nameserver.Nameserver:
    """A server asked by TLS; raises ValueError, also where there is no name to verify."""
    parts = urlsplit(text)
    if not parts.fragment or parts.path:
        raise ValueError("no name")
    address = str(ip_address(parts.hostname or ""))
    return dns.nameserver.DoTNameserver(address, parts.port or DOT_PORT, hostname=parts.fragment)


def _address(host: str | None) -> str:
    """The address of a host as the system knows it; raises ValueError, OSError."""
    if not host:
        raise ValueError("no host")
    return str(ip_address(socket.getaddrinfo(host, None, type=socket.SOCK_DGRAM)[0][4][0]))
