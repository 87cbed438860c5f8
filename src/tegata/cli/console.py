"""What goes to the screen and comes from the keyboard: log lines as lego's, plain text, one answer at a time.

Knows streams and escaping (S-37), no sentence and no event.
"""

import contextlib
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, TextIO

from tegata.cli.errors import BadLogSetting, NotShown
from tegata.clock import rfc3339
from tegata.text.catalogue import printable
from tegata.text.language import Language

if TYPE_CHECKING:
    from tegata.cli.board import Board

INFO = "[INFO] "
WARN = "[WARN] "
# What lego writes without a word in front: its report of what it does, and what it dies of.
PLAIN = ""

LEVELS = ("debug", "info", "warn", "error")
FORMATS = ("text", "json", "colored")
_LEVELS = {INFO: "info", WARN: "warn", PLAIN: "info"}


class Console:
    """Standard input, output and error of one run; log lines go to standard error, as lego's do."""

    def __init__(self, keyboard: TextIO, output: TextIO, log: TextIO, now: Callable[[], datetime]) -> None:
        self._keyboard = keyboard
        self._output = output
        self._log = log
        self._now = now
        self._json = False
        self._least = LEVELS.index("info")
        self.board: Board | None = None
        """What is drawn on the terminal below the log lines."""

    def with_board(self, environ: Mapping[str, str], language: Language) -> "Board | None":
        """The board, where log lines are text on a terminal that can move its cursor, and somebody wants to see it."""
        if self.board is None and self._log.isatty() and not self._json and self._least <= LEVELS.index("info"):
            from tegata.cli.board import Board

            if not environ.get("NO_COLOR") and environ.get("TERM") != "dumb" and Board.can_be_drawn():
                self.board = Board(self._log, language)
        return self.board

    @contextlib.contextmanager
    def aside(self) -> Iterator[None]:
        """Let somebody else write to the terminal: the board is not there meanwhile."""
        with self.board.aside() if self.board else contextlib.nullcontext():
            yield

    def configure(self, *, level: str | None, form: str | None) -> None:
        """Write log lines from this level on (one of LEVELS), in this form (one of FORMATS); None: as before.

        Raises BadLogSetting.
        """
        if level:
            self._least = LEVELS.index(_one_of("log.level", level, LEVELS))
        if form:
            self._json = _one_of("log.format", form, FORMATS) == "json"

    @property
    def is_terminal(self) -> bool:
        """Whether somebody is likely to read along: standard output is a terminal."""
        return self._output.isatty()

    def log(self, text: str, level: str = PLAIN) -> None:
        """Write a log line with the local time: ``2026/01/30 12:00:00 [INFO] text``.

        Line ends and tabs in ``text`` are ours; what comes from outside has been through ``printable``.
        """
        self._write(_LEVELS[level], level, text)

    def error(self, text: str) -> None:
        """Write a log line about what the run dies of; as lego's, it has no word in front."""
        self._write("error", PLAIN, text)

    def _write(self, level: str, shown_level: str, text: str) -> None:
        if LEVELS.index(level) < self._least:
            return
        if self._json:
            line = json.dumps({"time": rfc3339(self._now()), "level": level, "msg": text}, ensure_ascii=False)
        else:
            line = f"{self._now().astimezone():%Y/%m/%d %H:%M:%S} {shown_level}{text}"
        with contextlib.suppress(OSError):  # a full disk, a terminal that was closed: what is being done goes on
            if self.board is None or not self.board.above(line):
                self._log.write(f"{line}\n")  # at once, so that threads do not write into each other's lines
                self._log.flush()

    def close(self) -> None:
        """Give up what a stream has not taken, at which Python would end with a code of its own."""
        for stream in (self._output, self._log):
            try:
                stream.flush()
            except OSError:
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())

    def read_all(self, limit: int) -> bytes:
        """What stands on the keyboard's stream up to its end, or so many characters of it."""
        return self._keyboard.read(limit).encode(errors="surrogateescape")

    def say(self, text: str = "") -> None:
        """Write a line to standard output; raises NotShown."""
        with self.aside():
            try:
                print(text, file=self._output, flush=True)
            except OSError as error:
                raise NotShown(reason=error.strerror or str(error)) from error

    def answer(self) -> str | None:
        """The next line from the keyboard without its end; None at the end of input."""
        with self.aside():
            line = self._keyboard.readline()
        return line.rstrip("\r\n") if line else None


def shown(value: object) -> str:
    """Anything that may come from outside, safe for a screen."""
    return printable(str(value))


def _one_of(flag: str, value: str, known: Sequence[str]) -> str:
    if value.lower() not in known:
        raise BadLogSetting(flag=flag, value=value, known=", ".join(known))
    return value.lower()
