"""JSON Web Keys of accounts (RFC 7517, RFC 7518 §6, RFC 8037) and their thumbprints (RFC 7638).

A JWK comes from outside and is checked before it becomes a key. Signing with keys stands in ``jws``.
"""

import hashlib
from collections.abc import Mapping
from typing import TypeAlias

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from tegata.acme import b64, codec
from tegata.errors import TegataError
from tegata.pki.keys import PublicKey

JWK: TypeAlias = dict[str, str]

RSA_MINIMUM_BITS = 2048
RSA_MAXIMUM_BITS = 8192

# RFC 7638 §3.2: the members a thumbprint is made of, in lexicographic order.
_REQUIRED = {"EC": ("crv", "kty", "x", "y"), "OKP": ("crv", "kty", "x"), "RSA": ("e", "kty", "n")}
_CURVES: dict[str, ec.EllipticCurve] = {"P-256": ec.SECP256R1(), "P-384": ec.SECP384R1(), "P-521": ec.SECP521R1()}
_CURVE_LABELS = {curve.name: label for label, curve in _CURVES.items()}
_ED25519_OCTETS = 32
# RFC 7518 §6.2.2, §6.3.2: what private keys have and public ones have not; a prime gives an RSA key away as well as d.
_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth"})


class BadPublicKey(TegataError):
    """A key that cannot be an account's key; facts: ``reason``."""

    code = "acme.jwk"


def from_public(key: PublicKey) -> JWK:
    """The JWK of a public key, with required members only; raises BadPublicKey for a curve JOSE has no name for."""
    if isinstance(key, RSAPublicKey):
        numbers = key.public_numbers()
        return {"e": _encode(numbers.e), "kty": "RSA", "n": _encode(numbers.n)}
    if isinstance(key, EllipticCurvePublicKey):
        if key.curve.name not in _CURVE_LABELS:
            raise BadPublicKey(reason="its curve is not supported")
        point, size = key.public_numbers(), _octets(key.curve)
        label = _CURVE_LABELS[key.curve.name]
        return {"crv": label, "kty": "EC", "x": _encode(point.x, size), "y": _encode(point.y, size)}
    return {"crv": "Ed25519", "kty": "OKP", "x": b64.encode(key.public_bytes_raw())}


def to_public(jwk: Mapping[str, object]) -> PublicKey:
    """Check a JWK and make it a key; raises BadPublicKey.

    Coordinates have their curve's fixed length and the point is on the curve (A-10); an RSA modulus has 2048 to 8192
    bits.
    """
    if not _PRIVATE.isdisjoint(jwk):
        raise BadPublicKey(reason="it holds a private key, which is to be considered known from now on")
    members = _required(jwk)
    try:
        if members["kty"] == "RSA":
            return _rsa(members)
        if members["kty"] == "EC":
            return _elliptic(members)
        return _edwards(members)
    except b64.BadBase64:
        raise BadPublicKey(reason="a number in it is not base64url") from None


def canonical(jwk: Mapping[str, object]) -> bytes:
    """The one spelling of a JWK (RFC 7638 §3.3); raises BadPublicKey where a required member is missing."""
    return codec.encode(_required(jwk))


def thumbprint(jwk: Mapping[str, object]) -> str:
    """The SHA-256 thumbprint of RFC 7638 as base64url; raises BadPublicKey where a required member is missing."""
    return b64.encode(hashlib.sha256(canonical(jwk)).digest())


def _required(jwk: Mapping[str, object]) -> JWK:
    kty = jwk.get("kty")
    if not isinstance(kty, str) or kty not in _REQUIRED:
        raise BadPublicKey(reason="its kty is neither RSA, EC nor OKP")
    members = {name: value for name in _REQUIRED[kty] if isinstance(value := jwk.get(name), str)}
    if len(members) != len(_REQUIRED[kty]):
        raise BadPublicKey(reason="a required member is missing or is no text")
    return members


def _rsa(members: JWK) -> RSAPublicKey:
    modulus, exponent = b64.decode(members["n"]), b64.decode(members["e"])
    if modulus[:1] in (b"", b"\0") or exponent[:1] in (b"", b"\0"):
        raise BadPublicKey(reason="an RSA number in it is not in its shortest form")
    n, e = int.from_bytes(modulus, "big"), int.from_bytes(exponent, "big")
    if not RSA_MINIMUM_BITS <= n.bit_length() <= RSA_MAXIMUM_BITS:
        raise BadPublicKey(reason="an RSA key must have between 2048 and 8192 bits")
    if n % 2 == 0 or e % 2 == 0 or not 3 <= e < 2**32:
        raise BadPublicKey(reason="its RSA modulus or exponent is not usable")
    return rsa.RSAPublicNumbers(e, n).public_key()


def _elliptic(members: JWK) -> EllipticCurvePublicKey:
    curve = _CURVES.get(members["crv"])
    if curve is None:
        raise BadPublicKey(reason="its curve is not supported")
    x, y = b64.decode(members["x"]), b64.decode(members["y"])
    if not len(x) == len(y) == _octets(curve):
        raise BadPublicKey(reason="a coordinate has not the length of its curve")
    numbers = ec.EllipticCurvePublicNumbers(int.from_bytes(x, "big"), int.from_bytes(y, "big"), curve)
    try:
        return numbers.public_key()
    except ValueError:
        raise BadPublicKey(reason="its point is not on its curve") from None


def _edwards(members: JWK) -> Ed25519PublicKey:
    x = b64.decode(members["x"])
    if members["crv"] != "Ed25519" or len(x) != _ED25519_OCTETS:
        raise BadPublicKey(reason="its curve is not supported")
    return Ed25519PublicKey.from_public_bytes(x)


def _octets(curve: ec.EllipticCurve) -> int:
    return (curve.key_size + 7) // 8


def _encode(number: int, size: int | None = None) -> str:
    return b64.encode(number.to_bytes(size or (number.bit_length() + 7) // 8, "big"))
