"""The real BIND (Debian's bind9) as a name server: primary with TSIG-signed updates, secondary, or recursive.

Needs no privilege but for port 53. Knows nothing of ACME.
"""

import base64
import secrets
import shutil
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import dns.exception
import dns.flags
import dns.message
import dns.opcode
import dns.query
import dns.rdatatype

from tests.peers.command import require, which
from tests.peers.ports import free_port
from tests.peers.process import Process
from tests.peers.zones import Zone

ALGORITHMS = ("hmac-sha1", "hmac-sha224", "hmac-sha256", "hmac-sha384", "hmac-sha512")

_OPTIONS = """\
options {{
  directory "{directory}";
  pid-file none;
  session-keyfile none;
  listen-on port {port} {{ {host}; }};
  listen-on-v6 {{ none; }};
  query-source address {host};
  transfer-source {host};
  recursion {recursion};
  dnssec-validation no;
  qname-minimization off;
  max-cache-ttl 1;
  notify no;
  allow-transfer {{ any; }};
}};
controls {{ }};
"""


@dataclass(frozen=True)
class Key:
    """A TSIG key; ``file`` holds it as tsig-keygen writes it."""

    name: str
    algorithm: str
    secret: str
    file: Path


@dataclass(frozen=True)
class Secondary:
    """A zone copied from the primary at ``host`` and ``port``, which is looked at every ``every`` seconds only.

    The primary tells it of nothing, so that this is how far it lags behind.
    """

    name: str
    host: str
    port: int
    every: int


class Bind:
    """BIND at ``host``, ``port`` (default: a free one), its files in ``directory``.

    It is primary for ``zones``, which whoever has one of ``keys`` (by algorithm) may update, but for the name
    ``guarded`` in each, and secondary for ``secondaries``. With ``recursive`` it resolves all other names as well,
    from the root zone it should then have.
    """

    def __init__(
        self,
        directory: Path,
        *,
        zones: Iterable[Zone] = (),
        secondaries: Iterable[Secondary] = (),
        host: str = "127.0.0.1",
        port: int | None = None,
        recursive: bool = False,
    ) -> None:
        self.directory = directory
        self.host = host
        self.port = port or free_port()
        self.address = f"{host}:{self.port}"
        self.log = directory / "named.log"
        self.keys: Mapping[str, Key] = {algorithm: self._key(algorithm) for algorithm in ALGORITHMS}
        self._zones = tuple(zones)
        self._secondaries = tuple(secondaries)
        self._recursive = recursive

    def __enter__(self) -> Self:
        require("named")
        self.directory.mkdir(parents=True, exist_ok=True)
        self._write()
        # Debian's AppArmor profile holds the program at its own path to its own directories: run a copy.
        program = shutil.copy(which("named") or "", self.directory / "named")
        with ExitStack() as stack:
            argv = [program, "-g", "-n", "1", "-c", str(self.directory / "named.conf")]
            self.process = stack.enter_context(Process(argv, log=self.log))
            self.process.wait_for(self._serves, "all zones to be served")
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def texts(self, name: str) -> set[str]:
        """The TXT values this server itself gives for a name."""
        answer = self._ask(name, "TXT")
        return {b"".join(record.strings).decode() for records in answer.answer for record in records}

    def ttl(self, name: str) -> int:
        """The TTL of a name's TXT values."""
        return self._ask(name, "TXT").answer[0].ttl

    def fetch(self, zone: Secondary) -> None:
        """Tell this secondary, in the primary's place, that the zone has changed (RFC 1996)."""
        notice = dns.message.make_query(zone.name, "SOA")
        notice.set_opcode(dns.opcode.NOTIFY)
        notice.flags |= dns.flags.AA
        dns.query.udp(notice, self.host, timeout=30, port=self.port, source=zone.host)

    def _key(self, algorithm: str) -> Key:
        secret = base64.b64encode(secrets.token_bytes(32)).decode("ascii")
        return Key(f"{algorithm}.example", algorithm, secret, self.directory / f"{algorithm}.key")

    def _write(self) -> None:
        for key in self.keys.values():
            text = f'key "{key.name}" {{\n\talgorithm {key.algorithm};\n\tsecret "{key.secret}";\n}};\n'
            key.file.write_text(text)
        yes = "yes" if self._recursive else "no"
        parts = [_OPTIONS.format(directory=self.directory, port=self.port, host=self.host, recursion=yes)]
        parts += [f'include "{key.file}";\n' for key in self.keys.values()]
        parts += [self._primary(zone) for zone in self._zones]
        parts += [self._secondary(zone) for zone in self._secondaries]
        (self.directory / "named.conf").write_text("".join(parts))

    def _primary(self, zone: Zone) -> str:
        file = self.directory / f"{zone.name or 'root'}.zone"
        file.write_text(zone.text())
        rules = [f"deny * name guarded.{zone.name}. ANY;"] if zone.name else []
        rules += [f"grant {key.name} zonesub ANY;" for key in self.keys.values()]
        return f'zone "{zone.name}." {{ type primary; file "{file}"; update-policy {{ {" ".join(rules)} }}; }};\n'

    def _secondary(self, zone: Secondary) -> str:
        file = self.directory / f"{zone.name}.copy"
        primaries = f"primaries {{ {zone.host} port {zone.port}; }};"
        refresh = " ".join(f"{limit}-refresh-time {zone.every};" for limit in ("min", "max"))
        return f'zone "{zone.name}." {{ type secondary; file "{file}"; {primaries} {refresh} }};\n'

    def _serves(self) -> bool:
        names = [zone.name for zone in self._zones] + [zone.name for zone in self._secondaries]
        try:
            return all(self._ask(f"{name}.", "SOA").answer for name in names)
        except (OSError, dns.exception.DNSException):
            return False

    def _ask(self, name: str, record_type: str) -> dns.message.Message:
        query = dns.message.make_query(name, record_type)
        return dns.query.tcp(query, self.host, timeout=30, port=self.port)
