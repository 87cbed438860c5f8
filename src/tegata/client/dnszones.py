"""Where in the DNS a record belongs: the end of its aliases, the zone that holds it, the zone's own servers.

A name that is yet to get its record is asked for at its zone's own servers: a recursive one would remember for a while
that there was nothing, and would tell it the CA, too, which may well have the same. What the DNS says is hostile:
chains are limited, and only names of plain letters come out. Everything found is kept for this run. Knows no challenge
and no provider.
"""

import contextlib
import re
import threading
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rdatatype
import dns.rrset
from dns.rdataclass import RdataClass
from dns.rdatatype import RdataType

from tegata.client.dnserrors import BadAlias, LookupFailed, NoNameServers, ZoneNotFound
from tegata.client.dnslookup import Lookup, Server, Silent

MOST_ALIASES = 50
# A zone has two to thirteen; more are of no use to anybody.
_MOST_SERVERS = 30
# What may become an argument, a line or a part of a URL: no escapes, no dash in front.
_PLAIN = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?\.)+")


class NameServer(NamedTuple):
    """A name server of a zone; it may have several addresses."""

    name: str
    addresses: tuple[Server, ...]


class Zones:
    """Finds. Names are absolute, in lower case, with their final dot. May be used from several threads.

    ``follow`` off: an alias at a challenge name is not looked for. ``direct`` off: zones' own servers, which answer at
    ``port``, cannot be asked from here.
    """

    def __init__(self, lookup: Lookup, *, follow: bool = True, direct: bool = True, port: int = 53) -> None:
        self._lookup = lookup
        self._follow = follow
        self._direct = direct
        self._port = port
        self._lock = threading.RLock()
        self._zones: dict[dns.name.Name, bool] = {}
        self._servers: dict[str, tuple[NameServer, ...]] = {}

    def end_of(self, name: str) -> str:
        """The name that a record for ``name`` belongs to: itself, or where its CNAME records lead.

        Raises BadAlias, LookupFailed.
        """
        if not self._follow:
            return name
        place = _parsed(name)
        passed = [place]
        while target := self._alias(place):
            if target in passed or len(passed) > MOST_ALIASES:
                reason = "it leads in a circle" if target in passed else f"it has more than {MOST_ALIASES} links"
                raise BadAlias(name=name, reason=reason)
            passed.append(target)
            place = target
        text = _text(place)
        if not _PLAIN.fullmatch(text):
            raise BadAlias(name=name, reason="it leads to a name of other signs than letters, digits, - and _")
        return text

    def texts_at(self, name: str) -> list[str]:
        """The TXT values at a name, the strings of each joined; raises LookupFailed."""
        place = _parsed(name)
        answer = self._ask_owners(place, RdataType.TXT).answer
        return [b"".join(record.strings).decode("latin-1") for record in _records(answer, place, RdataType.TXT)]

    def zone_of(self, name: str) -> str:
        """The zone that ``name`` lies in: the nearest name upwards that has an SOA record.

        Raises ZoneNotFound, LookupFailed.
        """
        with self._lock:
            place = _parsed(name)
            if place not in self._zones:
                answer = self._ask_owners(place, RdataType.SOA)
                delegated = any(_records(answer.authority, place, RdataType.NS))
                self._zones[place] = delegated or any(_records(answer.answer, place, RdataType.SOA))
            return _text(place if self._zones[place] else self._zone_above(place))

    def servers_of(self, zone: str) -> tuple[NameServer, ...]:
        """The zone's name servers that have an address; raises NoNameServers, LookupFailed."""
        with self._lock:
            if zone not in self._servers:
                self._servers[zone] = tuple(self._find_servers(_parsed(zone)))
        if not self._servers[zone]:
            raise NoNameServers(zone=zone)
        return self._servers[zone]

    def _alias(self, name: dns.name.Name) -> dns.name.Name | None:
        answer = self._ask_owners(name, RdataType.CNAME).answer
        return next((record.target.canonicalize() for record in _records(answer, name, RdataType.CNAME)), None)

    def _zone_above(self, name: dns.name.Name) -> dns.name.Name:
        """The nearest zone from the name above this one upwards; raises ZoneNotFound, LookupFailed."""
        place = name  # of the labels the last is the root's, and the root's own zone is of no use
        while len(place) > 2:
            place = place.parent()
            if place not in self._zones:
                answer = self._lookup.resolve(place, RdataType.SOA).answer
                self._zones[place] = any(_records(answer, place, RdataType.SOA))
            if self._zones[place]:
                return place
        raise ZoneNotFound(name=_text(name))

    def _ask_owners(self, name: dns.name.Name, kind: RdataType) -> dns.message.Message:
        """What the servers of the zone above the name say of it; where none does, a recursive server is asked.

        They refer to others where the name is a zone of its own.
        """
        if self._direct:
            with self._lock, contextlib.suppress(ZoneNotFound, NoNameServers):
                for server in self.servers_of(_text(self._zone_above(name))):
                    for address in server.addresses:
                        with contextlib.suppress(Silent):
                            answer = self._lookup.ask(address, name, kind)
                            if answer.flags & dns.flags.AA or any(_records(answer.authority, name, RdataType.NS)):
                                return answer
        return self._lookup.resolve(name, kind)

    def _find_servers(self, zone: dns.name.Name) -> Iterator[NameServer]:
        answer = self._lookup.resolve(zone, RdataType.NS).answer
        names = sorted(record.target.canonicalize() for record in _records(answer, zone, RdataType.NS))
        for name in names[:_MOST_SERVERS]:
            addresses = (*self._addresses(name, RdataType.A), *self._addresses(name, RdataType.AAAA))
            if addresses:
                yield NameServer(_text(name), addresses)

    def _addresses(self, name: dns.name.Name, kind: RdataType) -> Iterator[Server]:
        with contextlib.suppress(LookupFailed):  # the other type may do, or the zone's other servers
            for record in _records(self._lookup.resolve(name, kind).answer, name, kind):
                yield Server(record.address, self._port)


def _records(section: Iterable[dns.rrset.RRset], name: dns.name.Name, kind: RdataType) -> Iterator[Any]:
    """The records of this type at this very name in a section of an answer, those of another class left out."""
    for records in section:
        if records.name == name and records.rdtype == kind and records.rdclass == RdataClass.IN:
            yield from records


def _parsed(name: str) -> dns.name.Name:
    try:
        return dns.name.from_text(name)
    except (dns.exception.DNSException, ValueError):
        raise LookupFailed(name=name, type="SOA", reason="it is no name in DNS, or longer than one can be") from None


def _text(name: dns.name.Name) -> str:
    return name.to_text().lower()
