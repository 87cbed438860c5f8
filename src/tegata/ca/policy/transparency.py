"""How many logs a certificate is to be in, and which logs can take it (B-83, B-84): by date, in one table.

Pure: the list of logs, the instant and what the logs said so far are arguments.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

LIST_LIFE = timedelta(days=70)
"""How old a list of logs may be: Chrome enforces its own no longer either."""


class Need(NamedTuple):
    """From ``since`` on a certificate that lives longer than this is to have so many SCTs, of so many operators.

    Of one operator no more than ``of_one`` count; ``classic`` of them are of logs by RFC 6962, not of tiled ones.
    """

    since: datetime
    longer_than: timedelta
    scts: int
    operators: int
    of_one: int
    classic: int = 1


TABLE = (
    Need(datetime(2022, 4, 15, tzinfo=UTC), timedelta(0), scts=2, operators=2, of_one=1),
    Need(datetime(2022, 4, 15, tzinfo=UTC), timedelta(days=180), scts=3, operators=2, of_one=2),
)
"""Chrome's and Apple's rules for SCTs that are embedded; how they count operators, and RFC 6962, are Apple's."""


class Log(NamedTuple):
    """A log that takes certificates which end from ``start`` on and before ``end``; ``key`` is its SPKI (DER).

    One that ``is_tiled`` is read by static-ct-api, and none by RFC 6962 in Apple's eyes.
    """

    id: bytes
    operator: str
    url: str
    key: bytes
    start: datetime
    end: datetime
    is_tiled: bool = False


def need(lives: timedelta, now: datetime) -> Need:
    """What a certificate of this life needs that is signed now; before the table begins, its first row."""
    rows = [row for row in TABLE if row.since <= now and row.longer_than < lives]
    return rows[-1] if rows else TABLE[0]


def taking(logs: Sequence[Log], not_after: datetime) -> list[Log]:
    """The logs that take a certificate which ends then."""
    return [log for log in logs if log.start <= not_after < log.end]


def possible(wanted: Need, candidates: Collection[Log]) -> Need:
    """The need without logs by RFC 6962 where the list has none that takes the certificate: the last of them close."""
    return wanted if any(not log.is_tiled for log in candidates) else wanted._replace(classic=0)


def is_enough(logs: Collection[Log], wanted: Need) -> bool:
    """Whether SCTs of these logs are enough."""
    of_operators = Counter(log.operator for log in logs)
    counted = sum(min(count, wanted.of_one) for count in of_operators.values())
    return counted >= wanted.scts and len(of_operators) >= wanted.operators and not _lacks_classic(logs, wanted)


def following(candidates: Sequence[Log], counted: Collection[Log], wanted: Need) -> Log | None:
    """The candidate to ask next, beside those that are counted on, if any brings them nearer to enough.

    By RFC 6962 while there are too few of these; of a new operator while there are too few.
    """
    of_operators = Counter(log.operator for log in counted)
    if _lacks_classic(counted, wanted):
        candidates = [log for log in candidates if not log.is_tiled]
        # It may be the last one that lacks, and then any operator's is good.
        return next((log for log in candidates if not of_operators[log.operator]), next(iter(candidates), None))
    most = wanted.of_one if len(of_operators) >= wanted.operators else 1
    return next((log for log in candidates if of_operators[log.operator] < most), None)


def _lacks_classic(logs: Collection[Log], wanted: Need) -> bool:
    return sum(not log.is_tiled for log in logs) < wanted.classic
