"""What goes to the screen and comes from the keyboard: log lines as lego's, plain text, one answer at a time.

Knows streams and escaping (S-37), no sentence and no event.
"""

from collections.abc import Callable
from datetime import datetime
from typing import TextIO

from tegata.text.catalogue import printable

INFO = "[INFO] "
WARN = "[WARN] "


class Console:
    """Standard input, output and error of one run; log lines go to standard error, as lego's do."""

    def __init__(self, keyboard: TextIO, output: TextIO, log: TextIO, now: Callable[[], datetime]) -> None:
        self._keyboard = keyboard
        self._output = output
        self._log = log
        self._now = now

    @property
    def is_terminal(self) -> bool:
        """Whether somebody is likely to read along: standard output is a terminal."""
        return self._output.isatty()

    def log(self, text: str, level: str = "") -> None:
        """Write a log line with the local time: ``2026/01/30 12:00:00 [INFO] text``.

        Line ends and tabs in ``text`` are ours; what comes from outside has been through ``printable``.
        """
        stamp = self._now().astimezone().strftime("%Y/%m/%d %H:%M:%S")
        self._log.write(f"{stamp} {level}{text}\n")  # at once, so that threads do not write into each other's lines
        self._log.flush()

    def say(self, text: str = "") -> None:
        """Write a line to standard output."""
        print(text, file=self._output, flush=True)

    def answer(self) -> str | None:
        """The next line from the keyboard without its end; None at the end of input."""
        line = self._keyboard.readline()
        return line.rstrip("\r\n") if line else None


def shown(value: object) -> str:
    """Anything that may come from outside, safe for a screen."""
    return printable(str(value))
