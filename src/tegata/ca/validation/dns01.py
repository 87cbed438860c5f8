"""The dns-01 check as the CA makes it (RFC 8555 §8.4): one TXT look-up and a comparison. And dns-account-01.

Which record is asked for is told by the identifier, and perhaps the account's URL; aliases are followed by the DNS
servers. Knows no account, order or store; never raises for what the other side did.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from tegata.acme import challenges
from tegata.acme.identifiers import Identifier
from tegata.ca.errors import WrongTxtValue
from tegata.ca.ports import Verdict
from tegata.ca.validation.evidence import Evidence, Lookup, verdict
from tegata.ca.validation.resolver import Resolver
from tegata.text.catalogue import printable

# How much of foreign records is shown and kept; compared are all of them, a DNS message being 64 KiB at most.
MOST_SHOWN = 3
MOST_RECORDED = 20
_EXCERPT = 60


class _Place(NamedTuple):
    """Where a record is looked for, and by which method."""

    name: str
    method: str
    section: str


class Dns01:
    """Checks identifiers by dns-01 and dns-account-01; ``clock`` gives the evidence its times."""

    def __init__(self, *, resolver: Resolver, clock: Callable[[], datetime]) -> None:
        self._resolver = resolver
        self._clock = clock

    async def check(self, identifier: Identifier, token: str, key_authorization: str) -> Verdict:
        """Whether one of the TXT values at the identifier's challenge name is the expected one. A-69, F-07.

        The identifier of a wildcard's authorization is its base name, so that both are looked for at one place.
        """
        place = _Place(challenges.dns01_name(identifier.value), challenges.DNS_01, "BR 3.2.2.4.7")
        return await self._look(place, identifier, token, challenges.dns01_value(key_authorization))

    async def check_value(self, identifier: Identifier, value: str) -> Verdict:
        """The same where the value itself is told, and no key authorization."""
        place = _Place(challenges.dns01_name(identifier.value), challenges.DNS_01, "BR 3.2.2.4.7")
        return await self._look(place, identifier, "", value)

    async def check_account(
        self, identifier: Identifier, token: str, key_authorization: str, account_uris: Sequence[str]
    ) -> Verdict:
        """The same at the name that is the account's own (dns-account-01), by one of its URLs. X-42, X-51, F-08.

        Where none proves, that is told of which there was a record, or of the first.
        """
        found = []
        for uri in account_uris:
            place = _Place(
                challenges.dnsaccount01_name(identifier.value, uri), challenges.DNS_ACCOUNT_01, "BR 3.2.2.4.21"
            )
            found.append(await self._look(place, identifier, token, challenges.dns01_value(key_authorization)))
            if found[-1].error is None:
                return found[-1]
        return next((one for one in found if isinstance(one.error, WrongTxtValue)), found[0])

    async def _look(self, place: _Place, identifier: Identifier, token: str, expected: str) -> Verdict:
        lookup = Lookup(place.name)
        evidence = Evidence(
            identifier=identifier.value,
            domain_name=identifier.value,
            method=place.method,
            section=place.section,
            token=token,
            resolvers=self._resolver.servers,
            started=self._clock(),
            lookup=lookup,
        )
        return await verdict(evidence, self._compare(lookup, expected), self._clock)

    async def _compare(self, lookup: Lookup, expected: str) -> None:
        values = await texts(self._resolver, lookup)
        if expected.encode() not in values:
            raise WrongTxtValue(name=lookup.name, got=shown(lookup, values))
        lookup.matched = True


async def texts(resolver: Resolver, lookup: Lookup) -> Sequence[bytes]:
    """The TXT values at the name of a look-up, which are noted in it."""
    lookup.target, values, lookup.secure = await resolver.texts(lookup.name)
    lookup.count, lookup.values = len(values), [excerpt(value) for value in values[:MOST_RECORDED]]
    return values


def shown(lookup: Lookup, values: Sequence[bytes]) -> str:
    """What the customer is told of the values; behind an alias their number only.

    An alias may lead to a name that only the CA's resolvers know, and whoever set it must not read there (S-07).
    """
    if lookup.target != lookup.name:
        return f"{len(values)} × TXT ({lookup.target})"
    shown = ", ".join(excerpt(value) for value in values[:MOST_SHOWN])
    return shown + (f", … (+{len(values) - MOST_SHOWN})" if len(values) > MOST_SHOWN else "")


def excerpt(value: bytes) -> str:
    """The beginning of somebody's value, made printable."""
    text = printable(value[:_EXCERPT].decode("utf-8", "backslashreplace"))
    return f'"{text}{"…" if len(value) > _EXCERPT else ""}"'
