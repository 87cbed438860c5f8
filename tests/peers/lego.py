"""The real lego (Debian's 4.9.1), the client that the manual was written for; knows no particular CA."""

from collections.abc import Mapping
from pathlib import Path

from tests.peers.command import Finished, Program, require, run


class Lego(Program):
    """lego with its files in ``directory/.lego``."""

    trust_variable = "LEGO_CA_CERTIFICATES"

    @property
    def path(self) -> Path:
        """lego's own default folder."""
        return self.directory / ".lego"

    def run(self, *args: str, env: Mapping[str, str] | None = None, stdin: str = "", timeout: float = 120) -> Finished:
        """Run lego with these words."""
        require("lego")
        argv = [*self.starter, "lego", *args]
        return run(argv, cwd=self.directory, env=self.environment(env), stdin=stdin, timeout=timeout)
