"""What a real unbound needs to validate an internet of its own, on loopback: for tests and benchmarks of its users.

Writes files and starts nothing. Knows which program it is, no CA and no ACME; needs dnspython and cryptography.
"""

import shutil
from pathlib import Path

import dns.dnssec
import dns.dnssectypes
import dns.name
import dns.zone
from cryptography.hazmat.primitives.asymmetric import ec

_DAY = 86_400
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
{server}
remote-control:
    control-enable: no
auth-zone:
    name: "."
    zonefile: "{directory}/root.zone"
    for-downstream: no
    for-upstream: yes
{zones}
"""


def signed_root(text: str) -> tuple[dns.zone.Zone, str]:
    """A root zone, written as in a zone file, signed with a new key; and that key as a trust anchor."""
    zone = dns.zone.from_text(text, origin=dns.name.root, relativize=False)
    private = ec.generate_private_key(ec.SECP256R1())
    key = dns.dnssec.make_dnskey(private.public_key(), dns.dnssectypes.Algorithm.ECDSAP256SHA256, flags=257)
    with zone.writer() as transaction:
        dns.dnssec.sign_zone(zone, transaction, keys=[(private, key)], lifetime=_DAY)
    return zone, f"IN DNSKEY {key.to_text()}"


def prepare(
    directory: Path,
    root: dns.zone.Zone,
    anchor: str,
    *,
    recommended: Path,
    port: int,
    server: str = "",
    zones: str = "",
) -> list[str]:
    """Write what unbound reads into the directory; the command that serves on ``port`` then, in the foreground.

    ``recommended`` are settings to begin with; ``server`` and ``zones`` are further lines of its settings.
    """
    root.to_file(str(directory / "root.zone"), relativize=False)
    settings = directory / "unbound.conf"
    values = {"recommended": recommended, "port": port, "directory": directory.absolute(), "anchor": anchor}
    settings.write_text(_SETTINGS.format(**values, server=server, zones=zones), "utf-8")
    # Debian's AppArmor profile holds the program at its own path to its own directories: run a copy.
    program = shutil.copy(shutil.which("unbound") or "/usr/sbin/unbound", directory / "unbound")
    return [str(program), "-d", "-p", "-c", str(settings)]
