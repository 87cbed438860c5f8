"""House-keeping: nothing that is over is kept for ever.

What nobody asked about to the end goes soon; what a certificate was issued by, and the audit log, stays as long as the
settings say after the certificate's end. Contracts, customers, credentials and accounts stay.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from tegata.ca.journal import Journal
from tegata.ca.ports import Place, Store
from tegata.ca.services.auditing import AuditService
from tegata.ca.settings import Retention

HOUSEKEEPING = "housekeeping"
MOST = 200
"""Rows of a kind in one unit of work, so that nobody waits for it long."""
LONGEST_LIFE = timedelta(days=400)
"""No certificate lives longer."""

CLOCKS_APART = timedelta(hours=1)
"""So far may a node's clock be behind that of the one that cleans: it takes no nonce twice."""

PUT_OFF = timedelta(hours=2)
"""No lease lasts so long and no work is put off so far, by the clock of any node: that was dated by a wrong one."""

MOST_NONCES = 1_000_000
"""Spent nonces that are remembered, some hundred megabytes: anybody may spend as many as they like, with any key.

What ends before those counts as spent. Clients that are given such an answer try again with the nonce in it.
"""

MOST_KEPT = 20_000
"""Authorizations of orders that are looked at in a round, of the millions that there may be."""

LIVED = (timedelta(days=10), timedelta(days=2))
"""Between so long ago and so long ago the audit log of a CA that serves has something: a CRL comes each few days.

Where nothing is, the clock has leapt ahead, or nobody served: what took years to become old is left alone meanwhile.
"""

_BEGIN = datetime.fromtimestamp(0, UTC)

log = Journal("housekeeping")

Drop = Callable[[datetime, int], Awaitable[int]]


class HousekeepingService:
    """Drops what is older than ``retention`` says.

    ``reuse`` is for how long a proof serves new certificates; ``log_since`` says since when the audit log stays at an
    instant, however old it is.
    """

    def __init__(
        self,
        *,
        store: Store,
        retention: Retention,
        clock: Callable[[], datetime],
        reuse: timedelta = timedelta(0),
        log_since: Callable[[datetime], datetime] = lambda now: now,
    ) -> None:
        self._store, self._retention, self._clock = store, retention, clock
        self._reuse, self._log_since = reuse, log_since
        self._swept: Place | None = None
        self._is_told = False

    async def clean(self) -> dict[str, int]:
        """Drop everything that is old enough now; how much of each kind, those of which there was any.

        By a clock that the audit log does not know yet, only what is over within hours. Raises AuditBroken, everything
        else being done, where the log's oldest links do not hold.
        """
        now = self._clock()
        abandoned = now - timedelta(days=self._retention.abandoned_days)
        evidence = now - timedelta(days=self._retention.evidence_days)
        # What a certificate was issued by was written down a life before its end, and its proofs before that (B-94).
        log_of_evidence = min(evidence - LONGEST_LIFE - self._reuse, self._log_since(now))
        old = self._store.housekeeping
        steps: tuple[tuple[str, Drop, datetime], ...] = (
            ("nonces", old.drop_nonces, now - CLOCKS_APART),
            ("limits", old.drop_limits, now),
            ("sessions", old.drop_sessions, now),
        )
        # Dependents after what they hang on: an order of a dropped certificate goes in the same round.
        days: tuple[tuple[str, Drop, datetime], ...] = (
            ("failures", old.drop_failures, abandoned),
            ("certificates", old.drop_certificates, evidence),
            ("orders", old.drop_orders, abandoned),
        )
        async with self._store.alone(HOUSEKEEPING):
            recalled = await old.recall_jobs(now, now + PUT_OFF)
            if recalled:
                log.warning("housekeeping.recalled", jobs=recalled)
            floor = await old.narrow_nonces(MOST_NONCES)
            narrowed = 0 if floor is None else await self._all(old.drop_nonces, floor)
            dropped = {kind: await self._all(drop, before) for kind, drop, before in steps}
            dropped["nonces"] += narrowed
            if await self._is_known(now):
                dropped |= {kind: await self._all(drop, before) for kind, drop, before in days}
                dropped["authorizations"] = await self._sweep(abandoned)
                dropped["links"] = await self._all(AuditService(self._store).prune, log_of_evidence)
        return {kind: count for kind, count in dropped.items() if count}

    async def _is_known(self, now: datetime) -> bool:
        """Whether the log has something of the days before: no clock that leaps by years is to end all evidence."""
        has, (since, until) = self._store.audit.has_between, LIVED
        if await has(now - since, now - until):
            self._is_told = False
            return True
        if not self._is_told and await has(_BEGIN, now - since):  # else the CA is new
            log.warning("housekeeping.waits", now=now.isoformat())
            self._is_told = True
        return False

    async def _sweep(self, before: datetime) -> int:
        """Drop authorizations that nothing hangs on any more, going on where the last time ended."""
        dropped = kept = 0
        while kept < MOST_KEPT:
            swept = await self._store.housekeeping.drop_authorizations(before, MOST, self._swept)
            self._swept = swept.last
            if swept.last is None:
                break
            dropped, kept = dropped + swept.dropped, kept + swept.kept
            await asyncio.sleep(0)  # others have their turn
        return dropped

    async def _all(self, drop: Drop, before: datetime) -> int:
        count = 0
        while some := await drop(before, MOST):
            count += some
        return count
