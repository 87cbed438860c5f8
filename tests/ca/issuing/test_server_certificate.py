"""The server's own TLS certificate, by real handshakes."""

import asyncio
import shutil
import ssl
import stat
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import pytest
from cryptography import x509

from tegata.ca.errors import TokenUnusable
from tegata.ca.issuing import aside, build, hierarchy, keys, layout
from tegata.ca.issuing.keys import FileUnusable
from tegata.ca.issuing.server_certificate import ServerCertificate
from tegata.ca.model import Revocation
from tegata.pki import certs
from tegata.pki.key_types import KeyType
from tegata.pki.life import life
from tests.ca.issuing.conftest import PUBLIC_URL, SECRET
from tests.peers import openssl

pytestmark = pytest.mark.anyio

# OpenSSL judges a certificate's times by the real clock.
NOW = datetime.now(UTC).replace(microsecond=0)


class Home(NamedTuple):
    """A CA's directory, and the host of its URL."""

    directory: Path
    host: str


@pytest.fixture(scope="module", params=["127.0.0.1", "localhost"])
def made(tmp_path_factory, request) -> Home:
    directory = tmp_path_factory.mktemp("home")
    url, month = f"https://{request.param}:8443", timedelta(days=30)
    hierarchy.create(directory, name="Example CA", url=url, public_url=PUBLIC_URL, secret=SECRET, now=NOW - month)
    return Home(directory, request.param)


@pytest.fixture
def home(made, tmp_path) -> Home:
    """A copy of its own for each test."""
    return Home(Path(shutil.copytree(made.directory, tmp_path / "ca")), made.host)


def server(home: Home, now: datetime = NOW) -> ServerCertificate:
    url = f"https://{home.host}:8443"
    return ServerCertificate(home.directory, url=url, public_url=PUBLIC_URL, secret=SECRET, now=now)


async def shown(own: ServerCertificate, home: Home) -> int:
    """The serial of the certificate a client that trusts the root sees, with the host checked."""
    trust = ssl.create_default_context(cafile=str(home.directory / layout.ROOT_CERTIFICATE))
    trust.verify_flags |= ssl.VERIFY_X509_STRICT
    async with await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0, ssl=own.context) as tls:
        port = tls.sockets[0].getsockname()[1]
        _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trust, server_hostname=home.host)
        encoded = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
        writer.close()
        await writer.wait_closed()
    return x509.load_der_x509_certificate(encoded).serial_number


async def test_a_client_that_trusts_the_root_connects(home):
    """The certificate carries the host of the URL, name or address, and the services CA comes with it."""
    own = server(home)
    assert certs.names_of(own.certificate) == (home.host,)
    assert await shown(own, home) == own.certificate.serial_number


async def test_openssl_agrees(home):
    """The chain verifies, name constraints and all."""
    server(home)
    openssl.verify(
        home.directory / layout.SERVER_BUNDLE,
        "-x509_strict",
        root=home.directory / layout.ROOT_CERTIFICATE,
        chain=home.directory / layout.SERVICES_CERTIFICATE,
    ).check()


async def test_it_is_short_lived_and_needs_no_crl(home):
    """Seven days, the last second counted (BR 7.1.2.11.2)."""
    certificate = server(home).certificate
    assert life(certificate.not_valid_before_utc, certificate.not_valid_after_utc) <= timedelta(days=7)
    with pytest.raises(x509.ExtensionNotFound):
        certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints)


async def test_it_is_kept_between_runs(home):
    """In an encrypted file of its owner's; a restart makes no new one."""
    first = server(home)
    path = home.directory / layout.SERVER_BUNDLE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert b"BEGIN ENCRYPTED PRIVATE KEY" in path.read_bytes()
    assert server(home).certificate == first.certificate


async def test_it_renews_itself_while_it_serves(home):
    """Once a third of the life is left; the live context shows the new one, with a new key."""
    own = server(home)
    first = own.certificate
    ends = first.not_valid_after_utc
    assert not await own.renew_if_due(ends - timedelta(days=7) / 3 - timedelta(seconds=1))
    assert own.certificate == first
    assert await own.renew_if_due(NOW + timedelta(days=7) * 2 / 3)
    assert own.certificate.public_key() != first.public_key()
    assert own.certificate.not_valid_after_utc > ends
    assert server(home, NOW + timedelta(days=5)).certificate == own.certificate


async def test_the_live_context_shows_the_renewed_one(home):
    """Without a restart: the next connection sees it."""
    own = server(home, NOW - timedelta(days=5))
    before = await shown(own, home)
    assert await own.renew_if_due(NOW)
    assert await shown(own, home) == own.certificate.serial_number != before


@pytest.mark.parametrize("days", [-20, 100])
async def test_a_start_at_another_time_renews_at_once(home, days):
    """A CA that was switched off for months, or whose clock was put back, comes up with a certificate that is valid."""
    server(home)
    then = NOW + timedelta(days=days)
    certificate = server(home, then).certificate
    assert certificate.not_valid_before_utc <= then < certificate.not_valid_after_utc


async def test_the_end_of_the_services_ca(home):
    """Its last certificate is made once and stays; after the end none is made, and a start goes on with the last."""
    ends = keys.load_certificate(home.directory / layout.SERVICES_CERTIFICATE).not_valid_after_utc
    own = server(home, ends - timedelta(days=7))
    assert await own.renew_if_due(ends - timedelta(days=2))
    last = own.certificate
    assert last.not_valid_after_utc == ends
    assert not await own.renew_if_due(ends - timedelta(hours=1))
    for _ in range(2):
        with pytest.raises(FileUnusable, match="has ended"):
            await own.renew_if_due(ends + timedelta(seconds=1))
    (home.directory / layout.SERVICES_KEY).unlink()
    assert server(home, ends + timedelta(days=1)).certificate == own.certificate == last
    (home.directory / layout.SERVER_BUNDLE).unlink()
    with pytest.raises(FileUnusable, match="has ended"):
        server(home, ends + timedelta(days=1))


async def test_a_services_ca_that_the_root_has_revoked(home):
    """It certifies nothing from then on (B-90, RFC 5280 §6.1.3); the last certificate is shown until it is replaced."""
    own = server(home, NOW - timedelta(days=6))
    root = keys.load_certificate(home.directory / layout.ROOT_CERTIFICATE)
    ca = hierarchy.CaWithKey(keys.load(home.directory / layout.ROOT_KEY, root, SECRET), root)
    services = keys.load_certificate(home.directory / layout.SERVICES_CERTIFICATE)
    revoked = [Revocation(certs.serial_hex(services), NOW, 4)]
    keys.put(home.directory / layout.ROOT_CRL, hierarchy.root_list(ca, 2, revoked, NOW))
    with pytest.raises(FileUnusable, match="has revoked it"):
        await own.renew_if_due(NOW)
    assert server(home).certificate == own.certificate
    (home.directory / layout.SERVER_BUNDLE).unlink()
    with pytest.raises(FileUnusable, match="has revoked it"):
        server(home)


@pytest.mark.parametrize("damage", [b"", b"garbage", None], ids=["empty", "garbage", "key cut off"])
async def test_a_damaged_file_is_replaced(home, damage):
    """It is the CA's own; nobody has to repair it."""
    own = server(home)
    path = home.directory / layout.SERVER_BUNDLE
    path.write_bytes(path.read_bytes()[:-200] if damage is None else damage)
    again = server(home)
    assert again.certificate != own.certificate
    assert await shown(again, home) == again.certificate.serial_number


@pytest.mark.peer("softhsm2-util")
async def test_a_services_ca_in_a_token(home, softhsm):
    """As a publicly trusted CA has it (B-95): it certifies and renews as one in a file does."""
    label = f"services of {home.host}"
    uri = softhsm.uri(quote(label))
    key = keys.open_or_make(uri, KeyType.EC256, directory=home.directory, secret=SECRET, environ={}).key
    root = keys.load_certificate(home.directory / layout.ROOT_CERTIFICATE)
    ca = hierarchy.CaWithKey(keys.load(home.directory / layout.ROOT_KEY, root, SECRET), root)
    role, subject = hierarchy.services_for(home.host), hierarchy.subject_of("Example CA", "Services", NOW)
    day = timedelta(days=1)
    made = hierarchy.certify(ca, role, subject, key.public_key(), public_url=PUBLIC_URL, now=NOW - 9 * day)
    keys.put(home.directory / layout.SERVICES_CERTIFICATE, certs.to_pem([made]))
    (home.directory / layout.SERVICES_KEY).unlink()
    urls = {"url": f"https://{home.host}:8443", "public_url": PUBLIC_URL}
    own = ServerCertificate(home.directory, secret=SECRET, now=NOW - 5 * day, uri=uri, environ={}, **urls)
    before = await shown(own, home)
    assert await own.renew_if_due(NOW)
    assert await shown(own, home) == own.certificate.serial_number != before
    away = uri.replace("token=tegata", "token=away")
    then = NOW + 9 * day
    last = ServerCertificate(home.directory, secret=SECRET, now=then, uri=away, environ={}, **urls)
    assert last.certificate == own.certificate
    with pytest.raises(TokenUnusable):
        await last.renew_if_due(then)
    with pytest.raises(FileUnusable, match="No such file"):
        server(home)


async def test_a_token_that_hangs(home, monkeypatch):
    """A start waits no longer than for a signature: it shows the last certificate, or says why there is none (B-95)."""
    own, then = server(home), NOW + timedelta(days=6)
    released = threading.Event()
    monkeypatch.setattr(aside, "TOKEN_SECONDS", 0.05)
    monkeypatch.setattr(build, "signed", lambda *_: released.wait(60))
    with pytest.raises(TokenUnusable, match="no answer in time"):
        await own.renew_if_due(then)
    assert server(home, then).certificate == own.certificate
    (home.directory / layout.SERVER_BUNDLE).unlink()
    with pytest.raises(TokenUnusable, match="no answer in time"):
        server(home, then)
    released.set()


async def test_another_host_needs_another_services_ca(home):
    """The constraints are told, not tripped over by every client."""
    with pytest.raises(FileUnusable, match="another host"):
        ServerCertificate(
            home.directory, url="https://other.example.com", public_url=PUBLIC_URL, secret=SECRET, now=NOW
        )
