"""The sticker is well-formed SVG whatever the organization is called."""

import html
import re
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

import pytest
from tests.ca.portal.conftest import Portal

from tegata.ca.model import Application, Contract, Customer, Organization
from tegata.ca.policy.contracts import ContractStatus
from tegata.ca.portal.sticker import sticker
from tegata.ca.services.contracts import ContractView
from tegata.ca.settings import SERVICES
from tegata.text.language import Language

SVG = "{http://www.w3.org/2000/svg}"


def view(organization: str, service: str = "ov-acme-1y", first: str = "www.example.com") -> ContractView:
    now = datetime(2026, 1, 30, tzinfo=UTC)
    contract = Contract(
        id="C1",
        customer_id="1",
        service=service,
        organization=Organization(name=organization, country="JP"),
        domains=(first, "www2.example.com"),
        application=Application.NEW,
        applied_at=now,
        starts=now,
        ends=datetime(2027, 1, 30, tzinfo=UTC),
    )
    customer = Customer(id="1", login="admin@example.com", password_hash="", created_at=now)
    return ContractView(
        contract, ContractStatus.ACTIVE, SERVICES[service], None, customer, None, service.startswith("ov")
    )


def texts(root: ET.Element) -> list[str]:
    return ["".join(text.itertext()) for text in root.iter(f"{SVG}text")]


@pytest.mark.parametrize(
    "name", ["株式会社サンプル", 'A & B "<script>alert(1)</script>" Ltd.', "とても長い名前の株式会社" * 4]
)
def test_it_is_svg_and_leads_to_the_seal(name: str) -> None:
    """A name with markup stays text; the link goes where it was told; the date is written as the portal's."""
    root = ET.fromstring(sticker(view(name), "http://ca.example/seal/C1", Language.JA))
    assert root.tag == f"{SVG}svg"
    link = root.find(f"{SVG}a")
    assert link is not None
    assert link.get("href") == "http://ca.example/seal/C1"
    assert texts(root)[:3] == ["審査済み組織", name, "www.example.com +1"]
    assert any("2027/01/30" in text for text in texts(root))
    assert not list(root.iter(f"{SVG}script"))


@pytest.mark.parametrize(
    ("language", "title"), [(Language.JA, "認証済みドメイン名"), (Language.EN, "Validated domain names")]
)
def test_names_without_an_organization(language: Language, title: str) -> None:
    """DV: nobody has examined the organization, and the sticker says nothing of it, as the page does not."""
    svg = sticker(view("Example Corporation", "dv-acme-1y"), "http://ca.example/seal/C1", language)
    assert "Example Corporation" not in svg
    assert texts(ET.fromstring(svg))[:2] == [title, "www.example.com +1"]


@pytest.mark.parametrize(
    ("first", "shown", "squeezed"),
    [
        ("www.example.com", "www.example.com +1", (False, False)),
        (".example.com", "example.com とその配下 +1", (True, False)),
        ("xn--wgv71a119e.jp", "xn--wgv71a119e.jp (日本語.jp) +1", (True, True)),
        (".xn--wgv71a119e.jp", "xn--wgv71a119e.jp (日本語.jp) とその配下 +1", (True, True)),
    ],
)
def test_names_as_a_visitor_reads_them(first: str, shown: str, squeezed: tuple[bool, bool]) -> None:
    """In both forms; a name that stands for others says so; and none is wider than the picture."""
    for service, place, is_squeezed in (("dv-acme-1y", 1, squeezed[0]), ("ov-acme-1y", 2, squeezed[1])):
        text = list(ET.fromstring(sticker(view("株式会社", service, first), "x", Language.JA)).iter(f"{SVG}text"))[
            place
        ]
        assert text.text == shown
        assert (text.get("textLength") == "170") is is_squeezed


@pytest.mark.anyio
async def test_what_makes_the_picture_a_link(portal: Portal) -> None:
    """A link inside of an SVG does nothing where the picture is shown by img: the page says what goes around it."""
    added = await portal.house.sell()
    browser = await portal.enter(added.customer.login, added.password or "")
    text = (await browser.get(f"/portal/orders/{added.contract.id}/download")).body.decode()
    (command,) = re.findall('<p class="command"><code>(.*)</code></p>', text)
    link = ET.fromstring(html.unescape(command).replace('height="96">', 'height="96"/>'))
    assert link.get("href") == f"http://ca.example.com:8080/seal/{added.contract.id}"
    assert link[0].get("src") == f"sticker-{added.contract.id}.svg"
