"""What is old is dropped with all that hangs on it, some at a time; what is not, stays."""

import asyncio
from datetime import datetime
from typing import Any

import pytest

from tegata.ca.model import PRUNED, Link, Look, Observation, Session
from tegata.ca.ports import Place, Store, Work
from tests.ca.store.records import (
    DAY,
    NOW,
    SECOND,
    authorization,
    certificate,
    customer,
    order,
    place_order,
    populate,
)

pytestmark = pytest.mark.anyio

OVER = NOW + 7 * DAY  # when orders and authorizations end
ENDED = NOW + 90 * DAY  # when certificates do


@pytest.fixture(autouse=True)
async def populated(store: Store) -> None:
    await populate(store)


def seen(at: datetime) -> Observation:
    """What one place has seen of the authorization's name."""
    return Observation(
        challenge_id="authorization-http",
        seen_at=at,
        look=Look.CAA,
        perspective="primary",
        region="",
        error=None,
        evidence=b"{}",
    )


async def issue(store: Store, name: str, serial: str) -> None:
    work = Work()
    store.orders.begin_processing(work, name, b"csr", NOW)
    store.certificates.intend(work, certificate(serial, name))
    store.certificates.issue(work, serial, b"chain", NOW)
    store.orders.complete(work, name, serial)
    await store.commit(work)


async def drop_authorizations(store: Store) -> int:
    return (await store.housekeeping.drop_authorizations(OVER + SECOND, 10)).dropped


async def test_orders_that_led_to_nothing(store: Store) -> None:
    """Once they are old; one with a certificate, or only the intent of one, stays as long as that."""
    for name in ("nothing", "issued", "intended", "young"):
        await place_order(store, name, expires_at=OVER + DAY if name == "young" else OVER)
    await issue(store, "issued", "a1")
    work = Work()
    store.orders.begin_processing(work, "intended", b"csr", NOW)
    store.certificates.intend(work, certificate("a2", "intended"))
    await store.commit(work)
    assert await store.housekeeping.drop_orders(OVER, 10) == 0
    assert await store.housekeeping.drop_orders(OVER + SECOND, 10) == 1
    assert await store.orders.get("nothing") is None
    for name in ("issued", "intended", "young"):
        assert await store.orders.get(name) is not None
    assert await drop_authorizations(store) == 2
    assert await store.authorizations.get("nothing-a") is None
    assert await store.authorizations.get("issued-a") is not None


async def test_an_authorization_goes_with_what_was_seen(store: Store) -> None:
    """Challenges and observations; not while any order has it."""
    work = Work()
    store.authorizations.insert(work, authorization())
    store.observations.insert(work, seen(NOW))
    store.orders.insert(work, order(authorization_ids=("authorization",)))
    await store.commit(work)
    assert await drop_authorizations(store) == 0
    assert await store.housekeeping.drop_orders(OVER + SECOND, 10) == 1
    assert await drop_authorizations(store) == 1
    assert await store.authorizations.of_challenge("authorization-http") is None
    assert await store.observations.of_challenge("authorization-http") == []


@pytest.mark.parametrize("most", range(1, 8))
async def test_authorizations_are_gone_through_in_parts(store: Store, most: int) -> None:
    """All that are no order's go, each part as great as was said, whatever ends at the same instant."""
    work = Work()
    for number in range(3):
        store.authorizations.insert(work, authorization(f"vain-{number}"))
    store.authorizations.insert(work, authorization("early", expires_at=OVER - SECOND))
    store.authorizations.insert(work, authorization("young", expires_at=OVER + SECOND))
    await store.commit(work)
    await place_order(store, "kept")
    last: Place | None = None
    parts: list[tuple[int, int]] = []
    while not parts or last is not None:
        dropped, kept, last = await store.housekeeping.drop_authorizations(OVER + SECOND, most, last)
        parts.append((dropped, kept))
    assert sum(dropped for dropped, _ in parts) == 4
    assert sum(kept for _, kept in parts) == 2
    assert max(dropped + kept for dropped, kept in parts) == min(most, 6)
    assert parts[-1] == (0, 0)
    for name in ("young", "kept-a", "kept-b"):
        assert await store.authorizations.get(name) is not None


async def test_what_was_seen_goes_in_parts(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """S-30: no unit drops more than a part, however often a name was looked at; PostgreSQL waits for none for long."""
    monkeypatch.setattr("tegata.ca.store.housekeeping.PART", 10)
    work = Work()
    store.authorizations.insert(work, authorization())
    for second in range(35):
        store.observations.insert(work, seen(NOW + second * SECOND))
    await store.commit(work)
    left: list[int] = []
    engine: Any = getattr(store.housekeeping, "_engine")  # noqa: B009 - no port has it
    commit = engine.commit

    async def counting(work: Work) -> Any:
        done = await commit(work)
        left.append(len(await store.observations.of_challenge("authorization-http")))
        return done

    monkeypatch.setattr(engine, "commit", counting)
    assert await drop_authorizations(store) == 1
    assert left == [25, 15, 5, 0, 0]


async def test_certificates_after_their_time(store: Store) -> None:
    """With the order; some at a time, the oldest first."""
    for number in range(5):
        await place_order(store, f"order-{number}")
        await issue(store, f"order-{number}", f"a{number}")
    assert await store.housekeeping.drop_certificates(ENDED, 10) == 0
    assert await store.housekeeping.drop_certificates(ENDED + SECOND, 3) == 3
    assert [one.serial for one in await store.certificates.issued_after("", 9)] == ["a3", "a4"]
    assert await store.housekeeping.drop_certificates(ENDED + SECOND, 3) == 2
    assert await store.housekeeping.drop_certificates(ENDED + SECOND, 3) == 0
    assert await store.housekeeping.drop_orders(OVER + SECOND, 10) == 5
    assert await drop_authorizations(store) == 10


async def test_sessions_that_ended(store: Store) -> None:
    """Only those."""
    work = Work()
    for digest, expires in ((b"old", NOW), (b"new", NOW + DAY)):
        session = Session(token_digest=digest, customer_id="customer", created_at=NOW - DAY, expires_at=expires)
        store.customers.open_session(work, session, customer().password_hash)
    await store.commit(work)
    assert await store.housekeeping.drop_sessions(NOW + SECOND, 10) == 1
    assert await store.customers.session(b"old") is None
    assert await store.customers.session(b"new") is not None


async def test_links_go_once(store: Store) -> None:
    """Of two nodes that drop the same, one does, and the log says so once."""
    work = Work()
    for number in range(1, 4):
        store.audit.note(work, "kind", str(number), {})
        store.audit.bind(work, number, 1)
        store.audit.add_link(work, Link(number=number, previous=b"", digest=b"", events=1))
    await store.commit(work)
    done = await asyncio.gather(*(store.housekeeping.drop_links(2, 2) for _ in range(2)), return_exceptions=True)
    assert sorted(map(str, done)) == ["2", "housekeeping.links"]
    assert [one.subject for one in await store.audit.of_kind(PRUNED)] == ["2"]
    assert [one.number for one in await store.audit.links_from(0, 9)] == [3]
    assert await store.audit.of_link(2) == []
