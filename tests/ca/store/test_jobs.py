"""Jobs in the store: leases, and that no request for work is ever lost."""

import asyncio
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from tegata.ca.model import Job
from tegata.ca.ports import Conflict, Store, Work
from tegata.ca.store import migrations, sql
from tests.ca.store.records import DAY, NOW, SECOND, job

pytestmark = pytest.mark.anyio

LEASE = timedelta(seconds=10)


async def do(store: Store, verb: str, *arguments: object) -> bool:
    """Whether this write on jobs went through."""
    work = Work()
    getattr(store.jobs, verb)(work, *arguments)
    try:
        await store.commit(work)
    except Conflict:
        return False
    return True


async def claim(store: Store, now: datetime, owner: str = "us", most: int = 10) -> list[Job]:
    return await store.jobs.claim(owner, now, now + LEASE, most)


async def claim_one(store: Store, now: datetime, owner: str = "us") -> Job:
    (claimed,) = await claim(store, now, owner)
    return claimed


async def test_due_jobs_are_claimed_once(store: Store) -> None:
    """When they are due, the longest due first, no more than asked for, and not again while the lease lasts."""
    assert await store.jobs.next_due() is None
    for name, run_at in (("later", NOW + SECOND), ("first", NOW - SECOND), ("second", NOW), ("third", NOW)):
        assert await do(store, "add", job(name, run_at=run_at))
    assert await store.jobs.next_due() == NOW - SECOND
    (first,) = await claim(store, NOW, most=1)
    assert first == job("first", run_at=NOW - SECOND, owner="us", leased_until=NOW + LEASE)
    assert {claimed.id for claimed in await claim(store, NOW, "them")} == {"second", "third"}
    assert await claim(store, NOW) == []
    assert await store.jobs.next_due() == NOW + SECOND
    assert [claimed.id for claimed in await claim(store, NOW + SECOND)] == ["later"]
    assert await store.jobs.next_due() == NOW + LEASE


async def test_what_waits_is_hastened(store: Store) -> None:
    """To be due then, and no later than it was; what is being done stays leased, and nothing is made."""
    assert await do(store, "hasten", "kind", "nothing", NOW)
    assert await store.jobs.next_due() is None
    far, near = job("far", run_at=datetime.max.replace(microsecond=0, tzinfo=UTC)), job("near", run_at=NOW - DAY)
    for one in (far, near):
        assert await do(store, "add", one)
        assert await do(store, "hasten", one.kind, one.subject, NOW)
    assert await store.jobs.next_due() == NOW - DAY
    assert {claimed.id for claimed in await claim(store, NOW)} == {"far", "near"}
    assert await do(store, "hasten", far.kind, far.subject, NOW)
    assert await claim(store, NOW, "them") == []


async def test_lanes_take_turns(store: Store) -> None:
    """Who has much under way waits for who has little, however long; the CA's own work for nobody (S-30)."""
    for number in range(6):
        assert await do(store, "add", job(f"busy-{number}", run_at=NOW - DAY, lane="busy"))
    assert len(await claim(store, NOW, "them", most=3)) == 3
    for name, lane in (("first", "other"), ("second", "other"), ("own", "")):
        assert await do(store, "add", job(name, lane=lane))
    claimed = [(await claim(store, NOW, most=1))[0] for _ in range(4)]
    assert [(one.id, one.lane) for one in claimed[:3]] == [("own", ""), ("first", "other"), ("second", "other")]
    assert claimed[3].lane == "busy"


async def test_what_waits_in_one_lane_is_claimed_in_its_order(store: Store) -> None:
    """However much it is, and whatever waits in others."""
    for number in range(40):
        assert await do(store, "add", job(f"{number:02}", run_at=NOW + number * SECOND, lane="long"))
    assert await do(store, "add", job("late", run_at=NOW + 40 * SECOND, lane="short"))
    claimed = [one.id for _ in range(41) for one in await claim(store, NOW + 60 * SECOND, most=1)]
    assert claimed == ["00", "late", *(f"{number:02}" for number in range(1, 40))]
    assert await claim(store, NOW + 60 * SECOND) == []


async def test_what_was_due_before_an_instant_is_left_out(store: Store) -> None:
    """Whoever has looked through all of it a moment ago need not do so again."""
    for name, run_at in (("before", NOW - SECOND), ("then", NOW), ("later", NOW + SECOND)):
        assert await do(store, "add", job(name, run_at=run_at))
    assert await store.jobs.next_due(NOW) == NOW
    assert await store.jobs.next_due(NOW + 2 * SECOND) is None
    assert [one.id for one in await store.jobs.claim("us", NOW, NOW + LEASE, 10, NOW)] == ["then"]
    assert await store.jobs.next_due() == NOW - SECOND


def test_a_claim_costs_no_more_the_more_waits() -> None:
    """Each node claims whenever a job has ended, beside everything else that it does (S-30)."""
    assert steps_of_a_claim(3000) < 1.5 * steps_of_a_claim(300)


def steps_of_a_claim(waiting: int) -> int:
    """How many instructions of SQLite's it takes where so many jobs of one lane are due."""
    steps = count()
    with closing(sqlite3.connect(":memory:")) as database:
        database.executescript("".join(step.text for step in migrations.known()))
        database.executemany(
            "INSERT INTO jobs (id, kind, subject, run_at, due_at, attempts, lane)"
            " VALUES (:name, '', :name, :due, :due, 0, 'K')",
            [{"name": str(number), "due": number} for number in range(waiting)],
        )
        database.set_progress_handler(lambda: next(steps) < 0, 1)
        parameters = {"now": waiting, "until": waiting + 1, "owner": "us", "most": 1}
        assert len(database.execute(sql.statements()["jobs.claim_in_turn"], parameters).fetchall()) == 1
    return next(steps)


async def test_concurrent_claims_never_share_a_job(store: Store) -> None:
    """Fifty jobs, ten takers."""
    for number in range(50):
        await do(store, "add", job(f"job-{number}"))
    taken = await asyncio.gather(*(claim(store, NOW, f"owner-{number}", 7) for number in range(10)))
    assert sorted(claimed.id for some in taken for claimed in some) == sorted(f"job-{number}" for number in range(50))


async def test_an_ended_lease_is_anybodys(store: Store) -> None:
    """Then the first owner can neither finish, postpone nor keep the job."""
    await do(store, "add", job())
    lost = await claim_one(store, NOW, "dead")
    taken = await claim_one(store, NOW + LEASE, "us")
    assert (taken.id, taken.owner) == ("job", "us")
    assert not await do(store, "finish", lost)
    assert not await do(store, "postpone", lost, NOW)
    assert not await do(store, "extend", lost, NOW + DAY)
    assert await do(store, "finish", taken)
    assert not await do(store, "finish", taken)
    assert await store.jobs.next_due() is None


async def test_an_extended_lease_lasts(store: Store) -> None:
    """Nobody takes the job at the lease's first end."""
    await do(store, "add", job())
    ours = await claim_one(store, NOW)
    assert await do(store, "extend", ours, NOW + 3 * LEASE)
    assert await claim(store, NOW + 2 * LEASE, "them") == []
    assert await do(store, "finish", ours)


async def test_a_postponed_job_is_due_again_then(store: Store) -> None:
    """With one attempt more; a new request for it meanwhile makes it due at once."""
    await do(store, "add", job())
    assert await do(store, "postpone", await claim_one(store, NOW), NOW + DAY)
    assert await claim(store, NOW + SECOND) == []
    again = await claim_one(store, NOW + DAY)
    assert (again.attempts, again.run_at) == (1, NOW + DAY)
    assert await do(store, "postpone", again, NOW + 9 * DAY)
    await do(store, "add", job("other", subject="job-subject", run_at=NOW + 2 * DAY))
    hurried = await claim_one(store, NOW + 2 * DAY)
    assert (hurried.id, hurried.attempts, hurried.run_at) == ("job", 2, NOW + 2 * DAY)


async def test_a_kind_and_subject_has_one_row(store: Store) -> None:
    """A second request makes the open one due no later, never later, and is no row of its own."""
    await do(store, "add", job(run_at=NOW + DAY))
    await do(store, "add", job("second", subject="job-subject", run_at=NOW + 2 * DAY))
    assert await store.jobs.next_due() == NOW + DAY
    await do(store, "add", job("third", subject="job-subject", run_at=NOW))
    assert await store.jobs.next_due() == NOW
    assert (await claim_one(store, NOW)).id == "job"
    await do(store, "add", job("other kind", kind="issue", subject="job-subject"))
    assert (await claim_one(store, NOW)).id == "other kind"


async def test_a_later_request_than_the_one_that_waits_is_none(store: Store) -> None:
    """What is done serves it: nothing is left to be done once more."""
    await do(store, "add", job())
    await do(store, "add", job("second", subject="job-subject", run_at=NOW + DAY))
    await do(store, "finish", await claim_one(store, NOW))
    assert await store.jobs.next_due() is None


async def test_a_request_while_the_work_runs_is_not_lost(store: Store) -> None:
    """Finishing the old work leaves the row, due at the earliest of the new requests, with a clean slate."""
    await do(store, "add", job())
    await do(store, "postpone", await claim_one(store, NOW), NOW)
    running = await claim_one(store, NOW)
    for run_at in (NOW + 2 * SECOND, NOW + SECOND, NOW + DAY):
        await do(store, "add", job("again", subject="job-subject", run_at=run_at))
    assert await claim(store, NOW + SECOND, "them") == []
    assert await do(store, "finish", running)
    assert await store.jobs.next_due() == NOW + SECOND
    again = await claim_one(store, NOW + SECOND)
    assert (again.id, again.attempts) == ("job", 0)
    assert await do(store, "finish", again)
    assert await store.jobs.next_due() is None


async def test_a_request_while_failing_work_runs_is_not_lost(store: Store) -> None:
    """It comes at the earlier of both times; a request for later is kept beside the retry."""
    await do(store, "add", job())
    failing = await claim_one(store, NOW)
    await do(store, "add", job("again", subject="job-subject", run_at=NOW + SECOND))
    await do(store, "postpone", failing, NOW + DAY)
    failing = await claim_one(store, NOW + SECOND)
    await do(store, "add", job("again", subject="job-subject", run_at=NOW + 2 * DAY))
    await do(store, "postpone", failing, NOW + DAY)
    retry = await claim_one(store, NOW + DAY)
    await do(store, "finish", retry)
    assert await store.jobs.next_due() == NOW + 2 * DAY


async def test_a_taken_over_run_serves_the_requests_before_it(store: Store) -> None:
    """What was asked for of a dead owner's run is done by the next, once."""
    await do(store, "add", job())
    await claim_one(store, NOW, "dead")
    await do(store, "add", job("again", subject="job-subject", run_at=NOW + SECOND))
    taken = await claim_one(store, NOW + LEASE)
    assert await do(store, "finish", taken)
    assert await store.jobs.next_due() is None


async def test_a_job_may_be_left_leased(store: Store) -> None:
    """Work that a request does itself: nobody takes it until that lease ends, and the request finishes it."""
    leased = job(owner="request", leased_until=NOW + LEASE)
    await do(store, "add", leased)
    assert await claim(store, NOW + SECOND) == []
    assert await do(store, "finish", leased)
    await do(store, "add", leased)
    assert (await claim_one(store, NOW + LEASE)).owner == "us"
    assert not await do(store, "finish", leased)


async def test_a_discarded_job_is_gone(store: Store) -> None:
    """Whoever holds it; discarding nothing is no conflict."""
    await do(store, "add", job())
    ours = await claim_one(store, NOW)
    for _ in range(2):
        assert await do(store, "discard", "validate", "job-subject")
    assert not await do(store, "finish", ours)
    assert await store.jobs.next_due() is None


async def test_what_becomes_of_a_job_becomes_of_no_other(store: Store) -> None:
    """Whoever has several keeps them all while one is finished, postponed, kept or discarded."""
    for name in ("finished", "postponed", "kept", "left"):
        await do(store, "add", job(name))
    await do(store, "add", job("of another kind", kind="issue", subject="discarded-subject"))
    held = {one.id: one for one in await claim(store, NOW)}
    await do(store, "add", job("discarded"))
    assert await do(store, "finish", held["finished"])
    assert await do(store, "postpone", held["postponed"], NOW + DAY)
    assert await do(store, "extend", held["kept"], NOW + 2 * LEASE)
    assert await do(store, "discard", "validate", "discarded-subject")
    assert {one.id for one in await claim(store, NOW + LEASE, "them")} == {"left", "of another kind"}
    assert {one.id for one in await claim(store, NOW + 2 * LEASE, "others")} == {"kept", "left", "of another kind"}
    attempts = {one.id: one.attempts for one in await claim(store, NOW + DAY, "others")}
    assert attempts == {"left": 0, "of another kind": 0, "kept": 0, "postponed": 1}
