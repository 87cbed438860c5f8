"""The table of a customer's contracts, a page at a time."""

import re
from datetime import timedelta

import pytest
from tests.ca.portal.conftest import Browser, Portal

from tegata.ca.portal import orders

pytestmark = pytest.mark.anyio


async def with_three(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> tuple[Browser, list[str]]:
    """A customer with three contracts, the oldest ending soon, of which a page has two; and their ids."""
    monkeypatch.setattr(orders, "PAGE", 2)
    now, added = portal.house.clock(), []
    for days in (20, 300, 300):
        added.append(await portal.house.sell(ends=now + timedelta(days=days)))
        portal.house.clock.advance(timedelta(minutes=1))
    browser = await portal.enter("admin@example.com", added[0].password or "")
    return browser, [one.contract.id for one in added]


async def test_a_page_at_a_time(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    """Newest first; there is a way on and back, which keeps the order that was chosen."""
    browser, (first, second, third) = await with_three(portal, monkeypatch)

    async def shown(query: str) -> tuple[list[str], list[str]]:
        text = (await browser.get(f"/portal/orders{query}")).body.decode()
        rows = re.findall(r'class="button" href="/portal/orders/(\w+)"', text)
        return rows, [link.replace("&amp;", "&") for link in re.findall(r'href="(\?[^"]*page=\d+)"', text)]

    rows, [on] = await shown("?sort=applied&direction=asc&show=all")
    assert (rows, on) == ([first, second], "?sort=applied&direction=asc&show=all&page=2")
    rows, [back] = await shown(on)
    assert (rows, back) == ([third], "?sort=applied&direction=asc&show=all&page=1")
    for strange in ("9", "-1", "x", "9" * 40):  # the last one, or the first
        rows, _ = await shown(f"?page={strange}")
        assert rows == ([first] if strange == "9" else [third, second])


async def test_what_ends_soon_is_told_on_every_page(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest contracts end first, and are on the last page."""
    browser, (first, *_) = await with_three(portal, monkeypatch)
    for query in ("", "?page=2"):
        text = (await browser.get(f"/portal/orders{query}")).body.decode()
        [alert] = re.findall(r'role="alert">(.*?)</div>', text, re.DOTALL)
        assert re.findall(r'href="/portal/orders/(\w+)"', alert) == [first]
