"""Keys whose private half is elsewhere: they sign as they were told to, and nothing else."""

import copy

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from tegata.ca.issuing.algorithms import IssuerPublicKey
from tegata.ca.issuing.elsewhere import stand_in
from tegata.pki import keys
from tegata.pki.key_types import KeyType


def test_the_abstract_methods_are_known():
    """A release of the library that asks a key for more is noticed here, not at the first order."""
    shared = {"__copy__", "__deepcopy__", "key_size", "private_bytes", "private_numbers", "public_key", "sign"}
    assert rsa.RSAPrivateKey.__abstractmethods__ == shared | {"decrypt"}
    assert ec.EllipticCurvePrivateKey.__abstractmethods__ == shared | {"curve", "exchange"}


@pytest.mark.parametrize("key_type", [KeyType.RSA2048, KeyType.EC256, KeyType.EC384])
def test_a_stand_in_gives_nothing_but_a_dummy(key_type):
    """It has the public key, and no private part to give away."""
    real = keys.generate(key_type).public_key()
    assert isinstance(real, IssuerPublicKey)
    key = stand_in(real)
    assert key.public_key() == real
    for refused in (copy.copy, copy.deepcopy, lambda k: k.private_numbers(), lambda k: k.key_size):
        with pytest.raises(NotImplementedError):
            refused(key)
