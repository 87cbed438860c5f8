"""Agreements to the terms of service: to those that the page has shown, and no others."""

import pytest
from tests.ca.portal.conftest import Portal, hidden
from tests.ca.services.house import SECOND

from tegata.ca.policy.terms import Terms

pytestmark = pytest.mark.anyio

URL = "https://ca.example.com/terms"


@pytest.mark.parametrize("later", [f"{URL}-3", f"{URL}-2"])
async def test_only_what_was_shown_is_agreed_to(portal: Portal, later: str) -> None:
    """B-99: Terms that came between the page and the click, at another address or the same, nobody has read."""
    house = portal.house
    added = await house.sell()
    await house.register(added)
    contract = added.contract.id
    browser, page = await portal.enter(added.customer.login, added.password or ""), f"/portal/orders/{contract}"

    def change(url: str) -> None:
        house.clock.advance(SECOND)
        house.terms.terms = Terms(url, house.clock())

    change(f"{URL}-2")
    shown = hidden(await browser.get(page))
    change(later)
    refused = await browser.post(f"{page}/terms", *shown, referer=f"https://ca.example.com{page}")
    text = refused.body.decode()
    assert (refused.status, "利用規定が、表示されたものから改定されています" in text) == (409, True)
    assert f'href="{page}"' in text
    assert (await browser.post(f"{page}/terms")).status == 409
    assert await house.terms.is_waiting(contract)
    agreed = await browser.post(f"{page}/terms", *hidden(await browser.get(page)))
    assert (agreed.status, agreed.headers.get("location")) == (303, page)
    assert not await house.terms.is_waiting(contract)
    noted = [one.facts for one in await house.store.audit.of_subject(contract) if one.kind == "contract.terms-agreed"]
    assert [one["terms"] for one in noted] == [later]
