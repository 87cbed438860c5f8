"""What several nodes on one database rely on: turns, spent nonces, one order to replace a certificate."""

import asyncio
import re
from datetime import timedelta
from pathlib import Path

import asyncpg
import msgspec
import pytest

import tegata.ca
from tegata.ca.ports import JOBS, Conflict, Store, Work
from tegata.ca.settings import Database
from tegata.ca.store.postgresql.bell import MOST_OCTETS
from tests.ca.store.conftest import Place
from tests.ca.store.records import NOW, SECOND, order, place_order, populate
from tests.peers.postgresql import PostgreSQL

pytestmark = pytest.mark.anyio


async def spend(store: Store, nonce: bytes, expires=NOW + SECOND) -> bool:
    work = Work()
    store.nonces.spend(work, nonce, expires)
    try:
        await store.commit(work)
    except Conflict:
        return False
    return True


async def test_a_nonce_is_spent_once_among_all(place: Place, store: Store) -> None:
    """A-17: whichever of many callers on two nodes is first, the others are told; until it may be forgotten."""
    other = place.open()
    outcomes = await asyncio.gather(*(spend(one, b"nonce") for one in (store, other) * 5))
    assert sorted(outcomes) == [False] * 9 + [True]
    assert await store.housekeeping.drop_nonces(NOW, 10) == 0
    assert not await spend(store, b"nonce")
    assert await store.housekeeping.drop_nonces(NOW + timedelta(minutes=1), 10) == 1
    assert await spend(other, b"nonce")
    await other.close()


async def test_spent_nonces_are_narrowed(place: Place, store: Store) -> None:
    """A-18: the last ones are kept, what ends before them is spent on every node; it never becomes less."""
    other = place.open()
    assert await store.housekeeping.narrow_nonces(0) is None
    for number in range(1, 6):
        assert await spend(store, b"nonce %d" % number, NOW + number * SECOND)
    assert await store.housekeeping.narrow_nonces(5) is None
    assert await store.housekeeping.narrow_nonces(2) == NOW + 3 * SECOND
    assert await store.housekeeping.narrow_nonces(4) is None, "it does not go back"
    assert await store.housekeeping.drop_nonces(NOW + 3 * SECOND, 10) == 2
    for number in range(1, 6):
        assert not await spend(other, b"nonce %d" % number, NOW + number * SECOND)
    assert not await spend(other, b"late", NOW + 3 * SECOND)
    assert await spend(other, b"next", NOW + 4 * SECOND)
    await other.close()


def test_turns_leave_a_connection_for_work() -> None:
    """Who holds one works over another connection: a node with as few as the settings allow never waits for itself."""
    texts = [path.read_text("utf-8") for path in Path(tegata.ca.__path__[0]).glob("services/*.py")]
    turns = {name for text in texts for name in re.findall(r"\.alone\((\w+)\)", text)}
    assert "HOUSEKEEPING" in turns
    msgspec.convert({"connections": len(turns) + 1}, Database)
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"connections": len(turns)}, Database)


async def test_one_holds_the_turn(store: Store) -> None:
    """Others of this process come one after the other, also when one fails in its turn; other names do not wait."""
    inside = 0

    async def take(number: int) -> None:
        nonlocal inside
        async with store.alone("name"):
            inside += 1
            assert inside == 1
            await asyncio.sleep(0.001)
            inside -= 1
            if number == 2:
                raise RuntimeError

    outcomes = await asyncio.gather(*(take(number) for number in range(10)), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes if outcome] == [RuntimeError]
    async with store.alone("name"), store.alone("other"):
        pass


async def test_one_order_at_a_time_replaces_a_certificate(place: Place, store: Store) -> None:
    """X-17: two nodes that have counted alike cannot both store theirs."""
    await populate(store)
    other = place.open()
    outcomes = await asyncio.gather(
        place_order(store, "first", replaces="cert", replacement=0),
        place_order(other, "second", replaces="cert", replacement=0),
        return_exceptions=True,
    )
    assert [outcome.statement for outcome in outcomes if isinstance(outcome, Conflict)] == ["orders.insert"]
    await place_order(other, "third", replaces="cert", replacement=1)
    await place_order(store, "fourth", replaces="other cert", replacement=0)
    last = await store.orders.last_replacing("cert")
    assert last is not None
    assert last.id == "third"
    stored = await store.orders.get("fourth")
    assert stored is not None
    assert stored.replacement == 0
    assert await other.orders.last_replacing("other cert") == stored
    assert stored == order("fourth", replaces="other cert", replacement=0, authorization_ids=("fourth-b", "fourth-a"))
    await other.close()


async def test_another_node_is_woken_by_what_it_waits_for(postgresql: PostgreSQL) -> None:
    """And by nothing else: a node that looked at the rows for each commit of all others would do little else."""
    place = Place(postgresql.database())
    await asyncio.to_thread(place.make)
    store, other = place.open(), place.open()
    await populate(store)
    await other.changed(1, JOBS)  # it has begun to listen then
    waiting = {about: asyncio.create_task(other.changed(300, about)) for about in (JOBS, "verdict", "last")}
    await asyncio.sleep(0)
    await place_order(store, "order")  # about nothing that anybody waits for
    await ring(store, "verdict", "something else")
    await asyncio.wait_for(waiting["verdict"], 60)
    await ring(store, *(f"challenge-{number}" for number in range(MOST_OCTETS // 10)))  # too many to be named
    await asyncio.wait_for(waiting["last"], 60)
    waiting = {about: asyncio.create_task(other.changed(300, about)) for about in (JOBS, "verdict")}
    await ring(store, "verdict")
    await store.close()  # tells what is not told yet
    await asyncio.wait_for(waiting["verdict"], 60)
    assert not waiting[JOBS].done()
    waiting[JOBS].cancel()
    await other.close()


@pytest.mark.parametrize(
    ("row", "used", "drop"),
    [
        ("limits VALUES ('x', 1)", "limits SET full_at = 9e18", "drop_limits"),
        ("failures VALUES ('account', 'x', 1, 1, NULL)", "failures SET full_at = 9e18", "drop_failures"),
    ],
)
async def test_what_is_used_at_that_moment_stays(postgresql: PostgreSQL, row: str, used: str, drop: str) -> None:
    """House-keeping found it old, and waited for who was just using it (S-30)."""
    place = Place(postgresql.database())
    await asyncio.to_thread(place.make)
    store = place.open()
    await populate(store)
    connection, looking = await asyncpg.connect(place.name), await asyncpg.connect(place.name)
    await connection.execute(f"INSERT INTO {row}")
    async with connection.transaction():
        await connection.execute(f"UPDATE {used}")
        dropping = asyncio.create_task(getattr(store.housekeeping, drop)(NOW, 10))
        waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        while not await looking.fetch(waiting):  # noqa: ASYNC110 - what is waited for sets no event
            await asyncio.sleep(0.01)
    assert await dropping == 0
    assert len(await looking.fetch(f"SELECT 1 FROM {row.partition(' ')[0]}")) == 1
    await connection.close()
    await looking.close()
    await store.close()


async def ring(store: Store, *subjects: str) -> None:
    """Commit something about these."""
    work = Work()
    work.subjects.update(subjects)
    await store.commit(work)
