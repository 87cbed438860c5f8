"""Keys that sign nothing: they let the X.509 library lay out a certificate before the real key sees it (BR 4.3.1.2).

A stand-in has the issuing CA's public key and gives a dummy signature; everything else a key can do raises.
"""

from typing import NoReturn

from cryptography.hazmat.primitives.asymmetric import ec, rsa

from tegata.ca.issuing.algorithms import IssuerKey, IssuerPublicKey

_DUMMY = b"\x00"


def stand_in(public_key: IssuerPublicKey) -> IssuerKey:
    """A private key of the same type that signs nothing."""
    if isinstance(public_key, rsa.RSAPublicKey):
        return _StandInRsa(public_key)
    return _StandInEc(public_key)


def _refuse(*_: object, **__: object) -> NoReturn:
    raise NotImplementedError("a stand-in key only gives dummy signatures")


class _StandInRsa(rsa.RSAPrivateKey):
    def __init__(self, public_key: rsa.RSAPublicKey) -> None:
        self._public_key = public_key

    def public_key(self) -> rsa.RSAPublicKey:
        return self._public_key

    def sign(self, *_: object, **__: object) -> bytes:
        return _DUMMY

    key_size = property(_refuse)
    decrypt = private_numbers = private_bytes = __copy__ = __deepcopy__ = _refuse


class _StandInEc(ec.EllipticCurvePrivateKey):
    def __init__(self, public_key: ec.EllipticCurvePublicKey) -> None:
        self._public_key = public_key

    def public_key(self) -> ec.EllipticCurvePublicKey:
        return self._public_key

    def sign(self, *_: object, **__: object) -> bytes:
        return _DUMMY

    @property
    def curve(self) -> ec.EllipticCurve:
        return self._public_key.curve

    key_size = property(_refuse)
    exchange = private_numbers = private_bytes = __copy__ = __deepcopy__ = _refuse
