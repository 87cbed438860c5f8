"""The CAA check: the climb from a name towards the root, and the judgement of the first records found (RFC 8659 §3).

What records permit is ``acme.caa``'s. Any failure on the way is no permission, whatever stands above it (X-25, B-41).
Knows no account, order or store.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import islice

from tegata.acme import identifiers
from tegata.acme.caa import CaaRecord, CaaRequest, is_issuer_domain
from tegata.ca.errors import CaaUnknown, Refused
from tegata.ca.policy import caa
from tegata.ca.ports import Question, Verdict
from tegata.ca.validation.evidence import Climb, verdict
from tegata.ca.validation.resolver import CaaRecords, NoUsableAnswer, Resolver

# The whole climb, however many labels a name has.
TOTAL_SECONDS = 15.0
# Names asked for side by side: most names have no more labels, so that nothing waits for anything.
_STEP = 5
MOST_RECORDED = 20
# That a domain above names has no records is taken as known for so long: the names of one order share most of their
# climb. Far less than an answer's own life may be (BR 3.2.2.8); nothing else is remembered.
FRESH_SECONDS = 10.0
_MOST_REMEMBERED = 4096


class Caa:
    """Asks whether CAA permits an issuer with these domain names (none: a private CA that no record can name).

    Raises Refused for one that no record can hold.
    """

    def __init__(
        self,
        *,
        resolver: Resolver,
        issuers: Sequence[str],
        clock: Callable[[], datetime],
        total_seconds: float = TOTAL_SECONDS,
        fresh_seconds: float = FRESH_SECONDS,
    ) -> None:
        for issuer in issuers:
            if not is_issuer_domain(issuer):
                raise Refused(reason=f"issuer_domains: {issuer!r} is no domain name as CAA records hold it")
        self._resolver, self._issuers, self._clock = resolver, tuple(issuers), clock
        self._total_seconds, self._fresh_seconds = total_seconds, fresh_seconds
        self._without: dict[str, tuple[float, CaaRecords]] = {}

    async def check(self, question: Question) -> Verdict:
        """Whether a certificate for the question's name is permitted by the method it is proved with (X-32).

        Addresses have no CAA records: they pass unasked.
        """
        climb = Climb(resolvers=self._resolver.servers, started=self._clock())
        return await verdict(climb, self._judge(question, climb), self._clock)

    async def _judge(self, question: Question, climb: Climb) -> None:
        if question.identifier.type != identifiers.DNS:
            return
        name = question.identifier.value
        request = CaaRequest(
            issuers=self._issuers,
            name=name,
            wildcard=question.wildcard,
            method=question.challenge_type,
            account_uri=question.account_uri,
            former_uris=question.former_uris,
        )
        try:
            async with asyncio.timeout(self._total_seconds):
                domain, records = await self._relevant(name, climb)
        except TimeoutError:
            raise CaaUnknown(name=name, domain=climb.asked[-1], reason="there was no answer in time") from None
        climb.domain, climb.records = domain, [str(record) for record in records[:MOST_RECORDED]]
        caa.check(records, domain, request)

    async def _relevant(self, name: str, climb: Climb) -> tuple[str, Sequence[CaaRecord]]:
        """The nearest records at or above the name, and where they are; none at all permit everything."""
        labels = name.split(".")
        levels = iter([".".join(labels[depth:]) for depth in range(len(labels))])
        while step := list(islice(levels, _STEP)):
            climb.asked += step
            for domain, answer in zip(step, await self._at(step, name), strict=True):
                if isinstance(answer, NoUsableAnswer):
                    raise CaaUnknown(name=name, domain=domain, reason=answer.reason)
                if answer.secure:
                    climb.secure.append(domain)
                if answer.records:
                    return domain, answer.records
        return "", ()

    async def _at(self, domains: Sequence[str], name: str) -> list[CaaRecords | NoUsableAnswer]:
        """The records of some levels, or why they cannot be known; the name's own are always asked for."""
        now = asyncio.get_running_loop().time()
        known: dict[str, CaaRecords | NoUsableAnswer] = {}
        for domain in domains:
            until, records = self._without.get(domain, (now, None))
            if records is not None and domain != name and now < until:
                known[domain] = records
        unknown = [domain for domain in domains if domain not in known]
        known.update(zip(unknown, await self._resolver.caa(unknown) if unknown else (), strict=True))
        for domain in unknown:
            answer = known[domain]
            if isinstance(answer, CaaRecords) and not answer.records and domain != name:
                if len(self._without) >= _MOST_REMEMBERED:
                    self._without.clear()
                self._without[domain] = now + self._fresh_seconds, answer
        return [known[domain] for domain in domains]
