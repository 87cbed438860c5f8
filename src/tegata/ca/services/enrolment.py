"""Certificates without ACME: a customer's request (CSR) becomes an order of an account that the CA keeps.

It goes on as any other order: the same admission, limits, validation, final check and issuance. Each contract has one
such account, for which nobody can speak by ACME: the private half of its key is gone once it is made.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple
from weakref import WeakValueDictionary

import msgspec

from tegata.acme import challenges, identifiers, jwk
from tegata.acme.challenges import HTTP_01
from tegata.acme.messages import AskedIdentifier, NewOrder
from tegata.acme.statuses import ChallengeStatus, OrderStatus
from tegata.ca.errors import NotFound, OrderNotReady, ServiceWithoutRequests, TooManyOrders, UnknownAccount
from tegata.ca.model import Account, Challenge
from tegata.ca.policy import contracts
from tegata.ca.ports import Conflict, Ids, Sealer, Store, Work
from tegata.ca.services import actors, refusals
from tegata.ca.services import once as forms
from tegata.ca.services.actors import Actor
from tegata.ca.services.challenges import ChallengeService
from tegata.ca.services.contracts import ContractView
from tegata.ca.services.credentials import new_credential
from tegata.ca.services.issuance import IssuanceService
from tegata.ca.services.once import SentBefore
from tegata.ca.services.orders import OrderService
from tegata.ca.services.requests import RequestService
from tegata.ca.services.statuses import AuthorizationView, OrderView
from tegata.ca.services.terms import TermsService
from tegata.ca.settings import BY_HAND
from tegata.pki import csr_file
from tegata.pki.key_types import KeyType
from tegata.pki.keys import generate

_BEGUN = (OrderStatus.PROCESSING, OrderStatus.VALID)


class Proof(NamedTuple):
    """A way to prove a name by hand: what is to be found where (a URL or a name in the DNS), and what came of it."""

    challenge: Challenge
    status: ChallengeStatus
    where: str
    content: str


class Proofs(NamedTuple):
    """A name of an enrolment, and the ways to prove it."""

    name: str
    view: AuthorizationView
    ways: tuple[Proof, ...]


class Enrolment(NamedTuple):
    """An order for a request, and what is to be done for it."""

    order: OrderView
    names: tuple[Proofs, ...]

    @property
    def is_waiting(self) -> bool:
        """Whether the CA is at work on it, so that it looks different in a moment."""
        statuses = (way.status for name in self.names for way in name.ways)
        return self.order.status is OrderStatus.PROCESSING or ChallengeStatus.PROCESSING in statuses


class EnrolmentService:
    """Requests of customers whose service has no ACME; whose contract it is, is decided before."""

    def __init__(
        self,
        *,
        store: Store,
        requests: RequestService,
        orders: OrderService,
        proofs: ChallengeService,
        issuance: IssuanceService,
        terms: TermsService,
        sealer: Sealer,
        ids: Ids,
        clock: Callable[[], datetime],
    ) -> None:
        self._store, self._requests, self._orders, self._terms = store, requests, orders, terms
        self._proofs, self._issuance = proofs, issuance
        self._sealer, self._ids, self._clock = sealer, ids, clock
        self._turns = WeakValueDictionary[str, asyncio.Lock]()

    async def place(self, view: ContractView, content: bytes, *, once: str = "") -> OrderView:
        """Order the certificate that a request in PEM or DER asks for; its customer agrees to the terms of service.

        Sent again, as by a second click, it is the order that is open already: who proves names for one has one.
        ``once`` tells the form from another one, so that this holds for two nodes too. Raises ServiceWithoutRequests,
        BadCSR, BadName, the first of what ``RequestService.look`` finds wrong, the refusals of ``OrderService.create``,
        and SentBefore where what the form has ordered is over by now.
        """
        return await self._place(view, content, once, agrees=True)

    async def _place(self, view: ContractView, content: bytes, once: str, *, agrees: bool) -> OrderView:
        _require(view)
        looked = await self._requests.look(view, content)
        if looked.faults:
            await refusals.request(self._store, view.contract.id, looked.names, looked.faults, self._clock())
            raise looked.faults[0]
        wanted = tuple(AskedIdentifier(type=one.type, value=one.value) for one in map(identifiers.of, looked.names))
        actor, der = await self._actor(view.contract.id), csr_file.read(content).der
        now, form = self._clock(), forms.form(once, view.contract.id)
        if agrees:
            actor = actor._replace(account=msgspec.structs.replace(actor.account, terms_agreed_at=now))

        def beside(work: Work) -> None:
            forms.spend(self._store, work, form, now)
            if agrees:
                self._terms.note(work, view.contract.id, now)

        async with self._turns.setdefault(view.contract.id, asyncio.Lock()):
            if (found := await self._found(view, der)) is not None:
                return found
            try:
                return await self._orders.create(actor, NewOrder(identifiers=wanted), csr=der, beside=beside)
            except (Conflict, TooManyOrders):
                if not await forms.was_sent(self._store, form):
                    raise
            # The same form came to another node a moment ago.
            if (found := await self._found(view, der)) is None:
                raise SentBefore
            return found

    async def _found(self, view: ContractView, der: bytes) -> OrderView | None:
        """The open order for this request, if there is one."""
        for one in await self.open(view):
            if _csr(one.order) == der and one.order.status is not OrderStatus.INVALID:
                return one.order
        return None

    async def again(self, view: ContractView, order_id: str, *, once: str = "") -> OrderView:
        """Order once more what an order that has come to nothing was for; any other is given as it is.

        Nobody agrees to anything by it. ``once`` as in ``place``. Raises NotFound, and as ``place``.
        """
        failed = (await self.show(view, order_id)).order
        if failed.status is not OrderStatus.INVALID:
            return failed
        return await self._place(view, _csr(failed), once, agrees=False)

    async def open(self, view: ContractView) -> list[Enrolment]:
        """What is not issued yet and may be, newest first, of the orders that the account's list has on its first page.

        Raises ServiceWithoutRequests.
        """
        _require(view)
        try:
            actor = await self._kept(view.contract.id)
        except UnknownAccount:
            return []
        page = await self._orders.listed(actor, None)
        found = [await self.show(view, order_id) for order_id in page.orders]
        return [one for one in found if one.order.status is not OrderStatus.VALID]

    async def show(self, view: ContractView, order_id: str) -> Enrolment:
        """An order of the contract for a request; raises NotFound, also for what an ACME client ordered."""
        actor = await self._known(view)
        order = await self._orders.get(actor, order_id)
        return Enrolment(order, tuple(_proofs(one, actor.account) for one in order.authorizations))

    async def prove(self, view: ContractView, challenge_id: str) -> None:
        """Have it looked whether a name is proved; raises NotFound and the refusals of ``ChallengeService.accept``."""
        await self._proofs.accept(await self._known(view), challenge_id)

    async def issue(self, view: ContractView, order_id: str) -> OrderView:
        """Make the certificate of an order whose names are proved; raises as ``IssuanceService.finalize``.

        Asked for again, as by a second click, it is the order as it is.
        """
        actor = await self._known(view)
        order = await self._orders.get(actor, order_id)
        if order.status in _BEGUN:
            return order
        try:
            return await self._issuance.finalize(actor, order_id, _csr(order))
        except OrderNotReady:
            order = await self._orders.get(actor, order_id)
            if order.status not in _BEGUN:
                raise
            return order

    async def _known(self, view: ContractView) -> Actor:
        """Who orders for the contract; raises NotFound where nobody ever did."""
        try:
            return await self._kept(view.contract.id)
        except UnknownAccount:
            raise NotFound from None

    async def _kept(self, contract_id: str) -> Actor:
        return await actors.load(self._store, contracts.kept_id(contract_id))

    async def _actor(self, contract_id: str) -> Actor:
        """Who orders for the contract; made by the first who asks, with a credential that nobody is told."""
        with suppress(UnknownAccount):
            return await self._kept(contract_id)
        now, kept = self._clock(), contracts.kept_id(contract_id)
        credential = new_credential(contract_id, ids=self._ids, sealer=self._sealer, now=now, kid=kept)
        public = jwk.from_public(generate(KeyType.EC256).public_key())
        account = Account(
            id=kept,
            thumbprint=jwk.thumbprint(public),
            jwk=public,
            contract_id=contract_id,
            kid=kept,
            binding=b"{}",
            contacts=(),
            terms_agreed_at=None,
            created_at=now,
        )
        work = Work()
        self._store.credentials.insert(work, credential)
        self._store.accounts.insert(work, account)
        with suppress(Conflict):  # another request has made it a moment ago
            await self._store.commit(work)
        return await self._kept(contract_id)


def _require(view: ContractView) -> None:
    if not view.service.is_by_request:
        raise ServiceWithoutRequests(contract=view.contract.id)


def _csr(view: OrderView) -> bytes:
    """What the order was placed for."""
    csr = view.order.csr
    assert csr is not None, "every order of a kept account is placed with its request"
    return csr


def _proofs(view: AuthorizationView, account: Account) -> Proofs:
    """The ways that a name can be proved in by hand."""
    authorization = view.authorization
    ways = []
    for challenge in authorization.challenges:
        if challenge.type not in BY_HAND:
            continue
        answer = challenges.key_authorization(challenge.token, account.thumbprint)
        name = authorization.identifier.value
        if challenge.type == HTTP_01:
            host = f"[{name}]" if ":" in name else name
            where, content = f"http://{host}{challenges.http01_path(challenge.token)}", answer
        else:
            where, content = challenges.dns01_name(name), challenges.dns01_value(answer)
        ways.append(Proof(challenge, view.challenge_statuses[challenge.id], where, content))
    shown = f"*.{authorization.identifier.value}" if authorization.wildcard else authorization.identifier.value
    return Proofs(shown, view, tuple(ways))
