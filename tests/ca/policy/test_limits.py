"""Rate limits as numbers: what a request costs, and the instant from which one more passes."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tegata.ca.model import Limit
from tegata.ca.policy.limits import UNLIMITED, parse

NOW = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("300/3h", Limit(300, timedelta(hours=3))),
        ("5/1m", Limit(5, timedelta(minutes=1))),
        ("1/90s", Limit(1, timedelta(seconds=90))),
        ("50/7d", Limit(50, timedelta(days=7))),
        ("", UNLIMITED),
    ],
)
def test_as_settings_write_it(text, limit):
    assert parse(text) == limit


@given(
    st.integers(1, 50),
    st.integers(60, 100_000),
    st.lists(st.integers(0, 5_000), min_size=1, max_size=120),
)
def test_no_span_has_more_than_the_limit_and_its_refill(requests, seconds, gaps):
    """However requests are spread, a span holds the burst and what came back meanwhile; a refused one passes later."""
    limit = Limit(requests, timedelta(seconds=seconds))
    now, full_at, passed = NOW, NOW, []
    for gap in gaps:
        now += timedelta(seconds=gap)
        if full_at <= limit.latest(now):
            full_at = max(full_at, now) + limit.cost
            passed.append(now)
        else:
            later = limit.retry_at(full_at)
            assert now < later
            assert full_at <= limit.latest(later)
    for start in passed:
        within = [at for at in passed if start <= at < start + limit.span]
        assert len(within) <= 2 * requests
    assert len([at for at in passed if at == passed[0]]) <= requests


def test_no_limit_never_refuses():
    """Even by clocks that differ a little from node to node."""
    full_at = NOW + UNLIMITED.cost
    assert full_at <= UNLIMITED.latest(NOW - timedelta(seconds=5))
