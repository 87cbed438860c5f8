"""What a terminal shows while names are proved: each with its challenge and how far it is, updated in place.

Drawn by rich, which is loaded when the first name is shown and may be missing. The lines of the log are printed above;
nothing of the board stays. Orders side by side share one board. Knows events, no flow and no file.
"""

import contextlib
import threading
from collections.abc import Iterator
from importlib.util import find_spec
from typing import TYPE_CHECKING, NamedTuple, TextIO

from tegata.client import events
from tegata.text.catalogue import Sentence, printable
from tegata.text.language import Language

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.live import Live

# Rows kept free for log lines, and for the line that counts.
_SPARE = 4


class _State(NamedTuple):
    """How far a name is; the lower the order, the more it is worth a row."""

    order: int
    style: str
    words: Sentence


_INVALID = _State(0, "red", Sentence("invalid", "検証失敗"))
_LOOKED_AT = _State(1, "yellow", Sentence("the CA is looking", "認証局が確認中"))
_PRESENTED = _State(2, "cyan", Sentence("presented", "チャレンジ設置済み"))
_WAITING = _State(3, "dim", Sentence("waiting", "待機中"))
_VALID = _State(4, "green", Sentence("valid", "検証済み"))
_COUNT = Sentence("{valid} of {names} names validated", "{names} 件中 {valid} 件のドメイン名を検証済み")

_STATES: dict[type[events.Event], _State] = {
    events.AuthorizationRead: _WAITING,
    events.SolverChosen: _WAITING,
    events.Presented: _PRESENTED,
    events.Trying: _LOOKED_AT,
    events.Validated: _VALID,
    events.AlreadyValid: _VALID,
    events.Refuted: _INVALID,
}


class _Row(NamedTuple):
    challenge: str
    state: _State


class Board:
    """The rows that are shown. Any thread may speak to it."""

    def __init__(self, stream: TextIO, language: Language) -> None:
        self._stream = stream
        self._language = language
        self._lock = threading.RLock()
        self._rows: dict[tuple[str, str], _Row] = {}
        self._live: Live | None = None
        self._asides = 0

    @staticmethod
    def can_be_drawn() -> bool:
        """Whether the library that draws is there."""
        return find_spec("rich") is not None

    def take(self, certificate: str, event: events.Event) -> None:
        """Show what an event about a name says; ``certificate`` is whose order it is."""
        state = _STATES.get(type(event))
        if state is None:
            return
        with self._lock:
            key = certificate, str(getattr(event, "name", ""))
            before = self._rows.get(key)
            challenge = getattr(event, "challenge_type", None) or (before.challenge if before else "")
            self._rows[key] = _Row(challenge, state)
            self._draw()

    def drop(self, certificate: str) -> None:
        """The order of a certificate has ended, whatever came of it."""
        with self._lock:
            self._rows = {key: row for key, row in self._rows.items() if key[0] != certificate}
            self._draw()

    def above(self, line: str) -> bool:
        """Print a line above the board; False: nothing is shown, print it yourself."""
        with self._lock:
            if self._live is None:
                return False
            from rich.text import Text

            self._live.console.print(Text(line), soft_wrap=True)
            return True

    @contextlib.contextmanager
    def aside(self) -> Iterator[None]:
        """Take the board away as long as somebody else writes to the terminal."""
        with self._lock:
            self._asides += 1
            self._erase()
        try:
            yield
        finally:
            with self._lock:
                self._asides -= 1
                self._draw()

    def _draw(self) -> None:
        if not self._rows:
            self._erase()
        elif not self._asides:
            if self._live is None:
                self._live = _live(self._stream)
                self._live.start()
            self._live.update(self._table(self._live.console), refresh=True)

    def _erase(self) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = None

    def _table(self, console: "Console") -> "RenderableType":
        from rich.table import Table
        from rich.text import Text

        table = Table.grid(padding=(0, 2))
        rows = sorted(self._rows.items(), key=lambda each: each[1].state.order)
        for (_, name), row in rows[: max(console.size.height - _SPARE, 1)]:
            told = row.state.words.fill(self._language, {})
            table.add_row(Text(printable(name)), Text(printable(row.challenge)), Text(told, style=row.state.style))
        valid = sum(row.state is _VALID for _, row in rows)
        table.add_row(Text(_COUNT.fill(self._language, {"valid": valid, "names": len(rows)}), style="bold"))
        return table


def _live(stream: TextIO) -> "Live":
    from rich.console import Console
    from rich.live import Live

    class Plain(Console):
        """One that leaves the cursor alone: a run that is killed would leave a terminal without any."""

        def show_cursor(self, show: bool = True) -> bool:  # noqa: ARG002, FBT001, FBT002 - the library's signature
            return False

    console = Plain(file=stream, highlight=False, markup=False, emoji=False)
    return Live(
        console=console,
        auto_refresh=False,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
        vertical_overflow="crop",
    )
