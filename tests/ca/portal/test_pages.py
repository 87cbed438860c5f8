"""Dates on the portal's pages are those of the reader's place, and say so where that is not plain."""

import re
from datetime import UTC, datetime
from importlib.resources import files
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.requests import Request
from tests.ca.portal.conftest import Portal, hidden

from tegata.ca.errors import Refused
from tegata.ca.model import Cause
from tegata.ca.portal import app
from tegata.ca.portal.pages import page
from tegata.ca.portal.words import WORDS


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


# In Japan it is the thirtieth already.
LATE = datetime(2026, 1, 29, 15, 0, tzinfo=UTC)


def shown(language: str, *, after: str | None = None, older: str | None = None) -> str:
    """The order's page of a contract applied for, begun and ended at that instant."""
    scope = {"type": "http", "method": "GET", "path": "/", "headers": [], "server": ("ca.example", 443)}
    request = Request({**scope, "scheme": "https", "query_string": f"lang={language}".encode()})
    contract = SimpleNamespace(
        id="C1",
        applied_at=LATE,
        starts=LATE,
        ends=LATE,
        application="new",
        examined_at=LATE,
        organization=SimpleNamespace(name="Example"),
        domains=("www.example.com",),
    )
    service = SimpleNamespace(label="OV", is_by_request=False)
    view = SimpleNamespace(contract=contract, status="active", service=service, identity_ends=LATE)
    customer = SimpleNamespace(login="x", id="1", mail="x")
    shape: dict[str, Any] = {
        "certificates": [],
        "after": after,
        "older": older,
        "paused": [],
        "terms": None,
        "edition": "",
    }
    shape |= {"overdue": [], "is_ending": False, "standing": None, "most_paused": 100, "most_overdue": 20}
    text = page(request, "order.html", customer=customer, view=view, **shape).body
    return bytes(text).decode()


@pytest.mark.anyio
async def test_a_refusal_speaks_to_a_customer() -> None:
    """Not of the operator's commands: another tab was quicker."""
    scope = {"type": "http", "method": "POST", "path": "/", "headers": [], "query_string": b"lang=ja"}
    answer = await app._Refused(lambda: "T-7KM2Q9XZ")(Request(scope), Refused(reason="the EAB was rotated before"))
    text = bytes(answer.body).decode()
    assert answer.status_code == 409
    assert "EAB はすでに交換されています" in text
    assert "画面を開き直して" in text
    assert "show" not in text
    assert "T-7KM2Q9XZ" in text


def test_the_way_to_older_certificates_and_back() -> None:
    """A contract may have thousands: there is a way on from a page, and back to the first."""
    assert "after=" not in shown("en")
    assert "Newest certificates" not in shown("en")
    middle = shown("en", after="ff", older="0a")
    assert 'href="/portal/orders/C1?after=0a#certificates">Older certificates' in middle
    assert 'href="/portal/orders/C1#certificates">Newest certificates' in middle
    assert "以前の証明書を表示する" not in shown("ja", after="ff")


@pytest.mark.parametrize(
    ("language", "day", "other", "words"),
    [
        ("ja", "2026/01/30", "2026/01/29", ("お申込日", "契約期間（日本時間）", "組織の審査（有効期間、日本時間）")),
        (
            "en",
            "2026/01/29",
            "2026/01/30",
            ("Applied on (UTC)", "Contract term (UTC)", "Examination of the organization (UTC)"),
        ),
    ],
)
def test_dates_of_the_readers_place(language: str, day: str, other: str, words: tuple[str, ...]) -> None:
    """B-64: those of the examination too."""
    text = shown(language)
    assert text.count(day) == 5
    assert other not in text
    assert all(word in text for word in words)


def test_every_column_has_a_heading() -> None:
    """In words, and said to be one: who hears a table is told of each cell what it is (WCAG 1.3.1)."""
    for file in files("tegata.ca.portal").joinpath("templates").iterdir():
        for attributes, heading in re.findall(r"<th(?=[ >])([^>]*)>(.*?)</th>", file.read_text("utf-8"), re.DOTALL):
            assert 'scope="col"' in attributes, file.name
            assert heading.strip(), file.name


def test_every_word_of_the_templates_is_there() -> None:
    """A page that asks for another one is an internal error, whoever opens it."""
    templates = files("tegata.ca.portal").joinpath("templates").iterdir()
    asked = {key for file in templates for key in re.findall(r"""\bt\(["']([^"']+)["']\)""", file.read_text("utf-8"))}
    assert {"download.eab", "sticker"} <= asked
    assert asked - set(WORDS) == set()


def test_the_other_language_is_on_this_host() -> None:
    """Whatever path was asked for, which may look like another host's address."""
    scope = {"type": "http", "method": "GET", "path": "//other.example/", "headers": [], "server": ("ca.example", 443)}
    request = Request({**scope, "scheme": "https", "query_string": b"sort=status&lang=ja"})
    text = bytes(page(request, "login.html", error=None, action="", is_lost=False, typed="").body).decode()
    assert '<a href="?sort=status&amp;lang=en" lang="en">' in text
    assert "other.example" not in text


def light(color: str) -> float:
    """The relative luminance of ``#rrggbb`` (WCAG 2.1)."""
    channels = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours (WCAG 2.1)."""
    darker, lighter = sorted(map(light, (one, other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_what_there_is_to_see() -> None:
    """Text is read, and where a field is can be seen, by those who see little too (WCAG 1.4.3, 1.4.11)."""
    style = app.STATIC.joinpath("portal.css").read_text("utf-8")
    named = dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", style))
    for field in ("input, textarea", "select"):
        (edge,) = re.findall(rf"^{field} {{.*border: 1px solid var\(--(\w+)\)", style, re.MULTILINE)
        assert contrast(named[edge], "#ffffff") >= 3
    pairs = [("ink", "paper"), ("accent", "paper")]
    assert all(contrast(named[one], named[other]) >= 4.5 for one, other in pairs)
    for text, ground in re.findall(r"(?<![-\w])color: (#[0-9a-f]{6}); background: (#[0-9a-f]{6})", style):
        assert contrast(text, ground) >= 4.5


@pytest.mark.anyio
async def test_what_is_wrong_is_tied_to_its_field(portal: Portal) -> None:
    """For who hears the page (WCAG 1.3.1, 3.3.1): the CSR that was pasted, and the second operator's password."""
    house = portal.house
    added = await house.sell()
    browser, page = (
        await portal.enter(added.customer.login, added.password or ""),
        f"/portal/orders/{added.contract.id}",
    )
    tied = r'<textarea [^>]*aria-invalid="true" aria-describedby="faults" autofocus>no CSR<'
    shown = (await browser.post(f"{page}/request", ("csr", "no CSR"))).body.decode()
    assert re.search(tied, shown)
    assert 'id="faults"' in shown
    assert "aria-invalid" not in (await browser.get(f"{page}/request")).body.decode()

    actor = await house.register(added)
    serials = [(await house.issue(actor)).serial for _ in range(2)]
    report = await house.reports.add(cause=Cause.MISUSE, about="x", reporter="Kato", serials=serials)
    operator, page = await portal.operator("Baba"), f"/portal/operator/reports/{report.id}/revoke"
    asked = await operator.post(page, ("reason", "4"))
    assert "aria-invalid" not in asked.body.decode()
    answer = [*hidden(asked), ("second", "baba@example.com"), ("password", "wrong"), ("confirmed", "yes")]
    refused = (await operator.post(page, *answer)).body.decode()
    assert refused.count('aria-invalid="true" aria-describedby="error"') == 2
    assert 'id="error"' in refused
