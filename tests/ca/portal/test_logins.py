"""Guessing passwords: who has failed too often waits, by login and by address."""

import asyncio
import re
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response

from tegata.ca.errors import LoginFailed
from tegata.ca.portal.devices import DEVICE, Devices
from tegata.ca.portal.door import MOST_OF_A_LOGIN, MOST_OF_AN_ADDRESS, Door
from tegata.ca.portal.logins import LoginPages
from tegata.ca.services.seals import AesGcmSealer

pytestmark = pytest.mark.anyio
OWNER = "owner@example.com"


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


class Owner(Customers):
    """One login with a password that is right."""

    async def login(self, login: str, password: str, *, address: str) -> tuple[str, object]:
        if (login, password) == (OWNER, "right"):
            return "token", object()
        return await super().login(login, password, address=address)


def guarded(customers: Any) -> LoginPages:
    """The page that asks them, behind a door by addresses."""
    door = Door(lambda scope: scope["client"][0], Devices(AesGcmSealer(bytes(32))), lambda: 0.0)
    return LoginPages(customers, door)


async def send(pages: LoginPages, login: str, address: str, password: str = "x", cookie: str = "") -> Response:
    """Send the form."""
    body = f"login={login}&password={password}".encode()
    headers = [(b"content-type", b"application/x-www-form-urlencoded"), (b"cookie", cookie.encode())]
    scope = {"type": "http", "method": "POST", "path": "/portal/login", "headers": headers, "client": (address, 1)}

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": body, "more_body": False}

    return await pages.log_in(Request({**scope, "scheme": "https", "query_string": b"lang=en"}, receive))


async def tell(pages: LoginPages, login: str, address: str, cookie: str = "") -> str:
    """Send the form with a wrong password; the page that comes back."""
    answer = await send(pages, login, address, cookie=cookie)
    assert answer.status_code == 403
    return bytes(answer.body).decode()


async def enter(pages: LoginPages, address: str, cookie: str = "") -> str:
    """The owner logs in; what the browser is known by from then on, or nothing where they did not get in."""
    answer = await send(pages, OWNER, address, "right", cookie)
    cookies = [value for name, value in answer.headers.items() if name == "set-cookie" and value.startswith(DEVICE)]
    assert len(cookies) == (1 if answer.status_code == 303 else 0)
    for each in cookies:
        assert {"HttpOnly", "Secure", "SameSite=strict", "Path=/", "Max-Age=31536000"} <= set(each.split("; "))
    return cookies[0].split(";")[0] if cookies else ""


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


async def test_a_stranger_does_not_lock_the_owner_out() -> None:
    """B-93: neither elsewhere nor, from however many addresses, in a browser in which the owner has been before."""
    pages = guarded(Owner())
    device = await enter(pages, "192.0.2.1")
    for _ in range(10):
        assert "too many" not in await tell(pages, OWNER.upper(), "192.0.2.7")
    assert "too many" in await tell(pages, OWNER, "192.0.2.7")
    assert await enter(pages, "192.0.2.1")
    for number in range(MOST_OF_A_LOGIN - 10):
        assert "too many" not in await tell(pages, OWNER, f"198.51.100.{number}")
    assert "too many" in await tell(pages, OWNER, "203.0.113.1")
    assert await enter(pages, "192.0.2.1") == ""
    assert await enter(pages, "192.0.2.1", device)
    assert await enter(pages, "203.0.113.1", device)


async def test_a_known_browser_guesses_no_more_than_another() -> None:
    """B-93: It has so many tries, and its cookie is good for the login that it was given to, and as it is."""
    customers = Owner()
    pages = guarded(customers)
    device = await enter(pages, "192.0.2.1")
    for number in range(10):
        assert "too many" not in await tell(pages, OWNER, f"192.0.2.{number}", device)
    assert "too many" in await tell(pages, OWNER, "192.0.2.1", device)
    assert await enter(pages, "192.0.2.1", device) == ""
    for number in range(MOST_OF_A_LOGIN):
        await tell(pages, "other@example.com", f"198.51.100.{number}")
    tried = len(customers.tried)
    name, value = device.split("=")
    for cookie in (device, f"{name}={value[:-4]}AAAA", f"{name}=x", f"{name}=é", f"{name}={'A' * 5000}", name):
        assert "too many" in await tell(pages, "other@example.com", "203.0.113.1", cookie)
    assert len(customers.tried) == tried


async def test_who_gets_in_begins_anew() -> None:
    """B-93: in a known browser and in another; an owner who mistypes now and then is never held up by all of it."""
    pages = guarded(Owner())
    device = await enter(pages, "192.0.2.1")
    for cookie in (device, ""):
        for _ in range(3):
            for _ in range(9):
                assert "too many" not in await tell(pages, OWNER, "192.0.2.1", cookie)
            assert await enter(pages, "192.0.2.1", cookie)


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
