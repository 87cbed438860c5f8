"""The CRL: published at once after a revocation, and in time before the last one ends (RFC 5280 §5).

What is revoked is read from the certificates; the signature and the form are the authority's.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from tegata.ca.model import Certificate, Job, RevocationList
from tegata.ca.policy.calendar import whole_second
from tegata.ca.ports import Authority, Conflict, Store, Work

CRL = "crl"

# Another process may publish at the same moment; the next number is another then.
_TRIES = 5


def job_subject(certificate: Certificate) -> str:
    """What the job for a revocation is called: the certificate, and the reason, which may still change."""
    return f"{certificate.serial}:{certificate.reason}"


class CrlService:
    """The CRLs of one authority; each is good for ``life``, and replaced when half of it is over."""

    def __init__(self, *, store: Store, authority: Authority, life: timedelta, clock: Callable[[], datetime]) -> None:
        self._store, self._authority, self._life, self._clock = store, authority, life, clock

    async def publish(self) -> None:
        """Publish a CRL of everything that is revoked now."""
        await self._publish()

    async def publish_revocations(self, certificates: Sequence[Certificate]) -> None:
        """Publish a CRL with these revocations, whose jobs are done by it."""

        def settle(work: Work) -> None:
            for certificate in certificates:
                self._store.jobs.discard(work, CRL, job_subject(certificate))

        await self._publish(settle)

    async def publish_for(self, job: Job) -> None:
        """Publish a CRL because a revocation left this job."""
        await self._publish(lambda work: self._store.jobs.finish(work, job))

    async def publish_when_due(self) -> None:
        """Publish a CRL if there is none, or half the life of the last one is over."""
        if await self._is_due():
            async with self._store.alone(CRL):
                if await self._is_due():  # another node may have been first
                    await self._publish_now()

    async def _is_due(self) -> bool:
        latest = await self._store.revocation_lists.latest()
        return latest is None or self._clock() >= latest.this_update + self._life / 2

    async def _publish(self, settle: Callable[[Work], None] | None = None) -> None:
        async with self._store.alone(CRL):
            await self._publish_now(settle)

    async def _publish_now(self, settle: Callable[[Work], None] | None = None) -> None:
        for attempt in range(1, _TRIES + 1):
            work = Work()
            self._store.revocation_lists.publish(work, await self._next())
            if settle is not None:
                settle(work)
            try:
                await self._store.commit(work)
            except Conflict:
                if attempt == _TRIES:
                    raise
            else:
                return

    async def _next(self) -> RevocationList:
        latest = await self._store.revocation_lists.latest()
        now = whole_second(self._clock())
        # A certificate that expired since the last CRL is in this one still (RFC 5280 §3.3).
        since = now if latest is None else min(now, latest.this_update)
        number = 1 if latest is None else latest.number + 1
        der = await self._authority.sign_crl(
            number=number,
            this_update=now,
            next_update=now + self._life,
            revoked=await self._store.certificates.revoked(since),
        )
        return RevocationList(number=number, this_update=now, next_update=now + self._life, der=der)
