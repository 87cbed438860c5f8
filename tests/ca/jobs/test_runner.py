"""Jobs are run once, again when they fail, and by somebody else when their runner dies; on the real store."""

import asyncio
import sqlite3
import sys
import time
from asyncio.subprocess import PIPE
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from tegata.ca.jobs import runner as runner_module
from tegata.ca.jobs.runner import LEASE, Handler, Runner, delay
from tegata.ca.model import Job
from tegata.ca.ports import Conflict, Store, Work
from tegata.ca.store import db
from tegata.ca.store.sqlite import open_store
from tegata.clock import SystemClock

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).parents[3]
now = SystemClock().now
SHORT = timedelta(seconds=0.6)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "tegata-ca.db"


@pytest.fixture
async def store(path: Path, anyio_backend: str) -> AsyncIterator[Store]:
    store = open_store(path)
    yield store
    await store.close()


async def leave(store: Store, *subjects: str, run_at: datetime | None = None) -> None:
    """Leave a job for each subject."""
    work = Work()
    for subject in subjects:
        store.jobs.add(work, Job(id=f"job-{subject}", kind="work", subject=subject, run_at=run_at or now()))
    await store.commit(work)


async def finish(store: Store, job: Job) -> None:
    work = Work()
    store.jobs.finish(work, job)
    await store.commit(work)


async def nothing(_: Job) -> None:
    """There is no work."""


async def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    """Wait for it; fail when it does not come true."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - what is waited for sets no event
            await asyncio.sleep(0.005)


async def until_empty(store: Store, seconds: float = 60) -> None:
    """Wait until no job is left."""
    async with asyncio.timeout(seconds):
        while await store.jobs.next_due() is not None:  # noqa: ASYNC110 - a job that is gone sets no event
            await asyncio.sleep(0.02)


async def until_due_after(store: Store, at: datetime, seconds: float = 60) -> None:
    """Wait until all that was due by then is done or leased."""
    async with asyncio.timeout(seconds):
        while (due := await store.jobs.next_due()) is not None and due <= at:  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.02)


@asynccontextmanager
async def running(
    store: Store, handler: Callable[[Job], Awaitable[None]], owner: str = "us", **options: Any
) -> AsyncIterator[Runner]:
    """A runner at work; stopped and drained at the end."""
    handlers: dict[str, Handler] = {"work": handler}
    runner = Runner(store=store, handlers=handlers, owner=owner, clock=now, **options)
    task = asyncio.create_task(runner.run())
    try:
        yield runner
    finally:
        runner.stop()
        await task


async def test_two_runners_do_each_job_once(path: Path, store: Store) -> None:
    """A hundred jobs, each on its own connection: none twice, none forgotten."""
    done: Counter[str] = Counter()
    owners: Counter[str | None] = Counter()
    second = open_store(path)

    async def work(job: Job) -> None:
        done[job.subject] += 1
        owners[job.owner] += 1
        await asyncio.sleep(0.01)
        await finish(second if job.owner == "second" else store, job)

    subjects = [f"subject-{number}" for number in range(100)]
    await leave(store, *subjects)
    async with running(store, work, "first", most=5), running(second, work, "second", most=5):
        await until_empty(store)
    await second.close()
    assert done == Counter(subjects)
    assert set(owners) == {"first", "second"}


async def test_a_runner_that_may_take_nothing(store: Store) -> None:
    """B-03: neither what waits nor what is left just now; once it may again, both are done."""
    done: list[str] = []
    may = False

    async def work(job: Job) -> None:
        done.append(job.subject)
        await finish(store, job)

    await leave(store, "waits")
    async with running(store, work, may_take=lambda: may) as runner:
        with runner.taking(Job(id="new", kind="work", subject="new", run_at=now())) as job:
            assert job.owner is None
            unit = Work()
            store.jobs.add(unit, job)
            await store.commit(unit)
        await asyncio.sleep(0.05)
        assert not done
        may = True
        await until_empty(store)
    assert sorted(done) == ["new", "waits"]


async def test_a_job_begins_as_soon_as_it_is_committed(store: Store) -> None:
    """The commit wakes the runner: far sooner than any polling would."""
    began: list[float] = []

    async def work(job: Job) -> None:
        began.append(time.monotonic())
        await finish(store, job)

    waits = []
    async with running(store, work):
        for number in range(10):
            await asyncio.sleep(0.02)
            left = time.monotonic()
            await leave(store, f"subject-{number}")
            await until(lambda: len(began) > number)  # noqa: B023 - awaited within the turn
            waits.append(began[-1] - left)
    assert sorted(waits)[len(waits) // 2] < 0.5


async def test_a_job_taken_in_the_commit_that_leaves_it_is_not_looked_for(store: Store) -> None:
    """It is leased from the first on, begins at once, and no other runner can have it."""
    done: list[Job] = []

    async def work(job: Job) -> None:
        done.append(job)
        await finish(store, job)

    async with running(store, work) as runner:
        await until(lambda: runner._rounds > 0)
        rounds = runner._rounds
        with runner.taking(Job(id="job", kind="work", subject="s", run_at=now())) as job:
            assert job.owner == "us"
            unit = Work()
            store.jobs.add(unit, job)
            await store.commit(unit)
            assert await store.jobs.claim("other", now(), now() + LEASE, 9) == []
        await until(lambda: bool(done))
        assert runner._rounds == rounds
        await until_empty(store)
    assert done == [job]


async def test_nothing_begins_of_a_job_that_was_not_stored(store: Store) -> None:
    """Its unit of work was lost to another's; the place is free again."""
    done: list[str] = []

    async def work(job: Job) -> None:
        done.append(job.subject)
        await finish(store, job)

    async with running(store, work, most=1) as runner:
        await until(lambda: runner._rounds > 0)
        with suppress(Conflict), runner.taking(Job(id="lost", kind="work", subject="lost", run_at=now())):
            raise Conflict("challenges.accept")
        with runner.taking(Job(id="job", kind="work", subject="stored", run_at=now())) as job:
            assert job.owner == "us"
            unit = Work()
            store.jobs.add(unit, job)
            await store.commit(unit)
        await until(lambda: bool(done))
    assert done == ["stored"]


async def test_who_has_no_place_takes_nothing(store: Store) -> None:
    """The row is left as it is, for whoever is free: another node, or this one when a place is."""
    going, begun = asyncio.Event(), asyncio.Event()

    async def work(job: Job) -> None:
        begun.set()
        await going.wait()
        await finish(store, job)

    idle = Runner(store=store, handlers={}, owner="idle", clock=now)
    wanted = Job(id="second", kind="work", subject="second", run_at=now())
    with idle.taking(wanted) as job:
        assert job == wanted
    async with running(store, work, most=1) as runner:
        await until(lambda: runner._rounds > 0)
        promised = Job(id="lost", kind="work", subject="lost", run_at=now())
        with suppress(Conflict), runner.taking(promised), runner.taking(wanted) as job:
            assert job == wanted
            raise Conflict("challenges.accept")
    await leave(store, "first")
    async with running(store, work, most=1) as runner:
        await begun.wait()
        with runner.taking(wanted) as job:
            assert job == wanted
            unit = Work()
            store.jobs.add(unit, job)
            await store.commit(unit)
        going.set()
        await until_empty(store, 8)  # before a lease would end


async def test_a_job_begins_when_it_is_due(store: Store) -> None:
    """Not before, and without anything to wake the runner."""
    ran_at: list[datetime] = []

    async def work(job: Job) -> None:
        ran_at.append(now())
        await finish(store, job)

    due = now() + timedelta(seconds=0.3)
    async with running(store, work):
        await leave(store, "later", run_at=due)
        await until(lambda: bool(ran_at))
    assert due <= ran_at[0] < due + timedelta(seconds=30)


async def test_no_more_run_side_by_side_than_allowed(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """And a place that becomes free is taken."""
    at_once = most = 0

    async def work(job: Job) -> None:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0.01)
        at_once -= 1
        await finish(store, job)

    monkeypatch.setattr(runner_module, "IDLE_SECONDS", 600)
    await leave(store, *(f"subject-{number}" for number in range(20)))
    async with running(store, work, most=3):
        await until_empty(store)
    assert most == 3


async def test_who_has_no_place_waits_for_one(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without asking again and again for what it cannot take."""
    going, begun = asyncio.Event(), asyncio.Event()
    claim, asked = store.jobs.claim, list[int]()

    async def claiming(owner: str, at: datetime, end: datetime, most: int, since: datetime | None) -> list[Job]:
        asked.append(most)
        return await claim(owner, at, end, most, since)

    async def work(job: Job) -> None:
        begun.set()
        await going.wait()
        await finish(store, job)

    monkeypatch.setattr(store.jobs, "claim", claiming)
    await leave(store, "first", "second")
    async with running(store, work, most=1) as runner:
        await begun.wait()
        rounds = runner._rounds
        await until(lambda: runner._rounds > rounds)
        going.set()
        await until_empty(store)
    assert asked == [1, 1]


async def test_work_that_comes_back_while_it_is_done_is_not_done_twice(store: Store) -> None:
    """This process stood still for longer than a lease: the row is its own again, and the work goes on already."""
    going, runs, stood = asyncio.Event(), 0, timedelta()

    async def work(job: Job) -> None:
        nonlocal runs
        runs += 1
        await going.wait()
        await finish(store, job)

    runner = Runner(store=store, handlers={"work": work}, owner="us", clock=lambda: now() + stood)
    await leave(store, "slow")
    task = asyncio.create_task(runner.run())
    await until(lambda: runs == 1)
    stood = 2 * LEASE
    await until(lambda: len(runner._running) == 2)
    going.set()
    await until_empty(store)
    runner.stop()
    await task
    assert runs == 1


@pytest.mark.parametrize("failure", [Conflict("jobs.postpone"), OSError("away")])
async def test_a_job_that_cannot_be_postponed(
    store: Store, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    """It is somebody else's, or will be when its lease runs out; the log has it, and the runner goes on."""

    async def work(job: Job) -> None:
        if job.subject == "broken":
            raise RuntimeError
        await finish(store, job)

    commit = store.commit

    async def failing(work: Work) -> None:
        if any(each.name == "jobs.postpone" for each in work.statements):
            raise failure
        await commit(work)

    monkeypatch.setattr(store, "commit", failing)
    with capture_logs() as logs:
        async with running(store, work):
            await leave(store, "broken")
            await until(lambda: len(logs) == 2)
            await leave(store, "next")
            await until_due_after(store, now())
    gone = "job.gone" if isinstance(failure, Conflict) else "store.unavailable"
    assert [entry["event"] for entry in logs] == ["job.failed", gone]


async def test_a_lease_is_renewed_while_the_work_runs(path: Path, store: Store) -> None:
    """Work two leases long is not taken by another runner that looks all the time."""
    second = open_store(path)
    for lease in (SHORT, LEASE / 2):  # where this process stands still for longer than one, it is lost rightly
        runs = await _runs_of_work_two_leases_long(store, second, lease)
        if runs == ["first"]:
            break
    await second.close()
    assert runs == ["first"]


async def _runs_of_work_two_leases_long(store: Store, second: Store, lease: timedelta) -> list[str | None]:
    runs: list[str | None] = []

    async def work(job: Job) -> None:
        runs.append(job.owner)
        await asyncio.sleep(2 * lease.total_seconds())
        await finish(store if job.owner == "first" else second, job)

    await leave(store, "long")
    async with running(store, work, "first", lease=lease):
        await until(lambda: bool(runs))
        async with running(second, work, "second", lease=lease):
            await until_empty(store)
    return runs


async def test_work_that_lost_its_lease_is_ended(store: Store) -> None:
    """Somebody else has it: going on would do it twice."""
    began = asyncio.Event()
    ended = asyncio.Event()

    async def work(job: Job) -> None:
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    await leave(store, "stolen")
    async with running(store, work, lease=SHORT):
        await began.wait()
        (theirs,) = await store.jobs.claim("them", now() + LEASE, now() + 2 * LEASE, 1)
        await asyncio.wait_for(ended.wait(), 60)
        await finish(store, theirs)


async def test_a_killed_runners_work_is_taken_over(path: Path, store: Store) -> None:
    """A real process, killed in the middle of its work: another runs it when the lease has ended, and not before."""
    for lease in (1.5, 15):  # where that process stands still for longer than one, it is robbed rightly
        if await _is_taken_over_only_when_dead(path, store, lease):
            return
    pytest.fail("the other process lives and renews its lease")


async def _is_taken_over_only_when_dead(path: Path, store: Store, lease: float) -> bool:
    await leave(store, "orphan")
    words = ["-m", "tests.ca.jobs.other_runner", str(path), str(lease)]
    process = await asyncio.create_subprocess_exec(sys.executable, *words, cwd=ROOT, stdout=PIPE)
    assert process.stdout is not None
    assert await process.stdout.readline() == b"orphan\n"
    done: list[Job] = []

    async def work(job: Job) -> None:
        done.append(job)
        await finish(store, job)

    async with running(store, work):
        await asyncio.sleep(lease * 4 / 3)
        is_robbed = bool(done)
        process.kill()
        await process.wait()
        await until(lambda: bool(done))
        await until_empty(store)
    assert [job.owner for job in done] == ["us"]
    return not is_robbed


async def test_a_failed_job_is_tried_again_later(store: Store) -> None:
    """After a delay that grows; what it raised is in the log, and the runner goes on (S-19)."""
    attempts: list[tuple[int, datetime]] = []

    async def work(job: Job) -> None:
        attempts.append((job.attempts, now()))
        if job.attempts == 0:
            raise OSError("the mail server is down")
        await finish(store, job)

    with capture_logs() as logs:
        async with running(store, work):
            await leave(store, "mail")
            await until_empty(store)
    ((first, failed_at), (second, done_at)) = attempts
    assert (first, second) == (0, 1)
    assert delay(0) <= done_at - failed_at < delay(0) + timedelta(seconds=30)
    (entry,) = [entry for entry in logs if entry["event"] == "job.failed"]
    assert (entry["kind"], entry["subject"], entry["attempts"], entry["exc_info"]) == ("work", "mail", 0, True)


async def test_a_job_of_an_unknown_kind_waits(store: Store) -> None:
    """It is a newer program's, perhaps: it is put off, and disturbs no other."""
    done = asyncio.Event()

    async def work(job: Job) -> None:
        await finish(store, job)
        done.set()

    unknown = Work()
    store.jobs.add(unknown, Job(id="unknown", kind="of-tomorrow", subject="x", run_at=now()))
    await store.commit(unknown)
    with capture_logs() as logs:
        async with running(store, work):
            await leave(store, "known")
            await asyncio.wait_for(done.wait(), 60)
            await until(lambda: any(entry["event"] == "job.failed" for entry in logs))
    due = await store.jobs.next_due()
    assert due is not None
    assert due > now()


async def test_work_lost_to_somebody_else_is_looked_at_again(store: Store) -> None:
    """A conflict in the handler is no fault worth an alarm; the job goes on."""
    attempts: list[int] = []

    async def work(job: Job) -> None:
        attempts.append(job.attempts)
        if job.attempts == 0:
            conflict = Work()
            store.contracts.resume(conflict, "there is none")
            await store.commit(conflict)
        await finish(store, job)

    with capture_logs() as logs:
        async with running(store, work):
            await leave(store, "raced")
            await until_empty(store)
    assert attempts == [0, 1]
    assert [entry["statement"] for entry in logs] == ["contracts.resume"]


async def test_work_asked_for_while_it_runs_is_done_again(store: Store) -> None:
    """Also when the request comes just as the work is finished."""
    runs = 0
    asked = False

    async def work(job: Job) -> None:
        nonlocal runs, asked
        runs += 1
        if not asked:
            asked = True
            await leave(store, "again")
        await finish(store, job)
        await asyncio.sleep(0.1)  # the row is due again before this returns

    await leave(store, "again")
    async with running(store, work):
        await until_empty(store)
        await until(lambda: runs == 2)
    assert runs == 2


async def test_stopping_finishes_what_runs_and_takes_nothing_more(store: Store) -> None:
    """The job begun is done, its lease renewed all the while; the one left after the stop stays."""
    done: list[str] = []
    began = asyncio.Event()

    async def work(job: Job) -> None:
        began.set()
        await asyncio.sleep(2 * SHORT.total_seconds())
        await finish(store, job)
        done.append(job.subject)

    await leave(store, "begun")
    async with running(store, work, lease=SHORT) as runner:
        await began.wait()
        runner.stop()
        await leave(store, "left")
    assert done == ["begun"]
    assert [job.subject for job in await store.jobs.claim("next", now(), now() + LEASE, 9)] == ["left"]


async def test_one_that_has_nothing_to_do_stops_at_once(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long it would wait for something to do."""
    watching = asyncio.Event()

    async def changed(*_: object) -> None:
        watching.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(store, "changed", changed)
    async with asyncio.timeout(60), running(store, nothing):
        await watching.wait()
        await store.jobs.next_due()  # the runner's own look, which came first, has its answer too


async def test_stopping_before_it_has_begun(store: Store) -> None:
    """Whoever is told to end while everything is still being started takes nothing first."""
    await leave(store, "left")
    runner = Runner(store=store, handlers={}, owner="us", clock=now)
    runner.stop()
    async with asyncio.timeout(60):
        await runner.run()
    (job,) = await store.jobs.claim("next", now(), now() + LEASE, 9)
    assert (job.subject, job.attempts) == ("left", 0)


async def test_cancelling_the_runner_ends_its_work(store: Store) -> None:
    """Nothing of it goes on; then the lease runs out and somebody else does it."""
    began = asyncio.Event()

    async def work(job: Job) -> None:
        began.set()
        await asyncio.Event().wait()

    await leave(store, "cut off")
    runner = Runner(store=store, handlers={"work": work}, owner="us", clock=now, lease=SHORT)
    others = asyncio.all_tasks()
    task = asyncio.create_task(runner.run())
    await began.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert asyncio.all_tasks() == others
    due = await store.jobs.next_due()
    assert due is not None
    assert due <= now() + SHORT
    (job,) = await store.jobs.claim("them", due, due + LEASE, 1)
    assert job.subject == "cut off"


async def test_a_store_that_fails_for_a_while_loses_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process holds the file too long: the runner says so and goes on afterwards."""
    monkeypatch.setattr(db, "BUSY_SECONDS", 0.1)
    store = open_store(path)
    done = asyncio.Event()

    async def work(job: Job) -> None:
        await finish(store, job)
        done.set()

    await leave(store, "patient")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with capture_logs() as logs:
        async with running(store, work):
            await until(lambda: bool(logs))
            other.execute("COMMIT")
            await asyncio.wait_for(done.wait(), 60)
    assert [entry["event"] for entry in logs] == ["store.unavailable"]
    other.close()
    await store.close()


async def test_what_is_gone_is_not_looked_through_each_time(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """All rows are looked at now and then, for what came late; else those from where the first was, or was to be."""
    monkeypatch.setattr(runner_module, "ALL_SECONDS", 2.0)
    done, looks = asyncio.Event(), list[datetime | None]()
    ask = store.jobs.next_due

    async def next_due(since: datetime | None = None) -> datetime | None:
        looks.append(since)
        return await ask(since)

    async def do(job: Job) -> None:
        await finish(store, job)
        done.set()

    begun = now()
    monkeypatch.setattr(store.jobs, "next_due", next_due)
    async with asyncio.timeout(60), running(store, do):
        await until(lambda: len(looks) > 1)
        await leave(store, "late", run_at=begun - timedelta(hours=1))
        await done.wait()
    assert looks[0] is None
    assert looks[1] is not None
    assert begun <= looks[1] + runner_module.BEHIND <= now()
    assert None in looks[2:]


async def test_a_store_that_fails_is_not_asked_again_at_once(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor is the log filled; but whoever stops it waits for nothing."""
    monkeypatch.setattr(runner_module, "STORE_PAUSE_SECONDS", 600)
    failed = asyncio.Event()
    asked = 0

    async def next_due(_since: datetime | None = None) -> datetime | None:
        nonlocal asked
        asked += 1
        failed.set()
        raise OSError("away")

    monkeypatch.setattr(store.jobs, "next_due", next_due)
    async with asyncio.timeout(60), running(store, nothing):
        await failed.wait()
        for _ in range(100):
            await asyncio.sleep(0)
    assert asked == 1


def test_the_delay_grows_and_saturates() -> None:
    """From a second, doubling to ten minutes, and never less again, however often it failed."""
    delays = [delay(attempts) for attempts in range(10_001)]
    assert [each.total_seconds() for each in delays[:5]] == [1, 2, 4, 8, 16]
    assert delays == sorted(delays)
    assert delays[10] == delays[10_000] == timedelta(minutes=10)
