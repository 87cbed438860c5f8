"""A small internet of real DNS servers in a network namespace, all on port 53: root, BIND, its secondary, PowerDNS.

``example.com`` is at BIND with a secondary, ``example.net`` at PowerDNS, and so is 日本語.example; a recursive BIND
finds them all from the root. ``_acme-challenge.alias.example.com`` is an alias into example.net, and at
``_acme-challenge.crowded.example.com`` there are values of others (CROWD).
"""

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Self

from tests.peers.bind import Bind, Secondary
from tests.peers.namespace import ADDRESSES, Namespace
from tests.peers.pdns import PowerDns
from tests.peers.zones import Zone

PORT = 53
_ROOT, _BIND, _SECONDARY, _PDNS = ADDRESSES[:4]

COM, NET, IDN = "example.com", "example.net", "xn--wgv71a119e.example"

# Of what others have set there.
CROWD = ("v=another program's value", "several strings")
_CROWDED = [f'_acme-challenge.crowded TXT "{text[:8]}" "{text[8:]}"' for text in CROWD]

ZONES = (
    Zone(COM, {"ns1": _BIND, "ns2": _SECONDARY}, ["_acme-challenge.alias CNAME alias.acme.example.net.", *_CROWDED]),
    Zone(NET, {"ns1": _PDNS}),
    Zone(IDN, {"ns1": _PDNS}),
)


class DnsNetwork:
    """The servers ``root`` (recursive), ``bind``, ``secondary``, ``pdns``; as a context manager the thread is inside.

    The secondary sees after ``lag`` seconds what has changed; with None not in a test's life, unless it is told to
    ``fetch`` its ``copy``. The recursive server remembers for ``denial`` seconds that there was nothing.
    """

    def __init__(self, directory: Path, *, lag: int | None = 1, denial: int = 1) -> None:
        self.namespace = Namespace(directory)
        com, *others = (replace(zone, denial=denial) for zone in ZONES)
        root = Zone("", {"ns": _ROOT}, [line for zone in ZONES for line in zone.delegation()])
        self.copy = Secondary(COM, _BIND, PORT, every=86400 if lag is None else lag)
        self.root = Bind(directory / "root", host=_ROOT, port=PORT, zones=[root], recursive=True)
        self.bind = Bind(directory / "bind", host=_BIND, port=PORT, zones=[com])
        self.secondary = Bind(directory / "secondary", host=_SECONDARY, port=PORT, secondaries=[self.copy])
        self.pdns = PowerDns(directory / "pdns", host=_PDNS, port=PORT, zones=others)

    @property
    def resolver(self) -> str:
        """HOST:PORT of the recursive server."""
        return self.root.address

    @property
    def starter(self) -> tuple[str, ...]:
        """Words before a program's, for which the recursive server is then the system's resolver."""
        return self.namespace.resolving_by(self.root.host)

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            for part in (self.namespace, self.root, self.bind, self.secondary, self.pdns):
                stack.enter_context(part)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()
