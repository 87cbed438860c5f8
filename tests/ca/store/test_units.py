"""Units of work: whole or not at all, seen at once, many at a time, and waking who waits for them."""

import asyncio
import time

import pytest

from tegata.ca.model import Job
from tegata.ca.ports import JOBS, Conflict, Store, Work
from tegata.errors import TegataError
from tests.ca.store.conftest import Place
from tests.ca.store.records import NOW, authorization, customer, job, order, place_order, populate

pytestmark = pytest.mark.anyio


async def test_a_unit_is_whole_or_not_at_all(store: Store) -> None:
    """A guard that fails at the end undoes what went before it, and names itself."""
    await populate(store)
    work = Work()
    store.authorizations.insert(work, authorization())
    store.orders.insert(work, order(authorization_ids=("authorization",)))
    store.jobs.add(work, job())
    store.orders.begin_processing(work, "order", b"csr", NOW)
    store.orders.begin_processing(work, "order", b"csr", NOW)
    with pytest.raises(Conflict, match=r"orders\.begin_processing"):
        await store.commit(work)
    assert await store.orders.get("order") is None
    assert await store.authorizations.get("authorization") is None
    assert await store.jobs.next_due() is None


async def test_a_unit_with_a_broken_reference_is_refused(store: Store) -> None:
    """An order of an account that is not there: a fault of ours, told as such, and nothing is written."""
    work = Work()
    store.customers.insert(work, customer())
    store.orders.insert(work, order())
    with pytest.raises(TegataError, match=r"store\.commit"):
        await store.commit(work)
    assert await store.customers.get("customer") is None


async def test_a_unit_that_cannot_be_written_harms_no_other(store: Store) -> None:
    """Text that is no text (a lone surrogate) fails alone, in the same group as good ones."""
    await populate(store)
    bad = Work()
    store.customers.insert(bad, customer(id="bad", login="\ud800"))

    outcomes = await asyncio.gather(
        place_order(store, "before"), store.commit(bad), place_order(store, "after"), return_exceptions=True
    )
    assert outcomes[0] is None
    assert isinstance(outcomes[1], TegataError)
    assert outcomes[2] is None
    assert await store.orders.get("before") is not None
    assert await store.orders.get("after") is not None


async def test_an_empty_unit_is_done(store: Store) -> None:
    """Nothing to write is no fault."""
    await store.commit(Work())


async def test_reads_see_own_commits_and_nothing_uncommitted(store: Store) -> None:
    """As soon as the commit returns; and before it is sent, not at all."""
    await populate(store)
    for number in range(50):
        name = f"order-{number}"
        work = Work()
        store.orders.insert(work, order(name))
        assert await store.orders.get(name) is None
        await store.commit(work)
        assert await store.orders.get(name) is not None


async def test_many_tasks_commit_at_once(store: Store) -> None:
    """Five hundred units from as many tasks, a fifth of them in conflict: each gets its own answer."""
    await populate(store)

    async def one(number: int) -> bool:
        try:
            await place_order(store, f"order-{number - number % 5 if number % 5 == 1 else number}")
        except Conflict:
            return False
        return True

    outcomes = await asyncio.gather(*(one(number) for number in range(500)))
    for number in range(500):
        stored = await store.orders.get(f"order-{number}")
        if number % 5 in {0, 1}:
            first = number - number % 5
            assert sorted(outcomes[first : first + 2]) == [False, True]
            assert (stored is None) == (number % 5 == 1)
        else:
            assert outcomes[number]
            assert stored is not None


async def test_a_commit_wakes_who_waits(store: Store) -> None:
    """All who wait for what it is about, within milliseconds; a unit that wrote nothing wakes nobody."""
    await populate(store)
    await store.changed(1, JOBS)  # a store that has to begin listening first may wake at that
    waiting = [asyncio.create_task(store.changed(30, JOBS)) for _ in range(3)]
    await asyncio.sleep(0)
    conflict = Work()
    store.contracts.resume(conflict, "contract")
    with pytest.raises(Conflict):
        await store.commit(conflict)
    assert await store.jobs.claim("us", NOW, NOW, 1) == []
    assert not any(task.done() for task in waiting)
    began = time.monotonic()
    work = Work()
    store.jobs.add(work, job())
    await store.commit(work)
    await asyncio.gather(*waiting)
    assert time.monotonic() - began < 15, "they would wait for thirty seconds"


async def test_who_waits_for_one_thing_is_not_woken_by_another(store: Store) -> None:
    """Of this process's commits only those about it count; so a hundred who wait do not all look at every commit."""
    await populate(store)
    await store.changed(1, JOBS)  # as above
    job = asyncio.create_task(store.changed(30, JOBS))
    verdict = asyncio.create_task(store.changed(30, "challenge"))
    await asyncio.sleep(0)
    await place_order(store, "order")
    await asyncio.sleep(0.05)
    assert not job.done()
    work = Work()
    store.jobs.add(work, Job(id="job", kind="work", subject="s", run_at=NOW, owner="us", leased_until=NOW))
    await store.commit(work)
    await asyncio.sleep(0.05)
    assert not job.done()
    work = Work()
    store.jobs.add(work, Job(id="other", kind="work", subject="t", run_at=NOW))
    await store.commit(work)
    await asyncio.wait_for(job, 15)
    assert not verdict.done()
    verdict.cancel()


async def test_without_a_commit_the_wait_ends_in_time(store: Store) -> None:
    """After the seconds asked for, and not before."""
    await populate(store)
    await store.changed(0.3, JOBS)  # a store that begins to listen may wake this one
    began = time.monotonic()
    await store.changed(0.2, JOBS)
    assert 0.19 < time.monotonic() - began < 15


async def test_closing_finishes_what_was_begun(place: Place) -> None:
    """Units on their way when the store is closed are done; later ones are refused; closing twice is fine."""
    store = place.open()
    await populate(store)
    commits = [asyncio.create_task(place_order(store, f"order-{number}")) for number in range(20)]
    await asyncio.sleep(0)
    await store.close()
    await asyncio.gather(*commits)
    with pytest.raises(TegataError, match="closed"):
        await store.commit(Work())
    await store.close()
    again = place.open()
    assert all([await again.orders.get(f"order-{number}") is not None for number in range(20)])
    await again.close()
