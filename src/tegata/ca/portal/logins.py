"""Logging in and out.

Whether a password may be tried is the door's matter, whether it is right the customer service's.
"""

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from tegata.ca.errors import LoginFailed
from tegata.ca.portal.door import Door, TooManyLogins
from tegata.ca.portal.pages import language_of, page
from tegata.ca.portal.session import BACK, COOKIE, LOGIN, LOST, ORDERS, check_same_site, enter, leave, own_page
from tegata.ca.services.customers import CustomerService
from tegata.errors import TegataError
from tegata.text.catalogue import explain


class LoginPages:
    """``/portal/login`` and ``/portal/logout``."""

    def __init__(self, customers: CustomerService, door: Door) -> None:
        self._customers, self._door = customers, door

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
            login, password = str(form.get("login", "")), str(form.get("password", ""))
        try:
            token, _ = await self._door.open(request, login, password, self._customers.login)
        except (LoginFailed, TooManyLogins) as error:
            return _refused(request, error, login)
        response = enter(_wanted(request), token)
        self._door.remember(response, login)
        return response

    async def log_out(self, request: Request) -> Response:
        """End the session."""
        check_same_site(request)
        if token := request.cookies.get(COOKIE):
            await self._customers.logout(token)
        return leave(LOGIN)


def _wanted(request: Request) -> str:
    """The page of ours that the log-in leads to."""
    return own_page(request.query_params.get(BACK, ORDERS))


def _refused(request: Request, error: TegataError, login: str) -> Response:
    return _form(request, error=str(explain(error, language_of(request))), login=login, status=403)


def _form(request: Request, *, error: str | None, login: str = "", status: int = 200) -> Response:
    """The form, with the mail address that was typed; its address keeps what page was wanted."""
    wanted, is_lost = _wanted(request), LOST in request.query_params
    action = LOGIN + ("" if wanted == ORDERS else "?" + urlencode({BACK: wanted}))
    lost = is_lost and not error
    return page(request, "login.html", status=status, error=error, action=action, is_lost=lost, typed=login)
