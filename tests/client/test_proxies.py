"""Ways through a proxy: which one the environment names, and requests to a CA behind a real one."""

import base64
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tegata.acme.wire import Request
from tegata.client.errors import BadProxy, CaUnreachable, TlsNotTrusted
from tegata.client.network import Network
from tegata.client.proxies import Proxies
from tegata.client.transport import HttpTransport
from tests.client.https_peer import Answer, Peer, https_peer
from tests.peers.connect_proxy import connect_proxy

LIMIT = 1000
# Resolved by nobody but the proxy.
HOST = "ca.behind.test"
URL = f"https://{HOST}/directory"


@pytest.fixture
def behind(tmp_path: Path) -> Iterator[Peer]:
    """A CA that is reached through the proxy only."""
    with https_peer(tmp_path, [HOST]) as running:
        yield running


def port_of(peer: Peer) -> int:
    return int(peer.url.rpartition(":")[2])


@pytest.fixture
def proxy_tls(behind: Peer) -> ssl.SSLContext:
    """The proxy's own certificate, of the same root, for 127.0.0.1."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(behind.root.parent / "server.pem", behind.root.parent / "server.key")
    return context


def sends(network: Network) -> list[int]:
    with HttpTransport(network) as transport:
        return [transport.send(Request("GET", URL), LIMIT).status for _ in range(2)]


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
@pytest.mark.parametrize("family", [None, 6])
def test_a_ca_behind_a_proxy(behind: Peer, monkeypatch: pytest.MonkeyPatch, variable: str, family: int | None):
    """One tunnel serves all requests; the proxy chooses the way to the CA, whatever version of IP is asked for."""
    with connect_proxy(port_of(behind)) as (url, asked):
        monkeypatch.setenv(variable, url.replace("://", "://robot:%70ass%3Aword@"))
        assert sends(Network(roots=(behind.root,), family=family)) == [200, 200]
    [head] = asked
    assert head.startswith(f"CONNECT {HOST}:443 HTTP/1.1\r\n")
    assert f"Basic {base64.b64encode(b'robot:pass:word').decode()}\r\n" in head
    assert behind.connections == 1


def test_a_proxy_that_speaks_tls(behind: Peer, proxy_tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch):
    """TLS to the CA within TLS to the proxy, each with its own certificate."""
    with connect_proxy(port_of(behind), tls=proxy_tls) as (url, asked):
        monkeypatch.setenv("HTTPS_PROXY", url)
        assert sends(Network(roots=(behind.root,))) == [200, 200]
        with pytest.raises(TlsNotTrusted) as caught:
            sends(Network())
    assert caught.value.facts["host"] == url.removeprefix("https://")
    assert len(asked) == 1
    assert behind.connections == 1


def test_great_texts_within_two_tls_connections(
    behind: Peer, proxy_tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
):
    great = bytes(range(256)) * 4000
    behind.answers = lambda asked: Answer(body=asked.body)
    with connect_proxy(port_of(behind), tls=proxy_tls) as (url, _):
        monkeypatch.setenv("HTTPS_PROXY", url)
        with HttpTransport(Network(roots=(behind.root,))) as transport:
            assert transport.send(Request("POST", URL, body=great), len(great)).body == great


def test_the_cas_name_is_judged_within_two_tls_connections(
    behind: Peer, proxy_tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
):
    """S-03: whoever runs the proxy shows in vain a certificate that is trusted, but another host's."""
    with connect_proxy(port_of(behind), tls=proxy_tls) as (url, _):
        monkeypatch.setenv("HTTPS_PROXY", url)
        with HttpTransport(Network(roots=(behind.root,))) as transport, pytest.raises(TlsNotTrusted) as caught:
            transport.send(Request("GET", "https://other.behind.test/directory"), LIMIT)
    assert type(caught.value) is TlsNotTrusted  # and not out of date, say
    assert caught.value.facts["host"] == "other.behind.test"
    assert behind.asked == []


def test_a_connection_that_ends_within_two_tls_connections(
    behind: Peer, proxy_tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
):
    """It is told, and not waited for without end."""
    with socket.create_server(("127.0.0.1", 0)) as silent:

        def hang_up() -> None:
            silent.accept()[0].close()

        threading.Thread(target=hang_up, daemon=True).start()
        with connect_proxy(silent.getsockname()[1], tls=proxy_tls) as (url, _):
            monkeypatch.setenv("HTTPS_PROXY", url)
            with pytest.raises(CaUnreachable):
                sends(Network(roots=(behind.root,)))


def test_the_cas_certificate_is_judged_behind_a_proxy(behind: Peer, monkeypatch: pytest.MonkeyPatch):
    """S-03"""
    with connect_proxy(port_of(behind)) as (url, _):
        monkeypatch.setenv("HTTPS_PROXY", url)
        with pytest.raises(TlsNotTrusted) as caught:
            sends(Network())
    assert caught.value.facts["host"] == HOST
    assert behind.asked == []


@pytest.mark.parametrize(
    ("answer", "reason", "passes"),
    [
        (b"HTTP/1.1 407 Authenticate\r\nContent-Length: 0\r\n\r\n", "the proxy answers 407 Authenticate", False),
        (b"HTTP/1.1 502\r\n\r\n", "the proxy answers 502", True),
        (b"SSH-2.0-OpenSSH_9.9\r\n\r\n", "illegal status line", False),
    ],
)
def test_a_proxy_that_does_not_lead_there(
    behind: Peer, monkeypatch: pytest.MonkeyPatch, answer: bytes, reason: str, passes: bool
):
    """The proxy's own words are in the error, its password is not; that the CA is away may pass."""
    with connect_proxy(port_of(behind), answer=answer) as (url, _):
        monkeypatch.setenv("HTTPS_PROXY", url.replace("://", "://robot:secret@"))
        with pytest.raises(CaUnreachable) as caught:
            sends(Network(roots=(behind.root,)))
    assert reason in str(caught.value.facts["reason"])
    assert "secret" not in str(caught.value)
    assert caught.value.passes is passes


@pytest.mark.parametrize(
    ("excepted", "host", "is_direct"),
    [
        ("", "ca.example", False),
        ("ca.example", "ca.example", True),
        ("example", "ca.example", True),
        (".example", "ca.example", True),
        ("*.example", "ca.example", True),
        ("*.example", "example", False),
        ("*", "ca.example", True),
        ("other.example, CA.example", "ca.example", True),
        ("ca.example:8443", "ca.example", True),
        ("ca.example:443", "ca.example", False),
        ("a.example", "ca.example", False),
        ("192.0.2.0/24", "192.0.2.7", True),
        ("192.0.2.0/24", "192.0.3.7", False),
        ("192.0.2.0/24, 203.0.113.9/24", "203.0.113.7", True),
        ("2001:db8::/32", "[2001:db8::7]", True),
        ("2001:db8::7", "[2001:db8::7]", True),
        ("rubbish/99,,", "192.0.2.7", False),
        ("", "localhost", True),
        ("", "127.0.0.53", True),
        ("", "[::1]", True),
    ],
)
def test_hosts_that_need_no_proxy(monkeypatch: pytest.MonkeyPatch, excepted: str, host: str, is_direct: bool):
    """NO_PROXY as lego reads it: domains, addresses, networks; and this machine is never reached by a proxy."""
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", excepted)
    assert (Proxies().towards(host, 8443) is None) is is_direct


@pytest.mark.parametrize(
    ("text", "host", "port", "is_https"),
    [
        ("proxy.example:3128", "proxy.example", 3128, False),
        ("http://proxy.example", "proxy.example", 80, False),
        ("https://[2001:db8::1]/", "2001:db8::1", 443, True),
    ],
)
def test_a_proxys_url(monkeypatch: pytest.MonkeyPatch, text: str, host: str, port: int, is_https: bool):
    monkeypatch.setenv("HTTPS_PROXY", text)
    proxy = Proxies().towards("ca.example", 443)
    assert proxy is not None
    assert (proxy.host, proxy.port, proxy.is_https, proxy.authorization) == (host, port, is_https, None)


@pytest.mark.parametrize(
    "proxy",
    [
        "socks5://user:secret@h:1",
        "gopher://user:secret@h:1",
        "http://user:secret@[::1",
        "http://user:secret@h:port",
        "http://user:secret@",
    ],
)
def test_a_proxy_that_cannot_be_used_is_told_without_its_password(monkeypatch: pytest.MonkeyPatch, proxy: str):
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    with pytest.raises(BadProxy) as caught:
        HttpTransport(Network())
    assert "secret" not in str(caught.value)


def test_a_proxy_of_another_kind_is_told_as_such(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HTTPS_PROXY", "socks5://proxy.example:1080")
    with pytest.raises(BadProxy) as caught:
        Proxies()
    assert caught.value.facts == {"reason": "SOCKS proxies are not supported"}


@pytest.mark.parametrize("https", ["", "http://proxy.example:3128"])
def test_socks_for_other_programs_stops_nothing(monkeypatch: pytest.MonkeyPatch, https: str):
    """ALL_PROXY is none of lego's variables."""
    monkeypatch.setenv("ALL_PROXY", "socks5h://127.0.0.1:1080")
    monkeypatch.setenv("HTTPS_PROXY", https)
    proxy = Proxies().towards("ca.example", 443)
    assert (proxy.host if proxy else "") == https[7:20]


def test_a_password_is_not_in_what_is_printed_of_a_proxy(monkeypatch: pytest.MonkeyPatch):
    """S-38"""
    monkeypatch.setenv("HTTPS_PROXY", "http://user:secret@proxy.example")
    proxy = Proxies().towards("ca.example", 443)
    assert "proxy.example" in repr(proxy)
    assert "Basic" not in repr(proxy)
