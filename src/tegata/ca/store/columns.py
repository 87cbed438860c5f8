"""How values are kept in columns: instants as integers, compound values as JSON.

Knows no table. Microseconds are exact for every ``datetime``, so a record reads back equal to what was written.
"""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import sha256

import msgspec

from tegata.acme.identifiers import Identifier
from tegata.ca.errors import Fault
from tegata.ca.model import Organization

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY_SECONDS, _SECOND_MICROS = 86_400, 1_000_000
_INSTANTS = 4096


def micros(at: datetime) -> int:
    """An aware instant as microseconds since the epoch."""
    since = at - _EPOCH
    return (since.days * _DAY_SECONDS + since.seconds) * _SECOND_MICROS + since.microseconds


def micros_or_none(at: datetime | None) -> int | None:
    """An instant, if there is one."""
    return None if at is None else micros(at)


@lru_cache(_INSTANTS)  # a record is read again and again while it is worked on
def instant(value: int) -> datetime:
    """Microseconds since the epoch as an aware instant in UTC."""
    seconds, micros = divmod(value, _SECOND_MICROS)
    return _EPOCH + timedelta(*divmod(seconds, _DAY_SECONDS), micros)


def instant_or_none(value: int | None) -> datetime | None:
    """An instant, if the column has one."""
    return None if value is None else instant(value)


def json(value: object) -> str:
    """A compound value as JSON text."""
    return msgspec.json.encode(value).decode()


def json_or_none(value: object | None) -> str | None:
    """A compound value, if there is one."""
    return None if value is None else json(value)


strings = msgspec.json.Decoder(tuple[str, ...]).decode
string_map = msgspec.json.Decoder(dict[str, str]).decode
identifiers = msgspec.json.Decoder(tuple[Identifier, ...]).decode
organization = msgspec.json.Decoder(Organization).decode
_fault = msgspec.json.Decoder(Fault).decode


def digest(octets: bytes) -> str:
    """What stands for octets in the audit log."""
    return sha256(octets).hexdigest()


def fault_or_none(text: str | None) -> Fault | None:
    """A stored fault, if the column has one."""
    return None if text is None else _fault(text)
