"""The record of one validation, kept with the challenge whatever its outcome (BR 5.4.1, 3.2.2.4; B-22).

Knows the shape, and how a record is closed; what is put in is the checks' matter. Who asked and for which order is told
by the challenge that the record is stored with.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime

import msgspec

from tegata.ca.errors import ValidationFault
from tegata.ca.ports import Verdict


class Attempt(msgspec.Struct):
    """One connection: to which address, and why it failed, if it did."""

    address: str
    failure: str = ""


class Hop(msgspec.Struct):
    """One request (of a redirect chain, or the only one): its URL, the addresses, the connections, and the answer."""

    url: str
    resolved: list[str] = msgspec.field(default_factory=list)
    attempts: list[Attempt] = msgspec.field(default_factory=list)
    status: int | None = None
    location: str | None = None
    secure: bool = False


class Lookup(msgspec.Struct):
    """The TXT records of a name: where aliases led, how many values there were, the first of them, made printable.

    ``until`` is when the one that matched stops to, if it says so.
    """

    name: str
    target: str = ""
    count: int = 0
    values: list[str] = msgspec.field(default_factory=list)
    matched: bool = False
    secure: bool = False
    until: datetime | None = None


class Climb(msgspec.Struct, kw_only=True):
    """The CAA records that counted, made printable: at which domain they were found, and the names asked for them.

    ``secure`` are those of the names asked for whose answer was authentic by DNSSEC.
    """

    resolvers: tuple[str, ...]
    started: datetime
    finished: datetime | None = None
    asked: list[str] = msgspec.field(default_factory=list)
    secure: list[str] = msgspec.field(default_factory=list)
    domain: str = ""
    records: list[str] = msgspec.field(default_factory=list)
    error: str = ""

    def encode(self) -> bytes:
        """The record as JSON."""
        return msgspec.json.encode(self)


class Evidence(msgspec.Struct, kw_only=True):
    """Everything the CA saw while it looked for one identifier's answer.

    ``domain_name`` is the BRs' Authorization Domain Name: always the identifier itself, never pruned and never replaced
    by a CNAME's target (B-22). An identifier that is proved for all below it is theirs too. ``snippet`` is the
    beginning of a wrong answer that came without a redirect; ``certificate`` the one that was shown to tls-alpn-01
    (base64 of its DER, of which the beginning is enough).
    """

    identifier: str
    domain_name: str
    method: str
    section: str
    token: str
    resolvers: tuple[str, ...]
    started: datetime
    finished: datetime | None = None
    hops: list[Hop] = msgspec.field(default_factory=list)
    snippet: str = ""
    lookup: Lookup | None = None
    certificate: str = ""
    error: str = ""

    def encode(self) -> bytes:
        """The record as JSON."""
        return msgspec.json.encode(self)


async def verdict(record: Evidence | Climb, look: Awaitable[None], clock: Callable[[], datetime]) -> Verdict:
    """What came of a look, with its record: a fault of the other side is a verdict, any other error is raised."""
    fault: ValidationFault | None = None
    try:
        await look
    except ValidationFault as found:
        fault = found
        record.error = str(found)
    record.finished = clock()
    return Verdict(fault, record.encode())
