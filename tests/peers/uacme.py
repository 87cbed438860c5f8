"""The real uacme (Debian's 1.7.4), a client in C on libcurl; knows no particular CA.

It trusts the machine's roots and has no word for others, so it runs where another file of roots lies in their place.
"""

from collections.abc import Mapping
from pathlib import Path

from tests.peers.command import Finished, Program, require, run

_ROOTS = "/etc/ssl/certs/ca-certificates.crt"
_TRUSTING = f'mount --bind "$0" {_ROOTS} && exec "$@"'


class Uacme(Program):
    """uacme with its files in ``directory/uacme``, agreeing to everything."""

    trust_variable = "UACME_KNOWS_NO_SUCH_VARIABLE"

    def certificate(self, name: str) -> Path:
        """The file of a certificate and its chain."""
        return self.directory / "uacme" / name / "cert.pem"

    def run(self, *args: str, env: Mapping[str, str] | None = None, timeout: float = 120) -> Finished:
        """Run uacme with these words, as root in a file system of its own."""
        require("uacme", "unshare")
        assert self.trust is not None, "uacme needs the roots to trust"
        rooted = ["unshare", "--mount", "--", "sh", "-c", _TRUSTING, str(self.trust)]
        argv = [*self.starter, *rooted, "uacme", "--confdir", str(self.directory / "uacme"), "--yes", *args]
        return run(argv, cwd=self.directory, env=env, timeout=timeout)
