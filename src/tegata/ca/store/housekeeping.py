"""What is old goes, some rows at a time, each with all that hangs on it.

A method drops up to ``most`` of a kind that ended before an instant, and says how many those were; which instant,
and that one node at a time asks, is the house-keeping service's matter.
"""

from datetime import datetime
from typing import Any

from tegata.ca.model import NEVER, PRUNED
from tegata.ca.ports import JOBS, Place, Swept, Work
from tegata.ca.store import audit
from tegata.ca.store.columns import instant, micros
from tegata.ca.store.engine import Engine
from tegata.ca.store.nonces import FLOOR

_OF_CERTIFICATES = ("housekeeping.release_orders", "housekeeping.precertificates", "housekeeping.certificates")
_OF_AUTHORIZATIONS = ("housekeeping.observations", "housekeeping.challenges", "housekeeping.authorizations")
_OF_ORDERS = ("housekeeping.uses_by_orders", "housekeeping.links_of_orders", "housekeeping.orders")

PART = 5000
"""Observations in one unit of work: a second's at the most."""


class HousekeepingRows:
    """Dropping what is old (``ports.Housekeeping``)."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def drop_certificates(self, before: datetime, most: int) -> int:
        """Certificates that expired before; their orders go with the orders."""
        return await self._drop(before, most, *_OF_CERTIFICATES)

    async def drop_orders(self, before: datetime, most: int) -> int:
        """Orders without a certificate that expired before."""
        return await self._drop(before, most, *_OF_ORDERS)

    async def drop_authorizations(self, before: datetime, most: int, after: Place | None = None) -> Swept:
        """Authorizations that expired before and are no order's any more, with their challenges and observations.

        Of the next ``most``, those of orders among them. Observations in units of their own: of one name there may be
        thousands, by looks at CAA again and again.
        """
        after_at, after_id = (micros(after.expires), after.id) if after else (0, "")
        begin: dict[str, Any] = {"after_at": after_at, "after_id": after_id}
        rows = await self._engine.fetch(
            "housekeeping.expired_authorizations", before=micros(before), most=most, **begin
        )
        if not rows:
            return Swept(0, 0, None)
        last_at, last_id, _ = rows[-1]
        dropped = 0
        if not all(is_kept for _, _, is_kept in rows):
            ended = {**begin, "last_at": last_at, "last_id": last_id, "most": most}
            await self._drop_observations(ended)
            work = Work()
            for name in _OF_AUTHORIZATIONS:
                work.add(name, **ended)
            dropped = len(await self._engine.commit(work))
        return Swept(dropped, len(rows) - dropped, Place(instant(last_at), last_id))

    async def _drop_observations(self, ended: dict[str, Any]) -> None:
        """All but the last part of those of the authorizations between two places."""
        dropped = PART
        while dropped == PART:
            work = Work()
            work.add("housekeeping.some_observations", **ended, part=PART)
            dropped = len(await self._engine.commit(work))

    async def recall_jobs(self, now: datetime, beyond: datetime) -> int:
        """Make all work due now, leased or not, that would only be due beyond an instant, but what waits for ever."""
        work = Work()
        work.subjects.add(JOBS)
        work.add("housekeeping.recall_jobs", now=micros(now), beyond=micros(beyond), never=micros(NEVER))
        return len(await self._engine.commit(work))

    async def drop_nonces(self, before: datetime, most: int) -> int:
        """Spent nonces that nobody would take any more."""
        return await self._drop(before, most, "housekeeping.nonces")

    async def narrow_nonces(self, kept: int) -> datetime | None:
        """Let all nonces but so many that end last count as spent; before which end they do, if that is new."""
        work = Work()
        work.add("housekeeping.narrow_nonces", floor=FLOOR, kept=kept)
        rows = await self._engine.commit(work)
        return instant(rows[0][0]) if rows else None

    async def drop_limits(self, before: datetime, most: int) -> int:
        """Buckets of rate limits that were full before."""
        return await self._drop(before, most, "housekeeping.limits")

    async def drop_failures(self, before: datetime, most: int) -> int:
        """Names that failed last some time before, and are not paused."""
        return await self._drop(before, most, "housekeeping.failures")

    async def drop_sessions(self, before: datetime, most: int) -> int:
        """Portal sessions that ended before."""
        return await self._drop(before, most, "housekeeping.sessions")

    async def drop_links(self, until: int, count: int) -> int:
        """Links of the audit log up to this one, with their events; the rest still holds, and says so.

        Conflict if they are not so many: another node has dropped some, and said so.
        """
        work = Work()
        audit.record(work, PRUNED, str(until))
        work.add("housekeeping.events", until=until)
        work.add("housekeeping.links", rows=count, until=until)
        await self._engine.commit(work)
        return count

    async def _drop(self, before: datetime, most: int, *statements: str) -> int:
        work = Work()
        for name in statements:
            work.add(name, before=micros(before), most=most)
        return len(await self._engine.commit(work))
