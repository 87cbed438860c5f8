"""A real unbound with the recommended settings, which validates: the resolver that a CA is to ask.

Every name below ``DOMAIN`` leads to 127.0.0.1 and has nothing else, by a wildcard of a signed root zone of its own.
"""

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dns.dnssec
import dns.dnssectypes
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.query
import dns.zone
from cryptography.hazmat.primitives.asymmetric import ec
from servers import START_SECONDS, free_ports
from zone import DOMAIN

RECOMMENDED = Path(__file__).parents[1] / "docs" / "unbound.conf"
_ROOT = f"""\
$ORIGIN .
$TTL 60
@ SOA ns. hostmaster. 1 3600 600 86400 60
@ NS ns.
ns. A 127.0.0.1
*.{DOMAIN}. A 127.0.0.1
"""
_SETTINGS = """\
include: "{recommended}"
server:
    port: {port}
    directory: "{directory}"
    chroot: ""
    username: ""
    pidfile: ""
    do-daemonize: no
    trust-anchor: ". {anchor}"
remote-control:
    control-enable: no
auth-zone:
    name: "."
    zonefile: "{directory}/root.zone"
    for-downstream: no
    for-upstream: yes
"""


@contextmanager
def unbound(directory: Path) -> Iterator[str]:
    """It runs: its ``host:port``."""
    directory.mkdir()
    [port] = free_ports(1)
    settings = directory / "unbound.conf"
    values = {"recommended": RECOMMENDED, "port": port, "directory": directory.absolute()}
    settings.write_text(_SETTINGS.format(**values, anchor=_write_root(directory)), "utf-8")
    # Debian's AppArmor profile holds the program at its own path to its own directories: run a copy.
    program = shutil.copy(shutil.which("unbound") or "unbound", directory / "unbound")
    with (
        (directory / "unbound.log").open("wb") as log,
        subprocess.Popen([program, "-d", "-p", "-c", settings], stdout=log, stderr=log) as process,
    ):
        try:
            _await_answers(port)
            yield f"127.0.0.1:{port}"
        finally:
            process.terminate()


def _write_root(directory: Path) -> str:
    """Write the root zone, signed; its key as a trust anchor."""
    zone = dns.zone.from_text(_ROOT, origin=dns.name.root, relativize=False)
    private = ec.generate_private_key(ec.SECP256R1())
    key = dns.dnssec.make_dnskey(private.public_key(), dns.dnssectypes.Algorithm.ECDSAP256SHA256, flags=257)
    with zone.writer() as transaction:
        dns.dnssec.sign_zone(zone, transaction, keys=[(private, key)], lifetime=86400)
    zone.to_file(str(directory / "root.zone"), relativize=False)
    return f"IN DNSKEY {key.to_text()}"


def _await_answers(port: int) -> None:
    """Until it answers, and says that it has validated the answer."""
    query = dns.message.make_query(f"first.{DOMAIN}.", "A", want_dnssec=True)
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            answer = dns.query.udp(query, "127.0.0.1", timeout=1, port=port)
        except (OSError, dns.exception.DNSException):
            time.sleep(0.05)
            continue
        if not answer.answer or not answer.flags & dns.flags.AD:
            raise SystemExit(f"unbound does not validate: {answer}")
        return
    raise SystemExit("unbound does not answer")
