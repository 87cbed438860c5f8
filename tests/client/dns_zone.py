"""A zone at two name servers and a resolver, as values on loopback: what the client's look-ups are tested with."""

from contextlib import ExitStack
from typing import Self

from tegata.client.dnslookup import Lookup
from tegata.client.dnszones import Zones
from tegata.testing.dns import DnsServer
from tests.peers.ports import free_port

ZONE = "example.com."
NAME = "_acme-challenge.www.example.com."
_FIRST, _SECOND = "127.0.0.2", "127.0.0.3"


class TwoServers:
    """``example.com`` at ``ns1`` and ``ns2``, who have one port at two addresses; ``resolver`` leads to them."""

    def __init__(self) -> None:
        port = free_port()
        self.ns1, self.ns2 = DnsServer(host=_FIRST, port=port), DnsServer(host=_SECOND, port=port)
        self.resolver = DnsServer({"ns1.example.com": _FIRST, "ns2.example.com": _SECOND})
        self.resolver.set(ZONE, "SOA", "ns1.example.com. hostmaster.example.com. 1 3600 600 86400 1")
        self.resolver.set(ZONE, "NS", "ns1.example.com.", "ns2.example.com.")
        self.port = port

    def set(self, name: str, record_type: str, *values: str) -> None:
        """Both name servers have this from now on."""
        for server in (self.ns1, self.ns2):
            server.set(name, record_type, *values)

    def lookup(self, **more) -> Lookup:
        """What asks the resolver."""
        return Lookup([self.resolver.address], **{"timeout": 0.5, **more})

    def zones(self, **more) -> Zones:
        """What asks the resolver, and thinks that name servers answer at ``port``."""
        return Zones(self.lookup(), port=self.port, **more)

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            for server in (self.ns1, self.ns2, self.resolver):
                stack.enter_context(server)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()
