"""Contracts: accepted, shown, renewed, suspended, resumed, ended.

What a contract allows is ``policy.contracts``; this service only records what the operator decides.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from tegata.ca.errors import Refused, UnknownObject, UnknownService
from tegata.ca.model import NEVER, Application, Contract, Credential, Customer, Job, Organization
from tegata.ca.policy import baseline, contracts, names
from tegata.ca.policy.addresses import AddressFilter
from tegata.ca.policy.calendar import LAST_SECOND, whole_second
from tegata.ca.policy.contracts import ContractStatus
from tegata.ca.policy.countries import COUNTRIES
from tegata.ca.ports import Conflict, Ids, PasswordHasher, Sealer, Store, Work
from tegata.ca.services import logins
from tegata.ca.services.credentials import new_credential
from tegata.ca.services.logins import Logins
from tegata.ca.services.notices import CONTRACT_ACCEPTED
from tegata.ca.settings import Lint, Policy, Service
from tegata.text.catalogue import is_printable

PART = 500
"""How many contracts are read at a time, of all that there are."""
# The upper bounds of X.520, which certificates keep (BR 7.1.4.2).
_NAME_CHARACTERS = 64
_PLACE_CHARACTERS = 128


@dataclass(frozen=True)
class ContractView:
    """A contract with its status, its service, the credential that stands for it if it has any, and its customer."""

    contract: Contract
    status: ContractStatus
    service: Service
    credential: Credential | None
    customer: Customer
    identity_ends: datetime | None
    """Until when the examination of the organization counts; None where none is on record."""
    vouches_for_organization: bool
    """Whether the CA stands for the organization now; otherwise it knows of proved names only."""


class Listed(NamedTuple):
    """A contract as a list has it."""

    contract: Contract
    status: ContractStatus
    service: Service


class Added(NamedTuple):
    """A contract just made; ``password`` is the new customer's first one, told this once, or None."""

    contract: Contract
    credential: Credential | None
    customer: Customer
    password: str | None


class ContractService:
    """Contracts; ``tell_customers`` leaves a mail to be sent with each new one, once its examination is done.

    ``addresses`` are those that a certificate may hold; ``policy`` says whether the root is publicly trusted (B-63).
    """

    def __init__(
        self,
        *,
        store: Store,
        services: Mapping[str, Service],
        addresses: AddressFilter,
        sealer: Sealer,
        hasher: PasswordHasher,
        ids: Ids,
        clock: Callable[[], datetime],
        tell_customers: bool,
        policy: Policy,
        lint: Lint,
    ) -> None:
        self._policy, self._lint = policy, lint
        self._store, self._services, self._addresses = store, services, addresses
        self._sealer, self._ids, self._clock = sealer, ids, clock
        self._logins = Logins(store, hasher, ids)
        self._tell_customers = tell_customers

    async def add(
        self,
        *,
        organization: Organization,
        service: str,
        domains: Sequence[str],
        user: str,
        starts: datetime | None = None,
        ends: datetime | None = None,
    ) -> Added:
        """Take up an accepted contract, with its EAB if the service has ACME.

        ``service`` is an id or label; ``user`` the customer's mail address, who gets a login with the first contract;
        from ``starts`` (now) to ``ends`` (the service's term), whose last second counts. Raises Refused, UnknownService
        for the service, BadName for a domain.
        """
        service_id = self._service_id(service)
        if not organization.has_place and baseline.needs_place(self._services[service_id], self._policy, self._lint):
            raise Refused(reason="an organization needs its state or its locality here, or has no certificate")
        named, domains, login = _checked(organization), _patterns(domains, self._addresses), logins.checked(user)
        now = self._clock()
        starts = whole_second(starts or now)
        ends = whole_second(ends or _after(starts - LAST_SECOND, self._services[service_id]))
        if ends <= starts:
            raise Refused(reason="the contract would end before it starts")
        work = Work()
        customer, password = await self._logins.of(work, login, now)
        contract = Contract(
            id=self._ids.contract_id(),
            customer_id=customer.id,
            service=service_id,
            organization=named,
            domains=domains,
            application=Application.NEW,
            applied_at=now,
            starts=starts,
            ends=ends,
        )
        self._store.contracts.insert(work, contract)
        credential = None
        if self._services[service_id].has_acme:
            credential = new_credential(contract.id, ids=self._ids, sealer=self._sealer, now=now)
            self._store.credentials.insert(work, credential)
        if self._tell_customers:
            # What says that the examination is done waits for it; its release makes it due.
            waits = baseline.needs_examination(self._services[service_id], self._policy)
            run_at = NEVER if waits else now
            job = Job(id=self._ids.object_id(), kind=CONTRACT_ACCEPTED, subject=contract.id, run_at=run_at)
            self._store.jobs.add(work, job)
        try:
            await self._store.commit(work)
        except Conflict:
            raise Refused(reason="another contract for this customer was added at the same moment") from None
        return Added(contract, credential, customer, password)

    async def show(self, contract_id: str) -> ContractView:
        """One contract; raises UnknownObject."""
        return await self._view(await self._get(contract_id))

    async def of_customer(self, customer_id: str) -> list[Listed]:
        """The contracts of a customer, oldest first."""
        now = self._clock()
        return [
            Listed(contract, contracts.status(contract, now), contracts.service_of(contract, self._services))
            for contract in await self._store.contracts.of_customer(customer_id)
        ]

    async def listed(self, user: str | None = None) -> AsyncIterator[ContractView]:
        """All contracts, by their ids, some read at a time, or those of who logs in by this mail address.

        Raises UnknownObject where nobody does.
        """
        if user is not None:
            customer = await self._store.customers.by_login(user.strip().lower())
            if customer is None:
                raise UnknownObject(kind="login", name=user)
            for contract in await self._store.contracts.of_customer(customer.id):
                yield await self._view(contract)
            return
        after = ""
        while found := await self._store.contracts.after(after, PART):
            for contract in found:
                yield await self._view(contract)
            after = found[-1].id

    async def renew(self, contract_id: str, ends: datetime | None = None) -> ContractView:
        """Prolong a contract, by the service's term from its present end if no new end is given.

        Its EAB and accounts stay; the renewal windows of its certificates move to now. Raises UnknownObject, Refused.
        """
        contract = await self._get(contract_id)
        now = self._clock()
        new_ends = whole_second(ends or _after(contract.ends, contracts.service_of(contract, self._services)))
        if new_ends <= contract.ends:
            raise Refused(reason="the contract lasts as long already")
        if new_ends <= now:
            raise Refused(reason="the contract would still have ended")
        work = Work()
        self._store.contracts.renew(work, contract_id, ends_before=contract.ends, ends=new_ends, at=now)
        return await self._change(work, contract_id, "the contract was ended, or changed a moment ago")

    async def suspend(self, contract_id: str) -> ContractView:
        """Stop a contract until it is resumed, from the next request on; raises UnknownObject, Refused."""
        await self._get(contract_id)
        work = Work()
        self._store.contracts.suspend(work, contract_id, self._clock())
        return await self._change(work, contract_id, "the contract is suspended already, or was ended")

    async def resume(self, contract_id: str) -> ContractView:
        """Take a suspension back; raises UnknownObject, Refused."""
        await self._get(contract_id)
        work = Work()
        self._store.contracts.resume(work, contract_id)
        return await self._change(work, contract_id, "the contract is not suspended, or was ended")

    async def end(self, contract_id: str) -> ContractView:
        """End a contract for good; its certificates stay as they are, to be revoked or to last out their lives.

        Which of them is right depends on why it was ended. Raises UnknownObject, Refused.
        """
        await self._get(contract_id)
        work = Work()
        self._store.contracts.end(work, contract_id, self._clock())
        return await self._change(work, contract_id, "the contract was ended before")

    async def _change(self, work: Work, contract_id: str, lost: str) -> ContractView:
        try:
            await self._store.commit(work)
        except Conflict:
            raise Refused(reason=lost) from None
        return await self.show(contract_id)

    async def _get(self, contract_id: str) -> Contract:
        contract = await self._store.contracts.get(contract_id)
        if contract is None:
            raise UnknownObject(kind="contract", name=contract_id)
        return contract

    async def _view(self, contract: Contract) -> ContractView:
        customer = await self._store.customers.get(contract.customer_id)
        assert customer is not None, "the store keeps the customer of every contract"
        now, service = self._clock(), contracts.service_of(contract, self._services)
        return ContractView(
            contract,
            contracts.status(contract, now),
            service,
            await self._store.credentials.principal(contract.id, kept=contracts.kept_id(contract.id), now=now),
            customer,
            baseline.identity_ends(contract),
            baseline.vouches_for_organization(contract, service, self._policy, now),
        )

    def _service_id(self, text: str) -> str:
        for service_id, service in self._services.items():
            if text in (service_id, service.label):
                return service_id
        known = ", ".join(f"{service_id} ({service.label})" for service_id, service in self._services.items())
        raise UnknownService(name=text, services=known)


def _after(instant: datetime, service: Service) -> datetime:
    """An instant and the service's term later; raises Refused where the calendar ends before."""
    try:
        return instant + timedelta(days=service.term_days)
    except OverflowError:
        raise Refused(reason="the contract would end after the year 9999") from None


def _patterns(domains: Sequence[str], addresses: AddressFilter) -> tuple[str, ...]:
    if not domains:
        raise Refused(reason="a contract needs at least one domain")
    return tuple(dict.fromkeys(names.pattern(domain, addresses) for domain in domains))


def _checked(organization: Organization) -> Organization:
    """The organization if certificates can name it (BR 7.1.4.2)."""
    if organization.country not in COUNTRIES:
        raise Refused(reason="the country is no code of ISO 3166-1 in capital letters, such as JP")
    _check_text(organization.name, _NAME_CHARACTERS)
    for place in (organization.state, organization.locality):
        if place is not None:
            _check_text(place, _PLACE_CHARACTERS)
    return organization


def _check_text(text: str, most: int) -> None:
    if len(text) > most:
        raise Refused(reason="a part of the organization is longer than certificates allow")
    if not is_printable(text) or text != text.strip() or not any(character.isalnum() for character in text):
        raise Refused(reason="a part of the organization is empty, or no text that a certificate can show")
