"""Whether certificates are revoked (OCSP): answered from the record, for each of them signed once for each state.

The form of requests and answers is the responder's; how they come and go, the public listener's.
"""

import asyncio
from collections import OrderedDict, defaultdict
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from tegata.ca.errors import CaError, MalformedRequest
from tegata.ca.journal import Journal
from tegata.ca.model import Certificate, Revocation
from tegata.ca.policy import shards
from tegata.ca.policy.calendar import whole_second
from tegata.ca.ports import OcspQuestion, Responder, Store

log = Journal("ocsp")

LIFE = timedelta(days=4)
"""How long an answer is good (B-91); it is made anew when half of it is over."""

PAUSE = timedelta(minutes=1)
"""For how long an issuing CA that could not certify its responder is not asked again: each attempt is on record."""

MOST_KEPT = 10_000


class OcspAnswer(NamedTuple):
    """An answer (DER); one that says something of a certificate has the instants between which it is good."""

    der: bytes
    this_update: datetime | None = None
    next_update: datetime | None = None


class OcspService:
    """Answers OCSP requests; the last ``MOST_KEPT`` answers are kept in memory.

    ``require_clock`` raises ClockApart: then neither an answer nor a responder's certificate is signed (B-03).
    """

    def __init__(
        self,
        *,
        store: Store,
        responder: Responder,
        clock: Callable[[], datetime],
        require_clock: Callable[[], None],
    ) -> None:
        self._store, self._responder, self._clock = store, responder, clock
        self._require_clock = require_clock
        self._kept: OrderedDict[object, OcspAnswer] = OrderedDict()
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._not_before: dict[str, datetime] = {}

    async def answer(self, der: bytes) -> OcspAnswer:
        """The answer to a request.

        Of a serial number that was never issued, or is another issuing CA's, nothing is said: nobody can have so many
        signatures made as there are numbers, and what is unknown is never good. Nor is anything said for an issuing CA
        that has ended, or of several certificates where one of them is such, or where no responder may speak for all.
        Where it cannot be signed now, the asker is told to come again (RFC 6960 §2.3).
        """
        try:
            questions = self._responder.read(der)
        except MalformedRequest:
            return OcspAnswer(self._responder.malformed())
        try:
            return await self._about_all(questions)
        except (CaError, TimeoutError):
            return OcspAnswer(self._responder.try_later())

    async def _about_all(self, questions: Sequence[OcspQuestion]) -> OcspAnswer:
        answers = [await self._about(question) for question in questions]
        known = [answer for answer in answers if answer is not None]
        issuer = questions[0].issuer
        if len(known) < len(questions) or issuer is None or any(each.issuer != issuer for each in questions):
            return OcspAnswer(self._responder.unauthorized())
        if len(known) == 1:
            return known[0]
        now = whole_second(self._clock())
        joined = await self._signed(
            issuer, now, lambda: self._responder.together(issuer, [answer.der for answer in known], now=now)
        )
        return OcspAnswer(
            joined,
            min(answer.this_update for answer in known if answer.this_update),
            min(answer.next_update for answer in known if answer.next_update),
        )

    async def _about(self, question: OcspQuestion) -> OcspAnswer | None:
        """What is said of one certificate; None where that is nothing."""
        issuer, now = question.issuer, whole_second(self._clock())
        if issuer is None or now >= (ends := self._responder.ends(issuer)):
            return None
        certificate = await self._store.certificates.get(question.serial)
        if certificate is None or certificate.issued_at is None or shards.issuer_of(certificate.crl) != issuer:
            return None
        revoked = _revocation(certificate)
        key = (question, revoked)
        kept = self._kept.get(key)
        if kept is None or kept.this_update is None or not kept.this_update <= now < kept.this_update + LIFE / 2:
            life = {"this_update": now, "next_update": min(now + LIFE, ends)}
            try:
                made = await self._signed(issuer, now, lambda: self._responder.answer(question, revoked, **life))
            except (CaError, TimeoutError):
                # What was said before is good for two days more.
                if kept is None or kept.next_update is None or now >= kept.next_update:
                    raise
                return kept
            kept = self._kept[key] = OcspAnswer(made, **life)
        self._kept.move_to_end(key)
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        return kept

    async def _signed(self, issuer: str, now: datetime, make: Callable[[], Awaitable[bytes]]) -> bytes:
        """What ``make`` gives, unless it failed a moment ago; raises as ``Certify``, TimeoutError in the meantime."""
        self._require_clock()
        async with self._turns[issuer]:  # who comes at once with the first that fails does not fail by another attempt
            until = self._not_before.get(issuer, now)
            if until - PAUSE <= now < until:  # a clock that was put back meanwhile prolongs no pause
                raise TimeoutError
            try:
                return await make()
            except (CaError, TimeoutError) as failure:
                self._not_before[issuer] = now + PAUSE
                log.warning("ocsp.postponed", issuer=issuer, reason=repr(failure))
                raise


def _revocation(certificate: Certificate) -> Revocation | None:
    if certificate.revoked_at is None or certificate.reason is None:
        return None
    return Revocation(certificate.serial, certificate.revoked_at, certificate.reason)
