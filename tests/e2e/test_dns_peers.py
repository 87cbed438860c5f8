"""The DNS servers among the peers: each does the one thing the other tests count on."""

import subprocess
import time
from pathlib import Path

import dns.message
import dns.query
import dns.rcode
import dns.tsigkeyring
import dns.update
import pytest

from tests.peers.bind import ALGORITHMS, Bind, Key
from tests.peers.dns_network import COM, IDN, NET, DnsNetwork
from tests.peers.namespace import Namespace

NETWORK = Path("/proc/thread-self/ns/net")


def update(bind: Bind, name: str, value: str, key: Key | None) -> dns.rcode.Rcode:
    keyring = dns.tsigkeyring.from_text({key.name: key.secret}) if key else None
    message = dns.update.UpdateMessage(COM, keyring=keyring, keyalgorithm=key.algorithm if key else "hmac-sha256")
    message.add(name, 1, "TXT", value)
    return dns.query.tcp(message, bind.host, port=bind.port, timeout=60).rcode()


@pytest.mark.peer("ip")
def test_a_namespace_has_port_53_and_is_left_again(tmp_path: Path):
    before = NETWORK.readlink()
    with Namespace(tmp_path) as namespace:
        assert NETWORK.readlink() != before
        words = [*namespace.resolving_by("127.0.0.2"), "cat", "/etc/resolv.conf"]
        shown = subprocess.run(words, capture_output=True, text=True, check=True).stdout
        assert shown.startswith("nameserver 127.0.0.2\n")
    assert NETWORK.readlink() == before


@pytest.mark.peer("named", "pdns_server")
def test_the_recursive_server_finds_every_zone_from_the_root(dns_network: DnsNetwork):
    for zone, server in ((COM, "127.0.0.3"), (NET, "127.0.0.5"), (IDN, "127.0.0.5")):
        query = dns.message.make_query(f"ns1.{zone}", "A")
        answer = dns.query.udp(query, dns_network.root.host, timeout=60)
        assert server in str(answer.answer)


@pytest.mark.peer("named", "pdns_server")
def test_bind_takes_signed_updates_alone_and_its_secondary_lags(dns_network: DnsNetwork):
    bind, secondary = dns_network.bind, dns_network.secondary
    assert update(bind, "unsigned", "x", None) == dns.rcode.REFUSED
    for algorithm in ALGORITHMS:
        assert update(bind, "signed", algorithm, bind.keys[algorithm]) == dns.rcode.NOERROR
    assert bind.texts(f"signed.{COM}") == set(ALGORITHMS)
    deadline = time.monotonic() + 60
    while secondary.texts(f"signed.{COM}") != set(ALGORITHMS):
        assert time.monotonic() < deadline, "the secondary never came"
        time.sleep(0.05)


@pytest.mark.peer("named", "pdns_server")
def test_powerdns_has_its_zones(dns_network: DnsNetwork):
    assert dns_network.pdns.zone(NET)["kind"] == "Native"
    assert dns_network.pdns.texts(f"nothing.{NET}") == []
