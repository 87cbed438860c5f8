"""Rate limits as rows, on both engines: the guards let through what has room, and nothing twice."""

import asyncio
from datetime import timedelta

import pytest

from tegata.ca.model import Limit
from tegata.ca.ports import Conflict, Store, Work
from tests.ca.store.records import DAY, NOW, SECOND, account, contract, populate

pytestmark = pytest.mark.anyio
HOUR = timedelta(hours=1)
LIMIT = Limit(2, HOUR)
FAILURES = Limit(3, HOUR)
ANY = Limit(1, HOUR)
"""By which a name is held from its first failure on."""


async def spend(store: Store, *names: str, now=NOW, account="account", subject="order") -> None:
    work = Work()
    store.limits.spend_unless_held(work, subject, LIMIT, now, account_id=account, names=names, failures=FAILURES)
    await store.commit(work)


async def spend_whatever_is_held(store: Store, now=NOW) -> None:
    work = Work()
    store.limits.spend(work, "order", LIMIT, now)
    await store.commit(work)


async def held(store: Store, account: str) -> list[str]:
    return [each.name for each in await store.limits.held(account, ANY, NOW)]


async def fail(store: Store, name: str, now=NOW, pause_after=100, account="account") -> None:
    work = Work()
    store.limits.failed(work, account, name, FAILURES, now, pause_after=pause_after)
    await store.commit(work)


@pytest.mark.parametrize("spend", [spend, spend_whatever_is_held])
async def test_a_bucket_of_two(store: Store, spend) -> None:
    """Two at once, then one after each half of the span; a bucket that stood long holds two again, not more."""
    await populate(store)
    assert await store.limits.full_at("order") is None
    await spend(store)
    await spend(store)
    with pytest.raises(Conflict, match=r"^limits\.spend(_unless_held)?$"):
        await spend(store)
    assert await store.limits.full_at("order") == NOW + HOUR
    assert await store.limits.full_at("else") is None
    await spend(store, now=NOW + HOUR / 2)
    with pytest.raises(Conflict):
        await spend(store, now=NOW + HOUR / 2)
    for _ in range(2):
        await spend(store, now=NOW + DAY)
    with pytest.raises(Conflict):
        await spend(store, now=NOW + DAY)


@pytest.mark.parametrize("spend", [spend, spend_whatever_is_held])
async def test_a_bucket_that_was_filled_under_another_limit(store: Store, spend) -> None:
    """Or by a clock that was days ahead: it counts as full, and is empty after two; clocks an hour apart are usual."""
    await populate(store)
    await spend(store, now=NOW + 30 * DAY)
    for _ in range(2):
        await spend(store)
    with pytest.raises(Conflict):
        await spend(store)
    assert await store.limits.full_at("order") == NOW + HOUR
    with pytest.raises(Conflict):
        await spend(store, now=NOW - HOUR)


async def test_of_many_at_once_two_pass(store: Store) -> None:
    await populate(store)
    done = await asyncio.gather(*(spend(store) for _ in range(20)), return_exceptions=True)
    assert [type(each) for each in done if each is not None] == [Conflict] * 18


async def test_names_are_held_back_whole(store: Store) -> None:
    """A name is held by itself: not by what contains it, nor for another account; a paused one whenever."""
    await populate(store)
    for _ in range(3):
        await fail(store, "www.example.com")
    with pytest.raises(Conflict):
        await spend(store, "a.example.com", "www.example.com")
    await spend(store, "example.com", "xwww.example.com", "www.example.com.example")
    await spend(store, "www.example.com", account="other")
    with pytest.raises(Conflict):
        await spend(store, "www.example.com", now=NOW + HOUR / 3 - SECOND, subject="later")
    await spend(store, "www.example.com", now=NOW + HOUR / 3, subject="later")
    await fail(store, "www.example.com", now=NOW + HOUR, pause_after=4)
    [failures] = await store.limits.paused("contract")
    assert (failures.in_a_row, failures.paused_at) == (4, NOW + HOUR)
    with pytest.raises(Conflict):
        await spend(store, "www.example.com", now=NOW + 100 * DAY)


async def test_failures_under_another_limit(store: Store) -> None:
    """Or by a clock that was days ahead: they hold nothing; and of many at once a span's are waited for."""
    await populate(store)
    for _ in range(3):
        await fail(store, "www.example.com", now=NOW + 30 * DAY)
    assert await held(store, "account") == []
    await spend(store, "www.example.com")
    await fail(store, "www.example.com", pause_after=4)  # by the clock that was right
    [paused] = await store.limits.held("account", ANY, NOW)
    assert (paused.full_at, paused.paused_at) == (NOW + HOUR / 3, NOW)
    for _ in range(5):
        await fail(store, "often.example.com")
    [often] = [each for each in await store.limits.held("account", FAILURES, NOW) if each.paused_at is None]
    assert (often.name, often.full_at, often.in_a_row) == ("often.example.com", NOW + HOUR, 5)
    await fail(store, "www.example.com", now=NOW + 30 * DAY)
    [_, paused] = await store.limits.held("account", FAILURES, NOW)  # a pause holds, whichever clock
    assert paused.name == "www.example.com"


async def test_what_counts_for_a_while_only(store: Store) -> None:
    """It holds a name back as any failure does, and pauses none, whatever stands in a row before and behind it."""
    await populate(store)
    await fail(store, "www.example.com", pause_after=None)
    await fail(store, "www.example.com", pause_after=2)
    await fail(store, "www.example.com", pause_after=None)
    [failures] = await store.limits.held("account", FAILURES, NOW)
    assert (failures.in_a_row, failures.paused_at, failures.full_at) == (1, None, NOW + HOUR)
    await fail(store, "www.example.com", pause_after=2)
    [failures] = await store.limits.paused("contract")
    assert failures.in_a_row == 2


async def test_what_is_held_back_is_found_without_the_rest(store: Store) -> None:
    """Those that failed too often and those that are paused, each once; what failed once is not read."""
    await populate(store)
    for number in range(50):
        await fail(store, f"once-{number}.example.com")
    for _ in range(3):
        await fail(store, "often.example.com")
        await fail(store, "both.example.com", pause_after=3)
    await fail(store, "long-ago.example.com", now=NOW - DAY, pause_after=1)
    held = await store.limits.held("account", FAILURES, NOW)
    assert [each.name for each in held] == ["both.example.com", "long-ago.example.com", "often.example.com"]
    assert await store.limits.held("other", FAILURES, NOW) == []
    for _ in range(2):
        await spend(store, "once-1.example.com", "once-2.example.com")


async def test_passing_forgets_what_is_not_paused(store: Store) -> None:
    """Of that account and name; others' failures stay, and what is not paused is not resumed."""
    await populate(store)
    work = Work()
    store.contracts.insert(work, contract(id="foreign"))
    store.accounts.insert(work, account(id="neighbour", thumbprint="neighbour", contract_id="foreign"))
    await store.commit(work)
    await fail(store, "a.example.com")
    await fail(store, "b.example.com", pause_after=1)
    await fail(store, "e.example.com")
    await fail(store, "f.example.com", pause_after=1)
    await fail(store, "a.example.com", account="neighbour")
    await fail(store, "b.example.com", pause_after=1, account="neighbour")
    await fail(store, "d.example.com", pause_after=1, account="neighbour")
    for name in ("a.example.com", "b.example.com", "c.example.com"):
        work = Work()
        store.limits.passed(work, "account", name)
        await store.commit(work)
    assert await held(store, "account") == ["b.example.com", "e.example.com", "f.example.com"]
    work = Work()
    store.limits.resume(work, "account", "b.example.com")
    await store.commit(work)
    with pytest.raises(Conflict):
        await store.commit(work)
    work = Work()
    store.limits.resume(work, "account", "e.example.com")
    with pytest.raises(Conflict):
        await store.commit(work)
    assert await held(store, "account") == ["e.example.com", "f.example.com"]
    assert [each.name for each in await store.limits.paused("contract")] == ["f.example.com"]
    assert [each.name for each in await store.limits.paused("foreign")] == ["b.example.com", "d.example.com"]
    assert [each.name for each in await store.limits.paused("foreign", 1)] == ["b.example.com"]
    assert await held(store, "neighbour") == ["a.example.com", "b.example.com", "d.example.com"]
