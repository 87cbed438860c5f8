"""Password hashes: Argon2id, with parameters that cost something."""

import pytest
from argon2.profiles import CHEAPEST

from tegata.ca.services.passwords import Argon2Hasher

pytestmark = pytest.mark.anyio


async def test_hash_and_verify():
    """The right password only; two hashes of one password differ."""
    hasher = Argon2Hasher(CHEAPEST)
    hashed = await hasher.hash("correct horse")
    assert await hasher.verify(hashed, "correct horse")
    assert not await hasher.verify(hashed, "correct horse ")
    assert not await hasher.verify("no hash", "correct horse")
    assert await hasher.hash("correct horse") != hashed


async def test_the_parameters():
    """64 MiB, three passes: the second recommendation of RFC 9106 §4."""
    assert (await Argon2Hasher().hash("x")).startswith("$argon2id$v=19$m=65536,t=3,p=4$")
