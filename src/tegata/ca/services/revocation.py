"""How a revocation is written: with the job of publishing it, and with all that a compromised key takes with it.

Who may revoke what, and for which reason, is decided before. Knows no request and no command.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import msgspec

from tegata.ca.errors import AlreadyRevoked
from tegata.ca.journal import Journal
from tegata.ca.model import Certificate, Job
from tegata.ca.policy.calendar import LAST_SECOND
from tegata.ca.policy.certificates import Reason
from tegata.ca.ports import Conflict, Ids, Store, Work
from tegata.ca.services.crls import CRL, CrlService, job_subject

COMPROMISED_KEY = "compromised-key"

# The request that revoked publishes the CRL within this time; after it, a job does.
_HEAD_START = timedelta(seconds=5)
# What was being issued for a key when it was blocked is issued, or refused, by then.
_AFTERWARDS = timedelta(minutes=1)
# Another request may revoke one of a key's certificates at the same moment.
_TRIES = 5

log = Journal("revocation")


class Revocations:
    """Writes revocations and publishes them."""

    def __init__(self, *, store: Store, crls: CrlService, ids: Ids, clock: Callable[[], datetime]) -> None:
        self._store, self._crls, self._ids, self._clock = store, crls, ids, clock

    async def revoke(self, certificate: Certificate, reason: Reason, by: str) -> None:
        """Revoke a certificate; for keyCompromise, all others of its key too. Raises AlreadyRevoked."""
        if reason is Reason.KEY_COMPROMISE:
            done = await self.compromised(certificate.spki_digest, by, certificate)
            if certificate.serial not in {one.serial for one in done}:
                raise AlreadyRevoked(serial=certificate.serial)
            return
        work = Work()
        self._store.certificates.revoke(work, certificate.serial, int(reason), self._clock(), by)
        try:
            await self._commit(work, [msgspec.structs.replace(certificate, reason=int(reason))])
        except Conflict:
            raise AlreadyRevoked(serial=certificate.serial) from None

    async def compromised(self, spki_digest: bytes, by: str, named: Certificate | None = None) -> list[Certificate]:
        """Block a key and revoke what it certifies, as keyCompromise: as it was, those that were not revoked so (A-94).

        All that have not expired, and the ``named`` one even if it has; one that was revoked for another reason becomes
        a compromised one (A-92, B-90).
        """
        work = Work()
        now = self._clock()
        self._store.blocked_keys.block(work, spki_digest, now, by)
        sweep = Job(id=self._ids.object_id(), kind=COMPROMISED_KEY, subject=spki_digest.hex(), run_at=now + _AFTERWARDS)
        self._store.jobs.add(work, sweep)
        return await self._revoke_key(work, spki_digest, by, named.serial if named else None)

    async def compromised_by_word(self, certificate: Certificate, by: str) -> None:
        """Revoke a certificate as keyCompromise, and those that its account has for the same key and could name itself.

        Nobody has shown the key: it stays good for everybody else, and what was revoked keeps its reason. The account
        gets no certificate for it any more. Raises AlreadyRevoked.
        """
        done = await self._revoke_key(Work(), certificate.spki_digest, by, certificate.serial, certificate.account_id)
        if certificate.serial not in {one.serial for one in done}:
            raise AlreadyRevoked(serial=certificate.serial)

    async def sweep(self, job: Job) -> None:
        """Revoke what was issued for a blocked key at the very moment in which it was blocked."""
        work = Work()
        self._store.jobs.finish(work, job)
        await self._revoke_key(work, bytes.fromhex(job.subject), "the blocked key", None)

    async def of_key(self, spki_digest: bytes) -> list[Certificate]:
        """The certificates that ``compromised`` would revoke."""
        return await self._doomed(spki_digest, None)

    async def _doomed(self, spki_digest: bytes, named: str | None) -> list[Certificate]:
        now = self._clock()
        return [
            certificate
            for certificate in await self._store.certificates.of_key(spki_digest)
            if certificate.reason != Reason.KEY_COMPROMISE
            and (certificate.serial == named or now < certificate.not_after + LAST_SECOND)
        ]

    async def _revoke_key(
        self, first: Work, spki_digest: bytes, by: str, named: str | None, account: str | None = None
    ) -> list[Certificate]:
        for attempt in range(1, _TRIES + 1):
            doomed = await self._doomed(spki_digest, named)
            if account is not None:
                doomed = [one for one in doomed if one.account_id == account and one.revoked_at is None]
            work = Work()
            work.statements += first.statements
            for certificate in doomed:
                if certificate.revoked_at is None:
                    self._store.certificates.revoke(
                        work, certificate.serial, int(Reason.KEY_COMPROMISE), self._clock(), by
                    )
                else:
                    self._store.certificates.revoke_for_key_compromise(work, certificate.serial)
            try:
                await self._commit(
                    work, [msgspec.structs.replace(one, reason=int(Reason.KEY_COMPROMISE)) for one in doomed]
                )
            except Conflict:
                if attempt == _TRIES:
                    raise
            else:
                return doomed
        raise AssertionError("the last attempt returns or raises")

    async def _commit(self, work: Work, revoked: Sequence[Certificate]) -> None:
        """Commit revocations with the jobs of publishing them, then publish them."""
        due = self._clock() + _HEAD_START
        for certificate in revoked:
            subject = job_subject(certificate)
            self._store.jobs.add(work, Job(id=self._ids.object_id(), kind=CRL, subject=subject, run_at=due))
        await self._store.commit(work)
        if not revoked:
            return
        try:
            await self._crls.publish_revocations(revoked)
        except Exception:
            # They are revoked; the jobs go on with the CRL.
            log.exception("crl.postponed", serials=[certificate.serial for certificate in revoked])
