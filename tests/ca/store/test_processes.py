"""Several processes on one store, and one that dies: real processes, real signals."""

import asyncio
import sys
import time
from asyncio.subprocess import PIPE, Process
from pathlib import Path

import pytest

from tegata.ca.ports import JOBS, Conflict, Store
from tests.ca.store.conftest import Place
from tests.ca.store.records import authorization, place_order, populate

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).parents[3]


async def other(place: Place, *arguments: str) -> Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.ca.store.other_process", place.name, *arguments, cwd=ROOT, stdout=PIPE
    )


async def test_two_processes_write_side_by_side(place: Place, store: Store) -> None:
    """Neither loses a unit, neither fails, and each sees the other's; no cache stands between."""
    await populate(store)
    process = await other(place, "orders", "300")
    ours = 0
    while process.returncode is None:
        await asyncio.gather(*(place_order(store, f"ours-{ours + number}") for number in range(10)))
        ours += 10
    assert await process.wait() == 0
    for name in [f"other-{number}" for number in range(300)] + [f"ours-{number}" for number in range(ours)]:
        assert await store.orders.get(name) is not None


async def test_anothers_commit_wakes_who_waits(place: Place, store: Store) -> None:
    """Within a fraction of a second of being made."""
    await populate(store)
    await store.changed(0.3, JOBS)
    process = await other(place, "job")
    began = time.monotonic()
    while await store.jobs.next_due() is None:
        await store.changed(30, JOBS)
    assert time.monotonic() - began < 15
    assert await process.wait() == 0


async def test_what_was_acknowledged_survives_sigkill(place: Place) -> None:
    """Killed in a stream of commits: every acknowledged unit is there, and no unit is there in part."""
    process = await other(place, "stream")
    assert process.stdout is not None
    acknowledged = [(await process.stdout.readline()).decode().strip() for _ in range(400)]
    process.kill()
    acknowledged += (await process.stdout.read()).decode().split("\n")[:-1]
    await process.wait()
    store = place.open()
    for name in acknowledged:
        stored = await store.orders.get(name)
        assert stored is not None, name
        assert stored.authorization_ids == (f"{name}-b", f"{name}-a")
    halves = 0
    for task in range(8):
        count = 0
        while await store.orders.get(f"stream-{task}-{count}") is not None:
            name = f"stream-{task}-{count}"
            assert await store.authorizations.get(f"{name}-a") == authorization(f"{name}-a")
            assert await store.authorizations.get(f"{name}-b") == authorization(f"{name}-b", "example.com")
            count += 1
        halves += await store.authorizations.get(f"stream-{task}-{count}-a") is not None
    assert halves == 0
    await place_order(store, "after")
    with pytest.raises(Conflict):
        await place_order(store, "after")
    await store.close()


async def test_many_processes_may_open_an_empty_place_at_once(place: Place) -> None:
    """One of them makes the tables; none fails."""
    processes = await asyncio.gather(*(other(place, "open") for _ in range(6)))
    assert [await process.wait() for process in processes] == [0] * 6
