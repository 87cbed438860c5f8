"""Commands of the operator's in children of a process that has tegata-ca loaded: their set-up costs no start of Python.

Each is a process like any: its own session, directory, environment and streams, ended by itself or by its time limit.
What differs is that its modules are there before it begins. Whatever tests how the installed program starts, serves or
ends does not take this way, nor does what speaks another language.

``python -m tests.peers.forked`` is that process; it ends with the one that has started it.
"""

import gc
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from functools import cache
from pathlib import Path
from typing import Any

from tests.peers.command import Finished, environment, run

_ROOT = Path(__file__).parents[2]
_MOST = 100_000
_NETWORK = Path("/proc/thread-self/ns/net")
_starting = threading.Lock()


def run_forked(
    argv: Sequence[str], *, cwd: Path, env: Mapping[str, str] | None = None, timeout: float = 120
) -> Finished:
    """As ``command.run``, of an ``argv`` that begins with the installed tegata-ca."""
    whole = environment(cwd, env)
    if whole["LC_ALL"] != "C.UTF-8" or any(name.startswith(("LANG", "PYTHON")) for name in whole):
        return run(argv, cwd=cwd, env=env, timeout=timeout)
    with _starting:
        loaded, _ = _loaded(_NETWORK.readlink())
    with ExitStack() as stack:
        outputs = [stack.enter_context(tempfile.TemporaryFile()) for _ in range(2)]
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        stack.enter_context(ours)
        with theirs:
            request = json.dumps({"argv": list(argv), "cwd": str(cwd), "env": whole}).encode()
            assert len(request) < _MOST
            socket.send_fds(loaded, [request], [*(output.fileno() for output in outputs), theirs.fileno()])
        pid = int(ours.recv(100))
        ours.settimeout(timeout)
        try:
            code: int | None = int(ours.recv(100))
        except TimeoutError:
            for kill in (os.killpg, os.kill):  # it has no group of its own yet, or has left something in it
                with suppress(ProcessLookupError):
                    kill(pid, signal.SIGKILL)
            code = None
        for output in outputs:
            output.seek(0)
        said = [output.read().decode(errors="backslashreplace") for output in outputs]
    finished = Finished(tuple(argv), -signal.SIGKILL if code is None else code, *said)
    assert code is not None, f"still running after {timeout} s:\n{finished}"
    return finished


@cache
def _loaded(_network: Path) -> tuple[socket.socket, subprocess.Popen[bytes]]:
    """The way to the process that has tegata-ca loaded in this network; it is started at the first request."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.peers.forked"],
            cwd=_ROOT,
            env=environment(_ROOT),
            stdin=theirs.fileno(),
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
    return ours, process


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
        text, files, _, _ = socket.recv_fds(requests, _MOST, 3)
        if not text:
            sys.exit()
        *outputs, told = files
        answers = socket.socket(fileno=told)
        if pid := os.fork():
            children.append(_Child(pid, answers))
            for file in outputs:
                os.close(file)
            continue
        for each in children:
            each.close()
        requests.close()
        answers.close()
        _become(json.loads(text), outputs)
        return


def _become(asked: dict[str, Any], outputs: Sequence[int]) -> None:
    """Be a new process for this command."""
    os.setsid()
    os.chdir(asked["cwd"])
    os.environ.clear()
    os.environ.update(asked["env"])
    sys.argv = asked["argv"]
    nothing = os.open(os.devnull, os.O_RDONLY)
    for number, file in enumerate((nothing, *outputs)):
        os.dup2(file, number)
        os.close(file)


if __name__ == "__main__":
    from tegata.ca.cli.main import main

    gc.collect()
    gc.freeze()  # what is never looked at is never copied
    _wait_for_a_command()
    sys.exit(main())
