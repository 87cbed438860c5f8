"""The dns-persist-01 check as the CA makes it (draft-ietf-acme-dns-persist-02, BR 3.2.2.4.22): one TXT look-up.

There is no token: a record that names the CA and the account proves the name as often as it is looked at. What a record
permits is ``policy.persistence``'s. Knows no store; never raises for what the other side did.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from tegata.acme import challenges
from tegata.ca.errors import PersistRefused
from tegata.ca.policy import persistence
from tegata.ca.policy.persistence import PersistRequest
from tegata.ca.ports import Question, Verdict
from tegata.ca.validation.dns01 import shown, texts
from tegata.ca.validation.evidence import Evidence, Lookup, verdict
from tegata.ca.validation.resolver import Resolver


class DnsPersist01:
    """Checks names by dns-persist-01 for an issuer with these domain names; without one there is no record for it."""

    def __init__(self, *, resolver: Resolver, issuers: Sequence[str], clock: Callable[[], datetime]) -> None:
        self._resolver, self._issuers, self._clock = resolver, tuple(issuers), clock

    async def check(self, question: Question) -> Verdict:
        """Whether one of the lasting TXT records of the question's name permits its account. X-44, X-45, X-46, X-48.

        Aliases of the record are followed by the DNS servers; the name itself is never taken for another.
        """
        name, now = question.identifier.value, self._clock()
        lookup = Lookup(challenges.dnspersist01_name(name))
        evidence = Evidence(
            identifier=name,
            domain_name=name,
            method=challenges.DNS_PERSIST_01,
            section="BR 3.2.2.4.22",
            token="",
            resolvers=self._resolver.servers,
            started=now,
            lookup=lookup,
        )
        found = await verdict(evidence, self._look(question, lookup, now), self._clock)
        return found._replace(until=lookup.until)

    async def _look(self, question: Question, lookup: Lookup, now: datetime) -> None:
        values = await texts(self._resolver, lookup)
        account, *others = persistence.names_of(
            question.identifier.value,
            (question.account_uri, *question.former_uris),
            question.thumbprints,
            question.hash_prefixes,
        )
        wildcard = question.wildcard or question.subdomains  # draft §5: that policy is for all below
        request = PersistRequest(
            issuers=self._issuers, account_uri=account, former_uris=tuple(others), wildcard=wildcard, at=now
        )
        reason = persistence.objection(values, request)
        if reason is not None:
            issuer = self._issuers[0] if self._issuers else "-"
            wanted = challenges.dnspersist01_value(issuer, account, wildcard=wildcard)
            raise PersistRefused(name=lookup.name, reason=reason, got=shown(lookup, values), wanted=wanted)
        lookup.matched, lookup.until = True, persistence.end(values, request)
