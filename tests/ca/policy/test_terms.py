"""Agreements to the terms of service before and after they changed."""

from datetime import datetime

import msgspec
import pytest

from tegata.ca.policy.terms import Terms, has_agreed, may_order
from tests.ca.store.records import DAY, NOW, SECOND, account

CHANGED = Terms("https://ca.example.com/terms", NOW, NOW + 30 * DAY)


@pytest.mark.parametrize(
    ("agreed_at", "terms", "agreed", "in_time", "late"),
    [
        (NOW - SECOND, CHANGED, False, True, False),
        (None, CHANGED, False, True, False),
        (NOW, CHANGED, True, True, True),
        (NOW - DAY, CHANGED._replace(due=None), False, True, True),
        (NOW - DAY, Terms("https://ca.example.com/terms"), True, True, True),
        (None, Terms("", NOW, NOW), True, True, True),
    ],
)
def test_who_may_order(agreed_at: datetime | None, terms: Terms, agreed: bool, in_time: bool, late: bool) -> None:
    """Who agreed since the change at any time, anybody else until it is due (A-38)."""
    one = msgspec.structs.replace(account(), terms_agreed_at=agreed_at)
    assert has_agreed(one, terms) is agreed
    assert may_order(one, terms, NOW + 30 * DAY - SECOND) is in_time
    assert may_order(one, terms, NOW + 30 * DAY) is late
