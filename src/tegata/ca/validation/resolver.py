"""Addresses, TXT values and CAA records of a name, asked of the named DNS servers or else the system's.

Knows no challenge and no policy about which addresses may be entered. The servers follow CNAMEs; nothing is cached.
"""

import asyncio
import socket
from collections.abc import Sequence
from ipaddress import ip_address
from urllib.parse import urlsplit

import dns.asyncresolver
import dns.exception
import dns.flags
import dns.name
import dns.nameserver
import dns.resolver

from tegata.ca.errors import NameNotResolved, Refused, TxtNotFound
from tegata.ca.policy.caa import CaaRecord
from tegata.ca.validation.addresses import Address

DNS_PORT = 53
# dnspython's own pauses between servers that fail are counted in this too.
LOOKUP_SECONDS = 10.0

_RCODES = {
    "SERVFAIL": "its DNS servers fail or its DNSSEC is broken (SERVFAIL)",
    "REFUSED": "the DNS server refuses the question (REFUSED)",
}

_NO_NAME = "there is no such name (NXDOMAIN)"
_UNUSABLE = "there was no usable answer"
_REASONS: dict[type[dns.exception.DNSException], str] = {
    dns.resolver.NXDOMAIN: _NO_NAME,
    dns.resolver.LifetimeTimeout: "there was no answer in time",
    dns.name.NameTooLong: "it is longer than a name in DNS can be",
}


class NoUsableAnswer(Exception):
    """There is no answer that could be judged: ``reason``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


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
        found = tuple(
            ip_address(record.address)
            for answer in answers
            if isinstance(answer, dns.resolver.Answer)
            for record in answer
        )
        if found:
            return found
        reasons = [answer for answer in answers if isinstance(answer, str)]
        raise NameNotResolved(name=name, reason=reasons[0] if reasons else "it has no A or AAAA record")

    async def texts(self, name: str) -> tuple[str, tuple[bytes, ...]]:
        """The name that the TXT record is at, behind all aliases, and its values, the strings of each joined.

        Raises TxtNotFound with the reason told apart, as ``addresses`` does.
        """
        answer = await self._ask(name, "TXT")
        if not isinstance(answer, dns.resolver.Answer):
            raise TxtNotFound(name=name, reason=answer or "it has no TXT record")
        target = answer.canonical_name.to_text(omit_final_dot=True)
        return target, tuple(b"".join(record.strings) for record in answer)

    async def caa(self, domain: str) -> list[CaaRecord]:
        """The CAA records of a domain, behind its aliases; none if it has none or does not exist (RFC 8659 §3).

        A cut-off answer is asked for again over TCP or is no answer (X-28). Raises NoUsableAnswer.
        """
        answer = await self._ask(domain, "CAA")
        if isinstance(answer, str) and answer != _NO_NAME:
            raise NoUsableAnswer(answer)
        if not isinstance(answer, dns.resolver.Answer):
            return []
        return [
            CaaRecord(record.flags, record.tag.decode("ascii", "backslashreplace"), record.value) for record in answer
        ]

    async def _ask(self, name: str, record_type: str) -> dns.resolver.Answer | str | None:
        """The records of one type, None if there are none, or the reason why there is no answer about them."""
        try:
            answer = await self._resolver.resolve(f"{name}.", record_type, lifetime=self._seconds, search=False)
        except dns.resolver.NoAnswer:
            return None
        except dns.exception.DNSException as failure:
            return _reason(failure)
        # By TCP there is no excuse: part of the records is not the records.
        return _UNUSABLE if answer.response.flags & dns.flags.TC else answer


def _server(text: str) -> dns.nameserver.Nameserver:
    """A server from HOST or HOST:PORT; a name is looked up once, by the system."""
    try:
        parts = urlsplit(f"//[{text}]" if text.count(":") > 1 and not text.startswith("[") else f"//{text}")
        return dns.nameserver.Do53Nameserver(_address(parts.hostname), parts.port or DNS_PORT)
    except (ValueError, OSError):
        raise Refused(reason=f"resolvers: {text!r} is not the address of a DNS server (HOST or HOST:PORT)") from None


def _address(host: str | None) -> str:
    """The address of a host as the system knows it; raises ValueError, OSError."""
    if not host:
        raise ValueError("no host")
    return str(ip_address(socket.getaddrinfo(host, None, type=socket.SOCK_DGRAM)[0][4][0]))


def _reason(failure: dns.exception.DNSException) -> str:
    """Why there is no answer; of servers that fail, in the words of the first error code one answered with."""
    if isinstance(failure, dns.resolver.NoNameservers):
        rcodes = (error for *_, error, _ in failure.kwargs["errors"] if isinstance(error, str))
        return next((_RCODES[rcode] for rcode in rcodes if rcode in _RCODES), _UNUSABLE)
    return next((reason for kind, reason in _REASONS.items() if isinstance(failure, kind)), _UNUSABLE)
