"""Debian's Pebble and its challenge test server, configured for one test module; knows nothing of any client.

Pebble is the ACME project's own test server. Its random delays and authorization reuse are off; bad nonces are on
request. It dead-locks when more than about eight orders run side by side: a watchdog looks whether its store still
answers, and kills it with a goroutine dump in its log, so that a test fails at once instead of hanging.
"""

import json
import signal
import ssl
import threading
import urllib.error
import urllib.request
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

from tests.peers.command import require
from tests.peers.ports import free_port
from tests.peers.process import Process
from tests.peers.server_certificate import write_server_certificate

_WATCH_EVERY_SECONDS = 2.0
_WATCH_TIMEOUT_SECONDS = 30.0
_UNKNOWN_SERIAL = "1"


class Pebble:
    """Pebble on free ports, its files in ``directory``.

    Without ``validates`` it asks nobody and takes every answer to a challenge for good. ``nonce_reject`` is the
    percentage of good nonces it refuses; ``certificate_seconds`` the life of its certificates (Pebble's default is five
    years); ``alternate_roots`` how many chains it offers besides the first. Every name resolves to 127.0.0.1, or by
    the server at ``resolver`` (HOST:PORT); its own is told records at ``dns_url``. http-01 is asked for at
    ``http_port``, tls-alpn-01 at ``tls_port``.
    """

    eab_kid = "kid-1"
    eab_mac = "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W"

    def __init__(
        self,
        directory: Path,
        *,
        strict: bool = True,
        eab: bool = False,
        validates: bool = True,
        nonce_reject: int = 0,
        certificate_seconds: int | None = None,
        http_port: int | None = None,
        tls_port: int | None = None,
        resolver: str | None = None,
        alternate_roots: int = 0,
    ) -> None:
        self.directory = directory
        self.http_port = http_port or free_port()
        self.tls_port = tls_port or free_port()
        acme_port, management_port, dns_port, dns_management_port = (free_port() for _ in range(4))
        self.directory_url = f"https://127.0.0.1:{acme_port}/dir"
        self.management_url = f"https://127.0.0.1:{management_port}"
        self.resolver = resolver or f"127.0.0.1:{dns_port}"
        self.dns_url = f"http://127.0.0.1:{dns_management_port}"
        self.ca_file = directory / "server-root.pem"
        self.log = directory / "pebble.log"
        self._strict = strict
        self._has_own_dns = resolver is None
        self._environment = {
            "PEBBLE_VA_NOSLEEP": "1",
            "PEBBLE_AUTHZREUSE": "0",
            "PEBBLE_WFE_NONCEREJECT": str(nonce_reject),
            **({} if validates else {"PEBBLE_VA_ALWAYS_VALID": "1"}),
            "PEBBLE_ALTERNATE_ROOTS": str(alternate_roots),
        }
        self._config: dict[str, Any] = {
            "listenAddress": f"127.0.0.1:{acme_port}",
            "managementListenAddress": f"127.0.0.1:{management_port}",
            "certificate": str(directory / "server.crt"),
            "privateKey": str(directory / "server.key"),
            "httpPort": self.http_port,
            "tlsPort": self.tls_port,
            "ocspResponderURL": "",
            "externalAccountBindingRequired": eab,
        }
        if eab:
            self._config["externalAccountMACKeys"] = {self.eab_kid: self.eab_mac}
        if certificate_seconds is not None:
            self._config["certificateValidityPeriod"] = certificate_seconds

    def __enter__(self) -> Self:
        require("pebble", "pebble-challtestsrv")
        self.directory.mkdir(parents=True, exist_ok=True)
        write_server_certificate(self.ca_file, self.directory / "server.crt", self.directory / "server.key")
        self._tls = ssl.create_default_context(cafile=str(self.ca_file))
        config = self.directory / "pebble.json"
        config.write_text(json.dumps({"pebble": self._config}))
        with ExitStack() as stack:
            if self._has_own_dns:
                dns = stack.enter_context(Process(self._challenge_server(), log=self.directory / "challtestsrv.log"))
                dns.wait_for_line(r"Starting management server")
            argv = ["pebble", "-config", str(config), "-dnsserver", self.resolver]
            argv += ["-strict"] * self._strict
            self.process = stack.enter_context(Process(argv, log=self.log, env=self._environment))
            self.process.wait_for(self._answers, "an answer from Pebble's directory")
            self._stopping = threading.Event()
            watchdog = threading.Thread(target=self._watch, name="pebble-watchdog", daemon=True)
            watchdog.start()
            stack.callback(watchdog.join)
            stack.callback(self._stopping.set)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        ended = self.process.returncode
        self._stack.close()
        assert ended is None, f"Pebble ended with {ended} during the test; its last words are in {self.log}"

    def status(self, serial: int | str) -> dict[str, str]:
        """What Pebble knows of a certificate (serial as a number or in hex): ``Serial``, ``Status`` "Valid" or
        "Revoked", then with ``Reason`` and ``RevokedAt``, and ``Certificate`` in PEM.
        """
        text = format(serial, "x") if isinstance(serial, int) else serial
        answer: dict[str, str] = json.loads(self._management(f"cert-status-by-serial/{text}"))
        return answer

    def root_file(self, number: int = 0) -> Path:
        """The root that its certificates chain to (another one at every start), for ``openssl verify``."""
        path = self.directory / f"issuing-root-{number}.pem"
        path.write_bytes(self._management(f"roots/{number}"))
        return path

    def _challenge_server(self) -> list[str]:
        argv = ["pebble-challtestsrv", "-defaultIPv4", "127.0.0.1", "-defaultIPv6", ""]
        argv += ["-http01", "", "-https01", "", "-tlsalpn01", "", "-dns01", self.resolver]
        return [*argv, "-management", self.dns_url.removeprefix("http://")]

    def _answers(self) -> bool:
        try:
            return bool(self._read(self.directory_url))
        except OSError:
            return False

    def _management(self, path: str) -> bytes:
        return self._read(f"{self.management_url}/{path}")

    def _read(self, url: str) -> bytes:
        with urllib.request.urlopen(url, timeout=_WATCH_TIMEOUT_SECONDS, context=self._tls) as answer:
            body: bytes = answer.read()
            return body

    def _watch(self) -> None:
        """Ask for an unknown certificate now and then: that takes the store's lock, which a dead-lock never gives."""
        while not self._stopping.wait(_WATCH_EVERY_SECONDS) and self.process.returncode is None:
            try:
                self._management(f"cert-status-by-serial/{_UNKNOWN_SERIAL}")
            except urllib.error.HTTPError as expected:
                expected.close()
            except OSError:
                if not self._stopping.is_set():
                    self.process.signal(signal.SIGQUIT)  # Go prints every goroutine's stack and ends
                    self.process.stop()
