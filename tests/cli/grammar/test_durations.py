"""Go's spans of time."""

from datetime import timedelta

import pytest

from tegata.cli.grammar.durations import parse


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90s", 90),
        ("2m", 120),
        ("1h30m", 5400),
        ("500ms", 0.5),
        ("1.5h", 5400),
        (".5s", 0.5),
        ("1.s", 1),
        ("-2m", -120),
        ("+1s", 1),
        ("0", 0),
        ("1500us", 0.0015),
        ("3000ns", 0.000003),
    ],
)
def test_spans(text: str, seconds: float) -> None:
    """Units may follow each other, fractions are allowed, and only nothing needs no unit."""
    assert parse(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "90", "1d", "s", "1h 30m", "one", "1h30", "--1s", "- 1s", "1e3s", "9" * 63 + "h"])
def test_what_is_none(text: str) -> None:
    """As Go refuses it; and what no calendar holds."""
    with pytest.raises(ValueError, match="duration"):
        parse(text)
