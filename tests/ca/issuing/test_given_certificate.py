"""A TLS certificate that the operator gives, by real handshakes: taken anew when it changes, and its end told."""

import asyncio
import json
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from tegata.ca.issuing.given_certificate import GivenCertificate, ends_soon
from tegata.ca.issuing.keys import FileUnusable
from tegata.pki.life import life
from tests.peers.server_certificate import write_server_certificate

pytestmark = pytest.mark.anyio
NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)


class Files:
    """The files that the operator has put somewhere."""

    def __init__(self, directory: Path) -> None:
        self.root, self.certificate = directory / "root.pem", directory / "server.pem"
        self.key = directory / "server.key"

    def write(self, *, shifted: timedelta = timedelta(0)) -> int:
        """A new root and certificate; its serial number."""
        write_server_certificate(self.root, self.certificate, self.key, ["*.example.com"], shifted=shifted)
        return x509.load_pem_x509_certificate(self.certificate.read_bytes()).serial_number

    def given(self, host: str = "localhost") -> GivenCertificate:
        return GivenCertificate(self.certificate, self.key, host=host, secret=b"secret")


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


async def shown(given: GivenCertificate, root: Path) -> int:
    """The serial of the certificate that a client sees who trusts the root."""
    trust = ssl.create_default_context(cafile=str(root))
    async with await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0, ssl=given.context) as tls:
        port = tls.sockets[0].getsockname()[1]
        _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trust, server_hostname="localhost")
        encoded = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
        writer.close()
        await writer.wait_closed()
    return x509.load_der_x509_certificate(encoded).serial_number


async def test_it_is_taken_anew_when_it_changes(files: Files) -> None:
    """By the live context, without a restart; and not as long as nothing has changed."""
    first = files.write()
    given = files.given()
    assert await shown(given, files.root) == first
    assert not await given.renew_if_due(NOW)
    second = files.write()
    assert await given.renew_if_due(NOW)
    assert await shown(given, files.root) == second == given.certificate.serial_number
    assert not await given.renew_if_due(NOW)


async def test_a_pair_of_which_half_is_written(files: Files, tmp_path: Path) -> None:
    """The one in use stays whole, and the next look takes the pair once it is one."""
    first = files.write()
    given, root = files.given(), files.root.read_bytes()
    old = files.key.read_bytes()
    second = files.write()
    new = files.key.read_bytes()
    files.key.write_bytes(old)
    for _ in range(2):
        with pytest.raises(FileUnusable, match="not the key"):
            await given.renew_if_due(NOW)
    (tmp_path / "old.pem").write_bytes(root)
    assert await shown(given, tmp_path / "old.pem") == first
    files.key.write_bytes(new)
    assert await given.renew_if_due(NOW)
    assert await shown(given, files.root) == second


async def test_what_cannot_be_used(files: Files) -> None:
    """It is told by its file."""
    with pytest.raises(FileUnusable, match="No such file"):
        files.given()
    files.write()
    assert files.given("ca.example.com").certificate == files.given().certificate
    for host in ("ca.example.net", "example.com", "a.ca.example.com"):
        with pytest.raises(FileUnusable, match="not for the host"):
            files.given(host)
    files.certificate.write_bytes(b"x")
    with pytest.raises(FileUnusable, match="not a PEM certificate"):
        files.given()


async def test_its_end_is_told(files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    """When a fifth of its life is left, once a day, and no longer once there is a new one."""
    files.write()
    given = files.given()
    ends = given.certificate.not_valid_after_utc
    near = ends - life(given.certificate.not_valid_before_utc, ends) / 5
    assert [ends_soon(given.certificate, near + each * timedelta(seconds=1)) for each in (0, 1)] == [False, True]

    async def told(at: datetime) -> list[str]:
        capsys.readouterr()
        await given.renew_if_due(at)
        return [json.loads(line)["event"] for line in capsys.readouterr().err.splitlines()]

    assert await told(NOW) == []
    assert await told(ends - timedelta(hours=3)) == ["server-certificate.ends"]
    assert await told(ends) == []
    assert await told(ends + DAY) == ["server-certificate.ends"]
    files.write(shifted=DAY)
    assert await told(ends + timedelta(hours=1)) == ["server-certificate.taken"]
