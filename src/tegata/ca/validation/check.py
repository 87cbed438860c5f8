"""One place's look at the network: each challenge type's check and CAA, side by side, made from the settings.

Knows which checks exist, not how they work; which places look is not known here.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime

import msgspec

from tegata.acme import challenges, identifiers
from tegata.acme.identifiers import Identifier
from tegata.ca.errors import Refused
from tegata.ca.policy.addresses import AddressFilter, parse_networks
from tegata.ca.ports import Question, Verdict
from tegata.ca.settings import Network
from tegata.ca.validation.caa import Caa
from tegata.ca.validation.destinations import Destinations
from tegata.ca.validation.dns01 import Dns01
from tegata.ca.validation.dnspersist01 import DnsPersist01
from tegata.ca.validation.http01 import Http01
from tegata.ca.validation.listeners import OwnListeners
from tegata.ca.validation.resolver import Resolver
from tegata.ca.validation.tlsalpn01 import TlsAlpn01


class UnknownCheck(Exception):
    """There is no check here for such a challenge type at such an identifier."""


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
        http01 = Http01(destinations=destinations, port=settings.http01_port, clock=clock)
        tlsalpn01 = TlsAlpn01(destinations=destinations, port=settings.tlsalpn01_port, clock=clock)
        dns01 = Dns01(resolver=resolver, clock=clock)
        # An address has no records of its own, hence no proof by them (RFC 8738 §7, X-06).
        self._checks: dict[tuple[str, str], Callable[[Question], Awaitable[Verdict]]] = {
            (identifiers.DNS, challenges.HTTP_01): _by_key(http01.check),
            (identifiers.IP, challenges.HTTP_01): _by_key(http01.check),
            (identifiers.DNS, challenges.TLS_ALPN_01): _by_key(tlsalpn01.check),
            (identifiers.IP, challenges.TLS_ALPN_01): _by_key(tlsalpn01.check),
            (identifiers.DNS, challenges.DNS_01): _by_key(dns01.check),
            (identifiers.DNS, challenges.DNS_ACCOUNT_01): lambda asked: dns01.check_account(
                asked.identifier, asked.token, asked.key_authorization, (asked.account_uri, *asked.former_uris)
            ),
        }
        if settings.issuer_domains:
            persist = DnsPersist01(resolver=resolver, issuers=settings.issuer_domains, clock=clock)
            self._checks[identifiers.DNS, challenges.DNS_PERSIST_01] = persist.check
        self._dns01, self._clock = dns01, clock
        self._resolver, self._has_dnssec = resolver, settings.dnssec
        self._caa = Caa(resolver=resolver, issuers=settings.issuer_domains, clock=clock)

    async def check(self, question: Question) -> Verdict:
        """The verdict with its evidence; raises UnknownCheck for what is not offered here.

        A name that does not answer is told before one that is not permitted. CAA is a matter of the names that are
        certified: where the proof is for all below, it is looked for with each of them.
        """
        if question.subdomains:
            proof = await self.prove(question)
            return proof._replace(evidence=msgspec.json.encode({"proof": msgspec.Raw(proof.evidence)}))
        proof, permission = await asyncio.gather(self.prove(question), self._caa.check(question))
        seen = {"proof": msgspec.Raw(proof.evidence), "caa": msgspec.Raw(permission.evidence)}
        return Verdict(proof.error or permission.error, msgspec.json.encode(seen), until=proof.until)

    async def prove(self, question: Question) -> Verdict:
        """Whether the identifier answers its challenge, whatever CAA says; raises UnknownCheck."""
        check = self._checks.get((question.identifier.type, question.challenge_type))
        if check is None:
            raise UnknownCheck(f"{question.challenge_type} of {question.identifier.type}")
        return await check(question)

    async def prove_by_value(self, identifier: Identifier, value: str) -> Verdict:
        """Whether dns-01's TXT record has this very value."""
        return await self._dns01.check_value(identifier, value)

    async def permits(self, question: Question, issuers: Sequence[str]) -> Verdict:
        """Whether CAA permits one of these issuers, the settings' own if there is none; raises Refused for no name."""
        if not issuers:
            return await self._caa.check(question)
        return await Caa(resolver=self._resolver, issuers=issuers, clock=self._clock).check(question)

    async def check_caa(self, question: Question) -> Verdict:
        """Whether CAA permits the question's certificate."""
        return await self._caa.check(question)

    async def silent(self) -> tuple[str, ...]:
        """The resolvers that do not answer now."""
        return await self._resolver.silent()

    async def require_dnssec(self) -> None:
        """Pass if the resolvers validate DNSSEC where the settings say so; raises Refused."""
        if self._has_dnssec and not await self._resolver.validates():
            raise Refused(reason="resolvers: they do not validate DNSSEC, as the setting dnssec says")


def _by_key(
    check: Callable[[Identifier, str, str], Awaitable[Verdict]],
) -> Callable[[Question], Awaitable[Verdict]]:
    """A check for which the account's key says enough, asked by a question."""
    return lambda asked: check(asked.identifier, asked.token, asked.key_authorization)
