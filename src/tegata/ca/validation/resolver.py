"""Addresses of a name, asked of the named DNS servers only, or of the system's when none is named.

Knows no HTTP and no policy about which addresses may be entered. The servers follow CNAMEs; nothing is cached here.
"""

import asyncio
from collections.abc import Sequence
from ipaddress import ip_address
from urllib.parse import urlsplit

import dns.asyncresolver
import dns.exception
import dns.nameserver
import dns.resolver

from tegata.ca.errors import NameNotResolved, Refused
from tegata.ca.validation.addresses import Address

DNS_PORT = 53
# dnspython's own pauses between servers that fail are counted in this too.
LOOKUP_SECONDS = 10.0

_RCODES = {
    "SERVFAIL": "its DNS servers fail or its DNSSEC is broken (SERVFAIL)",
    "REFUSED": "the DNS server refuses the question (REFUSED)",
}


class Resolver:
    """Asks recursive DNS servers; ``servers`` are texts ``IP``, ``IP:port`` or ``[IPv6]:port``.

    Raises Refused for a server that is not given by its address (the name of a resolver would need a resolver), and
    where none is named and the system has none either.
    """

    def __init__(self, servers: Sequence[str], *, seconds: float = LOOKUP_SECONDS) -> None:
        self._seconds = seconds
        try:
            self._resolver = dns.asyncresolver.Resolver(configure=not servers)
        except dns.resolver.NoResolverConfiguration:
            raise Refused(reason="resolvers: none is set, and this system has none") from None
        if servers:
            self._resolver.nameservers = [_server(text) for text in servers]
        self.servers = tuple(str(server) for server in self._resolver.nameservers)

    async def addresses(self, name: str) -> tuple[Address, ...]:
        """The addresses of an absolute DNS name, IPv6 first; each type is asked for once.

        Raises NameNotResolved with the reason told apart: NXDOMAIN, no record, what the server answered, no answer.
        One type that fails is no harm while the other one gives addresses.
        """
        answers = await asyncio.gather(self._ask(name, "AAAA"), self._ask(name, "A"))
        found = tuple(address for answer in answers if not isinstance(answer, str) for address in answer)
        if found:
            return found
        reasons = [answer for answer in answers if isinstance(answer, str)]
        raise NameNotResolved(name=name, reason=reasons[0] if reasons else "it has no A or AAAA record")

    async def _ask(self, name: str, record_type: str) -> tuple[Address, ...] | str:
        """The records of one type, or the reason why there is no answer about them."""
        try:
            answer = await self._resolver.resolve(f"{name}.", record_type, lifetime=self._seconds, search=False)
        except dns.resolver.NoAnswer:
            return ()
        except dns.resolver.NXDOMAIN:
            return "there is no such name (NXDOMAIN)"
        except dns.resolver.NoNameservers as failure:
            return _failure(failure)
        except dns.resolver.LifetimeTimeout:
            return "there was no answer in time"
        except dns.exception.DNSException:
            return "there was no usable answer"
        return tuple(ip_address(record.address) for record in answer)


def _server(text: str) -> dns.nameserver.Nameserver:
    try:
        parts = urlsplit(f"//[{text}]" if text.count(":") > 1 and not text.startswith("[") else f"//{text}")
        return dns.nameserver.Do53Nameserver(str(ip_address(parts.hostname or "")), parts.port or DNS_PORT)
    except ValueError:
        raise Refused(reason=f"resolvers: {text!r} is not the IP address of a DNS server (or IP:port)") from None


def _failure(failure: dns.resolver.NoNameservers) -> str:
    """The reason in the words of the first error code a server answered with."""
    rcodes = (error for *_, error, _ in failure.kwargs["errors"] if isinstance(error, str))
    return next((_RCODES[rcode] for rcode in rcodes if rcode in _RCODES), "there was no usable answer")
