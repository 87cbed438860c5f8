"""The tls-alpn-01 check against real TLS servers: what passes, and every reason why something does not."""

import asyncio
import base64
import contextlib
import json
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from tegata.acme.identifiers import Identifier
from tegata.ca import errors
from tegata.ca.policy.addresses import AddressFilter, parse_networks
from tegata.ca.ports import Verdict
from tegata.ca.validation.destinations import Destinations
from tegata.ca.validation.listeners import OwnListeners
from tegata.ca.validation.resolver import Resolver
from tegata.ca.validation.tlsalpn01 import TlsAlpn01, defect
from tegata.pki import keys
from tegata.pki.forms import KeyForm
from tegata.pki.key_types import KeyType
from tegata.testing.dns import DnsServer
from tegata.text.errors_validation import REASONS
from tests.ca.validation.web import closed_port

pytestmark = pytest.mark.anyio

NAME = "www.example.com"
TOKEN = "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA"
KEY_AUTHORIZATION = f"{TOKEN}.cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s"
DIGEST = bytes.fromhex("d5f092d6587a58bb8159bbe499d121772984bd347c32e23add7aa545595e33d4")
NOW = datetime(2026, 11, 24, 2, 31, tzinfo=UTC)

IDENTIFIER = "1.3.6.1.5.5.7.1.31"
DRAFT = "1.3.6.1.5.5.7.1.30.1"
SAN = "2.5.29.17"
KEY = keys.generate(KeyType.EC256)

Extension = tuple[x509.ExtensionType, bool]


def raw(oid: str, value: bytes, *, critical: bool = True) -> Extension:
    return x509.UnrecognizedExtension(x509.ObjectIdentifier(oid), value), critical


def names(*values: str) -> Extension:
    return x509.SubjectAlternativeName([x509.DNSName(value) for value in values]), False


def addresses(*values: str) -> Extension:
    return x509.SubjectAlternativeName([x509.IPAddress(ip_address(value)) for value in values]), False


# A directoryName whose common name is a BIT STRING, for which the library raises TypeError.
DIRECTORY_NAME_OF_BITS = bytes.fromhex("3013a411300f310d300b060355040303046576696c")
IDENTIFIED = raw(IDENTIFIER, b"\x04\x20" + DIGEST)


def certificate(*extensions: Extension, start: datetime = NOW) -> bytes:
    """A self-signed certificate with these extensions, in DER."""
    who = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "x")])
    builder = x509.CertificateBuilder(who, who, KEY.public_key(), 1, start, start + timedelta(days=1))
    for value, critical in extensions:
        builder = builder.add_extension(value, critical=critical)
    return builder.sign(KEY, hashes.SHA256()).public_bytes(Encoding.DER)


GOOD = certificate(names(NAME), IDENTIFIED)
WWW, ADDRESS = Identifier("dns", NAME), Identifier("ip", "127.0.0.1")


@pytest.fixture
def context(tmp_path: Path) -> Callable[..., ssl.SSLContext]:
    def make(der: bytes = GOOD, protocols: Sequence[str] = ("acme-tls/1",)) -> ssl.SSLContext:
        pem = tmp_path / "certificate.pem"
        pem.write_text(
            keys.to_pem(KEY, KeyForm.PKCS8).decode() + ssl.DER_cert_to_PEM_cert(der),
        )
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.load_cert_chain(pem)
        if protocols:
            made.set_alpn_protocols(list(protocols))
        return made

    return make


@contextlib.asynccontextmanager
async def serving(tls: ssl.SSLContext | None, said: bytes | None = None) -> AsyncIterator[tuple[int, list[bytes]]]:
    """A server on a free port; the list is what came after the handshake. ``said`` is sent at once."""
    heard: list[bytes] = []
    visits: list[asyncio.StreamWriter] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        visits.append(writer)
        if said is not None:
            await reader.read(1)
            writer.write(said)
        with contextlib.suppress(OSError):  # the check drops the connection
            while octets := await reader.read(4096):
                heard.append(octets)
        writer.transport.abort()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    async with server:
        yield server.sockets[0].getsockname()[1], heard
    for writer in visits:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


def greet(server: socket.socket, tls: ssl.SSLContext) -> None:
    """One handshake, in a thread."""
    connection, _ = server.accept()
    with connection, contextlib.suppress(OSError), tls.wrap_socket(connection, server_side=True):
        pass


async def check(
    port: int,
    *,
    own: Sequence[tuple[str, int]] = (),
    allow: Sequence[str] = ("127.0.0.0/8", "::1/128"),
    address: str = "127.0.0.1",
    identifier: Identifier = WWW,
    step_seconds: float = 10.0,
) -> Verdict:
    with DnsServer({NAME: address}) as dns:
        tlsalpn01 = TlsAlpn01(
            destinations=Destinations(
                resolver=Resolver([dns.address]),
                addresses=AddressFilter(parse_networks(allow)),
                listeners=OwnListeners(own),
            ),
            port=port,
            clock=lambda: NOW,
            step_seconds=step_seconds,
            total_seconds=20.0,
        )
        return await tlsalpn01.check(identifier, TOKEN, KEY_AUTHORIZATION)


def refusal(verdict: Verdict, kind: type[errors.ValidationFault]) -> str:
    assert type(verdict.error) is kind, verdict
    reason = str(verdict.error.facts["reason"])
    assert reason in REASONS, "every reason has its Japanese"
    return reason


@pytest.mark.parametrize(
    "der",
    [
        GOOD,
        certificate(names("WWW.Example.COM"), IDENTIFIED),
        certificate(names(NAME), IDENTIFIED, start=NOW - timedelta(days=4000)),
    ],
    ids=["right", "in capitals", "expired"],
)
async def test_the_right_certificate_passes(context, der):
    """X-01, X-02: name and digest decide. X-03: who signed it does not, and nothing is sent after the handshake."""
    async with serving(context(der)) as (port, heard):
        verdict = await check(port)
        await asyncio.sleep(0.05)
    assert verdict.error is None
    assert heard == []


async def test_of_a_certificate_its_beginning_is_kept(context, monkeypatch):
    """S-20: a server may show one of any size, and what was seen is kept for years."""
    monkeypatch.setattr("tegata.ca.validation.tlsalpn01._RECORDED", 100)
    async with serving(context(GOOD)) as (port, _):
        seen = json.loads((await check(port)).evidence)["certificate"]
    assert base64.b64decode(seen) == GOOD[:100]


async def test_the_connection_ends_with_the_handshake(context):
    """X-03: a server is not left with one that nobody uses."""
    ended = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            await reader.read(1)
        ended.set()
        writer.transport.abort()

    async with await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context()) as server:
        verdict = await check(server.sockets[0].getsockname()[1])
        async with asyncio.timeout(5):
            await ended.wait()
    assert verdict.error is None


async def test_what_is_asked(context):
    """X-01: the name as SNI, acme-tls/1 as the only protocol."""
    asked = []
    tls = context()
    tls.sni_callback = lambda _, name, __: asked.append(name)
    async with serving(tls) as (port, _):
        assert (await check(port)).error is None
    assert asked == [NAME]
    async with serving(context(protocols=["http/1.1", "h2"])) as (port, _):
        assert refusal(await check(port), errors.AcmeTlsFailed) == "it does not take acme-tls/1"


@pytest.mark.parametrize(
    ("der", "reason"),
    [
        (certificate(names(NAME), raw(IDENTIFIER, b"\x04\x20" + bytes(32))), "its acmeIdentifier holds another digest"),
        (
            certificate(names(NAME), raw(IDENTIFIER, b"\x04\x20" + DIGEST, critical=False)),
            "its acmeIdentifier is not critical",
        ),
        (certificate(names(NAME), raw(IDENTIFIER, DIGEST)), "its acmeIdentifier is malformed"),
        (certificate(names(NAME), raw(IDENTIFIER, b"\x04\x20" + DIGEST + b"\0")), "its acmeIdentifier is malformed"),
        (certificate(names(NAME), raw(IDENTIFIER, b"\x03\x20" + DIGEST)), "its acmeIdentifier is malformed"),
        (certificate(names(NAME)), "its certificate has no acmeIdentifier"),
        (
            certificate(names(NAME), raw(DRAFT, b"\x04\x20" + DIGEST)),
            "its certificate has an acmeIdentifier of a draft",
        ),
        (
            certificate(names(NAME), IDENTIFIED, raw(DRAFT, b"\x04\x20" + DIGEST)),
            "its certificate has an acmeIdentifier of a draft",
        ),
        (certificate(names(NAME, "b.example"), IDENTIFIED), "its certificate has not exactly one name"),
        (certificate(names(NAME, NAME), IDENTIFIED), "its certificate has not exactly one name"),
        (certificate(names("b.example"), IDENTIFIED), "its certificate is for another name"),
        (certificate(names("*.example.com"), IDENTIFIED), "its certificate is for another name"),
        (certificate(addresses("127.0.0.1"), IDENTIFIED), "its certificate is for another name"),
        (
            certificate((x509.SubjectAlternativeName([x509.RFC822Name(NAME)]), False), IDENTIFIED),
            "its certificate is for another name",
        ),
        (certificate(IDENTIFIED), "its certificate has no subjectAltName"),
        (
            certificate(names(NAME), IDENTIFIED, raw("1.3.6.1.5.5.7.1.32", b"\x04\x20" + DIGEST)).replace(
                bytes.fromhex("06082b06010505070120"), bytes.fromhex("06082b0601050507011f")
            ),
            "its certificate has an extension twice",
        ),
    ],
)
async def test_another_certificate(context, der, reason):
    """Each reason is told apart, and the certificate kept (X-02, X-03, S-14)."""
    async with serving(context(der)) as (port, _):
        verdict = await check(port)
    assert refusal(verdict, errors.WrongCertificate) == reason
    evidence = json.loads(verdict.evidence)
    assert base64.b64decode(evidence["certificate"]) == der
    assert reason in evidence["error"]


@pytest.mark.parametrize(
    ("der", "reason"),
    [
        (certificate(raw(SAN, b"\x30\x05ab"), IDENTIFIED), "its certificate cannot be read"),
        (certificate(raw(SAN, DIRECTORY_NAME_OF_BITS), IDENTIFIED), "its certificate cannot be read"),
        (
            certificate(names(NAME), IDENTIFIED, raw("2.5.29.99", b"\x30\x00")).replace(
                bytes.fromhex("0603551d63"), bytes.fromhex("0603551d11")
            ),
            "its certificate has an extension twice",
        ),
        (b"\x30\x03abc", "its certificate cannot be read"),
        (b"", "its certificate cannot be read"),
    ],
)
def test_certificates_that_openssl_does_not_serve(der, reason):
    """Other servers might: malformed extensions, a name given twice (X-03)."""
    assert defect(der, NAME, b"\x04\x20" + DIGEST) == reason
    assert reason in REASONS


async def test_an_address(context):
    """X-06: the reverse DNS's name as SNI, and the address as iPAddress in the certificate."""
    asked = []
    tls = context(certificate(addresses("127.0.0.1"), IDENTIFIED))
    tls.sni_callback = lambda _, name, __: asked.append(name)
    async with serving(tls) as (port, _):
        verdict = await check(port, identifier=ADDRESS)
        assert type((await check(port, identifier=ADDRESS, allow=())).error) is errors.AddressForbidden
    assert verdict.error is None
    assert asked == ["1.0.0.127.in-addr.arpa"]
    seen = json.loads(verdict.evidence)
    assert (seen["section"], seen["hops"][0]["url"]) == ("BR 3.2.2.5.7", f"https://127.0.0.1:{port}")


@pytest.mark.parametrize(
    ("san", "reason"),
    [
        (addresses("127.0.0.2"), "its certificate is for another name"),
        (addresses("::ffff:127.0.0.1"), "its certificate is for another name"),
        (addresses("127.0.0.1", "127.0.0.2"), "its certificate has not exactly one name"),
        (names("127.0.0.1"), "its certificate is for another name"),
        (names("1.0.0.127.in-addr.arpa"), "its certificate is for another name"),
    ],
)
async def test_no_certificate_for_an_address(context, san, reason):
    """X-06: an address as a name, or the name that was asked for, is not the address."""
    async with serving(context(certificate(san, IDENTIFIED))) as (port, _):
        assert refusal(await check(port, identifier=ADDRESS), errors.WrongCertificate) == reason


async def test_no_protocol_is_agreed_on(context):
    """X-01: the right certificate without ALPN is an ordinary web server's, which anybody may have uploaded."""
    async with serving(context(protocols=())) as (port, _):
        assert refusal(await check(port), errors.AcmeTlsFailed) == "it does not take acme-tls/1"


async def test_old_tls(context):
    """X-01, S-14: TLS 1.1 is refused, TLS 1.2 is taken."""
    tls = context()
    tls.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        tls.minimum_version = ssl.TLSVersion.TLSv1_1
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        tls.maximum_version = ssl.TLSVersion.TLSv1_1
    with socket.create_server(("127.0.0.1", 0)) as server, ThreadPoolExecutor() as pool:
        # asyncio's servers hang up without the alert that other ones send.
        pool.submit(greet, server, tls)
        verdict = await check(server.getsockname()[1])
    assert refusal(verdict, errors.AcmeTlsFailed) == "it speaks no TLS 1.2 or later"
    tls = context()
    tls.maximum_version = ssl.TLSVersion.TLSv1_2
    async with serving(tls) as (port, _):
        assert (await check(port)).error is None


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "it speaks no TLS"),
        (bytes((21, 3, 3, 0, 2, 2, 120)), "it does not take acme-tls/1"),
        (bytes((21, 3, 3, 0, 2, 2, 112)), "it knows no such name"),
        (bytes((21, 3, 3, 0, 2, 2, 40)), "the TLS handshake failed"),
    ],
)
async def test_no_handshake(said, reason):
    """What the other side says of itself is told on."""
    async with serving(None, said) as (port, _):
        assert refusal(await check(port), errors.AcmeTlsFailed) == reason


async def test_a_huge_certificate(context):
    """It is not read to its end."""
    der = certificate(names(NAME), IDENTIFIED, raw("1.3.6.1.4.1.1", b"\x04" * 200_000))
    async with serving(context(der)) as (port, _):
        assert refusal(await check(port), errors.AcmeTlsFailed) == "its certificates are too large"


async def test_a_stalled_handshake():
    """The time for it ends, long before that of the whole check."""
    async with serving(None) as (port, _), asyncio.timeout(15):
        assert refusal(await check(port, step_seconds=1.0), errors.ConnectionFailed) == "there was no answer in time"


async def test_nobody_there():
    """The port is named."""
    verdict = await check(closed_port())
    assert refusal(verdict, errors.ConnectionFailed) == "the connection was refused"
    (hop,) = json.loads(verdict.evidence)["hops"]
    assert hop["attempts"] == [{"address": "127.0.0.1", "failure": "the connection was refused"}]


async def test_where_it_may_not_look(context):
    """Addresses are filtered as for http-01, the CA's own listeners too (S-07)."""
    async with serving(context()) as (port, heard):
        for verdict in (await check(port, allow=()), await check(port, own=[("127.0.0.1", port)])):
            assert type(verdict.error) is errors.AddressForbidden
        assert heard == []


async def test_the_evidence_of_a_pass(context):
    """Name, method, token, resolver, addresses, times and the certificate."""
    async with serving(context()) as (port, _):
        evidence = json.loads((await check(port)).evidence)
    assert evidence.pop("resolvers")[0].startswith("Do53:127.0.0.1@")
    assert evidence == {
        "identifier": NAME,
        "domain_name": NAME,
        "method": "tls-alpn-01",
        "section": "BR 3.2.2.4.20",
        "token": TOKEN,
        "started": "2026-11-24T02:31:00Z",
        "finished": "2026-11-24T02:31:00Z",
        "hops": [
            {
                "url": f"https://{NAME}:{port}",
                "resolved": ["127.0.0.1"],
                "attempts": [{"address": "127.0.0.1", "failure": ""}],
                "status": None,
                "secure": False,
                "location": None,
            }
        ],
        "snippet": "",
        "lookup": None,
        "certificate": base64.b64encode(GOOD).decode(),
        "error": "",
    }
