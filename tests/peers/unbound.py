"""The real unbound (Debian) with the recommended settings, validating an internet of its own with a signed root.

Everything below ``signed.example`` is signed, ``forged.example`` has signatures that do not hold, and below
``plain.example`` nothing is signed, as the signed root says. Knows nothing of ACME.
"""

from contextlib import ExitStack
from pathlib import Path
from typing import Self

import dns.exception
import dns.message
import dns.name
import dns.query
import dns.rdataset
import dns.rdatatype
import dns.zone

from tegata.testing.unbound import prepare, signed_root
from tests.peers.command import require
from tests.peers.ports import free_port
from tests.peers.process import Process
from tests.peers.server_certificate import write_server_certificate

RECOMMENDED = Path(__file__).parents[2] / "docs" / "unbound.conf"
FORGED = "www.forged.example"

_ROOT = """\
$ORIGIN .
$TTL 60
@ SOA ns. hostmaster. 1 3600 600 86400 60
@ NS ns.
ns. A 127.0.0.1
example. TXT "no name is without a record"
signed.example. TXT "nor this"
forged.example. TXT "nor this"
www.signed.example. A 127.0.0.1
www.signed.example. CAA 0 issue "ca.example"
_acme-challenge.www.signed.example. TXT "the value"
bare.signed.example. A 127.0.0.1
www.forged.example. A 127.0.0.1
www.forged.example. CAA 0 issue "ca.example"
_acme-challenge.www.forged.example. TXT "the value"
plain.example. NS ns.plain.example.
ns.plain.example. A 127.0.0.1
"""
_PLAIN = """\
$ORIGIN plain.example.
$TTL 60
@ SOA ns hostmaster 1 3600 600 86400 60
@ NS ns
ns A 127.0.0.1
www A 127.0.0.1
"""
_SERVER = """\
    do-not-query-localhost: no
    interface: 127.0.0.1@{tls_port}
    tls-port: {tls_port}
    tls-service-pem: "{directory}/server.pem"
    tls-service-key: "{directory}/server.key"
"""
_ZONES = """\
auth-zone:
    name: "plain.example"
    zonefile: "{directory}/plain.zone"
    for-downstream: no
    for-upstream: yes
"""


class Unbound:
    """unbound on loopback at ``address``, and by TLS at ``tls_port`` as localhost, vouched for by ``root_pem``."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.port, self.tls_port = free_port(), free_port()
        self.root_pem = directory / "root.pem"
        self.address = f"127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        require("unbound")
        self.directory.mkdir(parents=True, exist_ok=True)
        root, anchor = signed_root(_ROOT)
        _forge(root)
        (self.directory / "plain.zone").write_text(_PLAIN)
        write_server_certificate(self.root_pem, self.directory / "server.pem", self.directory / "server.key")
        argv = prepare(
            self.directory,
            root,
            anchor,
            recommended=RECOMMENDED,
            port=self.port,
            server=_SERVER.format(tls_port=self.tls_port, directory=self.directory),
            zones=_ZONES.format(directory=self.directory),
        )
        with ExitStack() as stack:
            self.process = stack.enter_context(Process(argv, log=self.directory / "unbound.log"))
            self.process.wait_for(self._serves, "unbound to answer")
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _serves(self) -> bool:
        query = dns.message.make_query("www.plain.example.", "A")
        try:
            return bool(dns.query.udp(query, "127.0.0.1", timeout=1, port=self.port).answer)
        except (OSError, dns.exception.DNSException):
            return False


def _forge(zone: dns.zone.Zone) -> None:
    """Put other records under signatures that were made before."""
    forgeries = {"A": "127.0.0.66", "CAA": '0 issue "ca.example; forged=yes"', "TXT": '"forged"'}
    for owner in (dns.name.from_text(FORGED), dns.name.from_text(f"_acme-challenge.{FORGED}")):
        for records in list(zone.find_node(owner).rdatasets):
            kind = dns.rdatatype.to_text(records.rdtype)
            if kind in forgeries:
                zone.replace_rdataset(owner, dns.rdataset.from_text("IN", kind, 60, forgeries[kind]))
