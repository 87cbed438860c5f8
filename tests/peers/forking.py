"""The process behind ``forked``: it has both programs loaded, and forks a child for each command it is asked for.

A request is a datagram with the command line, directory and environment, and four files: the three streams, and where
to say the child's process id and then its exit code. It ends with the one that has started it.
"""

import gc
import importlib
import json
import os
import pkgutil
import select
import socket
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import tegata
from tegata.ca.cli import main as operator
from tegata.cli import main as client

LONGEST_REQUEST = 100_000


class _Child:
    """A command that runs, and where its end is to be told; ``ended`` is readable when it has."""

    def __init__(self, pid: int, answers: socket.socket) -> None:
        self._pid, self._answers = pid, answers
        self.ended = os.pidfd_open(pid)
        self._say(pid)

    def tell(self) -> None:
        _, status = os.waitpid(self._pid, 0)
        self._say(os.waitstatus_to_exitcode(status))

    def _say(self, number: int) -> None:
        with suppress(OSError):  # who has asked waits no more
            self._answers.send(str(number).encode())

    def close(self) -> None:
        os.close(self.ended)
        self._answers.close()


def _wait_for_a_command() -> None:
    """Return in a child that is to run a command; this process itself ends when nobody can ask any more."""
    requests, children = socket.socket(fileno=os.dup(0)), list[_Child]()
    while True:
        ready, _, _ = select.select([requests.fileno(), *(child.ended for child in children)], [], [])
        for child in [one for one in children if one.ended in ready]:
            child.tell()
            child.close()
            children.remove(child)
        if requests.fileno() not in ready:
            continue
        text, files, _, _ = socket.recv_fds(requests, LONGEST_REQUEST, 4)
        if not text:
            sys.exit()
        *streams, told = files
        answers = socket.socket(fileno=told)
        if pid := os.fork():
            children.append(_Child(pid, answers))
            for file in streams:
                os.close(file)
            continue
        for each in children:
            each.close()
        requests.close()
        answers.close()
        _become(json.loads(text), streams)
        return


def _become(asked: dict[str, Any], streams: Sequence[int]) -> None:
    """Be a new process for this command."""
    os.setsid()
    os.chdir(asked["cwd"])
    os.environ.clear()
    os.environ.update(asked["env"])
    sys.argv = asked["argv"]
    for number, file in enumerate(streams):
        os.dup2(file, number)
        os.close(file)


def _client() -> Callable[[], int]:
    """tegata's entry, everything that it loads on its way loaded."""
    for module in pkgutil.walk_packages(tegata.__path__, "tegata."):
        if not module.name.startswith(("tegata.ca", "tegata.testing")):
            importlib.import_module(module.name)
    return client.main


if __name__ == "__main__":
    entries = {"tegata": _client(), "tegata-ca": operator.main}
    gc.collect()
    gc.freeze()  # what is never looked at is never copied
    _wait_for_a_command()
    sys.exit(entries[Path(sys.argv[0]).name]())
