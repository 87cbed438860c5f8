"""Questions to DNS servers: to the recursive ones that were named, or else the system's, and to any single one.

There is no public default: in a closed network a question that leaves it tells a stranger which names there are.
Imported late, because dnspython costs a tenth of a second. Knows no challenge and no zone.
"""

import contextlib
import re
import socket
from collections.abc import Sequence
from typing import NamedTuple

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdatatype
import dns.resolver

from tegata.client.dnserrors import BadResolver, LookupFailed, NoResolvers

PORT = 53
# What passes every network unfragmented (the DNS flag day's size).
_PAYLOAD = 1232
_LAST_PORT = 65_535
# An IPv6 address with a port stands in brackets; what has several colons and none is an address alone.
_HOST_AND_PORT = re.compile(r"(?:\[(?P<host>[^\[\]]+)\]|(?P<bare>[^\[\]:]+))(?::(?P<port>[0-9]{1,5}))?")
_GOOD = (dns.rcode.NOERROR, dns.rcode.NXDOMAIN)


class Server(NamedTuple):
    """A DNS server by its address."""

    host: str
    port: int = PORT

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class Silent(Exception):
    """One server gave no usable answer; its text says why."""


class Lookup:
    """Asks. ``resolvers`` are texts HOST or HOST:PORT; none: the system's. May be used from several threads.

    ``timeout`` are the seconds one server has for one answer. Raises BadResolver, NoResolvers.
    """

    def __init__(self, resolvers: Sequence[str] = (), *, timeout: float = 10, tcp_only: bool = False) -> None:
        self.servers = tuple(map(_named, resolvers)) if resolvers else _systems()
        self._timeout = timeout
        self._tcp_only = tcp_only

    def resolve(self, name: dns.name.Name, kind: dns.rdatatype.RdataType) -> dns.message.Message:
        """The first usable answer of a recursive server, NXDOMAIN included; raises LookupFailed with what each said."""
        reasons = []
        for server in self.servers:
            try:
                response = self.ask(server, name, kind, recursive=True)
            except Silent as silent:
                reasons.append(f"{server}: {silent}")
                continue
            if response.rcode() in _GOOD:
                return response
            reasons.append(f"{server}: {dns.rcode.to_text(response.rcode())}")
        raise LookupFailed(name=name.to_text(), type=dns.rdatatype.to_text(kind), reason="; ".join(reasons))

    def is_there_unchecked(self, name: dns.name.Name, kind: dns.rdatatype.RdataType) -> bool:
        """Whether a recursive server has an answer for who wants no signatures checked (RFC 4035 §3.2.2)."""
        for server in self.servers:
            with contextlib.suppress(Silent):
                if self.ask(server, name, kind, recursive=True, checked=False).rcode() in _GOOD:
                    return True
        return False

    def ask(
        self,
        server: Server,
        name: dns.name.Name,
        kind: dns.rdatatype.RdataType,
        *,
        recursive: bool = False,
        checked: bool = True,
    ) -> dns.message.Message:
        """What one server answers, whatever it is; not ``checked``: its signatures may be wrong. Raises Silent."""
        query = dns.message.make_query(name, kind, use_edns=0, payload=_PAYLOAD)
        if not recursive:
            query.flags &= ~dns.flags.RD
        if not checked:
            query.flags |= dns.flags.CD
        try:
            if self._tcp_only:
                return dns.query.tcp(query, server.host, self._timeout, server.port)
            return dns.query.udp_with_fallback(query, server.host, self._timeout, server.port, ignore_errors=True)[0]
        except dns.exception.Timeout:
            raise Silent("no answer in time") from None
        except OSError as error:
            raise Silent(error.strerror or "it cannot be reached") from None
        except (dns.exception.DNSException, EOFError, ValueError):
            raise Silent("its answer cannot be read") from None


def _named(text: str) -> Server:
    """A server from HOST or HOST:PORT; a name is looked up by the system."""
    matched = _HOST_AND_PORT.fullmatch(text)
    host, port = (matched["host"] or matched["bare"], int(matched["port"] or PORT)) if matched else (text, PORT)
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_DGRAM)
    except (ValueError, OSError):
        found = []
    if not host or not found or not 0 < port <= _LAST_PORT:
        raise BadResolver(text=text)
    return Server(str(found[0][4][0]), port)


def _systems() -> tuple[Server, ...]:
    try:
        system = dns.resolver.Resolver()
    except (dns.resolver.NoResolverConfiguration, OSError):  # OSError: of Windows' registry
        raise NoResolvers from None
    return tuple(Server(str(each), system.port) for each in system.nameservers)
