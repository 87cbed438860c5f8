"""The portal in front of a whole CA, and a browser of few words."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from tests.ca.api.asgi import call
from tests.ca.services.conftest import authority
from tests.ca.services.house import House

from tegata.acme.wire import Response
from tegata.ca.issuing.authority import SoftwareAuthority
from tegata.ca.portal import app
from tegata.ca.services.auditing import AuditService

__all__ = ["authority"]
_FORM = ("content-type", "application/x-www-form-urlencoded")


@dataclass
class Browser:
    """Somebody with a session; gets pages and sends forms."""

    app: Any
    cookie: str

    async def get(self, path: str, *headers: tuple[str, str]) -> Response:
        """A page."""
        return await call(self.app, "GET", path, headers=[("cookie", self.cookie), *headers])

    async def post(self, path: str, *fields: tuple[str, str], referer: str = "") -> Response:
        """What comes of a form that stood on the page ``referer``."""
        headers = [("cookie", self.cookie), _FORM, ("referer", referer)]
        return await call(self.app, "POST", path, headers=headers, chunks=(urlencode(fields).encode(),))


class _Fields(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.hidden: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "input" and found.get("type") == "hidden":
            self.hidden.append((found["name"] or "", found["value"] or ""))


def hidden(page: Response, *names: str) -> list[tuple[str, str]]:
    """The hidden fields of a page, or those of these names."""
    parser = _Fields()
    parser.feed(page.body.decode())
    return [one for one in parser.hidden if not names or one[0] in names]


@dataclass
class Portal:
    """A portal of a CA; ``app`` is what is served."""

    house: House
    app: Any

    async def enter(self, login: str, password: str) -> Browser:
        """Log in, past the form."""
        token, _ = await self.house.customers.login(login, password)
        return Browser(self.app, f"__Host-tegata={token}; tegata-lang=ja")

    async def operator(self, name: str) -> Browser:
        """A new operator of this name, logged in."""
        added = await self.house.operators.add(f"{name.lower()}@example.com", name)
        return await self.enter(added.operator.login, added.password or "")


def portal_of(house: House, **changes: Any) -> Portal:
    """The portal of a CA, with operators from everywhere."""
    build: dict[str, Any] = {
        "customers": house.customers,
        "certificates": house.certificates,
        "credentials": house.credentials,
        "limits": house.limits,
        "terms": house.terms,
        "watch": house.watch,
        "requests": house.requests,
        "enrolments": house.enrolments,
        "operators": house.operators,
        "contracts": house.contracts,
        "examinations": house.examinations,
        "inbox": house.inbox,
        "sealer": house.sealer,
        "reports": house.reports,
        "audit": AuditService(house.store),
        "operator_networks": ("192.0.2.0/24",),
        "seal_url": "http://ca.example.com:8080/seal/",
        "only_https": True,
        "address": lambda _: "192.0.2.1",
        "new_reference": house.ids.reference,
        "now": house.clock,
        "monotonic": lambda: 0.0,
    }
    return Portal(house, app.build(**(build | changes)))


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def portal(tmp_path: Path, authority: SoftwareAuthority, anyio_backend: str) -> AsyncIterator[Portal]:
    """The portal of a CA with an empty store."""
    house = House(tmp_path / "tegata-ca.db", authority)
    yield portal_of(house)
    await house.store.close()
