"""ACME accounts: registered by an EAB of a contract, found by their key, changed and given up (RFC 8555 §7.3).

Signatures of requests are checked before; what an account may do under its contract is asked elsewhere.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import NoReturn

import msgspec

from tegata.acme import eab
from tegata.acme.eab import BadBinding, Binding
from tegata.acme.flattened import Flattened
from tegata.acme.jwk import JWK, thumbprint, to_public
from tegata.acme.messages import NewAccount
from tegata.ca.errors import (
    AccountDeactivated,
    BadRequestSignature,
    BindingMalformed,
    BindingRefused,
    BindingRequired,
    CredentialElsewhere,
    CredentialUsedUp,
    InvalidContact,
    KeyInUse,
    ServiceWithoutAcme,
    TermsNotAgreed,
    TooManyContacts,
    UnknownAccount,
    UnsupportedContact,
    fault_of,
)
from tegata.ca.model import Account, Contract, Credential
from tegata.ca.policy import contracts, keys
from tegata.ca.ports import Conflict, Ids, Sealer, Store, Work
from tegata.ca.services import actors
from tegata.ca.services.actors import Actor
from tegata.ca.services.credentials import seal_name
from tegata.ca.services.limits import LimitService
from tegata.ca.settings import Service

__all__ = ["AccountService", "Actor"]

CONTACT_MOST = 10
CONTACT_CHARACTERS = 320
_SHOWN = 64
# One address and no header fields, which "?" would begin (RFC 6068 §2); the local part is an RFC 5322 dot-atom.
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=^_`{|}~-]+@[A-Za-z0-9.-]+")


class AccountService:
    """Accounts; ``terms`` is the URL of the terms of service, empty where there are none.

    ``blocked`` are the digests of keys that no account may have.
    """

    def __init__(
        self,
        *,
        store: Store,
        services: Mapping[str, Service],
        terms: str,
        limits: LimitService,
        sealer: Sealer,
        ids: Ids,
        clock: Callable[[], datetime],
        blocked: Collection[bytes] = keys.PUBLISHED,
    ) -> None:
        self._store, self._services, self._terms, self._blocked = store, services, terms, blocked
        self._limits = limits
        self._sealer, self._ids, self._clock = sealer, ids, clock
        # Stands in for an unknown credential, so that the same work is done for it.
        self._nobody = Credential(
            kid="", contract_id="", sealed_mac=sealer.seal(seal_name(""), ids.mac()), created_at=clock()
        )

    async def register(
        self, *, jwk: JWK, new: NewAccount, url: str, counted: Callable[[], None] = lambda: None
    ) -> tuple[Account, bool]:
        """The account of this key, and whether it was made now (A-33); ``url`` is the newAccount URL.

        A known key gets its account back, whatever else the request says: bound by the EAB of the request, if that is
        another one than before (A-39). ``counted`` is told of an unknown key, and may refuse it. Raises
        AccountDeactivated, UnknownAccount (only an existing account was wanted, A-34), UnsuitableAccountKey, the
        refusals of contacts, terms and EAB, those of ``policy.contracts.require_binding``, CredentialUsedUp,
        TooManyAccountWrites.
        """
        digest = thumbprint(jwk)
        existing = await self._existing(digest)
        if existing is not None:
            return await self._bound_anew(existing, new.external_account_binding, url), False
        if new.only_return_existing:
            raise UnknownAccount
        counted()
        _check_contacts(new.contact)
        if self._terms and not new.terms_of_service_agreed:
            raise TermsNotAgreed(url=self._terms)
        await self._require_usable(jwk)
        now = self._clock()
        credential, contract = await self._binding(new.external_account_binding, digest, url, now)
        if not contracts.service_of(contract, self._services).has_acme:
            raise ServiceWithoutAcme(contract=contract.id)
        account = Account(
            id=self._ids.object_id(),
            thumbprint=digest,
            jwk=jwk,
            contract_id=contract.id,
            kid=credential.kid,
            binding=msgspec.json.encode(new.external_account_binding),
            contacts=new.contact,
            terms_agreed_at=now if new.terms_of_service_agreed else None,
            created_at=now,
        )
        work = Work()
        self._limits.spend_registration(work, contract, now)
        self._store.credentials.use(work, credential.kid, account.id, now)
        self._store.accounts.insert(work, account, self._terms if new.terms_of_service_agreed else "")
        try:
            await self._store.commit(work)
        except Conflict as lost:
            # The same key registered a moment ago: both requests get the one account.
            winner = await self._existing(digest)
            if winner is not None:
                return winner, False
            await self._limits.refuse_registration(lost, contract, now)
            await self._refuse(lost, credential, contract, now)
        return account, True

    async def _bound_anew(self, account: Account, flattened: Flattened | None, url: str) -> Account:
        """The account, from now on by this binding's EAB of its contract, if that is not the one that it has."""
        if flattened is None or _kid(flattened) in (None, account.kid):
            return account
        now = self._clock()
        credential, contract = await self._binding(
            flattened, account.thumbprint, url, now, contract_id=account.contract_id
        )
        work = Work()
        self._limits.spend_change(work, account, now)
        self._store.credentials.use(work, credential.kid, account.id, now)
        binding = msgspec.json.encode(flattened)
        self._store.accounts.bind(work, account.id, former=account.kid, kid=credential.kid, binding=binding)
        try:
            await self._store.commit(work)
        except Conflict as lost:
            current = await self.find(account.id)
            actors.require_alive(current)
            if current.kid == credential.kid:  # the same request came twice: one of them is enough
                return current
            if current.kid != account.kid:  # another EAB came first, and this request after it
                return await self._bound_anew(current, flattened, url)
            await self._limits.refuse_change(lost, account, now)
            await self._refuse(lost, credential, contract, now)
        return await self.find(account.id)

    async def update_contacts(self, actor: Actor, contacts: tuple[str, ...]) -> Actor:
        """Replace the account's contacts, if they are others.

        Raises AccountDeactivated, the refusals of contacts, TooManyAccountWrites.
        """
        _check_contacts(contacts)
        if contacts == actor.account.contacts:
            return await actors.load(self._store, actor.account.id)
        work = Work()
        self._limits.spend_change(work, actor.account, self._clock())
        self._store.accounts.update_contacts(work, actor.account.id, contacts)
        return await self._changed(actor, work)

    async def change_key(self, actor: Actor, new: JWK) -> Actor:
        """Give the account another key, in one commit (RFC 8555 §7.3.5).

        All that hangs on the account stays; what is still to be proved is proved with the new key. Raises KeyInUse
        (``account``: the id of the account that has the key), UnsuitableAccountKey also for the key that the account
        has, AccountDeactivated, TooManyAccountWrites, and BadRequestSignature if another request changed the key first.
        """
        digest = thumbprint(new)
        # Others could take the account with them to a key of theirs.
        await actors.require_unblocked(self._store, actor.account.jwk, self._blocked)
        await self._require_usable(new)
        work = Work()
        self._limits.spend_change(work, actor.account, self._clock())
        self._store.accounts.change_key(
            work, actor.account.id, former=actor.account.thumbprint, thumbprint=digest, jwk=new
        )
        try:
            return await self._changed(actor, work)
        except Conflict:
            holder = await self._store.accounts.by_thumbprint(digest)
            if holder is None:
                raise BadRequestSignature from None
            raise KeyInUse(account=holder.id) from None

    async def deactivate(self, actor: Actor) -> Account:
        """Close the account for good and end its open orders, in one commit; raises AccountDeactivated (A-47).

        What a request is just signing is finished, an issuance that was interrupted is not; certificates stay as they
        are.
        """
        work, now = Work(), self._clock()
        self._store.accounts.deactivate(work, actor.account.id, now)
        fault = fault_of(AccountDeactivated(), self._ids.reference())
        self._store.orders.cancel_open(work, actor.account.id, fault, now)
        try:
            await self._store.commit(work)
        except Conflict:
            raise AccountDeactivated from None
        return await self.find(actor.account.id)

    async def find(self, account_id: str) -> Account:
        """The account of an id; raises UnknownAccount."""
        account = await self._store.accounts.get(account_id)
        if account is None:
            raise UnknownAccount
        return account

    async def named(self, account_id: str) -> Actor:
        """Who a request says that it is from; raises UnknownAccount.

        Once its signature was checked, ``actors.require_alive`` is to be asked.
        """
        return await actors.named(self._store, account_id)

    async def authenticate(self, account: Account) -> Actor:
        """The actor of an account whose signature was checked; raises AccountDeactivated."""
        actors.require_alive(account)
        return await actors.load(self._store, account.id)

    async def _changed(self, actor: Actor, work: Work) -> Actor:
        """The actor after a change.

        Raises AccountDeactivated, TooManyAccountWrites, or Conflict for any other reason it did not happen.
        """
        try:
            await self._store.commit(work)
        except Conflict as lost:
            actors.require_alive(await self.find(actor.account.id))
            await self._limits.refuse_change(lost, actor.account, self._clock())
            raise
        return await actors.load(self._store, actor.account.id)

    async def _require_usable(self, key: JWK) -> None:
        """Pass a key that an account may have from now on (A-94, B-52, B-53); raises UnsuitableAccountKey."""
        keys.check_account_key(to_public(key), self._blocked)
        await actors.require_unblocked(self._store, key, self._blocked)

    async def _existing(self, digest: str) -> Account | None:
        account = await self._store.accounts.by_thumbprint(digest)
        if account is not None:
            actors.require_alive(account)
        return account

    async def _binding(
        self, flattened: Flattened | None, digest: str, url: str, now: datetime, *, contract_id: str | None = None
    ) -> tuple[Credential, Contract]:
        """The credential that made the binding, of this contract if one is said, and its contract: both bind now."""
        credential = await self._credential(flattened, digest, url)
        if contract_id not in (None, credential.contract_id):
            raise CredentialElsewhere(kid=credential.kid, contract=contract_id)
        contract = await self._store.contracts.get(credential.contract_id)
        assert contract is not None, "the store keeps the contract of every credential"
        contracts.require_binding(contract, credential, now)
        return credential, contract

    async def _refuse(self, lost: Conflict, credential: Credential, contract: Contract, now: datetime) -> NoReturn:
        """Say why a credential that would bind when it was read did not; raises ``lost`` where it is not about that."""
        if lost.statement != "credentials.use":
            raise lost
        current = await self._store.credentials.get(credential.kid)
        assert current is not None, "credentials are never removed"
        contracts.require_binding(contract, current, now)
        raise CredentialUsedUp(kid=credential.kid, accounts=credential.most_accounts) from None

    async def _credential(self, flattened: Flattened | None, digest: str, url: str) -> Credential:
        """The credential that made the binding; an unknown one and a wrong MAC are refused alike (A-41)."""
        if flattened is None:
            raise BindingRequired
        binding = _read(flattened, digest, url)
        credential = await self._store.credentials.get(binding.kid) or self._nobody
        mac = self._sealer.open(seal_name(credential.kid), credential.sealed_mac)
        try:
            eab.verify(binding, mac)
        except BadBinding:
            raise BindingRefused from None
        if credential is self._nobody:
            raise BindingRefused
        return credential


def _kid(flattened: Flattened) -> str | None:
    """The EAB that a binding names, if it is one that can be read."""
    try:
        return eab.read(flattened).kid
    except BadBinding:
        return None


def _read(flattened: Flattened, digest: str, url: str) -> Binding:
    try:
        binding = eab.read(flattened)
        eab.match(binding, url=url, account_thumbprint=digest)
    except BadBinding as error:
        raise BindingMalformed(reason=error.facts["reason"]) from None
    return binding


def _check_contacts(contacts: Sequence[str]) -> None:
    """Pass contacts that are each one plain mail address (A-36); none at all is fine."""
    if len(contacts) > CONTACT_MOST:
        raise TooManyContacts(count=len(contacts), most=CONTACT_MOST)
    for contact in contacts:
        scheme, _, address = contact.partition(":")
        if scheme.lower() != "mailto":
            raise UnsupportedContact(contact=contact[:_SHOWN])
        if len(contact) > CONTACT_CHARACTERS or not _ADDRESS.fullmatch(address):
            raise InvalidContact(contact=contact[:_SHOWN])
