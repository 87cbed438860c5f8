"""Which addresses of a name a check may connect to: looked up once, judged, and tried in order (S-07, S-08).

The same for every challenge type that connects. How a connection is made is told; knows no challenge.
"""

import asyncio
from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from itertools import islice, zip_longest
from typing import TypeVar

from tegata.ca.errors import AddressForbidden, ConnectionFailed, NameNotResolved
from tegata.ca.policy.addresses import Address, AddressFilter
from tegata.ca.validation.evidence import Attempt, Hop
from tegata.ca.validation.listeners import OwnListeners
from tegata.ca.validation.resolver import Resolver
from tegata.pki import names

# A name with many addresses must not turn the CA into a scanner, nor fill its store.
MOST_ADDRESSES = 6
_MOST_RECORDED = 20

T = TypeVar("T")


class Destinations:
    """Finds addresses by the resolver, and keeps to those that the filter and the CA's own listeners leave open."""

    def __init__(self, *, resolver: Resolver, addresses: AddressFilter, listeners: OwnListeners) -> None:
        self._resolver = resolver
        self._addresses = addresses
        self._listeners = listeners
        self.resolvers = resolver.servers

    async def find(self, host: str, port: int, hop: Hop, until: float) -> list[Address]:
        """At least one address of a name (or the address that ``host`` is) to connect to, the best first.

        ``until`` is an instant of the event loop's clock; what was found is noted in ``hop``. Raises NameNotResolved,
        and AddressForbidden if none of them may be entered.
        """
        return self._allowed(host, port, await self._resolve(host, hop, until))

    async def reach(
        self, host: str, port: int, hop: Hop, until: float, connect: Callable[[Address], Awaitable[T]]
    ) -> tuple[Address, T]:
        """The first of a name's addresses to which there is a connection, and what ``connect`` made there.

        The next one is tried only if there was no connection: a server that answers counts, whatever it answers. Every
        attempt is noted in ``hop``. Raises as ``find``, and ConnectionFailed where there is no connection at all.
        """
        allowed = await self.find(host, port, hop, until)
        failures: list[ConnectionFailed] = []
        for address in allowed:
            hop.attempts.append(attempt := Attempt(str(address)))
            try:
                return address, await connect(address)
            except ConnectionFailed as failure:
                failures.append(failure)
                attempt.failure = str(failure.facts["reason"])
        raise ConnectionFailed(**failures[-1].facts | {"address": ", ".join(str(address) for address in allowed)})

    async def _resolve(self, host: str, hop: Hop, until: float) -> tuple[Address, ...]:
        if names.is_ip(host):
            return (ip_address(host),)
        try:
            async with asyncio.timeout_at(until):
                found = await self._resolver.addresses(host)
        except TimeoutError:
            raise NameNotResolved(name=host, reason="there was no answer in time") from None
        hop.resolved, hop.secure = [str(address) for address in found.found[:_MOST_RECORDED]], found.secure
        return found.found

    def _allowed(self, host: str, port: int, found: tuple[Address, ...]) -> list[Address]:
        """The families take turns, so that an IPv6 route that swallows everything does not use up the time of IPv4."""
        allowed: list[Address] = []
        forbidden: list[AddressForbidden] = []
        for address in found:
            try:
                self._addresses.check(host, address)
                self._listeners.check(host, address, port)
            except AddressForbidden as refusal:
                forbidden.append(refusal)
            else:
                allowed.append(address)
        if not allowed:
            raise forbidden[0]
        families = ([address for address in allowed if address.version == version] for version in (6, 4))
        in_turn = (address for pair in zip_longest(*families) for address in pair if address is not None)
        return list(islice(in_turn, MOST_ADDRESSES))
