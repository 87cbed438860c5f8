"""Run a program to its end in a clean environment and keep all it said; knows no particular program.

The environment has nothing of the caller's but the path: no proxies, no settings of the programs under test.
"""

import os
import shlex
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, NoReturn, Self

import pytest


@dataclass(frozen=True)
class Finished:
    """A program that ended: its exit ``code`` (negative: the signal that killed it) and what it printed."""

    argv: tuple[str, ...]
    code: int
    stdout: str
    stderr: str

    @property
    def output(self) -> str:
        """Standard output, then standard error."""
        return self.stdout + self.stderr

    def check(self) -> Self:
        """This, when the exit code is 0; an AssertionError with all that was said otherwise."""
        assert self.code == 0, str(self)
        return self

    def __str__(self) -> str:
        return f"$ {shlex.join(self.argv)}\nexit code {self.code}\n-- stdout\n{self.stdout}\n-- stderr\n{self.stderr}"


def require(*programs: str) -> None:
    """Skip the test when a program is not installed; with CI=true that is a failure."""
    missing = [program for program in programs if which(program) is None]
    if missing:
        absent(f"not installed: {', '.join(missing)}; as root, ci/peers.sh installs the test peers on Debian")


def which(program: str) -> str | None:
    """Where a program is, the administrators' directory included, which is not in everybody's path."""
    return shutil.which(program) or shutil.which(program, path="/usr/sbin")


def absent(sentence: str) -> NoReturn:
    """Skip the test, as what the sentence names is not to be had here; with CI=true that is a failure."""
    if os.environ.get("CI") == "true":
        pytest.fail(sentence, pytrace=False)
    pytest.skip(sentence)


def environment(home: Path, more: Mapping[str, str] | None = None) -> dict[str, str]:
    """The clean environment of a program whose home is ``home``, with ``more`` on top."""
    return {"PATH": os.environ["PATH"], "HOME": str(home), "LC_ALL": "C.UTF-8", "TZ": "UTC", **(more or {})}


def run(
    argv: Sequence[str | Path],
    *,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    stdin: str = "",
    timeout: float = 120,
) -> Finished:
    """Run ``argv`` in ``cwd`` (its home too); after ``timeout`` seconds it and its children are killed: an error."""
    words = tuple(str(word) for word in argv)
    with subprocess.Popen(
        words,
        cwd=cwd,
        env=environment(cwd, env),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="backslashreplace",
        start_new_session=True,
    ) as process:
        try:
            stdout, stderr = process.communicate(stdin, timeout)
        except BaseException as problem:
            os.killpg(process.pid, signal.SIGKILL)
            stdout, stderr = process.communicate()
            if not isinstance(problem, subprocess.TimeoutExpired):
                raise
            finished = Finished(words, process.returncode, stdout, stderr)
            raise AssertionError(f"still running after {timeout} s:\n{finished}") from None
    return Finished(words, process.returncode, stdout, stderr)


class Program:
    """A command-line ACME client whose files and working directory are in ``directory``.

    ``trust`` is the file of roots it trusts for the CA's TLS, handed over by the variable its maker chose. ``starter``
    are the words of another program that starts it.
    """

    trust_variable: ClassVar[str]

    def __init__(self, directory: Path, trust: Path | None = None, starter: Sequence[str] = ()) -> None:
        self.directory = directory
        self.trust = trust
        self.starter = starter

    def trusting(self, ca_file: Path) -> Self:
        """The same program that trusts the roots in ``ca_file``."""
        return type(self)(self.directory, ca_file, self.starter)

    def started_by(self, starter: Sequence[str]) -> Self:
        """The same program, started by these words."""
        return type(self)(self.directory, self.trust, starter)

    def environment(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """What it is told by the environment besides the clean one of ``run``."""
        return {**({self.trust_variable: str(self.trust)} if self.trust else {}), **(more or {})}
