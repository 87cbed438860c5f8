"""Logging in and out.

Counts failures; whether a password is right is the customer service's to say.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from tegata.ca.errors import LoginFailed
from tegata.ca.portal.pages import language_of, page
from tegata.ca.portal.session import BACK, COOKIE, LOGIN, LOST, ORDERS, check_same_site, enter, leave, own_page
from tegata.ca.portal.throttle import Throttle
from tegata.ca.services.customers import CustomerService
from tegata.errors import TegataError
from tegata.text.catalogue import explain

MOST_CHARACTERS = 1000


class TooManyLogins(TegataError):
    """Too many wrong passwords for this login, or from this address; ``minutes`` until another try."""

    code = "portal.too-many-logins"


Address: TypeAlias = Callable[[Mapping[str, Any]], str]
"""Says which network address a request's scope counts for."""

MOST_OF_AN_ADDRESS = 100
"""Wrong passwords from one address, whatever the logins: so the audit log cannot be filled either."""


class LoginPages:
    """``/portal/login`` and ``/portal/logout``; ``monotonic`` gives seconds that never go back."""

    def __init__(self, customers: CustomerService, address: Address, monotonic: Callable[[], float]) -> None:
        self._customers, self._address, self._monotonic = customers, address, monotonic
        self._throttle, self._addresses = Throttle(), Throttle(most=MOST_OF_AN_ADDRESS)

    async def form(self, request: Request) -> Response:
        """The form; who has a session goes straight on."""
        token = request.cookies.get(COOKIE)
        if token and await self._customers.session(token):
            return RedirectResponse(_wanted(request), 303)
        return _form(request, error=None)

    async def log_in(self, request: Request) -> Response:
        """Take login and password."""
        check_same_site(request)
        async with request.form(max_files=0, max_fields=10) as form:
            login, password = (
                str(form.get("login", ""))[:MOST_CHARACTERS],
                str(form.get("password", ""))[:MOST_CHARACTERS],
            )
        key = login.strip().lower()
        address, now = self._address(request.scope), self._monotonic()
        if wait := max(self._throttle.wait(key, now), self._addresses.wait(address, now)):
            return _refused(request, TooManyLogins(minutes=int(wait // 60) + 1))
        # Counted before the password is compared: of many that come at once no more are tried than one after the other.
        self._throttle.failed(key, now)
        self._addresses.failed(address, now)
        try:
            token, _ = await self._customers.login(login, password, address=address)
        except LoginFailed as error:
            return _refused(request, error)
        self._throttle.passed(key)
        self._addresses.withdraw(address, now)
        return enter(_wanted(request), token)

    async def log_out(self, request: Request) -> Response:
        """End the session."""
        check_same_site(request)
        if token := request.cookies.get(COOKIE):
            await self._customers.logout(token)
        return leave(LOGIN)


def _wanted(request: Request) -> str:
    """The page of ours that the log-in leads to."""
    return own_page(request.query_params.get(BACK, ORDERS))


def _refused(request: Request, error: TegataError) -> Response:
    return _form(request, error=str(explain(error, language_of(request))), status=403)


def _form(request: Request, *, error: str | None, status: int = 200) -> Response:
    """The form; its address keeps what page was wanted."""
    wanted, is_lost = _wanted(request), LOST in request.query_params
    action = LOGIN + ("" if wanted == ORDERS else "?" + urlencode({BACK: wanted}))
    return page(request, "login.html", status=status, error=error, action=action, is_lost=is_lost and not error)
