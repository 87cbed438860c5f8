"""How long certificates live, and the little that can be told of one without understanding all of it.

Reading a certificate whole takes longer to load than all else of a run that has nothing to do.
"""

import re
from binascii import Error, a2b_base64
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import NamedTuple

_FIRST = re.compile(rb"\A\s*-----BEGIN CERTIFICATE-----\s([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----")
# Identifiers of DER (X.690 §8.1.2) on the way to the validity.
_SEQUENCE, _VERSION, _INTEGER, _UTC_TIME, _GENERALIZED_TIME = 0x30, 0xA0, 0x02, 0x17, 0x18
_LENGTHS = {_UTC_TIME: 13, _GENERALIZED_TIME: 15}
_LONG_FORM, _MOST_LENGTH_OCTETS = 0x80, 3


class Life(NamedTuple):
    """Which certificate it is, and from when to when it is valid."""

    digest: str
    """SHA-256 of the certificate in hexadecimal digits."""
    not_before: datetime
    not_after: datetime


def glance(pem: bytes) -> Life | None:
    """The life of a PEM file's first certificate; None for anything out of the ordinary, which is to be read whole.

    Nothing is verified, and no more is understood than the way to the validity (RFC 5280 §4.1).
    """
    block = _FIRST.match(pem)
    if block is None:
        return None
    try:
        der = a2b_base64(block[1])
        walk = _Walk(der)
        walk.enter(_SEQUENCE)
        if walk.end != len(der):
            return None
        walk.enter(_SEQUENCE)
        walk.skip(_VERSION)
        walk.skip(_INTEGER)
        walk.skip(_SEQUENCE)
        walk.skip(_SEQUENCE)
        walk.enter(_SEQUENCE)
        not_before, not_after = walk.instant(), walk.instant()
    except (Error, ValueError, IndexError):
        return None
    return Life(sha256(der).hexdigest(), not_before, not_after)


def life(not_before: datetime, not_after: datetime) -> timedelta:
    """How long a certificate is valid; its last second counts (RFC 5280 §4.1.2.5)."""
    return not_after - not_before + timedelta(seconds=1)


def whole_days_left(not_after: datetime, now: datetime) -> int:
    """Whole days until the end, cut towards zero as lego counts them; negative once a day has passed since."""
    return int((not_after - now) / timedelta(days=1))


class _Walk:
    """A walk through DER from the front; raises ValueError or IndexError where it is not as expected."""

    def __init__(self, der: bytes) -> None:
        self._der = der
        self._at = 0
        self.end = len(der)
        """The end of what was entered last."""

    def enter(self, tag: int) -> None:
        """Go into the next value."""
        length = self._head(tag)
        self.end = self._at + length

    def skip(self, tag: int) -> None:
        """Go past the next value."""
        length = self._head(tag)
        self._at += length

    def instant(self) -> datetime:
        """Read the next value as a time in the one form that RFC 5280 §4.1.2.5 allows; both forms end in Z."""
        tag = self._der[self._at]
        length = self._head(tag)
        text = self._der[self._at : self._at + length].decode("ascii")
        self._at += length
        if length != _LENGTHS.get(tag) or not text[:-1].isdigit():
            raise ValueError(text)
        if tag == _UTC_TIME:  # its years are those from 1950 to 2049
            text = ("19" if text >= "5" else "20") + text
        month, day, hour, minute, second = (int(text[at : at + 2]) for at in range(4, 14, 2))
        return datetime(int(text[:4]), month, day, hour, minute, second, tzinfo=UTC)

    def _head(self, tag: int) -> int:
        """Take tag and length of the next value, which must lie within what was entered."""
        if self._der[self._at] != tag:
            raise ValueError(tag)
        length = self._der[self._at + 1]
        self._at += 2
        if length & _LONG_FORM:
            octets = length & ~_LONG_FORM
            if not 0 < octets <= _MOST_LENGTH_OCTETS:
                raise ValueError(octets)
            length = int.from_bytes(self._der[self._at : self._at + octets], "big")
            self._at += octets
        if self._at + length > self.end:
            raise ValueError(length)
        return length
