"""Alarms for operators: what keeps the CA from its work, told once when it begins and once when it is over.

That an alarm is on stands in the audit log, numbered, so that of several nodes one tells it and a start tells nothing
again; the words and the sending are the notifier's. What comes and goes from minute to minute makes no storm of mails.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from tegata.ca.errors import NoticeRefused, StoreFailed
from tegata.ca.journal import Journal
from tegata.ca.model import Alarm, AlarmKind, Event, Job
from tegata.ca.ports import Conflict, Ids, Notifier, Store, Work
from tegata.ca.services import once
from tegata.ca.services.clocks import Clocks
from tegata.ca.services.crls import CrlService
from tegata.ca.services.housekeeping import HOUSEKEEPING
from tegata.ca.services.issuers import Issuers
from tegata.clock import rfc3339
from tegata.text.catalogue import printable

ALARM = "alarm"
BEGUN, ENDED = "alarm.begun", "alarm.ended"

BEGINS_AFTER, ENDS_AFTER = 5, 30
"""So many looks in a row find it wrong before it is told, and right before it is over: a look is made every minute."""
ENDS_FOR_OTHERS_AFTER = 1440
"""As above where another node has told it: that one may still see it, or be gone for good."""

CRL_LATE = timedelta(minutes=10)
"""A CRL that is due for longer cannot be signed."""
LEAST_FREE = 1 << 30
"""Octets on the disk of the CA's directory, under which it is nearly full."""

log = Journal("alarms")


class Watched(NamedTuple):
    """What was looked at; ``facts`` of what is wrong with it, None where nothing is."""

    kind: AlarmKind
    about: str
    facts: Mapping[str, str] | None

    @property
    def subject(self) -> str:
        """What its events are about."""
        return f"{ALARM} {self.kind} {self.about}"


class Surroundings(NamedTuple):
    """What a CA stands on and services do not know.

    ``node`` is this machine, ``free_octets`` what is left on its disk; ``silent`` asks every perspective and has the
    reason of each that does not answer, else None; ``ends`` are until when each thing lasts that people renew, and how
    long before that they are to be told.
    """

    node: str
    free_octets: Callable[[], int]
    silent: Callable[[], Awaitable[Mapping[str, str | None]]]
    ends: Callable[[], Mapping[str, tuple[datetime, timedelta]]]


class AlarmService:
    """Looks for what is wrong, and has operators told."""

    def __init__(
        self,
        *,
        store: Store,
        notifier: Notifier,
        issuers: Issuers,
        crls: CrlService,
        clocks: Clocks,
        around: Surroundings,
        ids: Ids,
        clock: Callable[[], datetime],
    ) -> None:
        self._store, self._notifier, self._issuers, self._crls = store, notifier, issuers, crls
        self._clocks, self._around, self._ids, self._clock = clocks, around, ids, clock
        # Of each subject, whether it was wrong when it was looked at last, and how often in a row.
        self._seen: defaultdict[str, tuple[bool, int]] = defaultdict(lambda: (False, 0))
        # Whether each was on when that was looked up last.
        self._known: dict[str, bool] = {}
        self._failures, self._is_away_told = 0, False

    async def look(self) -> None:
        """Look at everything once and leave what is to be told; raises StoreFailed, and what sending raises.

        That the database is out of reach can stand nowhere, so each node tells it by itself.
        """
        try:
            async for each in self._found():  # what cannot be looked at keeps nothing before it from being told
                await self._judge(each)
        except StoreFailed as failure:
            self._failures += 1
            if self._failures >= BEGINS_AFTER and not self._is_away_told:
                await self._tell_of_database({"reason": printable(str(failure.facts.get("reason", failure.code)))})
            raise
        self._failures = 0
        if self._is_away_told:
            await self._tell_of_database(None)

    async def tell(self, job: Job) -> None:
        """Send the mail that the job is about; what the mail server refuses for good is only logged."""
        number, _, subject = job.subject.partition(" ")
        events = await self._store.audit.of_subject(subject)
        work = Work()
        for event in events:
            if event.facts["number"] == number:
                try:
                    await self._notifier.alarm(_alarm(event), job.id)
                except NoticeRefused as refusal:
                    log.error("alarm.refused", alarm=subject, **refusal.facts)  # noqa: TRY400 - no fault of ours
        self._store.jobs.finish(work, job)
        await self._store.commit(work)

    async def _found(self) -> AsyncIterator[Watched]:
        node, clocks = self._around.node, self._clocks
        apart = {"seconds": str(round(clocks.ahead.total_seconds()))} if clocks.is_apart else None
        yield Watched(AlarmKind.CLOCK_APART, node, apart)
        free = self._around.free_octets()
        yield Watched(AlarmKind.DISK_FULL, node, {"mib": str(free >> 20)} if free < LEAST_FREE else None)
        for name in filter(self._issuers.publishes, self._issuers.authorities):
            failure = self._issuers.away.get(name)
            why = "-" if failure is None else printable(str(failure.facts.get("reason", failure.code)))
            yield Watched(AlarmKind.KEY_AWAY, name, {"reason": why} if name in self._issuers.away else None)
        if clocks.is_apart:
            return  # what else there is, is a matter of time; certificates of agents are
        late = await self._crls.late(CRL_LATE)
        yield Watched(AlarmKind.CRL_LATE, "CRL", {"names": ", ".join(late)} if late else None)
        for name, silence in (await self._around.silent()).items():
            yield Watched(AlarmKind.AGENT_SILENT, name, None if silence is None else {"reason": printable(silence)})
        for name, (ends, ahead) in self._around.ends().items():
            soon = ends <= self._clock() + ahead
            yield Watched(AlarmKind.ENDS_SOON, name, {"ends": rfc3339(ends)} if soon else None)

    async def _judge(self, found: Watched) -> None:
        """Count the look; note and tell what has changed for long enough."""
        is_wrong = found.facts is not None
        before, times = self._seen[found.subject]
        times = times + 1 if before is is_wrong else 1
        self._seen[found.subject] = is_wrong, times
        if times < (BEGINS_AFTER if is_wrong else ENDS_AFTER):
            return
        if self._known.get(found.subject) is is_wrong and times % ENDS_AFTER:
            return
        # A turn of its own would take the last of four connections, which is the least that a node may have.
        async with self._store.alone(HOUSEKEEPING):
            last = max(await self._store.audit.of_subject(found.subject), key=_number, default=None)
            is_on = self._known[found.subject] = last is not None and last.kind == BEGUN
            if is_on is is_wrong:
                return
            if last is not None and is_on and last.facts["node"] != self._around.node and times < ENDS_FOR_OTHERS_AFTER:
                return
            await self._note(found, BEGUN if is_wrong else ENDED, 1 if last is None else _number(last) + 1)

    async def _note(self, found: Watched, kind: str, number: int) -> None:
        facts = dict(found.facts or {})
        facts |= {"alarm": str(found.kind), "about": found.about, "node": self._around.node, "number": str(number)}
        # By the clock of the others: it is they who send it where this one is wrong.
        now = self._clock() - (self._clocks.ahead if self._clocks.is_apart else timedelta(0))
        event = Event(id=self._ids.object_id(), at=now, kind=kind, subject=found.subject, facts=facts)
        work = Work()
        once.spend(self._store, work, once.form(str(number), found.subject), now)
        self._store.audit.note(work, kind, found.subject, facts)
        if self._clocks.is_apart:
            await self._notifier.alarm(_alarm(event), event.id)  # the only node may be this one
        else:
            job = Job(id=event.id, kind=ALARM, subject=f"{number} {found.subject}", run_at=now)
            self._store.jobs.add(work, job)
        try:
            await self._store.commit(work)
        except Conflict:
            return  # another node was first
        tell = log.error if kind == BEGUN else log.info
        tell(kind, **facts)

    async def _tell_of_database(self, facts: Mapping[str, str] | None) -> None:
        node, now = self._around.node, self._clock()
        told = {"node": node, **(facts or {})}
        alarm = Alarm(kind=AlarmKind.DATABASE_AWAY, about=node, at=now, facts=told, is_over=facts is None)
        await self._notifier.alarm(alarm, self._ids.object_id())
        self._is_away_told = facts is not None


def _number(event: Event) -> int:
    return int(event.facts["number"])


def _alarm(event: Event) -> Alarm:
    kind = AlarmKind(event.facts["alarm"])
    is_over = event.kind == ENDED
    return Alarm(kind=kind, about=event.facts["about"], at=event.at, facts=event.facts, is_over=is_over)
