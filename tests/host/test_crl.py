"""Revocation lists: what one says, what it must be signed by, and that no trouble with it is any trouble."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from tegata.host import crl
from tests.host import issued

NOW = issued.NOW
LEAF = issued.certificate(issued.new_key(), "www.example.com")
OTHER_NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Another CA")])


@pytest.fixture(autouse=True)
def _another_run() -> None:
    crl._fetch.cache_clear()


def der(revocation_list: x509.CertificateRevocationList) -> bytes:
    return revocation_list.public_bytes(Encoding.DER)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (der(issued.crl(LEAF.serial_number)), True),
        (der(issued.crl(1, LEAF.serial_number, 2)), True),
        (der(issued.crl(1)), False),
        (der(issued.crl()), False),
        (der(issued.crl(LEAF.serial_number, next_update=NOW)), False),
        (der(issued.crl(LEAF.serial_number, key=issued.new_key())), False),
        (der(issued.crl(LEAF.serial_number, key=rsa.generate_private_key(65537, 2048))), False),
        (der(issued.crl(LEAF.serial_number, name=OTHER_NAME)), False),
        (b"", False),
        (b"\x30\x03\x02\x01\x01", False),
        (issued.crl(LEAF.serial_number).public_bytes(Encoding.PEM), False),
    ],
)
def test_what_a_list_says(content: bytes, expected: bool) -> None:
    """Only the issuer's own list that is in force is believed."""
    assert crl.says_revoked(content, LEAF, issued.issuer(), NOW) is expected


def test_an_issuer_with_a_key_of_another_kind() -> None:
    """No signature of its can be there."""
    key = ed25519.Ed25519PrivateKey.generate()
    name = issued.CA_NAME
    other = (
        x509.CertificateBuilder()
        .issuer_name(name)
        .subject_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOW)
        .not_valid_after(NOW + timedelta(days=1))
        .sign(key, None)
    )
    assert not crl.says_revoked(der(issued.crl(LEAF.serial_number)), LEAF, other, NOW)


@contextmanager
def served(content: list[bytes]) -> Iterator[str]:
    """A web server with one file, or none while the list is empty."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if content else 404)
            self.end_headers()
            self.wfile.write(b"".join(content))

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/ca.crl"
        server.shutdown()
        thread.join()


def certificate_with(url: str) -> x509.Certificate:
    return issued.certificate(issued.new_key(), "www.example.com", crl_url=url)


def test_the_list_is_fetched_from_where_the_certificate_says() -> None:
    """And read; an answer that is an error is not (C-12)."""
    content: list[bytes] = []
    with served(content) as url:
        leaf = certificate_with(url)
        content[:] = [der(issued.crl(leaf.serial_number))]
        assert crl.is_revoked(leaf, issued.issuer(), NOW)
        content.clear()
        crl._fetch.cache_clear()
        assert not crl.is_revoked(leaf, issued.issuer(), NOW)


def test_it_is_fetched_once_for_all_certificates_of_a_run() -> None:
    """Of one CA five hundred have the same, which may be long; a host that does not answer is waited for once."""
    content: list[bytes] = []
    with served(content) as url:
        leaf = certificate_with(url)
        content[:] = [der(issued.crl(leaf.serial_number))]
        assert not crl.is_revoked(certificate_with(url), issued.issuer(), NOW)
        content.clear()
        assert crl.is_revoked(leaf, issued.issuer(), NOW)


def test_no_roots_of_tls_are_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The address has no TLS, and on some systems they take longer than the whole answer may."""
    loaded: list[ssl.SSLContext] = []
    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", lambda context, *_, **__: loaded.append(context))
    monkeypatch.setattr(ssl.SSLContext, "load_default_certs", lambda context, *_, **__: loaded.append(context))
    content: list[bytes] = []
    with served(content) as url:
        leaf = certificate_with(url)
        content[:] = [der(issued.crl(leaf.serial_number))]
        assert crl.is_revoked(leaf, issued.issuer(), NOW)
    assert loaded == []


def test_a_list_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading stops at the limit."""
    monkeypatch.setattr(crl, "SIZE_LIMIT", 100)
    content: list[bytes] = []
    with served(content) as url:
        leaf = certificate_with(url)
        content[:] = [der(issued.crl(leaf.serial_number))]
        assert not crl.is_revoked(leaf, issued.issuer(), NOW)


def test_a_host_that_never_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """It costs a moment, not the renewal."""
    monkeypatch.setattr(crl, "TIMEOUT_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        leaf = certificate_with(f"http://127.0.0.1:{silent.getsockname()[1]}/")
        start = time.monotonic()
        assert not crl.is_revoked(leaf, issued.issuer(), NOW)
        assert time.monotonic() - start < 30


@pytest.mark.parametrize("url", ["https://ca.example/ca.crl", "ldap://ca.example/", "http://", "http://127.0.0.1:1/"])
def test_no_list_no_trouble(url: str) -> None:
    """Other schemes are not followed, nobody need be there."""
    assert not crl.is_revoked(certificate_with(url), issued.issuer(), NOW)


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:1", "gopher://127.0.0.1:1"])
@pytest.mark.filterwarnings("error")
def test_a_proxy_that_cannot_be_used(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    """The thread that asks ends without a traceback."""
    monkeypatch.setenv("ALL_PROXY", proxy)
    assert not crl.is_revoked(certificate_with("http://192.0.2.1/a.crl"), issued.issuer(), NOW)


def test_a_certificate_without_a_list() -> None:
    """Nothing is asked."""
    assert not crl.is_revoked(LEAF, issued.issuer(), NOW)
