"""The terms of a report, to the second, by its cause."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from tegata.ca.model import Cause, ProblemReport
from tegata.ca.policy import reports

NOW = datetime(2026, 11, 24, 2, 31, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def report(cause: Cause, **changes: object) -> ProblemReport:
    made = ProblemReport(
        id="R1", cause=cause, about="x", reporter="x", serials=(), received_at=NOW, recorded_at=NOW + HOUR
    )
    return msgspec.structs.replace(made, **changes)


@pytest.mark.parametrize("cause", list(Cause))
def test_a_day_or_five(cause: Cause) -> None:
    """B-86: five causes leave a day, all others five; each is counted from receipt, whenever it was written down."""
    day = {"subscriber-request", "not-authorized", "key-compromise", "weak-key", "validation"}
    assert reports.revocation_due(report(cause)) == NOW + (DAY if cause in day else 5 * DAY)


def test_what_comes_next() -> None:
    """B-87: the first answer within a day, then the revocation; where both are due at once the answer goes first."""
    slow, quick = report(Cause.MISUSE), report(Cause.KEY_COMPROMISE)
    assert reports.due(slow) == ("answer", NOW + DAY)
    assert reports.due(quick) == ("answer", NOW + DAY)
    assert reports.due(msgspec.structs.replace(slow, answered_at=NOW)) == ("revocation", NOW + 5 * DAY)
    assert reports.due(msgspec.structs.replace(quick, answered_at=NOW, closed_at=NOW)) is None
