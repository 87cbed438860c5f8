"""Commands in children of a process that has both programs loaded: setting the scene costs no starts of Python.

Each is a process like any: its own session, directory, environment and streams, ended by itself or by its time limit.
What differs is that its modules are there before it begins. Whatever tests how an installed program starts, how a
server serves or what happens at a kill does not take this way, nor does what speaks another language.

``forking`` is that process.
"""

import atexit
import io
import json
import os
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
from typing import IO

from tests.peers.command import Finished, environment, run

_ROOT = Path(__file__).parents[2]
_NETWORK = Path("/proc/thread-self/ns/net")
_starting = threading.Lock()


def run_forked(
    argv: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    stdin: str = "",
    timeout: float = 120,
) -> Finished:
    """As ``command.run``, of an ``argv`` that begins with the installed tegata or tegata-ca."""
    whole = environment(cwd, env)
    is_other = whole["LC_ALL"] != "C.UTF-8" or any(name.startswith(("LANG", "PYTHON")) for name in whole)
    if is_other or not _NETWORK.exists():  # not where there is no Linux
        return run(argv, cwd=cwd, env=env, stdin=stdin, timeout=timeout)
    with _starting:
        loaded, _ = _loaded(_NETWORK.readlink())
    with ExitStack() as stack:
        streams = [stack.enter_context(tempfile.TemporaryFile()) for _ in range(3)]
        streams[0].write(stdin.encode())
        streams[0].seek(0)
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        stack.enter_context(ours)
        with theirs:
            request = json.dumps({"argv": list(argv), "cwd": str(cwd), "env": whole}).encode()
            socket.send_fds(loaded, [request], [*(stream.fileno() for stream in streams), theirs.fileno()])
        pid = int(ours.recv(100))
        ours.settimeout(timeout)
        try:
            code: int | None = int(ours.recv(100))
        except TimeoutError:
            for kill in (os.killpg, os.kill):  # it has no group of its own yet, or has left something in it
                with suppress(ProcessLookupError):
                    kill(pid, signal.SIGKILL)
            code = None
        said = [_text(stream) for stream in streams[1:]]
    finished = Finished(tuple(argv), -signal.SIGKILL if code is None else code, *said)
    assert code is not None, f"still running after {timeout} s:\n{finished}"
    return finished


def _text(stream: IO[bytes]) -> str:
    stream.seek(0)
    with io.TextIOWrapper(stream, "utf-8", "backslashreplace") as reading:
        return reading.read()


@cache
def _loaded(_network: Path) -> tuple[socket.socket, subprocess.Popen[bytes]]:
    """The way to the process that has both programs loaded in this network; it is started at the first request."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.peers.forking"],
            cwd=_ROOT,
            env=environment(_ROOT),
            stdin=theirs.fileno(),
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
    atexit.register(_end, ours, process)
    return ours, process


def _end(way: socket.socket, process: subprocess.Popen[bytes]) -> None:
    way.close()
    process.wait()
