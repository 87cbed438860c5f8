"""How many logs a certificate is to be in, and which logs can take it (B-83, B-84): by date, in one table.

Pure: the list of logs, the instant and what the logs said so far are arguments.
"""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

LIST_LIFE = timedelta(days=70)
"""How old a list of logs may be: Chrome enforces its own no longer either."""


class Need(NamedTuple):
    """From ``since`` on a certificate that lives longer than this is to have so many SCTs, of so many operators."""

    since: datetime
    longer_than: timedelta
    scts: int
    operators: int


TABLE = (
    Need(datetime(2022, 4, 15, tzinfo=UTC), timedelta(0), scts=2, operators=2),
    Need(datetime(2022, 4, 15, tzinfo=UTC), timedelta(days=180), scts=3, operators=2),
)
"""Chrome's and Apple's rules for SCTs that are embedded."""


class Log(NamedTuple):
    """A log that takes certificates which end from ``start`` on and before ``end``; ``key`` is its SPKI (DER)."""

    id: bytes
    operator: str
    url: str
    key: bytes
    start: datetime
    end: datetime


def need(lives: timedelta, now: datetime) -> Need:
    """What a certificate of this life needs that is signed now; before the table begins, its first row."""
    rows = [row for row in TABLE if row.since <= now and row.longer_than < lives]
    return rows[-1] if rows else TABLE[0]


def taking(logs: Sequence[Log], not_after: datetime) -> list[Log]:
    """The logs that take a certificate which ends then."""
    return [log for log in logs if log.start <= not_after < log.end]


def is_enough(logs: Collection[Log], wanted: Need) -> bool:
    """Whether SCTs of these logs are enough."""
    return len(logs) >= wanted.scts and len({log.operator for log in logs}) >= wanted.operators


def following(candidates: Sequence[Log], counted: Collection[Log], wanted: Need) -> Log | None:
    """The candidate to ask next, beside those that are counted on: of a new operator while there are too few."""
    operators = {log.operator for log in counted}
    if len(operators) < wanted.operators:
        for log in candidates:
            if log.operator not in operators:
                return log
        return None
    return candidates[0] if candidates else None
