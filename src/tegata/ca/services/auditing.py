"""The audit log's chain: events bound into links a moment after they were written, and the whole of it checked.

The writes themselves append the events. Binding them needs an order, which one process at a time gives: units of work
of many nodes would otherwise wait for each other. A link's digest is over the digest before it and its events, so that
nothing can be changed, taken out or put in later without breaking every link from there on; whoever keeps the newest
link's digest elsewhere knows of everything before it, the end of the chain included.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from tegata.ca.errors import AuditBroken
from tegata.ca.model import PRUNED, Event, Link
from tegata.ca.ports import Conflict, Store, Work

AUDIT = "audit"
STARTED, STOPPED = "node.started", "node.stopped"
COMMANDED = "operator.commanded"
MOST_EVENTS = 1000
_MOST_LINKS = 100
MOST_DROPPED = 5000
"""Events that go in one unit of work, unless one link has more: some hundredths of a second."""
FIRST = bytes(32)
"""What the first link follows."""


class DroppedMeanwhile(Exception):
    """House-keeping has dropped links that were about to be read: whoever wants the whole log begins anew."""


@dataclass(frozen=True)
class Checked:
    """A chain that holds: how many links and events, how many events wait for theirs, and the newest link."""

    links: int
    events: int
    unbound: int
    head: Link | None


class AuditService:
    """The chain over a store's events."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def bind(self) -> int:
        """Bind all events that have no link yet; how many links that took.

        What is appended meanwhile is left for the next time, or a busy CA would make a link for every handful.
        """
        if not await self._store.audit.count_unbound():
            return 0
        made = 0
        async with self._store.alone(AUDIT):
            bound = MOST_EVENTS
            while bound >= MOST_EVENTS:
                bound = await self._bind_some()
                made += bound > 0
        return made

    async def started(self, node: str, about: Mapping[str, str]) -> None:
        """Record that a process serves, as what, and what of that is another than when it served last (B-93)."""
        before = await self._store.audit.newest_of_subject(node, STARTED)
        work = Work()
        self._store.audit.note(work, STARTED, node, about)
        for what, now in about.items():
            former = before.facts.get(what) if before else None
            if former is not None and former != now:
                self._store.audit.note(work, f"{what}.changed", node, {"former": former, "now": now})
        await self._store.commit(work)

    async def stopped(self, node: str) -> None:
        """Record that a process has come to its end in good order; one that was killed leaves no such event."""
        work = Work()
        self._store.audit.note(work, STOPPED, node, {})
        await self._store.commit(work)

    async def commanded(self, who: str, command: str, of: str | None) -> None:
        """Record that somebody is about to change something by a command, and of what; refused or not (B-93, B-96)."""
        work = Work()
        self._store.audit.note(work, *commanded(who, command, of))
        await self._store.commit(work)

    async def verify(self, head: Link | None = None) -> Checked:
        """Check every link; ``head`` is one that was noted before and must still be in the chain.

        Raises AuditBroken for the first link that does not hold.
        """
        while True:
            oldest = await self._store.audit.links_from(0, 1)
            try:
                return await self._verified(head)
            except AuditBroken:
                if await self._store.audit.links_from(0, 1) == oldest:
                    raise  # else house-keeping has dropped what was looked at

    async def prune(self, before: datetime, most: int) -> int:
        """Drop up to ``most`` of the oldest links all of whose events happened before, never the newest; how many.

        No more than have ``MOST_DROPPED`` events, or the first.
        Only if they and the one after them hold: nothing that somebody has changed, put in or taken out is to vanish
        with them. Raises AuditBroken where they do not, and drops nothing; nor where another node has dropped some
        meanwhile, which a node that stood still for longer than its turn meets.
        """
        links = await self._store.audit.links_from(0, most + 1)
        try:
            count = await self._count_old(links, before)
            return await self._store.housekeeping.drop_links(links[count - 1].number, count) if count else 0
        except (AuditBroken, Conflict):
            if await self._store.audit.links_from(0, 1) == links[:1]:
                raise
            return 0

    async def _count_old(self, links: Sequence[Link], before: datetime) -> int:
        """How many of these links may go; raises AuditBroken if they, or the one after them, do not hold."""
        last: Link | None = None
        total = 0
        for count, link in enumerate(links):
            events = await self._checked(link, last)
            total += len(events)
            is_enough = last is not None and total > MOST_DROPPED
            if is_enough or link is links[-1] or any(event.at >= before for event in events):
                return count
            last = link
            await asyncio.sleep(0)  # others have their turn
        return 0

    async def _verified(self, head: Link | None) -> Checked:
        links = events = 0
        last: Link | None = None
        seen = head is None
        while page := await self._store.audit.links_from(last.number + 1 if last else 0, _MOST_LINKS):
            for link in page:
                await self._checked(link, last)
                if head is not None and link.number == head.number:
                    if link.digest != head.digest:
                        raise AuditBroken(link=link.number, reason="it is not the link that was noted")
                    seen = True
                links, events, last = links + 1, events + link.events, link
        if head is not None and not seen:
            raise AuditBroken(link=head.number, reason="the link that was noted is gone")
        if (stray := await self._store.audit.stray()) is not None:
            raise AuditBroken(link=stray, reason="it is not there, but events of it are")
        return Checked(links, events, await self._store.audit.count_unbound(), last)

    async def export(self) -> AsyncIterator[str]:
        """The whole chain as lines that anybody can check: the events of a link, and then the link.

        The digest of a link is the SHA-256 over the octets of the one before and over its events' lines, each with its
        line feed. Raises DroppedMeanwhile where house-keeping was quicker: what was written then is followed by a gap.
        """
        number = 0
        while page := await self._store.audit.links_from(number, _MOST_LINKS):
            for link in page:
                events = await self._store.audit.of_link(link.number)
                if link.number > number > 0 or len(events) != link.events:
                    await self._require_kept(number or link.number)
                for event in events:
                    yield line_of(event)
                told = {"link": link.number, "previous": link.previous.hex(), "digest": link.digest.hex()}
                yield msgspec.json.encode(told).decode() + "\n"
                number = link.number + 1

    async def _require_kept(self, number: int) -> None:
        """Pass for a log that somebody else has made a gap in: it is written as it is. Raises DroppedMeanwhile."""
        oldest = await self._store.audit.links_from(0, 1)
        if oldest and oldest[0].number > number:
            raise DroppedMeanwhile

    async def _check_first(self, link: Link) -> None:
        """Pass if the chain begins here, or house-keeping has written down that it dropped all before."""
        if link.number == 1:
            if link.previous != FIRST:
                raise AuditBroken(link=1, reason="it does not follow the link before it")
            return
        dropped = await self._store.audit.of_subject(str(link.number - 1))
        if not any(event.kind == PRUNED for event in dropped):
            raise AuditBroken(link=link.number, reason="the links before it were not dropped by house-keeping")

    async def _checked(self, link: Link, last: Link | None) -> list[Event]:
        """The events of a link, if they are what they were and it follows the last one, or is the first without one."""
        if last is None:
            await self._check_first(link)
        elif link.number != last.number + 1 or link.previous != last.digest:
            raise AuditBroken(link=link.number, reason="it does not follow the link before it")
        found = await self._store.audit.of_link(link.number)
        if len(found) != link.events or digest_of(link.previous, found) != link.digest:
            raise AuditBroken(link=link.number, reason="its events are not what they were")
        return found

    async def _bind_some(self) -> int:
        """Make the next link of the events that wait, also of those that a dead process had bound to it; how many."""
        newest = await self._store.audit.newest_link()
        number, previous = (newest.number + 1, newest.digest) if newest else (1, FIRST)
        work = Work()
        self._store.audit.bind(work, number, MOST_EVENTS)
        await self._store.commit(work)
        events = await self._store.audit.of_link(number)
        if not events:
            return 0
        work = Work()
        link = Link(number=number, previous=previous, digest=digest_of(previous, events), events=len(events))
        self._store.audit.add_link(work, link)
        try:
            await self._store.commit(work)
        except Conflict:
            return 0  # another made the link, or bound more to it; then the next turn does
        return len(events)


def commanded(who: str, command: str, of: str | None) -> tuple[str, str, dict[str, str]]:
    """Kind, subject and facts of the event that somebody runs a command."""
    return COMMANDED, f"operator {who}", {"command": command} if of is None else {"command": command, "of": of}


def digest_of(previous: bytes, events: list[Event]) -> bytes:
    """The digest of a link: SHA-256 over the one before it and, for each event, its JSON and a line feed."""
    digest = hashlib.sha256(previous)
    for event in events:
        digest.update(line_of(event).encode())
    return digest.digest()


def line_of(event: Event) -> str:
    """An event as a line of JSON, always the same."""
    return msgspec.json.encode(event, order="sorted").decode() + "\n"
