"""The validator the services see: each challenge type's check behind one port, made from the settings.

Knows which checks exist, not how they work.
"""

from collections.abc import Callable, Collection
from datetime import datetime

from tegata.acme import challenges
from tegata.acme.identifiers import Identifier
from tegata.ca.ports import Verdict
from tegata.ca.settings import Validation
from tegata.ca.validation.addresses import AddressFilter, parse_networks
from tegata.ca.validation.destinations import Destinations
from tegata.ca.validation.dns01 import Dns01
from tegata.ca.validation.http01 import Http01
from tegata.ca.validation.listeners import OwnListeners
from tegata.ca.validation.resolver import Resolver
from tegata.ca.validation.tlsalpn01 import TlsAlpn01


class NetworkValidator:
    """Looks from this machine's network.

    ``forbidden`` are the (IP address, port) pairs the CA itself listens on. Raises Refused if a setting cannot be used.
    """

    def __init__(
        self, settings: Validation, *, forbidden: Collection[tuple[str, int]], clock: Callable[[], datetime]
    ) -> None:
        resolver = Resolver(settings.resolvers)
        destinations = Destinations(
            resolver=resolver,
            addresses=AddressFilter(parse_networks(settings.allow_networks)),
            listeners=OwnListeners(forbidden),
        )
        self._checks = {
            challenges.HTTP_01: Http01(destinations=destinations, port=settings.http01_port, clock=clock).check,
            challenges.TLS_ALPN_01: TlsAlpn01(
                destinations=destinations, port=settings.tlsalpn01_port, clock=clock
            ).check,
            challenges.DNS_01: Dns01(resolver=resolver, clock=clock).check,
        }

    async def check(self, identifier: Identifier, challenge_type: str, token: str, key_authorization: str) -> Verdict:
        """The verdict with its evidence; a challenge type that is not offered here is a KeyError."""
        return await self._checks[challenge_type](identifier, token, key_authorization)
