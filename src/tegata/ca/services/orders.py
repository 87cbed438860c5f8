"""Orders and their authorizations: placed under the contract's rules, read by their owner (RFC 8555 §7.4, §7.5).

What becomes of challenges and of ready orders is other services' matter.
"""

from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from tegata.acme.codec import Malformed
from tegata.acme.identifiers import DNS, Identifier
from tegata.acme.messages import NewOrder
from tegata.acme.statuses import AuthorizationStatus, OrderStatus
from tegata.ca.errors import (
    AlreadyReplaced,
    AuthorizationRefused,
    DatesRefused,
    MalformedRequest,
    NamesRefused,
    ReplacesRefused,
)
from tegata.ca.model import Authorization, Certificate, Contract, Order
from tegata.ca.policy import calendar, keys, names
from tegata.ca.ports import Conflict, Ids, Store, Work
from tegata.ca.services import refusals
from tegata.ca.services.actors import Actor, own, require_unblocked
from tegata.ca.services.admission import Admission
from tegata.ca.services.issuers import Issuers
from tegata.ca.services.limits import Counted, LimitService
from tegata.ca.services.predecessors import Predecessors
from tegata.ca.services.proofs import Proofs
from tegata.ca.services.revocation import OPERATOR, REVOKED
from tegata.ca.services.statuses import (
    AuthorizationView,
    OrderView,
    look,
    view_authorization,
    view_order,
)
from tegata.ca.services.terms import TermsService
from tegata.ca.settings import Policy
from tegata.clock import has_fraction, parse_rfc3339, rfc3339
from tegata.pki.names import base_of

__all__ = ["AuthorizationView", "OrderService", "OrderView"]

# Orders on one page of an account's list; it ends sooner once they have so many names, each of which is read.
PAGE_ORDERS = 50
PAGE_NAMES = 200
# So many orders may want to replace one certificate before they are counted as any other.
REPLACEMENTS = 10

# What met a limit that has room again, or an order that came to nothing, is tried once more, and not for ever.
_TRIES = 3


class OrderPage(NamedTuple):
    """Ids of orders, and the id of the last order looked at if there may be more after it."""

    orders: tuple[str, ...]
    last: str | None


class OrderService:
    """Orders of accounts; ``blocked`` are the digests of keys that none of them may have."""

    def __init__(
        self,
        *,
        store: Store,
        admission: Admission,
        policy: Policy,
        issuers: Issuers,
        limits: LimitService,
        terms: TermsService,
        ids: Ids,
        clock: Callable[[], datetime],
        blocked: Collection[bytes] = keys.PUBLISHED,
    ) -> None:
        self._store, self._policy, self._limits, self._terms = store, policy, limits, terms
        self._admission = admission
        self._proofs = Proofs(store=store, admission=admission, policy=policy, ids=ids)
        self._predecessors = Predecessors(store, issuers)
        self._ids, self._clock, self._blocked = ids, clock, blocked

    async def create(
        self,
        actor: Actor,
        new: NewOrder,
        counted: Callable[[], None] = lambda: None,
        *,
        csr: bytes | None = None,
        beside: Callable[[Work], None] = lambda _: None,
    ) -> OrderView:
        """Place an order if the contract allows it now; ``counted`` is told of one that limits count, and may refuse.

        ``csr`` is kept with it where the request (DER) came before the order; ``beside`` adds what is written with one
        that replaces nothing, and the order is there only if that is.
        Raises the refusals of ``policy.contracts.require_in_force``, ``Admission.admit``,
        ``policy.names.check_limited`` and ``LimitService.refuse``, UnsuitableAccountKey, TermsChanged,
        MalformedRequest, ReplacesRefused, AlreadyReplaced.
        """
        now = self._clock()
        await self._require_in_order(actor, now)
        not_before, not_after = _instant("notBefore", new.not_before), _instant("notAfter", new.not_after)
        try:
            admitted = await self._admission.admit(
                actor.contract,
                new.identifiers,
                profile=new.profile,
                not_before=not_before,
                not_after=not_after,
                now=now,
                behind=calendar.NOT_BEFORE_BEHIND_AT_ORDER,
            )
            names.check_limited(admitted.identifiers, actor.credential)
            basis = await self._proofs.of_order(actor, new.identifiers, admitted, now)
        except NamesRefused as refused:
            await refusals.names(self._store, actor.account.id, refused, now)
            raise
        order = Order(
            id=self._ids.object_id(),
            account_id=actor.account.id,
            contract_id=actor.contract.id,
            identifiers=admitted.identifiers,
            authorization_ids=tuple(authorization.id for authorization in basis.authorizations),
            not_before=not_before,
            not_after=not_after,
            replaces=new.replaces,
            profile=admitted.profile,
            csr=csr,
            created_at=now,
            expires_at=min(
                now + timedelta(seconds=self._policy.order_seconds),
                *(authorization.expires_at for authorization in basis.authorizations),
            ),
        )
        if new.replaces is None:
            counted()
            await self._place(actor, order, basis.fresh, beside=beside)
        else:
            await self._replace(actor, order, new.replaces, basis.fresh, counted)
        return view_order(order, basis.authorizations, now)

    async def authorize(
        self,
        actor: Actor,
        identifier: Identifier,
        counted: Callable[[], None] = lambda: None,
        *,
        subdomains: bool = False,
    ) -> AuthorizationView:
        """An authorization that no order has asked for yet, and that the next ones use (RFC 8555 §7.4.1, A-64).

        For all names below too if ``subdomains`` are wanted, and the service has a way to prove that (RFC 9444 §4.2);
        where it has none, for the name alone. It counts as an order, and ``counted`` is told so. Raises the refusals of
        ``policy.contracts.require_in_force``, UnsuitableAccountKey, TermsChanged, ServiceWithoutAcme,
        AuthorizationRefused, and the refusals of ``LimitService.refuse``.
        """
        now = self._clock()
        await self._require_in_order(actor, now)
        service = self._admission.service(actor.contract, now)
        try:
            [admitted] = self._admission.named(actor.contract, service, [identifier], now)
            names.check_limited([admitted], actor.credential)
            names.check_alone(admitted, service)
        except NamesRefused as refused:
            await refusals.names(self._store, actor.account.id, refused, now)
            raise AuthorizationRefused(refused.refusals) from None
        counted()
        offered = names.reusable(service)
        is_wide = subdomains and offered.subdomains and admitted.type == DNS
        authorization = self._proofs.fresh(actor, admitted, offered, now, subdomains=is_wide)
        work = Work()
        as_order = Counted(actor.account, actor.contract, {admitted.value}, now)
        self._limits.spend(work, as_order)
        self._store.authorizations.insert_alone(work, authorization)
        await self._commit(work, as_order)
        return view_authorization(authorization, now)

    async def get(self, actor: Actor, order_id: str) -> OrderView:
        """The actor's order; raises NotFound."""
        order = own(await self._store.orders.get(order_id), actor)
        return await look(self._store, order, self._clock())

    async def authorization(self, actor: Actor, authorization_id: str) -> AuthorizationView:
        """The actor's authorization; raises NotFound."""
        return view_authorization(own(await self._store.authorizations.get(authorization_id), actor), self._clock())

    async def listed(self, actor: Actor, after: str | None) -> OrderPage:
        """A page of the actor's orders that are not invalid, newest first (A-44).

        ``after`` is the order the page before ended with; None begins. Raises NotFound.
        """
        now = self._clock()
        last = None if after is None else own(await self._store.orders.get(after), actor)
        found = await self._store.orders.of_account(actor.account.id, now, PAGE_ORDERS + 1, last)
        shown, names, count = [], 0, 0
        for order_id in found[:PAGE_ORDERS]:
            view = await self.get(actor, order_id)
            if view.status is not OrderStatus.INVALID:
                shown.append(order_id)
            names, count = names + len(view.authorizations), count + 1
            if names >= PAGE_NAMES:
                break
        return OrderPage(tuple(shown), found[count - 1] if len(found) > count else None)

    async def deactivate(self, actor: Actor, authorization_id: str) -> AuthorizationView:
        """Give up the actor's pending or valid authorization; any other is given as it is. Raises NotFound (A-63)."""
        view = await self.authorization(actor, authorization_id)
        if view.status in (AuthorizationStatus.PENDING, AuthorizationStatus.VALID):
            work = Work()
            self._store.authorizations.deactivate(work, authorization_id, self._clock())
            # It may have failed, or been given up by another request, a moment ago.
            with suppress(Conflict):
                await self._store.commit(work)
        return await self.authorization(actor, authorization_id)

    async def _require_in_order(self, actor: Actor, now: datetime) -> None:
        """Pass if the account may ask for something now: its contract and EAB, its key, the terms."""
        actor.require_in_force(now)
        await require_unblocked(self._store, actor.account.jwk, self._blocked)
        self._terms.require(actor, now)

    async def _place(
        self,
        actor: Actor,
        order: Order,
        fresh: Sequence[Authorization],
        *,
        is_counted: bool = True,
        beside: Callable[[Work], None] = lambda _: None,
    ) -> None:
        """Store an order with its new authorizations; ``is_counted`` if it is to keep to the rate limits."""
        work = Work()
        counted = Counted(
            actor.account,
            actor.contract,
            {base_of(identifier.value) for identifier in order.identifiers},
            order.created_at,
            proved={authorization.identifier.value for authorization in fresh},
        )
        if is_counted:
            self._limits.spend(work, counted)
        else:
            await self._limits.require_unpaused(counted)
        for authorization in fresh:
            self._store.authorizations.insert(work, authorization)
        self._store.orders.insert(work, order)
        beside(work)
        await self._commit(work, counted)

    async def _commit(self, work: Work, counted: Counted) -> None:
        """Commit what was counted so; raises the refusals of ``LimitService.refuse``."""
        for _ in range(_TRIES):
            try:
                await self._store.commit(work)
            except Conflict as conflict:
                met = conflict
                await self._limits.refuse(conflict, counted)
            else:
                return
        raise met

    async def _replace(
        self, actor: Actor, order: Order, cert_id: str, fresh: Sequence[Authorization], counted: Callable[[], None]
    ) -> None:
        """Store an order that replaces a certificate; of several that want to at once, on any node, one is stored.

        Where the one that was quicker has come to nothing by then, the next may have its turn.
        """
        is_told = False
        for _ in range(_TRIES):
            certificate, count = await self._check_replaces(actor, order, cert_id, order.created_at)
            # A client that replaces in vain again and again is not what the CA asked for.
            is_asked_for = count < REPLACEMENTS and await self._is_asked_for(
                certificate, actor.contract, order.created_at
            )
            if not is_asked_for and not is_told:
                counted()
                is_told = True
            numbered = msgspec.structs.replace(order, replacement=count)
            try:
                await self._place(actor, numbered, fresh, is_counted=not is_asked_for)
            except Conflict as conflict:
                met = conflict
            else:
                return
        raise met

    async def _is_asked_for(self, certificate: Certificate, contract: Contract, now: datetime) -> bool:
        """Whether the CA itself wants the certificate replaced by now (X-19).

        One that its holder has revoked, or whose end he chose, is at its window whenever he likes, and so would be all
        that follow it.
        """
        if calendar.renewal_window(certificate, contract).start > now:
            return False
        if certificate.revoked_at is not None:
            events = await self._store.audit.of_subject(certificate.serial)
            return any(each.kind == REVOKED and each.facts.get("by") == OPERATOR for each in events)
        order = await self._store.orders.get(certificate.order_id)
        return order is not None and order.not_after is None

    async def _check_replaces(self, actor: Actor, order: Order, cert_id: str, now: datetime) -> tuple[Certificate, int]:
        """That certificate, and how many orders wanted to replace it before, if this one may (RFC 9773 §5, X-17).

        An order that became invalid replaces nothing any more; that follows from its status. Only the last one is
        looked at: when it was stored, all before it were invalid, which nothing undoes. Its number goes on where
        house-keeping has dropped others.
        """
        try:
            certificate = await self._predecessors.find(cert_id)
        except Malformed as error:
            raise ReplacesRefused(reason=error.facts["reason"]) from None
        if certificate is None or certificate.account_id != actor.account.id:
            raise ReplacesRefused(reason="it names no certificate of this account")
        if not {identifier.value for identifier in order.identifiers} & set(certificate.names):
            raise ReplacesRefused(reason="the certificate it names has none of the order's names")
        last = await self._store.orders.last_replacing(cert_id)
        if last is None or last.replacement is None:
            return certificate, 0
        if (await look(self._store, last, now)).status is not OrderStatus.INVALID:
            raise AlreadyReplaced(serial=certificate.serial)
        return certificate, last.replacement + 1


def _instant(member: str, text: str | None) -> datetime | None:
    """A date of an order; raises MalformedRequest, or DatesRefused for one that no certificate can hold."""
    if text is None:
        return None
    try:
        instant = parse_rfc3339(text)
    except (ValueError, OverflowError):
        raise MalformedRequest(reason="notBefore or notAfter is no RFC 3339 time") from None
    if has_fraction(text):
        raise DatesRefused(member=member, date=rfc3339(instant), reason="it has a fraction of a second")
    return instant
