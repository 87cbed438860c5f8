"""Values as Go reads them: whole numbers in any base, spans of time, instants, true and false."""

from datetime import UTC, datetime, timedelta

import pytest

from tegata.cli.errors import BadDuration, BadNatural, BadNumber, BadSwitch, BadText, BadTime
from tegata.cli.grammar.flags import Flag, Kind
from tegata.cli.grammar.values import Value, read
from tegata.text.catalogue import Sentence


def value(kind: Kind, text: str) -> Value:
    return read(Flag(("x",), kind, Sentence("", "")), "-x", text)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("45", 45),
        ("-1", -1),
        ("+7", 7),
        ("0x10", 16),
        ("0X_ff", 255),
        ("0b101", 5),
        ("0o17", 15),
        ("017", 15),
        ("00", 0),
        ("1_000", 1000),
        ("-0x1e", -30),
        ("9223372036854775807", 2**63 - 1),
    ],
)
def test_whole_numbers(text: str, number: int) -> None:
    """With a base of their own, and underscores between digits."""
    assert value(Kind.INTEGER, text) == number


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ten",
        "1.5",
        " 5",
        "5 ",
        "08",
        "1__0",
        "_1",
        "1_",
        "0x",
        "0b2",
        "٣",
        "--1",
        "9223372036854775808",
        "9" * 9999,
    ],
)
def test_what_is_no_whole_number(text: str) -> None:
    """Neither blanks nor other scripts' digits nor what Go's int cannot hold."""
    with pytest.raises(BadNumber) as caught:
        value(Kind.INTEGER, text)
    assert caught.value.facts == {"source": "-x", "value": text}


def test_a_natural_number_is_not_below_nought() -> None:
    """As Go's uint."""
    assert value(Kind.NATURAL, "0x5") == 5
    with pytest.raises(BadNumber):
        value(Kind.NATURAL, "-1")


def test_spans_and_instants() -> None:
    """Go's durations, RFC 3339's times."""
    assert value(Kind.DURATION, "1h30m") == timedelta(minutes=90)
    assert value(Kind.TIME, "2026-01-30T12:00:00+09:00") == datetime(2026, 1, 30, 3, tzinfo=UTC)
    with pytest.raises(BadDuration):
        value(Kind.DURATION, "90")
    with pytest.raises(BadTime):
        value(Kind.TIME, "2026-01-30")


@pytest.mark.parametrize("kind", [Kind.SWITCH, Kind.SPOKEN])
def test_true_and_false(kind: Kind) -> None:
    """The twelve words of Go's ParseBool."""
    assert [value(kind, text) for text in ("1", "t", "T", "TRUE", "true", "True")] == [True] * 6
    assert [value(kind, text) for text in ("0", "f", "F", "FALSE", "false", "False")] == [False] * 6
    with pytest.raises(BadSwitch):
        value(kind, "yes")


@pytest.mark.parametrize("text", ["-1", "x", "99999999999999999999", "１０"])
def test_what_may_not_be_below_nought(text: str) -> None:
    """It is told that 0 is the least."""
    with pytest.raises(BadNatural):
        value(Kind.NATURAL, text)


@pytest.mark.parametrize("kind", [Kind.TEXT, Kind.LIST])
def test_a_value_that_is_no_text(kind: Kind) -> None:
    """Octets that are no UTF-8 go to no CA (S-35); the name of a file may have any."""
    octets = "caf\udce9"
    with pytest.raises(BadText):
        value(kind, octets)
    assert value(kind, "カフェ") in ("カフェ", ("カフェ",))
    assert read(Flag(("x",), Kind.TEXT, Sentence("", ""), octets=True), "-x", octets) == octets
