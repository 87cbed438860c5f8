"""What goes to the screen and comes from the keyboard: log lines as lego's, plain text, one answer at a time.

Knows streams and escaping (S-37), no sentence and no event.
"""

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TextIO

from tegata.cli.errors import BadLogSetting
from tegata.clock import rfc3339
from tegata.text.catalogue import printable

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
        self._log.write(f"{line}\n")  # at once, so that threads do not write into each other's lines
        self._log.flush()

    def read_all(self, limit: int) -> bytes:
        """What stands on the keyboard's stream up to its end, or so many characters of it."""
        return self._keyboard.read(limit).encode(errors="surrogateescape")

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


def _one_of(flag: str, value: str, known: Sequence[str]) -> str:
    if value.lower() not in known:
        raise BadLogSetting(flag=flag, value=value, known=", ".join(known))
    return value.lower()
