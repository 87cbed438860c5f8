"""Registering by EAB, and accounts found again by their key."""

import asyncio

import msgspec
import pytest

from tegata.acme import b64, eab, jwk
from tegata.acme.flattened import Flattened
from tegata.acme.messages import NewAccount
from tegata.acme.statuses import OrderStatus
from tegata.ca.errors import (
    AccountDeactivated,
    BindingMalformed,
    BindingRefused,
    BindingRequired,
    ContractEnded,
    ContractExpired,
    ContractNotStarted,
    ContractSuspended,
    CredentialDisabled,
    CredentialElsewhere,
    CredentialSuperseded,
    CredentialUsedUp,
    InvalidContact,
    KeyInUse,
    ServiceWithoutAcme,
    TermsNotAgreed,
    TooManyContacts,
    UnknownAccount,
    UnsuitableAccountKey,
    UnsupportedContact,
)
from tegata.ca.policy import keys
from tegata.ca.ports import Sealer, Work
from tegata.ca.services import actors
from tegata.ca.services.accounts import CONTACT_CHARACTERS, CONTACT_MOST, AccountService
from tegata.ca.services.ids import SystemIds
from tegata.pki.key_types import KeyType
from tegata.pki.keys import generate, spki_digest
from tegata.text.catalogue import explain
from tegata.text.language import Language
from tests.ca.services.house import DAY, NEW_ACCOUNT, NOW, SECOND, TERMS

pytestmark = pytest.mark.anyio

KEY = generate(KeyType.EC256)
JWK = jwk.from_public(KEY.public_key())
OTHER = jwk.from_public(generate(KeyType.EC256).public_key())


async def register(house, new, key=JWK):
    return await house.accounts.register(jwk=key, new=new, url=NEW_ACCOUNT)


async def bound(house, added, **changes):
    new = NewAccount(terms_of_service_agreed=True, external_account_binding=await house.bind(added, KEY))
    return msgspec.structs.replace(new, **changes)


async def test_a_new_account(house):
    """It belongs to the contract of its EAB (A-33, A-39); the log has to which terms it agreed (B-99)."""
    added = await house.sell()
    new = await bound(house, added, contact=("mailto:test@example.com",))
    account, created = await register(house, new)
    assert created
    assert account == await house.accounts.find(account.id)
    assert (account.contract_id, account.kid) == (added.contract.id, added.credential.kid)
    assert account.contacts == ("mailto:test@example.com",)
    assert account.terms_agreed_at == NOW
    [event] = await house.store.audit.of_subject(account.id)
    assert (event.kind, event.facts["terms"]) == ("account.created", TERMS)
    assert msgspec.json.decode(account.binding, type=Flattened) == new.external_account_binding
    actor = await house.accounts.authenticate(account)
    assert (actor.contract, actor.credential) == (added.contract, added.credential)


async def test_a_known_key_gets_its_account_whatever_else_is_asked(house):
    """With a wrong EAB, without one, without consent, by a dead credential: 200 and nothing changed (A-33)."""
    added = await house.sell()
    account, _ = await register(house, await bound(house, added))
    await house.credentials.disable(added.credential.kid)
    await house.contracts.end(added.contract.id)
    for new in (
        NewAccount(),
        NewAccount(only_return_existing=True),
        NewAccount(contact=("tel:1",)),
        NewAccount(external_account_binding=Flattened("", "", "")),
        await bound(house, added, contact=("mailto:other@example.com",)),
    ):
        assert await register(house, new) == (account, False)


async def test_an_account_goes_under_another_eab_of_its_contract(house):
    """A newAccount by its key that proves another EAB: nothing else changes, and the former may end (A-39)."""
    added = await house.sell()
    account, _ = await register(house, await bound(house, added))
    await house.issue(await house.accounts.authenticate(account))
    moved = added._replace(credential=await house.credentials.rotate(added.credential.kid))
    for new in (await bound(house, moved, only_return_existing=True), await bound(house, moved)):
        now, created = await register(house, new)
        assert not created
        assert now.kid == moved.credential.kid
        assert msgspec.json.decode(now.binding, type=Flattened).payload == new.external_account_binding.payload
        assert now == msgspec.structs.replace(account, kid=now.kid, binding=now.binding)
    usage = await house.credentials.usage(await house.credentials.show(added.credential.kid))
    assert (usage.accounts, usage.certificates) == (0, 0)
    usage = await house.credentials.usage(moved.credential)
    assert (usage.accounts, usage.registered) == (1, 1)
    await house.credentials.disable(added.credential.kid)
    await house.issue(await house.accounts.authenticate(now))
    assert (await house.store.audit.of_subject(account.id))[-1].facts == {
        "former": added.credential.kid,
        "kid": moved.credential.kid,
    }


async def test_an_account_stays_under_its_eab_where_the_other_is_not_good(house):
    """Told so: a wrong MAC, one that is disabled, replaced or used up, and one of another contract (A-39, A-41)."""
    added = await house.sell()
    account, _ = await register(house, await bound(house, added))
    foreign = await house.sell("www.example.org")
    disabled = await house.credentials.add(added.contract.id)
    replaced = await house.credentials.add(added.contract.id)
    full = added._replace(credential=await house.credentials.add(added.contract.id, most_accounts=1))
    await house.credentials.rotate(replaced.kid)
    await house.credentials.disable(disabled.kid)
    await house.register(full)
    wrong = eab.bind(JWK, replaced.kid, b"x" * 32, NEW_ACCOUNT)
    for new, refusal in (
        (NewAccount(external_account_binding=wrong), BindingRefused),
        (await bound(house, foreign), CredentialElsewhere),
        (await bound(house, added._replace(credential=disabled)), CredentialDisabled),
        (await bound(house, added._replace(credential=replaced)), CredentialSuperseded),
        (await bound(house, full), CredentialUsedUp),
    ):
        with pytest.raises(refusal) as caught:
            await register(house, new)
        if refusal is CredentialElsewhere:
            assert caught.value.facts == {"kid": foreign.credential.kid, "contract": added.contract.id}
    assert await house.accounts.find(account.id) == account
    assert await register(house, NewAccount()) == (account, False)


async def test_an_account_goes_under_another_eab_by_two_requests_at_once(house):
    """It is counted once."""
    added = await house.sell()
    await register(house, await bound(house, added))
    other = added._replace(credential=await house.credentials.add(added.contract.id, most_accounts=1))
    new = await bound(house, other)
    results = await asyncio.gather(*(register(house, new) for _ in range(4)))
    assert {account.kid for account, _ in results} == {other.credential.kid}
    assert (await house.credentials.usage(other.credential)).registered == 1


async def test_two_requests_put_an_account_under_two_eabs(house):
    """One after the other: it stays under the later one's, and each EAB says that it was used."""
    added = await house.sell()
    await register(house, await bound(house, added))
    others = [added._replace(credential=await house.credentials.add(added.contract.id)) for _ in range(2)]
    news = [await bound(house, other) for other in others]
    results = await asyncio.gather(*(register(house, new) for new in news))
    assert {account.kid for account, _ in results} == {other.credential.kid for other in others}
    usages = [await house.credentials.usage(other.credential) for other in others]
    assert sorted((usage.accounts, usage.registered) for usage in usages) == [(0, 1), (1, 1)]


async def test_an_account_that_gives_itself_up_while_it_goes_under_another_eab(house):
    """It is told that it is gone, and the EAB is not used."""
    added = await house.sell()
    account, _ = await register(house, await bound(house, added))
    actor = await house.accounts.authenticate(account)
    other = added._replace(credential=await house.credentials.add(added.contract.id))
    new = await bound(house, other)
    commit = house.store.commit

    async def late(work):
        house.store.commit = commit
        await house.accounts.deactivate(actor)
        await commit(work)

    house.store.commit = late
    with pytest.raises(AccountDeactivated):
        await register(house, new)
    assert (await house.credentials.usage(other.credential)).registered == 0


async def test_only_an_existing_account_is_asked_for(house):
    """Before consent and EAB are looked at, and nothing is made (A-34)."""
    added = await house.sell()
    for new in (NewAccount(only_return_existing=True), await bound(house, added, only_return_existing=True)):
        with pytest.raises(UnknownAccount):
            await register(house, new)
    assert await house.store.accounts.of_contract(added.contract.id) == []


async def test_an_eab_is_for_any_number_of_accounts(house):
    """Each with its own key."""
    added = await house.sell()
    accounts = [await house.register(added) for _ in range(3)]
    assert len({actor.account.id for actor in accounts}) == 3


async def test_an_eab_for_so_many_accounts(house):
    """However many ask at once; an account that is there costs nothing, nor does a request that is refused (A-40)."""
    added = await house.sell()
    few = added._replace(credential=await house.credentials.add(added.contract.id, most_accounts=2))
    with pytest.raises(InvalidContact):
        await register(house, await bound(house, few, contact=("mailto:",)))
    account, _ = await register(house, await bound(house, few))
    assert await register(house, await bound(house, few)) == (account, False)
    results = await asyncio.gather(*(house.register(few) for _ in range(5)), return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["Actor", *["CredentialUsedUp"] * 4]
    assert (await house.credentials.usage(few.credential)).registered == 2
    with pytest.raises(CredentialUsedUp) as caught:
        await house.register(few)
    assert caught.value.facts == {"kid": few.credential.kid, "accounts": 2}
    assert await register(house, await bound(house, few)) == (account, False)


async def test_an_eab_disabled_while_it_registers(house):
    """Either the account was first, or there is none: the credential is looked at in the commit that makes it."""
    added = await house.sell()
    kid = added.credential.kid
    new = await bound(house, added)
    commit = house.store.commit

    async def late(work):
        house.store.commit = commit
        await house.credentials.disable(kid)
        await commit(work)

    house.store.commit = late
    with pytest.raises(CredentialDisabled):
        await register(house, new)
    assert await house.store.accounts.of_contract(added.contract.id) == []


async def test_one_key_that_registers_twice_at_once(house):
    """Both requests get the one account, which is new to one of them (A-33)."""
    added = await house.sell()
    new = await bound(house, added)
    answers = await asyncio.gather(*(register(house, new) for _ in range(5)))
    assert len({account.id for account, _ in answers}) == 1
    assert sum(created for _, created in answers) == 1


async def test_consent_is_needed(house):
    """The terms are told."""
    added = await house.sell()
    with pytest.raises(TermsNotAgreed) as caught:
        await register(house, await bound(house, added, terms_of_service_agreed=False))
    assert caught.value.facts == {"url": TERMS}


async def test_a_ca_without_terms_asks_for_no_consent(house):
    """And writes none down."""
    house.accounts = AccountService(
        store=house.store,
        services=house.products,
        terms="",
        limits=house.limits,
        sealer=house.sealer,
        ids=house.ids,
        clock=house.clock,
    )
    account, created = await register(house, await bound(house, await house.sell(), terms_of_service_agreed=False))
    assert (created, account.terms_agreed_at) == (True, None)
    [event] = await house.store.audit.of_subject(account.id)
    assert "terms" not in event.facts


async def test_an_account_needs_an_eab(house):
    """There is no account without a contract."""
    with pytest.raises(BindingRequired):
        await register(house, NewAccount(terms_of_service_agreed=True))


class Counting:
    """A sealer that counts how often it was opened."""

    def __init__(self, sealer: Sealer) -> None:
        self.seal, self._open, self.times = sealer.seal, sealer.open, 0

    def open(self, name: str, sealed: bytes) -> bytes:
        self.times += 1
        return self._open(name, sealed)


async def test_an_unknown_kid_and_a_wrong_mac_are_refused_alike(house):
    """Same error, no facts, and a MAC was computed for both (A-41)."""
    added = await house.sell()
    kid = added.credential.kid
    mac = eab.decode_mac(await house.credentials.mac(kid))
    opened = Counting(house.sealer)
    accounts = AccountService(
        store=house.store,
        services=house.products,
        terms=TERMS,
        limits=house.limits,
        sealer=opened,
        ids=house.ids,
        clock=house.clock,
    )
    refusals = []
    for wrong_kid, wrong_mac in ((kid, bytes(32)), ("unknown", mac), ("unknown", bytes(32)), ("", mac)):
        binding = eab.bind(JWK, wrong_kid or "-", wrong_mac, NEW_ACCOUNT)
        new = NewAccount(terms_of_service_agreed=True, external_account_binding=binding)
        with pytest.raises(BindingRefused) as caught:
            await accounts.register(jwk=JWK, new=new, url=NEW_ACCOUNT)
        refusals.append(str(caught.value))
    assert set(refusals) == {"eab.refused"}
    assert opened.times == len(refusals)
    assert await house.store.accounts.of_contract(added.contract.id) == []


class Guessed(SystemIds):
    """Ids whose MAC keys are known."""

    def mac(self) -> bytes:
        return bytes(32)


async def test_the_key_that_stands_in_for_an_unknown_eab_opens_nothing(house):
    """Not even to who could guess it (A-41)."""
    accounts = AccountService(
        store=house.store,
        services=house.products,
        terms=TERMS,
        limits=house.limits,
        sealer=house.sealer,
        ids=Guessed(),
        clock=house.clock,
    )
    binding = eab.bind(JWK, "unknown", bytes(32), NEW_ACCOUNT)
    new = NewAccount(terms_of_service_agreed=True, external_account_binding=binding)
    with pytest.raises(BindingRefused):
        await accounts.register(jwk=JWK, new=new, url=NEW_ACCOUNT)


@pytest.mark.parametrize(
    ("key", "url", "algorithm"),
    [(OTHER, NEW_ACCOUNT, "HS256"), (JWK, NEW_ACCOUNT + "s", "HS256"), (JWK, NEW_ACCOUNT, "none")],
)
async def test_a_binding_must_be_for_this_key_and_request(house, key, url, algorithm):
    """Key, URL and algorithm are checked, the key by its thumbprint (A-39)."""
    added = await house.sell()
    mac = eab.decode_mac(await house.credentials.mac(added.credential.kid))
    binding = eab.bind(key, added.credential.kid, mac, url)
    if algorithm == "none":
        header = msgspec.json.decode(b64.decode(binding.protected)) | {"alg": "none"}
        binding = Flattened(b64.encode(msgspec.json.encode(header)), binding.payload, binding.signature)
    with pytest.raises(BindingMalformed):
        await register(house, NewAccount(terms_of_service_agreed=True, external_account_binding=binding))


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ("rotate", CredentialSuperseded),
        ("disable", CredentialDisabled),
        ("suspend", ContractSuspended),
        ("end", ContractEnded),
        ("expire", ContractExpired),
    ],
)
async def test_a_dead_contract_or_eab_registers_nobody(house, change, refusal):
    """And says so, since the MAC was right."""
    added = await house.sell()
    new = await bound(house, added)
    match change:
        case "rotate" | "disable":
            await getattr(house.credentials, change)(added.credential.kid)
        case "suspend" | "end":
            await getattr(house.contracts, change)(added.contract.id)
        case "expire":
            house.clock.advance(366 * DAY)
    with pytest.raises(refusal) as caught:
        await register(house, new)
    assert caught.value.facts["contract"] == added.contract.id
    assert await house.store.accounts.of_contract(added.contract.id) == []


async def test_a_contract_that_has_not_begun(house):
    """Its customer may have the EAB, and waits."""
    added = await house.sell(starts=NOW + DAY)
    new = await bound(house, added)
    with pytest.raises(ContractNotStarted):
        await register(house, new)
    house.clock.advance(DAY)
    assert (await register(house, new))[1]


async def test_a_service_that_lost_its_acme(house):
    """An EAB from before does not bring it back."""
    added = await house.sell()
    new = await bound(house, added)
    house.products["ov-acme-1y"] = msgspec.structs.replace(house.products["ov-acme-1y"], challenges=())
    with pytest.raises(ServiceWithoutAcme):
        await register(house, new)


@pytest.mark.parametrize(
    "contacts",
    [
        (),
        ("mailto:a@example.com",) * CONTACT_MOST,
        (f"mailto:{'a' * (CONTACT_CHARACTERS - len('mailto:@example.com'))}@example.com",),
        ("MAILTO:first.last+tag@sub.example.com", "mailto:b%40c@example.com"),
    ],
)
async def test_contacts(house, contacts):
    """None is fine, and so are several, each one plain address (A-36)."""
    added = await house.sell()
    account, _ = await register(house, await bound(house, added, contact=contacts))
    assert account.contacts == contacts


@pytest.mark.parametrize(
    ("contacts", "refusal"),
    [
        (("mailto:a@example.com,b@example.com",), InvalidContact),
        (("mailto:a@example.com?subject=x",), InvalidContact),
        (("mailto:",), InvalidContact),
        (("mailto:example.com",), InvalidContact),
        (("mailto:a@b@example.com",), InvalidContact),
        (("mailto:a b@example.com",), InvalidContact),
        (("mailto:a@example.com\r\nBcc: x",), InvalidContact),
        ((f"mailto:{'a' * (CONTACT_CHARACTERS - len('mailto:@example.com') + 1)}@example.com",), InvalidContact),
        (("tel:+81-3-0000-0000",), UnsupportedContact),
        (("a@example.com",), UnsupportedContact),
        (("mailto:a@example.com", "https://example.com"), UnsupportedContact),
    ],
)
async def test_contacts_that_are_refused(house, contacts, refusal):
    """What is no plain address, and what is no address (A-36)."""
    added = await house.sell()
    with pytest.raises(refusal) as caught:
        await register(house, await bound(house, added, contact=contacts))
    assert 0 < len(caught.value.facts["contact"]) <= 64


async def test_too_many_contacts(house):
    """A-36: the refusal says how many there may be, and not that they are no addresses."""
    added = await house.sell()
    contacts = ("mailto:a@example.com",) * (CONTACT_MOST + 1)
    with pytest.raises(TooManyContacts) as caught:
        await register(house, await bound(house, added, contact=contacts))
    assert explain(caught.value, Language.EN).what == "An account has 10 contacts at the most, not 11."


async def test_an_account_that_gave_itself_up_stays_so(house):
    """Its key registers nothing and may do nothing (S-06)."""
    added = await house.sell()
    account, _ = await register(house, await bound(house, added))
    gone = msgspec.structs.replace(account, deactivated_at=NOW)
    with pytest.raises(AccountDeactivated):
        await house.accounts.authenticate(gone)
    other = msgspec.structs.replace(gone, id="gone", thumbprint=jwk.thumbprint(OTHER), jwk=OTHER)
    work = Work()
    house.store.accounts.insert(work, other)
    await house.store.commit(work)
    with pytest.raises(AccountDeactivated):
        await register(house, NewAccount(), OTHER)
    with pytest.raises(AccountDeactivated):
        await actors.load(house.store, "gone")


async def test_an_unknown_account(house):
    """There is none of that id."""
    with pytest.raises(UnknownAccount):
        await house.accounts.find("nobody")
    with pytest.raises(UnknownAccount):
        await actors.load(house.store, "nobody")


async def test_a_contract_lives_through_its_last_second(house):
    """To the second, for new accounts too."""
    added = await house.sell(ends=NOW + DAY)
    new = await bound(house, added)
    house.clock.advance(DAY + SECOND / 2)
    assert (await register(house, new))[1]


async def test_two_key_changes_at_once(house):
    """One of them is done; the other was signed by a key that is no longer the account's (A-45)."""
    actor = await house.register(await house.sell())
    keys = [jwk.from_public(generate(KeyType.EC256).public_key()) for _ in range(2)]
    done = await asyncio.gather(*(house.accounts.change_key(actor, key) for key in keys), return_exceptions=True)
    assert sorted(type(one).__name__ for one in done) == ["Actor", "BadRequestSignature"]
    [winner] = [one for one in done if isinstance(one, actors.Actor)]
    assert (await house.again(actor)).account == winner.account


async def test_two_accounts_want_one_key(house):
    """One gets it, and the other learns whose it is (A-45)."""
    added = await house.sell()
    actors_ = [await house.register(added, generate(KeyType.EC256)) for _ in range(2)]
    done = await asyncio.gather(*(house.accounts.change_key(actor, OTHER) for actor in actors_), return_exceptions=True)
    [winner] = [one for one in done if isinstance(one, actors.Actor)]
    [loser] = [one for one in done if isinstance(one, Exception)]
    assert isinstance(loser, KeyInUse)
    assert loser.facts == {"account": winner.account.id}


async def test_a_deactivated_account_changes_no_more(house):
    """Once, whoever else asks at the same moment; its open orders end with it, its certificates do not (A-47)."""
    actor = await house.register(await house.sell("www.example.com", "other.example.com"))
    certificate = await house.issue(actor)
    view = await house.order(actor, "other.example.com")
    assert (await house.accounts.deactivate(actor)).deactivated_at == NOW
    for change in (
        house.accounts.deactivate(actor),
        house.accounts.update_contacts(actor, ()),
        house.accounts.change_key(actor, OTHER),
        house.again(actor),
    ):
        with pytest.raises(AccountDeactivated):
            await change
    assert (await house.orders.get(actor, view.order.id)).status is OrderStatus.INVALID
    assert await house.store.certificates.get(certificate.serial) == certificate


async def test_a_key_that_is_known_to_others_is_refused(house):
    """B-53: for a new account, and for one that changes its key."""
    known = keys.PUBLISHED | {spki_digest(KEY.public_key())}
    house.accounts = AccountService(
        store=house.store,
        services=house.products,
        terms=TERMS,
        limits=house.limits,
        sealer=house.sealer,
        ids=house.ids,
        clock=house.clock,
        blocked=known,
    )
    added = await house.sell()
    with pytest.raises(UnsuitableAccountKey):
        await house.register(added, KEY)
    actor = await house.register(added)
    with pytest.raises(UnsuitableAccountKey):
        await house.accounts.change_key(actor, JWK)
