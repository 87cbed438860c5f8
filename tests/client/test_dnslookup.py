"""Questions to DNS servers: which are asked, by which way, and what is said of those that are of no use."""

import socket

import dns.flags
import dns.name
import dns.rcode
import dns.resolver
import pytest
from dns.rdatatype import RdataType

from tegata.client.dnserrors import BadResolver, LookupFailed, NoResolvers
from tegata.client.dnslookup import Lookup, Server, Silent
from tegata.testing.dns import DnsServer
from tests.peers.ports import free_port

NAME = dns.name.from_text("www.example.com.")


class Refusing(DnsServer):
    """A server that answers nothing but an error."""

    code = dns.rcode.REFUSED

    def respond(self, query):
        response = super().respond(query)
        response.answer.clear()
        response.set_rcode(self.code)
        return response


@pytest.mark.parametrize(
    ("text", "server"),
    [
        ("127.0.0.1", Server("127.0.0.1", 53)),
        ("127.0.0.1:5353", Server("127.0.0.1", 5353)),
        ("localhost:5353", Server("127.0.0.1", 5353)),
        ("::1", None),
        ("[::1]", Server("::1", 53)),
        ("[::1]:5353", Server("::1", 5353)),
    ],
)
def test_servers_by_their_addresses(text: str, server: Server | None):
    if server is None:  # several colons and no brackets: an address alone
        server = Server("::1", 53)
    (found,) = Lookup([text]).servers
    assert found == server or (text.startswith("localhost") and found == Server("::1", 5353))


@pytest.mark.parametrize(
    "text",
    ["127.0.0.1:99999", "127.0.0.1:0", "127.0.0.1:x", "no such host", "https://dns.example/", "a@b:53", ":53", ""],
)
def test_what_is_no_server(text: str):
    with pytest.raises(BadResolver) as caught:
        Lookup([text])
    assert caught.value.facts == {"text": text}


def test_no_name_is_not_this_machine(monkeypatch: pytest.MonkeyPatch):
    """As Windows takes it for."""
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: [(2, 2, 17, "", ("192.0.2.1", 0))])
    with pytest.raises(BadResolver):
        Lookup([""])


def test_the_systems_servers_are_asked_when_none_is_named():
    """And no others: there is no public default."""
    assert [server.host for server in Lookup().servers] == [str(each) for each in dns.resolver.Resolver().nameservers]


@pytest.mark.parametrize("trouble", [dns.resolver.NoResolverConfiguration(), FileNotFoundError("no such registry key")])
def test_a_system_without_a_server(monkeypatch: pytest.MonkeyPatch, trouble: Exception):
    def no_configuration() -> None:
        raise trouble

    monkeypatch.setattr(dns.resolver, "Resolver", no_configuration)
    with pytest.raises(NoResolvers):
        Lookup()


def test_the_first_usable_answer_counts():
    """One that refuses and one that is down are passed over."""
    with Refusing() as refusing, DnsServer({"www.example.com": "192.0.2.1"}) as good:
        lookup = Lookup([f"127.0.0.1:{free_port()}", refusing.address, good.address], timeout=0.3)
        assert "192.0.2.1" in str(lookup.resolve(NAME, RdataType.A).answer)


def test_that_there_is_no_such_name_is_an_answer():
    with DnsServer() as server, DnsServer({"www.example.com": "192.0.2.1"}) as other:
        answer = Lookup([server.address, other.address]).resolve(NAME, RdataType.A)
    assert answer.rcode() == dns.rcode.NXDOMAIN


def test_what_each_server_said_is_told():
    with Refusing() as refusing, socket.socket(type=socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(LookupFailed) as caught:
            Lookup([refusing.address, address], timeout=0.1).resolve(NAME, RdataType.SOA)
    assert caught.value.facts == {
        "name": "www.example.com.",
        "type": "SOA",
        "reason": f"{refusing.address}: REFUSED; {address}: no answer in time",
    }


class Watching(DnsServer):
    """A server that knows how it was asked last."""

    recursion = False

    def respond(self, query):
        self.recursion = bool(query.flags & dns.flags.RD)
        return super().respond(query)


def test_an_authoritative_server_is_not_asked_to_look_further():
    with Watching() as server:
        lookup = Lookup([server.address])
        lookup.ask(lookup.servers[0], NAME, RdataType.TXT)
        assert not server.recursion
        lookup.resolve(NAME, RdataType.TXT)
        assert server.recursion


def test_an_answer_that_does_not_fit_is_fetched_by_tcp():
    with DnsServer() as server:
        server.set("www.example.com", "TXT", *(f'"{number:0200}"' for number in range(20)))
        answer = Lookup([server.address]).resolve(NAME, RdataType.TXT)
    assert len(answer.answer[0]) == 20


def test_tcp_only():
    """LEGO_EXPERIMENTAL_DNS_TCP_ONLY: a datagram is never sent."""
    with DnsServer({"www.example.com": "192.0.2.1"}) as server:
        server._listeners[1].close()  # the UDP side
        lookup = Lookup([server.address], timeout=0.5)
        with pytest.raises(Silent):
            lookup.ask(lookup.servers[0], NAME, RdataType.A)
        assert Lookup([server.address], tcp_only=True).resolve(NAME, RdataType.A).answer


@pytest.mark.parametrize("content", [b"", b"\x00", b"\xff" * 600, b"\x00" * 12])
def test_what_is_no_answer_is_not_taken_for_one(content: bytes):
    """Datagrams that answer another question, or none, are passed over (S-19)."""
    with socket.socket(type=socket.SOCK_DGRAM) as hostile:
        hostile.bind(("127.0.0.1", 0))
        lookup = Lookup([f"127.0.0.1:{hostile.getsockname()[1]}"], timeout=0.3)
        import threading

        def answer() -> None:
            _, whom = hostile.recvfrom(2000)
            hostile.sendto(content, whom)

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(LookupFailed):
            lookup.resolve(NAME, RdataType.A)
        thread.join()
