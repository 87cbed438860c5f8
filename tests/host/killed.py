"""A kill -9 before any chosen change to the disk, for the tests of all that must survive it."""

import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path


def in_a_child_killed_before(step: int, work: Callable[[], object]) -> bool:
    """Do the work in a forked process that is killed before its n-th change to the disk; whether it got so far.

    Python's audit events come right before a file is opened, renamed or removed and a folder made or removed, so all
    that was written up to there is on the disk as a crash would leave it.
    """
    child = os.fork()
    if child == 0:
        left = step

        def count(event: str, _: object) -> None:
            nonlocal left
            if event in ("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir"):
                left -= 1
                if left == 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(count)
        try:
            work()
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def every_kill(folder: Path, work: Callable[[], object]) -> Iterator[int]:
    """The folder as each kill leaves it, step by step, until the work gets through; it begins the same every time."""
    template = folder.with_name("template")
    shutil.copytree(folder, template)
    step = 1
    while True:
        shutil.rmtree(folder)
        shutil.copytree(template, folder)
        if not in_a_child_killed_before(step, work):
            return
        yield step
        step += 1
