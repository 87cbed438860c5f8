"""Streams: where lines go, how they look, what an answer is."""

import io
from datetime import UTC, datetime

import pytest

from tegata.cli.console import WARN, Console

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
