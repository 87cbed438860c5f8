"""A program that runs beside the tests: its own session, its words in a log file, ended for certain at the end.

Knows no particular program. Waiting is for a condition, never for a time.
"""

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self, TypeVar

from tests.peers.command import environment

T = TypeVar("T")

_PAUSE_SECONDS = 0.02
# Limits for what never comes; a machine that stands still for a while must not reach them.
_STOP_SECONDS = 60.0
_WAIT_SECONDS = 60.0
_TAIL_LINES = 40


class Process:
    """A running program; as a context manager it is started at once and stopped at the end.

    Both of its outputs go to ``log`` (appended). It runs in ``cwd`` (default: the log's directory), which is its home,
    with the clean environment of ``command.environment`` and ``env`` on top.
    """

    def __init__(
        self,
        argv: Sequence[str | Path],
        *,
        log: Path,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> None:
        self.argv = tuple(str(word) for word in argv)
        self.log = log
        self._from = log.stat().st_size if log.exists() else 0
        where = cwd or log.parent
        with log.open("ab") as output:
            self._popen = subprocess.Popen(
                self.argv,
                cwd=where,
                env=environment(where, env),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """The program's process id, which is its process group's too."""
        return self._popen.pid

    @property
    def returncode(self) -> int | None:
        """Its exit code (negative: the signal that killed it); None while it runs."""
        return self._popen.poll()

    @property
    def text(self) -> str:
        """What it has printed so far."""
        return self.log.read_bytes()[self._from :].decode(errors="backslashreplace")

    def wait_for(self, condition: Callable[[], T | None], what: str, seconds: float = _WAIT_SECONDS) -> T:
        """The first true value of ``condition``.

        An AssertionError with the program's last words when it ends before that or ``seconds`` pass.
        """
        deadline = time.monotonic() + seconds
        while True:
            ended = self.returncode is not None
            if value := condition():
                return value
            if ended:
                raise AssertionError(f"ended with {self.returncode} before {what}\n{self._tail()}")
            if time.monotonic() > deadline:
                raise AssertionError(f"after {seconds} s still waiting for {what}\n{self._tail()}")
            time.sleep(_PAUSE_SECONDS)

    def wait_for_line(self, pattern: str, seconds: float = _WAIT_SECONDS) -> re.Match[str]:
        """The first match of ``pattern`` in what it prints."""
        return self.wait_for(lambda: re.search(pattern, self.text, re.MULTILINE), f"the line {pattern!r}", seconds)

    def wait(self, seconds: float = _STOP_SECONDS) -> int:
        """Its exit code, once it has ended by itself."""
        try:
            return self._popen.wait(seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"still running after {seconds} s\n{self._tail()}") from None

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the program alone, not to its children."""
        self._popen.send_signal(number)

    def stop(self, seconds: float = _STOP_SECONDS) -> int:
        """SIGTERM, and SIGKILL for it and its children if it still runs after ``seconds``; its exit code."""
        if self.returncode is None:
            self.signal(signal.SIGTERM)
            try:
                return self._popen.wait(seconds)
            except subprocess.TimeoutExpired:
                self.kill()
        return self._popen.wait()

    def kill(self) -> None:
        """SIGKILL for the program and its children: no chance to clean up."""
        if self.returncode is None:
            os.killpg(self.pid, signal.SIGKILL)
            self._popen.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _tail(self) -> str:
        lines = self.text.splitlines()[-_TAIL_LINES:]
        return "\n".join([f"$ {' '.join(self.argv)}", *lines])


def descendants(pid: int) -> list[int]:
    """The process ids of all that a process has started, and of what these have, whatever session they are in."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it has ended
            children.setdefault(int(stat.read_text("latin-1").rpartition(")")[2].split()[1]), []).append(
                int(stat.parent.name)
            )
    found = [pid]
    for each in found:
        found += children.get(each, [])
    return found[1:]
