"""Validation from several places: the CA's own look, and as many remote ones as must corroborate it (BR 3.2.2.9).

Every attempt asks every perspective anew (B-45). How many must agree is ``policy.quorum``'s; how one is asked,
``remote``'s. Here is the waiting, what is recorded, and in which words a disagreement is told.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

import msgspec

from tegata.ca.errors import (
    BadHttpAnswer,
    CaaUnknown,
    ConnectionFailed,
    NameNotResolved,
    SeenDifferently,
    SeenInPartOnly,
    TooFewPerspectives,
    ValidationFault,
)
from tegata.ca.journal import Journal
from tegata.ca.model import Look
from tegata.ca.policy import quorum
from tegata.ca.policy.quorum import Outcome
from tegata.ca.ports import Question, Sighting, Validator, Verdict
from tegata.ca.settings import Policy
from tegata.ca.validation.remote import Silent

# A perspective's own look has its limits; these are for its network and for an agent that stands still. Somebody's
# finalize request waits for CAA.
_SECONDS = {Look.VALIDATION: 40.0, Look.CAA: 20.0}

# Usually they see what is seen here, and as soon; who is told of the failure waits no longer for the record's sake.
_MOMENT_SECONDS = 2.0

SILENT = "perspective.silent"
LATE = "perspective.late"
# What tells that a site cannot be reached; anything else is something that was seen there.
_UNREACHABLE = (ConnectionFailed, NameNotResolved, BadHttpAnswer)
_UNFORESEEN = "what it sent could not be read"
_ANOTHER_ANSWER = "another answer was seen there"

log = Journal("perspectives")


class Remote(Protocol):
    """A remote perspective."""

    @property
    def name(self) -> str:
        """What it is called in the settings."""
        ...

    @property
    def region(self) -> str:
        """The registry whose region it lies in."""
        ...

    async def ask(self, look: Look, question: Question, seconds: float) -> Verdict:
        """What it saw; raises Silent."""
        ...


class _Voice(NamedTuple):
    """What came of asking one perspective: a verdict, or why there is none."""

    remote: Remote
    verdict: Verdict | None
    silence: str = ""

    @property
    def agrees(self) -> bool:
        return self.verdict is not None and self.verdict.error is None

    @property
    def fault(self) -> ValidationFault | None:
        return None if self.verdict is None else self.verdict.error

    def sighting(self) -> Sighting:
        if self.verdict is None:
            seen = msgspec.json.encode({"reason": self.silence})
            return Sighting(self.remote.name, self.remote.region, SILENT if self.silence else LATE, seen)
        error = self.verdict.error
        return Sighting(self.remote.name, self.remote.region, error.code if error else None, self.verdict.evidence)


class Perspectives:
    """The CA's own look (``primary``, at the place of this name) with remote ones (``ports.Validator``)."""

    def __init__(
        self,
        *,
        primary: Validator,
        place: str,
        remotes: Sequence[Remote],
        policy: Policy,
        clock: Callable[[], datetime],
    ) -> None:
        self._primary, self._place, self._remotes = primary, place, tuple(remotes)
        self._policy, self._clock = policy, clock

    async def check(self, question: Question) -> Verdict:
        """The own verdict if enough other places agree, with what each of them saw."""
        return await self._corroborated(Look.VALIDATION, question, self._primary.check(question))

    async def check_caa(self, question: Question) -> Verdict:
        """The same for CAA alone."""
        return await self._corroborated(Look.CAA, question, self._primary.check_caa(question))

    async def _corroborated(self, look: Look, question: Question, own: Awaitable[Verdict]) -> Verdict:
        """All look at once; without the own agreement nobody else's matters (B-42), but it is on record (B-45)."""
        asked = [asyncio.create_task(self._ask(remote, look, question)) for remote in self._remotes]
        try:
            verdict = await own
            if verdict.error is not None:
                voices = await self._heard_soon(asked)
                return verdict._replace(sightings=self._sightings(voices))
            voices, outcome = await self._heard(asked)
        finally:
            for task in asked:
                task.cancel()
            await asyncio.gather(*asked, return_exceptions=True)
        agreeing = sum(voice.agrees for voice in voices)
        tally = f"{agreeing}/{len(self._remotes)}"
        log.info("corroborated", look=look, name=question.identifier.value, agree=tally, outcome=outcome.name)
        return Verdict(
            None if outcome is Outcome.REACHED else self._disagreement(question, voices),
            msgspec.json.encode({"own": msgspec.Raw(verdict.evidence), "corroborated": tally}),
            self._sightings(voices),
            verdict.until,
        )

    def _sightings(self, voices: Sequence[_Voice]) -> tuple[Sighting, ...]:
        """What was seen at every place that was asked, or that nobody waited for it."""
        heard = {voice.remote.name for voice in voices}
        late = [_Voice(remote, None) for remote in self._remotes if remote.name not in heard]
        return tuple(voice.sighting() for voice in (*voices, *late))

    async def _ask(self, remote: Remote, look: Look, question: Question) -> _Voice:
        try:
            return _Voice(remote, await remote.ask(look, question, _SECONDS[look]))
        except Silent as silence:
            log.warning("perspective.silent", perspective=remote.name, reason=silence.reason)
            return _Voice(remote, None, silence.reason)
        except Exception:
            # What nobody foresaw of one place is no other's trouble: else it alone could keep the CA from every name.
            log.exception("perspective.failed", perspective=remote.name)
            return _Voice(remote, None, _UNFORESEEN)

    async def _heard(self, asked: Sequence[asyncio.Task[_Voice]]) -> tuple[list[_Voice], Outcome]:
        """What was said until the quorum was reached; all of it where it was missed, so that it can be told."""
        voices: list[_Voice] = []
        for next_voice in asyncio.as_completed(asked):
            voices.append(await next_voice)
            if self._count(voices) is Outcome.REACHED:
                break
        return voices, self._count(voices)

    @staticmethod
    async def _heard_soon(asked: Sequence[asyncio.Task[_Voice]]) -> list[_Voice]:
        """What was said already, and what is said in a moment more, where it decides nothing."""
        if asked:
            await asyncio.wait(asked, timeout=_MOMENT_SECONDS)
        return [task.result() for task in asked if task.done()]

    def _count(self, voices: Sequence[_Voice]) -> Outcome:
        agreeing = [voice.remote.region for voice in voices if voice.agrees]
        failed = len(voices) - len(agreeing)
        return quorum.count(agreeing, failed, len(self._remotes), self._policy, self._clock())

    def _disagreement(self, question: Question, voices: Sequence[_Voice]) -> ValidationFault:
        """Why the quorum was missed: because of what was seen, or because too few places could look at all."""
        name = question.identifier.value
        faults = [(voice.remote.name, voice.fault) for voice in voices if voice.fault is not None]
        if len(faults) <= quorum.allowed_failures(len(self._remotes)):
            return TooFewPerspectives(name=name)
        seen = [self._place, *(voice.remote.name for voice in voices if voice.agrees)]
        reason = faults[0][1].facts.get("reason", _ANOTHER_ANSWER)
        if all(isinstance(fault, CaaUnknown) for _, fault in faults):
            # Nobody saw a record that forbids: it is unknown there as it might be here (B-41).
            return CaaUnknown(name=name, domain=faults[0][1].facts.get("domain", name), reason=reason)
        is_unreachable = all(isinstance(fault, _UNREACHABLE) for _, fault in faults)
        kind = SeenInPartOnly if is_unreachable else SeenDifferently
        return kind(name=name, seen=", ".join(seen), unseen=", ".join(place for place, _ in faults), reason=reason)
