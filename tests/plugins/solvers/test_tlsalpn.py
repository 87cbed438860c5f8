"""The own TLS listener for tls-alpn-01, asked by real TLS clients."""

import contextlib
import socket
import ssl
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509

from tegata.plugin_api.solver import Presentation, Solver
from tegata.plugins.solvers import _listener
from tegata.plugins.solvers._address import BadListenAddress, PortInUse
from tegata.plugins.solvers.tlsalpn import NoTemporaryFile, TlsAlpnSolver
from tests.peers.ports import free_port

IDENTIFIER = x509.ObjectIdentifier("1.3.6.1.5.5.7.1.31")
TOKEN = "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA"
KEY_AUTHORIZATION = f"{TOKEN}.cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s"
DIGEST = "d5f092d6587a58bb8159bbe499d121772984bd347c32e23add7aa545595e33d4"


def presentation(name: str = "www.example.com", token: str = TOKEN) -> Presentation:
    return Presentation(name, "tls-alpn-01", token, f"{token}.cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s")


@pytest.fixture
def port() -> int:
    return free_port()


@contextlib.contextmanager
def serving(port: int, *shown: Presentation) -> Iterator[TlsAlpnSolver]:
    solver = TlsAlpnSolver(f":{port}")
    for each in shown:
        solver.present(each)
    try:
        yield solver
    finally:
        for each in shown:
            solver.cleanup(each)


def ask(
    port: int,
    name: str | None = "www.example.com",
    protocols: tuple[str, ...] = ("acme-tls/1",),
    version: ssl.TLSVersion | None = None,
    at: str = "127.0.0.1",
) -> tuple[x509.Certificate, str | None, bytes]:
    """The certificate that is shown, the protocol that was agreed on, and what comes after the handshake."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if protocols:
        context.set_alpn_protocols(list(protocols))
    if version is not None:
        context.minimum_version = context.maximum_version = version
    with (
        socket.create_connection((at, port), timeout=60) as connection,
        context.wrap_socket(connection, server_hostname=name) as tls,
    ):
        der = tls.getpeercert(binary_form=True)
        assert der is not None
        return x509.load_der_x509_certificate(der), tls.selected_alpn_protocol(), tls.recv(16)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_shows_the_certificate_and_nothing_else(port: int, version: ssl.TLSVersion):
    """X-04: self-signed, one name, the critical extension as in F-11; the connection ends after the handshake."""
    with serving(port, presentation()):
        certificate, protocol, said = ask(port, version=version)
    assert (protocol, said) == ("acme-tls/1", b"")
    certificate.verify_directly_issued_by(certificate)
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert list(names) == [x509.DNSName("www.example.com")]
    extension = certificate.extensions.get_extension_for_oid(IDENTIFIER)
    assert extension.critical
    assert extension.value.public_bytes().hex() == "0420" + DIGEST
    assert bytes.fromhex("303106082b0601050507011f0101ff04220420" + DIGEST) in certificate.tbs_certificate_bytes


def test_each_name_has_its_own(port: int):
    """One listener for all of them, at IPv4 and IPv6; an address is asked for by its name in the reverse DNS."""
    shown = [presentation(), presentation("b.example", "u" * 22), presentation("192.0.2.7", "v" * 22)]
    with serving(port, *shown):
        for asked, name in [
            ("WWW.Example.com", x509.DNSName("www.example.com")),
            ("b.example", x509.DNSName("b.example")),
            ("7.2.0.192.in-addr.arpa", None),
        ]:
            certificate, _, _ = ask(port, asked, at="::1")
            (found,) = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
            assert found == name or (name is None and str(found.value) == "192.0.2.7")


@pytest.mark.parametrize("protocols", [(), ("h2",), ("http/1.1", "acme-tls/1"), ("acme-tls/1", "h2"), ("acme-tls/10",)])
def test_only_for_acme_tls_and_nothing_besides(port: int, protocols: tuple[str, ...]):
    """X-04: exactly one protocol is offered by a validator."""
    with serving(port, presentation()):
        with pytest.raises(ssl.SSLError, match=r"NO_APPLICATION_PROTOCOL|no application protocol"):
            ask(port, protocols=protocols)
        ask(port)


@pytest.mark.parametrize("name", [None, "b.example", "example.com", "x.www.example.com"])
def test_only_for_names_that_are_live(port: int, name: str | None):
    """X-04: nobody else's name gets a certificate."""
    with serving(port, presentation()), pytest.raises(ssl.SSLError, match=r"UNRECOGNIZED_NAME|unrecognized name"):
        ask(port, name)


def test_old_tls_is_refused(port: int):
    """RFC 8737 §3: TLS 1.2 or later."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_alpn_protocols(["acme-tls/1"])
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.minimum_version = ssl.TLSVersion.TLSv1_1
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    with serving(port, presentation()), socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        with pytest.raises(ssl.SSLError) as caught:
            context.wrap_socket(connection, server_hostname="www.example.com")
        assert "PROTOCOL_VERSION" in str(caught.value)


def test_opens_with_the_first_and_closes_with_the_last(port: int):
    one, two = presentation(), presentation("b.example", "u" * 22)
    solver: Solver = TlsAlpnSolver(f":{port}")
    assert solver.challenge_type == "tls-alpn-01"
    solver.cleanup(one)
    solver.present(one)
    solver.present(two)
    solver.cleanup(one)
    with pytest.raises(ssl.SSLError):
        ask(port)
    ask(port, "b.example")
    solver.cleanup(two)
    solver.cleanup(two)
    with pytest.raises(ConnectionRefusedError):
        ask(port)


def test_a_port_in_use_and_what_is_no_address(port: int):
    with socket.create_server(("127.0.0.1", port)), pytest.raises(PortInUse) as taken:
        TlsAlpnSolver(f":{port}").present(presentation())
    assert taken.value.facts == {"port": port, "address": f":{port}", "server": "HTTPS"}
    with pytest.raises(BadListenAddress) as bad:
        TlsAlpnSolver("443")
    assert bad.value.facts == {"address": "443", "flag": "tls"}


def test_a_stalled_handshake_is_ended(port: int, monkeypatch: pytest.MonkeyPatch):
    """X-04, S-18: a few seconds for all of it, and too many visitors push the oldest out."""
    monkeypatch.setattr(_listener, "LIFE_SECONDS", 0.3)
    monkeypatch.setattr(_listener, "CONNECTIONS", 3)
    hello = client_hello()
    with serving(port, presentation()), contextlib.ExitStack() as stack:
        began = time.monotonic()
        stalled = [stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=60)) for _ in range(6)]
        for each in stalled:
            with contextlib.suppress(OSError):  # the first ones have been shown the door
                each.sendall(hello)
        ask(port)
        for each in stalled:
            with contextlib.suppress(ConnectionError):
                while each.recv(4096):
                    pass
        assert time.monotonic() < began + 9


@pytest.mark.parametrize(
    "said",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\xff\xff" + b"\x01" * 30_000,
        b"\x16\x03\x01\x00\x01\x02",
        b"\x16\x03",
        b"",
    ],
    ids=["HTTP", "endless", "no hello", "cut short", "nothing"],
)
def test_what_is_no_tls_is_closed_and_harms_nobody(port: int, said: bytes):
    with serving(port, presentation()):
        with socket.create_connection(("127.0.0.1", port), timeout=60) as visitor, contextlib.suppress(OSError):
            visitor.sendall(said)
            visitor.shutdown(socket.SHUT_WR)
            assert visitor.recv(1) == b""
        ask(port)


def test_a_hello_may_come_in_pieces(port: int):
    hello = client_hello()
    with serving(port, presentation()), socket.create_connection(("127.0.0.1", port), timeout=60) as visitor:
        visitor.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for start in range(0, len(hello), 100):
            visitor.sendall(hello[start : start + 100])
            time.sleep(0.005)
        assert visitor.recv(1) == b"\x16"


def client_hello() -> bytes:
    """What a validator begins with."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.set_alpn_protocols(["acme-tls/1"])
    outgoing = ssl.MemoryBIO()
    tls = context.wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname="www.example.com")
    with contextlib.suppress(ssl.SSLWantReadError):
        tls.do_handshake()
    return outgoing.read()


def test_no_room_for_temporary_files(port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """It is told as any failure of an order, and the port is free again after the clean-up."""
    (tmp_path / "file").touch()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "file"))
    solver = TlsAlpnSolver(f":{port}")
    with pytest.raises(NoTemporaryFile) as caught:
        solver.present(presentation())
    assert caught.value.facts["reason"] == "Not a directory"
    solver.cleanup(presentation())
    socket.create_server(("", port)).close()
