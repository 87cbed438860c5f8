"""The vote of several places: who is waited for, what is recorded, and how a disagreement is told."""

import asyncio
import json
from datetime import UTC, datetime

import pytest

from tegata.acme.identifiers import Identifier
from tegata.ca.errors import (
    CaaForbids,
    CaaUnknown,
    ConnectionFailed,
    NameNotResolved,
    SeenDifferently,
    SeenInPartOnly,
    TooFewPerspectives,
    UnexpectedStatus,
)
from tegata.ca.model import Look
from tegata.ca.ports import Question, Sighting, Verdict
from tegata.ca.settings import Policy
from tegata.ca.validation.perspectives import LATE, SILENT, Perspectives
from tegata.ca.validation.remote import Silent
from tegata.text.errors_validation import REASONS

pytestmark = pytest.mark.anyio

QUESTION = Question(
    identifier=Identifier("dns", "www.example.com"),
    wildcard=False,
    challenge_type="http-01",
    token="token",
    key_authorization="token.thumbprint",
    account_uri="https://ca.example/acme/account/1",
)
NOW = datetime(2026, 11, 24, tzinfo=UTC)
AGREED = Verdict(None, b'{"seen":"it"}')
CLOSED = Verdict(
    ConnectionFailed(name="www.example.com", address="192.0.2.1", port=80, reason="the connection was refused"), b"{}"
)
UNKNOWN = Verdict(NameNotResolved(name="www.example.com", reason="there is no such name (NXDOMAIN)"), b"{}")
OTHER = Verdict(UnexpectedStatus(url="http://www.example.com/", status=404), b'{"status":404}')
FORBIDDEN = Verdict(
    CaaForbids(name="w", domain="w", records="", reason="they do not name this CA", wanted=""), b'{"caa":1}'
)
FAILED = Verdict(
    CaaUnknown(name="www.example.com", domain="example.com", reason="there was no answer in time"), b'{"caa":2}'
)


class Place:
    """A look with a set outcome: a verdict, silence, or nothing for ever."""

    def __init__(self, name="CA", region="APNIC", outcome=AGREED):
        self.name, self.region, self.outcome = name, region, outcome
        self.asked = []
        self.was_cancelled = False

    async def ask(self, look, question, seconds):
        assert question == QUESTION
        self.asked.append(look)
        try:
            await asyncio.sleep(60 if self.outcome is None else 0)
        except asyncio.CancelledError:
            self.was_cancelled = True
            raise
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome

    async def check(self, question):
        return await self.ask(Look.VALIDATION, question, 0)

    async def check_caa(self, question):
        return await self.ask(Look.CAA, question, 0)


def places(*outcomes):
    regions = ("APNIC", "RIPE", "ARIN", "LACNIC", "AFRINIC", "APNIC")
    return [Place(f"p{number}", regions[number], outcome) for number, outcome in enumerate(outcomes)]


def perspectives(remotes, *, primary=None, public=False, now=NOW):
    return Perspectives(
        primary=primary or Place(), place="tokyo", remotes=remotes, policy=Policy(public=public), clock=lambda: now
    )


async def look(*outcomes, **wishes):
    return await perspectives(places(*outcomes), **wishes).check(QUESTION)


async def test_all_agree():
    """The own evidence with the tally, and every place's beside it (B-45)."""
    verdict = await look(AGREED, AGREED, public=False)
    assert verdict.error is None
    seen = json.loads(verdict.evidence)
    assert seen["own"] == {"seen": "it"}
    assert seen["corroborated"] in {"1/2", "2/2"}
    assert Sighting("p0", "APNIC", None, b'{"seen":"it"}') in verdict.sightings


async def test_a_proof_with_an_end_has_it_where_others_agree_too():
    """A record that stays may say until when it permits the account (X-46)."""
    primary = Place("tokyo", "APNIC", AGREED._replace(until=NOW))
    assert (await look(AGREED, AGREED, primary=primary)).until == NOW
    assert (await look(AGREED, AGREED)).until is None


@pytest.mark.parametrize("look", ["check", "check_caa"])
async def test_the_own_look_must_agree(look, monkeypatch):
    """Whatever others see: it is on record, and who is late is not waited for (B-42, B-45)."""
    monkeypatch.setattr("tegata.ca.validation.perspectives._MOMENT_SECONDS", 0.05)
    remotes = places(AGREED, None, FORBIDDEN, Silent("dead"))
    verdict = await getattr(perspectives(remotes, primary=Place(outcome=OTHER)), look)(QUESTION)
    assert (verdict.error, verdict.evidence) == (OTHER.error, OTHER.evidence)
    assert remotes[1].was_cancelled
    assert {(one.perspective, one.error) for one in verdict.sightings} == {
        ("p0", None),
        ("p1", LATE),
        ("p2", "validation.caa"),
        ("p3", SILENT),
    }
    assert len(verdict.sightings) == 4, "each is on record once"
    assert Sighting("p0", "APNIC", None, b'{"seen":"it"}') in verdict.sightings


async def test_the_own_look_alone_disagrees():
    """Where there is nobody else."""
    assert await look(primary=Place(outcome=OTHER)) == OTHER


@pytest.mark.parametrize("fault", [CLOSED, OTHER, Silent("dead"), RuntimeError("unforeseen"), None])
async def test_one_of_four_may_fail(fault):
    """Whatever is the matter with it; a place that stands still is not waited for (B-42)."""
    remotes = places(AGREED, fault, AGREED, AGREED)
    async with asyncio.timeout(5):
        verdict = await perspectives(remotes, public=True).check(QUESTION)
    assert verdict.error is None
    seen = {sighting.perspective: sighting.error for sighting in verdict.sightings}
    assert seen.keys() == {"p0", "p1", "p2", "p3"}
    assert len(verdict.sightings) == 4, "each is on record once"
    assert seen["p1"] in ({LATE} if fault is None else {LATE, SILENT, "validation.connection", "validation.status"})


async def test_a_site_that_some_places_cannot_reach():
    """From where it can be reached, from where not, and why (B-42)."""
    verdict = await look(AGREED, CLOSED, UNKNOWN, CLOSED)
    assert type(verdict.error) is SeenInPartOnly
    assert verdict.error.facts == {
        "name": "www.example.com",
        "seen": "tokyo, p0",
        "unseen": "p1, p2, p3",
        "reason": "the connection was refused",
    }


@pytest.mark.parametrize(
    ("faults", "reason"),
    [([OTHER, OTHER], "another answer was seen there"), ([CLOSED, OTHER], "the connection was refused"),
     ([FORBIDDEN, FORBIDDEN], "they do not name this CA")],
)  # fmt: skip
async def test_a_site_that_looks_different(faults, reason):
    """Something was seen there, and it was not this (B-42, B-44)."""
    verdict = await look(AGREED, AGREED, *faults)
    assert type(verdict.error) is SeenDifferently
    assert verdict.error.facts["reason"] == reason
    assert reason in REASONS
    assert json.loads(verdict.evidence)["corroborated"] == "2/4"


async def test_records_that_some_places_cannot_look_up():
    """Nothing was seen there that forbids: that is told as what it is, and is no permission (B-41, B-42)."""
    verdict = await look(AGREED, FAILED, AGREED, FAILED)
    assert type(verdict.error) is CaaUnknown
    assert FAILED.error is not None
    assert verdict.error.facts == FAILED.error.facts
    assert type((await look(AGREED, FAILED, AGREED, FORBIDDEN)).error) is SeenDifferently
    assert (await look(AGREED, FAILED, AGREED, AGREED)).error is None


@pytest.mark.parametrize(
    "outcomes",
    [
        [AGREED, AGREED, Silent("dead"), Silent("dead")],
        [AGREED, AGREED, Silent("dead"), CLOSED],
        [Silent("dead")] * 4,
    ],
)
async def test_too_few_places_could_look(outcomes):
    """That is the CA's own trouble, and never a permission (B-42)."""
    verdict = await look(*outcomes)
    assert type(verdict.error) is TooFewPerspectives
    assert verdict.error.facts == {"name": "www.example.com"}
    assert SILENT in {sighting.error for sighting in verdict.sightings}


async def test_a_publicly_trusted_ca_without_perspectives():
    """Has no validation (B-42, B-46)."""
    assert type((await look(public=True)).error) is TooFewPerspectives
    assert type((await look(AGREED, AGREED, AGREED, public=True)).error) is TooFewPerspectives


async def test_four_are_too_few_from_a_date_on():
    """While the CA is running, too (B-42, B-06)."""
    at = datetime(2026, 12, 15, tzinfo=UTC)
    assert type((await look(*[AGREED] * 4, public=True, now=at)).error) is TooFewPerspectives
    assert (await look(*[AGREED] * 5, public=True, now=at)).error is None


async def test_caa_is_looked_at_from_everywhere_too():
    """By the same count (B-42, B-44), and each time anew (B-47)."""
    remotes = places(AGREED, AGREED, FORBIDDEN, FORBIDDEN)
    verdict = await perspectives(remotes).check_caa(QUESTION)
    assert type(verdict.error) is SeenDifferently
    assert {asked for remote in remotes for asked in remote.asked} == {Look.CAA}
    await perspectives(remotes).check_caa(QUESTION)
    assert [len(remote.asked) for remote in remotes] == [2, 2, 2, 2]


async def test_every_attempt_asks_everybody_anew():
    """What was corroborated before counts for nothing (B-45, B-47)."""
    remotes = places(AGREED, CLOSED, CLOSED, AGREED)
    several = perspectives(remotes)
    assert (await several.check(QUESTION)).error is not None
    remotes[0].outcome = remotes[3].outcome = CLOSED
    remotes[1].outcome = remotes[2].outcome = AGREED
    assert (await several.check(QUESTION)).error is not None
    assert [len(remote.asked) for remote in remotes] == [2, 2, 2, 2]


async def test_who_is_cancelled_cancels_all():
    """Nobody goes on looking for a job that is somebody else's now."""
    remotes = places(None, None)
    task = asyncio.create_task(perspectives(remotes, primary=Place(outcome=None)).check(QUESTION))
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert all(remote.was_cancelled for remote in remotes)
