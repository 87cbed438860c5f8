"""The real dehydrated (Debian's 0.7.0), a client in bash on curl and openssl; knows no particular CA."""

import shlex
from collections.abc import Mapping
from pathlib import Path

from tests.peers.command import Finished, Program, require, run


class Dehydrated(Program):
    """dehydrated with its files in ``directory``, after ``configure``."""

    trust_variable = "CURL_CA_BUNDLE"

    @property
    def well_known(self) -> Path:
        """Where it puts the answers to http-01."""
        return self.directory / "web" / ".well-known" / "acme-challenge"

    def certificate(self, name: str) -> Path:
        """The file of a certificate and its chain; ``name`` is the first one or the alias."""
        return self.directory / "certs" / name / "fullchain.pem"

    def configure(self, **settings: str) -> None:
        """Write its settings anew, with those of the test on top."""
        self.well_known.mkdir(parents=True, exist_ok=True)
        own = {"BASEDIR": str(self.directory), "WELLKNOWN": str(self.well_known), "KEY_ALGO": "rsa", "KEYSIZE": "2048"}
        lines = [f"{name}={shlex.quote(value)}\n" for name, value in {**own, **settings}.items()]
        (self.directory / "config").write_text("".join(lines), "utf-8")

    def run(self, *args: str, env: Mapping[str, str] | None = None, timeout: float = 120) -> Finished:
        """Run dehydrated with these words."""
        require("dehydrated", "curl")
        argv = [*self.starter, "dehydrated", "--config", str(self.directory / "config"), *args]
        return run(argv, cwd=self.directory, env=self.environment(env), timeout=timeout)
