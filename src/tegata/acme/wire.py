"""HTTP requests and responses as values: the seam where I/O begins.

Reads the headers ACME gives meaning to (Retry-After, Link). Sends nothing.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

import msgspec

# A CA sends a handful; a stranger may send any number.
LINK_LIMIT = 50

_SECONDS = re.compile(r"[0-9]{1,9}")
_LINK = re.compile(r'<([^<>]*)>((?:\s*;\s*[^\s=;,"]+(?:\s*=\s*(?:"[^"]*"|[^\s;,"]*))?)*)')
_PARAMETER = re.compile(r';\s*([^\s=;,"]+)\s*=\s*(?:"([^"]*)"|([^\s;,"]*))')


class Headers:
    """Header fields: names in any case, a name any number of times, order kept."""

    def __init__(self, fields: dict[str, str] | Iterable[tuple[str, str]] = ()) -> None:
        pairs = fields.items() if isinstance(fields, dict) else fields
        self._fields = tuple([(name.lower(), value) for name, value in pairs])

    def get(self, name: str) -> str | None:
        """The first value of a field, or None."""
        wanted = name.lower()
        for field_name, value in self._fields:
            if field_name == wanted:
                return value
        return None

    def get_all(self, name: str) -> list[str]:
        """All values of a field."""
        wanted = name.lower()
        return [value for field_name, value in self._fields if field_name == wanted]

    def __contains__(self, name: str) -> bool:
        return self.get(name) is not None

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._fields)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Headers) and self._fields == other._fields

    def __hash__(self) -> int:
        return hash(self._fields)

    def __repr__(self) -> str:
        return f"Headers({self._fields!r})"


class Request(msgspec.Struct, frozen=True):
    """An HTTP request to be sent."""

    method: str
    url: str
    headers: Headers = msgspec.field(default_factory=Headers)
    body: bytes = b""


class Response(msgspec.Struct, frozen=True):
    """An HTTP response as it came."""

    status: int
    headers: Headers = msgspec.field(default_factory=Headers)
    body: bytes = b""


def retry_after(response: Response, now: datetime) -> float | None:
    """The seconds Retry-After asks to wait, from its number or its date (RFC 9110 §10.2.3); None without a usable one.

    A date in the past is 0. Floors and caps are the caller's.
    """
    text = (response.headers.get("Retry-After") or "").strip()
    if _SECONDS.fullmatch(text):
        return float(text)
    instant = _http_date(text)
    return None if instant is None else max((instant - now).total_seconds(), 0.0)


def date(response: Response) -> datetime | None:
    """When the server says it answered (RFC 9110 §6.6.1); None where it says nothing usable."""
    return _http_date((response.headers.get("Date") or "").strip())


def _http_date(text: str) -> datetime | None:
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 - it loads half of email, and dates are rare

    try:
        instant = parsedate_to_datetime(text)
    except (ValueError, OverflowError):  # the latter for years and zones with too many digits
        return None
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant


def links(response: Response) -> list[tuple[str, str]]:
    """The pairs of relation and URL of all Link headers (RFC 8288), relative URLs as they stand; at most 50."""
    found = [
        (rel.lower(), match[1])
        for value in response.headers.get_all("Link")
        for match in _LINK.finditer(value)
        for rel in _relations(match[2])
    ]
    return found[:LINK_LIMIT]


def _relations(parameters: str) -> list[str]:
    for match in _PARAMETER.finditer(parameters):
        if match[1].lower() == "rel":
            return (match[2] or match[3] or "").split()
    return []
