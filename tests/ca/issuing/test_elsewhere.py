"""Keys whose private half is elsewhere: they sign as they were told to, and nothing else."""

import copy

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from tegata.ca.issuing import algorithms
from tegata.ca.issuing.algorithms import IssuerPublicKey
from tegata.ca.issuing.elsewhere import key_of, stand_in
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


@pytest.mark.parametrize("key_type", [KeyType.RSA2048, KeyType.EC256, KeyType.EC384])
def test_it_signs_as_it_was_told_to(key_type):
    """The whole data with its hash, as a key of its own kind; nothing that was hashed before, by no other padding."""
    public_key = keys.generate(key_type).public_key()
    assert isinstance(public_key, IssuerPublicKey)
    told: list[tuple[bytes, str]] = []

    def sign(data: bytes, algorithm: hashes.HashAlgorithm) -> bytes:
        told.append((data, algorithm.name))
        return b"signature"

    key = key_of(public_key, sign)
    assert isinstance(key, rsa.RSAPrivateKey) == isinstance(public_key, rsa.RSAPublicKey)
    assert isinstance(key, ec.EllipticCurvePrivateKey) == isinstance(public_key, ec.EllipticCurvePublicKey)
    assert algorithms.sign(key, b"data") == b"signature"
    name = algorithms.of(public_key).hash.name
    assert told == [(b"data", name)]
    hashed = Prehashed(hashes.SHA256())
    if isinstance(key, rsa.RSAPrivateKey):
        pss = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.MAX_LENGTH)
        for refused in ((padding.PKCS1v15(), hashed), (pss, hashes.SHA256())):
            with pytest.raises(NotImplementedError):
                key.sign(b"data", *refused)
    else:
        assert isinstance(public_key, ec.EllipticCurvePublicKey)
        assert key.curve == public_key.curve
        with pytest.raises(NotImplementedError):
            key.sign(b"data", ec.ECDSA(hashed))
    assert told == [(b"data", name)]
