"""Precertificates in the store, on both engines: each step once and in its turn, and gone with their certificates."""

import pytest

from tegata.ca.ports import Conflict, Store, Work
from tests.ca.store.records import DAY, NOW, SECOND, certificate, place_order, populate

pytestmark = pytest.mark.anyio

SERIAL = "a1"


@pytest.fixture(autouse=True)
async def intended(store: Store) -> None:
    """An order in processing, with the intent of a certificate; and another one, which has its precertificate."""
    await populate(store)
    work = Work()
    for name, serial, key in (("order", SERIAL, certificate().spki_digest), ("beside", "b2", b"another")):
        await place_order(store, name)
        store.orders.begin_processing(work, name, b"csr", NOW)
        store.certificates.intend(work, certificate(serial, name, spki_digest=key))
    store.certificates.issue(work, "b2", b"precertificate", NOW)
    store.precertificates.insert(work, "b2", b"der", NOW)
    await store.commit(work)


async def precertify(store: Store) -> None:
    work = Work()
    store.certificates.issue(work, SERIAL, b"precertificate", NOW)
    store.precertificates.insert(work, SERIAL, b"der", NOW)
    await store.commit(work)


async def step(store: Store, verb: str, *arguments: object, serial: str = SERIAL) -> bool:
    """Whether this write on precertificates went through."""
    work = Work()
    getattr(store.precertificates, verb)(work, serial, *arguments)
    try:
        await store.commit(work)
    except Conflict:
        return False
    return True


async def test_from_the_signature_to_the_certificate(store: Store) -> None:
    """B-82: no step before the one before it, and none twice."""
    assert await store.precertificates.get(SERIAL) is None
    assert not await step(store, "stamp", b"scts")
    await precertify(store)
    assert not await step(store, "insert", b"other", NOW)
    assert not await step(store, "finish", b"chain", NOW)
    assert await step(store, "stamp", b"scts")
    assert not await step(store, "stamp", b"others")
    beside = await store.precertificates.get("b2")
    assert beside is not None
    assert beside.scts is None
    assert await step(store, "stamp", b"scts of b2", serial="b2")
    assert await step(store, "finish", b"chain", NOW + SECOND)
    assert not await step(store, "finish", b"other chain", NOW)
    found, record = await store.precertificates.get(SERIAL), await store.certificates.get(SERIAL)
    assert found is not None
    assert record is not None
    assert (found.der, found.signed_at, found.scts, found.finished_at) == (b"der", NOW, b"scts", NOW + SECOND)
    assert (record.chain_pem, record.issued_at) == (b"chain", NOW)
    beside = await store.precertificates.get("b2")
    assert beside is not None
    assert (beside.scts, beside.finished_at) == (b"scts of b2", None)
    record = await store.certificates.get("b2")
    assert record is not None
    assert record.chain_pem == b"precertificate"


async def test_what_was_revoked_is_not_finished(store: Store) -> None:
    """B-82: neither is what was made for a key that others know."""
    await precertify(store)
    await step(store, "stamp", b"scts")
    work = Work()
    store.certificates.revoke(work, SERIAL, 1, NOW, "operator")
    await store.commit(work)
    assert not await step(store, "finish", b"chain", NOW)
    found = await store.precertificates.get(SERIAL)
    assert found is not None
    assert found.finished_at is None


async def test_a_key_that_was_blocked_meanwhile(store: Store) -> None:
    await precertify(store)
    await step(store, "stamp", b"scts")
    await step(store, "stamp", b"scts", serial="b2")
    work = Work()
    store.blocked_keys.block(work, certificate().spki_digest, NOW, "somebody")
    await store.commit(work)
    assert not await step(store, "finish", b"chain", NOW)
    assert await step(store, "finish", b"chain", NOW, serial="b2")


async def test_it_goes_with_its_certificate(store: Store) -> None:
    await precertify(store)
    assert await store.housekeeping.drop_certificates(NOW + 90 * DAY + SECOND, 10) == 2
    assert await store.precertificates.get(SERIAL) is None
