"""Terms of service that have changed: orders wait, the customer agrees once for all accounts."""

import pytest

from tegata.acme.identifiers import Identifier
from tegata.ca.api import render
from tegata.ca.errors import TermsChanged
from tegata.ca.policy.terms import Terms
from tegata.text.language import Language
from tests.ca.services.house import DAY, NOW, SECOND

pytestmark = pytest.mark.anyio

URL = "https://ca.example.com/terms-2"


async def test_orders_wait_for_an_agreement(house):
    """From the day on that the settings name; the answer says where the terms are and where to agree (A-38, B-99)."""
    added = await house.sell("www.example.com")
    actors = [await house.register(added) for _ in range(2)]
    assert not await house.terms.is_waiting(added.contract.id)
    house.agreed = Terms(URL, NOW + DAY, NOW + 2 * DAY)
    await house.restart()
    house.clock.advance(2 * DAY - SECOND)
    await house.issue(actors[0])
    assert await house.terms.is_waiting(added.contract.id)
    house.clock.advance(SECOND)
    with pytest.raises(TermsChanged) as refused:
        await house.issue(actors[0])
    with pytest.raises(TermsChanged):
        await house.orders.authorize(actors[0], Identifier("dns", "www.example.com"))
    answer = render.answer(refused.value, Language.EN, "T-7KM2Q9XZ", house.clock())
    assert f'<{URL}>;rel="terms-of-service"' in answer.headers.get_all("Link")
    document = render.problem(refused.value, Language.EN, "T-7KM2Q9XZ")
    assert (document.status, document.kind) == (403, "userActionRequired")
    assert document.instance == f"https://ca.example.com/portal/orders/{added.contract.id}"
    await house.terms.agree(added.contract.id, house.terms.edition)
    assert not await house.terms.is_waiting(added.contract.id)
    for actor in actors:
        await house.issue(await house.accounts.named(actor.account.id))
    events = [event.kind for event in await house.store.audit.of_subject(added.contract.id)]
    assert "contract.terms-agreed" in events


async def test_new_accounts_agree_to_what_is_in_force(house):
    """And wait for nothing."""
    house.agreed = Terms(URL, NOW, NOW)
    await house.restart()
    added = await house.sell("www.example.com")
    await house.issue(await house.register(added))
    assert not await house.terms.is_waiting(added.contract.id)


async def test_no_account_is_read_to_see_that_none_waits(house, monkeypatch):
    """A contract may have very many, and its page is looked at often; who gave their account up is not waited for."""
    monkeypatch.setattr(type(house.store.accounts), "of_contract", None)
    added = await house.sell("www.example.com")
    actor = await house.register(added)
    assert not await house.terms.is_waiting(added.contract.id)
    house.clock.advance(DAY)
    house.agreed = Terms(URL, house.clock())
    await house.restart()
    assert await house.terms.is_waiting(added.contract.id)
    await house.accounts.deactivate(actor)
    assert not await house.terms.is_waiting(added.contract.id)
