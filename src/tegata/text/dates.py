"""Instants as the reader's place has them: Japan's for Japanese readers, UTC's for others.

Text in a person's language only; what programs read is RFC 3339 in UTC (``tegata.clock``).
"""

from datetime import UTC, datetime, timedelta, timezone

from tegata.text.language import Language

_JAPAN = timezone(timedelta(hours=9))
# Beyond it there is no date in Japan; whoever wants no end may write one.
_LATEST = datetime.max.replace(tzinfo=UTC) - timedelta(hours=9)


def zone(language: Language) -> timezone:
    """Where readers of the language are."""
    return _JAPAN if language is Language.JA else UTC


def day(instant: datetime, language: Language) -> str:
    """The reader's day: ``2026/01/30``."""
    return _there(instant, language).strftime("%Y/%m/%d")


def minute(instant: datetime, language: Language) -> str:
    """The reader's day and time of day: ``2026/01/30 09:15``."""
    return _there(instant, language).strftime("%Y/%m/%d %H:%M")


def _there(instant: datetime, language: Language) -> datetime:
    return min(instant, _LATEST).astimezone(zone(language))
