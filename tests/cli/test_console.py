"""Streams: where lines go, how they look, what an answer is."""

import io
import json
from datetime import UTC, datetime

import pytest

from tegata.cli.console import INFO, WARN, Console
from tegata.cli.errors import BadLogSetting

NOW = datetime(2026, 1, 30, 12, 0, 5, tzinfo=UTC)


@pytest.fixture
def streams() -> tuple[io.StringIO, io.StringIO]:
    return io.StringIO(), io.StringIO()


def console(streams: tuple[io.StringIO, io.StringIO], typed: str = "") -> Console:
    return Console(io.StringIO(typed), *streams, lambda: NOW)


def test_log_lines_are_lego_s(streams: tuple[io.StringIO, io.StringIO]) -> None:
    """Local time as Go's log package writes it, on the log alone."""
    console(streams).log("something", WARN)
    output, log = streams
    assert output.getvalue() == ""
    assert log.getvalue() == f"{NOW.astimezone():%Y/%m/%d %H:%M:%S} [WARN] something\n"


def test_plain_lines(streams: tuple[io.StringIO, io.StringIO]) -> None:
    """On the output alone."""
    console(streams).say("text")
    assert [stream.getvalue() for stream in streams] == ["text\n", ""]


@pytest.mark.parametrize(("typed", "answer"), [("y\n", "y"), ("n\r\n", "n"), ("\n", ""), ("y", "y"), ("", None)])
def test_answers(streams: tuple[io.StringIO, io.StringIO], typed: str, answer: str | None) -> None:
    """Without the line's end; nothing more to read is not an empty answer."""
    assert console(streams, typed).answer() == answer


def test_a_stream_of_text_is_no_terminal(streams: tuple[io.StringIO, io.StringIO]) -> None:
    """So lego's random delay applies."""
    assert not console(streams).is_terminal


def test_log_lines_as_json(streams: tuple[io.StringIO, io.StringIO]) -> None:
    """One object a line, whatever is in the text; what the run dies of is an error there."""
    made = console(streams)
    made.configure(level=None, form="JSON")
    made.log('two\nlines "quoted" 日本', WARN)
    made.log("plain")
    made.error("the end")
    lines = [json.loads(line) for line in streams[1].getvalue().splitlines()]
    assert lines == [
        {"time": "2026-01-30T12:00:05Z", "level": "warn", "msg": 'two\nlines "quoted" 日本'},
        {"time": "2026-01-30T12:00:05Z", "level": "info", "msg": "plain"},
        {"time": "2026-01-30T12:00:05Z", "level": "error", "msg": "the end"},
    ]


@pytest.mark.parametrize(("level", "seen"), [("debug", 4), ("info", 4), ("warn", 2), ("Error", 1), (None, 4)])
def test_levels(streams: tuple[io.StringIO, io.StringIO], level: str | None, seen: int) -> None:
    """What is below is not written; errors always are."""
    made = console(streams)
    made.configure(level=level, form="text")
    made.log("plain")
    made.log("info", INFO)
    made.log("warn", WARN)
    made.error("error")
    assert len(streams[1].getvalue().splitlines()) == seen


@pytest.mark.parametrize(("level", "form"), [("loud", None), (None, "xml")])
def test_settings_that_there_are_not(
    streams: tuple[io.StringIO, io.StringIO], level: str | None, form: str | None
) -> None:
    """With a list of those there are."""
    with pytest.raises(BadLogSetting) as caught:
        console(streams).configure(level=level, form=form)
    assert "info" in str(caught.value.facts["known"]) or "json" in str(caught.value.facts["known"])
