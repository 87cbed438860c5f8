"""Requests that another site sends in the customer's name are refused, and a log-in leads to our own pages only."""

from datetime import timedelta

import pytest
from starlette.requests import Request
from tests.ca.portal.conftest import Portal
from tests.ca.services.house import HOUR, SECOND

from tegata.ca.portal.session import CrossSiteRequest, check_same_site, own_page, to_login


def request(**headers: str) -> Request:
    pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": "POST", "path": "/", "headers": pairs})


@pytest.mark.parametrize(
    "headers",
    [
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"origin": "https://evil.example", "host": "ca.example"},
        {"origin": "null", "host": "ca.example"},
        {"origin": "http://[", "host": "ca.example"},
    ],
)
def test_another_sites_form_is_refused(headers: dict[str, str]) -> None:
    """By what the browser says of where the request comes from (S-34)."""
    with pytest.raises(CrossSiteRequest):
        check_same_site(request(**headers))


@pytest.mark.parametrize(
    "headers",
    [
        {"sec_fetch_site": "same-origin"},
        {"sec_fetch_site": "none"},
        {"origin": "https://ca.example", "host": "ca.example"},
        {"host": "ca.example"},
    ],
)
def test_our_own_forms_pass(headers: dict[str, str]) -> None:
    """Our own pages, an address typed by hand, and programs that are no browsers."""
    check_same_site(request(**headers))


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example/portal/orders",
        "https://evil.example/portal/orders",
        "/\\evil.example",
        "/portal/orders//evil.example",
        "/portal/orders/../../acme/directory",
        "/portal/orders@evil.example",
        "/portal/ordersevil",
        "/portal/logout",
        "/portal/orders/C1\n",
        "/portal/orders?to=//evil.example",
        "",
    ],
)
def test_a_login_leads_to_no_other_page(path: str) -> None:
    """To the list instead, which is nobody else's."""
    assert own_page(path) == "/portal/orders"


@pytest.mark.parametrize(
    ("method", "path", "query", "referer", "leads_to"),
    [
        ("GET", "/portal/orders", "", "", "/portal/login"),
        ("GET", "/portal/orders/C1", "after=0a", "", "/portal/login?to=%2Fportal%2Forders%2FC1%3Fafter%3D0a"),
        ("GET", "//evil.example/", "", "", "/portal/login"),
        (
            "POST",
            "/portal/orders/C1/credentials/K1/label",
            "",
            "https://ca.example/portal/orders/C1/credentials",
            "/portal/login?to=%2Fportal%2Forders%2FC1%2Fcredentials&lost=1",
        ),
        ("POST", "/portal/orders/C1/terms", "", "", "/portal/login?lost=1"),
        ("POST", "/portal/orders/C1/terms", "", "https://[/x", "/portal/login?lost=1"),
        ("POST", "/portal/orders/C1/terms", "", "https://ca.example//evil.example/", "/portal/login?lost=1"),
    ],
)
def test_the_way_back_from_the_log_in(method: str, path: str, query: str, referer: str, leads_to: str) -> None:
    """The page that was wanted; of a form the page it was on, and that nothing was done."""
    headers = [(b"host", b"ca.example"), (b"referer", referer.encode())]
    scope = {"type": "http", "scheme": "https", "method": method, "path": path, "headers": headers}
    assert to_login(Request({**scope, "query_string": query.encode()})).headers["location"] == leads_to


@pytest.mark.anyio
async def test_what_was_typed_is_not_lost_with_the_session(portal: Portal) -> None:
    """A form is taken for four hours longer than pages are shown: none is typed in vain that was begun in time."""
    house = portal.house
    added = await house.sell()
    page = f"/portal/orders/{added.contract.id}"
    browser = await portal.enter(added.customer.login, added.password or "")
    house.clock.advance(8 * HOUR - SECOND)
    assert (await browser.get(f"{page}/request")).status == 200
    house.clock.advance(4 * HOUR)
    looked = await browser.post(f"{page}/request", ("csr", "typed for hours"), referer=f"https://ca.example.com{page}")
    assert (looked.status, b"typed for hours" in looked.body) == (200, True)
    shown = await browser.get(page)
    assert (shown.status, "lost" in (shown.headers.get("location") or "")) == (303, False)
    house.clock.advance(SECOND)
    late = await browser.post(f"{page}/request", ("csr", "typed for hours"), referer=f"https://ca.example.com{page}")
    assert (late.status, "lost=1" in (late.headers.get("location") or "")) == (303, True)


@pytest.mark.anyio
async def test_a_form_that_a_wrong_clock_would_date(portal: Portal) -> None:
    """B-03: nothing comes of it, as by ACME; pages are shown, and once the clocks agree the form is taken."""
    added = await portal.house.sell("www.example.com")
    browser = await portal.enter(added.customer.login, added.password or "")
    clocks = portal.house.clocks
    clocks.ahead = timedelta(minutes=-5)
    path = f"/portal/orders/{added.contract.id}"
    before = len(await portal.house.credentials.of_contract(added.contract.id))
    assert (await browser.post(f"{path}/credentials", ("once", "1"))).status == 409
    assert (await browser.get(path)).status == 200
    assert len(await portal.house.credentials.of_contract(added.contract.id)) == before
    clocks.ahead = timedelta(0)
    assert (await browser.post(f"{path}/credentials", ("once", "1"))).status == 303
    assert len(await portal.house.credentials.of_contract(added.contract.id)) == before + 1
