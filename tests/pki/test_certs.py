"""Chains from outside are believed only after every check; what is asked of a certificate is told right."""

import base64
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st

from tegata.pki import certs, keys
from tegata.pki.certs import BadChain
from tegata.pki.forms import KeyForm
from tegata.pki.key_types import KeyType
from tegata.pki.life import life, whole_days_left
from tests.pki import issued

KEY = keys.generate(KeyType.EC256)
NAMES = ["www.example.com", "example.com"]
ROOT = issued.root()
INTERMEDIATE = ROOT.authority("Issuing")
LEAF = INTERMEDIATE.issue(KEY.public_key(), NAMES)
CHAIN = [LEAF, INTERMEDIATE.certificate]
PEM = certs.to_pem(CHAIN)


def pem_of(der: bytes) -> bytes:
    return b"-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(der) + b"-----END CERTIFICATE-----\n"


def refusal(pem: bytes) -> str:
    with pytest.raises(BadChain) as caught:
        certs.load_chain(pem)
    return str(caught.value.facts["reason"])


def check_refusal(chain, public_key=None, names=NAMES) -> str:
    with pytest.raises(BadChain) as caught:
        certs.check_chain(chain, public_key or KEY.public_key(), names)
    return str(caught.value.facts["reason"])


def test_a_chain_is_written_and_read():
    assert certs.load_chain(PEM) == CHAIN
    assert b"\r" not in PEM
    assert PEM.endswith(b"-----END CERTIFICATE-----\n")


def test_a_certificate_is_written_from_its_octets_alike():
    assert b"".join(certs.der_to_pem(one.public_bytes(serialization.Encoding.DER)) for one in CHAIN) == PEM


def test_a_leaf_alone_is_read():
    """Whatever follows it; what is no certificate is refused all the same."""
    assert certs.load_leaf(PEM) == LEAF
    assert certs.load_leaf(PEM[:-100]) == LEAF
    for content in (b"", b"x", PEM[:40], pem_of(b"x")):
        with pytest.raises(BadChain):
            certs.load_leaf(content)


def test_line_ends_and_blank_lines_do_not_matter():
    assert certs.load_chain(b"\n" + PEM.replace(b"\n", b"\r\n") + b"\r\n\r\n") == CHAIN


@pytest.mark.parametrize("form", KeyForm)
def test_a_chain_with_a_private_key_in_it_is_refused(form):
    """Any PEM block that is no certificate (A-87, S-25)."""
    key_pem = keys.to_pem(KEY, form)
    for pem in [PEM + key_pem, key_pem + PEM, certs.to_pem(CHAIN[:1]) + key_pem + certs.to_pem(CHAIN[1:])]:
        assert refusal(pem) == "it holds something other than certificates"


def test_text_around_the_blocks_is_refused():
    """RFC 8555 §9.1 asks for the strict form (A-87)."""
    assert refusal(b"subject=/CN=www\n" + PEM) == "it holds something other than certificates"
    assert refusal(PEM + b"-----BEGIN CERTIFICATE-----\n") == "it holds something other than certificates"


def test_what_holds_no_certificate_is_refused():
    assert refusal(b"") == "it holds no certificate"
    assert refusal(b"<html>502</html>") == "it holds no certificate"
    version_5 = LEAF.public_bytes(serialization.Encoding.DER).replace(b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x04")
    assert refusal(pem_of(version_5)) == "a certificate in it cannot be read"
    broken = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    assert refusal(broken) == "a certificate in it cannot be read"


def test_number_and_size_are_limited():
    """At most 10 certificates in at most 256 KiB (A-87)."""
    assert len(certs.load_chain(certs.to_pem([LEAF] * 10))) == 10
    assert refusal(certs.to_pem([LEAF] * 11)) == "it holds more than 10 certificates"
    assert refusal(PEM + b"\n" * certs.CHAIN_LIMIT) == "it is longer than 256 KiB"


# A common name of this type is refused by the library, by an exception of its own: TypeError.
TEXT, BITS = bytes.fromhex("06035504030c"), bytes.fromhex("060355040303")


def test_a_name_of_bits_is_refused():
    """As issuer or as subject, which are read late (S-19)."""
    der = INTERMEDIATE.certificate.public_bytes(serialization.Encoding.DER)
    assert der.count(TEXT) == 2
    for damaged in (der.replace(TEXT, BITS, 1), BITS.join(der.rsplit(TEXT, 1))):
        assert refusal(pem_of(damaged)) == "a certificate in it cannot be read"


def test_a_name_of_bits_in_an_extension_is_no_name():
    """Nothing of the certificate is taken for known then (S-19)."""
    evil = x509.DirectoryName(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "evil")]))
    builder = x509.CertificateBuilder(
        LEAF.issuer, x509.Name([]), KEY.public_key(), 7, LEAF.not_valid_before_utc, LEAF.not_valid_after_utc
    )
    san = x509.SubjectAlternativeName([x509.DNSName(NAMES[0]), evil])
    der = builder.add_extension(san, critical=True).sign(KEY, SHA256()).public_bytes(serialization.Encoding.DER)
    leaf = certs.load_leaf(pem_of(BITS.join(der.rsplit(TEXT, 1))))
    assert check_refusal([leaf], names=NAMES[:1]) == "a certificate in it cannot be read"
    assert certs.authority_key_id(leaf) is None


NOT_POSITIVE = "ignore:Parsed a serial number which wasn't positive"


@pytest.mark.filterwarnings(NOT_POSITIVE)
def test_a_serial_number_must_be_positive():
    der = LEAF.public_bytes(serialization.Encoding.DER).replace(b"\x02\x03\x0a\x1b\x2c", b"\x02\x03\x8a\x1b\x2c")
    assert refusal(pem_of(der)) == "a certificate in it has no positive serial number"


@pytest.mark.filterwarnings(NOT_POSITIVE)
@given(st.data())
@settings(max_examples=100)
def test_no_octets_break_the_reader(data):
    """Crafted PEM ends in BadChain or certificates whose names can be asked for (S-19)."""
    pem = bytearray(PEM)
    for _ in range(data.draw(st.integers(1, 5))):
        pem[data.draw(st.integers(0, len(pem) - 1))] = data.draw(st.integers(0, 255))
    with suppress(BadChain):
        certs.check_chain(certs.load_chain(bytes(pem)), KEY.public_key(), NAMES)


def test_the_right_chain_passes():
    """With and without intermediates and root, names in any order (A-87)."""
    for chain in [CHAIN, [LEAF], [*CHAIN, ROOT.certificate]]:
        certs.check_chain(chain, KEY.public_key(), ["example.com", "www.example.com"])


def test_a_leaf_for_another_key_is_refused():
    """A-87."""
    other = keys.generate(KeyType.EC256).public_key()
    assert check_refusal(CHAIN, other) == "its certificate is for another key"


@pytest.mark.parametrize("wanted", [["www.example.com"], [*NAMES, "more.example.com"], ["www.example.net"], []])
def test_missing_and_extra_names_are_refused(wanted):
    """A-87."""
    assert check_refusal(CHAIN, names=wanted) == "its certificate is for other names than were asked for"


def test_names_of_other_kinds_are_extra_names():
    """An e-mail address nobody asked for (A-87)."""
    leaf = INTERMEDIATE.issue(KEY.public_key(), NAMES, extra=[x509.RFC822Name("a@example.com")])
    assert check_refusal([leaf]) == "its certificate is for other names than were asked for"


def test_a_chain_out_of_order_is_refused():
    """Each certificate must be signed by the next (A-87)."""
    reason = "its certificates are not in order, each signed by the next"
    assert check_refusal([LEAF, ROOT.certificate]) == reason
    assert check_refusal([LEAF, ROOT.certificate, INTERMEDIATE.certificate]) == reason
    namesake = issued.root().authority("Issuing")
    assert check_refusal([LEAF, namesake.certificate]) == reason


def test_names_are_lower_case_and_in_order():
    leaf = INTERMEDIATE.issue(KEY.public_key(), ["WWW.Example.com", "192.0.2.1", "2001:db8::1", "*.example.com"])
    assert certs.names_of(leaf) == ("www.example.com", "192.0.2.1", "2001:db8::1", "*.example.com")
    assert certs.names_of(ROOT.certificate) == ()


def test_serial_numbers_are_lower_case_hexadecimal():
    assert certs.serial_hex(LEAF) == "a1b2c"
    assert certs.serial_hex(0xDEADBEEF) == "deadbeef"


def test_the_authority_key_id_is_the_issuers():
    public = INTERMEDIATE.certificate.public_key()
    assert isinstance(public, keys.PublicKey)
    assert certs.authority_key_id(LEAF) == x509.SubjectKeyIdentifier.from_public_key(public).digest
    assert certs.authority_key_id(INTERMEDIATE.issue(KEY.public_key(), NAMES, key_id=False)) is None


def test_the_last_second_of_a_life_counts():
    """A certificate of 90 days ends a second before the ninetieth day is full (F-27)."""
    assert life(LEAF.not_valid_before_utc, LEAF.not_valid_after_utc) == timedelta(days=90)


@pytest.mark.parametrize(
    ("left", "days"),
    [
        (timedelta(days=30), 30),
        (timedelta(days=30) - timedelta(seconds=1), 29),
        (timedelta(hours=23, minutes=59), 0),
        (timedelta(0), 0),
        (timedelta(hours=-1), 0),
        (timedelta(days=-1), -1),
        (timedelta(days=-1, hours=-23), -1),
        (timedelta(days=-2), -2),
    ],
)
def test_days_left_are_whole_and_cut_towards_zero(left, days):
    now = datetime(2026, 5, 1, 12, tzinfo=UTC)
    assert whole_days_left(now + left, now) == days
