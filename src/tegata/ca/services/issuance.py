"""Finalize: a validated order becomes a certificate, once, whatever dies in between (RFC 8555 §7.4).

First, in one commit: the order is claimed, the certificate's exact bytes are kept, and a job is left. Then they are
signed, after a second lint where one is set up. Then, in one commit: the certificate is stored, the order completed,
the job dropped. Whoever finds the job later lints and signs the same bytes, which gives the same certificate; whoever
comes second finds the order completed.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import lru_cache
from weakref import WeakValueDictionary

from cryptography import x509

from tegata.ca.errors import (
    KEY_AWAY,
    AccountKeyInRequest,
    BadCertificateRequest,
    CaError,
    IssuanceFailed,
    IssuerRevoked,
    LintFindings,
    LogsUnusable,
    NamesRefused,
    OrderNotReady,
    PermissionMissing,
    StoreFailed,
    WrongKey,
    fault_of,
)
from tegata.ca.journal import Journal
from tegata.ca.model import Certificate, Job, Order
from tegata.ca.policy import baseline, shards
from tegata.ca.policy.calendar import NOT_BEFORE_BEHIND_AT_SIGNATURE
from tegata.ca.ports import Builder, Conflict, Ids, Linter, Store, Work
from tegata.ca.services import refusals
from tegata.ca.services.actors import Actor, own
from tegata.ca.services.issuers import Issuers
from tegata.ca.services.precertifying import Precertifying
from tegata.ca.services.statuses import OrderView, look
from tegata.ca.services.validated import FinalCheck, ValidatedOrder
from tegata.ca.settings import Policy
from tegata.pki import certs
from tegata.pki.certs import serial_hex
from tegata.pki.keys import spki_digest

ISSUE = "issue"

# The request that claimed the order finishes within this time; after it, a job does.
_HEAD_START = timedelta(seconds=5)
# A signer that failed so often will not come back by itself.
_ATTEMPTS = 6
# A key that is out of reach may be for hours; how long its work waits each time. That is no attempt.
_KEY_PAUSE = timedelta(seconds=20)

log = Journal("issuance")


class IssuanceService:
    """The one way to a certificate; what may be issued, ``check`` says."""

    def __init__(
        self,
        *,
        store: Store,
        check: FinalCheck,
        policy: Policy,
        builder: Builder,
        issuers: Issuers,
        ids: Ids,
        clock: Callable[[], datetime],
        require_clock: Callable[[], None],
        linter: Linter | None = None,
        precertifying: Precertifying | None = None,
    ) -> None:
        self._store, self._check, self._policy = store, check, policy
        self._builder, self._issuers, self._ids, self._clock = builder, issuers, ids, clock
        self._require_clock = require_clock
        self._linter, self._precertifying = linter, precertifying
        # Of each order that is being finalized now.
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def finalize(self, actor: Actor, order_id: str, der: bytes) -> OrderView:
        """Issue the actor's ready order for a CSR.

        Usually the order comes back valid; processing if the signer cannot be had now; invalid, with a fault, if no
        certificate can be made. Raises NotFound and the refusals of ``FinalCheck.validate``, which leave it ready.
        """
        # Requests at once would each have CAA looked for and recorded, and all but one of them in vain.
        async with self._turns.setdefault(order_id, asyncio.Lock()):
            order = own(await self._store.orders.get(order_id), actor)
            try:
                validated = await self._check.validate(order, der, self._require_signable)
            except (BadCertificateRequest, WrongKey, AccountKeyInRequest) as refusal:
                await refusals.csr(self._store, order.account_id, order_id, refusal, self._clock())
                raise
            except NamesRefused as refused:
                await refusals.names(self._store, order.account_id, refused, self._clock())
                raise
            return await self.issue(validated)

    async def issue(self, validated: ValidatedOrder) -> OrderView:
        """Make the certificate of a validated order.

        Raises OrderNotReady if another request was first or the order has expired (A-54), BadCertificateRequest for a
        compromised key (A-94), IssuanceFailed where no list has enough logs for it or the root has revoked the issuing
        CA, with which the order stays ready, and what stands against the order since it was validated (A-84).
        """
        order_id = validated.order.id
        self._require_signable(order_id, validated.not_before, validated.not_after)
        try:
            certificate = self._template(validated)
        except Exception:
            reference = await self._fail(order_id, IssuanceFailed())
            log.exception("template.failed", order=order_id, reference=reference)
            return await self._look(order_id)
        work = Work()
        self._store.orders.begin_processing(work, order_id, validated.csr, certificate.intended_at)
        self._store.certificates.intend(work, certificate)
        self._store.jobs.add(work, self._job(order_id, certificate.intended_at))
        try:
            await self._store.commit(work)
        except Conflict:
            if await self._is_compromised(certificate):
                raise BadCertificateRequest(reason="its key is known to be compromised") from None
            await self._check.require_proved(validated.order)
            expired = certificate.intended_at >= validated.order.expires_at
            raise OrderNotReady(status="invalid" if expired else "processing") from None
        if self._clock() - certificate.intended_at >= _HEAD_START:
            # This node stood still: the job, whose turn it is now, asks whether everything holds still.
            return await self._look(order_id)
        try:
            if await self._complete(certificate):
                return validated.issued(certificate.serial, certificate.intended_at, self._clock())
        except LintFindings as findings:
            await self._refuse(certificate, findings)
        except KEY_AWAY as failure:
            log.warning("signing.postponed", order=order_id, serial=certificate.serial, reason=repr(failure))
        except Exception:
            # The job goes on with it; the client is told that it takes longer.
            log.exception("signing.postponed", order=order_id, serial=certificate.serial)
        return await self._look(order_id)

    def _require_signable(self, order_id: str, not_before: datetime, not_after: datetime) -> None:
        """Pass if a certificate of this life can be signed now; raises IssuanceFailed, ClockApart: it stays ready.

        No precertificate is signed, which counts as issued (B-82), where it is known that it can never be logged.
        """
        self._require_clock()
        if self._precertifying is not None:
            try:
                self._precertifying.require(not_before, not_after)
            except LogsUnusable as error:
                log.error("logs.unusable", order=order_id, **error.facts)  # noqa: TRY400 - no fault of ours
                raise IssuanceFailed from None
        self._require_issuer(self._issuers.name, order_id)

    def _require_issuer(self, crl: str, order_id: str) -> None:
        """Pass if the issuing CA of this CRL may sign; raises IssuanceFailed, and what is wrong is the log's."""
        try:
            self._issuers.require_unrevoked(crl)
        except IssuerRevoked as error:
            log.error("issuer.revoked", order=order_id, **error.facts)  # noqa: TRY400 - no fault of ours
            raise IssuanceFailed from None

    async def resume(self, job: Job) -> None:
        """Bring the order that is the job's subject to its end: signed, or failed.

        The certificate's bytes are signed as they were kept, if everything that held then holds still.
        """
        order = await self._store.orders.get(job.subject)
        certificate = await self._store.certificates.intended_for(job.subject)
        if order is None or certificate is None or order.serial is not None or order.fault is not None:
            await self._drop_job(job)
            return
        try:
            await self._still_holds(order, certificate)
        except StoreFailed:
            raise  # nothing was judged; the job asks again
        except CaError as refusal:
            if isinstance(refusal, PermissionMissing) and refusal.is_passing and job.attempts + 1 < _ATTEMPTS:
                raise  # nobody could say; the job asks again
            reference = await self._fail(order.id, refusal)
            log.warning("issuance.refused", order=order.id, code=refusal.code, reference=reference)
            return
        try:
            await self._complete(certificate)
        except LintFindings as findings:
            await self._refuse(certificate, findings)
        except KEY_AWAY as failure:
            log.warning("signing.postponed", order=order.id, serial=certificate.serial, reason=repr(failure))
            work = Work()
            self._store.jobs.extend(work, job, self._clock() + _KEY_PAUSE)
            await self._store.commit(work)
        except Exception:
            if job.attempts + 1 < _ATTEMPTS:
                raise
            reference = await self._fail(order.id, IssuanceFailed())
            log.exception("signing.failed", order=order.id, serial=certificate.serial, reference=reference)

    def _template(self, validated: ValidatedOrder) -> Certificate:
        """The certificate as it is intended."""
        serial = self._ids.serial()
        order = validated.order
        tbs = self._builder.template(
            contract=validated.contract,
            service=validated.service,
            names=validated.names,
            public_key=validated.public_key,
            not_before=validated.not_before,
            not_after=validated.not_after,
            serial=serial,
        )
        return Certificate(
            serial=serial_hex(serial),
            order_id=order.id,
            account_id=order.account_id,
            contract_id=order.contract_id,
            names=validated.names,
            not_before=validated.not_before,
            not_after=validated.not_after,
            spki_digest=spki_digest(validated.public_key),
            tbs=tbs if self._precertifying is None else self._precertifying.intended(tbs),
            intended_at=self._clock(),
            crl=shards.name_for(serial, self._policy.crl_shards, self._issuers.name),
        )

    def _job(self, order_id: str, now: datetime) -> Job:
        """What goes on with the order if the request that claimed it does not; till then it is that one's."""
        due = now + _HEAD_START
        name = self._ids.object_id()
        return Job(id=name, kind=ISSUE, subject=order_id, run_at=due, leased_until=due, owner=name)

    async def _complete(self, certificate: Certificate) -> bool:
        """Lint, sign and store, and whether it was done here; whoever was first is right. Raises LintFindings."""
        linted = await self._lint(certificate, certificate.tbs)
        # CAA and the lint have taken their time; what counts is the day of the signature (B-01).
        baseline.check_life(certificate.not_before, certificate.not_after, self._policy, self._clock())
        authority = self._issuers.signer(certificate.crl)
        work = Work()
        if certificate.is_logged:
            if self._precertifying is None:
                raise IssuanceFailed  # what is not logged any more must not be issued with the poison
            tbs = await self._precertifying.certificate(certificate, authority, linted)
            await self._lint(certificate, tbs)
            chain_pem = certs.der_to_pem(await authority.sign(tbs)) + _pem_of(authority.chain)
            self._store.precertificates.finish(work, certificate.serial, chain_pem, self._clock())
        else:
            chain_pem = certs.der_to_pem(await authority.sign(certificate.tbs)) + _pem_of(authority.chain)
            self._store.certificates.issue(work, certificate.serial, chain_pem, self._clock(), linted)
        self._store.orders.complete(work, certificate.order_id, certificate.serial)
        return await self._settle(work, certificate.order_id)

    async def _still_holds(self, order: Order, certificate: Certificate) -> None:
        """Pass if an interrupted issuance may go on; raises the refusals of ``FinalCheck.standing``, IssuanceFailed."""
        await self._check.standing(order)
        self._require_issuer(certificate.crl, order.id)
        baseline.check_life(certificate.not_before, certificate.not_after, self._policy, self._clock())
        if await self._is_compromised(certificate):
            raise IssuanceFailed
        if certificate.not_before < self._clock() - NOT_BEFORE_BEHIND_AT_SIGNATURE:
            raise IssuanceFailed

    async def _is_compromised(self, certificate: Certificate) -> bool:
        return await self._store.certificates.is_compromised(certificate.spki_digest, certificate.account_id)

    async def _lint(self, certificate: Certificate, tbs: bytes) -> str | None:
        """By whom these bytes were found sound, if they are of the share; raises LintFindings, LintSilent."""
        if self._linter is None or not self._linter.takes(certificate.serial):
            return None
        await self._linter.check(tbs)
        return self._linter.name

    async def _refuse(self, certificate: Certificate, findings: LintFindings) -> None:
        """End the order of a certificate with which something is wrong; what, is for the log alone."""
        reference = await self._fail(certificate.order_id, IssuanceFailed())
        facts = {"serial": certificate.serial, "reference": reference, **findings.facts}
        log.error("lint.failed", order=certificate.order_id, **facts)

    async def _fail(self, order_id: str, error: CaError) -> str:
        """End the order with a fault and return its reference number.

        An intended certificate stays counted, and its serial is never used again.
        """
        reference = self._ids.reference()
        work = Work()
        self._store.orders.fail(work, order_id, fault_of(error, reference))
        await self._settle(work, order_id)
        return reference

    async def _settle(self, work: Work, order_id: str) -> bool:
        """Commit what ends the order, and its job; False if another has ended it, and nothing is left to do."""
        self._store.jobs.discard(work, ISSUE, order_id)
        try:
            await self._store.commit(work)
        except Conflict:
            order = await self._store.orders.get(order_id)
            if order is None or (order.serial is None and order.fault is None):
                raise
            return False
        return True

    async def _drop_job(self, job: Job) -> None:
        work = Work()
        self._store.jobs.discard(work, job.kind, job.subject)
        await self._store.commit(work)

    async def _look(self, order_id: str) -> OrderView:
        order = await self._store.orders.get(order_id)
        assert order is not None, "it was there a moment ago, and orders are never removed"
        return await look(self._store, order, self._clock())


@lru_cache(64)
def _pem_of(chain: tuple[x509.Certificate, ...]) -> bytes:
    """What goes out behind every leaf."""
    return certs.to_pem(chain)
