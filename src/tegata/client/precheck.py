"""What can be seen of a name before an order: its CAA records, whether its DNSSEC holds, who answers at its addresses.

Asks the DNS and opens connections, asks no CA and changes nothing. A CA sees the name from elsewhere: what is found
wrong here is mostly wrong there, seldom the other way round. What the DNS says is hostile.
"""

import errno
import socket
from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

import dns.exception
import dns.name
import dns.rcode
from dns.rdataclass import RdataClass
from dns.rdatatype import RdataType

from tegata.acme.caa import CaaRecord
from tegata.client.dnserrors import LookupFailed
from tegata.client.dnslookup import Lookup

# Where CAs look, whatever an own listener's port is (RFC 8555 §8.3, RFC 8737 §3).
PORTS = {"http-01": 80, "tls-alpn-01": 443}
# RFC 8659 §3 climbs to the root; a name has no more labels than this.
_MOST_LABELS = 128
# Of more addresses than a CA would try, the rest say nothing new.
_MOST_ADDRESSES = 10
# Of a machine without IPv6, say, to an address of it.
_NO_WAY = (errno.ENETUNREACH, errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)


class Permission(NamedTuple):
    """The CAA records that count for a name, and where they are: at the name, or the nearest name above.

    Beside an alias there can be none (RFC 1034 §3.6.2): of one they are at its end, and where there are none, the
    domain is the nearest that could have some.
    """

    domain: str
    records: tuple[CaaRecord, ...]


class Door(Enum):
    """What a connection to an address and port came to."""

    OPEN = "somebody listens"
    CLOSED = "nobody listens"
    SILENT = "no answer"
    UNSEEN = "there is no way there from here"


class Precheck:
    """Looks. ``seconds`` are for one connection."""

    def __init__(self, lookup: Lookup, *, seconds: float = 10) -> None:
        self._lookup = lookup
        self._seconds = seconds

    def permission(self, name: str) -> Permission:
        """The relevant record set (RFC 8659 §3), with no records where there is none; raises LookupFailed."""
        place, free = _parsed(name), ""
        for _ in range(_MOST_LABELS):
            if place == dns.name.root:
                break
            answer = self._lookup.resolve(place, RdataType.CAA).answer
            # An alias may have been followed on the way: the records of its end count.
            for records in answer:
                if records.rdtype == RdataType.CAA and records.rdclass == RdataClass.IN:
                    found = (
                        CaaRecord(record.flags, record.tag.decode("ascii", "backslashreplace"), record.value)
                        for record in records
                    )
                    return Permission(_text(records.name), tuple(found))
            if not free and not any(records.rdtype == RdataType.CNAME for records in answer):
                free = _text(place)
            place = place.parent()
        return Permission(free or name, ())

    def is_bogus(self, name: str) -> bool:
        """Whether the name cannot be looked up but by who takes signatures that do not hold (RFC 4035 §3.2.2)."""
        place = _parsed(name)
        try:
            self._lookup.resolve(place, RdataType.A)
        except LookupFailed as failed:
            # Who was too slow, or refuses, says nothing of signatures, even where it has the answer a moment later.
            is_failure = dns.rcode.to_text(dns.rcode.SERVFAIL) in str(failed.facts["reason"])
            return is_failure and self._lookup.is_there_unchecked(place, RdataType.A)
        return False

    def addresses(self, name: str) -> list[str]:
        """Those of the name, IPv6 first, as CAs try them; raises LookupFailed."""
        return list(self._addresses(_parsed(name)))[:_MOST_ADDRESSES]

    def _addresses(self, place: dns.name.Name) -> Iterator[str]:
        for kind in (RdataType.AAAA, RdataType.A):
            for records in self._lookup.resolve(place, kind).answer:
                if records.rdtype == kind and records.rdclass == RdataClass.IN:
                    yield from (str(record.address) for record in records)

    def door(self, address: str, port: int) -> Door:
        """Whether somebody listens there, as seen from here."""
        try:
            socket.create_connection((address, port), self._seconds).close()
        except ConnectionRefusedError:
            return Door.CLOSED
        except OSError as error:
            return Door.UNSEEN if error.errno in _NO_WAY else Door.SILENT
        return Door.OPEN


def _text(place: dns.name.Name) -> str:
    return place.to_text(omit_final_dot=True)


def _parsed(name: str) -> dns.name.Name:
    try:
        return dns.name.from_text(name)
    except (dns.exception.DNSException, ValueError):
        raise LookupFailed(name=name, type="CAA", reason="it is no name in DNS, or longer than one can be") from None
