"""What is seen of a name: CAA records by the climb, signatures that do not hold, and who answers at an address."""

import errno
import socket
from collections.abc import Callable

import dns.flags
import dns.message
import dns.name
import dns.rcode
import pytest

from tegata.acme.caa import CaaRecord
from tegata.client import precheck as prechecks
from tegata.client.dnserrors import LookupFailed
from tegata.client.dnslookup import Lookup
from tegata.client.precheck import Door, Permission, Precheck
from tegata.testing.dns import DnsServer
from tests.peers.ports import free_port

ISSUE = CaaRecord(0, "issue", b"ca.example")


@pytest.fixture
def zone():
    with DnsServer() as server:
        yield server


def looking(server: DnsServer) -> Precheck:
    return Precheck(Lookup([server.address], timeout=2), seconds=0.2)


def test_the_nearest_records_count(zone: DnsServer):
    """RFC 8659 §3: at the name, else at the nearest above, an alias's end included; elsewhere there are none."""
    zone.set("example.com", "CAA", '0 issue "ca.example"')
    assert looking(zone).permission("a.b.example.com") == Permission("example.com", (ISSUE,))
    zone.set("b.example.com", "CAA", '128 issuewild ";"', '0 issue "ca.example"')
    found = looking(zone).permission("a.b.example.com")
    assert found.domain == "b.example.com"
    assert set(found.records) == {ISSUE, CaaRecord(128, "issuewild", b";")}
    zone.set("www.example.net", "CNAME", "example.com.")
    assert looking(zone).permission("www.example.net") == Permission("example.com", (ISSUE,))
    assert looking(zone).permission("example.org") == Permission("example.org", ())


def test_where_records_can_be(zone: DnsServer):
    """Not beside an alias: the record that is advised is for the nearest name above."""
    zone.set("www.example.net", "CNAME", "cdn.example.org.")
    zone.set("cdn.example.org", "A", "192.0.2.1")
    assert looking(zone).permission("www.example.net") == Permission("example.net", ())
    assert looking(zone).permission("cdn.example.org") == Permission("cdn.example.org", ())


def test_what_is_no_name(zone: DnsServer):
    for name in ("a..b", "x" * 64 + ".example"):
        with pytest.raises(LookupFailed):
            looking(zone).permission(name)


class Validating(DnsServer):
    """A recursive server to whom the signatures of every name are wrong."""

    holds = False
    failure = dns.rcode.SERVFAIL

    def respond(self, query: dns.message.Message) -> dns.message.Message:
        response = super().respond(query)
        if not self.holds and not query.flags & dns.flags.CD:
            response.answer.clear()
            response.set_rcode(self.failure)
        return response


def test_signatures_that_do_not_hold():
    """A resolver that validates says no more than that it failed; what it has is shown to who does not mind (C-23)."""
    with Validating({"www.example.com": "192.0.2.1"}) as server:
        with pytest.raises(LookupFailed):
            looking(server).permission("www.example.com")
        assert looking(server).is_bogus("www.example.com")
        server.failure = dns.rcode.REFUSED
        assert not looking(server).is_bogus("www.example.com"), "who refuses neither"
        server.holds = True
        assert not looking(server).is_bogus("www.example.com")
        silent = looking(server)
    assert not silent.is_bogus("www.example.com"), "who is silent says nothing of signatures"


def test_addresses(zone: DnsServer, monkeypatch: pytest.MonkeyPatch):
    """IPv6 first, as CAs try them; of a flood only so many."""
    zone.set("www.example.com", "A", "192.0.2.1", "192.0.2.2")
    zone.set("www.example.com", "AAAA", "2001:db8::1")
    first, *others = looking(zone).addresses("www.example.com")
    assert (first, sorted(others)) == ("2001:db8::1", ["192.0.2.1", "192.0.2.2"])
    zone.set("alias.example.com", "CNAME", "www.example.com.")
    assert sorted(looking(zone).addresses("alias.example.com")) == sorted([first, *others])
    monkeypatch.setattr(prechecks, "_MOST_ADDRESSES", 2)
    assert len(looking(zone).addresses("www.example.com")) == 2
    assert looking(zone).addresses("other.example.com") == []


def test_doors(zone: DnsServer, monkeypatch: pytest.MonkeyPatch):
    here = looking(zone)
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert here.door("127.0.0.1", server.getsockname()[1]) is Door.OPEN
    assert here.door("127.0.0.1", free_port()) is Door.CLOSED

    def refuse(error: OSError) -> Callable[..., socket.socket]:
        def refusing(*_: object) -> socket.socket:
            raise error

        return refusing

    for error, seen in (
        (TimeoutError(), Door.SILENT),
        (OSError(errno.EHOSTUNREACH, "No route to host"), Door.SILENT),
        (OSError(errno.ENETUNREACH, "Network is unreachable"), Door.UNSEEN),  # as of a machine without IPv6
    ):
        monkeypatch.setattr(socket, "create_connection", refuse(error))
        assert here.door("127.0.0.1", 80) is seen
