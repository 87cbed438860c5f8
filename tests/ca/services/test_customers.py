"""Logging in to the portal, and what a customer sees there."""

import pytest
from structlog.testing import capture_logs

from tegata.ca.errors import LoginFailed, NotFound, Refused, UnknownObject
from tegata.ca.model import Limit
from tegata.ca.services import customers
from tests.ca.services.house import HOUR, NOW, SECOND

pytestmark = pytest.mark.anyio


async def test_log_in_and_out(house):
    """A session lasts eight hours, for forms twelve, or until it is closed."""
    added = await house.sell()
    token, session = await house.customers.login(" ADMIN@example.com", added.password)
    assert (session.customer_id, session.expires_at) == (added.customer.id, NOW + 12 * HOUR)
    assert token.encode() not in session.token_digest
    assert await house.customers.session(token) == added.customer
    await house.customers.logout(token)
    assert await house.customers.session(token) is None
    await house.customers.logout(token)


async def test_a_session_ends(house):
    """To the second."""
    added = await house.sell()
    token, _ = await house.customers.login("admin@example.com", added.password)
    house.clock.advance(8 * HOUR - SECOND)
    assert await house.customers.session(token) == added.customer
    house.clock.advance(SECOND)
    assert await house.customers.session(token) is None
    house.clock.advance(4 * HOUR - SECOND)
    assert await house.customers.session(token, is_form=True) == added.customer
    house.clock.advance(SECOND)
    assert await house.customers.session(token, is_form=True) is None
    assert await house.customers.session("made up") is None


@pytest.mark.parametrize(
    ("login", "password"),
    [("admin@example.com", "wrong"), ("nobody@example.com", "right"), ("", ""), ("admin@example.com", "x" * 1001)],
)
async def test_wrong_logins_are_told_alike(house, login, password):
    """Whether the login exists is nobody's business."""
    added = await house.sell()
    with pytest.raises(LoginFailed) as caught:
        await house.customers.login(login, added.password if password == "right" else password)
    assert caught.value.facts == {}


async def test_contracts_of_a_customer(house):
    """The own ones; another's and missing ones alike are not there (A-28)."""
    mine = await house.sell()
    others = await house.sell("www.example.org", user="other@example.org")
    views = await house.customers.contracts(mine.customer)
    assert [view.contract for view in views] == [mine.contract]
    assert (await house.customers.contract(mine.customer, mine.contract.id)).contract == mine.contract
    for contract_id in (others.contract.id, "C0"):
        with pytest.raises(NotFound) as caught:
            await house.customers.contract(mine.customer, contract_id)
        assert caught.value.facts == {}


async def test_failed_logins_are_on_record(house):
    """B-93: Of a customer at the customer; of nobody at the portal, without what was typed: it may be a password."""
    added = await house.sell()
    for login in ("admin@example.com", "hunter2"):
        with pytest.raises(LoginFailed):
            await house.customers.login(login, "hunter2", address="192.0.2.7")
    (known,) = [event for event in await house.store.audit.of_subject(added.customer.id) if "login" in event.kind]
    (unknown,) = await house.store.audit.of_subject("portal")
    assert (known.kind, unknown.kind) == ("customer.login-failed", "customer.login-failed")
    assert known.facts == unknown.facts == {"address": "192.0.2.7"}


async def test_no_more_failed_logins_are_on_record_than_anybody_reads(house, monkeypatch):
    """B-93: From however many addresses; the log has the others, and a customer's own are not lost among nobody's."""
    monkeypatch.setattr(customers, "NOTED", Limit(2, HOUR))
    added = await house.sell()
    with capture_logs() as logs:
        for number in range(4):
            with pytest.raises(LoginFailed):
                await house.customers.login("hunter2", "x", address=f"2001:db8:0:{number}::/64")
    assert len(await house.store.audit.of_subject("portal")) == 2
    told = [(line["subject"], line["address"]) for line in logs if line["event"] == "login.failed"]
    assert told == [("portal", "2001:db8:0:2::/64"), ("portal", "2001:db8:0:3::/64")]
    with pytest.raises(LoginFailed):
        await house.customers.login("admin@example.com", "x", address="192.0.2.7")
    assert (await house.store.audit.of_subject(added.customer.id))[-1].facts == {"address": "192.0.2.7"}
    house.clock.advance(HOUR / 2)
    with pytest.raises(LoginFailed):
        await house.customers.login("hunter2", "x")
    assert len(await house.store.audit.of_subject("portal")) == 3


async def test_a_new_password(house):
    """B-93: For a lost one: random, told once, on record without itself; the former one is dead, its sessions too."""
    added = await house.sell()
    token, _ = await house.customers.login("admin@example.com", added.password)
    customer, password = await house.customers.new_password(" Admin@example.com")
    assert (customer.id, customer.login) == (added.customer.id, "admin@example.com")
    assert password != added.password
    assert await house.customers.session(token) is None
    with pytest.raises(LoginFailed):
        await house.customers.login("admin@example.com", added.password)
    token, _ = await house.customers.login("admin@example.com", password)
    assert (await house.customers.session(token)).id == added.customer.id
    (event,) = [
        one for one in await house.store.audit.of_subject(added.customer.id) if one.kind == "customer.password-set"
    ]
    assert event.facts == {}
    with pytest.raises(UnknownObject) as caught:
        await house.customers.new_password("nobody@example.com")
    assert caught.value.facts == {"kind": "login", "name": "nobody@example.com"}


async def test_a_new_password_during_a_login(house, monkeypatch):
    """While the former one is compared: it opens no session, and the failure is on record."""
    added = await house.sell()
    verify = house.customers._hasher.verify

    async def slowly(password_hash, password):
        right = await verify(password_hash, password)
        await house.customers.new_password("admin@example.com")
        return right

    monkeypatch.setattr(house.customers._hasher, "verify", slowly)
    with pytest.raises(LoginFailed):
        await house.customers.login("admin@example.com", added.password)
    kinds = [event.kind for event in await house.store.audit.of_subject(added.customer.id)]
    assert kinds == ["customer.added", "customer.password-set", "customer.login-failed"]


async def test_another_mail_address(house):
    """B-93: In place of a mistyped one: contracts and password stay, sessions end, an operator is one still."""
    added = await house.sell(user="typo@example.com")
    await house.operators.add("typo@example.com", "Sato")
    token, _ = await house.customers.login("typo@example.com", added.password)
    renamed = await house.customers.rename(" Typo@example.com", " Right@Example.com ")
    assert (renamed.id, renamed.login) == (added.customer.id, "right@example.com")
    assert await house.customers.session(token) is None
    with pytest.raises(LoginFailed):
        await house.customers.login("typo@example.com", added.password)
    token, _ = await house.customers.login("right@example.com", added.password)
    [view] = await house.customers.contracts(await house.customers.session(token))
    assert view.contract == added.contract
    assert (await house.operators.of(renamed)).login == "right@example.com"
    (event,) = [one for one in await house.store.audit.of_subject(renamed.id) if one.kind == "customer.renamed"]
    assert event.facts == {"former": "typo@example.com", "login": "right@example.com"}


@pytest.mark.parametrize("to", ["other@example.org", "admin@example.com", "no address"])
async def test_a_mail_address_that_is_none_or_taken(house, to):
    """Nobody gets another's contracts; nothing is changed."""
    await house.sell()
    await house.sell("www.example.org", user="other@example.org")
    with pytest.raises(Refused):
        await house.customers.rename("admin@example.com", to)
    assert await house.store.customers.by_login("admin@example.com")
    with pytest.raises(UnknownObject):
        await house.customers.rename("nobody@example.com", "new@example.com")
