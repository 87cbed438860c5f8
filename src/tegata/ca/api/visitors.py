"""How much may be asked for from one network address, whoever it is: counted in memory, by each node for itself.

Stands before everything that costs, so that a flood costs least (S-30). Who is behind a proxy is known by what a
trusted one says. Forgets at a restart, and the oldest where there are too many. Knows no resource.
"""

import ipaddress
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from ipaddress import IPv4Address, IPv6Address
from typing import Any, TypeAlias

from tegata.ca.errors import TooManyFromAddress
from tegata.ca.model import Limit
from tegata.ca.policy import limits
from tegata.ca.settings import Limits

Address: TypeAlias = IPv4Address | IPv6Address

MOST_ADDRESSES = 50_000
FORWARDED = b"x-forwarded-for"
# A household or a server has a network of this size, and all of its addresses at will.
_IPV6_PREFIX = 64


class Visitors:
    """The limits of the settings that are an address's; ``proxies`` are networks whose word on who asks is taken."""

    def __init__(self, settings: Limits, proxies: Sequence[str], clock: Callable[[], datetime]) -> None:
        self._proxies = tuple(ipaddress.ip_network(one) for one in proxies)
        self._requests = _Buckets(settings.requests_per_address, "requests", clock)
        self._orders = _Buckets(settings.orders_per_address, "orders", clock)
        self._accounts = _Buckets(settings.accounts_per_address, "new accounts", clock)

    def address(self, scope: Mapping[str, Any]) -> str:
        """What a request counts for: the address it comes from, of IPv6 its network of 64 bits."""
        client = scope.get("client")
        found = _address(client[0]) if client else None
        if found is None:
            return ""
        if self._is_trusted(found):
            found = self._forwarded(found, scope["headers"])
        if isinstance(found, IPv6Address):
            return str(ipaddress.ip_network((found, _IPV6_PREFIX), strict=False))
        return str(found)

    def request(self, address: str) -> None:
        """Count a request; raises TooManyFromAddress."""
        self._requests.spend(address)

    def order(self, address: str) -> None:
        """Count an order; raises TooManyFromAddress."""
        self._orders.spend(address)

    def account(self, address: str) -> None:
        """Count a new account; raises TooManyFromAddress."""
        self._accounts.spend(address)

    def _forwarded(self, proxy: Address, headers: Sequence[tuple[bytes, bytes]]) -> Address:
        """Who the proxies say it is: each adds whom it sees at the end, so the last that is none of them.

        What stands before that, anybody may have written.
        """
        said = b",".join(value for name, value in headers if name == FORWARDED).decode("latin-1")
        found = proxy
        for text in reversed(said.split(",")):
            seen = _address(text.strip())
            if seen is None:
                break
            found = seen
            if not self._is_trusted(seen):
                break
        return found

    def _is_trusted(self, address: Address) -> bool:
        return any(address in network for network in self._proxies)


class _Buckets:
    """A bucket for each address, as the instant at which it is full again (``model.Limit``)."""

    def __init__(self, rate: str, kind: str, clock: Callable[[], datetime]) -> None:
        self._limit: Limit | None = limits.parse(rate) if rate else None
        self._kind, self._clock = kind, clock
        self._full_at: OrderedDict[str, datetime] = OrderedDict()

    def spend(self, address: str) -> None:
        limit = self._limit
        if limit is None:
            return
        now = self._clock()
        full_at = self._full_at.get(address, now)
        if not now <= full_at <= limit.furthest(now):  # it is full by now, or the clock was ahead
            full_at = now
        if full_at > limit.latest(now):
            raise TooManyFromAddress(kind=self._kind, count=limit.requests, retry_at=limit.retry_at(full_at))
        self._full_at[address] = full_at + limit.cost
        self._full_at.move_to_end(address)
        if len(self._full_at) > MOST_ADDRESSES:
            self._full_at.popitem(last=False)


def limiting(settings: Limits, proxies: Sequence[str], clock: Callable[[], datetime]) -> Visitors | None:
    """The visitors' limits; None where there are none, and nothing is looked at."""
    rates = (settings.requests_per_address, settings.orders_per_address, settings.accounts_per_address)
    return Visitors(settings, proxies, clock) if any(rates) else None


def _address(text: str) -> Address | None:
    """An address as sockets and proxies write it; None for anything else."""
    try:
        found = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return mapped or found
