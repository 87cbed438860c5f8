"""Which algorithm an issuer signs with."""

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

from tegata.ca.issuing import algorithms
from tegata.ca.issuing.algorithms import IssuerKey
from tegata.pki import keys
from tegata.pki.key_types import KeyType
from tests.ca.issuing.conftest import NOW


@pytest.mark.parametrize(
    ("key_type", "hash_name", "identifier"),
    [
        (KeyType.RSA2048, "sha256", "300d06092a864886f70d01010b0500"),
        (KeyType.RSA4096, "sha256", "300d06092a864886f70d01010b0500"),
        (KeyType.EC256, "sha256", "300a06082a8648ce3d040302"),
        (KeyType.EC384, "sha384", "300a06082a8648ce3d040303"),
    ],
)
def test_hash_and_identifier(key_type, hash_name, identifier):
    """The hash belongs to the curve; the identifier is exact (B-56, X-67)."""
    key = keys.generate(key_type)
    assert isinstance(key, IssuerKey)
    algorithm = algorithms.of(key.public_key())
    assert (algorithm.hash.name, algorithm.identifier.hex()) == (hash_name, identifier)
    assert algorithms.is_known(key.public_key())
    signature = algorithms.sign(key, b"the same bytes")
    assert algorithms.sign(key, b"the same bytes") == signature
    public_key = key.public_key()
    if isinstance(public_key, rsa.RSAPublicKey):
        public_key.verify(signature, b"the same bytes", padding.PKCS1v15(), algorithm.hash)
    else:
        public_key.verify(signature, b"the same bytes", ec.ECDSA(algorithm.hash))


def test_other_keys_do_not_issue():
    """X-67, P-521 and Ed25519 have no algorithm here."""
    for curve in (ec.SECP521R1(), ec.SECP256K1()):
        other = ec.generate_private_key(curve).public_key()
        assert not algorithms.is_known(other)
        with pytest.raises(KeyError):
            algorithms.of(other)
    key = ed25519.Ed25519PrivateKey.generate()
    name = x509.Name([])
    certificate = x509.CertificateBuilder(name, name, key.public_key(), 1, NOW, NOW).sign(key, None)
    with pytest.raises(TypeError):
        algorithms.public_key_of(certificate)
