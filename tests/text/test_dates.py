"""Instants in the reader's place."""

from datetime import UTC, datetime

import pytest

from tegata.text.dates import day, minute
from tegata.text.language import Language


@pytest.mark.parametrize(
    ("language", "of_day", "of_minute"),
    [(Language.JA, "2026/01/30", "2026/01/30 00:15"), (Language.EN, "2026/01/29", "2026/01/29 15:15")],
)
def test_the_readers_place(language: Language, of_day: str, of_minute: str) -> None:
    """From 15:00 UTC on it is the next day in Japan."""
    instant = datetime(2026, 1, 29, 15, 15, tzinfo=UTC)
    assert (day(instant, language), minute(instant, language)) == (of_day, of_minute)


@pytest.mark.parametrize("language", list(Language))
def test_the_end_of_all_days(language: Language) -> None:
    """Somebody who wants no end writes the last day there is; it can be shown."""
    assert day(datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC), language) == "9999/12/31"
