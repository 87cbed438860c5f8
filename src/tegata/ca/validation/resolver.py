"""Addresses, TXT values and CAA records of a name, asked of the named DNS servers or else the system's.

Knows no challenge and no policy about which addresses may be entered. The servers follow CNAMEs and validate
DNSSEC, if they are such that do: a bogus answer is none (B-31). Nothing is cached.
"""

import asyncio
import os
import ssl
import struct
from collections.abc import Sequence
from ipaddress import ip_address
from typing import NamedTuple

from tegata.acme.caa import CaaRecord
from tegata.ca.errors import NameNotResolved, Refused, TxtNotFound
from tegata.ca.policy.addresses import Address
from tegata.ca.validation import dnsmessage, nameservers
from tegata.ca.validation.dnsmessage import AAAA, CAA, SOA, TXT, A, NameTooLong, Query, Reply
from tegata.ca.validation.nameservers import Server
from tegata.ca.validation.questions import Datagrams, Unheard, by_stream

# All servers together, however often each is asked; one server, once.
LOOKUP_SECONDS = 10.0
_TRY_SECONDS = 2.0
# Between two rounds through servers of which none answered in time.
_PAUSE_SECONDS = 0.1

_NO_NAME = "there is no such name (NXDOMAIN)"
_UNUSABLE = "there was no usable answer"
_TOO_LATE = "there was no answer in time"
_TOO_LONG = "it is longer than a name in DNS can be"
_BROKEN_DNSSEC = "its DNSSEC is broken (SERVFAIL)"
_RCODES = {
    dnsmessage.SERVFAIL: "its DNS servers fail or its DNSSEC is broken (SERVFAIL)",
    dnsmessage.REFUSED: "the DNS server refuses the question (REFUSED)",
}
# Extended errors for what does not validate (RFC 8914 §4.6 to §4.13).
_BOGUS = range(5, 13)


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
    """What came of a question: the records' contents, or none; ``reason`` why there is no answer about them, if so."""

    records: tuple[bytes, ...] = ()
    secure: bool = False
    reason: str = ""
    target: bytes = b""


class Resolver:
    """Asks recursive DNS servers, as ``nameservers.parse`` reads them.

    With ``dnssec`` they must be such that their word about authenticity can be believed. Raises Refused for a server
    that cannot be used, and where none is named and the system has none either.
    """

    def __init__(self, servers: Sequence[str], *, dnssec: bool = False, seconds: float = LOOKUP_SECONDS) -> None:
        self._seconds = seconds
        self._servers = [nameservers.parse(text) for text in servers] or nameservers.of_system()
        self._is_trusted = nameservers.are_trusted(self._servers)
        if dnssec and not self._is_trusted:
            raise Refused(reason="resolvers: with dnssec they are on this machine, or asked by TLS (tls://IP#NAME)")
        self._tls = _verified_tls() if any(server.tls_name for server in self._servers) else None
        self.servers = tuple(str(server) for server in self._servers)

    async def validates(self) -> bool:
        """Whether each of the servers vouches for the root zone, as those that validate DNSSEC do (B-31).

        What one of them has found bogus, the next is asked for: one that does not validate would let it through.
        """
        until = asyncio.get_running_loop().time() + self._seconds
        found = await asyncio.gather(*(self._insist(("", SOA), None, until, [each]) for each in self._servers))
        return all(answer.secure for answer in found)

    async def silent(self) -> tuple[str, ...]:
        """Those of the servers that say nothing at all to a question, each asked once."""
        until = asyncio.get_running_loop().time() + self._seconds
        said = await asyncio.gather(*(self._once(each, ("", SOA), until) for each in self._servers))
        return tuple(str(each) for each, one in zip(self._servers, said, strict=True) if isinstance(one, Unheard))

    async def addresses(self, name: str) -> Addresses:
        """The addresses of an absolute DNS name; each type is asked for once.

        Raises NameNotResolved with the reason told apart: NXDOMAIN, no record, what the server answered, no answer.
        One type that fails is no harm while the other one gives addresses.
        """
        answers = await self._ask([(name, AAAA), (name, A)])
        found = tuple(ip_address(record) for answer in answers for record in answer.records)
        if found:
            return Addresses(found, all(answer.secure for answer in answers))
        reasons = [answer.reason for answer in answers if answer.reason]
        raise NameNotResolved(name=name, reason=reasons[0] if reasons else "it has no A or AAAA record")

    async def texts(self, name: str) -> Texts:
        """The TXT records of a name; raises TxtNotFound with the reason told apart, as ``addresses`` does."""
        (answer,) = await self._ask([(name, TXT)])
        if not answer.records:
            raise TxtNotFound(name=name, reason=answer.reason or "it has no TXT record")
        values = tuple(b"".join(dnsmessage.strings(record)) for record in answer.records)
        return Texts(dnsmessage.text(answer.target), values, answer.secure)

    async def caa(self, domains: Sequence[str]) -> list[CaaRecords | NoUsableAnswer]:
        """The CAA records of each domain, behind its aliases; none if it has none or does not exist (RFC 8659 §3).

        All are asked for side by side. A cut-off answer is asked for again over TCP or is no answer (X-28).
        """
        return [_caa(answer) for answer in await self._ask([(domain, CAA) for domain in domains])]

    async def _ask(self, questions: Sequence[tuple[str, int]]) -> list[_Answer]:
        """The answers to questions, all asked at once; what the first server answers at once costs no task."""
        until = asyncio.get_running_loop().time() + self._seconds
        first, said = self._servers[0], list[Reply | Unheard | None]([None] * len(questions))
        try:
            queries = _queries(questions)
        except NameTooLong:
            return [_Answer(reason=_TOO_LONG)] * len(questions)
        if not first.tls_name:
            said[:] = await Datagrams(first, queries, min(_TRY_SECONDS, self._seconds)).answers()
        answers = [self._answer(each) for each in said]
        if None in answers:
            missing = [number for number, answer in enumerate(answers) if answer is None]
            found = await asyncio.gather(
                *(self._insist(questions[each], said[each], until, self._servers) for each in missing)
            )
            for number, answer in zip(missing, found, strict=True):
                answers[number] = answer
        return [answer for answer in answers if answer is not None]

    async def _insist(
        self, question: tuple[str, int], said: Reply | Unheard | None, until: float, servers: Sequence[Server]
    ) -> _Answer:
        """The answer of any of these servers, where the first said something that is none, or was not asked yet.

        A server that fails is not asked again, one that was silent is, in its turn.
        """
        remaining, faults = list(servers), list[Reply | Unheard]()
        while remaining:
            for server in tuple(remaining):
                if said is None:
                    said = await self._once(server, question, until)
                if isinstance(said, Reply) and said.truncated and not server.tls_name:
                    said = await by_stream(server, _queries([question])[0], _left(until))
                if (answer := self._answer(said)) is not None:
                    return answer
                if said is not Unheard.SILENT:
                    remaining.remove(server)
                    faults.append(said)
                if remaining and not _left(until):
                    return _Answer(reason=_TOO_LATE)
                said = None
            await asyncio.sleep(min(_PAUSE_SECONDS, _left(until)))
        return _Answer(reason=_reason(faults))

    async def _once(self, server: Server, question: tuple[str, int], until: float) -> Reply | Unheard:
        seconds, queries = min(_TRY_SECONDS, _left(until)), _queries([question])
        if server.tls_name:
            return await by_stream(server, queries[0], seconds, self._tls)
        (said,) = await Datagrams(server, queries, seconds).answers()
        return said

    def _answer(self, said: Reply | Unheard | None) -> _Answer | None:
        """What was said, if it is an answer about the name."""
        if not isinstance(said, Reply) or said.truncated:
            return None
        secure = self._is_trusted and said.authentic
        if said.rcode == dnsmessage.NXDOMAIN:
            return _Answer((), secure, _NO_NAME)
        return _Answer(said.records, secure, "", said.target) if said.rcode == dnsmessage.NOERROR else None


def _queries(questions: Sequence[tuple[str, int]]) -> list[Query]:
    """The questions on the wire, each with an id that nobody can guess and no other has; raises NameTooLong."""
    idents: tuple[int, ...] = ()
    while len(set(idents)) < len(questions):
        idents = struct.unpack(f"!{len(questions)}H", os.urandom(2 * len(questions)))
    return [dnsmessage.query(name, kind, ident) for ident, (name, kind) in zip(idents, questions, strict=True)]


def _caa(answer: _Answer) -> CaaRecords | NoUsableAnswer:
    if answer.reason not in ("", _NO_NAME):
        return NoUsableAnswer(answer.reason)
    properties = map(dnsmessage.properties, answer.records)
    return CaaRecords(tuple(CaaRecord(flags, tag.decode(), value) for flags, tag, value in properties), answer.secure)


def _reason(faults: Sequence[Reply | Unheard]) -> str:
    """Why there is no answer, of servers that failed; in the words of the first error code one answered with."""
    replies = [fault for fault in faults if isinstance(fault, Reply)]
    if any(code in _BOGUS for reply in replies for code in reply.extended):
        return _BROKEN_DNSSEC
    return next((_RCODES[reply.rcode] for reply in replies if reply.rcode in _RCODES), _UNUSABLE)


def _left(until: float) -> float:
    return max(until - asyncio.get_running_loop().time(), 0.0)


def _verified_tls() -> ssl.SSLContext:
    """The system's roots, and the server's name."""
    context = ssl.create_default_context()
    context.set_alpn_protocols(["dot"])
    return context
