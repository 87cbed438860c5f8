"""What waits, on the operators' pages."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.ca.portal.conftest import Portal, portal_of
from tests.ca.services.house import House

from tegata.ca.issuing.authority import SoftwareAuthority
from tegata.ca.services import inbox
from tegata.ca.settings import Policy

pytestmark = pytest.mark.anyio
LISTS = "/portal/operator/waiting"


@pytest.fixture
async def portal(tmp_path: Path, authority: SoftwareAuthority, anyio_backend: str) -> AsyncIterator[Portal]:
    """Of a CA that asks for examinations."""
    house = House(tmp_path / "tegata-ca.db", authority, policy=Policy(examinations=True))
    yield portal_of(house)
    await house.store.close()


async def test_from_the_first_page_to_what_waits(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    """B-64: how much, then what, a page at a time, each with the way to where it is done."""
    monkeypatch.setattr(inbox, "PAGE", 2)
    sold = {(await portal.house.sell(is_examined=False)).contract.id for _ in range(3)}
    browser = await portal.operator("Baba")
    home = (await browser.get("/portal/operator")).body.decode()
    assert re.findall(r'waiting/(\w+)">[^<]*</a></dt><dd>([^<]*)</dd>', home) == [
        ("examine", "2件以上"),
        ("release", "0"),
        ("application", "0"),
    ]
    first = (await browser.get(f"{LISTS}/examine")).body.decode()
    (older,) = re.findall(r'href="(/portal/operator/waiting/examine\?after=[^"]*)"', first)
    second = (await browser.get(older)).body.decode()
    found = [re.findall(r'href="/portal/operator/contracts/(\w+)"', text) for text in (first, second)]
    assert [len(one) for one in found] == [2, 1]
    assert {*found[0], *found[1]} == sold
    assert "対応待ちはありません" in (await browser.get(f"{LISTS}/release")).body.decode()


async def test_nobody_else_sees_it(portal: Portal) -> None:
    """As if there were no such page; nor is there one for what is no list or no place in it."""
    added = await portal.house.sell(is_examined=False)
    customer = await portal.enter(added.customer.login, added.password or "")
    assert (await customer.get(f"{LISTS}/examine")).status == 404
    operator = await portal.operator("Baba")
    bad = ("x", "-", "1-", "-1-x", "%EF%BC%91-x", "1-%00", "9" * 18 + "-x", "9" * 5000 + "-x")
    for path in (f"{LISTS}/else", *(f"{LISTS}/examine?after={one}" for one in bad)):
        assert (await operator.get(path)).status == 404, path
