"""What stands above the table of a customer's contracts."""

import re
from datetime import timedelta

import pytest
from tests.ca.portal.conftest import Portal

from tegata.ca.portal import orders

pytestmark = pytest.mark.anyio


async def test_what_ends_soon_is_told_on_every_page(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest contracts end first, and are on the last page."""
    monkeypatch.setattr(orders, "PAGE", 2)
    now, added = portal.house.clock(), []
    for days in (20, 300, 300):
        added.append(await portal.house.sell(ends=now + timedelta(days=days)))
        portal.house.clock.advance(timedelta(minutes=1))
    browser = await portal.enter("admin@example.com", added[0].password or "")
    for query in ("", "?page=2"):
        text = (await browser.get(f"/portal/orders{query}")).body.decode()
        [alert] = re.findall(r'role="alert">(.*?)</div>', text, re.DOTALL)
        assert re.findall(r'href="/portal/orders/(\w+)"', alert) == [added[0].contract.id]
