"""Sealed secrets open under their own name and key only."""

import pytest
from cryptography.exceptions import InvalidTag

from tegata.ca.services.seals import AesGcmSealer

SEALER = AesGcmSealer(bytes(range(32)))


def test_seal_and_open():
    """Twice sealed is twice different."""
    sealed = SEALER.seal("eab:a", b"secret")
    assert SEALER.open("eab:a", sealed) == b"secret"
    assert b"secret" not in sealed
    assert SEALER.seal("eab:a", b"secret") != sealed


@pytest.mark.parametrize(
    ("sealer", "name", "change"),
    [
        (SEALER, "eab:b", 0),
        (AesGcmSealer(bytes(32)), "eab:a", 0),
        (SEALER, "eab:a", 1),
    ],
)
def test_what_was_moved_or_changed_does_not_open(sealer, name, change):
    """Another row, another key, another bit."""
    sealed = bytearray(SEALER.seal("eab:a", b"secret"))
    sealed[-1] ^= change
    with pytest.raises(InvalidTag):
        sealer.open(name, bytes(sealed))


@pytest.mark.parametrize("size", [0, 16, 31, 33])
def test_a_key_has_256_bits(size):
    """No other is taken."""
    with pytest.raises(ValueError, match="32 octets"):
        AesGcmSealer(bytes(size))
