"""The provider ``rfc2136`` with a real BIND: signed changes of single values, zones, and what the server refuses."""

import socket
import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import dns.rcode
import pytest

from tegata.plugin_api.dns import MissingSettings, ProviderFailed, ProviderUnreachable
from tegata.plugin_api.environment import BadSetting
from tegata.plugin_api.registry import load
from tegata.plugins.dns import _update
from tegata.plugins.dns.rfc2136 import Rfc2136Provider
from tegata.testing.dns import DnsServer
from tegata.testing.providers import check, record, surroundings
from tests.peers.bind import ALGORITHMS, Bind
from tests.peers.ports import free_port
from tests.peers.zones import Zone

NAME = "_acme-challenge.www.example.com."
VALUE = "-fCS1lh6WLuBWbvkmdEhdymEvTR8MuI63XqlRVleM9Q"
SERVERS = {"ns1": "127.0.0.1"}

needs_bind = pytest.mark.peer("named")


@pytest.fixture(scope="module")
def bind(tmp_path_factory: pytest.TempPathFactory):
    com = Zone("example.com", SERVERS, ["_acme-challenge.alias CNAME elsewhere.example.net."])
    with Bind(tmp_path_factory.mktemp("bind"), zones=[com, Zone("sub.example.com", SERVERS)]) as server:
        yield server


def provider(server: str, **variables: str) -> Rfc2136Provider:
    settings = {"RFC2136_NAMESERVER": server, "RFC2136_DNS_TIMEOUT": "2", **variables}
    return Rfc2136Provider(surroundings("rfc2136", settings, zone="not.asked.for."))


def key(bind: Bind, algorithm: str = "hmac-sha256") -> dict[str, str]:
    found = bind.keys[algorithm]
    return {
        "RFC2136_TSIG_KEY": found.name,
        "RFC2136_TSIG_SECRET": found.secret,
        "RFC2136_TSIG_ALGORITHM": found.algorithm,
    }


def test_it_is_found_by_its_code():
    assert load("dns", "rfc2136") is Rfc2136Provider


@needs_bind
def test_it_conforms(bind: Bind):
    """Values come and go beside others, also from several threads."""
    check(provider(bind.address, **key(bind)), bind.texts, NAME)


@needs_bind
def test_the_ttl(bind: Bind):
    settings = {**key(bind), "RFC2136_TTL": "77"}
    there = provider(bind.address, **settings)
    there.add(record(VALUE, NAME))
    assert bind.ttl(NAME) == 77
    there.remove(record(VALUE, NAME))


@needs_bind
def test_a_long_value(bind: Bind):
    """It is several strings, as DNS has it (X-50), which whoever reads joins again."""
    long, place = "x" * 255 + "y" * 255 + "z", "_validation-persist.example.com."
    there = provider(bind.address, **key(bind))
    there.add(record(long, place))
    assert bind.texts(place) == {long}
    there.remove(record(long, place))
    assert bind.texts(place) == set()


@needs_bind
@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_every_algorithm_from_a_file_that_bind_reads_itself(bind: Bind, algorithm: str):
    there = provider(bind.address, RFC2136_TSIG_FILE=str(bind.keys[algorithm].file))
    there.add(record(VALUE, NAME))
    assert bind.texts(NAME) == {VALUE}
    there.remove(record(VALUE, NAME))


@needs_bind
def test_the_spellings_of_lego_v5(bind: Bind):
    """DNSUPDATE_ for RFC2136_, an algorithm with a final dot, sha1 when none is given."""
    sha1, sha512 = bind.keys["hmac-sha1"], bind.keys["hmac-sha512"]
    for found, more in ((sha1, {}), (sha512, {"DNSUPDATE_TSIG_ALGORITHM": "HMAC-SHA512."})):
        settings = {"DNSUPDATE_TSIG_KEY": f"{found.name}.", "DNSUPDATE_TSIG_SECRET": found.secret, **more}
        settings["DNSUPDATE_NAMESERVER"] = bind.address
        there = Rfc2136Provider(surroundings("rfc2136", settings))
        there.add(record(VALUE, NAME))
        assert bind.texts(NAME) == {VALUE}
        there.remove(record(VALUE, NAME))


@needs_bind
@pytest.mark.parametrize("name", ["_acme-challenge.sub.example.com.", "_acme-challenge.a.b.sub.example.com.", NAME])
@pytest.mark.parametrize("zones", ["", "example.com, Sub.example.com."])
def test_the_deepest_zone_is_changed(bind: Bind, name: str, zones: str):
    """It is the one that the server names, or one of those in the settings."""
    there = provider(bind.address, **key(bind), RFC2136_ZONES=zones)
    there.add(record(VALUE, name))
    assert bind.texts(name) == {VALUE}
    there.remove(record(VALUE, name))
    assert bind.texts(name) == set()


@needs_bind
def test_a_name_outside_all_zones(bind: Bind):
    elsewhere = record(VALUE, "_acme-challenge.example.org.")
    with pytest.raises(ProviderFailed) as caught:
        provider(bind.address, **key(bind)).add(elsewhere)
    assert caught.value.facts["reason"] == "it has no zone that holds the name"
    with pytest.raises(ProviderFailed) as caught:
        provider(bind.address, **key(bind), RFC2136_ZONES="example.com").add(elsewhere)
    assert caught.value.facts["reason"] == "no zone of RFC2136_ZONES holds the name"


@needs_bind
def test_an_alias_of_another_zone_is_still_in_this_one(bind: Bind):
    """Aliases were followed before; where that was switched off, the server names the zone of the alias itself."""
    with pytest.raises(ProviderFailed) as caught:
        provider(bind.address).add(record(VALUE, "_acme-challenge.alias.example.com."))
    assert "REFUSED" in str(caught.value.facts["reason"])


@needs_bind
def test_what_the_server_refuses(bind: Bind, monkeypatch: pytest.MonkeyPatch):
    """No signature, an unknown key, a wrong secret, a clock that is wrong: each is told apart."""
    good = key(bind)
    for settings, reason in (
        ({}, "it refuses a change without a signature, and no TSIG key is set (REFUSED)"),
        ({**good, "RFC2136_TSIG_KEY": "stranger"}, "it does not know the TSIG key by this name and algorithm (BADKEY)"),
        ({**good, "RFC2136_TSIG_SECRET": "d3Jvbmc="}, "its secret for the TSIG key is another one (BADSIG)"),
    ):
        with pytest.raises(ProviderFailed) as caught:
            provider(bind.address, **settings).add(record(VALUE, NAME))
        assert caught.value.facts == {"provider": "rfc2136", "reason": reason}
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() + 1000)
    with pytest.raises(ProviderFailed, match="BADTIME"):
        provider(bind.address, **good).add(record(VALUE, NAME))
    assert bind.texts(NAME) == set()


@needs_bind
def test_a_key_that_may_not_change_the_name(bind: Bind):
    """The zone's own records are not for these keys."""
    with pytest.raises(ProviderFailed, match="REFUSED"):
        provider(bind.address, **key(bind)).add(record(VALUE, "guarded.example.com."))


@contextmanager
def serving(server: socketserver.BaseServer) -> Iterator[None]:
    """The server serves meanwhile."""
    with server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
        try:
            yield
        finally:
            server.shutdown()


@pytest.mark.parametrize(
    ("rcode", "secret", "reason"),
    [
        (dns.rcode.NOTIMP, "", "it takes no DNS updates (NOTIMP)"),
        (dns.rcode.YXDOMAIN, "", "YXDOMAIN"),
        (dns.rcode.NOERROR, "d3Jvbmc=", "its answer is malformed, or not signed by the TSIG key"),
    ],
)
def test_other_answers(rcode: dns.rcode.Rcode, secret: str, reason: str):
    """The last one is a forger's, or a server's that looks at no signature."""

    class Unsigned(socketserver.BaseRequestHandler):
        """The header, and the zone section again."""

        def handle(self) -> None:
            data, answer_from = self.request
            header = data[:2] + bytes([0xA8, rcode, 0, 1]) + bytes(6)
            answer_from.sendto(header + data[12 : data.index(0, 12) + 5], self.client_address)

    settings = {"RFC2136_TSIG_KEY": "k", "RFC2136_TSIG_SECRET": secret, "RFC2136_ZONES": "example.com"}
    server = socketserver.UDPServer(("127.0.0.1", 0), Unsigned)
    with serving(server), pytest.raises(ProviderFailed) as caught:
        provider(f"127.0.0.1:{server.server_address[1]}", **settings).add(record(VALUE, NAME))
    assert caught.value.facts["reason"] == reason


@needs_bind
def test_a_server_that_hangs_up(bind: Bind):
    """The test's DNS server ends a connection that brings it a signature of a key it does not know."""
    with DnsServer() as server, pytest.raises(ProviderUnreachable) as caught:
        provider(server.address, **key(bind), RFC2136_ZONES="example.com", RFC2136_DNS_TIMEOUT="1").add(record(VALUE))
    assert caught.value.facts["reason"] == "the connection was closed"


def test_no_server():
    with pytest.raises(ProviderUnreachable) as caught:
        provider(f"127.0.0.1:{free_port()}", RFC2136_DNS_TIMEOUT="1").add(record(VALUE, NAME))
    assert caught.value.facts["reason"] == "Connection refused"
    with pytest.raises(ProviderUnreachable):
        provider("nowhere.invalid").add(record(VALUE, NAME))


@needs_bind
def test_by_tcp_where_udp_does_not_get_through(bind: Bind):
    class Forward(socketserver.BaseRequestHandler):
        """One DNS message and its answer, handed on to BIND."""

        def handle(self) -> None:
            with socket.create_connection((bind.host, bind.port)) as onward:
                onward.sendall(self.request.recv(65536))
                self.request.sendall(onward.recv(65536))

    port = free_port()
    settings = {**key(bind), "RFC2136_ZONES": "example.com", "RFC2136_DNS_TIMEOUT": "1"}
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent,
        serving(socketserver.TCPServer(("127.0.0.1", port), Forward)),
    ):
        silent.bind(("127.0.0.1", port))
        provider(f"127.0.0.1:{port}", **settings).add(record(VALUE, NAME))
    assert bind.texts(NAME) == {VALUE}
    provider(bind.address, **key(bind)).remove(record(VALUE, NAME))


@pytest.mark.parametrize(
    ("variables", "variable"),
    [
        ({"RFC2136_NAMESERVER": "ns1:port"}, "RFC2136_NAMESERVER"),
        ({"RFC2136_NAMESERVER": ":53"}, "RFC2136_NAMESERVER"),
        ({"RFC2136_NAMESERVER": "ns1:0"}, "RFC2136_NAMESERVER"),
        ({"RFC2136_TSIG_ALGORITHM": "hmac-md5"}, "RFC2136_TSIG_ALGORITHM"),
        ({"RFC2136_TSIG_ALGORITHM": "gss-tsig."}, "RFC2136_TSIG_ALGORITHM"),
        ({"RFC2136_TSIG_SECRET": "no base64!"}, "RFC2136_TSIG_SECRET"),
        ({"RFC2136_TSIG_KEY": "a..b"}, "RFC2136_TSIG_KEY"),
        ({"RFC2136_TSIG_FILE": "/nowhere/key"}, "RFC2136_TSIG_FILE"),
    ],
)
def test_settings_that_cannot_be_used(variables: dict[str, str], variable: str):
    """Nothing is asked of any server before."""
    settings = {"RFC2136_TSIG_KEY": "k", "RFC2136_TSIG_SECRET": "c2VjcmV0", **variables}
    with pytest.raises(BadSetting) as caught:
        provider(settings.pop("RFC2136_NAMESERVER", "127.0.0.1"), **settings)
    assert caught.value.facts["variable"] == variable
    assert "c2VjcmV0" not in str(caught.value.facts)


@pytest.mark.parametrize(
    ("server", "asked"),
    [
        ("127.0.0.1", ("127.0.0.1", 53)),
        ("127.0.0.1:5353", ("127.0.0.1", 5353)),
        ("ns1.example.com", ("ns1.example.com", 53)),
        ("::1", ("::1", 53)),
        ("[::1]", ("::1", 53)),
        ("[::1]:5353", ("::1", 5353)),
    ],
)
def test_forms_of_the_server(server: str, asked: tuple[str, int], monkeypatch: pytest.MonkeyPatch):
    """Host and port, however they are written, are what updates go to."""
    places: list[tuple[object, ...]] = []
    monkeypatch.setattr(_update, "UpdateServer", lambda _provider, *place, **_options: places.append(place[:2]))
    provider(server)
    assert places == [asked]


def test_without_a_server():
    with pytest.raises(MissingSettings) as caught:
        Rfc2136Provider(surroundings("rfc2136", {}))
    assert caught.value.facts["names"] == "RFC2136_NAMESERVER"
