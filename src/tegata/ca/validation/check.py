"""One place's look at the network: each challenge type's check and CAA, side by side, made from the settings.

Knows which checks exist, not how they work; which places look is not known here.
"""

import asyncio
from collections.abc import Callable, Collection
from datetime import datetime

import msgspec

from tegata.acme import challenges
from tegata.ca.errors import Refused
from tegata.ca.ports import Question, Verdict
from tegata.ca.settings import Network
from tegata.ca.validation.addresses import AddressFilter, parse_networks
from tegata.ca.validation.caa import Caa
from tegata.ca.validation.destinations import Destinations
from tegata.ca.validation.dns01 import Dns01
from tegata.ca.validation.http01 import Http01
from tegata.ca.validation.listeners import OwnListeners
from tegata.ca.validation.resolver import Resolver
from tegata.ca.validation.tlsalpn01 import TlsAlpn01


class NetworkValidator:
    """Looks from this machine's network (``ports.Validator``).

    ``forbidden`` are the (IP address, port) pairs the CA itself listens on. Raises Refused if a setting cannot be used.
    """

    def __init__(
        self, settings: Network, *, forbidden: Collection[tuple[str, int]], clock: Callable[[], datetime]
    ) -> None:
        resolver = Resolver(settings.resolvers, dnssec=settings.dnssec)
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
        self._resolver, self._has_dnssec = resolver, settings.dnssec
        self._caa = Caa(resolver=resolver, issuers=settings.issuer_domains, clock=clock)

    async def check(self, question: Question) -> Verdict:
        """The verdict with its evidence; a challenge type that is not offered here is a KeyError.

        A name that does not answer is told before one that is not permitted.
        """
        look = self._checks[question.challenge_type]
        proof, permission = await asyncio.gather(
            look(question.identifier, question.token, question.key_authorization), self._caa.check(question)
        )
        seen = {"proof": msgspec.Raw(proof.evidence), "caa": msgspec.Raw(permission.evidence)}
        return Verdict(proof.error or permission.error, msgspec.json.encode(seen))

    async def check_caa(self, question: Question) -> Verdict:
        """Whether CAA permits the question's certificate."""
        return await self._caa.check(question)

    async def require_dnssec(self) -> None:
        """Pass if the resolvers validate DNSSEC where the settings say so; raises Refused."""
        if self._has_dnssec and not await self._resolver.validates():
            raise Refused(reason="resolvers: they do not validate DNSSEC, as the setting dnssec says")
