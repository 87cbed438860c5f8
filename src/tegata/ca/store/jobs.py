"""Jobs as rows with leases."""

from datetime import datetime
from typing import Any

from tegata.ca.model import Job
from tegata.ca.ports import JOBS, Work
from tegata.ca.store.columns import instant, micros
from tegata.ca.store.engine import Engine, Row

_EVER = -(2**62)  # earlier than any instant


class JobRows:
    """Work rows (``ports.Jobs``). A lease is an owner and its end; when it has ended, the row is anybody's."""

    def __init__(self, database: Engine) -> None:
        self._database = database
        self._is_crowded = False

    async def claim(
        self, owner: str, now: datetime, until: datetime, most: int, since: datetime | None = None
    ) -> list[Job]:
        """Lease up to ``most`` due jobs until then: those due longest, and in turn once there are more than that.

        Where they are not taken in turn, none that was due before ``since``. In turn are the CA's own first, then those
        of who has least under way. To find them takes longer, and is left where nobody waits.
        """
        work = Work()
        wanted: dict[str, Any] = {"owner": owner, "now": micros(now), "until": micros(until), "most": most}
        if self._is_crowded:
            work.add("jobs.claim_in_turn", **wanted)
        else:
            work.add("jobs.claim", since=_micros_from(since), **wanted)
        rows = await self._database.commit(work)
        self._is_crowded = len(rows) == most
        return sorted(map(_leased, rows), key=lambda job: job.run_at)

    async def next_due(self, since: datetime | None = None) -> datetime | None:
        """The first instant, from one on, at which any job may be claimed; it may be past."""
        ((due,),) = await self._database.fetch("jobs.next_due", since=_micros_from(since))
        return None if due is None else instant(due)

    def add(self, work: Work, job: Job) -> None:
        """Leave work to be done; one that is open already is made due no later, one being done is done again after."""
        if job.owner is None:
            work.subjects.add(JOBS)
        work.add(
            "jobs.add",
            rows=1,
            id=job.id,
            kind=job.kind,
            subject=job.subject,
            run_at=micros(job.run_at),
            due_at=micros(job.leased_until or job.run_at),
            owner=job.owner,
            attempts=job.attempts,
            lane=job.lane,
        )

    def hasten(self, work: Work, kind: str, subject: str, at: datetime) -> None:
        """Make what waits due no later than then; there may be nothing."""
        work.subjects.add(JOBS)
        work.add("jobs.hasten", kind=kind, subject=subject, at=micros(at))

    def extend(self, work: Work, job: Job, until: datetime) -> None:
        """Keep the lease until then, if it was not lost."""
        work.add("jobs.extend", rows=1, id=job.id, owner=job.owner, until=micros(until))

    def discard(self, work: Work, kind: str, subject: str) -> None:
        """Drop the row, whoever holds it; there may be none."""
        work.add("jobs.discard", kind=kind, subject=subject)

    def finish(self, work: Work, job: Job) -> None:
        """The work is done, if the lease was not lost; asked for again meanwhile, it becomes due again."""
        work.add("jobs.release", rows=1, id=job.id, owner=job.owner)
        work.add("jobs.remove_unless_again", id=job.id)

    def postpone(self, work: Work, job: Job, run_at: datetime) -> None:
        """Give back a lease that was not lost; the job runs again then, or when it was asked for again before."""
        work.subjects.add(JOBS)
        work.add("jobs.postpone", rows=1, id=job.id, owner=job.owner, run_at=micros(run_at))


def _micros_from(since: datetime | None) -> int:
    return _EVER if since is None else micros(since)


def _leased(row: Row) -> Job:
    (id_, kind, subject, run_at, attempts, due_at, owner, lane) = row
    return Job(
        id=id_,
        kind=kind,
        subject=subject,
        run_at=instant(run_at),
        attempts=attempts,
        leased_until=instant(due_at),
        owner=owner,
        lane=lane,
    )
