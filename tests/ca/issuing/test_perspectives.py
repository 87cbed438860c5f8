"""The small CA of the perspectives, and the TLS by which a CA and its agents know each other, and nobody else."""

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID

from tegata.ca.issuing import layout, perspectives
from tegata.ca.issuing.build import authority_key_identifier, key_usage
from tegata.ca.issuing.keys import FileUnusable
from tests.ca.issuing.conftest import NOW

SECRET = b"correct horse"


class Place:
    """An agent's directory with its files."""

    def __init__(self, directory: Path, files: perspectives.AgentFiles) -> None:
        self.directory, self.files = directory, files
        for name, content in (
            (layout.AGENT_TRUST, files.trust),
            (layout.AGENT_CERTIFICATE, files.certificate),
            (layout.AGENT_KEY, files.key),
        ):
            (directory / name).parent.mkdir(parents=True, exist_ok=True)
            (directory / name).write_bytes(content)

    @property
    def certificate(self) -> x509.Certificate:
        return x509.load_pem_x509_certificate(self.files.certificate)

    @property
    def trust(self) -> x509.Certificate:
        return x509.load_pem_x509_certificate(self.files.trust)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A CA's directory."""
    (tmp_path / "ca").mkdir()
    return tmp_path / "ca"


@pytest.fixture
def paris(home: Path, tmp_path: Path) -> Place:
    return Place(tmp_path / "paris", perspectives.agent(home, "paris", SECRET, NOW))


def shaken(client: ssl.SSLContext, server: ssl.SSLContext, name: str) -> bytes:
    """What the server reads once both have seen who the other is; raises ssl.SSLError."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    asking = client.wrap_bio(to_client, to_server, server_hostname=name)
    answering = server.wrap_bio(to_server, to_client, server_side=True)
    for _ in range(4):
        for side in (asking, answering):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
    asking.write(b"errand")
    return answering.read(100)


def test_a_perspectives_certificate(paris: Place) -> None:
    """For one name, to serve by and nothing else, for ten years; by a CA that certifies no CA (B-43)."""
    ca, certificate = paris.trust, paris.certificate
    certificate.verify_directly_issued_by(ca)
    name = perspectives.server_name("paris")
    assert name == "paris.perspective.internal"
    assert [one.value for one in certificate.subject] == [name]
    begin = NOW - timedelta(hours=1)
    for one in (ca, certificate):
        assert (one.not_valid_before_utc, one.not_valid_after_utc) == (begin, begin + timedelta(days=3650))
    key = load_pem_private_key(paris.files.key, None).public_key()
    assert key == certificate.public_key()
    assert {each.value: each.critical for each in certificate.extensions} == {
        x509.SubjectKeyIdentifier.from_public_key(certificate.public_key()): False,
        x509.BasicConstraints(ca=False, path_length=None): True,
        key_usage("digital_signature"): True,
        x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]): False,
        x509.SubjectAlternativeName([x509.DNSName(name)]): False,
        authority_key_identifier(ca): False,
    }
    assert {each.value: each.critical for each in ca.extensions} == {
        x509.SubjectKeyIdentifier.from_public_key(ca.public_key()): False,
        x509.BasicConstraints(ca=True, path_length=0): True,
        key_usage("key_cert_sign"): True,
    }
    assert "PRIVATE" not in repr(paris.files)


def test_what_is_kept_of_it(home: Path, paris: Place) -> None:
    """Keys for their owner alone, encrypted; what the CA shows is for asking by only."""
    for path in (layout.PERSPECTIVES_KEY, layout.PRIMARY_BUNDLE):
        assert (home / path).stat().st_mode & 0o777 == 0o600
        assert b"ENCRYPTED PRIVATE KEY" in (home / path).read_bytes()
    assert (home / layout.PERSPECTIVES).stat().st_mode & 0o777 == 0o700
    assert (home / layout.PERSPECTIVES_CERTIFICATE).stat().st_mode & 0o777 == 0o644
    assert (home / layout.PERSPECTIVES_CERTIFICATE).read_bytes() == paris.files.trust
    primary = x509.load_pem_x509_certificate((home / layout.PRIMARY_BUNDLE).read_bytes())
    primary.verify_directly_issued_by(paris.trust)
    usage = primary.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [ExtendedKeyUsageOID.CLIENT_AUTH]


def test_the_next_place(home: Path, paris: Place, tmp_path: Path) -> None:
    """Has another key by the same CA."""
    lima = Place(tmp_path / "lima", perspectives.agent(home, "lima", SECRET, NOW))
    assert lima.trust == paris.trust
    assert lima.certificate.public_key() != paris.certificate.public_key()
    lima.certificate.verify_directly_issued_by(paris.trust)
    with pytest.raises(FileUnusable, match="pass phrase"):
        perspectives.agent(home, "oslo", b"wrong", NOW)


def test_half_a_life_later(home: Path, tmp_path: Path) -> None:
    """The small CA is renewed with the same key by whoever adds an agent: old and new know each other (B-43)."""
    now = datetime.now(UTC).replace(microsecond=0)
    begin = now - timedelta(days=1826)
    paris = Place(tmp_path / "paris", perspectives.agent(home, "paris", SECRET, begin))
    before = perspectives.agent(home, "lima", SECRET, now - timedelta(days=2))
    assert before.trust == paris.files.trust
    assert x509.load_pem_x509_certificate(before.certificate).not_valid_after_utc == paris.trust.not_valid_after_utc
    assert perspectives.ends(home) == paris.trust.not_valid_after_utc
    old = perspectives.primary_context(home, SECRET)
    lima = Place(tmp_path / "lima", perspectives.agent(home, "lima", SECRET, now))
    assert lima.trust.public_key() == paris.trust.public_key()
    ends = now - timedelta(hours=1) + timedelta(days=3650)
    assert {ends} == {lima.trust.not_valid_after_utc, lima.certificate.not_valid_after_utc, perspectives.ends(home)}
    for asking in (old, perspectives.primary_context(home, SECRET)):
        for place, name in ((paris, "paris"), (lima, "lima")):
            answering = perspectives.agent_context(place.directory)
            assert shaken(asking, answering, perspectives.server_name(name)) == b"errand"
    assert (home / layout.PRIMARY_BUNDLE).stat().st_mode & 0o777 == 0o600


def test_a_small_ca_that_was_not_finished(home: Path, paris: Place) -> None:
    """Its certificate was written last: without it the rest is made anew."""
    (home / layout.PERSPECTIVES_CERTIFICATE).unlink()
    again = perspectives.agent(home, "paris", SECRET, NOW)
    assert again.trust != paris.files.trust
    assert (home / layout.PERSPECTIVES_CERTIFICATE).read_bytes() == again.trust
    perspectives.primary_context(home, SECRET)


def test_both_know_each_other(home: Path, paris: Place, tmp_path: Path) -> None:
    """The CA the agent of this name, the agent the CA; over TLS 1.3 only (B-43)."""
    asking = perspectives.primary_context(home, SECRET)
    answering = perspectives.agent_context(paris.directory)
    assert shaken(asking, answering, perspectives.server_name("paris")) == b"errand"
    with pytest.raises(ssl.SSLError, match="ostname mismatch"):
        shaken(asking, answering, perspectives.server_name("lima"))
    old = perspectives.primary_context(home, SECRET)
    old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_2
    with pytest.raises(ssl.SSLError):
        shaken(old, answering, perspectives.server_name("paris"))
    answering.minimum_version = ssl.TLSVersion.TLSv1_2
    answering.maximum_version = ssl.TLSVersion.TLSv1_2
    with pytest.raises(ssl.SSLError):
        shaken(asking, answering, perspectives.server_name("paris"))


def test_nobody_else_is_known(home: Path, paris: Place, tmp_path: Path) -> None:
    """Nobody who shows nothing, an agent's certificate or another CA's; nor an agent of such a one (B-43)."""
    answering = perspectives.agent_context(paris.directory)
    name = perspectives.server_name("paris")
    nobody = ssl.create_default_context(cadata=paris.files.trust.decode())
    with pytest.raises(ssl.SSLError):
        shaken(nobody, answering, name)
    nobody.load_cert_chain(paris.directory / layout.AGENT_CERTIFICATE, paris.directory / layout.AGENT_KEY)
    with pytest.raises(ssl.SSLError):
        shaken(nobody, answering, name)
    other = tmp_path / "other"
    other.mkdir()
    foreign = Place(tmp_path / "foreign", perspectives.agent(other, "paris", SECRET, NOW))
    with pytest.raises(ssl.SSLError):
        shaken(perspectives.primary_context(other, SECRET), answering, name)
    with pytest.raises(ssl.SSLError):
        shaken(perspectives.primary_context(home, SECRET), perspectives.agent_context(foreign.directory), name)


@pytest.mark.parametrize("file", [layout.AGENT_TRUST, layout.AGENT_CERTIFICATE, layout.AGENT_KEY])
@pytest.mark.parametrize("is_there", [True, False])
def test_an_agent_without_one_of_its_files(paris: Place, file: Path, is_there: bool) -> None:
    """It is told which, and what is the matter with it."""
    path = paris.directory / file
    path.unlink()
    if is_there:
        path.write_bytes(b"nothing")
    with pytest.raises(FileUnusable, match="damaged" if is_there else "No such file"):
        perspectives.agent_context(paris.directory)


def test_a_ca_without_its_files(home: Path, paris: Place) -> None:
    """The same; a wrong pass phrase too."""
    with pytest.raises(FileUnusable, match="pass phrase is wrong"):
        perspectives.primary_context(home, b"wrong")
    (home / layout.PRIMARY_BUNDLE).unlink()
    with pytest.raises(FileUnusable, match="No such file"):
        perspectives.primary_context(home, SECRET)
    (home / layout.PERSPECTIVES_CERTIFICATE).unlink()
    with pytest.raises(FileUnusable, match="No such file"):
        perspectives.primary_context(home, SECRET)
