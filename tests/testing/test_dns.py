"""The DNS server of the test kit answers a real resolver over UDP and TCP; knows nothing of its insides."""

import signal
import socket
import subprocess
import sys

import dns.exception
import dns.flags
import dns.message
import dns.query
import dns.rcode
import dns.resolver
import pytest

from tegata.testing.dns import DnsServer


def resolver_for(server: DnsServer) -> dns.resolver.Resolver:
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers = [server.host]
    resolver.port = server.port
    resolver.lifetime = 5
    return resolver


def texts(server: DnsServer, name: str, record_type: str, *, tcp: bool = False) -> list[str]:
    return sorted(answer.to_text() for answer in resolver_for(server).resolve(name, record_type, tcp=tcp))


@pytest.mark.parametrize("tcp", [False, True], ids=["udp", "tcp"])
def test_answers_each_type_of_record(tcp: bool) -> None:
    zones = {
        "www.example.com": ["127.0.0.1", "127.0.0.2", "::1"],
        "example.com": {"CAA": '0 issue "ca.example"', "TXT": ['"one"', '"two words"']},
    }
    with DnsServer(zones) as server:
        assert texts(server, "www.example.com", "A", tcp=tcp) == ["127.0.0.1", "127.0.0.2"]
        assert texts(server, "WWW.Example.Com", "AAAA", tcp=tcp) == ["::1"]
        assert texts(server, "example.com", "TXT", tcp=tcp) == ['"one"', '"two words"']
        assert texts(server, "example.com", "CAA", tcp=tcp) == ['0 issue "ca.example"']


def test_an_alias_is_followed_to_its_end() -> None:
    with DnsServer({"real.example.com": "127.0.0.1"}) as server:
        server.set("one.example.com", "CNAME", "two.example.com.")
        server.set("two.example.com", "CNAME", "real.example.com.")
        answer = resolver_for(server).resolve("one.example.com", "A")
        assert [record.to_text() for record in answer] == ["127.0.0.1"]
        assert answer.canonical_name.to_text() == "real.example.com."
        assert texts(server, "one.example.com", "CNAME") == ["two.example.com."]


def test_an_alias_to_nowhere_and_an_alias_to_itself_end() -> None:
    with DnsServer() as server:
        server.set("lost.example.com", "CNAME", "gone.example.net.")
        server.set("self.example.com", "CNAME", "self.example.com.")
        with pytest.raises(dns.resolver.NXDOMAIN):
            texts(server, "lost.example.com", "A")
        query = dns.message.make_query("self.example.com", "A")
        response = dns.query.udp(query, server.host, port=server.port, timeout=60)
        assert response.rcode() == dns.rcode.NOERROR


def test_what_is_not_set_does_not_exist() -> None:
    with DnsServer({"a.www.example.com": "127.0.0.1"}) as server:
        with pytest.raises(dns.resolver.NXDOMAIN):
            texts(server, "other.example.com", "A")
        for name in ("a.www.example.com", "www.example.com"):  # the second only has a name below it
            with pytest.raises(dns.resolver.NoAnswer):
                texts(server, name, "TXT")


def test_records_change_while_it_runs() -> None:
    with DnsServer({"www.example.com": "127.0.0.1"}) as server:
        server.set("www.example.com", "A", "127.0.0.9")
        assert texts(server, "www.example.com", "A") == ["127.0.0.9"]
        server.set("www.example.com", "TXT", "kept")
        server.remove("www.example.com", "A")
        assert texts(server, "www.example.com", "TXT") == ['"kept"']
        server.remove("www.example.com")
        server.remove("never.example.com", "A")
        with pytest.raises(dns.resolver.NXDOMAIN):
            texts(server, "www.example.com", "TXT")


def test_a_default_address_answers_names_without_one() -> None:
    with DnsServer({"six.example.com": "::1"}, default_address="127.0.0.1") as server:
        assert texts(server, "anything.example.net", "A") == ["127.0.0.1"]
        server.set("example.net", "CAA", '0 issue ";"')
        assert texts(server, "example.net", "A") == ["127.0.0.1"]
        assert texts(server, "example.net", "CAA") == ['0 issue ";"']
        with pytest.raises(dns.resolver.NoAnswer):
            texts(server, "six.example.com", "A")


def test_queries_are_counted_by_name_and_type() -> None:
    with DnsServer({"www.example.com": ["127.0.0.1", "::1"]}) as server:
        assert server.count("www.example.com") == 0
        texts(server, "WWW.example.com", "A")
        texts(server, "www.example.com", "A", tcp=True)
        texts(server, "www.example.com", "AAAA")
        assert server.count("www.example.com", "A") == 2
        assert server.count("www.example.com") == 3
        assert server.count("example.com") == 0


def test_a_long_answer_is_cut_on_udp_and_whole_on_tcp() -> None:
    with DnsServer() as server:
        server.set("example.com", "TXT", *(f'"{number:0200}"' for number in range(20)))
        query = dns.message.make_query("example.com", "TXT")
        cut = dns.query.udp(query, server.host, port=server.port, timeout=60)
        assert cut.flags & dns.flags.TC
        assert len(texts(server, "example.com", "TXT")) == 20


def test_noise_does_not_stop_it() -> None:
    with DnsServer({"www.example.com": "127.0.0.1"}) as server:
        resolver = resolver_for(server)
        with (
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock,
            socket.create_connection((server.host, server.port)) as stream,
        ):
            stream.sendall(b"\x00\x05noise")
            sock.sendto(b"\x00not a message", (server.host, server.port))
        assert [record.to_text() for record in resolver.resolve("www.example.com", "A")] == ["127.0.0.1"]


def test_a_value_of_another_type_is_refused() -> None:
    server = DnsServer()
    with pytest.raises(dns.exception.DNSException):
        server.set("www.example.com", "A", "not an address")
    with pytest.raises(ValueError, match="no value"):
        server.set("www.example.com", "A")


def test_a_taken_port_is_an_error() -> None:
    with DnsServer() as server, pytest.raises(OSError, match="in use"), DnsServer(port=server.port):
        pass


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["SIGINT", "SIGTERM"])
def test_the_command_serves_until_it_is_stopped(number: signal.Signals) -> None:
    command = [sys.executable, "-m", "tegata.testing.dns", "--answer", "www.example.com=127.0.0.1"]
    with subprocess.Popen([*command, "--answer", "www.example.com=::1"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        word, _, address = process.stdout.readline().strip().partition(" ")
        assert word == "ready"
        host, _, port = address.rpartition(":")
        query = dns.message.make_query("www.example.com", "AAAA")
        assert "::1" in dns.query.udp(query, host, port=int(port), timeout=60).to_text()
        process.send_signal(number)
        assert process.wait() == 0
