"""JOSE's signature algorithms (RFC 7518 §3, RFC 8037), as bytes over bytes: each bound to one kind of key.

The mathematics is ``cryptography``'s; here are the algorithms' names, their hashes, and the fixed form of elliptic
signatures. Knows no JWS: which algorithm a request may name is judged in ``jws``.
"""

import hashlib
import hmac

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from tegata.pki.keys import PrivateKey, PublicKey

# RFC 8555 §6.2 with RFC 7518 §3.1: a fixed list, each algorithm bound to one kind of key.
CURVES = {"secp256r1": "ES256", "secp384r1": "ES384", "secp521r1": "ES512"}
RSA, EDWARDS = "RS256", "EdDSA"
MACS = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}

_ELLIPTIC = {
    "secp256r1": ec.ECDSA(hashes.SHA256()),
    "secp384r1": ec.ECDSA(hashes.SHA384()),
    "secp521r1": ec.ECDSA(hashes.SHA512()),
}
_OCTETS = {"secp256r1": 32, "secp384r1": 48, "secp521r1": 66}
"""How long R and S are, each."""
_PADDING, _SHA256 = padding.PKCS1v15(), hashes.SHA256()


def algorithm_of(key: PublicKey) -> str | None:
    """The one algorithm a key signs with, or None for a curve that JOSE has none for."""
    if isinstance(key, EllipticCurvePublicKey):
        return CURVES.get(key.curve.name)
    return RSA if isinstance(key, RSAPublicKey) else EDWARDS


def sign(key: PrivateKey, data: bytes) -> bytes:
    """The signature by the key's one algorithm; an elliptic key's curve is one of ``CURVES``."""
    if isinstance(key, EllipticCurvePrivateKey):
        r, s = decode_dss_signature(key.sign(data, _ELLIPTIC[key.curve.name]))
        octets = _OCTETS[key.curve.name]
        return r.to_bytes(octets, "big") + s.to_bytes(octets, "big")
    if isinstance(key, RSAPrivateKey):
        return key.sign(data, _PADDING, _SHA256)
    return key.sign(data)


def fits(key: PublicKey, data: bytes, signature: bytes) -> bool:
    """Whether the signature is by this key over these bytes, by the key's one algorithm.

    An elliptic signature is R and S side by side in fixed length (RFC 7518 §3.4, A-10), and nothing else.
    """
    try:
        if isinstance(key, EllipticCurvePublicKey):
            curve = key.curve.name
            octets = _OCTETS[curve]
            if len(signature) != 2 * octets:
                return False
            r, s = int.from_bytes(signature[:octets], "big"), int.from_bytes(signature[octets:], "big")
            key.verify(encode_dss_signature(r, s), data, _ELLIPTIC[curve])
        elif isinstance(key, RSAPublicKey):
            key.verify(signature, data, _PADDING, _SHA256)
        else:
            key.verify(signature, data)
    except InvalidSignature:
        return False
    return True


def mac(algorithm: str, secret: bytes, data: bytes) -> bytes:
    """The MAC by one of ``MACS``."""
    return hmac.digest(secret, data, MACS[algorithm])


def mac_fits(algorithm: str, secret: bytes, data: bytes, found: bytes) -> bool:
    """Whether the MAC is by this secret over these bytes, found out in constant time."""
    return hmac.compare_digest(mac(algorithm, secret, data), found)
