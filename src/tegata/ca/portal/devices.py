"""Browsers in which somebody has logged in before: each has a cookie that says by whose login.

It opens nothing. By it the door tells the owner of a login from strangers who only try passwords (the device cookies of
OWASP's "Slow Down Online Guessing Attacks with Device Cookies").
"""

from secrets import token_bytes

from cryptography.exceptions import InvalidTag
from starlette.requests import Request
from starlette.responses import Response

from tegata.acme import b64
from tegata.acme.codec import Malformed
from tegata.ca.ports import Sealer

DEVICE = "__Host-tegata-device"
_OCTETS = 16
_SECONDS = 365 * 24 * 3600
_MOST_CHARACTERS = 200


class Devices:
    """Knows browsers again by what is sealed in their cookie, on every node."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    def known(self, request: Request, login: str) -> str | None:
        """What the browser is called in which this login has been logged in before, if it is such a one."""
        cookie = request.cookies.get(DEVICE, "")
        if not cookie or len(cookie) > _MOST_CHARACTERS:
            return None
        try:
            return self._sealer.open(_name(login), b64.decode(cookie)).hex()
        except (Malformed, ValueError, InvalidTag):
            return None

    def remember(self, response: Response, login: str) -> None:
        """Let the browser be known from now on, for a year."""
        cookie = b64.encode(self._sealer.seal(_name(login), token_bytes(_OCTETS)))
        response.set_cookie(DEVICE, cookie, max_age=_SECONDS, path="/", secure=True, httponly=True, samesite="strict")


def _name(login: str) -> str:
    return f"device of {login}"
