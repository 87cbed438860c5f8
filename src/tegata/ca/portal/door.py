"""The door: passwords are tried so often and no more, by login and by network address.

Counts failures; whether a password is right is the customer service's to say.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias, TypeVar

from starlette.requests import Request

from tegata.ca.portal.throttle import Throttle
from tegata.errors import TegataError

MOST_CHARACTERS = 1000
MOST_OF_AN_ADDRESS = 100
"""Wrong passwords from one address, whatever the logins."""

Address: TypeAlias = Callable[[Mapping[str, Any]], str]
"""Says which network address a request's scope counts for."""

Found = TypeVar("Found")


class TooManyLogins(TegataError):
    """Too many wrong passwords for this login, or from this address; ``minutes`` until another try."""

    code = "portal.too-many-logins"


class Door:
    """Where passwords are tried; ``monotonic`` gives seconds that never go back."""

    def __init__(self, address: Address, monotonic: Callable[[], float]) -> None:
        self.address = address
        self._monotonic = monotonic
        self._throttle, self._addresses = Throttle(), Throttle(most=MOST_OF_AN_ADDRESS)

    async def open(
        self, request: Request, login: str, password: str, compare: Callable[..., Awaitable[Found]]
    ) -> Found:
        """Try a password; raises TooManyLogins, or what ``compare`` raises, which is told the ``address`` too."""
        login, password = login[:MOST_CHARACTERS], password[:MOST_CHARACTERS]
        key = login.strip().lower()
        address, now = self.address(request.scope), self._monotonic()
        if wait := max(self._throttle.wait(key, now), self._addresses.wait(address, now)):
            raise TooManyLogins(minutes=int(wait // 60) + 1)
        # Counted before the password is compared: of many that come at once no more are tried than one after the other.
        self._throttle.failed(key, now)
        self._addresses.failed(address, now)
        found = await compare(login, password, address=address)
        self._throttle.passed(key)
        self._addresses.withdraw(address, now)
        return found
