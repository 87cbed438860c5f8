"""How revocations are written: with the jobs of publishing them, and with all that a compromised key takes with it.

Ten thousand are written as one is, some hundreds in a unit of work, and published once. Who dies in between has done
a part: a job, or the same command, goes on with the rest. Who may revoke what, and for which reason, is decided before.
Knows no request and no command.
"""

from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from tegata.ca.errors import AlreadyRevoked
from tegata.ca.journal import Journal
from tegata.ca.model import Certificate, Job
from tegata.ca.policy.calendar import LAST_SECOND
from tegata.ca.policy.certificates import Reason
from tegata.ca.ports import Conflict, Ids, Revocable, Store, Work
from tegata.ca.services.crls import CRL, CrlService, job_subject

COMPROMISED_KEY = "compromised-key"
OPERATOR = "operator"
"""Who revokes for the CA itself, in the audit log."""
REVOKED = "certificate.revoked"
"""What the audit log calls a revocation."""

PART = 500
"""Certificates, or keys, in one unit of work: so many that the disk is waited for seldom, and nobody else for long."""

# The request that revoked publishes the CRL within this time; after it, a job does.
_HEAD_START = timedelta(seconds=5)
# What was being issued for a key when it was blocked is issued, or refused, by then.
_AFTERWARDS = timedelta(minutes=1)
# Another request may revoke one of the certificates at the same moment.
_TRIES = 5

_Find = Callable[[], Awaitable[list[Revocable]]]

log = Journal("revocation")


class _Done(NamedTuple):
    """What was revoked, as it is now, and those among it that jobs of publishing all of it are called after."""

    revoked: list[Revocable]
    marks: list[Revocable]


class Revocations:
    """Writes revocations and publishes them."""

    def __init__(self, *, store: Store, crls: CrlService, ids: Ids, clock: Callable[[], datetime]) -> None:
        self._store, self._crls, self._ids, self._clock = store, crls, ids, clock

    async def revoke(self, certificate: Certificate, reason: Reason, by: str) -> None:
        """Revoke a certificate; for keyCompromise, all others of its key too. Raises AlreadyRevoked."""
        if certificate.serial not in await self.revoke_all([certificate], reason, by):
            raise AlreadyRevoked(serial=certificate.serial)

    async def revoke_all(self, certificates: Sequence[Certificate], reason: Reason, by: str) -> set[str]:
        """Revoke certificates; for keyCompromise, all others of their keys too. The serial numbers of those revoked.

        What another has revoked meanwhile is left out.
        """
        serials = dict.fromkeys(one.serial for one in certificates)
        if reason is Reason.KEY_COMPROMISE:
            keys = list(dict.fromkeys(one.spki_digest for one in certificates))
            return {one.serial for one in await self.compromised(keys, by, serials.keys())}

        async def left() -> list[Revocable]:
            return _in_force(await self._store.certificates.many(list(serials)))

        done = await self._write(_in_force(certificates), left, reason, by)
        await self._publish(done)
        return {one.serial for one in done.revoked}

    async def compromised(self, spki_digests: Sequence[bytes], by: str, named: Collection[str] = ()) -> list[Revocable]:
        """Block keys and revoke what they certify, as keyCompromise: as it was, those that were not revoked so (A-94).

        All that have not expired, and those ``named`` by their serial numbers even if they have; one that was revoked
        for another reason becomes a compromised one (A-92, B-90).
        """
        done = _Done([], [])
        for start in range(0, len(spki_digests), PART):
            part = spki_digests[start : start + PART]
            work = Work()
            now = self._clock()
            for each in part:
                self._store.blocked_keys.block(work, each, now, by)
            for each in part:
                self._sweep_afterwards(work, each.hex())

            async def find(keys: Sequence[bytes] = part) -> list[Revocable]:
                return [one for each in keys for one in await self._doomed(each, named)]

            some = await self._write(await find(), find, Reason.KEY_COMPROMISE, by, work)
            done = _Done(done.revoked + some.revoked, done.marks + some.marks)
        await self._publish(done)
        return done.revoked

    async def compromised_by_word(self, certificate: Certificate, by: str) -> None:
        """Revoke a certificate as keyCompromise, and those that its account has for the same key and could name itself.

        Nobody has shown the key: it stays good for everybody else, and what was revoked keeps its reason. The account
        gets no certificate for it any more; one that it gets at that very moment goes later. Raises AlreadyRevoked.
        """
        digest, account_id = certificate.spki_digest, certificate.account_id

        async def find() -> list[Revocable]:
            return _own(await self._doomed(digest, [certificate.serial]), account_id)

        work = Work()
        self._sweep_afterwards(work, f"{digest.hex()}:{account_id}")
        done = await self._write(await find(), find, Reason.KEY_COMPROMISE, by, work)
        await self._publish(done)
        if certificate.serial not in {one.serial for one in done.revoked}:
            raise AlreadyRevoked(serial=certificate.serial)

    async def sweep(self, job: Job) -> None:
        """Revoke what was issued for a key at the very moment in which it was blocked, or was left then.

        For one that an account gave up by its word, what the account got; nothing if its word came to nothing.
        """
        name, _, account_id = job.subject.partition(":")
        digest = bytes.fromhex(name)

        async def find() -> list[Revocable]:
            doomed = await self._doomed(digest, ())
            return _own(doomed, account_id) if account_id else doomed

        if not account_id or await self._store.certificates.is_compromised(digest, account_id):
            by = "the key given up" if account_id else "the blocked key"
            await self._publish(await self._write(await find(), find, Reason.KEY_COMPROMISE, by))
        work = Work()
        self._store.jobs.finish(work, job)
        await self._store.commit(work)

    async def of_key(self, spki_digest: bytes) -> list[Revocable]:
        """The certificates that ``compromised`` would revoke."""
        return await self._doomed(spki_digest, ())

    def _sweep_afterwards(self, work: Work, subject: str) -> None:
        """Have it looked once more: a guard sees nothing of what another node is committing."""
        run_at = self._clock() + _AFTERWARDS
        self._store.jobs.add(work, Job(id=self._ids.object_id(), kind=COMPROMISED_KEY, subject=subject, run_at=run_at))

    async def _doomed(self, spki_digest: bytes, named: Collection[str]) -> list[Revocable]:
        now = self._clock()
        return [
            one
            for one in await self._store.certificates.of_key(spki_digest)
            if one.reason != Reason.KEY_COMPROMISE and (one.serial in named or now < one.not_after + LAST_SECOND)
        ]

    async def _write(
        self, doomed: list[Revocable], find: _Find, reason: Reason, by: str, first: Work | None = None
    ) -> _Done:
        """Revoke these, so many in a unit with the jobs of publishing them; ``first`` happens with the first of them.

        Where another is quicker, ``find`` tells what is left.
        """
        done = _Done([], [])
        failed = 0
        while doomed or first is not None:
            part = doomed[:PART]
            work = Work()
            if first is not None:
                work.statements += first.statements
                work.subjects |= first.subjects
            for one in part:
                if one.reason is None:
                    self._store.certificates.revoke(work, one.serial, int(reason), self._clock(), by)
                else:
                    self._store.certificates.revoke_for_key_compromise(work, one.serial)
            revoked = [one._replace(reason=int(reason)) for one in part]
            marks = list({one.crl: one for one in revoked}.values())
            for one in marks:
                due = self._clock() + _HEAD_START
                job = Job(id=self._ids.object_id(), kind=CRL, subject=job_subject(one), run_at=due)
                self._store.jobs.add(work, job)
            try:
                await self._store.commit(work)
            except Conflict:
                failed += 1
                if failed == _TRIES:
                    raise
                doomed = await find()
            else:
                done = _Done(done.revoked + revoked, done.marks + marks)
                doomed, first, failed = doomed[PART:], None, 0
        return done

    async def _publish(self, done: _Done) -> None:
        """Publish revocations that are written."""
        try:
            await self._crls.publish_revocations(done.marks)
        except Exception:
            # They are revoked; the jobs go on with the CRL.
            log.exception("crl.postponed", serials=[one.serial for one in done.marks], count=len(done.revoked))


def _own(doomed: Sequence[Revocable], account_id: str) -> list[Revocable]:
    """Those that the account could name itself."""
    return [one for one in doomed if one.account_id == account_id and one.reason is None]


def _in_force(certificates: Sequence[Certificate]) -> list[Revocable]:
    return [Revocable.of(one) for one in certificates if one.reason is None]
