"""The installed ``tegata`` command as a process: to its end, beside the test for signals, or on a terminal."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.peers.command import Finished, Program, run
from tests.peers.forked import run_forked
from tests.peers.process import Process
from tests.peers.terminal import converse

# For tests of what is said of a CA that cannot be reached; the wait is tested by a clock of its own.
IMPATIENT = {"TEGATA_OUTAGE_WAIT": "0"}
_TEGATA = str(Path(sys.executable).with_name("tegata"))


class Tegata(Program):
    """tegata with its files in ``directory/.lego``."""

    trust_variable = "LEGO_CA_CERTIFICATES"

    program = _TEGATA

    @property
    def path(self) -> Path:
        """The default folder, lego's."""
        return self.directory / ".lego"

    def run(
        self,
        *args: str,
        env: Mapping[str, str] | None = None,
        stdin: str = "",
        cwd: Path | None = None,
        timeout: float = 120,
    ) -> Finished:
        """Run tegata with these words; ``cwd``: from another directory, as cron does."""
        where = cwd or self.directory
        return run([*self.starter, _TEGATA, *args], cwd=where, env=self.environment(env), stdin=stdin, timeout=timeout)

    def start(self, *args: str, env: Mapping[str, str] | None = None) -> Process:
        """Start tegata beside the test; what it prints is in ``.text``."""
        return Process([*self.starter, _TEGATA, *args], log=self.directory / "tegata.log", env=self.environment(env))

    def interact(
        self,
        *args: str,
        answers: Sequence[tuple[str, str]],
        env: Mapping[str, str] | None = None,
        timeout: float = 120,
    ) -> Finished:
        """Run tegata on a terminal and type the answers; see ``terminal.converse``."""
        argv = [*self.starter, _TEGATA, *args]
        return converse(argv, cwd=self.directory, answers=answers, env=self.environment(env), timeout=timeout)


class ForkedTegata(Tegata):
    """tegata without the time that Python takes to start: for tests whose subject is not the client's start."""

    def run(
        self,
        *args: str,
        env: Mapping[str, str] | None = None,
        stdin: str = "",
        cwd: Path | None = None,
        timeout: float = 120,
    ) -> Finished:
        """As any tegata, in a child of a process that has it loaded; started by another program it is a real start."""
        if self.starter:
            return super().run(*args, env=env, stdin=stdin, cwd=cwd, timeout=timeout)
        where = cwd or self.directory
        return run_forked([_TEGATA, *args], cwd=where, env=self.environment(env), stdin=stdin, timeout=timeout)
