"""``tegata-ca key``: from whatever file holds the key."""

import json
import shutil

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tegata.ca.issuing import keys as ca_keys
from tegata.ca.policy.keys import PUBLISHED
from tegata.pki import csr, keys
from tegata.pki.forms import KeyForm
from tegata.pki.key_types import KeyType


@pytest.fixture(scope="module")
def key():
    return keys.generate(KeyType.EC256)


def test_every_form_of_a_key(answer, key, tmp_path, home):
    """A private key, a public key, a request, a digest; and the key of a certificate."""
    digest = keys.spki_digest(key.public_key()).hex()
    request = tmp_path / "request.pem"
    encoded = csr.build(key, ["www.example.com"], common_name="www.example.com")
    request.write_bytes(x509.load_der_x509_csr(encoded).public_bytes(Encoding.PEM))
    private, public = tmp_path / "private.pem", tmp_path / "public.pem"
    private.write_bytes(keys.to_pem(key, KeyForm.PKCS8))
    public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    for form in (request, private, public, digest):
        shown = answer("key", "show", str(form))
        assert shown == {"key": digest, "blocked_at": None, "cause": None, "count": 0, "certificates": []}
    root = ca_keys.load_certificate(home / "root.pem").public_key()
    assert isinstance(root, keys.PublicKey)
    assert answer("key", "show", str(home / "root.pem"))["key"] == keys.spki_digest(root).hex()


def test_blocking(answer, refusal, key):
    """With the right number only; then it is listed (S-34)."""
    digest = keys.spki_digest(key.public_key()).hex()
    assert refusal("key", "block", digest, "--revoking", "3")["code"] == "operator.refused"
    blocked = answer("key", "block", digest, "--revoking", "0")
    assert (blocked["cause"], blocked["count"]) == ("operator", 0)
    assert [one["key"] for one in answer("key", "list")] == [digest]


def test_the_list_in_the_settings(called, home, tmp_path):
    """Is shown with the others, and so is what RFCs have published of a key that is asked for."""
    copy = tmp_path / "ca"
    shutil.copytree(home, copy)
    settings = copy / "settings.toml"
    settings.write_text(settings.read_text().replace('blocked_keys = ""', 'blocked_keys = "blocked.txt"'))
    (copy / "blocked.txt").write_text(f"# known\n{'ab' * 32}\n")

    def answer(*words):
        done = called("--dir", str(copy), "--json", *words)
        assert (done.code, done.stderr) == (0, "")
        return json.loads(done.stdout)

    expected = {"key": "ab" * 32, "blocked_at": None, "cause": "blocked.txt"}
    assert expected in answer("key", "list")
    assert answer("key", "show", "ab" * 32)["cause"] == "blocked.txt"
    published = min(PUBLISHED).hex()
    assert answer("key", "show", published)["cause"] == "an RFC"
    assert published not in [one["key"] for one in answer("key", "list")]
    answer("key", "block", "ab" * 32, "--revoking", "0")
    assert [one["cause"] for one in answer("key", "list") if one["key"] == "ab" * 32] == ["operator"]


def test_what_holds_no_key(refusal, tmp_path):
    """Told as such, whatever it is."""
    for content, code in (
        (b"", "pki.key"),
        (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "operator.refused"),
    ):
        (tmp_path / "file").write_bytes(content)
        assert refusal("key", "show", str(tmp_path / "file"))["code"] == code
    assert refusal("key", "show", str(tmp_path / "nothing"))["code"] == "operator.refused"
