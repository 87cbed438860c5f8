"""Who may do in the portal what the operator's commands do."""

import pytest

from tegata.ca.errors import LoginFailed, Refused, UnknownObject
from tegata.ca.services.customers import LOGIN_FAILED
from tests.ca.services.house import DAY, HOUR, SECOND

pytestmark = pytest.mark.anyio


async def test_operators_come_and_go(house):
    """B-96: A user who is there keeps the password, a new one is told it once; each change is in the audit log."""
    sold = await house.sell(user="both@example.com")
    both = await house.operators.add("Both@example.com", " 青木\u3000花子 ")
    new = await house.operators.add("new@example.com", "Baba")
    assert (both.operator.name, both.password) == ("青木\u3000花子", None)
    assert new.password
    assert [one.login for one in await house.operators.list()] == ["both@example.com", "new@example.com"]
    token, _ = await house.customers.login("new@example.com", new.password)
    customer = await house.customers.session(token)
    assert await house.operators.of(customer) == new.operator
    assert await house.operators.of(sold.customer) == both.operator
    await house.operators.remove("NEW@example.com")
    assert await house.operators.of(customer) is None
    with pytest.raises(UnknownObject):
        await house.operators.remove("new@example.com")
    events = await house.store.audit.of_subject(customer.id)
    assert [one.kind for one in events if one.kind.startswith("operator.")] == ["operator.added", "operator.removed"]
    assert events[-1].facts == {"login": "new@example.com", "name": "Baba"}


@pytest.mark.parametrize(
    ("login", "name"),
    [("nobody", "Aoki"), ("a@example.com", " "), ("a@example.com", "A\nB"), ("a@example.com", "A" * 65)],
)
async def test_what_is_no_operator(house, login, name):
    """Refused, and no user is made by it."""
    with pytest.raises(Refused):
        await house.operators.add(login, name)
    assert await house.store.customers.by_login(login) is None


async def test_nobody_is_one_twice(house):
    """Under another name either."""
    await house.operators.add("a@example.com", "Aoki")
    with pytest.raises(Refused):
        await house.operators.add("a@example.com", "Baba")


async def test_a_password_without_a_session(house):
    """Who agrees to another's doing is known by it; a wrong one is on record."""
    added = await house.operators.add("a@example.com", "Aoki")
    assert (await house.customers.check("A@example.com", added.password)).login == "a@example.com"
    with pytest.raises(LoginFailed):
        await house.customers.check("a@example.com", "wrong", address="192.0.2.7")
    (event,) = [
        one for one in await house.store.audit.of_subject(added.operator.customer_id) if one.kind == LOGIN_FAILED
    ]
    assert event.facts == {"address": "192.0.2.7"}


async def test_a_form_is_sent_once(house):
    """And again where nothing came of it; one that has nothing to tell it by always."""
    assert [await house.operators.begin("form") for _ in range(2)] == [True, False]
    assert await house.operators.begin("another form")
    await house.operators.give_back("form")
    assert [await house.operators.begin("form") for _ in range(2)] == [True, False]
    await house.operators.done("form")
    house.clock.advance(DAY - 2 * SECOND)
    assert [await house.operators.begin("form") for _ in range(2)] == [False, False]
    for end in (house.operators.give_back, house.operators.done):
        assert await house.operators.begin("")
        await end("")
    assert await house.operators.begin("")


async def test_a_form_whose_server_was_killed(house):
    """What was begun, and came to no end, is done by the same form a minute later."""
    assert await house.operators.begin("form")
    house.clock.advance(59 * SECOND)
    assert not await house.operators.begin("form")
    house.clock.advance(2 * SECOND)
    assert [await house.operators.begin("form") for _ in range(2)] == [True, False]
    for _ in range(2):  # the first was not killed, it took its time
        await house.operators.done("form")
    house.clock.advance(HOUR)
    assert not await house.operators.begin("form")
