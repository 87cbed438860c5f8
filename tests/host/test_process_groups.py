"""Ending a program with all that it has started; on Windows by a double, as no Windows runs the tests in CI."""

import subprocess

import pytest

from tegata.host.process_groups import CREATE_NEW_PROCESS_GROUP, CTRL_BREAK_EVENT, end, options


class Double:
    """A process that ends when it is asked, when it is killed, or has ended before."""

    pid = 0

    def __init__(self, *, heeds: bool = True, running: bool = True, refusal: Exception | None = None) -> None:
        self.done: list[object] = []
        self._heeds = heeds
        self._running = running
        self._refusal = refusal

    def poll(self) -> int | None:
        return None if self._running else 0

    def wait(self, timeout: float | None = None) -> int:
        self.done.append(("wait", timeout))
        if self._running:
            assert timeout is not None, "it would be waited for for ever"
            raise subprocess.TimeoutExpired("hook", timeout)
        return 1

    def send_signal(self, sig: int) -> None:
        self.done.append(sig)
        if self._refusal:
            raise self._refusal
        self._running = not self._heeds

    def kill(self) -> None:
        self.done.append("kill")
        was, self._running = self._running, False
        if not was:
            raise PermissionError


def test_how_it_is_started() -> None:
    """As the leader of a group, by each system's means."""
    assert options(windows=True) == {"creationflags": CREATE_NEW_PROCESS_GROUP}
    assert options(windows=False) == {"process_group": 0}
    assert getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0x200) == CREATE_NEW_PROCESS_GROUP


@pytest.mark.parametrize(
    "process", [Double(), Double(heeds=False), Double(refusal=OSError()), Double(refusal=SystemError("no console"))]
)
def test_windows(process: Double) -> None:
    """Ctrl-Break for the group, then the end of whoever leads it; what has gone, or no console, is no trouble."""
    end(process, windows=True)
    assert process.done[0] == CTRL_BREAK_EVENT
    assert process.done[-2:] == ["kill", ("wait", None)]


def test_what_has_ended_is_left_alone() -> None:
    """Its number may be another's by now."""
    process = Double(running=False)
    end(process, windows=True)
    end(process, windows=False)
    assert process.done == []
