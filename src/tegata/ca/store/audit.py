"""The audit log as rows: what happened, appended by the very writes it tells of, and the links of its chain.

Every transition of the aggregates' files goes through ``record``, in the same unit of work: there is no way to change a
record and leave no trace. What the digests are over is the audit service's matter.
"""

import secrets
from collections.abc import AsyncIterator, Mapping
from datetime import datetime

from tegata.ca.model import Event, Link
from tegata.ca.ports import Work
from tegata.ca.store.columns import instant, json, micros, string_map
from tegata.ca.store.engine import Engine, Row
from tegata.clock import SystemClock

PAGE_EVENTS = 10_000
"""Events looked at in one statement: some milliseconds."""

_now = SystemClock().now
_AT = "014x"


def record(work: Work, kind: str, subject: str, **facts: object) -> None:
    """Append to the unit what it does; facts are no secrets, and None is left out."""
    told = {name: str(value) for name, value in facts.items() if value is not None}
    at = micros(_now())
    work.add(
        "audit.append",
        id=f"{at:{_AT}}{secrets.token_hex(8)}",  # in order, so that the newest lie together
        at=at,
        kind=kind,
        subject=subject,
        facts=json(told),
    )


class AuditRows:
    """Events and links (``ports.Audit``)."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def of_subject(self, subject: str) -> list[Event]:
        """What happened to a subject, in order."""
        return [_event(row) for row in await self._engine.fetch("audit.of_subject", subject=subject)]

    async def newest_of_subject(self, subject: str, kind: str) -> Event | None:
        """The last event of this kind of a subject."""
        rows = await self._engine.fetch("audit.newest_of_subject", subject=subject, kind=kind)
        return _event(rows[0]) if rows else None

    async def of_kind(self, kind: str) -> list[Event]:
        """What happened of this kind, in order."""
        found: list[Event] = []
        async for after, until in self._pages():
            rows = await self._engine.fetch("audit.of_kind", after=after, until=until, kind=kind)
            found += [_event(row) for row in rows]
        return found

    async def has_between(self, since: datetime, until: datetime) -> bool:
        """Whether anything happened between the two instants."""
        rows = await self._engine.fetch("audit.has_between", since=_begin(since), until=_begin(until))
        return bool(rows[0][0])

    async def of_link(self, number: int) -> list[Event]:
        """The events bound to a link, in the order of its digest."""
        return [_event(row) for row in await self._engine.fetch("audit.of_link", link=number)]

    async def count_unbound(self) -> int:
        """How many events have no link yet."""
        ((count,),) = await self._engine.fetch("audit.count_unbound")
        return int(count)

    async def stray(self) -> int | None:
        """A link before the first one or after the next one that has events, if there is one."""
        ((link,),) = await self._engine.fetch("audit.stray")
        return None if link is None else int(link)

    async def gone(self, since: datetime, most: int) -> list[str]:
        """Up to ``most`` serial numbers of certificates that were issued since, and are not there.

        The log is read in pages: no statement takes longer the longer the log is.
        """
        found: dict[str, None] = {}
        async for after, until in self._pages():
            rows = await self._engine.fetch("audit.gone", after=after, until=until, since=micros(since))
            found |= dict.fromkeys(str(serial) for (serial,) in rows)
            if len(found) >= most:
                break
        return list(found)[:most]

    async def _pages(self) -> AsyncIterator[tuple[str, str]]:
        """The whole log in parts: after which event each begins, and with which it ends."""
        after = ""
        while True:
            ((until,),) = await self._engine.fetch("audit.page_end", after=after, most=PAGE_EVENTS)
            if until is None:
                return
            yield after, until
            after = until

    async def newest_link(self) -> Link | None:
        """The end of the chain."""
        rows = await self._engine.fetch("audit.newest_link")
        return _link(rows[0]) if rows else None

    async def links_from(self, number: int, most: int) -> list[Link]:
        """Up to ``most`` links, in order."""
        return [_link(row) for row in await self._engine.fetch("audit.links_from", number=number, most=most)]

    def note(self, work: Work, kind: str, subject: str, facts: Mapping[str, str]) -> None:
        """Append an event that is about no record."""
        record(work, kind, subject, **facts)

    def bind(self, work: Work, number: int, most: int) -> None:
        """Bind the oldest events without a link to this number; there may be none."""
        work.add("audit.hold")
        work.add("audit.bind", link=number, most=most)

    def add_link(self, work: Work, link: Link) -> None:
        """Add the link after the newest."""
        work.add("audit.hold")
        work.add(
            "audit.add_link",
            rows=1,
            number=link.number,
            previous=link.previous,
            digest=link.digest,
            events=link.events,
            made_at=micros(_now()),
        )


def _begin(at: datetime) -> str:
    """What is before the names of all events from an instant on, and of none before it."""
    return f"{max(micros(at), 0):{_AT}}"


def _event(row: Row) -> Event:
    (id_, at, kind, subject, facts) = row
    return Event(id=id_, at=instant(at), kind=kind, subject=subject, facts=string_map(facts))


def _link(row: Row) -> Link:
    (number, previous, digest, events) = row
    return Link(number=number, previous=previous, digest=digest, events=events)
