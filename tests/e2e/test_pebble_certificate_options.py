"""tegata with Pebble: what the certificate is to be, and which files are made of it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.x509.oid import NameOID

from tegata.pki import csr, keys
from tegata.pki.forms import KeyForm
from tegata.pki.key_types import KeyType
from tests.e2e.certificates import crt, leaf
from tests.e2e.pebble_words import account, http, order
from tests.peers import openssl
from tests.peers.pebble import Pebble
from tests.peers.tegata import Tegata

pytestmark = pytest.mark.forked

NAME = "www.example.com"
OTHER = "www2.example.com"
NOW = ["--days", "9999", "--no-random-sleep"]


@pytest.fixture(scope="module")
def pebble(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pebble]:
    """One that offers three chains for each certificate."""
    with Pebble(tmp_path_factory.mktemp("pebble"), alternate_roots=2) as server:
        yield server


@pytest.fixture
def tegata(tegata: Tegata, pebble: Pebble) -> Tegata:
    return tegata.trusting(pebble.ca_file)


def file(tegata: Tegata, ending: str, name: str = NAME) -> Path:
    return tegata.path / "certificates" / f"{name}{ending}"


def spki_of(certificate: x509.Certificate) -> bytes:
    key = certificate.public_key()
    assert isinstance(key, keys.PublicKey)
    return keys.spki(key)


def blocks(path: Path) -> list[str]:
    return [line for line in path.read_text().splitlines() if line.startswith("-----BEGIN")]


@pytest.mark.parametrize("encoding", [Encoding.PEM, Encoding.DER])
def test_a_request_of_one_s_own(tegata: Tegata, pebble: Pebble, encoding: Encoding) -> None:
    """Its names count, no key is made or written, and a renewal goes the same way (C-22)."""
    key = keys.generate(KeyType.EC256)
    der = csr.build(key, (NAME, OTHER), common_name=OTHER)
    content = x509.load_der_x509_csr(der).public_bytes(encoding)
    (tegata.directory / "my.csr").write_bytes(content)
    words = [*account(pebble), *http(pebble), "--csr", "my.csr"]
    done = tegata.run(*words, "-a", "run").check()
    assert f"[{OTHER}, {NAME}] acme: Obtaining bundled SAN certificate given a CSR" in done.stderr
    assert not file(tegata, ".key", OTHER).exists()
    first = leaf(crt(tegata.path, OTHER))
    assert keys.spki(key.public_key()) == spki_of(first)
    tegata.run(*words, "renew", *NOW).check()
    second = leaf(crt(tegata.path, OTHER))
    assert second.serial_number != first.serial_number
    assert keys.spki(key.public_key()) == spki_of(second)


def test_a_request_with_its_key(tegata: Tegata, pebble: Pebble) -> None:
    """Then there is a key to write, in lego v4's form, and the files that hold it can be made."""
    key = keys.generate(KeyType.EC256)
    (tegata.directory / "my.csr").write_bytes(csr.build(key, (NAME,), common_name=None))
    (tegata.directory / "my.key").write_bytes(keys.to_pem(key, KeyForm.PKCS8))
    words = [*account(pebble), *http(pebble), "--csr", "my.csr", "-a", "run", "--pem"]
    done = tegata.run(*words)
    assert done.code == 1
    assert not list((tegata.path).rglob("*.crt"))
    tegata.run(*words, "--private-key", "my.key").check()
    assert blocks(file(tegata, ".key")) == ["-----BEGIN EC PRIVATE KEY-----"]
    assert blocks(file(tegata, ".pem")) == [*["-----BEGIN CERTIFICATE-----"] * 2, "-----BEGIN EC PRIVATE KEY-----"]


@pytest.mark.parametrize(
    ("key_type", "form"),
    [
        (KeyType.RSA2048, KeyForm.TRADITIONAL),
        (KeyType.EC256, KeyForm.TRADITIONAL),
        (KeyType.EC384, KeyForm.PKCS8),
    ],
)
def test_a_key_of_one_s_own(tegata: Tegata, pebble: Pebble, key_type: KeyType, form: KeyForm) -> None:
    """PKCS#1, SEC1 and PKCS#8, whatever --key-type says."""
    key = keys.generate(key_type)
    (tegata.directory / "my.key").write_bytes(keys.to_pem(key, form))
    tegata.run(*order(pebble, NAME), "-a", "run", "--private-key", "my.key").check()
    assert spki_of(leaf(crt(tegata.path, NAME))) == keys.spki(key.public_key())
    written = load_pem_private_key(file(tegata, ".key").read_bytes(), None)
    assert isinstance(written, keys.PrivateKey)
    assert keys.spki(written.public_key()) == keys.spki(key.public_key())


def test_the_key_of_before(tegata: Tegata, pebble: Pebble) -> None:
    """--reuse-key keeps it, its loss is told before anything is ordered, and without the flag it is a new one."""
    tegata.run(*order(pebble, NAME), "-a", "run").check()
    key = file(tegata, ".key").read_bytes()
    tegata.run(*order(pebble, NAME), "renew", *NOW, "--reuse-key").check()
    assert file(tegata, ".key").read_bytes() == key
    tegata.run(*order(pebble, NAME), "renew", *NOW).check()
    assert file(tegata, ".key").read_bytes() != key
    file(tegata, ".key").unlink()
    done = tegata.run(*order(pebble, NAME), "renew", *NOW, "--reuse-key")
    assert done.code == 1
    assert "--private-key" in done.stderr


@pytest.mark.peer("openssl")
def test_another_chain(tegata: Tegata, pebble: Pebble) -> None:
    """The one whose topmost certificate the wanted root has issued; without it, the default one, and a line."""
    root = pebble.root_file(2)
    wanted = x509.load_pem_x509_certificate(root.read_bytes()).subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    tegata.run(*order(pebble, NAME), "-a", "run", "--preferred-chain", str(wanted[0].value)).check()
    openssl.verify(crt(tegata.path, NAME), root=root, chain=file(tegata, ".issuer.crt")).check()
    done = tegata.run(*order(pebble, NAME), "run", "--preferred-chain", "Nobody's Root").check()
    assert "no chain from the CA has the issuer Nobody's Root; the default chain is used" in done.stderr
    openssl.verify(crt(tegata.path, NAME), root=pebble.root_file(), chain=file(tegata, ".issuer.crt")).check()


def test_the_files(tegata: Tegata, pebble: Pebble) -> None:
    """No bundle, the PEM file that goes with it, and another name for all of them, also on the way back (F-26)."""
    words = [*order(pebble, NAME), "--cert.name", "web"]
    tegata.run(*words, "--pem", "-a", "run", "--no-bundle").check()
    assert blocks(file(tegata, ".crt", "web")) == ["-----BEGIN CERTIFICATE-----"]
    assert blocks(file(tegata, ".issuer.crt", "web")) == ["-----BEGIN CERTIFICATE-----"]
    together = file(tegata, ".crt", "web").read_bytes() + file(tegata, ".key", "web").read_bytes()
    assert file(tegata, ".pem", "web").read_bytes() == together
    assert json.loads(file(tegata, ".json", "web").read_text())["domain"] == NAME
    short = [*account(pebble), *http(pebble), "--cert.name", "web"]
    assert ": no renewal." in tegata.run(*short, "renew").check().stderr
    tegata.run(*short, "renew", *NOW).check()
    assert len(blocks(file(tegata, ".crt", "web"))) == 2
    tegata.run(*account(pebble), "--cert.name", "web", "revoke").check()
    assert not file(tegata, ".crt", "web").exists()


def test_exactly_these_names(tegata: Tegata, pebble: Pebble) -> None:
    """Another set of names renews at once and loses what is not given; the same set in any order is not due."""
    tegata.run(*order(pebble, NAME, OTHER), "-a", "run").check()
    done = tegata.run(*order(pebble, NAME, OTHER), "renew", "--force-cert-domains", "--no-random-sleep").check()
    assert ": no renewal." in done.stderr
    done = tegata.run(*order(pebble, NAME), "renew", "--force-cert-domains", "--no-random-sleep").check()
    assert "it is for other names than were given" in done.stderr
    assert names_of(leaf(crt(tegata.path, NAME))) == [NAME]


@pytest.mark.parametrize("word", ["ec521", "ed25519"])
def test_rare_keys(tegata: Tegata, pebble: Pebble, word: str) -> None:
    """Where the CA takes them there is a certificate; where it does not, its own words say so."""
    done = tegata.run(
        *account(pebble), "-d", NAME, "--http", "--http.port", f":{pebble.http_port}", "-k", word, "-a", "run"
    )
    if done.code:
        assert "badCSR" in done.stderr or "badPublicKey" in done.stderr
    else:
        assert isinstance(leaf(crt(tegata.path, NAME)).public_key(), keys.PublicKey)
    (account_key,) = (tegata.path / "accounts").rglob("*.key")
    loaded = load_pem_private_key(account_key.read_bytes(), None)
    assert isinstance(loaded, ec.EllipticCurvePrivateKey)
    assert loaded.key_size == 256


def test_authorizations_are_given_up(tegata: Tegata, pebble: Pebble) -> None:
    """Pebble's log has the requests."""
    before = pebble.log.stat().st_size
    tegata.run(*order(pebble, NAME), "-a", "run", "--always-deactivate-authorizations", "true").check()
    said = pebble.log.read_bytes()[before:].decode()
    assert "deactivated" in said or "POST /authZ" in said


def test_how_the_ca_is_reached(tegata: Tegata, pebble: Pebble) -> None:
    """Without its root nothing goes, unless nobody looks; that is said."""
    words = ["-s", pebble.directory_url, "-d", NAME, "--http", "--http.port", f":{pebble.http_port}", "-a", "run", "-4"]
    nobody = {"LEGO_CA_CERTIFICATES": ""}
    assert tegata.run(*words, env=nobody).code == 1
    done = tegata.run(*words, "--tls-skip-verify", "--user-agent", "acme-robot/7", env=nobody).check()
    assert "[WARN] --tls-skip-verify: the CA's TLS certificate is not checked" in done.stderr


def names_of(certificate: x509.Certificate) -> list[str]:
    return certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value.get_values_for_type(
        x509.DNSName
    )
