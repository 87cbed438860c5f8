"""Contracts that give no certificate, yet or any more: their pages say so, and what is to be done."""

from typing import Any

import pytest
from tests.ca.portal.conftest import Portal
from tests.ca.services.house import DAY, NOW, SECOND

pytestmark = pytest.mark.anyio

OFFERS = ("/download/eab", "/rotate", 'name="accounts"')
"""The file of the EAB, another in its place, the form for one more."""


async def pages(portal: Portal, added: Any) -> tuple[str, ...]:
    """The contract's own, that of its downloads, and that of its EABs."""
    browser = await portal.enter(added.customer.login, added.password or "")
    page = f"/portal/orders/{added.contract.id}"
    return tuple([(await browser.get(page + of)).body.decode() for of in ("", "/download", "/credentials")])


def offers(shown: tuple[str, ...]) -> set[str]:
    """What is offered on one of the pages."""
    return {offer for offer in OFFERS for page in shown if offer in page}


async def test_one_in_force(portal: Portal) -> None:
    """Nothing is amiss, and all is offered."""
    shown = await pages(portal, await portal.house.sell())
    assert not any('role="alert"' in page for page in shown)
    assert offers(shown) == set(OFFERS)


async def test_one_that_begins_later(portal: Portal) -> None:
    """Its EAB may be fetched before."""
    shown = await pages(portal, await portal.house.sell(starts=NOW + DAY))
    assert all("ご契約はまだ開始していません" in page for page in shown)
    assert offers(shown) == set(OFFERS)


async def test_one_that_is_suspended(portal: Portal) -> None:
    """The customer asks the CA."""
    added = await portal.house.sell()
    await portal.house.contracts.suspend(added.contract.id)
    shown = await pages(portal, added)
    assert all("認証局へお問い合わせください" in page for page in shown)
    assert offers(shown) == set(OFFERS)


async def test_one_whose_term_is_over(portal: Portal) -> None:
    """What it takes is a renewal, after which all goes on; the page does not call the EAB active."""
    added = await portal.house.sell(ends=NOW + DAY)
    portal.house.clock.advance(DAY + SECOND)
    shown = await pages(portal, added)
    assert all("契約更新をお申し込みください。 更新後は、これまでの EAB とアカウントを" in page for page in shown)
    assert offers(shown) == set()
    assert "<td>契約満了</td>" in shown[2]
    assert "<td>有効</td>" not in shown[2]
    by_request = await portal.house.sell(service="ov-csr-6m", ends=NOW + 2 * DAY, user="b@example.com")
    portal.house.clock.advance(DAY)
    shown = await pages(portal, by_request)
    assert all("契約更新をお申し込みください。</p>" in page for page in shown)


async def test_one_that_was_cancelled(portal: Portal) -> None:
    """What it takes is a new one; a page that was open sends its form in vain, and is told why."""
    added = await portal.house.sell()
    await portal.house.contracts.end(added.contract.id)
    shown = await pages(portal, added)
    assert all("新しいご契約が必要です" in page for page in shown)
    assert offers(shown) == set()
    assert "<td>解約</td>" in shown[2]
    browser = await portal.enter(added.customer.login, added.password or "")
    refused = await browser.post(f"/portal/orders/{added.contract.id}/download/eab")
    assert (refused.status, "新しい契約と、その EAB が必要です" in refused.body.decode()) == (409, True)


async def test_contracts_are_told_apart_in_the_list(portal: Portal) -> None:
    """M1: By number and name: of one day and service the four columns of the manual are the same."""
    added = [await portal.house.sell(name, f".{name}") for name in ("xn--wgv71a119e.jp", "www.example.com")]
    browser = await portal.enter(added[0].customer.login, added[0].password or "")
    page = (await browser.get("/portal/orders")).body.decode()
    for one, name in zip(added, ("xn--wgv71a119e.jp (日本語.jp) +1", "www.example.com +1"), strict=True):
        assert f"<td>{one.contract.id}</td>\n<td>{name}</td>" in page
