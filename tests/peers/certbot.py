"""The real certbot, from the lock file like every Python package here; knows no particular CA."""

import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.peers.command import Finished, Program, require, run

_CERTBOT = str(Path(sys.executable).with_name("certbot"))


class Certbot(Program):
    """certbot with all its folders below ``directory``, asking nothing."""

    trust_variable = "REQUESTS_CA_BUNDLE"

    def live(self, name: str) -> Path:
        """The folder of a certificate's current files."""
        return self.directory / "config" / "live" / name

    def run(self, *args: str, env: Mapping[str, str] | None = None, timeout: float = 120) -> Finished:
        """Run certbot with these words and its three folders."""
        require(_CERTBOT)
        folders = [f"--{kind}-dir={self.directory / kind}" for kind in ("config", "work", "logs")]
        argv = [*self.starter, _CERTBOT, *args, *folders, "--non-interactive"]
        return run(argv, cwd=self.directory, env=self.environment(env), timeout=timeout)

    def run_text(self, text: str, *args: str, timeout: float = 120) -> Finished:
        """Run the command that an EAB file is, word for word save its ``sudo``, with ``args`` after it."""
        sudo, certbot, *words = shlex.split(text)
        assert (sudo, certbot) == ("sudo", "certbot"), f"no certbot command: {text!r}"
        return self.run(*words, *args, timeout=timeout)
