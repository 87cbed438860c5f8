"""The stage of the demonstration: runs commands as a person would type them, shows them, and stops at a failure.

Knows processes and sockets; what is played is in ``manual.py``.
"""

import os
import shlex
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from cryptography import x509

BIN = Path(sys.executable).parent
READY_SECONDS = 30


class SceneFailed(Exception):
    """A step did not do what the manual says; the message is the reason."""


class Stage:
    """Runs the commands of the demonstration in one directory and stops what it started."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.environment = {**os.environ, "PYTHONUNBUFFERED": "1", "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
        self._processes: list[subprocess.Popen[str]] = []
        self._step = 0

    def step(self, japanese: str, english: str) -> None:
        """Announce the next step of the manual."""
        self._step += 1
        print(
            f"\n\033[1m{self._step}. {japanese}\033[0m / {english}"
            if sys.stdout.isatty()
            else f"\n{self._step}. {japanese} / {english}"
        )

    def say(self, text: str) -> None:
        """Print an observation."""
        print(f"   → {text}")

    def run(self, *words: str, expect: int = 0, typed: str | None = None) -> str:
        """Run a command, show it and what it prints, in the order it does, and return that.

        ``typed`` is typed once a line ends with ``Y/n``. Raises SceneFailed if its exit status is not the expected one.
        """
        print(f"   $ {shlex.join(words)}")
        if typed is not None:
            return self._converse(words, typed, expect)
        done = subprocess.run(
            words,
            cwd=self.directory,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )
        for line in done.stdout.splitlines():
            print(f"     {line}")
        _check_status(words, done.returncode, expect)
        return done.stdout

    def _converse(self, words: Sequence[str], typed: str, expect: int) -> str:
        """A command that asks: both its outputs as they come, and the answer where it is given."""
        with subprocess.Popen(
            words,
            cwd=self.directory,
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process:
            assert process.stdin is not None, "a pipe was asked for"
            assert process.stdout is not None, "a pipe was asked for"
            said = []
            for line in process.stdout:
                print(f"     {line.rstrip()}")
                said.append(line)
                if line.rstrip().endswith("Y/n"):
                    print(f"     {typed}")
                    process.stdin.write(f"{typed}\n")
                    process.stdin.flush()
        _check_status(words, process.returncode, expect)
        return "".join(said)

    def start(self, *words: str, ready: str) -> subprocess.Popen[str]:
        """Start a command that stays, and wait for the line that begins with ``ready``."""
        print(f"   $ {shlex.join(words)} &")
        log = (self.directory / f"{Path(words[0]).name}.{len(self._processes)}.log").open("w+")
        process = subprocess.Popen(words, cwd=self.directory, env=self.environment, stdout=log, stderr=log, text=True)
        self._processes.append(process)
        print(f"     {self._wait_for_line(process, log, ready)}")
        return process

    def _wait_for_line(self, process: subprocess.Popen[str], log: TextIO, beginning: str) -> str:
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            text = Path(log.name).read_text("utf-8")
            for line in text.splitlines():
                if line.startswith(beginning):
                    return line
            if process.poll() is not None:
                raise SceneFailed(f"it ended at once:\n{text}")
            time.sleep(0.02)
        raise SceneFailed(f"it did not say {beginning!r} within {READY_SECONDS} s")

    def served_certificate(self, port: int, name: str, root: Path) -> x509.Certificate:
        """The certificate a site on loopback shows in a handshake that a browser trusting ``root`` would accept."""
        context = ssl.create_default_context(cafile=str(root))
        with (
            socket.create_connection(("127.0.0.1", port), timeout=10) as raw,
            context.wrap_socket(raw, server_hostname=name) as tls,
        ):
            der = tls.getpeercert(binary_form=True)
        if der is None:
            raise SceneFailed(f"{name} showed no certificate")
        return x509.load_der_x509_certificate(der)

    def clear(self) -> None:
        """Stop everything that was started, last first."""
        for process in reversed(self._processes):
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def _check_status(words: Sequence[str], status: int, expect: int) -> None:
    if status != expect:
        raise SceneFailed(f"{words[0]} ended with exit status {status}, not {expect}")


def free_ports(count: int) -> Sequence[int]:
    """TCP ports of loopback that nobody uses now."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    try:
        return [found.getsockname()[1] for found in sockets]
    finally:
        for found in sockets:
            found.close()
