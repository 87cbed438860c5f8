"""The last check before a signature: everything a certificate depends on, read afresh and judged once more.

Its result is the only thing the issuance takes, and nothing else can make one. Changes no record and builds no
certificate.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from tegata.acme import lifecycle
from tegata.acme.identifiers import Identifier
from tegata.acme.lifecycle import NotAllowed, OrderEvent
from tegata.acme.statuses import AuthorizationStatus
from tegata.ca.errors import BadCertificateRequest, OrderNotReady
from tegata.ca.model import Authorization, Contract, Order
from tegata.ca.policy import ancestors, baseline, calendar, keys, names
from tegata.ca.ports import Store
from tegata.ca.services import actors
from tegata.ca.services.actors import Actor
from tegata.ca.services.admission import Admission
from tegata.ca.services.permissions import Permissions
from tegata.ca.services.requests import require_strict, require_usable
from tegata.ca.services.statuses import OrderView, is_proved_since, look, view_authorization, view_order
from tegata.ca.settings import Policy, Service
from tegata.pki.keys import PublicKey

_SEAL = object()


@dataclass(frozen=True, kw_only=True)
class ValidatedOrder:
    """An order that may be issued now, with what its certificate will hold; made by ``FinalCheck.validate`` only."""

    order: Order
    authorizations: tuple[Authorization, ...]
    contract: Contract
    service: Service
    names: tuple[str, ...]
    public_key: PublicKey
    csr: bytes
    not_before: datetime
    not_after: datetime
    seal: object = field(repr=False)

    def __post_init__(self) -> None:
        if self.seal is not _SEAL:
            raise TypeError("a validated order is made by its check only")

    def issued(self, serial: str, claimed_at: datetime, now: datetime) -> OrderView:
        """The order once its certificate is stored, which was intended in the commit that claimed the order."""
        order = msgspec.structs.replace(self.order, processing_at=claimed_at, csr=self.csr, serial=serial)
        return view_order(order, self.authorizations, now)


class FinalCheck:
    """Judges orders against the records as they are now.

    ``blocked`` are the digests of keys that no certificate and no account may have.
    """

    def __init__(
        self,
        *,
        store: Store,
        admission: Admission,
        policy: Policy,
        permissions: Permissions,
        clock: Callable[[], datetime],
        blocked: Collection[bytes] = keys.PUBLISHED,
    ) -> None:
        self._store, self._admission, self._policy, self._permissions = store, admission, policy, permissions
        self._clock, self._blocked = clock, blocked

    async def validate(
        self, order: Order, der: bytes, can_sign: Callable[[str, datetime, datetime], None] = lambda *_: None
    ) -> ValidatedOrder:
        """The order with its CSR, if a certificate may be made of them now.

        ``can_sign`` is told the order's id and the certificate's life before anything is looked for, and may refuse.
        Raises OrderNotReady, the refusals of account and contract and of ``Admission.admit``, BadCertificateRequest,
        WrongKey, AccountKeyInRequest, PermissionMissing, NamesPaused, TooManyFailures; the order stays as it is.
        """
        now = self._clock()
        view = await look(self._store, order, now)
        try:
            lifecycle.advance(view.status, OrderEvent.FINALIZE)
        except NotAllowed:
            raise OrderNotReady(status=view.status) from None
        authorizations = [one.authorization for one in view.authorizations]
        actor, proofs = await self._proved(order, authorizations)
        admitted = await self._admission.admit(
            actor.contract,
            order.identifiers,
            profile=order.profile,
            not_before=order.not_before,
            not_after=order.not_after,
            now=now,
            behind=calendar.NOT_BEFORE_BEHIND_AT_ISSUANCE,
        )
        names.check_limited(admitted.identifiers, actor.credential)
        _require_offered(proofs, admitted.service)
        public_key = await self._public_key(order, der, admitted.service)
        can_sign(order.id, admitted.not_before, admitted.not_after)
        # The one thing that takes time comes last, so that everything else is known to be in order.
        await self._permit(order, actor, proofs, is_limited=True)
        return ValidatedOrder(
            order=order,
            authorizations=tuple(authorizations),
            contract=actor.contract,
            service=admitted.service,
            names=tuple(identifier.value for identifier in order.identifiers),
            public_key=public_key,
            csr=der,
            not_before=admitted.not_before,
            not_after=admitted.not_after,
            seal=_SEAL,
        )

    async def standing(self, order: Order) -> None:
        """Pass if the order's owner may have the certificate now, has proved every name, and CAA permits them.

        Raises the refusals of account and contract and of ``Admission.named``, NamesRefused for what the account's EAB
        is not for, OrderNotReady where a proof is missing or over, PermissionMissing.
        """
        actor, proofs = await self._proved(order, await self._store.authorizations.of_order(order.id))
        now = self._clock()
        service = self._admission.service(actor.contract, now)
        admitted = self._admission.named(actor.contract, service, order.identifiers, now)
        names.check_limited(admitted, actor.credential)
        _require_offered(proofs, service)
        await self._permit(order, actor, proofs)

    async def require_proved(self, order: Order) -> None:
        """Pass if the order's owner is in force now, and has proved every name.

        Raises the refusals of account, its key and contract, OrderNotReady.
        """
        await self._proved(order, await self._store.authorizations.of_order(order.id))

    async def _permit(
        self, order: Order, actor: Actor, proofs: Mapping[Identifier, Authorization], *, is_limited: bool = False
    ) -> None:
        """Pass if CAA permits the names, and nothing else has changed while that was looked for (A-84)."""
        if await self._permissions.require(actor.account, proofs, is_limited=is_limited):
            await self.require_proved(order)

    async def _proved(
        self, order: Order, authorizations: Sequence[Authorization]
    ) -> tuple[Actor, dict[Identifier, Authorization]]:
        """The order's owner in force, and for every name of it the authorization that proves it."""
        now = self._clock()
        actor = await actors.load(self._store, order.account_id)
        actor.require_in_force(now)
        await actors.require_unblocked(self._store, actor.account.jwk, self._blocked)
        oldest = baseline.oldest_proof(self._policy, now)
        valid = [
            authorization
            for authorization in authorizations
            if authorization.account_id == order.account_id
            and view_authorization(authorization, now).status is AuthorizationStatus.VALID
            and is_proved_since(authorization, oldest)
        ]
        proofs = ancestors.proofs(order.identifiers, valid)
        if len(proofs) < len(order.identifiers):
            raise OrderNotReady(status="invalid")
        return actor, proofs

    async def _public_key(self, order: Order, der: bytes, service: Service) -> PublicKey:
        """The key of a CSR for exactly the order's names; nothing else is taken from it (A-81, A-82)."""
        request = require_strict(der)
        if request.names != {identifier.value for identifier in order.identifiers}:
            raise BadCertificateRequest(reason="its names are not exactly the order's")
        await require_usable(self._store, request.public_key, service, self._blocked, order.account_id)
        return request.public_key


def _require_offered(proofs: Mapping[Identifier, Authorization], service: Service) -> None:
    """Pass unless a name is proved in a way that the service has not, or no more: by a challenge, or a domain above."""
    if not service.subdomains and any(ancestors.proved_by(each)[0] != one.identifier for each, one in proofs.items()):
        raise OrderNotReady(status="invalid")
    ways = (one.type for proof in proofs.values() for one in proof.challenges if one.validated_at is not None)
    if not set(ways) <= set(service.challenges):
        raise OrderNotReady(status="invalid")
