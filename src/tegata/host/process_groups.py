"""Programs that end with all that they have started: a process group of their own, on POSIX systems and on Windows.

What Windows gets has been tried with doubles only: there a group hears one signal, Ctrl-Break, which console programs
heed, and what does not heed it ends alone.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Protocol, TypedDict

# How long a group that is asked to end has for it.
GRACE_SECONDS = 2.0
# Between two looks whether all is to end.
_LOOK_SECONDS = 0.2
# The names of both are in Python's library on Windows only.
CREATE_NEW_PROCESS_GROUP = 0x200
CTRL_BREAK_EVENT = 1


class Process(Protocol):
    """As much of ``subprocess.Popen`` as is needed here."""

    @property
    def pid(self) -> int:
        """Its number, and its group's."""
        ...

    def poll(self) -> int | None:
        """Its status; None while it runs."""
        ...

    def wait(self, timeout: float | None = None) -> int:
        """Its status when it ends; raises subprocess.TimeoutExpired."""
        ...

    def send_signal(self, sig: int) -> None:
        """Send a signal; on Windows Ctrl-Break goes to its group."""
        ...

    def kill(self) -> None:
        """End it alone."""
        ...


class Options(TypedDict, total=False):
    """What ``subprocess.Popen`` is told."""

    process_group: int
    creationflags: int


def options(*, windows: bool) -> Options:
    """How to start a program that leads a group of its own."""
    return {"creationflags": CREATE_NEW_PROCESS_GROUP} if windows else {"process_group": 0}


def wait(process: Process, seconds: float, look: Callable[[], None]) -> int:
    """Its status; ``look`` is called now and then, and may raise. Raises subprocess.TimeoutExpired."""
    end_of_patience = time.monotonic() + seconds
    while True:
        left = end_of_patience - time.monotonic()
        try:
            return process.wait(max(min(left, _LOOK_SECONDS), 0))
        except subprocess.TimeoutExpired:
            if left <= _LOOK_SECONDS:
                raise
        look()


def end(process: Process, *, windows: bool) -> None:
    """End a program that still runs, and its group, kindly first."""
    if process.poll() is not None:
        return
    _ask(process, windows=windows)
    try:
        process.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        pass
    finally:
        _kill(process, windows=windows)
        process.wait()


def _ask(process: Process, *, windows: bool) -> None:
    if not windows:
        _signal_group(process, kill=False)
        return
    # It has ended, or there is no console, as in a scheduled task: CPython's os.kill raises SystemError for the latter.
    with contextlib.suppress(OSError, SystemError):
        process.send_signal(CTRL_BREAK_EVENT)


def _kill(process: Process, *, windows: bool) -> None:
    if not windows:
        _signal_group(process, kill=True)
        return
    with contextlib.suppress(OSError):  # it has ended
        process.kill()


def _signal_group(process: Process, *, kill: bool) -> None:
    if sys.platform != "win32":
        with contextlib.suppress(ProcessLookupError):  # all of them have ended
            os.killpg(process.pid, signal.SIGKILL if kill else signal.SIGTERM)
