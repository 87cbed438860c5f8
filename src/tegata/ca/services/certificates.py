"""Issued certificates: downloaded, looked up, revoked, and when they should be renewed (RFC 8555 §7.4.2, §7.6).

Issuing them is the issuance service's matter, the CRL the CRL service's.
"""

import re
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from tegata.acme import identifiers
from tegata.acme.statuses import AuthorizationStatus
from tegata.acme.window import Window
from tegata.ca.errors import (
    AlreadyRevoked,
    MalformedRequest,
    NotFound,
    Refused,
    RevocationRefused,
    UnknownCertificate,
    UnknownObject,
)
from tegata.ca.model import BlockedKey, Certificate, Contract, Customer, Job, Replacement
from tegata.ca.policy import ancestors, calendar
from tegata.ca.policy.certificates import CertificateStatus, Reason, operator_reason, status, subscriber_reason
from tegata.ca.ports import Conflict, Ids, Revocable, Store, Work
from tegata.ca.services import several
from tegata.ca.services.actors import Actor, own
from tegata.ca.services.crls import CrlService
from tegata.ca.services.issuers import Issuers
from tegata.ca.services.predecessors import Predecessors
from tegata.ca.services.revocation import OPERATOR, PART, Revocations
from tegata.ca.services.statuses import view_authorization
from tegata.pki.certs import load_chain, serial_hex, to_pem
from tegata.pki.keys import PublicKey, spki_digest

REVOKING = "contract.revoking"
# What is in a URL (RFC 3986 §2), and no more of it than clients and log lines have room for.
_PAGE = re.compile(r"https://[A-Za-z0-9\[][!#-;=?-\[\]_a-z~%]{0,1990}")
PAGE = 100
"""How many certificates a page shows."""


class RenewalAnswer(NamedTuple):
    """When to renew, after how many seconds to ask again, and a page that says why, if there is something to say."""

    window: Window
    retry_after: int
    explanation: str | None


class CertificateService:
    """Certificates of the CA; ``explanation`` is the page told with a revoked certificate's renewal window.

    ``alternates`` are chains that may follow a certificate in place of its usual one, each from its issuer on.
    """

    def __init__(
        self,
        *,
        store: Store,
        issuers: Issuers,
        crls: CrlService,
        ids: Ids,
        clock: Callable[[], datetime],
        explanation: str | None,
        alternates: Sequence[Sequence[x509.Certificate]] = (),
    ) -> None:
        self._store = store
        self._revocations = Revocations(store=store, crls=crls, ids=ids, clock=clock)
        self._predecessors = Predecessors(store, issuers)
        self._clock, self._explanation = clock, explanation
        self._alternates = [(chain[0].public_key(), to_pem(chain)) for chain in alternates]

    async def chains(self, actor: Actor, serial: str) -> tuple[bytes, ...]:
        """The actor's certificate and its issuers as PEM, then with each chain of its issuing key (A-86, A-88).

        Raises NotFound.
        """
        chain_pem = await self._finished(own(await self._store.certificates.get(serial), actor))
        if not self._alternates:
            return (chain_pem,)
        leaf, issuer, *_ = load_chain(chain_pem)
        others = [chain for key, chain in self._alternates if key == issuer.public_key()]
        return (chain_pem, *(to_pem([leaf]) + chain for chain in others))

    async def of_contract(self, contract_id: str, serial: str) -> tuple[Certificate, bytes]:
        """A certificate of the contract, by its serial in hexadecimal, with its issuers as PEM; raises NotFound."""
        certificate = await self._store.certificates.get(serial)
        if certificate is None or certificate.contract_id != contract_id:
            raise NotFound
        return certificate, await self._finished(certificate)

    async def _finished(self, certificate: Certificate) -> bytes:
        """The certificate and its issuers as PEM, if it may be handed out; raises NotFound."""
        if certificate.chain_pem is None:
            raise NotFound
        if certificate.is_logged:
            logged = await self._store.precertificates.get(certificate.serial)
            if logged is None or logged.finished_at is None:
                raise NotFound
        return certificate.chain_pem

    async def show(self, serial: str) -> Certificate:
        """An issued certificate by its serial in hexadecimal; raises UnknownObject."""
        certificate = await self._store.certificates.get(serial.lower())
        if certificate is None or certificate.issued_at is None:
            raise UnknownObject(kind="certificate", name=serial)
        return certificate

    async def renewal_info(self, cert_id: str) -> RenewalAnswer:
        """When a certificate should be renewed (RFC 9773 §4); raises acme's Malformed, or NotFound."""
        certificate = await self._predecessors.find(cert_id)
        if certificate is None:
            raise NotFound
        contract = await self._contract(certificate)
        return RenewalAnswer(
            calendar.renewal_window(certificate, contract),
            calendar.retry_after(certificate, contract, self._clock()),
            self._told_with(certificate),
        )

    def _told_with(self, certificate: Certificate) -> str | None:
        if certificate.revoked_at is not None:
            return self._explanation
        return certificate.replacement and (certificate.replacement.page or self._explanation)

    async def revoke_by_account(self, actor: Actor, der: bytes, reason: int | None) -> None:
        """Revoke a certificate for its account, or for one that has proved all its names (A-90).

        The latter knows that the names changed hands, and nothing of the key: it is always cessationOfOperation (A-93).
        An account's word for a compromised key counts for its own certificates, and for nobody else's: a CSR that
        was signed once proves no key (BR 4.9.12).
        Raises MalformedRequest, UnknownCertificate, RevocationRefused, BadRevocationReason, AlreadyRevoked.
        """
        certificate = await self._issued(der)
        given = subscriber_reason(reason)
        if certificate.account_id != actor.account.id:
            if not await self._has_proved(actor, certificate):
                raise RevocationRefused
            given = Reason.CESSATION_OF_OPERATION
        await self._revoke_by_word(certificate, given, f"account {actor.account.id}")

    async def revoke_by_customer(self, customer: Customer, contract_id: str, serial: str, reason: int) -> None:
        """Revoke a certificate of the contract for its customer, whose word counts as the word of its account (A-93).

        Whose contract it is, is decided before. Raises NotFound, BadRevocationReason, AlreadyRevoked.
        """
        certificate, _ = await self.of_contract(contract_id, serial)
        await self._revoke_by_word(certificate, subscriber_reason(reason), f"customer {customer.id}")

    async def _revoke_by_word(self, certificate: Certificate, reason: Reason, by: str) -> None:
        """Revoke for somebody who has shown no key; raises AlreadyRevoked."""
        if certificate.revoked_at is not None:
            raise AlreadyRevoked(serial=certificate.serial)
        if reason is Reason.KEY_COMPROMISE:
            await self._revocations.compromised_by_word(certificate, by)
        else:
            await self._revocations.revoke(certificate, reason, by)

    async def revoke_by_key(self, key: PublicKey, der: bytes, reason: int | None) -> None:
        """Revoke a certificate for whoever holds its key, always as keyCompromise (A-93).

        One that was revoked for another reason becomes a compromised one (A-92), and so does every other certificate of
        the key, for which none is issued any more (A-94). Raises as ``revoke_by_account``.
        """
        certificate = await self._issued(der)
        if spki_digest(key) != certificate.spki_digest:
            raise RevocationRefused
        subscriber_reason(reason)
        await self._revocations.revoke(certificate, Reason.KEY_COMPROMISE, "the certificate's key")

    async def revoke_by_operator(self, serial: str, reason: int) -> Certificate:
        """Revoke a certificate for the CA, as keyCompromise even if it was revoked for another reason.

        Raises UnknownObject, BadRevocationReason, AlreadyRevoked.
        """
        certificate = await self.show(serial)
        await self._revocations.revoke(certificate, operator_reason(reason), OPERATOR)
        return await self.show(serial)

    async def revoke_all_by_operator(self, certificates: Sequence[Certificate], reason: int) -> list[Certificate]:
        """Revoke many certificates for the CA: how they are then, those too that another has revoked meanwhile.

        For keyCompromise all others of their keys too. Raises BadRevocationReason.
        """
        await self._revocations.revoke_all(certificates, operator_reason(reason), OPERATOR)
        return await self._store.certificates.many([one.serial for one in certificates])

    async def revoke_of_contract(
        self, contract_id: str, *, reason: int, revoking: int, by: str, second: str | None, most: int | None = None
    ) -> list[Certificate]:
        """Revoke the certificates of a contract that are in use for the CA, as where it was ended early; how they are.

        As many as was said, more than one with a ``second`` person, as ``several.revoke``, whose refusals it raises;
        and UnknownObject.
        """
        now = self._clock()
        in_use = [one async for one in self.listed(contract_id) if status(one, now) is CertificateStatus.VALID]
        return await several.revoke(
            self._store,
            self.revoke_all_by_operator,
            in_use,
            event=REVOKING,
            subject=contract_id,
            reason=reason,
            revoking=revoking,
            by=by,
            second=second,
            most=most,
        )

    async def replace_by_operator(
        self, serials: Sequence[str], ends: datetime, page: str | None, *, of: str | None = None
    ) -> list[Certificate]:
        """Want these certificates replaced from now on until an instant, as before a mass revocation (X-18).

        Those that were revoked or have expired are left out. ``page`` is what their holders are shown, ``of`` the one
        contract that they may be of. Gives those that are to be replaced; raises UnknownObject, Refused.
        """
        now = self._clock()
        if page is not None and not _PAGE.fullmatch(page):
            raise Refused(reason="the page is no https URL")
        if ends <= now:
            raise Refused(reason="the instant by which they are to be replaced is not ahead")
        found = [await self.show(serial) for serial in dict.fromkeys(serials)]
        if any(of not in (None, one.contract_id) for one in found):
            raise Refused(reason="a certificate is of another contract than was said")
        wanted = Replacement(now, ends, page)
        in_use = [one for one in found if status(one, now) is CertificateStatus.VALID]
        replaced: list[Certificate] = []
        for start in range(0, len(in_use), PART):
            replaced += await self._replace(in_use[start : start + PART], wanted)
        return [msgspec.structs.replace(one, replacement=wanted) for one in replaced]

    async def _replace(self, certificates: Sequence[Certificate], wanted: Replacement) -> Sequence[Certificate]:
        """Want these replaced, but those that somebody revokes meanwhile; which they were."""
        work = Work()
        for certificate in certificates:
            self._store.certificates.replace(work, certificate.serial, wanted)
        try:
            await self._store.commit(work)
        except Conflict:
            known = await self._store.certificates.many([one.serial for one in certificates])
            left = [one for one in known if one.revoked_at is None]
            if len(left) == len(certificates):
                raise
            return await self._replace(left, wanted)
        return certificates

    async def of_key(self, spki_digest: bytes) -> list[Revocable]:
        """The certificates that would be revoked if this key were blocked."""
        return await self._revocations.of_key(spki_digest)

    async def blocked_keys(self) -> list[BlockedKey]:
        """The keys for which nothing is issued, the newest first."""
        return await self._store.blocked_keys.all()

    async def blocked_key(self, spki_digest: bytes) -> BlockedKey | None:
        """The key of this digest, if it is blocked."""
        return await self._store.blocked_keys.get(spki_digest)

    async def block_key(self, spki_digest: bytes, revoking: int) -> list[Revocable]:
        """Block a key and revoke the certificates that it has, if they are so many; raises Refused."""
        if len(await self._revocations.of_key(spki_digest)) != revoking:
            raise Refused(reason="the key has another number of certificates than was said")
        return await self._revocations.compromised([spki_digest], OPERATOR)

    async def sweep_key(self, job: Job) -> None:
        """Revoke what was issued for a blocked key at the very moment in which it was blocked."""
        await self._revocations.sweep(job)

    async def page(self, contract_id: str, after: str | None) -> tuple[list[Certificate], str | None]:
        """Up to ``PAGE`` issued certificates of a contract, newest first, and what the next page begins after.

        ``after`` is what the last page said; raises NotFound for anything else.
        """
        before = None
        if after is not None:
            before = await self._store.certificates.get(after)
            if before is None or before.contract_id != contract_id:
                raise NotFound
        found = await self._store.certificates.issued_before(contract_id, before, PAGE + 1)
        return found[:PAGE], found[PAGE - 1].serial if len(found) > PAGE else None

    async def listed(self, contract_id: str | None = None) -> AsyncIterator[Certificate]:
        """The issued certificates of a contract, newest first, or all by their serial numbers; raises UnknownObject.

        Some are read at a time: a million are more than a machine's memory, and take longer than a statement may.
        """
        if contract_id is None:
            after = ""
            while found := await self._store.certificates.issued_after(after, PART):
                for certificate in found:
                    yield certificate
                after = found[-1].serial
            return
        if await self._store.contracts.get(contract_id) is None:
            raise UnknownObject(kind="contract", name=contract_id)
        before = None
        while found := await self._store.certificates.issued_before(contract_id, before, PART):
            for certificate in found:
                yield certificate
            before = found[-1]

    async def count_valid(self, contract_id: str) -> int:
        """How many certificates of a contract are good now, without a look at what is in them."""
        return await self._store.certificates.count_valid(contract_id, calendar.whole_second(self._clock()))

    async def _issued(self, der: bytes) -> Certificate:
        """The record of exactly this certificate, or of this precertificate of it (A-91, B-82)."""
        try:
            serial = serial_hex(x509.load_der_x509_certificate(der))
        except (ValueError, x509.InvalidVersion):
            raise MalformedRequest(reason="it holds no certificate") from None
        certificate = await self._store.certificates.get(serial)
        if certificate is None or certificate.chain_pem is None:
            raise UnknownCertificate
        if load_chain(certificate.chain_pem)[0].public_bytes(Encoding.DER) == der:
            return certificate
        logged = await self._store.precertificates.get(certificate.serial) if certificate.is_logged else None
        if logged is None or logged.der != der:
            raise UnknownCertificate
        return certificate

    async def _has_proved(self, actor: Actor, certificate: Certificate) -> bool:
        """Whether the account has proofs of all the names, or of domains above for all below (RFC 9444)."""
        now = self._clock()
        needed = [identifiers.of(name) for name in certificate.names]
        valid = [
            authorization
            for authorization in await self._store.authorizations.reusable(
                actor.account.id, ancestors.bases(needed), now
            )
            if view_authorization(authorization, now).status is AuthorizationStatus.VALID
        ]
        return len(ancestors.proofs(needed, valid)) == len(needed)

    async def _contract(self, certificate: Certificate) -> Contract:
        contract = await self._store.contracts.get(certificate.contract_id)
        assert contract is not None, "the store keeps the contract of every certificate"
        return contract
