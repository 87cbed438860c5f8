"""Rate limits and failures as rows: what is spent is spent in the unit of work that it lets through.

So a request that is not done costs nothing, several nodes count together, and a restart forgets nothing.
"""

from collections.abc import Collection
from datetime import datetime

from tegata.ca.model import Failures, Limit
from tegata.ca.ports import Work
from tegata.ca.store import audit
from tegata.ca.store.columns import instant, instant_or_none, micros
from tegata.ca.store.engine import Engine, Row

_NEVER = _ALL = 2**62


class LimitRows:
    """Buckets and failures (``ports.Limits``)."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def spend(self, work: Work, subject: str, limit: Limit, now: datetime) -> None:
        """Take one request out of a subject's bucket."""
        work.add("limits.spend", rows=1, subject=subject, **_bucket(limit, now))

    def spend_unless_held(
        self,
        work: Work,
        subject: str,
        limit: Limit,
        now: datetime,
        *,
        account_id: str,
        names: Collection[str],
        failures: Limit,
    ) -> None:
        """Take one request out, unless one of the names is held back for the account."""
        work.add(
            "limits.spend_unless_held",
            rows=1,
            subject=subject,
            **_bucket(limit, now),
            account_id=account_id,
            names=" ".join(f'"{name}"' for name in names),
            held=micros(failures.latest(now)),
            held_furthest=micros(failures.furthest(now)),
        )

    def forget(self, work: Work, subject: str) -> None:
        """Take back what was spent of a subject's bucket; it may be nothing."""
        work.add("limits.forget", subject=subject)

    async def full_at(self, subject: str) -> datetime | None:
        """When a subject's bucket is full again; None where nothing was spent."""
        rows = await self._engine.fetch("limits.get", subject=subject)
        return instant(rows[0][0]) if rows else None

    def failed(
        self, work: Work, account_id: str, name: str, limit: Limit, now: datetime, *, pause_after: int | None
    ) -> None:
        """Count a failure of a name for an account; from so many in a row on it is paused, by None never.

        What pauses nothing counts for a while, and in no row.
        """
        work.add(
            "limits.failed",
            rows=1,
            account_id=account_id,
            identifier=name,
            **_bucket(limit, now),
            counted=0 if pause_after is None else 1,
            paused_at_once=None if pause_after is None or pause_after > 1 else micros(now),
            pause_after=_NEVER if pause_after is None else pause_after,
        )

    def passed(self, work: Work, account_id: str, name: str) -> None:
        """Forget the failures of a name for an account; there may be none."""
        work.add("limits.passed", account_id=account_id, identifier=name)

    async def held(self, account_id: str, failures: Limit, now: datetime) -> list[Failures]:
        """The names that are held back for an account now: paused, or failed too often."""
        rows = await self._engine.fetch(
            "limits.held",
            account_id=account_id,
            held=micros(failures.latest(now)),
            furthest=micros(failures.furthest(now)),
        )
        return sorted(map(_failures, rows), key=lambda each: each.name)

    async def paused(self, contract_id: str, most: int | None = None) -> list[Failures]:
        """The names that are paused for accounts of a contract: all, or the first so many."""
        wanted = _ALL if most is None else most
        rows = await self._engine.fetch("limits.paused", contract_id=contract_id, most=wanted)
        return [_failures(row) for row in rows]

    def resume(self, work: Work, account_id: str, name: str) -> None:
        """Let a paused name be tried again."""
        work.add("limits.resume", rows=1, account_id=account_id, identifier=name)
        audit.record(work, "name.resumed", account_id, name=name)


def _bucket(limit: Limit, now: datetime) -> dict[str, object]:
    return {
        "first": micros(now + limit.cost),
        "now": micros(now),
        "cost": micros(now + limit.cost) - micros(now),
        "latest": micros(limit.latest(now)),
        "furthest": micros(limit.furthest(now)),
    }


def _failures(row: Row) -> Failures:
    account_id, name, in_a_row, full_at, paused_at = row
    return Failures(
        account_id=account_id,
        name=name,
        in_a_row=in_a_row,
        full_at=instant(full_at),
        paused_at=instant_or_none(paused_at),
    )
