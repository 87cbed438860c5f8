"""PKCS#12 files in both forms, read back by OpenSSL 3 without its legacy provider."""

import pytest
from cryptography.hazmat.primitives.serialization import pkcs12

from tegata.pki import keys, pfx
from tegata.pki.forms import EmptyPassword, PfxForm
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


def test_the_forms_have_legos_words():
    assert [str(form) for form in PfxForm] == ["DES", "SHA256"]
