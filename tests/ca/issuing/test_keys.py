"""Key files and the pass phrase that opens them."""

import os
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tegata.ca.issuing import keys as ca_keys
from tegata.ca.issuing import layout
from tegata.ca.issuing.algorithms import IssuerKey
from tegata.ca.issuing.keys import FileUnusable, PassphraseMissing
from tegata.ca.settings import Keys
from tegata.pki import keys
from tegata.pki.forms import KeyForm
from tegata.pki.key_types import KeyType

SETTINGS = Keys()


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_sources_of_the_pass_phrase(tmp_path):
    """The variable, then the file it names, then the settings' file; a line end is no part of it."""
    (tmp_path / "keys").mkdir()
    (tmp_path / SETTINGS.passphrase_file).write_bytes(b"from settings\r\n")
    named = tmp_path / "elsewhere"
    named.write_bytes(b"from named file\n")
    environ = {"TEGATA_CA_PASSPHRASE": "given", "TEGATA_CA_PASSPHRASE_FILE": str(named)}
    assert ca_keys.passphrase(tmp_path, SETTINGS, environ) == b"given"
    del environ["TEGATA_CA_PASSPHRASE"]
    assert ca_keys.passphrase(tmp_path, SETTINGS, environ) == b"from named file"
    assert ca_keys.passphrase(tmp_path, SETTINGS, {}) == b"from settings"


def test_no_pass_phrase(tmp_path):
    """The file looked for is told."""
    with pytest.raises(PassphraseMissing) as failure:
        ca_keys.passphrase(tmp_path, SETTINGS, {"TEGATA_CA_PASSPHRASE": ""})
    assert failure.value.facts["path"] == tmp_path / "keys" / "passphrase"
    (tmp_path / "empty").write_bytes(b"\n")
    with pytest.raises(PassphraseMissing, match="empty"):
        ca_keys.passphrase(tmp_path, Keys(passphrase_file="empty"), {})


def test_a_given_pass_phrase_is_not_written(tmp_path):
    """What the operator keeps elsewhere stays there."""
    first = ca_keys.first_passphrase(tmp_path, SETTINGS, {"TEGATA_CA_PASSPHRASE": "given"})
    assert (first.secret, first.written) == (b"given", None)
    assert list(tmp_path.iterdir()) == []


def test_a_random_pass_phrase_is_written_for_its_owner_only(tmp_path):
    """Its file is told, it is read back, it is another each time, and it does not show in a log."""
    first = ca_keys.first_passphrase(tmp_path, SETTINGS, {})
    path = tmp_path / "keys" / "passphrase"
    assert first.written == path
    assert (mode(path), mode(path.parent)) == (0o600, 0o700)
    assert ca_keys.passphrase(tmp_path, SETTINGS, {}) == first.secret
    assert ca_keys.first_passphrase(tmp_path / "other", SETTINGS, {}).secret != first.secret
    assert len(first.secret) >= 43
    assert first.secret.decode() not in repr(first)


def test_a_pass_phrase_file_that_is_there_is_used(tmp_path):
    """Never overwritten; an empty one is an error, not a pass phrase."""
    path = tmp_path / "secret"
    path.write_text("chosen\n")
    environ = {"TEGATA_CA_PASSPHRASE_FILE": str(path)}
    assert ca_keys.first_passphrase(tmp_path, SETTINGS, environ) == (b"chosen", None)
    path.write_text("")
    with pytest.raises(PassphraseMissing):
        ca_keys.first_passphrase(tmp_path, SETTINGS, environ)
    with pytest.raises(PassphraseMissing):
        ca_keys.first_passphrase(tmp_path, SETTINGS, {"TEGATA_CA_PASSPHRASE_FILE": str(path / "below a file")})


@pytest.mark.parametrize("umask", [0o000, 0o077])
def test_a_key_file_is_secret_from_the_first_byte(tmp_path, umask):
    """Mode 0600 in a directory 0700, whatever the umask; encrypted PKCS#8."""
    key = keys.generate(KeyType.EC256)
    assert isinstance(key, IssuerKey)
    path = tmp_path / "keys" / "issuing.key"
    old = os.umask(umask)
    try:
        ca_keys.save(path, key, b"secret")
    finally:
        os.umask(old)
    assert (mode(path), mode(path.parent)) == (0o600, 0o700)
    assert path.read_bytes().startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----\n")
    with pytest.raises(FileExistsError):
        ca_keys.save(path, key, b"secret")


def test_a_key_is_read_back(ca):
    """With its certificate beside it."""
    key = ca_keys.load(ca.directory / layout.ROOT_KEY, ca.hierarchy.root, b"correct horse")
    assert key.public_key() == ca.hierarchy.root.public_key()


def test_a_key_file_that_cannot_be_used(ca, tmp_path):
    """Missing, wrong pass phrase, damaged, not encrypted, another key: told apart as far as can be known."""
    certificate, path = ca.hierarchy.issuing, tmp_path / "x.key"

    def reason(secret: bytes = b"correct horse") -> str:
        with pytest.raises(FileUnusable) as failure:
            ca_keys.load(path, certificate, secret)
        assert failure.value.facts["path"] == path
        return str(failure.value.facts["reason"])

    assert reason() == "No such file or directory"
    path.write_bytes((ca.directory / layout.ISSUING_KEY).read_bytes())
    assert reason(b"wrong") == "the pass phrase is wrong or the file is damaged"
    path.write_bytes(path.read_bytes()[:200])
    assert reason() == "the pass phrase is wrong or the file is damaged"
    path.write_bytes(keys.to_pem(keys.generate(KeyType.EC256), KeyForm.PKCS8))
    assert reason() == "it is not encrypted"
    path.write_bytes((ca.directory / layout.ROOT_KEY).read_bytes())
    assert reason() == "it is not the key of the CA's certificate"
    ca_keys.create_sealing_key(tmp_path, b"correct horse")
    large = ca_keys.to_pem(ec.generate_private_key(ec.SECP521R1()), b"correct horse")
    for other in (large, (tmp_path / layout.SEALING_KEY).read_bytes()):
        path.write_bytes(other)
        assert reason() == "a CA's key is RSA, P-256 or P-384"


def test_a_key_that_is_made_where_there_is_none(tmp_path):
    """Once, in a folder of its own that only its owner enters; what is there is never overwritten."""

    def opened(secret: bytes = b"secret") -> ca_keys.Found:
        return ca_keys.open_or_make(
            "file:new/deep/issuing.key", KeyType.EC256, directory=tmp_path, secret=secret, environ={}
        )

    made = opened()
    assert made.is_new
    path = tmp_path / "new" / "deep" / "issuing.key"
    assert (mode(path), mode(path.parent)) == (0o600, 0o700)
    again = opened()
    assert (again.is_new, again.key.public_key()) == (False, made.key.public_key())
    with pytest.raises(FileUnusable, match="pass phrase is wrong"):
        opened(b"other")


def test_the_sealing_key_and_what_is_none(tmp_path):
    """The same seed each time; what is missing, damaged, in the clear or of another pass phrase or kind is refused."""
    path = tmp_path / layout.SEALING_KEY

    def reason(secret: bytes = b"secret") -> str:
        with pytest.raises(FileUnusable) as failure:
            ca_keys.load_sealing_key(tmp_path, secret)
        assert failure.value.facts["path"] == path
        return str(failure.value.facts["reason"])

    assert reason() == "No such file or directory"
    ca_keys.create_sealing_key(tmp_path, b"secret")
    assert mode(path) == 0o600
    assert len(ca_keys.load_sealing_key(tmp_path, b"secret")) == 32
    assert ca_keys.load_sealing_key(tmp_path, b"secret") == ca_keys.load_sealing_key(tmp_path, b"secret")
    useless = "the pass phrase is wrong or the file is damaged"
    assert reason(b"wrong") == useless
    for content in (
        path.read_bytes()[:100],
        keys.to_pem(Ed25519PrivateKey.generate(), KeyForm.PKCS8),
        ca_keys.to_pem(ec.generate_private_key(ec.SECP256R1()), b"secret"),
    ):
        path.write_bytes(content)
        assert reason() == useless


def test_a_file_that_is_put_replaces_what_is_there(tmp_path):
    """Also after a crash that left half of one."""
    path = tmp_path / "x.pem"
    (tmp_path / ".x.pem.new").write_bytes(b"half")
    for content in (b"first", b"second"):
        ca_keys.put(path, content, mode=0o600)
        assert (path.read_bytes(), mode(path)) == (content, 0o600)
    assert list(tmp_path.iterdir()) == [path]


def test_a_new_file_is_on_the_disk_with_its_name(tmp_path, synced):
    """A key whose certificate is there after a power failure, and which is not, is lost for good."""
    path = tmp_path / "keys" / "x.key"
    ca_keys.write_secret(path, b"first")
    assert synced == [path, path.parent]


def test_a_certificate_file_that_cannot_be_used(tmp_path):
    """Missing or something else."""
    with pytest.raises(FileUnusable, match="No such file"):
        ca_keys.load_certificate(tmp_path / "x.pem")
    (tmp_path / "x.pem").write_text("hello")
    with pytest.raises(FileUnusable, match="not a PEM certificate"):
        ca_keys.load_certificate(tmp_path / "x.pem")
