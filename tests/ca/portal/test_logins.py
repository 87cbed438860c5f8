"""Guessing passwords: who has failed too often waits, by login and by address."""

import asyncio
import re
from typing import Any

import pytest
from starlette.requests import Request

from tegata.ca.errors import LoginFailed
from tegata.ca.portal.door import MOST_OF_AN_ADDRESS, Door
from tegata.ca.portal.logins import LoginPages

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Customers:
    """Nobody's password is right here; what was tried, from where."""

    def __init__(self, compared: asyncio.Event | None = None) -> None:
        self.tried: list[tuple[str, str]] = []
        self._compared = compared

    async def login(self, login: str, password: str, *, address: str) -> tuple[str, object]:
        if self._compared is not None:
            await self._compared.wait()
        self.tried.append((login, address))
        raise LoginFailed


def guarded(customers: Any) -> LoginPages:
    """The page that asks them, behind a door by addresses."""
    return LoginPages(customers, Door(lambda scope: scope["client"][0], lambda: 0.0))


async def tell(pages: LoginPages, login: str, address: str) -> str:
    """Send the form; the page that comes back."""
    body = f"login={login}&password=x".encode()
    headers = [(b"content-type", b"application/x-www-form-urlencoded")]
    scope = {"type": "http", "method": "POST", "path": "/portal/login", "headers": headers, "client": (address, 1)}

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": body, "more_body": False}

    answer = await pages.log_in(Request({**scope, "scheme": "https", "query_string": b"lang=en"}, receive))
    assert answer.status_code == 403
    return bytes(answer.body).decode()


async def test_an_address_that_tries_login_after_login() -> None:
    """B-93: So many wrong passwords and no more, whatever the logins: each is an event in the audit log."""
    customers = Customers()
    pages = guarded(customers)
    for number in range(MOST_OF_AN_ADDRESS):
        assert "too many" not in await tell(pages, f"{number}@example.com", "192.0.2.7")
    assert "too many" in await tell(pages, "another@example.com", "192.0.2.7")
    assert len(customers.tried) == MOST_OF_AN_ADDRESS
    assert "too many" not in await tell(pages, "another@example.com", "192.0.2.8")
    assert customers.tried[-1] == ("another@example.com", "192.0.2.8")


async def test_many_at_once_are_no_more_than_one_after_the_other() -> None:
    """B-93: A password takes its time to compare; whoever sends the next ones meanwhile has no further tries by it."""
    compared = asyncio.Event()  # slow, as the hash is
    customers = Customers(compared)
    pages = guarded(customers)
    asked = [asyncio.create_task(tell(pages, "one@example.com", "192.0.2.7")) for _ in range(50)]
    refused, _ = await asyncio.wait(asked[10:])
    assert all("too many" in each.result() for each in refused)
    compared.set()
    await asyncio.gather(*asked[:10])
    assert len(customers.tried) == 10


async def test_a_refusal_keeps_the_mail_address() -> None:
    """Only the password is typed again; the sentence belongs to the fields that it is about (WCAG 3.3.1, 1.3.1)."""
    text = await tell(guarded(Customers()), "a%22%3E%40example.com", "")
    fields = re.findall(r"<input [^>]*>", text)
    assert [re.findall(' name="([^"]*)"', field) for field in fields] == [["login"], ["password"]]
    assert 'value="a&#34;&gt;@example.com"' in fields[0]
    assert "value=" not in fields[1]
    assert " autofocus" in fields[1]
    for field in fields:
        assert 'aria-invalid="true" aria-describedby="error"' in field
    assert re.search('<p class="error" role="alert" id="error">[^<]', text)
