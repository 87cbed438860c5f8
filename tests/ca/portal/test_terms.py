"""Agreements to the terms of service: to those that the page has shown, and no others."""

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from tests.ca.portal.conftest import Portal, hidden
from tests.ca.services.house import CERTIFICATE_KEY, SECOND

from tegata.ca.policy.terms import Terms
from tegata.pki import csr

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


async def test_only_what_was_shown_is_agreed_to_by_applying(portal: Portal) -> None:
    """B-99: As above, for a certificate without ACME; what was pasted is not lost."""
    house = portal.house
    added = await house.sell(service="ov-csr-6m")
    browser = await portal.enter(added.customer.login, added.password or "")
    page, view = f"/portal/orders/{added.contract.id}/request", await house.contracts.show(added.contract.id)
    der = csr.build(CERTIFICATE_KEY, ["www.example.com"], common_name=None)
    request = ("csr", x509.load_der_x509_csr(der).public_bytes(Encoding.PEM).decode())
    house.terms.terms = Terms(f"{URL}-1")
    shown = hidden(await browser.post(page, request), "terms")
    house.terms.terms = Terms(f"{URL}-2")
    for fields in (shown, []):
        again = await browser.post(page, request, *fields, ("order", "yes"))
        text = again.body.decode()
        assert (again.status, "まだ申請されていません" in text, f'href="{URL}-2"' in text) == (200, True, True)
        assert request[1].splitlines()[1] in text.replace("&#43;", "+")
        assert await house.enrolments.open(view) == []
    placed = await browser.post(page, request, *hidden(again, "terms"), ("order", "yes"))
    assert placed.status == 303
    assert len(await house.enrolments.open(view)) == 1
