"""The CRLs: published at once after a revocation, and in time before the last one ends (RFC 5280 §5).

What is revoked is read from the certificates, some at a time; the signature and the form are the authority's.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime, timedelta
from itertools import count

from tegata.ca.errors import KEY_AWAY
from tegata.ca.journal import Journal
from tegata.ca.model import Certificate, Job, RevocationList
from tegata.ca.policy.calendar import whole_second
from tegata.ca.ports import Authority, Conflict, Revocable, Store, Work
from tegata.ca.services.issuers import Issuers

log = Journal("crl")

CRL = "crl"
PAUSE = timedelta(minutes=1)
"""For how long a CRL that is due and could not be published is not tried again: each attempt is on record."""

AHEAD = timedelta(minutes=1)
"""How far ahead of this clock the one of the node may have been that published a CRL; one that is further ahead was
published while a clock was wrong, and nobody takes it yet (RFC 5280 §6.3.3)."""

# Another process may publish at the same moment; the next number is another then.
_TRIES = 5
# Entries are read and written in so large parts that others have their turn between them.
_PART = 500


async def _of_each(names: Sequence[str], publish: Callable[[str], Awaitable[None]]) -> None:
    """Publish each of these CRLs: an issuing CA that cannot sign keeps none of another's back.

    Raises what the first that failed raised.
    """
    failures: list[Exception] = []
    for name in names:
        try:
            await publish(name)
        except KEY_AWAY as failure:
            log.warning("crl.postponed", crl=name, reason=repr(failure))
            failures.append(failure)
        except Exception as failure:
            log.exception("crl.failed", crl=name)
            failures.append(failure)
    if failures:
        raise failures[0]


async def _sha256(data: bytes) -> str:
    """Of many megabytes; beside the event loop."""
    return (await asyncio.to_thread(hashlib.sha256, data)).hexdigest()


def job_subject(certificate: Revocable) -> str:
    """What the job for revocations is called: one of them, and its reason, which may still change."""
    return f"{certificate.serial}:{certificate.reason}"


class CrlService:
    """The CRLs of the issuing CAs; each is good for ``life``, and replaced when half of it is over.

    ``names`` are those that new certificates are put on; others that were published before stay. ``url`` is where the
    one of a name is fetched.
    """

    def __init__(
        self,
        *,
        store: Store,
        issuers: Issuers,
        life: timedelta,
        names: Collection[str],
        url: Callable[[str], str],
        clock: Callable[[], datetime],
        require_clock: Callable[[], None],
    ) -> None:
        self._store, self._issuers, self._life, self._clock = store, issuers, life, clock
        self._names, self._url = frozenset(names), url
        self._require_clock = require_clock
        self._ticks = count(1)
        # When the last CRL of a name was begun, by the ticks.
        self._begun: dict[str, int] = {}
        self._not_before: dict[str, datetime] = {}

    def missing(self, there: Collection[str]) -> list[str]:
        """Those that are to be published here and are not among these: of an issuing CA that came later, say."""
        return sorted(filter(self._issuers.publishes, self._names - set(there)))

    async def late(self, by: timedelta) -> list[str]:
        """Those that are missing, or have been due for so long."""
        heads = await self._store.revocation_lists.heads()
        due, now = self._life / 2 + by, self._clock()
        outdated = [
            name for name, head in heads.items() if self._issuers.publishes(name) and now - head.this_update >= due
        ]
        return sorted([*outdated, *self.missing(heads)])

    async def publish(self) -> None:
        """Publish every CRL, with everything that is revoked now."""
        await _of_each(await self._all_names(), self._publish)

    async def publish_revocations(self, certificates: Sequence[Revocable]) -> None:
        """Publish the CRLs of revocations that left jobs called after these, which are done by it."""

        async def publish(name: str) -> None:
            mine = [job_subject(certificate) for certificate in certificates if certificate.crl == name]

            def settle(work: Work) -> None:
                for subject in mine:
                    self._store.jobs.discard(work, CRL, subject)

            await self._publish(name, settle)

        await _of_each(sorted({certificate.crl for certificate in certificates}), publish)

    async def publish_for(self, job: Job) -> None:
        """Publish a CRL because a revocation left this job; raises IssuerAway for another node to do it."""
        certificate = await self._store.certificates.get(job.subject.partition(":")[0])
        if certificate is None or self._is_over(certificate):
            work = Work()
            self._store.jobs.finish(work, job)
            await self._store.commit(work)
            return
        await self._publish(certificate.crl, lambda work: self._store.jobs.finish(work, job))

    async def publish_when_due(self) -> None:
        """Publish the CRLs that are not there yet, not good yet, or of whose life half is over.

        What has just failed is tried later.
        """

        async def publish(name: str) -> None:
            try:
                async with self._store.alone(CRL):
                    if name in await self._due():  # another node may have been first
                        await self._publish_now(name)
            except Exception:
                self._not_before[name] = self._clock() + PAUSE
                raise
            self._not_before.pop(name, None)

        now = self._clock()
        await _of_each([name for name in await self._due() if not self._is_paused(name, now)], publish)

    def _is_paused(self, name: str, now: datetime) -> bool:
        """Whether it has just failed; a clock that was put back meanwhile prolongs no pause."""
        until = self._not_before.get(name, now)
        return until - PAUSE <= now < until

    def _is_over(self, certificate: Certificate) -> bool:
        """Whether its CRL is published no more, as its issuing CA and so itself have ended."""
        return certificate.not_after < self._clock() and not self._issuers.publishes(certificate.crl)

    async def _all_names(self) -> list[str]:
        names = {*self._names, *await self._store.revocation_lists.heads()}
        return sorted(filter(self._issuers.publishes, names))

    async def _due(self) -> list[str]:
        heads = await self._store.revocation_lists.heads()
        now = self._clock()
        return [
            name
            for name in sorted(filter(self._issuers.publishes, {*self._names, *heads}))
            if name not in heads or not -AHEAD <= now - heads[name].this_update < self._life / 2
        ]

    async def _publish(self, name: str, settle: Callable[[Work], None] | None = None) -> None:
        """Publish a CRL; for the sake of ``settle`` alone one does that was begun since it was asked for."""
        asked = next(self._ticks)
        async with self._store.alone(CRL):
            if settle is None or self._begun.get(name, 0) < asked:
                await self._publish_now(name, settle)
                return
            work = Work()
            settle(work)
            await self._store.commit(work)

    async def _publish_now(self, name: str, settle: Callable[[Work], None] | None = None) -> None:
        for attempt in range(1, _TRIES + 1):
            work = Work()
            begun = next(self._ticks)
            try:
                crl = await self._next(name)
                self._store.revocation_lists.publish(work, crl, await _sha256(crl.der))
                if settle is not None:
                    settle(work)
                await self._store.commit(work)
            except Conflict:
                if attempt == _TRIES:
                    raise
            else:
                self._begun[name] = begun
                return

    async def _next(self, name: str) -> RevocationList:
        self._require_clock()
        authority = self._issuers.signer(name)
        heads = await self._store.revocation_lists.heads()
        now = whole_second(self._clock())
        # One that expired since the last CRL, or within a CRL's life, is in this one still: so on one at least that was
        # not published for a revocation alone, and replaced by the next a moment later (RFC 5280 §3.3).
        last = heads[name].this_update if name in heads else now
        since = min(now - self._life, last)
        number = await self._store.revocation_lists.newest_number() + 1
        entries = await self._entries(name, since, authority)
        times = {"this_update": now, "next_update": now + self._life}
        tbs = await authority.lay_out_crl(entries, number=number, url=self._url(name), **times)
        # No number is signed twice, whoever dies or fails in between (RFC 5280 §5.2.3).
        work = Work()
        self._store.revocation_lists.claim(work, number, name, await _sha256(tbs))
        await self._store.commit(work)
        return RevocationList(number=number, der=await authority.sign_crl(tbs), crl=name, **times)

    async def _entries(self, name: str, since: datetime, authority: Authority) -> list[bytes]:
        parts: list[bytes] = []
        after = ""
        while True:
            revoked = await self._store.certificates.revoked(name, since, after, _PART)
            parts.append(authority.crl_entries(revoked))
            if len(revoked) < _PART:
                return parts
            after = revoked[-1].serial
            await asyncio.sleep(0)
