"""How soon a CA must act on a report about its certificates: by cause, in one table (BR 4.9.1.1, 4.9.5).

Both spans are counted from the report's receipt, which is the strictest reading. Pure: the instant is an argument.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from tegata.ca.model import Cause, ProblemReport

FIRST_ANSWER = timedelta(hours=24)
"""Within this time the reporter, and the customer, are told what was found so far (BR 4.9.5)."""

SOON = timedelta(hours=6)
"""What is due within this time is warned of."""

_DAY, _FIVE_DAYS = timedelta(hours=24), timedelta(days=5)

WITHIN: dict[Cause, timedelta] = {
    Cause.SUBSCRIBER_REQUEST: _DAY,
    Cause.NOT_AUTHORIZED: _DAY,
    Cause.KEY_COMPROMISE: _DAY,
    Cause.WEAK_KEY: _DAY,
    Cause.VALIDATION: _DAY,
    Cause.KEY_PARAMETERS: _FIVE_DAYS,
    Cause.MISUSE: _FIVE_DAYS,
    Cause.TERMS_BREACH: _FIVE_DAYS,
    Cause.NAME_NOT_ALLOWED: _FIVE_DAYS,
    Cause.WILDCARD_ABUSE: _FIVE_DAYS,
    Cause.INFORMATION_CHANGED: _FIVE_DAYS,
    Cause.NOT_COMPLIANT: _FIVE_DAYS,
    Cause.INACCURATE: _FIVE_DAYS,
    Cause.CA_RIGHT_ENDS: _FIVE_DAYS,
    Cause.POLICY_REQUIRES: _FIVE_DAYS,
    Cause.KEY_METHOD: _FIVE_DAYS,
}
"""Within which time a certificate is revoked for a cause: five of a day, the rest of five."""


class Due(NamedTuple):
    """What is to be done next about a report, and until when."""

    what: str
    at: datetime


def answer_due(report: ProblemReport) -> datetime:
    """Until when the first answer goes out."""
    return report.received_at + FIRST_ANSWER


def revocation_due(report: ProblemReport) -> datetime:
    """Until when its certificates are revoked, if it holds."""
    return report.received_at + WITHIN[report.cause]


def due(report: ProblemReport) -> Due | None:
    """What comes next, of an open report; None for one that is closed."""
    if report.closed_at is not None:
        return None
    end = Due("revocation", revocation_due(report))
    return end if report.answered_at else min(Due("answer", answer_due(report)), end, key=lambda one: one.at)
