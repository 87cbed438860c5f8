"""``tegata-ca ceremony``: an offline root and the CAs below it, step by step, each again, and what is refused."""

import asyncio
import errno
import fcntl
import json
import os
import shutil
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from tegata.ca import bootstrap
from tegata.ca.errors import IssuerRevoked
from tegata.ca.issuing import keys, requests, transcript
from tegata.ca.issuing.algorithms import IssuerKey, public_key_of
from tegata.ca.issuing.authority import SoftwareAuthority
from tegata.ca.issuing.hierarchy import root_list, self_signed, subject_of
from tegata.ca.issuing.server_certificate import services_ca
from tegata.ca.settings import Keys
from tegata.pki.key_types import KeyType
from tegata.pki.keys import generate
from tegata.text.catalogue import explain
from tegata.text.language import Language
from tests.ca.cli.conftest import ENVIRONMENT, URLS, error_of
from tests.ca.issuing.conftest import NOW
from tests.peers import openssl

SECRET = ENVIRONMENT["TEGATA_CA_PASSPHRASE"].encode()
BY = ("--by", "Alice Example", "--by", "鈴木\u3000一郎")


@pytest.fixture(scope="session")
def made(tmp_path_factory, home) -> Path:
    """An offline root, made once by the one that makes a whole CA: its key, its certificate, its CRL."""
    directory: Path = tmp_path_factory.mktemp("made") / "root"
    for name in ("root.pem", "root.crl", "keys/root.key"):
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(home / name, directory / name)
    return directory


class Ceremony:
    """A root's directory and a CA's, and the steps between them."""

    def __init__(self, called, root: Path, home: Path) -> None:
        self._called, self.root, self.home = called, root, home

    def at(self, where: Path, *words):
        """What a step printed, after it was seen to succeed."""
        done = self._called("--dir", str(where), "--json", *words)
        assert (done.code, done.stderr) == (0, "")
        return json.loads(done.stdout)

    def refused(self, where: Path, *words) -> str:
        """Why a step was not done."""
        done = self._called("--dir", str(where), "--json", *words)
        assert (done.code, done.stdout) == (1, "")
        return error_of(done)["detail"]

    def request(self, ca):
        return self.at(self.home, "ceremony", "request", ca, *BY)

    def sign(self, request):
        return self.at(self.root, "ceremony", "sign", request["file"], "--sha256", request["sha256"], *BY)

    def install(self, file):
        return self.at(self.home, "ceremony", "install", str(file), *BY)

    def all(self, ca):
        """Every step for a CA; its certificate."""
        self.install(self.sign(self.request(ca))["file"])
        return self.certificate(ca)

    def certificate(self, ca):
        return x509.load_pem_x509_certificate((self.home / f"{ca}.pem").read_bytes())

    def actions(self, where: Path) -> list[str]:
        return [entry.action for entry in transcript.read(where)]


@pytest.fixture
def ceremony(called, made, tmp_path) -> Ceremony:
    """A CA below the offline root that has no certificates yet."""
    shutil.copytree(made, tmp_path / "root")
    one = Ceremony(called, tmp_path / "root", tmp_path / "ca")
    one.at(one.home, "init", *URLS, "--root", str(one.root))
    return one


def test_a_root_is_made(called, tmp_path, monkeypatch):
    """Key, certificate, CRL and transcript; made again, it is the same root, even after a crash before the entry."""
    root = tmp_path / "root"
    monkeypatch.setattr("tegata.ca.issuing.hierarchy.ROOT_KEY_TYPE", KeyType.EC384)
    words = ("ceremony", "root", "--name", "Example CA", *BY)
    one = Ceremony(called, root, root)
    with monkeypatch.context() as patch:
        patch.setattr(transcript.Transcript, "add", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        assert called("--dir", str(root), *words).code == 130
    made = one.at(root, *words)
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    assert one.at(root, *words) == made | {"key_made": False}
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before
    [entry] = transcript.read(root)
    assert (entry.action, entry.by) == ("root", ("Alice Example", "鈴木\u3000一郎"))
    assert entry.facts["certificate_sha256"] == made["certificate_sha256"]
    assert set(entry.files) == {"root.pem", "root.crl", "keys/root.key"}
    assert {"tegata", "python", "cryptography", "openssl"} == set(entry.software)
    key = root / "keys" / "root.key"
    assert key.read_bytes().startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY")
    assert key.stat().st_mode & 0o777 == 0o600


def test_a_ca_below_an_offline_root(ceremony):
    """Its CAs are signed elsewhere; then it is complete, and has never had the root's key (B-95)."""
    issuing, services = ceremony.all("issuing"), ceremony.all("services")
    for name in ("issuing.pem", "services.pem"):
        openssl.verify(ceremony.home / name, root=ceremony.root / "root.pem").check()
    assert issuing.extensions.get_extension_for_class(x509.BasicConstraints).value.path_length == 0
    assert services.extensions.get_extension_for_class(x509.NameConstraints).critical
    assert not (ceremony.home / "keys" / "root.key").exists()
    assert ceremony.actions(ceremony.home) == ["request", "install"] * 2
    assert ceremony.actions(ceremony.root) == ["sign"] * 2
    found = {row["check"]: row["status"] for row in ceremony.at(ceremony.home, "check")}
    assert (found["files"], found["issuing CA"]) == ("ok", "ok")
    for where, entries in ((ceremony.home, 4), (ceremony.root, 2)):
        verified = ceremony.at(where, "ceremony", "verify")
        last = (where / "ceremony.jsonl").read_bytes().splitlines()[-1]
        assert (verified["entries"], verified["sha256"]) == (entries, sha256(last).hexdigest())


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda _, path: path.unlink(), "No such file"),
        (lambda _, path: path.write_bytes(b"x"), "no CRL"),
        (lambda home, path: shutil.copy(home.parent / "other.crl", path), "has not signed it"),
        (None, "not good now"),
    ],
    ids=["gone", "none", "another root's", "outdated"],
)
def test_a_root_whose_crl_cannot_be_used(ceremony, tmp_path, monkeypatch, damage, told):
    """``init`` makes nothing below it: serve would not start, or nobody accept what is issued."""
    root = ceremony.root
    if damage is None:
        later = datetime.now(UTC) + timedelta(days=400)
        monkeypatch.setattr("tegata.ca.cli.initialise.SystemClock", lambda: SimpleNamespace(now=lambda: later))
    else:
        key, now = generate(KeyType.EC256), datetime.now(UTC).replace(microsecond=0)
        assert isinstance(key, IssuerKey)
        (tmp_path / "other.crl").write_bytes(root_list(self_signed(key, "Other", now), 1, (), now))
        damage(root, root / "root.crl")
    assert told in ceremony.refused(tmp_path / "new", "init", *URLS, "--root", str(root))
    assert not (tmp_path / "new").exists()


def test_a_ca_that_was_not_certified_yet(ceremony):
    """Whoever serves before the ceremony is sent to it, and not to a backup (B-95)."""
    refusal = ceremony.refused(ceremony.home, "contract", "list")
    assert "issuing.pem is not there" in refusal
    assert "ceremony request issuing" in refusal
    ceremony.all("issuing")
    assert ceremony.at(ceremony.home, "contract", "list") == []
    with pytest.raises(keys.NotCertified) as missing:
        services_ca(ceremony.home, url="https://ca.example.com", secret=SECRET, now=datetime.now(UTC))
    assert "ceremony request services" in str(explain(missing.value, Language.EN))


def test_every_step_can_be_repeated(ceremony):
    """What is there is found: nothing is made twice, and nothing is written down twice."""
    request = ceremony.request("issuing")
    assert request["key_made"] is True
    assert ceremony.request("issuing") == request | {"key_made": False}
    signed = ceremony.sign(request)
    assert ceremony.sign(request) == signed
    installed = ceremony.install(signed["file"])
    assert ceremony.install(signed["file"]) == installed
    assert ceremony.actions(ceremony.home) == ["request", "install"]
    assert ceremony.actions(ceremony.root) == ["sign"]
    assert not list(ceremony.home.glob("*.request"))


def test_a_step_that_a_crash_ended_is_written_down_the_next_time(ceremony, called, monkeypatch):
    """The certificate that was signed is the one that is handed out; it is in the transcript before the next is."""
    request = ceremony.request("issuing")
    words = ("ceremony", "sign", request["file"], "--sha256", request["sha256"], *BY)
    with monkeypatch.context() as patch:
        patch.setattr(transcript.Transcript, "add", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        assert called("--dir", str(ceremony.root), *words).code == 130
    [path] = (ceremony.root / "issued").iterdir()
    before = path.read_bytes()
    assert ceremony.sign(request)["file"] == str(path)
    assert path.read_bytes() == before
    assert ceremony.actions(ceremony.root) == ["sign"]


def test_a_certificate_that_was_carried_away(ceremony, tmp_path):
    """Its request is not certified again, nor its name for another key: the transcript knows of both."""
    request = ceremony.request("issuing")
    carried = Path(ceremony.sign(request)["file"]).rename(tmp_path / "carried.pem")
    words = ("ceremony", "sign", request["file"], "--sha256", request["sha256"], *BY)
    assert "certified before" in ceremony.refused(ceremony.root, *words)
    ceremony.install(carried)
    key = generate(KeyType.RSA2048)
    assert isinstance(key, IssuerKey)
    subject = ceremony.certificate("issuing").subject
    other = requests.make("issuing", key, subject, public_url="http://ca.example", host=None, now=NOW).encoded()
    path = tmp_path / "other.request"
    path.write_bytes(other)
    words = ("ceremony", "sign", str(path), "--sha256", requests.digest(other), *BY)
    assert "another key" in ceremony.refused(ceremony.root, *words)
    assert ceremony.actions(ceremony.root) == ["sign"]


def test_a_request_by_other_settings(ceremony):
    """It is not handed out again once a URL was mended that stands in certificates."""
    ceremony.request("issuing")
    settings = ceremony.home / "settings.toml"
    text = settings.read_text("utf-8")
    url = f'url = "{URLS[3]}"'
    assert url in text
    settings.write_text(text.replace(url, 'url = "http://mended.example"'), "utf-8")
    assert "other settings" in ceremony.refused(ceremony.home, "ceremony", "request", "issuing", *BY)
    (ceremony.home / "issuing.request").unlink()
    assert ceremony.sign(ceremony.request("issuing"))["public_url"] == "http://mended.example"


@pytest.mark.parametrize("days", [1, -1200])
def test_a_root_with_another_clock(ceremony, monkeypatch, days):
    """What it signed begins later, or has ended: it is not put in place, a CRL no more than a certificate (B-02)."""
    request = ceremony.request("issuing")
    now = datetime.now(UTC) + timedelta(days=days)
    with monkeypatch.context() as patch:
        patch.setattr("tegata.ca.cli.ceremony.SystemClock", lambda: SimpleNamespace(now=lambda: now))
        signed = ceremony.sign(request)
        ceremony.at(ceremony.root, "ceremony", "crl", *BY)
    for file in (signed["file"], str(ceremony.root / "root.crl")):
        assert "clocks" in ceremony.refused(ceremony.home, "ceremony", "install", file, *BY)
    assert not (ceremony.home / "issuing.pem").exists()


def test_a_publicly_trusted_ca_makes_no_key_in_a_file(ceremony):
    """It could not serve by it (BR 6.2.7, B-95), whichever of its CAs asks."""
    settings = ceremony.home / "settings.toml"
    settings.write_text(settings.read_text("utf-8").replace("public = false", "public = true"), "utf-8")
    for ca, said in (("issuing", "in tokens"), ("services", "acme.certificate")):
        assert said in ceremony.refused(ceremony.home, "ceremony", "request", ca, *BY)
        assert not (ceremony.home / "keys" / f"{ca}.key").exists()


def test_another_issuing_ca(ceremony):
    """With a key and a name of its own; it is the newest, and the first one is there still."""
    first = ceremony.all("issuing")
    second = ceremony.all("issuing2")
    assert first.subject != second.subject
    assert first.public_key() != second.public_key()
    loaded = SoftwareAuthority.load_all(ceremony.home, SECRET, Keys(), {}, now=datetime.now(UTC))
    assert {name: one.certificate for name, one in loaded.items()} == {"issuing": first, "issuing2": second}
    assert list(loaded)[-1] == "issuing2"
    assert "numbered" in ceremony.refused(ceremony.home, "ceremony", "request", "issuing4", *BY)
    assert "issuing2" in ceremony.refused(ceremony.home, "ceremony", "request", "../issuing", *BY)


@pytest.mark.parametrize("ca", ["issuing", "services"])
def test_renewal_with_the_same_key(ceremony, ca):
    """The name and the key stay, so all that was issued has an issuer; the certificate is another."""
    first = ceremony.all(ca)
    second = ceremony.all(ca)
    assert (first.subject, first.public_key()) == (second.subject, second.public_key())
    assert first.serial_number != second.serial_number
    old = next(path for path in (ceremony.root / "issued").iterdir() if path.read_bytes() != pem(second))
    assert "answers no request" in ceremony.refused(ceremony.home, "ceremony", "install", str(old), *BY)


def test_no_other_key_is_made_for_a_ca_that_is_there(ceremony):
    """Its key may be elsewhere, or its URI mistyped: what it has issued would have no issuer any more."""
    ceremony.all("issuing")
    for where, words in (
        (ceremony.home, ("ceremony", "request", "issuing")),
        (ceremony.root, ("ceremony", "root", "--name", "Example CA")),
    ):
        key = where / "keys" / f"{words[-1] if words[1] == 'request' else 'root'}.key"
        key.rename(key.with_suffix(".away"))
        assert "No such file" in ceremony.refused(where, *words, *BY)
        assert not key.exists()


def test_a_request_outlives_a_step_that_is_repeated(ceremony):
    """The certificate in place is installed once more: the request for the next one is still open."""
    signed = ceremony.sign(ceremony.request("issuing"))
    ceremony.install(signed["file"])
    following = ceremony.request("issuing")
    ceremony.install(signed["file"])
    ceremony.install(ceremony.sign(following)["file"])
    assert ceremony.certificate("issuing").serial_number != int(signed["serial"], 16)
    assert not list(ceremony.home.glob("*.request"))


def pem(certificate):
    return certificate.public_bytes(Encoding.PEM)


def test_the_roots_crl(ceremony):
    """It is renewed with a greater number and what was on it, and a CA is put on it once (B-88)."""
    revoked = ceremony.all("issuing")
    root = x509.load_pem_x509_certificate((ceremony.root / "root.pem").read_bytes())
    path = ceremony.root / "root.crl"
    ceremony.at(ceremony.root, "ceremony", "crl", *BY)
    old = path.read_bytes()
    words = ("ceremony", "crl", "--revoke", str(ceremony.home / "issuing.pem"), *BY)
    assert "--reason" in ceremony.refused(ceremony.root, *words)
    assert "allowed are 1, 2, 3, 4, 5, 9" in ceremony.refused(ceremony.root, *words, "--reason", "0")
    own = ("ceremony", "crl", "--revoke", str(ceremony.root / "root.pem"), "--reason", "1", *BY)
    assert "root's own" in ceremony.refused(ceremony.root, *own), "nobody's CRL can revoke a root"
    told = ceremony.at(ceremony.root, *words, "--reason", "2")
    assert (told["number"], told["revoked"], told["reason"]) == (3, 1, 2), "numbers, in JSON too"
    assert "already" in ceremony.refused(ceremony.root, *words, "--reason", "1")
    ceremony.at(ceremony.root, "ceremony", "crl", *BY)
    crl = x509.load_der_x509_crl(path.read_bytes())
    assert crl.is_signature_valid(public_key_of(root))
    [entry] = crl
    assert entry.serial_number == revoked.serial_number
    assert entry.extensions.get_extension_for_class(x509.CRLReason).value.reason is x509.ReasonFlags.ca_compromise
    assert crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number == 4
    assert ceremony.actions(ceremony.root) == ["sign", "found", "crl", "crl", "crl"]
    told = ceremony._called("--dir", str(ceremony.home), "ceremony", "install", str(path), *BY)
    assert "gives it out from now on" in told.stdout
    assert (ceremony.home / "root.crl").read_bytes() == path.read_bytes()
    path.write_bytes(old)
    assert "newer" in ceremony.refused(ceremony.home, "ceremony", "install", str(path), *BY)
    assert "transcript" in ceremony.refused(ceremony.root, "ceremony", "crl", *BY), "its number would be used twice"


def test_a_revocation_that_a_crash_ended_before_its_line(ceremony, called, monkeypatch):
    """B-90: asked again it is the same CRL, and stands in the transcript with its reason; for another it is refused."""
    ceremony.all("issuing")
    words = ("ceremony", "crl", "--revoke", str(ceremony.home / "issuing.pem"), *BY)
    add = transcript.Transcript.add

    def killed(self, action, *more):
        if action == "crl":
            raise KeyboardInterrupt
        return add(self, action, *more)

    with monkeypatch.context() as patch:
        patch.setattr(transcript.Transcript, "add", killed)
        assert called("--dir", str(ceremony.root), *words, "--reason", "4").code == 130
    path = ceremony.root / "root.crl"
    left = path.read_bytes()
    assert "already" in ceremony.refused(ceremony.root, *words, "--reason", "1")
    told = ceremony.at(ceremony.root, *words, "--reason", "4")
    assert (told["number"], told["revoked"], told["reason"], path.read_bytes()) == (2, 1, 4, left)
    assert ceremony.actions(ceremony.root) == ["sign", "found", "crl"]
    assert transcript.read(ceremony.root)[-1].facts["reason"] == "4"
    ceremony.at(ceremony.root, "ceremony", "verify")
    assert "already" in ceremony.refused(ceremony.root, *words, "--reason", "4")


def test_a_full_disk_is_told_by_its_place(ceremony, monkeypatch):
    """What cannot be written has no name for the system, and the step can be repeated."""

    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("tegata.ca.issuing.keys.put", full)
        told = ceremony.refused(ceremony.home, "ceremony", "request", "services", *BY)
    assert f"{ceremony.home}: No space left on device" in told
    ceremony.request("services")


def test_a_root_in_another_country(called, tmp_path, monkeypatch):
    """The CAs below it are there too, without being told so."""
    monkeypatch.setattr("tegata.ca.issuing.hierarchy.ROOT_KEY_TYPE", KeyType.EC384)
    one = Ceremony(called, tmp_path / "root", tmp_path / "ca")
    words = ("ceremony", "root", "--name", "Example CA", *BY)
    assert "ISO 3166" in one.refused(one.root, *words, "--country", "XX")
    assert not one.root.exists()
    one.at(one.root, *words, "--country", "CH")
    assert "--root" in one.refused(one.home, "init", *URLS, "--root", str(one.root), "--country", "CH")
    one.at(one.home, "init", *URLS, "--root", str(one.root))
    assert one.all("issuing").subject.rfc4514_string().endswith(",O=Example CA,C=CH")


def test_a_compromised_key_is_certified_no_more(ceremony):
    """Under no name (BR 4.9.1.2); the services CA gets another key, and another name with it."""
    for ca, reason in (("services", "1"), ("issuing", "4")):
        ceremony.all(ca)
        words = ("ceremony", "crl", "--revoke", str(ceremony.home / f"{ca}.pem"), "--reason", reason, *BY)
        ceremony.at(ceremony.root, *words)
    ceremony.all("issuing")
    request = ceremony.request("services")
    again = ("ceremony", "sign", request["file"], "--sha256", request["sha256"], *BY)
    assert "compromised" in ceremony.refused(ceremony.root, *again)
    before = ceremony.certificate("services")
    for name in ("services.request", "services.pem", "keys/services.key"):
        (ceremony.home / name).unlink()
    after = ceremony.all("services")
    assert after.public_key() != before.public_key()
    names = [one.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value for one in (before, after)]
    assert [name.rpartition(" ")[0] for name in names] == ["Example CA Services", "Example CA Services 2"]


def test_check_knows_of_a_revoked_ca(ceremony):
    """As soon as the root's CRL is in place: what it signs is accepted by nobody; the next one signs instead (B-88)."""
    for ca in ("issuing", "services"):
        ceremony.all(ca)
    words = ("ceremony", "crl", "--revoke", str(ceremony.home / "issuing.pem"), "--reason", "2", *BY)
    ceremony.install(ceremony.at(ceremony.root, *words)["file"])

    def told():
        done = ceremony._called("--dir", str(ceremony.home), "--json", "check")
        return next((row["status"], row["detail"]) for row in json.loads(done.stdout) if row["check"] == "root's CRL")

    def is_refused():
        ca = bootstrap.open_ca(ceremony.home, ENVIRONMENT)
        try:
            ca.issuers.require_unrevoked(ca.issuers.name)
        except IssuerRevoked:
            return True
        finally:
            asyncio.run(ca.close())
        return False

    status, detail = told()
    assert (status, "revoked issuing," in detail) == ("error", True)
    assert is_refused()
    ceremony.all("issuing2")
    assert told() == ("ok", "")
    assert not is_refused()


def test_a_root_in_the_cas_own_directory(called, home, tmp_path):
    """What it signed stands in the same transcript; its request is answered all the same when it is installed."""
    directory = shutil.copytree(home, tmp_path / "ca")
    one = Ceremony(called, directory, directory)
    first = tmp_path / "elsewhere" / "issuing.pem"
    first.parent.mkdir()
    shutil.copy(directory / "issuing.pem", first)
    serials = {one.certificate("issuing").serial_number, *(one.all("issuing").serial_number for _ in range(2))}
    assert len(serials) == 3
    one.at(directory, "ceremony", "crl", "--revoke", str(first), "--reason", "4", *BY)
    one.at(directory, "ceremony", "verify")  # another file of that name was read than the one that lies here


def test_what_the_root_does_not_sign(ceremony, tmp_path):
    """Another file than was compared, another organization, a key it does not have, its own name, other URLs."""
    request = ceremony.request("issuing")
    digest = request["sha256"]
    words = ("ceremony", "sign", request["file"], "--sha256")
    assert "SHA-256" in ceremony.refused(ceremony.root, *words, "0" * 64, *BY)
    path = tmp_path / "altered.request"
    content = json.loads(Path(request["file"]).read_bytes())
    key = generate(KeyType.RSA2048)
    assert isinstance(key, IssuerKey)
    subject = subject_of("Example CA", "Issuing", NOW)
    root_name = x509.load_pem_x509_certificate((ceremony.root / "root.pem").read_bytes()).subject

    def other(name):
        return requests.make("issuing", key, name, public_url="http://ca.example", host=None, now=NOW).csr

    altered = [
        {"csr": other(subject_of("Other CA", "Issuing", NOW))},
        {"csr": other(root_name)},
        {"csr": other(x509.Name(list(subject)[1:]))},
        {"csr": content["csr"].replace("\nMII", "\nMIJ", 1)},
        {"public_url": "https://ca.example"},
        {"ca": "root"},
        {"ca": "services"},
        {"host": "ca.example"},
        {"more": 1},
    ]
    for change in altered:
        path.write_text(json.dumps(content | change))
        sha256 = requests.digest(path.read_bytes())
        ceremony.refused(ceremony.root, "ceremony", "sign", str(path), "--sha256", sha256, *BY)
    assert ceremony.actions(ceremony.root) == []
    ceremony.at(ceremony.root, *words, digest.upper(), *BY)
    path.write_text(json.dumps(content | {"csr": other(x509.load_pem_x509_csr(content["csr"].encode()).subject)}))
    sha256 = requests.digest(path.read_bytes())
    why = ceremony.refused(ceremony.root, "ceremony", "sign", str(path), "--sha256", sha256, *BY)
    assert "another key" in why


def test_what_is_not_installed(ceremony, tmp_path, home):
    """A certificate of another root, one that was not asked for, and what is neither certificate nor CRL."""
    signed = ceremony.sign(ceremony.request("issuing"))
    (ceremony.home / "issuing.request").unlink()
    foreign = (home / "services.pem", ceremony.root / "root.pem", ceremony.root / "keys" / "root.key")
    for file in (signed["file"], *foreign):
        ceremony.refused(ceremony.home, "ceremony", "install", str(file), *BY)
    assert not (ceremony.home / "issuing.pem").exists()
    assert ceremony.actions(ceremony.home) == ["request"]


def test_a_file_put_in_another_s_place(ceremony):
    """What the transcript says of a file is held against it; requests come and go, and what is gone was taken away."""
    ceremony.all("issuing")
    ceremony.at(ceremony.root, "ceremony", "crl", *BY)
    path = ceremony.root / "root.crl"
    whole = path.read_bytes()
    (ceremony.root / "issuing.request").write_bytes(b"{}")
    path.write_bytes(whole + b"x")
    assert str(path) in ceremony.refused(ceremony.root, "ceremony", "verify")
    path.write_bytes(whole)
    ceremony.at(ceremony.root, "ceremony", "verify")
    path.unlink()
    ceremony.at(ceremony.root, "ceremony", "verify")


def test_the_transcript(ceremony):
    """A changed or missing line is noticed, half a line is none, and one ceremony at a time is held."""
    ceremony.sign(ceremony.request("issuing"))
    ceremony.sign(ceremony.request("services"))
    path = ceremony.root / "ceremony.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) - 40])
    ceremony.at(ceremony.root, "ceremony", "crl", *BY)
    assert ceremony.actions(ceremony.root) == ["sign", "found", "crl"]
    lines = path.read_bytes().splitlines(keepends=True)
    for damaged in (lines[1:], lines[:1] + lines[2:], [lines[0].replace(b"Alice", b"Alicf"), *lines[1:]], [b"{}\n"]):
        path.write_bytes(b"".join(damaged))
        assert "line" in ceremony.refused(ceremony.root, "ceremony", "verify")
    path.write_bytes(whole)
    handle = os.open(ceremony.root, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    assert "another ceremony" in ceremony.refused(ceremony.root, "ceremony", "crl", *BY)
    os.close(handle)
    assert "transcript" in ceremony.refused(ceremony.root / "issued", "ceremony", "verify")
    assert "--by" in ceremony.refused(ceremony.root, "ceremony", "crl", "--by", " ")
