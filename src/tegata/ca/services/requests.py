"""Certification requests (CSR): whether their key may be had, and what a customer is told of one before any order.

What an order makes of a request is the final check's matter (``validated``), which holds it to the same rules.
"""

from collections.abc import Awaitable, Callable, Collection
from datetime import datetime, timedelta
from typing import NamedTuple

from tegata.acme import identifiers, jwk
from tegata.acme.challenges import HTTP_01
from tegata.acme.jwk import BadPublicKey
from tegata.ca.errors import AccountKeyInRequest, BadCertificateRequest, ServiceWithoutAcme, SeveralRefused
from tegata.ca.model import Credential
from tegata.ca.policy import contracts, keys, names
from tegata.ca.ports import Store
from tegata.ca.services.admission import Admission
from tegata.ca.services.contracts import ContractView
from tegata.ca.settings import Service
from tegata.errors import TegataError
from tegata.pki import csr, csr_file
from tegata.pki.keys import PublicKey, describe, spki_digest


async def require_usable(
    store: Store, key: PublicKey, service: Service, blocked: Collection[bytes], account_id: str = ""
) -> None:
    """Pass if certificates of the service may have this key (A-82, A-94), which is no account's, gone or not (A-48).

    ``account_id`` is whose word on keys that are compromised counts. Raises WrongKey, BadCertificateRequest,
    AccountKeyInRequest.
    """
    keys.check(key, service, blocked)
    if await store.certificates.is_compromised(spki_digest(key), account_id):
        raise BadCertificateRequest(reason="its key is known to be compromised")
    try:
        thumbprint = jwk.thumbprint(jwk.from_public(key))
    except BadPublicKey:
        return  # A key that JOSE has no name for is no account's.
    if await store.accounts.by_thumbprint(thumbprint) is not None:
        raise AccountKeyInRequest


def require_strict(der: bytes) -> csr.Request:
    """What may be used of a request; raises BadCertificateRequest (A-81)."""
    try:
        request = csr.parse(der)
    except csr.BadCSR as error:
        raise BadCertificateRequest(reason=error.facts["reason"]) from None
    if request.must_staple:
        raise BadCertificateRequest(reason="it asks for must-staple, which no certificate has")
    return request


class Looked(NamedTuple):
    """What is in a request, and what keeps its contract from a certificate for it now, if anything does."""

    names: tuple[str, ...]
    key: str
    only_in_dns: bool
    """Whether one of the names is proved by a record in the DNS only."""
    faults: tuple[TegataError, ...]


class RequestService:
    """Looks at requests; ``blocked`` are the digests of keys that no certificate may have. Changes nothing."""

    def __init__(
        self, *, store: Store, admission: Admission, blocked: Collection[bytes], clock: Callable[[], datetime]
    ) -> None:
        self._store, self._admission, self._blocked, self._clock = store, admission, blocked, clock

    async def look(self, view: ContractView, content: bytes) -> Looked:
        """What a request in PEM or DER would come to under a contract.

        Raises ServiceWithoutAcme for a contract that has no EAB though its service has ACME by now, and for a service
        without certificates; BadCSR and BadName for what cannot even be shown.
        """
        now = self._clock()
        service = self._admission.service(view.contract, now)
        credential = view.credential if service.acme else _kept(view.contract.id, now)
        if credential is None:
            raise ServiceWithoutAcme(contract=view.contract.id)
        brought = csr_file.read(content)
        wanted = [identifiers.of(name) for name in brought.names]

        async def strict() -> None:
            require_strict(brought.der)

        async def in_force() -> None:
            contracts.require_in_force(view.contract, credential, now)

        async def admitted() -> None:
            found = await self._admission.admit(
                view.contract, wanted, profile=None, not_before=None, not_after=None, now=now, behind=timedelta(0)
            )
            names.check_limited(found.identifiers, credential)

        usable = require_usable(self._store, brought.public_key, service, self._blocked)
        faults = [fault for check in (strict(), usable, in_force(), admitted()) for fault in await _faults(check)]
        only_in_dns = any(HTTP_01 not in names.challenge_types(service, one) for one in wanted)
        return Looked(brought.names, describe(brought.public_key), only_in_dns, tuple(faults))


def _kept(contract_id: str, now: datetime) -> Credential:
    """What stands for the contract where its customer has no EAB: it limits nothing."""
    return Credential(kid=contracts.kept_id(contract_id), contract_id=contract_id, sealed_mac=b"", created_at=now)


async def _faults(check: Awaitable[None]) -> tuple[TegataError, ...]:
    """What a check finds wrong; of several names each for itself."""
    try:
        await check
    except SeveralRefused as error:
        return tuple(refusal for _, refusal in error.refusals)
    except TegataError as error:
        return (error,)
    return ()
