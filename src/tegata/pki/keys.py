"""Private and public keys: the key types a person can ask for, their generation and their PEM forms.

Knows no file, no protocol and no policy: which key a service accepts is decided elsewhere.
"""

import hashlib
from typing import TypeAlias

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from tegata.errors import TegataError
from tegata.pki.forms import KeyForm
from tegata.pki.key_types import KeyType

PrivateKey: TypeAlias = RSAPrivateKey | EllipticCurvePrivateKey | Ed25519PrivateKey
PublicKey: TypeAlias = RSAPublicKey | EllipticCurvePublicKey | Ed25519PublicKey

# The PEM of an RSA key of 8192 bits is 6 KiB long; anything far beyond that is no key.
PEM_LIMIT = 64 * 1024

_CURVE_LABELS = {"secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"}


class BadKey(TegataError):
    """Text that holds no usable private key; facts: ``reason``. Never carries the text itself."""

    code = "pki.key"


_FORMS = {
    KeyForm.TRADITIONAL: serialization.PrivateFormat.TraditionalOpenSSL,
    KeyForm.PKCS8: serialization.PrivateFormat.PKCS8,
}
_RSA_BITS = {KeyType.RSA2048: 2048, KeyType.RSA3072: 3072, KeyType.RSA4096: 4096, KeyType.RSA8192: 8192}
_RSA_TYPES = {bits: key_type for key_type, bits in _RSA_BITS.items()}
_EC_CURVES: dict[KeyType, ec.EllipticCurve] = {
    KeyType.EC256: ec.SECP256R1(),
    KeyType.EC384: ec.SECP384R1(),
    KeyType.EC521: ec.SECP521R1(),
}
_EC_TYPES = {curve.name: key_type for key_type, curve in _EC_CURVES.items()}


def generate(key_type: KeyType) -> PrivateKey:
    """Make a new key."""
    if key_type in _RSA_BITS:
        return rsa.generate_private_key(public_exponent=65537, key_size=_RSA_BITS[key_type])
    if key_type in _EC_CURVES:
        return ec.generate_private_key(_EC_CURVES[key_type])
    return Ed25519PrivateKey.generate()


def to_pem(key: PrivateKey, form: KeyForm) -> bytes:
    """Write a key as unencrypted PEM; Ed25519, which has no traditional form, always as PKCS#8."""
    if isinstance(key, Ed25519PrivateKey):
        form = KeyForm.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, _FORMS[form], serialization.NoEncryption())


def from_pem(pem: bytes) -> PrivateKey:
    """Read an unencrypted PKCS#1, SEC1 or PKCS#8 private key; raises BadKey."""
    if len(pem) > PEM_LIMIT:
        raise BadKey(reason="it is too long for a key")
    try:
        key = serialization.load_pem_private_key(pem, password=None)
    except TypeError:
        raise BadKey(reason="it is encrypted") from None
    except (ValueError, UnsupportedAlgorithm):
        raise BadKey(reason="it is not a PEM private key") from None
    if not isinstance(key, PrivateKey):
        raise BadKey(reason="it is neither an RSA, an EC nor an Ed25519 key")
    return key


def type_of(key: PublicKey) -> KeyType | None:
    """The key type of a public key; None for one of a size or curve that ``generate`` would not make."""
    if isinstance(key, RSAPublicKey):
        return _RSA_TYPES.get(key.key_size)
    if isinstance(key, EllipticCurvePublicKey):
        return _EC_TYPES.get(key.curve.name)
    return KeyType.ED25519


def describe(key: PublicKey) -> str:
    """A key in a person's words: ``RSA 2048``, ``EC P-256``, ``Ed25519``."""
    if isinstance(key, RSAPublicKey):
        return f"RSA {key.key_size}"
    if isinstance(key, EllipticCurvePublicKey):
        return f"EC {_CURVE_LABELS.get(key.curve.name, key.curve.name)}"
    return "Ed25519"


def spki(key: PublicKey) -> bytes:
    """The DER SubjectPublicKeyInfo (RFC 5280 §4.1)."""
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def spki_digest(key: PublicKey) -> bytes:
    """SHA-256 of the SubjectPublicKeyInfo: what a key is looked up by."""
    return hashlib.sha256(spki(key)).digest()
