"""PKCS#12 files in both forms, read back by OpenSSL 3 without its legacy provider."""

import pytest
from cryptography.exceptions import InternalError, UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import pkcs12

from tegata.pki import keys, pfx
from tegata.pki.forms import EmptyPassword, PfxForm, PfxImpossible
from tegata.pki.key_types import KeyType
from tests.peers import openssl
from tests.pki import issued

PASSWORD = "changeit-日本"
KEY = keys.generate(KeyType.RSA2048)
ROOT = issued.root()
INTERMEDIATE = ROOT.authority("Issuing")
LEAF = INTERMEDIATE.issue(KEY.public_key(), ["www.example.com"])
CHAIN = [LEAF, INTERMEDIATE.certificate, ROOT.certificate]


@pytest.mark.parametrize(
    ("form", "protection"),
    [
        (PfxForm.SHA256, ["MAC: sha256", "PBES2, PBKDF2, AES-256-CBC, Iteration 20000, PRF hmacWithSHA256"]),
        (PfxForm.DES, ["MAC: sha1", "pbeWithSHA1And3-KeyTripleDES-CBC"]),
    ],
)
def test_openssl_reads_both_forms(tmp_path, form, protection):
    """AES-256 with SHA-256 (F-30), and 3DES with SHA-1 for old Windows (F-31)."""
    path = tmp_path / "www.example.com.pfx"
    path.write_bytes(pfx.build(KEY, CHAIN, PASSWORD, form, "www.example.com 2026-01-01"))
    read = openssl.pkcs12(path, PASSWORD).check()
    for words in protection:
        assert words in read.stderr
    # Key and certificates are protected alike: neither bag may fall back to RC2.
    assert read.stderr.count(protection[1]) == 2
    assert "BEGIN PRIVATE KEY" in read.stdout
    assert "friendlyName: www.example.com 2026-01-01" in read.stdout


@pytest.mark.parametrize("form", PfxForm)
def test_the_intermediates_are_in_it_and_the_root_is_not(form):
    """Intermediates without root, a friendly name, key and leaf linked (F-34)."""
    read = pkcs12.load_pkcs12(pfx.build(KEY, CHAIN, PASSWORD, form, "name"), PASSWORD.encode())
    assert read.cert is not None
    assert read.cert.certificate == LEAF
    assert read.cert.friendly_name == b"name"
    assert [bag.certificate for bag in read.additional_certs] == [INTERMEDIATE.certificate]
    assert isinstance(read.key, keys.PrivateKey)
    assert keys.spki(read.key.public_key()) == keys.spki(KEY.public_key())


def test_key_and_leaf_carry_the_same_local_key_id(tmp_path):
    """F-34."""
    path = tmp_path / "x.pfx"
    path.write_bytes(pfx.build(KEY, CHAIN, PASSWORD, PfxForm.SHA256, "name"))
    ids = [line for line in openssl.pkcs12(path, PASSWORD).check().stdout.splitlines() if "localKeyID" in line]
    assert len(ids) == 2
    assert len(set(ids)) == 1


def test_a_wrong_password_does_not_open_it(tmp_path):
    path = tmp_path / "x.pfx"
    path.write_bytes(pfx.build(KEY, CHAIN, PASSWORD, PfxForm.DES, "name"))
    assert openssl.pkcs12(path, "other").code != 0


def test_an_empty_password_is_refused():
    with pytest.raises(EmptyPassword):
        pfx.build(KEY, CHAIN, "", PfxForm.SHA256, "name")


@pytest.mark.parametrize("form", PfxForm)
@pytest.mark.parametrize("kind", [KeyType.RSA2048, KeyType.EC256, KeyType.EC384, KeyType.EC521, KeyType.ED25519])
def test_what_can_be_made_can_be_known_before(form, kind):
    """Whatever the letters of the password."""
    for password in ("x", "日本 🔑", "x" * 1000):
        pfx.check(keys.generate(kind), password, form)


@pytest.mark.parametrize("error", [UnsupportedAlgorithm("no 3DES\nhere"), InternalError("no 3DES", []), ValueError()])
def test_what_cannot_be_made_can_be_known_before(monkeypatch, error):
    """Where OpenSSL is set up for FIPS 140, say; and a file that nobody could read."""

    def refuse(*_):
        raise error

    with pytest.raises(PfxImpossible) as caught:
        pfx.check(KEY, "a\0b", PfxForm.SHA256)
    assert caught.value.facts == {"form": PfxForm.SHA256, "reason": "there is a NUL in the password"}
    with pytest.raises(EmptyPassword):
        pfx.check(KEY, "", PfxForm.SHA256)
    monkeypatch.setattr(pkcs12, "serialize_key_and_certificates", refuse)
    with pytest.raises(PfxImpossible) as caught:
        pfx.check(KEY, PASSWORD, PfxForm.DES)
    assert caught.value.facts["form"] is PfxForm.DES
    assert caught.value.facts["reason"] in ("no 3DES", "ValueError")


def test_the_forms_have_legos_words():
    assert [str(form) for form in PfxForm] == ["DES", "SHA256"]
