"""From an intended precertificate to the bytes of its certificate: signed, logged, each step kept before the next.

A process that dies leaves what it had; the next goes on from there, with the same precertificate and the same SCTs, so
that no serial number ever has two certificates. Signs nothing but what was intended.
"""

from collections.abc import Callable
from datetime import datetime

from tegata.ca.model import Certificate, Precertificate
from tegata.ca.ports import Authority, Conflict, Store, Transparency, Work
from tegata.pki import certs


class Precertifying:
    """What makes certificates known to logs before they are issued."""

    def __init__(self, *, store: Store, logs: Transparency, clock: Callable[[], datetime]) -> None:
        self._store, self._logs, self._clock = store, logs, clock

    def require(self, not_before: datetime, not_after: datetime) -> None:
        """Pass if a certificate of this life can be logged; raises LogsUnusable."""
        self._logs.require(not_before, not_after)

    def intended(self, tbs: bytes) -> bytes:
        """What is to be signed first for this certificate."""
        return self._logs.precertificate(tbs)

    async def certificate(self, certificate: Certificate, authority: Authority, linted: str | None) -> bytes:
        """The bytes of the certificate with its SCTs; raises LogsUnusable, Conflict where it may not be issued now."""
        found = await self._store.precertificates.get(certificate.serial)
        if found is None:
            found = await self._sign(certificate, authority, linted)
        if found.scts is None:
            scts = await self._logs.scts(found.der, authority.chain)
            work = Work()
            self._store.precertificates.stamp(work, certificate.serial, scts)
            found = await self._stored(work, certificate.serial)
        assert found.scts is not None, "they were stored a moment ago"
        return self._logs.certificate(certificate.tbs, found.scts)

    async def _sign(self, certificate: Certificate, authority: Authority, linted: str | None) -> Precertificate:
        der = await authority.sign(certificate.tbs)
        work = Work()
        chain_pem = certs.der_to_pem(der) + certs.to_pem(authority.chain)
        self._store.certificates.issue(work, certificate.serial, chain_pem, self._clock(), linted)
        self._store.precertificates.insert(work, certificate.serial, der, self._clock())
        return await self._stored(work, certificate.serial)

    async def _stored(self, work: Work, serial: str) -> Precertificate:
        """What is on record after this unit, or after somebody else's that was quicker."""
        try:
            await self._store.commit(work)
        except Conflict:
            found = await self._store.precertificates.get(serial)
            if found is None:
                raise
            return found
        found = await self._store.precertificates.get(serial)
        assert found is not None, "it was stored a moment ago"
        return found
