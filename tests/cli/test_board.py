"""The board: what is drawn, what is left of it, who may write meanwhile."""

import io
from datetime import UTC, datetime

import pytest

from tegata.cli.board import Board
from tegata.cli.console import Console
from tegata.client import events
from tegata.text.language import Language
from tests.peers.terminal import screen

NAME = "www.example.com"


class Terminal(io.StringIO):
    """A stream that says it is one."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("LINES", "10")
    return Terminal()


@pytest.fixture
def console(terminal: Terminal) -> Console:
    return Console(io.StringIO("y\n"), terminal, terminal, lambda: datetime(2026, 1, 30, tzinfo=UTC))


@pytest.fixture
def board(console: Console) -> Board:
    made = console.with_board({}, Language.EN)
    assert made is not None
    return made


def held(terminal: Terminal) -> list[str]:
    return [line.rstrip() for line in screen(terminal.getvalue()) if line.strip()]


def test_each_state(terminal: Terminal, board: Board) -> None:
    """A name has one row, which says how far it is; when its order ends nothing is left."""
    for event, told in (
        (events.AuthorizationRead(NAME, "https://ca.example/a"), f"{NAME}           waiting"),
        (events.SolverChosen(NAME, "http-01"), f"{NAME}  http-01  waiting"),
        (events.Presented(NAME, "http-01"), f"{NAME}  http-01  presented"),
        (events.Trying(NAME, "http-01"), f"{NAME}  http-01  the CA is looking"),
        (events.Validated(NAME), f"{NAME}  http-01  valid"),
        (events.Refuted(NAME), f"{NAME}  http-01  invalid"),
    ):
        board.take("cert", event)
        row, count = held(terminal)
        assert row.split() == told.split()
        assert count == f"{int('valid' in told.split())} of 1 names validated"
    board.drop("cert")
    assert held(terminal) == []


def test_log_lines_stand_above(terminal: Terminal, console: Console, board: Board) -> None:
    """Every one, whole, also one that is longer than the screen is wide; and they stay."""
    board.take("cert", events.Trying(NAME, "http-01"))
    long = "x" * 200
    console.log("first [bold]", "[INFO] ")
    console.log(long)
    assert ["first [bold]" in held(terminal)[0], held(terminal)[1].endswith(long)] == [True, True]
    assert held(terminal)[2].startswith(NAME)
    console.say("said")
    assert console.answer() == "y"
    board.drop("cert")
    console.log("last")
    lines = held(terminal)
    assert [line.split(" ", 2)[-1] for line in lines if line != "said"] == ["[INFO] first [bold]", long, "last"]
    assert "said" in lines


def test_whoever_writes_has_the_terminal_for_himself(terminal: Terminal, console: Console, board: Board) -> None:
    """Such as a hook of one certificate while another is at work; then the board is back."""
    board.take("one", events.Trying(NAME, "http-01"))
    with console.aside():
        assert held(terminal) == []
        board.take("two", events.Trying("two.example.com", "http-01"))
        terminal.write("from the hook\n")
    assert held(terminal)[0] == "from the hook"
    assert {line.split()[0] for line in held(terminal)[1:3]} == {NAME, "two.example.com"}


def test_more_names_than_rows(terminal: Terminal, board: Board) -> None:
    """Those that are not done come first, and the last line counts all."""
    for number in range(50):
        board.take("cert", events.Validated(f"v{number}.example.com"))
    board.take("cert", events.Trying("late.example.com", "dns-01"))
    lines = held(terminal)
    assert len(lines) < 10
    assert lines[0].startswith("late.example.com")
    assert lines[-1] == "50 of 51 names validated"


def test_hostile_names(terminal: Terminal, board: Board) -> None:
    """S-37: neither sequences for the terminal nor the library's own marks."""
    board.take("cert", events.Trying("x\x1b[2J\x1b]0;t\x07[red]y[/red]\u202e", "http-01\x1b[5m"))
    assert "\x1b[2J" not in terminal.getvalue()
    assert "\x1b]" not in terminal.getvalue()
    assert "\x1b[5m" not in terminal.getvalue()
    assert "\u202e" not in terminal.getvalue()
    assert "[red]y[/red]" in held(terminal)[0]


@pytest.mark.parametrize(
    ("environ", "form", "level"),
    [({"NO_COLOR": "1"}, None, None), ({"TERM": "dumb"}, None, None), ({}, "json", None), ({}, None, "warn")],
)
def test_where_there_is_none(console: Console, environ: dict[str, str], form: str | None, level: str | None) -> None:
    """Plain log lines, and nothing else."""
    console.configure(level=level, form=form)
    assert console.with_board(environ, Language.JA) is None


def test_a_pipe_has_none() -> None:
    """Nor has a log file."""
    log = io.StringIO()
    assert Console(log, log, log, lambda: datetime.now(UTC)).with_board({}, Language.EN) is None


def test_without_the_library(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra ``progress`` may be missing."""
    monkeypatch.setattr("tegata.cli.board.find_spec", lambda _: None)
    assert console.with_board({}, Language.EN) is None
