"""The http-01 check as the CA makes it (RFC 8555 §8.3, RFC 8738 §4): look-up, connection, redirects, comparison.

Every hop is resolved once, its addresses are filtered, and the connection goes to the address that was judged (S-08).
Knows no account, order or store; never raises for what the other side did.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime

from tegata.acme import identifiers
from tegata.acme.identifiers import Identifier
from tegata.ca.errors import BadHttpAnswer, RedirectRefused, UnexpectedStatus, ValidationFault, WrongAnswer
from tegata.ca.policy.addresses import Address, is_public
from tegata.ca.ports import Verdict
from tegata.ca.validation import exchange, targets
from tegata.ca.validation.destinations import Destinations
from tegata.ca.validation.evidence import Evidence, Hop, verdict
from tegata.ca.validation.exchange import BODY_LIMIT, Answer
from tegata.ca.validation.targets import Target
from tegata.text.catalogue import printable

# One connection and one answer; the whole check, however many hops and addresses it takes.
STEP_SECONDS = 10.0
TOTAL_SECONDS = 30.0

REDIRECT_STATUSES = frozenset({301, 302, 307, 308})
MOST_REDIRECTS = 10
_AUTHORIZED_PORTS = frozenset({80, 443})
_SNIPPET = 60
# Of a URL on record: eleven of thousands of characters for each attempt would be a database's worth.
_EXCERPT = 300
# What an editor or a shell leaves at the end of a file (RFC 8555 §8.3).
_TRAILING_SPACE = b" \t\r\n\v\f"
_VEILED = "what it redirects to does not prove the name, and only the CA's operator is shown more"


class Http01:
    """Checks identifiers by http-01.

    ``port`` is where the first request goes: 80, unless the settings move it. ``clock`` gives the evidence its times.
    """

    def __init__(
        self,
        *,
        destinations: Destinations,
        port: int,
        clock: Callable[[], datetime],
        step_seconds: float = STEP_SECONDS,
        total_seconds: float = TOTAL_SECONDS,
    ) -> None:
        self._destinations = destinations
        self._port = port
        self._ports = _AUTHORIZED_PORTS | {port}
        self._clock = clock
        self._step_seconds = step_seconds
        self._total_seconds = total_seconds
        self._tls = exchange.unverified_tls()

    async def check(self, identifier: Identifier, token: str, key_authorization: str) -> Verdict:
        """Whether the identifier's web server answers the challenge. A-67, B-29, B-30."""
        evidence = Evidence(
            identifier=identifier.value,
            domain_name=identifier.value,
            method="http-01",
            section="BR 3.2.2.5.6" if identifier.type == identifiers.IP else "BR 3.2.2.4.19",
            token=token,
            resolvers=self._destinations.resolvers,
            started=self._clock(),
        )
        return await verdict(evidence, self._look(identifier, token, key_authorization, evidence), self._clock)

    async def _look(self, identifier: Identifier, token: str, key_authorization: str, evidence: Evidence) -> None:
        target, veiled = targets.first(identifier.value, self._port, token), list[Target]()
        try:
            target, answer = await self._follow(target, evidence, veiled)
            _compare(target, answer, key_authorization, evidence)
        except ValidationFault:
            if veiled:
                raise BadHttpAnswer(url=veiled[0].url, reason=_VEILED) from None
            raise

    async def _follow(self, target: Target, evidence: Evidence, veiled: list[Target]) -> tuple[Target, Answer]:
        """The first answer that is no redirect, and where it came from.

        Behind a redirect, what a server that not everybody can enter redirects to is for nobody's eyes, nor what is
        found there: such servers are ``veiled`` (S-07).
        """
        until = asyncio.get_running_loop().time() + self._total_seconds
        visited: set[str] = set()
        while True:
            if target.url in visited:
                raise RedirectRefused(url=target.url, reason="it leads in a circle")
            if len(visited) > MOST_REDIRECTS:
                raise RedirectRefused(url=target.url, reason="there are more than 10 redirects")
            visited.add(target.url)
            hop = Hop(target.url[:_EXCERPT])
            evidence.hops.append(hop)
            address, answer = await self._visit(target, hop, until)
            hop.status, hop.location = answer.status, answer.location and printable(answer.location[:_EXCERPT])
            if answer.status not in REDIRECT_STATUSES:
                return target, answer
            if len(visited) > 1 and not is_public(address):
                veiled.append(target)
            target = targets.redirected(target, answer.location, self._ports)

    async def _visit(self, target: Target, hop: Hop, until: float) -> tuple[Address, Answer]:
        """Resolve once, connect to an address that may be entered, ask."""
        address, wire = await self._destinations.reach(
            target.host,
            target.port,
            hop,
            until,
            lambda address: exchange.connect(target, address, tls=self._tls, until=self._step(until)),
        )
        return address, await exchange.get(target, wire, until=self._step(until))

    def _step(self, until: float) -> float:
        return min(until, asyncio.get_running_loop().time() + self._step_seconds)


def _compare(target: Target, answer: Answer, key_authorization: str, evidence: Evidence) -> None:
    if answer.status == 303:
        raise RedirectRefused(url=target.url, reason="its status is 303; only 301, 302, 307 and 308 are followed")
    if answer.status != 200:
        raise UnexpectedStatus(url=target.url, status=answer.status)
    too_long = len(answer.body) > BODY_LIMIT
    if too_long or answer.body.rstrip(_TRAILING_SPACE) != key_authorization.encode("ascii"):
        got = "-"
        # Behind a redirect may stand a page that its owner shows to nobody: none of it leaves the CA (S-07).
        if len(evidence.hops) == 1:
            got = evidence.snippet = _snippet(answer.body)
        raise WrongAnswer(url=target.url, got=got)


def _snippet(body: bytes) -> str:
    text = printable(body[:_SNIPPET].decode("utf-8", "backslashreplace"))
    return f'"{text}{"…" if len(body) > _SNIPPET else ""}"'
