"""Customers and their sessions, on each engine."""

import asyncio
from contextlib import suppress
from datetime import timedelta

import pytest

from tegata.ca.model import Session
from tegata.ca.ports import Conflict, Store, Work
from tests.ca.store.records import DAY, NOW, SECOND, customer, populate

pytestmark = pytest.mark.anyio


def session(digest: bytes, customer_id: str = "customer") -> Session:
    return Session(token_digest=digest, customer_id=customer_id, created_at=NOW, expires_at=NOW + DAY)


async def open_session(store: Store, digest: bytes, password_hash: str, customer_id: str = "customer") -> None:
    work = Work()
    store.customers.open_session(work, session(digest, customer_id), password_hash)
    await store.commit(work)


async def set_password(store: Store, password_hash: str) -> None:
    work = Work()
    store.customers.set_password(work, "customer", password_hash)
    await store.commit(work)


async def test_sessions(store: Store) -> None:
    """Opened, closed (twice does no harm), and forgotten when a later one is opened after their end."""
    await populate(store)
    first = Session(token_digest=b"1", customer_id="customer", created_at=NOW, expires_at=NOW + timedelta(hours=1))
    second = Session(token_digest=b"2", customer_id="customer", created_at=NOW + SECOND, expires_at=NOW + DAY)
    late = Session(token_digest=b"3", customer_id="customer", created_at=NOW + timedelta(hours=1), expires_at=NOW + DAY)
    work = Work()
    store.customers.open_session(work, first, customer().password_hash)
    store.customers.open_session(work, second, customer().password_hash)
    await store.commit(work)
    assert await store.customers.session(b"1") == first
    assert await store.customers.session(b"2") == second
    work = Work()
    store.customers.open_session(work, late, customer().password_hash)
    await store.commit(work)
    assert await store.customers.session(b"1") is None
    assert await store.customers.session(b"2") == second
    for _ in range(2):
        work = Work()
        store.customers.close_session(work, b"2")
        await store.commit(work)
    assert await store.customers.session(b"2") is None
    assert await store.customers.session(b"3") == late


async def test_a_new_password(store: Store) -> None:
    """It closes the customer's sessions, and no other's; with the former one none is opened any more."""
    await populate(store)
    work = Work()
    store.customers.insert(work, customer(id="other", login="other@example.com"))
    await store.commit(work)
    former = customer().password_hash
    for digest, customer_id in ((b"1", "customer"), (b"2", "customer"), (b"3", "other")):
        await open_session(store, digest, former, customer_id)
    await set_password(store, "new")
    assert await store.customers.get("customer") == customer(password_hash="new")
    assert await store.customers.session(b"1") is None
    assert await store.customers.session(b"2") is None
    assert await store.customers.session(b"3") == session(b"3", "other")
    with pytest.raises(Conflict):
        await open_session(store, b"4", former)
    await open_session(store, b"5", "new")
    assert await store.customers.session(b"5") == session(b"5")
    work = Work()
    store.customers.set_password(work, "nobody", "new")
    with pytest.raises(Conflict):
        await store.commit(work)


async def test_a_login_at_the_same_moment(store: Store) -> None:
    """Whoever is first: with the former password nobody is logged in afterwards."""
    await populate(store)

    async def log_in(digest: bytes, password_hash: str) -> None:
        with suppress(Conflict):
            await open_session(store, digest, password_hash)

    former = customer().password_hash
    for turn in range(10):
        digests = [bytes([turn, number]) for number in range(4)]
        logins = [log_in(digest, former) for digest in digests]
        await asyncio.gather(*logins[:2], set_password(store, str(turn)), *logins[2:])
        assert [await store.customers.session(digest) for digest in digests] == [None] * 4
        former = str(turn)
