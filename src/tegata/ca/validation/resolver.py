"""Addresses, TXT values and CAA records of a name, asked of the named DNS servers or else the system's.

Knows no challenge and no policy about which addresses may be entered. The servers follow CNAMEs and validate
DNSSEC, if they are such that do: a bogus answer is none (B-31). Nothing is cached.
"""

import asyncio
from collections.abc import Sequence
from ipaddress import ip_address
from typing import NamedTuple

import dns.asyncresolver
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.resolver

from tegata.ca.errors import NameNotResolved, Refused, TxtNotFound
from tegata.ca.policy.caa import CaaRecord
from tegata.ca.validation import nameservers
from tegata.ca.validation.addresses import Address

# dnspython's own pauses between servers that fail are counted in this too.
LOOKUP_SECONDS = 10.0

_RCODES = {
    "SERVFAIL": "its DNS servers fail or its DNSSEC is broken (SERVFAIL)",
    "REFUSED": "the DNS server refuses the question (REFUSED)",
}

# Extended errors for what does not validate (RFC 8914 §4.6 to §4.13).
_BOGUS = range(5, 13)
# No answer by UDP is larger, so that none is fragmented on its way.
_PAYLOAD = 1232

_NO_NAME = "there is no such name (NXDOMAIN)"
_UNUSABLE = "there was no usable answer"
_REASONS: dict[type[dns.exception.DNSException], str] = {
    dns.resolver.LifetimeTimeout: "there was no answer in time",
    dns.name.NameTooLong: "it is longer than a name in DNS can be",
}


class NoUsableAnswer(Exception):
    """There is no answer that could be judged: ``reason``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Addresses(NamedTuple):
    """The addresses of a name, IPv6 first, and whether every answer about them was authentic (DNSSEC)."""

    found: tuple[Address, ...]
    secure: bool


class Texts(NamedTuple):
    """The name that a TXT record is at, behind all aliases; its values, the strings of each joined; whether secure."""

    target: str
    values: tuple[bytes, ...]
    secure: bool


class CaaRecords(NamedTuple):
    """The CAA records of a domain, perhaps none, and whether that was authentic."""

    records: tuple[CaaRecord, ...]
    secure: bool


class _Answer(NamedTuple):
    """What came of a question: records, or none; ``reason`` why there is no answer about them, if there is none."""

    records: dns.resolver.Answer | None
    secure: bool
    reason: str = ""


class Resolver:
    """Asks recursive DNS servers, as ``nameservers.parse`` reads them.

    With ``dnssec`` they must be such that their word about authenticity can be believed. Raises Refused for a server
    that cannot be used, and where none is named and the system has none either.
    """

    def __init__(self, servers: Sequence[str], *, dnssec: bool = False, seconds: float = LOOKUP_SECONDS) -> None:
        self._seconds = seconds
        try:
            self._resolver = dns.asyncresolver.Resolver(configure=not servers)
        except dns.resolver.NoResolverConfiguration:
            raise Refused(reason="resolvers: none is set, and this system has none") from None
        self._resolver.nameservers = [nameservers.parse(text) for text in servers] or nameservers.of_system(
            self._resolver
        )
        self._resolver.use_edns(0, dns.flags.DO, _PAYLOAD)
        self._resolver.flags = dns.flags.RD | dns.flags.AD
        self._is_trusted = nameservers.are_trusted(self._resolver.nameservers)
        if dnssec and not self._is_trusted:
            raise Refused(reason="resolvers: with dnssec they are on this machine, or asked by TLS (tls://IP#NAME)")
        self.servers = tuple(str(server) for server in self._resolver.nameservers)

    async def validates(self) -> bool:
        """Whether the servers vouch for the root zone, as those that validate DNSSEC do (B-31)."""
        return (await self._ask("", "SOA")).secure

    async def addresses(self, name: str) -> Addresses:
        """The addresses of an absolute DNS name; each type is asked for once.

        Raises NameNotResolved with the reason told apart: NXDOMAIN, no record, what the server answered, no answer.
        One type that fails is no harm while the other one gives addresses.
        """
        answers = await asyncio.gather(self._ask(name, "AAAA"), self._ask(name, "A"))
        found = tuple(ip_address(record.address) for answer in answers for record in answer.records or ())
        if found:
            return Addresses(found, all(answer.secure for answer in answers))
        reasons = [answer.reason for answer in answers if answer.reason]
        raise NameNotResolved(name=name, reason=reasons[0] if reasons else "it has no A or AAAA record")

    async def texts(self, name: str) -> Texts:
        """The TXT records of a name; raises TxtNotFound with the reason told apart, as ``addresses`` does."""
        answer = await self._ask(name, "TXT")
        if answer.records is None:
            raise TxtNotFound(name=name, reason=answer.reason or "it has no TXT record")
        target = answer.records.canonical_name.to_text(omit_final_dot=True)
        return Texts(target, tuple(b"".join(record.strings) for record in answer.records), answer.secure)

    async def caa(self, domain: str) -> CaaRecords:
        """The CAA records of a domain, behind its aliases; none if it has none or does not exist (RFC 8659 §3).

        A cut-off answer is asked for again over TCP or is no answer (X-28). Raises NoUsableAnswer.
        """
        answer = await self._ask(domain, "CAA")
        if answer.reason not in ("", _NO_NAME):
            raise NoUsableAnswer(answer.reason)
        records = tuple(
            CaaRecord(record.flags, record.tag.decode("ascii", "backslashreplace"), record.value)
            for record in answer.records or ()
        )
        return CaaRecords(records, answer.secure)

    async def _ask(self, name: str, record_type: str) -> _Answer:
        try:
            answer = await self._resolver.resolve(f"{name}.", record_type, lifetime=self._seconds, search=False)
        except dns.resolver.NoAnswer as failure:
            return _Answer(None, self._vouches_for(failure.kwargs["response"]))
        except dns.resolver.NXDOMAIN as failure:
            secure = all(self._vouches_for(response) for response in failure.kwargs["responses"].values())
            return _Answer(None, secure, _NO_NAME)
        except dns.exception.DNSException as failure:
            return _Answer(None, secure=False, reason=_reason(failure))
        if answer.response.flags & dns.flags.TC:
            # By TCP there is no excuse: part of the records is not the records.
            return _Answer(None, secure=False, reason=_UNUSABLE)
        return _Answer(answer, self._vouches_for(answer.response))

    def _vouches_for(self, response: dns.message.Message) -> bool:
        return self._is_trusted and bool(response.flags & dns.flags.AD)


def _reason(failure: dns.exception.DNSException) -> str:
    """Why there is no answer; of servers that fail, in the words of the first error code one answered with."""
    if isinstance(failure, dns.resolver.NoNameservers):
        if any(_is_bogus(response) for *_, response in failure.kwargs["errors"]):
            return "its DNSSEC is broken (SERVFAIL)"
        rcodes = (error for *_, error, _ in failure.kwargs["errors"] if isinstance(error, str))
        return next((_RCODES[rcode] for rcode in rcodes if rcode in _RCODES), _UNUSABLE)
    return next((reason for kind, reason in _REASONS.items() if isinstance(failure, kind)), _UNUSABLE)


def _is_bogus(response: dns.message.Message | None) -> bool:
    """Whether the server says that DNSSEC is the reason (RFC 8914)."""
    return response is not None and any(error.code in _BOGUS for error in response.extended_errors())
