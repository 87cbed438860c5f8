"""Sending precertificates to logs and coming back with enough SCTs of them, whichever logs fail or stand still.

Knows HTTP and the list of logs; what an SCT is and how many it takes is told elsewhere.
"""

import asyncio
import random
from base64 import b64encode
from collections.abc import Callable, Collection, Coroutine, Sequence
from datetime import datetime
from typing import Any, TypeAlias

import httpx2
import msgspec
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tegata.ca.errors import LogsUnusable
from tegata.ca.issuing import precertificates
from tegata.ca.issuing.loglist import LogList
from tegata.ca.issuing.precertificates import BadSct, Sct
from tegata.ca.journal import Journal
from tegata.ca.policy import transparency
from tegata.ca.policy.transparency import Log
from tegata.pki.life import life

Ask: TypeAlias = Callable[[Log], Coroutine[Any, Any, Sct]]

ANSWER_SECONDS = 10.0
"""How long a log is waited for at the most."""
PATIENCE_SECONDS = 1.5
"""After so long without any answer one log more is asked."""

# What may be wrong with a log, its key and its URL in the list too: another is asked in its place (B-84).
_FAILURES = (ValueError, UnsupportedAlgorithm, httpx2.HTTPError, httpx2.InvalidURL)

log = Journal("transparency")


class PublicLogs:
    """A Transparency: logs of a list, asked over HTTP."""

    def __init__(
        self,
        logs: LogList,
        clock: Callable[[], datetime],
        *,
        patience: float = PATIENCE_SECONDS,
        answer: float = ANSWER_SECONDS,
    ) -> None:
        self._list, self._clock, self._patience, self._answer = logs, clock, patience, answer
        self._client: httpx2.AsyncClient | None = None

    def precertificate(self, tbs: bytes) -> bytes:
        """The same certificate with the poison."""
        return precertificates.precertificate(tbs)

    def certificate(self, tbs: bytes, scts: bytes) -> bytes:
        """The same certificate with these SCTs in the poison's place."""
        return precertificates.certificate(tbs, scts)

    def require(self, not_before: datetime, not_after: datetime) -> None:
        """Pass if the list has enough logs that take a certificate of this life; raises LogsUnusable."""
        candidates, wanted = self._taking(not_before, not_after)
        if not transparency.is_enough(candidates, wanted):
            reason = f"of the list's logs {len(candidates)} take what ends on {not_after:%Y-%m-%d}"
            raise LogsUnusable(reason=f"{reason}, of {len({one.operator for one in candidates})} operators")

    def ends(self) -> datetime:
        """When the list is too old; raises LogsUnusable where it is already."""
        return self._list.ends(self._clock())

    async def scts(self, precertificate: bytes, chain: Sequence[x509.Certificate]) -> bytes:
        """The list of enough SCTs for a precertificate (DER) below this chain; raises LogsUnusable."""
        leaf = x509.load_der_x509_certificate(precertificate)
        tbs = leaf.tbs_certificate_bytes
        candidates, wanted = self._taking(leaf.not_valid_before_utc, leaf.not_valid_after_utc)
        random.shuffle(candidates)
        key = chain[0].public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        body = msgspec.json.encode({"chain": [b64encode(der).decode() for der in (precertificate, *map(_der, chain))]})

        async def ask(one: Log) -> Sct:
            return precertificates.read(await self._post(one, body), one, tbs, key, self._clock())

        return precertificates.list_of(await _Inquiry(ask, candidates, wanted).scts(self._patience))

    async def close(self) -> None:
        """Let go of connections."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    def _taking(self, not_before: datetime, not_after: datetime) -> tuple[list[Log], transparency.Need]:
        """The logs that take a certificate of this life now, and what it needs of them; raises LogsUnusable."""
        now = self._clock()
        candidates = transparency.taking(self._list.usable(now), not_after)
        return candidates, transparency.possible(transparency.need(life(not_before, not_after), now), candidates)

    async def _post(self, one: Log, body: bytes) -> bytes:
        """A log's answer; raises BadSct, TimeoutError, httpx2's errors."""
        if self._client is None:
            self._client = httpx2.AsyncClient(trust_env=False, timeout=None, follow_redirects=False)
        headers = {"Content-Type": "application/json", "Accept-Encoding": "identity"}
        answer = b""
        async with (
            asyncio.timeout(self._answer),
            self._client.stream("POST", one.url + "ct/v1/add-pre-chain", content=body, headers=headers) as response,
        ):
            if response.status_code != 200:
                raise BadSct(f"HTTP status {response.status_code}")
            async for piece in response.aiter_raw():
                answer += piece
                if len(answer) > precertificates.ANSWER_LIMIT:
                    raise BadSct("its answer is too large")
        return answer


class _Inquiry:
    """What one precertificate's SCTs there are, and which logs are being asked: as few as may be enough."""

    def __init__(self, ask: Ask, candidates: list[Log], wanted: transparency.Need) -> None:
        self._ask, self._candidates, self._wanted = ask, candidates, wanted
        self._got: dict[Log, Sct] = {}
        self._asked: dict[asyncio.Task[Sct], Log] = {}

    async def scts(self, patience: float) -> list[Sct]:
        """Enough of them: a log that fails is replaced at once, one that stands still after a while."""
        try:
            while not transparency.is_enough(self._got, self._wanted):
                await self._hear(patience)
        finally:
            for task in self._asked:
                task.cancel()
            await asyncio.gather(*self._asked, return_exceptions=True)
        return list(self._got.values())

    async def _hear(self, patience: float) -> None:
        """Ask as many as may be enough, and take what comes next."""
        while not transparency.is_enough(hoped := {*self._got, *self._asked.values()}, self._wanted):
            if not self._begin(hoped):
                break
        if not self._asked:
            raise LogsUnusable(reason=f"{len(self._got)} of {self._wanted.scts}, and there is no log left to ask")
        done, _ = await asyncio.wait(self._asked, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
        if not done:
            self._begin(set(self._got))
        for task in done:
            one = self._asked.pop(task)
            try:
                self._got[one] = task.result()
            except (*_FAILURES, TimeoutError) as error:
                log.warning("log.failed", log=one.url, reason=str(error) or type(error).__name__)

    def _begin(self, counted: Collection[Log]) -> bool:
        """Ask one more, beside those that are counted on; False if there is none."""
        following = transparency.following(self._candidates, counted, self._wanted)
        if following is None:
            return False
        self._candidates.remove(following)
        self._asked[asyncio.create_task(self._ask(following))] = following
        return True


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)
