"""Nonces of several nodes: any of them judges what any of them issued, on the real store."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from tegata.acme import b64
from tegata.ca.api.shared_nonces import LIFE, SharedNonces
from tegata.ca.errors import BadNonce
from tegata.ca.store.sqlite import open_store

pytestmark = pytest.mark.anyio

KEY = b"k" * 32


class Clock:
    """Time that the test moves."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 24, 2, 31, 0, 999_999, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
async def nodes(tmp_path, anyio_backend):
    """Two nodes on one store, and their clock."""
    stores = [open_store(tmp_path / "tegata-ca.db") for _ in range(2)]
    clock = Clock()
    yield *(SharedNonces(store, KEY, clock) for store in stores), clock
    for store in stores:
        await store.close()


async def spent(node, nonce) -> bool:
    try:
        await node.spend(nonce)
    except BadNonce:
        return False
    return True


async def test_any_node_judges_any_nonce_once(nodes):
    """A-16, A-17: whoever issued it; of requests that arrive at once on both, one has it."""
    one, two, _ = nodes
    assert await spent(two, one.issue())
    nonce = two.issue()
    outcomes = await asyncio.gather(*(spent(node, nonce) for node in (one, two) * 4))
    assert sorted(outcomes) == [False] * 7 + [True]


async def test_a_nonce_is_long_enough_and_never_repeats(nodes):
    """A-18: 128 random bits before all else, no two alike."""
    one, _, _ = nodes
    issued = {one.issue() for _ in range(1000)}
    assert len({b64.decode(nonce)[:16] for nonce in issued}) == 1000


async def test_nobody_makes_a_nonce(nodes):
    """A-18: not from another one, octet by octet, not of another form, not under another key."""
    one, two, clock = nodes
    octets = b64.decode(one.issue())
    for position in range(len(octets)):
        changed = bytearray(octets)
        changed[position] ^= 1
        assert not await spent(two, b64.encode(bytes(changed)))
    for other in (b"", octets[:-1], octets + b"x", octets[1:]):
        assert not await spent(two, b64.encode(other))
    assert not await spent(two, "=" + one.issue())
    assert not await spent(two, SharedNonces(two._store, b"other" * 8, clock).issue())
    assert await spent(two, b64.encode(octets))


async def test_a_nonce_is_good_for_an_hour(nodes):
    """A spent one is remembered for as long as it would be taken."""
    one, two, clock = nodes
    in_time, late = one.issue(), one.issue()
    clock.now += LIFE - timedelta(seconds=1)
    assert await spent(two, in_time)
    clock.now += timedelta(seconds=1)
    assert not await spent(two, late)
