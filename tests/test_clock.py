"""Instants as text: RFC 3339 out to the second in UTC, RFC 3339 in with any offset and fraction."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tegata.clock import SystemClock, has_fraction, parse_rfc3339, rfc3339

INSTANT = datetime(2026, 11, 24, 2, 31, 0, tzinfo=UTC)


def test_an_instant_is_written_in_utc_to_the_second():
    """A-55 (S-39)."""
    assert rfc3339(INSTANT) == "2026-11-24T02:31:00Z"
    tokyo = timezone(timedelta(hours=9))
    assert rfc3339(datetime(2026, 11, 24, 11, 31, 0, 999_999, tzinfo=tokyo)) == "2026-11-24T02:31:00Z"


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-24T02:31:00Z",
        "2026-11-24t02:31:00z",
        "2026-11-24T02:31:00.000Z",
        "2026-11-24T02:31:00.000000000Z",
        "2026-11-24T11:31:00+09:00",
        "2026-11-23T21:31:00-05:00",
        "2026-11-24T02:31:00+00:00",
        "2026-11-24T02:31:00-00:00",
    ],
)
def test_offsets_and_fractions_are_read(text):
    """A-55."""
    read = parse_rfc3339(text)
    assert read == INSTANT
    assert read.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("text", "microseconds"), [("2026-11-24T02:31:00.5Z", 500_000), ("2026-11-24T02:31:00.123456789Z", 123_456)]
)
def test_a_fraction_counts_to_the_microsecond(text, microseconds):
    """A-55."""
    assert parse_rfc3339(text) == INSTANT + timedelta(microseconds=microseconds)


@pytest.mark.parametrize(
    ("fraction", "is_one"),
    [("", False), (".0", False), (".000000000", False), (".5", True), (".0000001", True), (".10", True)],
)
def test_a_fraction_is_one_however_small(fraction, is_one):
    """A-55."""
    assert has_fraction(f"2026-11-24T02:31:00{fraction}Z") is is_one


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "2026-11-24",
        "2026-11-24T02:31:00",
        "2026-11-24 02:31:00Z",
        "20261124T023100Z",
        "2026-W48-2T02:31:00Z",
        "2026-11-24T02:31Z",
        "2026-11-24T02:31:00+0900",
        "２０２６-11-24T02:31:00Z",
        "2026-11-24T02:31:00Z\n",
        "0001-01-01T00:00:00+09:00",
        "2026-11-24T25:31:00Z",
        "2026-02-30T02:31:00Z",
        "1764037860",
    ],
)
def test_what_is_no_instant_is_refused(text):
    with pytest.raises(ValueError):
        parse_rfc3339(text)


@given(st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(9999, 1, 1)))  # noqa: DTZ001 - made aware below
def test_what_is_written_is_read(moment):
    instant = moment.replace(tzinfo=UTC, microsecond=0)
    assert parse_rfc3339(rfc3339(instant)) == instant


def test_the_systems_clock_is_aware_and_does_not_go_back():
    """S-39."""
    clock = SystemClock()
    assert clock.now().tzinfo is UTC
    before = clock.monotonic()
    clock.sleep(0.001)
    assert clock.monotonic() >= before + 0.001
