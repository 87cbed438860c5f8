"""The sticker is well-formed SVG whatever the organization is called."""

from datetime import UTC, datetime
from xml.etree import ElementTree as ET

import pytest

from tegata.ca.model import Application, Contract, Organization
from tegata.ca.portal.sticker import sticker
from tegata.text.language import Language

SVG = "{http://www.w3.org/2000/svg}"


def contract(organization: str) -> Contract:
    now = datetime(2026, 1, 30, tzinfo=UTC)
    return Contract(
        id="C1",
        customer_id="1",
        service="ov-acme-1y",
        organization=Organization(name=organization, country="JP"),
        domains=("www.example.com", "www2.example.com"),
        application=Application.NEW,
        applied_at=now,
        starts=now,
        ends=datetime(2027, 1, 30, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    "name", ["株式会社サンプル", 'A & B "<script>alert(1)</script>" Ltd.', "とても長い名前の株式会社" * 4]
)
def test_it_is_svg_and_leads_to_the_seal(name: str) -> None:
    """A name with markup stays text; the link goes where it was told; the date is written as the portal's."""
    root = ET.fromstring(sticker(contract(name), "http://ca.example/seal/C1", Language.JA))
    assert root.tag == f"{SVG}svg"
    link = root.find(f"{SVG}a")
    assert link is not None
    assert link.get("href") == "http://ca.example/seal/C1"
    texts = ["".join(text.itertext()) for text in root.iter(f"{SVG}text")]
    assert name in texts
    assert any("2027/01/30" in text for text in texts)
    assert not list(root.iter(f"{SVG}script"))
