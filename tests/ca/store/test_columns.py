"""Values in columns: every instant reads back as it was written."""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from tegata.ca.store.columns import instant, micros

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


@given(st.datetimes(timezones=st.just(UTC)))
def test_an_instant_is_microseconds_since_the_epoch(at: datetime) -> None:
    """Exactly, before 1970 and until 9999, twice too: instants that were read are kept."""
    assert micros(at) == (at - EPOCH) // MICROSECOND
    assert [instant(micros(at)), instant(micros(at))] == [at, at]
    assert instant(micros(at)).tzinfo is UTC


def test_an_instant_of_another_zone_is_the_same_one() -> None:
    """What is aware is enough."""
    at = datetime(2026, 11, 24, 11, 31, 0, 123457, tzinfo=timezone(timedelta(hours=9)))
    assert instant(micros(at)) == at
