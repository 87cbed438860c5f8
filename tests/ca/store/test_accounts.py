"""Customers, contracts, credentials and accounts in the store."""

from datetime import datetime
from typing import Any

import pytest

from tegata.ca.model import Application
from tegata.ca.ports import Conflict, Store, Usage, Use, Work
from tegata.ca.store import accounts as rows
from tests.ca.store.conftest import Place
from tests.ca.store.records import DAY, NOW, SECOND, account, contract, credential, customer, place_order, populate

pytestmark = pytest.mark.anyio


async def refused(store: Store, work: Work) -> str:
    """The statement at which the unit failed."""
    with pytest.raises(Conflict) as conflict:
        await store.commit(work)
    return conflict.value.statement


async def test_records_come_back_as_they_went(store: Store) -> None:
    """Every field, with microseconds, Japanese and bytes; what is not there is None."""
    await populate(store)
    assert await store.customers.get("customer") == customer()
    assert await store.customers.by_login("tanaka@example.com") == customer()
    assert await store.contracts.get("contract") == contract()
    assert await store.credentials.get("kid") == credential()
    assert await store.accounts.get("account") == account()
    assert await store.accounts.by_thumbprint("thumb") == account()
    for missing in (
        await store.customers.get("x"),
        await store.customers.by_login("TANAKA@example.com"),
        await store.contracts.get("x"),
        await store.credentials.get("x"),
        await store.accounts.get("x"),
        await store.accounts.by_thumbprint("x"),
    ):
        assert missing is None


async def test_an_account_comes_with_what_it_is_bound_to(place: Place, store: Store) -> None:
    """Of one moment; a change is seen at the next look, by whomever it was made: nothing is remembered."""
    await populate(store)
    assert await store.accounts.bound("account") == (account(), contract(), credential())
    assert await store.accounts.bound("x") is None
    other = place.open()
    work = Work()
    other.contracts.suspend(work, "contract", NOW)
    await other.commit(work)
    bound = await store.accounts.bound("account")
    assert bound is not None
    assert bound.contract.suspended_at == NOW
    work = Work()
    other.credentials.disable(work, "kid", NOW)
    other.accounts.update_contacts(work, "account", ["mailto:new@example.com"])
    await other.commit(work)
    bound = await store.accounts.bound("account")
    assert bound is not None
    assert (bound.credential.disabled_at, bound.account.contacts) == (NOW, ("mailto:new@example.com",))
    work = Work()
    store.accounts.deactivate(work, "account", NOW)
    await store.commit(work)
    bound = await store.accounts.bound("account")
    assert bound is not None
    assert bound.account.deactivated_at == NOW
    await other.close()


async def test_all_optional_fields_come_back(store: Store) -> None:
    """Set where the first record leaves them out, and the other way round."""
    full = contract(
        id="full", application=Application.RENEWAL, renewed_at=NOW, suspended_at=NOW + SECOND, ended_at=NOW + DAY
    )
    superseded = credential(
        kid="old",
        superseded_at=NOW,
        disabled_at=NOW + DAY,
        domains=("www.example.com", ".日本.example"),
        expires_at=NOW + 2 * DAY,
        most_accounts=2,
    )
    gone = account(id="gone", thumbprint="other", contacts=(), terms_agreed_at=None, deactivated_at=NOW)
    await populate(store)
    work = Work()
    store.contracts.insert(work, full)
    store.credentials.insert(work, superseded)
    store.accounts.insert(work, gone)
    await store.commit(work)
    assert await store.contracts.get("full") == full
    assert await store.credentials.get("old") == superseded
    assert await store.accounts.get("gone") == gone


async def test_lists(store: Store) -> None:
    """Of a customer and of a contract, in their order; nobody else's."""
    await populate(store)
    others = customer(id="other", login="suzuki@example.com")
    first = contract(id="first", applied_at=NOW - DAY)
    foreign = contract(id="foreign", customer_id="other", applied_at=NOW + DAY)
    newer = credential(kid="newer", created_at=NOW + SECOND)
    second = account(id="second", thumbprint="second", created_at=NOW + SECOND)
    work = Work()
    store.customers.insert(work, others)
    store.contracts.insert(work, first)
    store.contracts.insert(work, foreign)
    store.credentials.insert(work, newer)
    store.accounts.insert(work, second)
    await store.commit(work)
    assert await store.contracts.after("", 9) == [contract(), first, foreign]
    assert await store.contracts.of_customer("customer") == [first, contract()]
    assert await store.contracts.of_customer("other") == [foreign]
    assert await store.credentials.of_contract("contract") == [newer, credential()]
    assert await store.credentials.of_contract("foreign") == []
    assert await store.accounts.of_contract("contract") == [account(), second]
    assert await store.accounts.of_contract("foreign") == []


async def test_a_key_has_one_account_and_a_login_one_customer(store: Store) -> None:
    """The second of each is a conflict, and the first stays as it is."""
    await populate(store)
    work = Work()
    store.accounts.insert(work, account(id="second", contacts=()))
    assert await refused(store, work) == "accounts.insert"
    work = Work()
    store.customers.insert(work, customer(id="second"))
    assert await refused(store, work) == "customers.insert"
    assert await store.accounts.get("second") is None
    assert await store.accounts.by_thumbprint("thumb") == account()


async def test_a_credential_registers_what_it_may(store: Store) -> None:
    """As many accounts as it is for, before its end and before another takes its place, and never once disabled."""
    await populate(store)

    def use(kid: str, at: datetime = NOW) -> Work:
        work = Work()
        store.credentials.use(work, kid, "account", at)
        return work

    work = Work()
    ends: dict[str, dict[str, Any]] = {
        "count": {"most_accounts": 2},
        "end": {"expires_at": NOW + SECOND},
        "old": {"superseded_at": NOW + SECOND},
    }
    for kid, changes in ends.items():
        store.credentials.insert(work, credential(kid=kid, **changes))
    await store.commit(work)
    await store.commit(use("count"))
    await store.commit(use("count"))
    assert await refused(store, use("count")) == "credentials.use"
    for kid in ("end", "old"):
        await store.commit(use(kid))
        assert await refused(store, use(kid, NOW + SECOND)) == "credentials.use"
    await store.commit(use("kid"))
    work = Work()
    store.credentials.disable(work, "kid", NOW)
    await store.commit(work)
    assert await refused(store, use("kid")) == "credentials.use"
    assert await store.credentials.usage(credential(kid="count"), NOW) == Usage(2, 0, 0, None, Use(NOW, "account"))


async def test_the_credential_that_stands_for_a_contract(store: Store) -> None:
    """An active one, if possible without limits, if possible new; never the one that is kept, nor a foreign one."""
    await populate(store)

    async def principal(now: datetime = NOW, kept: str = "", of: str = "contract") -> str | None:
        found = await store.credentials.principal(of, kept=kept, now=now)
        return found.kid if found else None

    async def add(kid: str, age: int, **changes: Any) -> None:
        work = Work()
        store.credentials.insert(work, credential(kid=kid, created_at=NOW + age * SECOND, **changes))
        await store.commit(work)

    await add("names", 1, domains=("www.example.com",))
    await add("count", 2, most_accounts=1)
    await add("end", 3, expires_at=NOW + DAY)
    await add("rotated", 4, superseded_at=NOW + DAY)
    await add("disabled", 5, disabled_at=NOW)
    assert await principal() == "rotated"
    assert await principal(NOW + DAY) == "kid"
    await add("newer", 6)
    assert await principal() == "newer"
    assert await principal(kept="newer") == "rotated"
    assert await store.credentials.principal("contract", kept="", now=NOW) == credential(
        kid="newer", created_at=NOW + 6 * SECOND
    )
    work = Work()
    for kid in ("kid", "newer", "rotated"):
        store.credentials.disable(work, kid, NOW)
    await store.commit(work)
    assert await principal() == "end"
    assert await principal(NOW + DAY) == "count"
    for kid in ("count", "names"):
        work = Work()
        store.credentials.disable(work, kid, NOW)
        await store.commit(work)
    assert await principal(NOW + DAY) == "newer"
    assert await principal(of="foreign") is None


async def test_what_a_credential_is_called(store: Store) -> None:
    """Until it is called otherwise; no other one is."""
    await populate(store)
    work = Work()
    store.credentials.insert(work, credential(kid="web", label="ウェブサーバー"))
    store.credentials.label(work, "kid", "mail")
    await store.commit(work)
    assert await store.credentials.of_contract("contract") == [
        credential(label="mail"),
        credential(kid="web", label="ウェブサーバー"),
    ]
    assert await store.accounts.bound("account") == (account(), contract(), credential(label="mail"))


async def test_when_a_credential_was_used_last(store: Store) -> None:
    """By which account: a registration or an order, though the account is under another since, or the order gone."""
    await populate(store)
    work = Work()
    store.credentials.insert(work, credential(kid="new"))
    store.accounts.insert(work, account(id="second", thumbprint="second"))
    await store.commit(work)

    async def last(kid: str) -> Use | None:
        return (await store.credentials.usage(credential(kid=kid), NOW)).last_use

    async def register(account_id: str, kid: str, at: datetime, former: str | None = None) -> None:
        work = Work()
        store.credentials.use(work, kid, account_id, at)
        if former:
            store.accounts.bind(work, account_id, former=former, kid=kid, binding=b"{}")
        await store.commit(work)

    assert await last("kid") is None
    await register("second", "kid", NOW + SECOND)
    assert await last("kid") == Use(NOW + SECOND, "second")
    for number, account_id in enumerate(("account", "second", "account"), 2):
        await place_order(store, f"order-{number}", account_id=account_id, created_at=NOW + number * SECOND)
        assert await last("kid") == Use(NOW + number * SECOND, account_id)
    assert await last("new") is None
    await register("account", "new", NOW + 5 * SECOND, former="kid")
    assert (await last("kid"), await last("new")) == (
        Use(NOW + 4 * SECOND, "account"),
        Use(NOW + 5 * SECOND, "account"),
    )
    await place_order(store, "order-6", created_at=NOW + 6 * SECOND)
    await place_order(store, "order-7", account_id="second", created_at=NOW + 7 * SECOND, expires_at=NOW + 99 * DAY)
    for _ in range(2):
        assert await last("kid") == Use(NOW + 7 * SECOND, "second")
        assert await last("new") == Use(NOW + 6 * SECOND, "account")
        assert await store.housekeeping.drop_orders(NOW + 9 * DAY, 10) in (4, 0)
    # Back under it for a moment: what was ordered elsewhere meanwhile is none of its uses.
    await register("account", "kid", NOW + 8 * SECOND, former="new")
    await register("account", "new", NOW + 9 * SECOND, former="kid")
    assert (await last("kid"), await last("new")) == (
        Use(NOW + 8 * SECOND, "account"),
        Use(NOW + 9 * SECOND, "account"),
    )


async def test_an_account_changes_its_key(store: Store) -> None:
    """Only the key that is still its key is replaced, and by none that an account has."""
    await populate(store)
    work = Work()
    store.accounts.insert(work, account(id="second", thumbprint="second"))
    await store.commit(work)
    new = {"kty": "OKP", "crv": "Ed25519", "x": "eA"}

    def change(former: str, thumbprint: str) -> Work:
        work = Work()
        store.accounts.change_key(work, "account", former=former, thumbprint=thumbprint, jwk=new)
        return work

    for taken in ("second", "thumb"):
        assert await refused(store, change("thumb", taken)) == "accounts.change_key"
    assert await refused(store, change("former", "new")) == "accounts.change_key"
    assert await store.accounts.get("account") == account()
    assert await store.accounts.former_keys("account") == ()
    await store.commit(change("thumb", "new"))
    assert await store.accounts.get("account") == account(thumbprint="new", jwk=new)
    assert await store.accounts.former_keys("account") == ("thumb",)
    await store.commit(change("new", "thumb"))
    await store.commit(change("thumb", "new"))
    assert await store.accounts.former_keys("account") == ("new", "thumb")
    assert await store.accounts.former_keys("second") == ()
    assert await store.accounts.by_thumbprint("thumb") is None
    assert await refused(store, change("thumb", "newer")) == "accounts.change_key"


async def test_keys_without_end(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """X-44, S-30: An account may change its key as often as it likes: the first ones are remembered."""
    monkeypatch.setattr(rows, "MOST_FORMER_KEYS", 3)
    await populate(store)
    former = "thumb"
    for number in range(6):
        work = Work()
        store.accounts.change_key(work, "account", former=former, thumbprint=f"key-{number}", jwk={})
        await store.commit(work)
        former = f"key-{number}"
    assert await store.accounts.former_keys("account") == ("key-0", "key-1", "thumb")
    changed = await store.accounts.get("account")
    assert changed is not None
    assert changed.thumbprint == "key-5"


async def test_another_credential(store: Store) -> None:
    """Only the one that is still the account's is replaced (A-39)."""
    await populate(store)
    neighbour = account(id="neighbour", thumbprint="neighbour")
    work = Work()
    store.credentials.insert(work, credential(kid="new"))
    store.accounts.insert(work, neighbour)
    await store.commit(work)

    def change(former: str) -> Work:
        work = Work()
        store.accounts.bind(work, "account", former=former, kid="new", binding=b'{"new":1}')
        return work

    assert await refused(store, change("another")) == "accounts.bind"
    await store.commit(change("kid"))
    assert await store.accounts.bound("account") == (
        account(kid="new", binding=b'{"new":1}'),
        contract(),
        credential(kid="new"),
    )
    assert await refused(store, change("kid")) == "accounts.bind"
    assert await store.accounts.get("neighbour") == neighbour


async def test_accounts_agree_together(store: Store) -> None:
    """All of the contract that have not yet, but those that gave themselves up, and no other contract's (B-99)."""
    await populate(store)
    terms = "https://ca.example.com/terms"
    work = Work()
    store.contracts.insert(work, contract(id="foreign"))
    for name, agreed_at in (("never", None), ("since", NOW + DAY)):
        store.accounts.insert(work, account(id=name, thumbprint=name, terms_agreed_at=agreed_at))
    store.accounts.insert(work, account(id="gone", thumbprint="other", terms_agreed_at=None, deactivated_at=NOW))
    store.accounts.insert(work, account(id="foreign", thumbprint="foreign", contract_id="foreign"))
    store.accounts.agree(work, "contract", NOW + 2 * DAY, terms, NOW + DAY)
    await store.commit(work)
    agreed = {one.id: one.terms_agreed_at for one in await store.accounts.of_contract("contract")}
    assert agreed == {"account": NOW + 2 * DAY, "never": NOW + 2 * DAY, "since": NOW + DAY, "gone": None}
    assert not await store.accounts.are_without_agreement("contract", NOW + DAY)
    assert await store.accounts.are_without_agreement("contract", NOW + DAY + SECOND)
    assert await store.accounts.get("foreign") == account(id="foreign", thumbprint="foreign", contract_id="foreign")


async def test_any_agreement_counts_where_the_terms_never_changed(store: Store) -> None:
    """Who has none is given one, and no other is written."""
    await populate(store)
    work = Work()
    store.accounts.insert(work, account(id="never", thumbprint="never", terms_agreed_at=None))
    store.accounts.agree(work, "contract", NOW + DAY, "https://ca.example.com/terms", None)
    await store.commit(work)
    agreed = {one.id: one.terms_agreed_at for one in await store.accounts.of_contract("contract")}
    assert agreed == {"account": NOW, "never": NOW + DAY}


async def test_an_account_is_deactivated_once(store: Store) -> None:
    """After that nothing of it changes any more, and nothing of another one's did."""
    await populate(store)
    neighbour = account(id="neighbour", thumbprint="neighbour")
    work = Work()
    store.accounts.insert(work, neighbour)
    await store.commit(work)
    work = Work()
    store.accounts.update_contacts(work, "account", ("mailto:a@example.com", "mailto:b@example.com"))
    await store.commit(work)
    work = Work()
    store.accounts.deactivate(work, "account", NOW + DAY)
    await store.commit(work)
    gone = account(contacts=("mailto:a@example.com", "mailto:b@example.com"), deactivated_at=NOW + DAY)
    assert await store.accounts.get("account") == gone
    attempts: tuple[tuple[str, tuple[object, ...], dict[str, object]], ...] = (
        ("deactivate", (NOW + 2 * DAY,), {}),
        ("update_contacts", ((),), {}),
        ("change_key", (), {"former": "thumb", "thumbprint": "new", "jwk": {}}),
        ("bind", (), {"former": "kid", "kid": "kid", "binding": b"{}"}),
    )
    for verb, arguments, named in attempts:
        work = Work()
        getattr(store.accounts, verb)(work, "account", *arguments, **named)
        assert await refused(store, work) == f"accounts.{verb}"
    assert await store.accounts.get("account") == gone
    assert await store.accounts.get("neighbour") == neighbour


async def test_contract_renewal(store: Store) -> None:
    """Guarded by the end it presumes; never after the contract was ended, nor that of another one."""
    await populate(store)
    work = Work()
    store.contracts.insert(work, contract(id="foreign"))
    await store.commit(work)
    ends = contract().ends
    later = ends + 365 * DAY

    def renewal() -> Work:
        work = Work()
        store.contracts.renew(work, "contract", ends_before=ends, ends=later, at=NOW + DAY)
        return work

    await store.commit(renewal())
    renewed = contract(ends=later, renewed_at=NOW + DAY, application=Application.RENEWAL)
    assert await store.contracts.get("contract") == renewed
    assert await refused(store, renewal()) == "contracts.renew"
    assert await store.contracts.get("contract") == renewed
    work = Work()
    store.contracts.end(work, "contract", NOW + 2 * DAY)
    store.contracts.renew(work, "contract", ends_before=later, ends=later + DAY, at=NOW)
    assert await refused(store, work) == "contracts.renew"
    assert await store.contracts.get("contract") == renewed
    assert await store.contracts.get("foreign") == contract(id="foreign")


async def test_contract_suspension_and_end(store: Store) -> None:
    """Each only from the state it presumes, and of that contract alone."""
    await populate(store)
    work = Work()
    for name, changes in (("active", {}), ("suspended", {"suspended_at": NOW}), ("ended", {"ended_at": NOW})):
        store.contracts.insert(work, contract(id=name, **changes))
    await store.commit(work)

    async def attempt(verb: str, *arguments: object) -> bool:
        work = Work()
        getattr(store.contracts, verb)(work, "contract", *arguments)
        try:
            await store.commit(work)
        except Conflict:
            return False
        return True

    assert not await attempt("resume")
    assert await attempt("suspend", NOW)
    assert not await attempt("suspend", NOW + SECOND)
    assert await store.contracts.get("contract") == contract(suspended_at=NOW)
    assert await attempt("resume")
    assert await store.contracts.get("contract") == contract()
    assert await attempt("suspend", NOW)
    assert await attempt("end", NOW + DAY)
    assert not await attempt("end", NOW + 2 * DAY)
    assert not await attempt("resume")
    assert await store.contracts.get("contract") == contract(suspended_at=NOW, ended_at=NOW + DAY)
    work = Work()
    store.contracts.suspend(work, "ended", NOW + DAY)
    assert await refused(store, work) == "contracts.suspend"
    assert await store.contracts.get("active") == contract(id="active")
    assert await store.contracts.get("suspended") == contract(id="suspended", suspended_at=NOW)


async def test_credentials_are_superseded_and_disabled_once(store: Store) -> None:
    """Both may happen to the same one, and then not to another."""
    await populate(store)
    work = Work()
    store.credentials.insert(work, credential(kid="beside"))
    await store.commit(work)
    for verb in ("supersede", "disable"):
        work = Work()
        getattr(store.credentials, verb)(work, "kid", NOW + DAY)
        await store.commit(work)
        work = Work()
        getattr(store.credentials, verb)(work, "kid", NOW + 2 * DAY)
        assert await refused(store, work) == f"credentials.{verb}"
    assert await store.credentials.get("kid") == credential(superseded_at=NOW + DAY, disabled_at=NOW + DAY)
    assert await store.credentials.get("beside") == credential(kid="beside")
