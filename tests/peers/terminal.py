"""Run a program on a pseudo terminal and type answers to what it asks; knows no particular program."""

import contextlib
import os
import pty
import re
import select
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tests.peers.command import Finished, environment

_END_SECONDS = 60  # from the last word on the terminal to the program's end


def converse(
    argv: Sequence[str | Path],
    *,
    cwd: Path,
    answers: Sequence[tuple[str, str]],
    env: Mapping[str, str] | None = None,
    timeout: float = 120,
) -> Finished:
    """Run ``argv`` on a terminal of its own; when a text of ``answers`` appears, its answer is typed, in their order.

    Both outputs are in ``stdout``, as the terminal showed them (with the typed answers, lines ending in LF). Raises
    AssertionError when a question never came or the program still runs after ``timeout`` seconds.
    """
    words = tuple(str(word) for word in argv)
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        words,
        cwd=cwd,
        env=environment(cwd, env),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    ) as process:
        os.close(theirs)
        shown, seen, waiting = "", 0, list(answers)
        try:
            for piece in _output(ours, timeout):
                shown += piece
                while waiting and (found := shown.find(waiting[0][0], seen)) >= 0:
                    text, answer = waiting.pop(0)
                    seen = found + len(text)
                    os.write(ours, f"{answer}\n".encode())
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(_END_SECONDS)
        finally:
            running = process.poll() is None
            if running:
                os.killpg(process.pid, signal.SIGKILL)
            os.close(ours)
    finished = Finished(words, process.returncode, shown.replace("\r\n", "\n"), "")
    assert not running, f"still running after {timeout} s:\n{finished}"
    assert not waiting, f"never asked {waiting[0][0]!r}:\n{finished}"
    return finished


def screen(shown: str) -> list[str]:
    """What a terminal holds after ``shown``, its scrolled lines too; knows the sequences that redraw lines, no more."""
    lines, row, column = [""], 0, 0
    for piece in re.findall(r"\x1b\[[0-9;?]*[A-Za-z]|[^\x1b]|\x1b", shown):
        match piece:
            case "\n":
                row, column = row + 1, 0
                lines += [""] * (row + 1 - len(lines))
            case "\r":
                column = 0
            case _ if piece.startswith("\x1b[") and piece[-1] == "A":
                row = max(row - int(piece[2:-1] or 1), 0)
            case "\x1b[2K":
                lines[row] = ""
            case _ if piece.startswith("\x1b["):
                assert piece[-1] == "m", f"a sequence this screen does not know: {piece!r}"
            case _:
                lines[row] = lines[row][:column].ljust(column) + piece + lines[row][column + 1 :]
                column += 1
    return lines


def _output(terminal: int, timeout: float) -> Iterator[str]:
    """What the terminal shows, piece by piece, until every program on it has ended or the time has."""
    deadline = time.monotonic() + timeout
    while select.select([terminal], [], [], max(0.0, deadline - time.monotonic()))[0]:
        try:
            piece = os.read(terminal, 65536)
        except OSError:  # Linux says EIO when the last program on the other side has ended
            return
        if not piece:
            return
        yield piece.decode(errors="backslashreplace")
