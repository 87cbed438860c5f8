"""What is kept of rows that every request asks for: never older than the last commit, whoever made it."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from tegata.ca.ports import Bound, Statement, Store, Work
from tegata.ca.store import sql
from tegata.ca.store.db import ASKED_AGAIN
from tegata.ca.store.known import Known
from tegata.ca.store.sqlite import open_store
from tests.ca.store.conftest import Place
from tests.ca.store.records import NOW, place_order, populate

pytestmark = pytest.mark.anyio


async def contacts(store: Store) -> tuple[str, ...]:
    """The account's contacts, as a request reads them."""
    return (await bound(store)).account.contacts


async def change(store: Store, number: int) -> tuple[str, ...]:
    """Change the account's contacts to some that are not there yet, and return them."""
    work, wanted = Work(), (f"mailto:n{number}@example.com",)
    store.accounts.update_contacts(work, "account", wanted)
    await store.commit(work)
    return wanted


async def test_own_changes_are_read_at_once(store: Store) -> None:
    await populate(store)
    for number in range(5):
        await contacts(store)
        wanted = await change(store, number)
        assert await contacts(store) == wanted
        alone = await store.accounts.get("account")
        assert alone is not None
        assert alone.contacts == wanted


async def test_changes_of_contract_and_credential_count_too(store: Store) -> None:
    """They are read with the account."""
    await populate(store)
    assert (await bound(store)).contract.suspended_at is None
    work = Work()
    store.contracts.suspend(work, "contract", NOW)
    await store.commit(work)
    assert (await bound(store)).contract.suspended_at == NOW
    work = Work()
    store.credentials.disable(work, "kid", NOW)
    await store.commit(work)
    assert (await bound(store)).credential.disabled_at == NOW


async def bound(store: Store) -> Bound:
    found = await store.accounts.bound("account")
    assert found is not None
    return found


async def test_others_changes_are_read_at_once(place: Place, store: Store) -> None:
    """While nothing else goes on, and in the middle of own writes."""
    await populate(store)
    other = place.open()
    for number in range(5):
        await contacts(store)
        assert await change(other, number) == await contacts(store)

    async def write() -> None:
        for number in range(1000):
            await asyncio.gather(*(place_order(store, f"{number}-{each}") for each in range(3)))

    writing = asyncio.create_task(write())
    for number in range(5, 30):
        await contacts(store)
        assert await change(other, number) == await contacts(store)
    writing.cancel()
    await asyncio.gather(writing, return_exceptions=True)
    await other.close()


async def test_who_does_not_wait_for_a_change_leaves_nothing_old(store: Store) -> None:
    """A unit whose sender went away may be done all the same; the next write comes after it."""
    await populate(store)
    for number in range(10):
        changing = asyncio.create_task(change(store, number))
        await asyncio.sleep(0)
        await contacts(store)
        changing.cancel()
        await asyncio.gather(changing, return_exceptions=True)
        await contacts(store)
        await place_order(store, f"order-{number}")
    fresh = await contacts(store)
    assert await change(store, 10) == await contacts(store) != fresh


async def test_nothing_is_taken_from_memory_while_another_writes(tmp_path: Path) -> None:
    """What that one is about to commit nobody can know."""
    path = tmp_path / "tegata-ca.db"
    store = open_store(path)
    await populate(store)
    before = await contacts(store)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    waiting = asyncio.create_task(place_order(store, "order"))
    await asyncio.sleep(0.05)
    other.execute("UPDATE accounts SET contacts = '[\"mailto:new@example.com\"]'")
    assert await contacts(store) == before
    other.execute("COMMIT")
    assert await contacts(store) == ("mailto:new@example.com",)
    await waiting
    other.close()
    await store.close()


def test_it_is_known_which_statements_write_what_is_kept() -> None:
    """Read from their texts: a new statement cannot be forgotten here."""
    known = Known(ASKED_AGAIN, sql.statements())
    found = {
        "accounts.bind",
        "accounts.change_key",
        "accounts.deactivate",
        "contracts.renew",
        "credentials.use",
        "credentials.disable",
    }
    assert found < known._writers
    assert not {"accounts.bound", "orders.insert", "authorizations.accept_challenge"} & known._writers


def test_no_more_is_kept_than_there_is_room_for() -> None:
    known = Known(["x"], {"x": "SELECT 1 FROM t", "w": "UPDATE t SET a = 1"}, most=2)
    for number in range(3):
        known.keep("x", {"id": number}, [(number,)])
    assert [known.get("x", {"id": number}) for number in range(3)] == [None, [(1,)], [(2,)]]
    known.note([Statement("w", {}, None)])
    assert known.get("x", {"id": 2}) is None
