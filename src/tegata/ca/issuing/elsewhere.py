"""Keys whose private half is elsewhere, in the form in which the X.509 library takes keys: all they do is to sign.

A stand-in has an issuing CA's public key and signs nothing: it lets the library lay out a certificate before the real
key sees it (BR 4.3.1.2). Knows no token and no file.
"""

from collections.abc import Callable
from typing import NoReturn, TypeAlias

from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.padding import AsymmetricPadding
from cryptography.hazmat.primitives.hashes import HashAlgorithm

from tegata.ca.issuing.algorithms import IssuerKey, IssuerPublicKey

Data: TypeAlias = "bytes | bytearray | memoryview[int]"
Sign: TypeAlias = Callable[[bytes, HashAlgorithm], bytes]
"""A signature over the data, hashed by this: PKCS #1 v1.5, or ECDSA's two numbers in DER."""


def key_of(public_key: IssuerPublicKey, sign: Sign, reach: Callable[[], None] = lambda: None) -> IssuerKey:
    """The private key to this public one, which signs by ``sign``; everything else a key can do raises."""
    if isinstance(public_key, rsa.RSAPublicKey):
        return _Rsa(public_key, sign, reach)
    return _Ec(public_key, sign, reach)


def reach(key: IssuerKey) -> None:
    """Pass if a key could sign now, for which nothing is signed; raises what the place raises where it is."""
    if isinstance(key, _Rsa | _Ec):
        key.reach()


def stand_in(public_key: IssuerPublicKey) -> IssuerKey:
    """A private key of the same type that gives a dummy signature."""
    return key_of(public_key, lambda *_: b"\x00")


def _refuse(*_: object, **__: object) -> NoReturn:
    raise NotImplementedError("this key does nothing but sign")


class _Rsa(rsa.RSAPrivateKey):
    def __init__(self, public_key: rsa.RSAPublicKey, sign: Sign, reach: Callable[[], None]) -> None:
        self._public_key, self._sign, self.reach = public_key, sign, reach

    def public_key(self) -> rsa.RSAPublicKey:
        return self._public_key

    def sign(self, data: Data, padding: AsymmetricPadding, algorithm: object) -> bytes:
        if not isinstance(padding, _PKCS1v15) or not isinstance(algorithm, HashAlgorithm):
            raise NotImplementedError("a CA signs whole data, with PKCS #1 v1.5")
        return self._sign(bytes(data), algorithm)

    key_size = property(_refuse)
    decrypt = private_numbers = private_bytes = __copy__ = __deepcopy__ = _refuse


class _Ec(ec.EllipticCurvePrivateKey):
    def __init__(self, public_key: ec.EllipticCurvePublicKey, sign: Sign, reach: Callable[[], None]) -> None:
        self._public_key, self._sign, self.reach = public_key, sign, reach

    def public_key(self) -> ec.EllipticCurvePublicKey:
        return self._public_key

    def sign(self, data: Data, signature_algorithm: ec.EllipticCurveSignatureAlgorithm) -> bytes:
        if not isinstance(signature_algorithm.algorithm, HashAlgorithm):
            raise NotImplementedError("a CA signs whole data")
        return self._sign(bytes(data), signature_algorithm.algorithm)

    @property
    def curve(self) -> ec.EllipticCurve:
        return self._public_key.curve

    key_size = property(_refuse)
    exchange = private_numbers = private_bytes = __copy__ = __deepcopy__ = _refuse


_PKCS1v15 = padding.PKCS1v15
