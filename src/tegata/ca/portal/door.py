"""The door: passwords are tried so often and no more, by login, by network address and by browser.

Counts failures; whether a password is right is the customer service's to say.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias, TypeVar

from starlette.requests import Request
from starlette.responses import Response

from tegata.ca.portal.devices import Devices
from tegata.ca.portal.throttle import Throttle
from tegata.errors import TegataError

MOST_CHARACTERS = 1000
MOST_OF_A_LOGIN = 100
"""Wrong passwords for a login from browsers that are not known, whatever the addresses (NIST SP 800-63B §5.2.2)."""
MOST_OF_AN_ADDRESS = 100
"""Wrong passwords from one address, whatever the logins."""

Address: TypeAlias = Callable[[Mapping[str, Any]], str]
"""Says which network address a request's scope counts for."""

Found = TypeVar("Found")
_Count: TypeAlias = tuple[Throttle, str]


class TooManyLogins(TegataError):
    """Too many wrong passwords for this login, or from this address; ``minutes`` until another try."""

    code = "portal.too-many-logins"


class Door:
    """Where passwords are tried; ``monotonic`` gives seconds that never go back.

    Strangers are counted by login and address, by login, and by address; whoever fails in a browser in which that login
    has been logged in before, by that browser alone. So nobody who fails on purpose holds up the owner there.
    """

    def __init__(self, address: Address, devices: Devices, monotonic: Callable[[], float]) -> None:
        self.address = address
        self._devices, self._monotonic = devices, monotonic
        self._tries = Throttle()
        self._logins, self._addresses = Throttle(most=MOST_OF_A_LOGIN), Throttle(most=MOST_OF_AN_ADDRESS)

    async def open(
        self, request: Request, login: str, password: str, compare: Callable[..., Awaitable[Found]]
    ) -> Found:
        """Try a password; raises TooManyLogins, or what ``compare`` raises, which is told the ``address`` too."""
        login, password = login[:MOST_CHARACTERS], password[:MOST_CHARACTERS]
        address, now = self.address(request.scope), self._monotonic()
        own, others = self._counts(request, _key(login), address)
        if wait := max(throttle.wait(key, now) for throttle, key in (own, *others)):
            raise TooManyLogins(minutes=int(wait // 60) + 1)
        # Counted before the password is compared: of many that come at once no more are tried than one after the other.
        for throttle, key in (own, *others):
            throttle.failed(key, now)
        found = await compare(login, password, address=address)
        own[0].passed(own[1])
        for throttle, key in others:
            throttle.withdraw(key, now)
        return found

    def remember(self, response: Response, login: str) -> None:
        """Let the browser be known as one in which this login has been logged in."""
        self._devices.remember(response, _key(login))

    def _counts(self, request: Request, key: str, address: str) -> tuple[_Count, list[_Count]]:
        """What a try counts in: its own count, which who gets in begins anew, and those that others count in too."""
        device = self._devices.known(request, key)
        if device is not None:
            return (self._tries, device), []
        return (self._tries, f"{address} {key}"), [(self._logins, key), (self._addresses, address)]


def _key(login: str) -> str:
    """What a login is counted by, however it is written."""
    return login[:MOST_CHARACTERS].strip().lower()
