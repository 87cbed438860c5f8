"""The servers that benchmarks run: Debian's Pebble, tegata-ca, and the DNS server of both, each a process of its own.

Every name leads to 127.0.0.1. Measures nothing.
"""

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.parse
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from zone import DOMAIN

BIN = Path(sys.executable).parent
PASSPHRASE = {"TEGATA_CA_PASSPHRASE": "correct horse battery staple"}
START_SECONDS = 120

_PEBBLE_KID = "kid-1"
_PEBBLE_MAC = "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W"


class Server(NamedTuple):
    """A running CA: where ACME begins, the root its TLS is trusted by, its process, and an external account binding.

    http-01 is asked for at ``http_port`` of this machine, tls-alpn-01 at ``tls_port``.
    """

    name: str
    directory_url: str
    trust: Path
    pid: int
    kid: str
    mac: str
    http_port: int
    tls_port: int = 0


def free_ports(count: int) -> list[int]:
    """Loopback ports that nobody listens on, all different."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def environment(home: Path, more: Mapping[str, str] | None = None) -> dict[str, str]:
    """A clean environment: no proxies and no settings of the caller's."""
    return {"PATH": os.environ["PATH"], "HOME": str(home), "LC_ALL": "C.UTF-8", "TZ": "UTC", **(more or {})}


@contextmanager
def dns(folder: Path) -> Iterator[str]:
    """The DNS server of ``zone``, with the records in this folder: its ``host:port``."""
    folder.mkdir(exist_ok=True)
    words = [sys.executable, str(Path(__file__).with_name("zone.py")), str(folder)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None, "a pipe was asked for"
        try:
            yield process.stdout.readline().split()[1]
        finally:
            process.terminate()


@contextmanager
def pebble(directory: Path, resolver: str, *, always_valid: bool = False, eab: bool = False) -> Iterator[Server]:
    """Pebble without its delays, its bad nonces and its reuse of authorizations; never more than 8 orders at once.

    With ``always_valid`` it asks nobody.
    """
    directory.mkdir(parents=True)
    acme, management, http, tls = free_ports(4)
    certificate, key = write_certificate(directory)
    settings: dict[str, object] = {
        "listenAddress": f"127.0.0.1:{acme}",
        "managementListenAddress": f"127.0.0.1:{management}",
        "certificate": str(certificate),
        "privateKey": str(key),
        "httpPort": http,
        "tlsPort": tls,
        "ocspResponderURL": "",
        "externalAccountBindingRequired": eab,
        "externalAccountMACKeys": {_PEBBLE_KID: _PEBBLE_MAC} if eab else {},
    }
    file = directory / "pebble.json"
    file.write_text(json.dumps({"pebble": settings}), "utf-8")
    behaviour = {"PEBBLE_VA_NOSLEEP": "1", "PEBBLE_WFE_NONCEREJECT": "0", "PEBBLE_AUTHZREUSE": "0"}
    if always_valid:
        behaviour["PEBBLE_VA_ALWAYS_VALID"] = "1"
    words = ["pebble", "-config", str(file), "-dnsserver", resolver]
    with _running(words, directory / "pebble.log", behaviour, rf"(?i)listening on: 127\.0\.0\.1:{acme}") as pid:
        _await_port(acme)
        yield Server("Pebble", f"https://127.0.0.1:{acme}/dir", certificate, pid, _PEBBLE_KID, _PEBBLE_MAC, http, tls)


@contextmanager
def tegata_ca(
    directory: Path,
    resolver: str,
    *,
    dnssec: bool = False,
    pkilint: bool = False,
    program: Sequence[str] = (str(BIN / "tegata-ca"),),
) -> Iterator[Server]:
    """A new tegata-ca with one contract for everything below ``DOMAIN``; ``program`` is what serves it.

    With ``dnssec`` the resolver has to validate; with ``pkilint`` it has the second lint of every certificate.
    """
    directory.mkdir(parents=True)
    acme, public, http = free_ports(3)
    home = directory / "tegata-ca"
    base = ["--dir", str(home)]
    url = f"https://127.0.0.1:{acme}"

    def run(*words: str) -> str:
        done = subprocess.run(
            [str(BIN / "tegata-ca"), *base, *words],
            env=environment(directory, PASSPHRASE),
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        return done.stdout

    run(*init_words(url, f"http://127.0.0.1:{public}", resolver, http))
    without_limits(home / "settings.toml")
    if dnssec:
        change(home / "settings.toml", "dnssec = false", "dnssec = true")
    if pkilint:
        change(home / "settings.toml", "pkilint = false", "pkilint = true")
    owner = [
        "--organization",
        "Example Corporation",
        "--country",
        "JP",
        "--locality",
        "Mitaka-shi",
        "--user",
        "admin@example.com",
    ]
    contract = json.loads(run("contract", "add", *owner, "--service", "ov-acme-1y", "--domain", f".{DOMAIN}", "--json"))
    listen = ["serve", "--listen", f"127.0.0.1:{acme}", "--public-listen", f"127.0.0.1:{public}"]
    with _running([*program, *base, *listen], directory / "tegata-ca.log", PASSPHRASE, "^ready ") as pid:
        eab = contract["eab"]
        yield Server("tegata-ca", f"{url}/acme/", home / "root.pem", pid, eab["kid"], eab["hmac"], http)


def without_limits(settings: Path) -> None:
    """One account places more orders here in a minute than a customer's in a month; each load makes accounts."""
    change(settings, 'orders_per_account = "300/3h"', 'orders_per_account = ""')
    change(settings, 'orders_per_contract = "3000/3h"', 'orders_per_contract = ""')
    change(settings, 'accounts_per_contract = "1000/3h"', 'accounts_per_contract = ""')


def change(settings: Path, before: str, after: str) -> None:
    """Write one line of the settings anew, which must be there."""
    text = settings.read_text("utf-8")
    assert before in text, f"{before} is not in {settings}"
    settings.write_text(text.replace(before, after), "utf-8")


def init_words(url: str, public_url: str, resolver: str, http_port: int) -> list[str]:
    """``tegata-ca init`` for a CA that validates on this machine."""
    words = ["init", "--url", url, "--public-url", public_url, "--resolver", resolver]
    return [*words, "--http01-port", str(http_port), "--allow-network", "127.0.0.0/8"]


@contextmanager
def _running(words: Sequence[str], log: Path, more: Mapping[str, str], ready: str) -> Iterator[int]:
    """A process that has printed the ready line: its id. At the end it gets SIGTERM, and time to drain."""
    with (
        log.open("wb") as output,
        subprocess.Popen(words, env=environment(log.parent, more), stdout=output, stderr=subprocess.STDOUT) as process,
    ):
        try:
            deadline = time.monotonic() + START_SECONDS
            while not re.search(ready, log.read_text("utf-8"), re.MULTILINE):
                if process.poll() is not None or time.monotonic() > deadline:
                    raise SystemExit(f"{words[0]} did not start:\n{log.read_text('utf-8')}")
                time.sleep(0.02)
            yield process.pid
        finally:
            process.terminate()


def _await_port(port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return


def write_certificate(directory: Path) -> tuple[Path, Path]:
    """The files of a certificate for 127.0.0.1 that is its own root, and of its P-256 key."""
    certificate, key = directory / "server.pem", directory / "server.key"
    words = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    words += ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2"]
    words += ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run(words, check=True, capture_output=True)
    return certificate, key


def host_and_port(url: str) -> tuple[str, int]:
    """Where a URL's server listens."""
    parts = urllib.parse.urlsplit(url)
    assert parts.hostname, "the URL of a server"
    assert parts.port, "all servers here are at a port of their own"
    return parts.hostname, parts.port
