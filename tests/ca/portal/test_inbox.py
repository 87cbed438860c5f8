"""What waits, on the operators' pages."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote

import pytest
from tests.ca.portal.conftest import Portal, portal_of
from tests.ca.services.house import House

from tegata.ca.issuing.authority import SoftwareAuthority
from tegata.ca.model import Cause
from tegata.ca.portal import orders
from tegata.ca.services import inbox, reports
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


async def test_reports_a_page_at_a_time(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each once, open ones and all; a place that there is not is no page."""
    monkeypatch.setattr(reports, "PAGE", 2)
    added = {
        (await portal.house.reports.add(cause=Cause.MISUSE, about="x", reporter="Kato", serials=())).id
        for _ in range(3)
    }
    browser = await portal.operator("Baba")
    for page in ("/portal/operator", "/portal/operator?show=all"):
        first = (await browser.get(page)).body.decode()
        (older,) = re.findall(r'href="(/portal/operator\?after=[^"]*)"', first)
        second = (await browser.get(older.replace("&amp;", "&"))).body.decode()
        found = [re.findall(r'href="/portal/operator/reports/([^"]+)"', text) for text in (first, second)]
        assert [len(one) for one in found] == [2, 1]
        assert {*found[0], *found[1]} == added
        assert ("show=all" in older) is ("show=all" in page)
    assert (await browser.get("/portal/operator?after=nothing")).status == 404


async def test_a_customers_contracts_a_page_at_a_time(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sorted as a whole, each once, and no EAB is read for it; a page that there is not is the last, or the first."""
    monkeypatch.setattr(orders, "PAGE", 2)
    added = [await portal.house.sell(is_examined=False, service=one) for one in ("ov-acme-1y", "dv-acme-1y") * 2]
    password = next(one.password for one in added if one.password)
    browser = await portal.enter(added[0].customer.login, password)
    monkeypatch.setattr(type(portal.house.store.credentials), "of_contract", None)

    async def shown(page: str) -> tuple[list[str], str, list[str]]:
        text = (await browser.get(page)).body.decode()
        services = re.findall(r"<td>([OD]V [^<]*)</td>", text)
        found = re.findall(r'href="/portal/orders/(\w+)"', text)
        return found, "".join(one[0] for one in services), re.findall(r'href="\?([^"]*page=\d+)"', text)

    first, services, (following,) = await shown("/portal/orders?sort=service&direction=desc")
    second, others, (preceding,) = await shown(f"/portal/orders?{following.replace('&amp;', '&')}")
    assert sorted(first + second) == sorted(one.contract.id for one in added)
    assert (services, others, preceding[-6:]) == ("OO", "DD", "page=1")
    for said, wanted in (("9", second), ("x", first), ("0", first), ("９", first), ("9" * 5000, first)):
        assert (await shown(f"/portal/orders?sort=service&direction=desc&page={quote(said)}"))[0] == wanted
