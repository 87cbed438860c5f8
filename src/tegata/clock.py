"""Time: now, waiting, and the one text form of an instant (RFC 3339 in UTC).

Nothing else in Tegata asks the operating system for the time; pure code is handed instants.
"""

import re
import time
from datetime import UTC, datetime
from typing import Protocol

# RFC 3339 §5.6, which is less than the ISO 8601 that Python reads, and allows small letters.
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII | re.IGNORECASE)


class Clock(Protocol):
    """Where a program takes time from: the system's clock, or a test's."""

    def now(self) -> datetime:
        """The current instant, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds on a clock that never goes back, for deadlines and back-off."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait for this many seconds."""
        ...


class SystemClock:
    """The operating system's clock."""

    def now(self) -> datetime:
        """The current instant, aware, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds on a clock that never goes back."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait for this many seconds."""
        time.sleep(seconds)


def rfc3339(instant: datetime) -> str:
    """Write an aware instant as RFC 3339 in UTC, cut to the second: ``2026-11-24T02:31:00Z``."""
    return f"{instant.astimezone(UTC).isoformat()[:19]}Z"


def parse_rfc3339(text: str) -> datetime:
    """Read an RFC 3339 instant, with any offset and any number of fraction digits, into aware UTC.

    What is finer than a microsecond is cut off: ``has_fraction`` tells where that matters.
    Raises ValueError for anything else, a time without an offset included.
    """
    if not _RFC3339.fullmatch(text):
        raise ValueError(f"not an RFC 3339 instant: {text!r}")
    try:
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except OverflowError:
        raise ValueError(f"outside the calendar: {text!r}") from None


def has_fraction(text: str) -> bool:
    """Whether an instant that ``parse_rfc3339`` reads is between two seconds, by however little."""
    match = _RFC3339.fullmatch(text)
    return match is not None and bool((match[1] or "").strip(".0"))
