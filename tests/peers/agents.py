"""The agents of a CA's perspectives as processes, each in a place of its own with a resolver of its own."""

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Self

from tegata.testing.dns import DnsServer
from tests.peers.ca import TegataCA, change
from tests.peers.internet import Place
from tests.peers.process import Process

PORT = 8444
_SECONDS = 60


class Agent:
    """The perspective ``name`` of a CA at a place; ``dns`` is what its resolver knows.

    As a context manager it is added to the CA's settings, which the CA reads at its next start, and begins to serve.
    """

    def __init__(self, ca: TegataCA, place: Place, name: str, region: str, dns: DnsServer) -> None:
        self.name, self.place, self.dns = name, place, dns
        self._ca, self._region = ca, region
        self.directory = ca.directory / name

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            with self.place.inside():
                stack.enter_context(self.dns)
            words = ["--address", f"{self.place.address}:{PORT}", "--region", self._region]
            self._ca.run("perspective", "add", self.name, *words).check()
            (self._ca.home / "perspectives" / self.name).rename(self.directory)
            change(self.directory / "agent.toml", {"resolvers = []": f'resolvers = ["{self.dns.address}"]'})
            self._begin()
            stack.callback(self.kill)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def start(self, *program: str) -> None:
        """Serve again; ``program`` are the words of another one that takes the command's place."""
        self._begin(*program)
        self.wait()

    def wait(self) -> None:
        """Return once it serves."""
        self.process.wait_for_line(rf"^ready perspective={self.name} address=\S+$", _SECONDS)

    def _begin(self, *program: str) -> None:
        argv = program or (str(Path(sys.executable).with_name("tegata-ca")),)
        words = [*self.place.starter, *argv, "--dir", str(self.directory), "perspective", "serve"]
        self.process = Process(words, log=self.directory / "agent.log", cwd=Path.cwd())

    def kill(self) -> None:
        """SIGKILL, also to one that stands still."""
        self.process.kill()
