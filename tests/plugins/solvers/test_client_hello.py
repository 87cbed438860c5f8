"""Reading a ClientHello: OpenSSL's own, cut and stuffed in every way."""

import contextlib
import ssl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tegata.plugins.solvers import _client_hello
from tegata.plugins.solvers._client_hello import ClientHello, NoClientHello


def hello(name: str | None, *protocols: str) -> bytes:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    if protocols:
        context.set_alpn_protocols(list(protocols))
    outgoing = ssl.MemoryBIO()
    tls = context.wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname=name)
    with contextlib.suppress(ssl.SSLWantReadError):
        tls.do_handshake()
    return outgoing.read()


GOOD = hello("a.example", "acme-tls/1")
BODY = GOOD[5:]


def record(content: bytes) -> bytes:
    return b"\x16\x03\x01" + len(content).to_bytes(2) + content


def with_extensions(*extensions: tuple[int, bytes]) -> bytes:
    packed = b"".join(kind.to_bytes(2) + len(content).to_bytes(2) + content for kind, content in extensions)
    body = b"\x03\x03" + bytes(32) + b"\x00" + b"\x00\x02\x13\x01" + b"\x01\x00" + len(packed).to_bytes(2) + packed
    return record(b"\x01" + len(body).to_bytes(3) + body)


@pytest.mark.parametrize(
    ("name", "protocols"),
    [("a.example", ("acme-tls/1",)), ("a.example", ("h2", "acme-tls/1")), ("a.example", ()), (None, ("acme-tls/1",))],
)
def test_name_and_protocols(name: str | None, protocols: tuple[str, ...]):
    expected = ClientHello(name.encode() if name else None, tuple(each.encode() for each in protocols))
    assert _client_hello.read(hello(name, *protocols)) == expected


def test_every_beginning_wants_more():
    assert all(_client_hello.read(GOOD[:length]) is None for length in range(len(GOOD)))


def test_a_message_in_several_records():
    whole = ClientHello(b"a.example", (b"acme-tls/1",))
    for cut in (1, 3, 4, 50):
        assert _client_hello.read(record(BODY[:cut]) + record(BODY[cut:])) == whole
    crumbs = b"".join(record(BODY[at : at + 1]) for at in range(len(BODY)))
    with pytest.raises(NoClientHello):
        _client_hello.read(crumbs)


NAME = b"\x00\x0c\x00\x00\x09a.example"


@pytest.mark.parametrize(
    "octets",
    [
        b"GET / HTTP/1.1",
        b"G",  # told by its first octet: nothing more is waited for
        b"\x17" + GOOD[1:],
        b"\x16\x02\x00\x00\x05",
        b"\x16\x03\x01\x00\x00",
        record(b"\x02" + BODY[1:]),
        record(b"\x01\xff\xff\xff" + BODY[4:]),
        record(b"\x01\x00\x00\x02\x03\x03"),
        with_extensions((0, NAME), (0, NAME)),
        with_extensions((16, b"\x00\x02\x01a"), (16, b"\x00\x02\x01a")),
        with_extensions((16, b"\x00\x0b\x0aacme")),
        with_extensions((16, b"")),
        with_extensions((0, b"\x00\x18\x00\x00\x09a.example\x00\x00\x09b.example")),
        with_extensions((0, b"\x00\x00")),
        with_extensions((0, b"\x00\x0c\x01\x00\x09a.example")),
        b"\x16\x03\x01\xff\xff" + b"\x01" * _client_hello.LIMIT_OCTETS,
    ],
)
def test_what_is_no_client_hello(octets: bytes):
    with pytest.raises(NoClientHello):
        _client_hello.read(octets)


@given(st.binary(max_size=400), st.integers(0, len(GOOD)), st.integers(0, len(GOOD)))
def test_nothing_else_is_ever_raised(junk: bytes, start: int, end: int):
    """Octets of anybody, and OpenSSL's own message with a piece of them in it."""
    for octets in (junk, record(b"\x01" + junk) if junk else b"", GOOD[:start] + junk + GOOD[end:]):
        with contextlib.suppress(NoClientHello):
            _client_hello.read(octets)
