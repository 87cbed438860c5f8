"""The installed ``tegata-ca`` command: a new CA, its server as a process, and the operator's commands (``forked``).

Knows the command line and its JSON, nothing of what is behind: not the database, not a module of the CA.
"""

import json
import signal
import ssl
import sys
import urllib.request
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from tegata.clock import rfc3339
from tegata.testing.dns import DnsServer
from tests.peers.command import Finished
from tests.peers.forked import run_forked
from tests.peers.ports import free_port
from tests.peers.process import Process

_TEGATA_CA = str(Path(sys.executable).with_name("tegata-ca"))
_START_SECONDS = 60


def change(file: Path, changes: Mapping[str, str]) -> None:
    """Write parts of a file of settings anew, each of which must be there."""
    text = file.read_text("utf-8")
    for before, after in changes.items():
        assert before in text, f"{before} is not in {file}"
        text = text.replace(before, after)
    file.write_text(text, "utf-8")


class TegataCA:
    """A CA on loopback: as a context manager it is initialised, and serves until the end.

    Its names resolve by ``dns`` (by default every name is 127.0.0.1), or by the server at ``resolver`` (HOST:PORT).
    http-01 is asked for at ``http_port``, tls-alpn-01 at ``tls_port``.
    ``issuer_domains``, if set before the start, are the CA's names in CAA records. Operators come from this machine.
    ``smtp`` is a URL as of ``init --smtp``; ``init`` are further words for that command. ``home`` is its ``--dir``.
    Without ``serves`` it is initialised only, without ``limits_orders`` there are no limits of orders and accounts.
    """

    def __init__(
        self,
        directory: Path,
        *,
        dns: DnsServer | None = None,
        resolver: str | None = None,
        smtp: str | None = None,
        init: Sequence[str] = (),
        env: Mapping[str, str] | None = None,
        serves: bool = True,
        limits_orders: bool = True,
    ) -> None:
        self.directory = directory
        self.home = directory / "tegata-ca"
        self.http_port, self.tls_port, acme_port, public_port = (free_port() for _ in range(4))
        self._listen, self._public_listen = f"127.0.0.1:{acme_port}", f"127.0.0.1:{public_port}"
        self.url = f"https://{self._listen}"
        self.directory_url = f"{self.url}/acme/"
        self.portal_url = f"{self.url}/portal/"
        self.public_url = f"http://{self._public_listen}"
        self.root_pem = self.home / "root.pem"
        self.ca_file = self.root_pem
        self.log = directory / "tegata-ca.log"
        self._environment = {"TEGATA_CA_PASSPHRASE": "correct horse battery staple", **(env or {})}
        self._smtp = smtp
        self.issuer_domains: tuple[str, ...] = ()
        self._init = tuple(init)
        self._resolver = resolver
        self._serves = serves
        self._limits_orders = limits_orders
        self._has_own_dns = dns is None and resolver is None
        self.dns = dns or DnsServer(default_address="127.0.0.1")

    def __enter__(self) -> Self:
        self.directory.mkdir(parents=True, exist_ok=True)
        with ExitStack() as stack:
            if self._has_own_dns:
                stack.enter_context(self.dns)
            self.run("init", *self._first_settings()).check()
            settings = self.home / "settings.toml"  # no option of init says these
            changes = {
                "tlsalpn01_port = 443": f"tlsalpn01_port = {self.tls_port}",
                "operator_networks = []": 'operator_networks = ["127.0.0.0/8"]',
                "issuer_domains = []": f"issuer_domains = {json.dumps(self.issuer_domains)}",
            }
            if not self._limits_orders:
                changes['orders_per_account = "300/3h"'] = 'orders_per_account = ""'
                changes['orders_per_contract = "3000/3h"'] = 'orders_per_contract = ""'
                changes['accounts_per_contract = "1000/3h"'] = 'accounts_per_contract = ""'
                changes['eabs_per_contract = "1000/30d"'] = 'eabs_per_contract = ""'
                changes['changes_per_account = "60/1h"'] = 'changes_per_account = ""'
            change(settings, changes)
            if self._serves:
                self.start()
                stack.callback(self._end)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def start(self) -> None:
        """Serve, after ``stop`` or ``kill``, on the ports it always had."""
        self.process = self.serve(self.home, self._listen, self._public_listen, self.log)

    def serve(self, home: Path, listen: str, public_listen: str, log: Path) -> Process:
        """A process that serves a directory of this CA's at these addresses."""
        argv = [_TEGATA_CA, "--dir", str(home), "serve", "--listen", listen, "--public-listen", public_listen]
        process = Process(argv, log=log, env=self._environment)
        try:
            process.wait_for_line(r"^ready acme=\S+ portal=\S+ public=\S+$", _START_SECONDS)
        except BaseException:
            process.kill()
            raise
        return process

    def stop(self) -> int:
        """SIGTERM: it drains and ends; its exit code."""
        return self.process.stop()

    def _end(self) -> None:
        """Stop; raises AssertionError where it has ended by itself, or cannot end well."""
        code = self.stop()
        assert code in (0, -signal.SIGKILL), f"tegata-ca ended with exit code {code}:\n{self.log.read_text()[-2000:]}"

    def kill(self) -> None:
        """SIGKILL: it has no chance to finish anything."""
        self.process.kill()

    def restart(self) -> None:
        """Stop and start."""
        self.stop()
        self.start()

    def run(self, *args: str, timeout: float = 120) -> Finished:
        """Run ``tegata-ca`` with these words on this CA."""
        argv = [_TEGATA_CA, "--dir", str(self.home), *args]
        return run_forked(argv, cwd=self.directory, env=self._environment, timeout=timeout)

    def json(self, *args: str) -> Any:
        """What the command prints with ``--json``; an AssertionError when it fails."""
        return json.loads(self.run(*args, "--json").check().stdout)

    def add_contract(
        self,
        *domains: str,
        organization: str = "Example Corporation",
        country: str = "JP",
        service: str = "ov-acme-1y",
        user: str = "admin@example.com",
        starts: datetime | str | None = None,
        ends: datetime | str | None = None,
    ) -> dict[str, Any]:
        """A new contract for these domains (default: www.example.com), as ``contract add --json`` prints it."""
        argv = ["--organization", organization, "--country", country, "--service", service, "--user", user]
        for domain in domains or ("www.example.com",):
            argv += ["--domain", domain]
        for option, time in (("--starts", starts), ("--ends", ends)):
            if time is not None:
                argv += [option, rfc3339(time) if isinstance(time, datetime) else time]
        contract: dict[str, Any] = self.json("contract", "add", *argv)
        return contract

    def get(self, url: str) -> bytes:
        """The body at a URL of this CA, TLS checked by its root; urllib.error.HTTPError for another status than 200."""
        tls = ssl.create_default_context(cafile=str(self.root_pem)) if url.startswith("https:") else None
        with urllib.request.urlopen(url, timeout=60, context=tls) as answer:
            body: bytes = answer.read()
            return body

    def _first_settings(self) -> list[str]:
        words = ["--url", self.url, "--public-url", self.public_url, "--tos", f"{self.public_url}/terms"]
        words += ["--resolver", self._resolver or self.dns.address, "--http01-port", str(self.http_port)]
        words += ["--allow-network", "127.0.0.0/8"]
        if self._smtp:
            words += ["--smtp", self._smtp]
        return [*words, *self._init]
