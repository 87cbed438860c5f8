"""Keys: their words, their PEM forms, and what is not taken for a key."""

import hashlib

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa, x25519
from hypothesis import given, settings
from hypothesis import strategies as st

from tegata.pki import keys
from tegata.pki.forms import KeyForm
from tegata.pki.key_types import KeyType, UnknownKeyType, parse_key_type
from tegata.pki.keys import BadKey

LEGOS = ["rsa2048", "rsa3072", "rsa4096", "rsa8192", "ec256", "ec384"]
MORE = ["ec521", "ed25519"]  # two that lego does not have


@pytest.fixture(scope="module")
def rsa_key() -> keys.PrivateKey:
    return keys.generate(KeyType.RSA2048)


def test_key_types_are_legos_in_any_case():
    assert [str(key_type) for key_type in KeyType] == LEGOS + MORE
    assert parse_key_type("RSA2048") is KeyType.RSA2048
    assert parse_key_type("eC384") is KeyType.EC384


@pytest.mark.parametrize("word", ["", "rsa", "rsa1024", "ec256 ", "p256"])
def test_an_unknown_key_type_lists_the_known(word):
    with pytest.raises(UnknownKeyType) as caught:
        parse_key_type(word)
    assert caught.value.facts == {
        "word": word,
        "known": ", ".join(LEGOS + MORE),
    }


@pytest.mark.parametrize(
    ("key_type", "words"),
    [
        (KeyType.RSA2048, "RSA 2048"),
        (KeyType.EC256, "EC P-256"),
        (KeyType.EC384, "EC P-384"),
        (KeyType.EC521, "EC P-521"),
        (KeyType.ED25519, "Ed25519"),
    ],
)
def test_a_made_key_is_of_its_type(key_type, words):
    public = keys.generate(key_type).public_key()
    assert keys.type_of(public) is key_type
    assert keys.describe(public) == words


@pytest.mark.parametrize(
    ("bits", "key_type"),
    [
        (2048, KeyType.RSA2048),
        (3072, KeyType.RSA3072),
        (4096, KeyType.RSA4096),
        (8192, KeyType.RSA8192),
        (2047, None),
        (2056, None),
    ],
)
def test_an_rsa_key_has_one_of_four_lengths(bits, key_type):
    public = rsa.RSAPublicNumbers(65537, 2**bits // 3 * 2 | 1).public_key()
    assert keys.type_of(public) is key_type
    assert keys.describe(public) == f"RSA {bits}"


def test_keys_of_other_kinds_have_no_key_type():
    other = ec.generate_private_key(ec.SECP256K1()).public_key()
    assert keys.type_of(other) is None
    assert keys.describe(other) == "EC secp256k1"


@pytest.mark.parametrize(
    ("key_type", "form", "label"),
    [
        (KeyType.RSA2048, KeyForm.TRADITIONAL, b"RSA PRIVATE KEY"),
        (KeyType.EC256, KeyForm.TRADITIONAL, b"EC PRIVATE KEY"),
        (KeyType.RSA2048, KeyForm.PKCS8, b"PRIVATE KEY"),
        (KeyType.EC384, KeyForm.PKCS8, b"PRIVATE KEY"),
    ],
)
def test_both_pem_forms_are_written_and_read(key_type, form, label):
    key = keys.generate(key_type)
    pem = keys.to_pem(key, form)
    assert pem.startswith(b"-----BEGIN " + label + b"-----\n")
    assert b"\r" not in pem
    assert keys.spki(keys.from_pem(pem).public_key()) == keys.spki(key.public_key())


def test_ed25519_is_always_pkcs8():
    key = ed25519.Ed25519PrivateKey.generate()
    assert keys.to_pem(key, KeyForm.TRADITIONAL) == keys.to_pem(key, KeyForm.PKCS8)
    assert isinstance(keys.from_pem(keys.to_pem(key, KeyForm.PKCS8)), ed25519.Ed25519PrivateKey)


def test_an_encrypted_key_is_refused(rsa_key):
    pem = rsa_key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"secret"),
    )
    with pytest.raises(BadKey) as caught:
        keys.from_pem(pem)
    assert caught.value.facts == {"reason": "it is encrypted"}


def test_what_is_no_usable_private_key_is_refused(rsa_key):
    other = x25519.X25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = rsa_key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    for pem in [b"", b"hello", public, other, keys.to_pem(rsa_key, KeyForm.PKCS8)[:-100]]:
        with pytest.raises(BadKey):
            keys.from_pem(pem)


def test_size_is_limited_before_parsing(rsa_key):
    with pytest.raises(BadKey) as caught:
        keys.from_pem(keys.to_pem(rsa_key, KeyForm.PKCS8) + b"\n" * keys.PEM_LIMIT)
    assert caught.value.facts == {"reason": "it is too long for a key"}


@given(st.binary(max_size=300))
@settings(max_examples=100)
def test_no_octets_break_the_reader(noise):
    """Crafted PEM text ends in BadKey (S-19)."""
    for pem in [noise, b"-----BEGIN PRIVATE KEY-----\n" + noise + b"\n-----END PRIVATE KEY-----\n"]:
        with pytest.raises(BadKey):
            keys.from_pem(pem)


def test_the_key_is_not_in_the_error(rsa_key):
    pem = keys.to_pem(rsa_key, KeyForm.PKCS8)
    with pytest.raises(BadKey) as caught:
        keys.from_pem(pem.replace(b"M", b"N", 2))
    assert pem[40:80].decode() not in repr(caught.value)


def test_a_key_is_looked_up_by_the_digest_of_its_spki(rsa_key):
    public = rsa_key.public_key()
    assert keys.spki_digest(public) == hashlib.sha256(keys.spki(public)).digest()
    # rsaEncryption with NULL parameters, as the BRs ask byte by byte.
    assert bytes.fromhex("300d06092a864886f70d0101010500") in keys.spki(public)
