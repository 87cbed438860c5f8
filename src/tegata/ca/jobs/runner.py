"""Does the work that was left as rows: leases it, runs its handler, postpones what failed.

A job is done at least once, whoever dies: the lease of a dead runner ends, and any other takes the row. Knows no kind
of work; what is done for one is its handler's matter, and so is finishing the job, in the handler's own last commit.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import msgspec

from tegata.ca.journal import Journal
from tegata.ca.model import Job
from tegata.ca.ports import JOBS, Conflict, Store, Work

Handler = Callable[[Job], Awaitable[None]]

LEASE = timedelta(seconds=10)
"""A dead process's work is taken up after so long; renewed at a third of it, a late renewal or two lose nothing."""
MOST = 64
"""Jobs side by side: most of them wait for somebody's web server."""
IDLE_SECONDS = 1.0
"""Look at the rows this often even if nothing seems to have changed: one read."""
ALL_SECONDS = 10.0
"""So often it is looked among all rows; in between from where the first of them was, or was to be."""
BEHIND = timedelta(minutes=1)
"""No clock of a node that works is so far behind, nor does a commit take so long: what comes is due no earlier."""
STORE_PAUSE_SECONDS = 1.0
"""Wait this long after the store could not be read or written."""

_FIRST_DELAY = timedelta(seconds=1)
_LONGEST_DELAY = timedelta(minutes=10)
_MOST_DOUBLINGS = 10

log = Journal("jobs")


def delay(attempts: int) -> timedelta:
    """How long a job that has failed so often before waits for its next attempt: doubling, up to a limit."""
    return min(_FIRST_DELAY * (1 << min(attempts, _MOST_DOUBLINGS)), _LONGEST_DELAY)


class Runner:
    """Runs the jobs of a store, ``most`` side by side; ``owner`` is a name no other runner has.

    While it ``may_take`` none, those are others' to do: of a node whose clock is wrong, say, as leases are instants.
    """

    def __init__(
        self,
        *,
        store: Store,
        handlers: Mapping[str, Handler],
        owner: str,
        clock: Callable[[], datetime],
        lease: timedelta = LEASE,
        most: int = MOST,
        may_take: Callable[[], bool] = lambda: True,
    ) -> None:
        self._store, self._handlers, self._owner, self._clock = store, handlers, owner, clock
        self._lease, self._most, self._may_take = lease, most, may_take
        self._running: dict[asyncio.Task[None], tuple[Job, int]] = {}
        self._promised = 0
        self._rounds = 0
        self._since: datetime | None = None
        self._all_at = 0.0
        self._stirred = asyncio.Event()
        self._is_open, self._is_stopped = False, False

    async def run(self) -> None:
        """Work until ``stop`` is called, then finish what was begun.

        If this is cancelled, the work is too, and its leases run out.
        """
        keeper = asyncio.create_task(self._keep_leases())
        self._is_open = not self._is_stopped
        try:
            while self._is_open:
                await self._round()
            while self._running:
                await asyncio.wait(self._running)
        finally:
            await _end([keeper, *self._running])

    def stop(self) -> None:
        """Take no more jobs; ``run`` returns when those taken are done."""
        self._is_open, self._is_stopped = False, True
        self._stirred.set()

    @contextmanager
    def taking(self, job: Job) -> Iterator[Job]:
        """A job that is about to be stored: leased to this runner, and begun afterwards, if there is a place for it."""
        if not self._is_open or not self._may_take() or len(self._running) + self._promised >= self._most:
            yield job
            return
        leased = msgspec.structs.replace(job, owner=self._owner, leased_until=self._clock() + self._lease)
        self._promised += 1
        try:
            yield leased
        finally:
            self._promised -= 1
        self._begin(leased)

    async def _round(self) -> None:
        """Take what is due, then wait until there may be more: a commit, a due time, a job ended, the stop."""
        self._stirred.clear()
        self._rounds += 1
        # Both begin to watch before the rows are looked at: nothing that happens in between is missed.
        changed = asyncio.create_task(self._store.changed(IDLE_SECONDS, JOBS))
        stirred = asyncio.create_task(self._stirred.wait())
        try:
            pause = await self._take()
            await asyncio.wait((changed, stirred), timeout=pause, return_when=asyncio.FIRST_COMPLETED)
        except Exception:
            log.exception("store.unavailable")
            await asyncio.wait((stirred,), timeout=STORE_PAUSE_SECONDS)
        finally:
            await _end((changed, stirred))

    async def _take(self) -> float | None:
        """Begin due jobs while there are places for them; the seconds until the next is due, if that is known."""
        if not self._may_take():
            return None
        free = self._most - len(self._running)
        due = await self._next_due()
        if due is None or not free:
            return None
        now = self._clock()
        if due > now:
            return (due - now).total_seconds()
        for job in await self._store.jobs.claim(self._owner, now, now + self._lease, free, self._since):
            self._begin(job)
        return 0

    async def _next_due(self) -> datetime | None:
        """When the next job is due, of those that are known or may have come; of any at all every ``ALL_SECONDS``."""
        now, begun = self._clock(), asyncio.get_running_loop().time()
        if begun >= self._all_at:
            self._since, self._all_at = None, begun + ALL_SECONDS
        due = await self._store.jobs.next_due(self._since)
        self._since = now - BEHIND if due is None else min(due, now - BEHIND)
        return due

    def _begin(self, job: Job) -> None:
        before = [task for task, (running, _) in self._running.items() if running.id == job.id]
        task = asyncio.create_task(self._do(job, before))
        self._running[task] = job, self._rounds
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        """Look again if it was looked while this ran: its place may be wanted, or the same work once more."""
        _, rounds = self._running.pop(task)
        if rounds != self._rounds:
            self._stirred.set()

    async def _do(self, job: Job, before: list[asyncio.Task[None]]) -> None:
        """Run the job's handler; whatever it raises, the job is tried again later.

        The row may come back while its work has not returned here: asked for again just when it was finished, or leased
        again after this process stood still. Then that work ends first, and may have left nothing to do.
        """
        try:
            if before:
                await asyncio.wait(before)
                await self._extend(job)
            await self._handlers[job.kind](job)
        except Conflict as conflict:
            log.info("job.conflict", kind=job.kind, subject=job.subject, statement=conflict.statement)
            await self._postpone(job)
        except Exception:
            log.exception("job.failed", kind=job.kind, subject=job.subject, attempts=job.attempts)
            await self._postpone(job)

    async def _postpone(self, job: Job) -> None:
        work = Work()
        self._store.jobs.postpone(work, job, self._clock() + delay(job.attempts))
        try:
            await self._store.commit(work)
        except Conflict:
            log.info("job.gone", kind=job.kind, subject=job.subject)
        except Exception:
            log.exception("store.unavailable")  # the lease runs out by itself

    async def _keep_leases(self) -> None:
        while True:
            await asyncio.sleep(self._lease.total_seconds() / 3)
            await asyncio.gather(*(self._keep(task, job) for task, (job, _) in self._running.items()))

    async def _keep(self, task: asyncio.Task[None], job: Job) -> None:
        """Renew a job's lease; work whose lease is lost is somebody else's and ends."""
        try:
            await self._extend(job)
        except Conflict:
            task.cancel()
        except Exception:
            log.exception("store.unavailable")

    async def _extend(self, job: Job) -> None:
        work = Work()
        self._store.jobs.extend(work, job, self._clock() + self._lease)
        await self._store.commit(work)


async def _end(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Cancel tasks and wait until they have ended."""
    ending = list(tasks)
    for task in ending:
        task.cancel()
    await asyncio.gather(*ending, return_exceptions=True)
