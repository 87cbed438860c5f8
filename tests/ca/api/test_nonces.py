"""Nonces: unpredictable, spent once in any order, and bounded in memory."""

import pytest

from tegata.acme import b64
from tegata.ca.api.nonces import ProcessNonces
from tegata.ca.errors import BadNonce

pytestmark = pytest.mark.anyio


async def test_a_nonce_is_long_enough_and_never_repeats():
    """A-18: base64url of more than 128 bits, no two alike."""
    nonces = ProcessNonces()
    issued = {nonces.issue() for _ in range(1000)}
    assert len(issued) == 1000
    assert all(len(b64.decode(nonce)) >= 16 for nonce in issued)


async def test_nonces_are_spent_once_and_in_any_order():
    """A-17: the newest first, each only once."""
    nonces = ProcessNonces()
    issued = [nonces.issue() for _ in range(5)]
    for nonce in reversed(issued):
        await nonces.spend(nonce)
    for nonce in issued:
        with pytest.raises(BadNonce):
            await nonces.spend(nonce)


@pytest.mark.parametrize("change", [lambda n: n[:-1], lambda n: n + "AAAA", lambda n: n[:0], lambda n: "=" + n])
async def test_a_nonce_of_another_form_is_bad(change):
    """Nothing but the exact text is taken."""
    nonces = ProcessNonces()
    with pytest.raises(BadNonce):
        await nonces.spend(change(nonces.issue()))


async def test_a_changed_nonce_is_bad():
    """A-18: nobody makes a nonce from another; each octet is sealed."""
    nonces = ProcessNonces()
    octets = b64.decode(nonces.issue())
    for position in range(len(octets)):
        changed = bytearray(octets)
        changed[position] ^= 1
        with pytest.raises(BadNonce):
            await nonces.spend(b64.encode(bytes(changed)))


async def test_a_nonce_of_another_process_is_bad():
    """Each process has its own key."""
    with pytest.raises(BadNonce):
        await ProcessNonces().spend(ProcessNonces().issue())


async def test_the_window_of_spent_nonces_is_bounded():
    """A-18: what falls out of the window stays spent, what is newer is still good, and memory does not grow (S-30)."""
    nonces = ProcessNonces(window=3)
    issued = [nonces.issue() for _ in range(8)]
    never_spent, spent, newest = issued[0], issued[1:6], issued[6:]
    for nonce in spent:
        await nonces.spend(nonce)
    for nonce in [never_spent, *spent]:
        with pytest.raises(BadNonce):
            await nonces.spend(nonce)
    for nonce in newest:
        await nonces.spend(nonce)
    assert len(nonces._spent) == len(nonces._oldest_first) == 3
