"""JSON in and out of typed values, with limits that hold before anything is parsed.

Knows JSON and ``msgspec``; the meaning of members belongs to ``messages``.
"""

import json
from typing import Any, TypeVar

import msgspec

from tegata.errors import TegataError

# Octets. An order for a hundred names is far below the first; the second holds any list a CA sends.
REQUEST_LIMIT = 50_000
RESPONSE_LIMIT = 1024 * 1024
DEPTH_LIMIT = 32

T = TypeVar("T")


class Malformed(TegataError):
    """A message that is not what its place asks for; facts: ``reason``."""

    code = "acme.malformed"


def encode(value: object) -> bytes:
    """Write a value as JSON in UTF-8."""
    return msgspec.json.encode(value)


def decode(data: bytes, type_: type[T], limit: int) -> T:
    """Read JSON of at most ``limit`` octets into a type; raises Malformed.

    Unknown members are ignored (RFC 8555 §7.3), and a member that is null counts as absent: foreign servers write both.
    """
    if len(data) > limit:
        raise Malformed(reason="it is too long")
    try:
        return msgspec.convert(without_nulls(msgspec.json.decode(data)), type_)
    except msgspec.ValidationError as error:
        raise Malformed(reason=str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Malformed(reason="it is not JSON") from None


def decode_signed(data: bytes, type_: type[T], limit: int) -> T:
    """Read what somebody signed: as ``decode``, but one object in which no member appears twice; raises Malformed."""
    if len(data) > limit:
        raise Malformed(reason="it is too long")
    try:
        return msgspec.convert(without_nulls(strict_object(data)), type_)
    except msgspec.ValidationError as error:
        raise Malformed(reason=str(error)) from None


def without_nulls(value: object, depth: int = 0) -> object:
    """The same JSON value without members that are null; raises Malformed beyond 32 levels."""
    if depth > DEPTH_LIMIT:
        raise Malformed(reason="it is nested too deeply")
    if isinstance(value, dict):
        return {name: without_nulls(member, depth + 1) for name, member in value.items() if member is not None}
    if isinstance(value, list):
        return [without_nulls(item, depth + 1) for item in value]
    return value


def strict_object(data: bytes) -> dict[str, Any]:
    """Read one JSON object in which no member appears twice, at any level; raises Malformed.

    Signed text is read this way, so that no two readers can see two meanings in it.
    """
    try:
        # msgspec is the stricter reader (UTF-8 only, whole surrogate pairs, no NaN), but keeps the last of two members.
        value = msgspec.json.decode(data)
        if not _is_plain(value, data):
            _WATCHFUL.decode(data.decode())
    except (ValueError, RecursionError):
        raise Malformed(reason="it is not JSON") from None
    if not isinstance(value, dict):
        raise Malformed(reason="it is not a JSON object")
    return value


def _is_plain(value: object, data: bytes) -> bool:
    """Whether the object has texts only, and no more quotation marks than those of its members: none is there twice.

    Most signed text is such, and counting takes a tenth of reading it once more.
    """
    return isinstance(value, dict) and data.count(b'"') == 4 * len(value) and set(map(type, value.values())) == _TEXT


def _refuse_duplicates(members: list[tuple[str, object]]) -> None:
    if len({name for name, _ in members}) != len(members):
        raise Malformed(reason="a member appears twice in a JSON object")


_TEXT = {str}
_WATCHFUL = json.JSONDecoder(object_pairs_hook=_refuse_duplicates)
