"""Which signature algorithm goes with an issuing key, and its exact bytes (BR 7.1.3.2; B-56); SHA-1 is not there."""

from typing import NamedTuple, TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

IssuerKey: TypeAlias = RSAPrivateKey | EllipticCurvePrivateKey
IssuerPublicKey: TypeAlias = RSAPublicKey | EllipticCurvePublicKey


class Algorithm(NamedTuple):
    """A hash, and the DER of the AlgorithmIdentifier of signatures made with it."""

    hash: hashes.SHA256 | hashes.SHA384
    identifier: bytes


_RSA_SHA256 = Algorithm(hashes.SHA256(), bytes.fromhex("300d06092a864886f70d01010b0500"))
# The hash belongs to the curve.
_ECDSA = {
    "secp256r1": Algorithm(hashes.SHA256(), bytes.fromhex("300a06082a8648ce3d040302")),
    "secp384r1": Algorithm(hashes.SHA384(), bytes.fromhex("300a06082a8648ce3d040303")),
}


def of(key: IssuerPublicKey) -> Algorithm:
    """The algorithm an issuer with this key signs with; another curve than P-256 and P-384 is a KeyError."""
    return _RSA_SHA256 if isinstance(key, RSAPublicKey) else _ECDSA[key.curve.name]


def is_known(key: IssuerPublicKey) -> bool:
    """Whether there is an algorithm for this key: any RSA, P-256 and P-384."""
    return isinstance(key, RSAPublicKey) or key.curve.name in _ECDSA


def sign(key: IssuerKey, data: bytes) -> bytes:
    """A signature over these bytes; the same bytes give the same signature (PKCS #1 v1.5, or RFC 6979)."""
    if isinstance(key, RSAPrivateKey):
        return key.sign(data, padding.PKCS1v15(), of(key.public_key()).hash)
    return key.sign(data, ec.ECDSA(of(key.public_key()).hash, deterministic_signing=True))


def verify(key: IssuerPublicKey, signature: bytes, data: bytes) -> None:
    """Pass a signature over these bytes as ``sign`` gives it; raises InvalidSignature."""
    if isinstance(key, RSAPublicKey):
        key.verify(signature, data, padding.PKCS1v15(), of(key).hash)
    else:
        key.verify(signature, data, ec.ECDSA(of(key).hash))


def public_key_of(certificate: x509.Certificate) -> IssuerPublicKey:
    """The key of a CA's certificate; a key of a type that issues nothing here is a TypeError."""
    key = certificate.public_key()
    if not isinstance(key, RSAPublicKey | EllipticCurvePublicKey):
        raise TypeError("a CA's key is RSA or EC")
    return key
