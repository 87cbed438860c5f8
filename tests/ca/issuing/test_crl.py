"""The CRL's fields and entries."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtensionOID

from tegata.ca.issuing.build import crl_at
from tegata.ca.model import Revocation
from tests.ca.issuing.conftest import NOW, PUBLIC_URL, Ca
from tests.peers import openssl

pytestmark = pytest.mark.anyio


URL = f"{PUBLIC_URL}/crl/issuing-3.crl"


def revoked(serial: str, reason: int, at: datetime = NOW) -> Revocation:
    return Revocation(serial, at, reason)


async def signed(ca: Ca, *revoked: Revocation, number: int = 7, life: timedelta = timedelta(days=4)) -> bytes:
    entries = [ca.authority.crl_entries([one]) for one in revoked]
    times = {"this_update": NOW, "next_update": NOW + life}
    return await ca.authority.sign_crl(await ca.authority.lay_out_crl(entries, number=number, url=URL, **times))


async def test_the_fields(ca):
    """Version 2, the issuer, the times, and three extensions, nothing else (RFC 5280 §5.1, BR 7.2; B-88)."""
    encoded = await signed(ca)
    read = x509.load_der_x509_crl(encoded)
    assert read.issuer.public_bytes() == ca.hierarchy.issuing.subject.public_bytes()
    assert (read.last_update_utc, read.next_update_utc) == (NOW, NOW + timedelta(days=4))
    assert [extension.oid for extension in read.extensions] == [
        ExtensionOID.AUTHORITY_KEY_IDENTIFIER,
        ExtensionOID.CRL_NUMBER,
        ExtensionOID.ISSUING_DISTRIBUTION_POINT,
    ]
    assert read.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number == 7
    assert [extension.critical for extension in read.extensions] == [False, False, True]
    assert len(read) == 0
    assert read.is_signature_valid(ca.hierarchy.issuing.public_key())
    assert "Version 2" in openssl.crl_text(encoded)


@pytest.mark.parametrize(
    ("reason", "flag"),
    [
        (1, x509.ReasonFlags.key_compromise),
        (2, x509.ReasonFlags.ca_compromise),
        (3, x509.ReasonFlags.affiliation_changed),
        (4, x509.ReasonFlags.superseded),
        (5, x509.ReasonFlags.cessation_of_operation),
        (9, x509.ReasonFlags.privilege_withdrawn),
    ],
)
async def test_an_entry(ca, reason, flag):
    """Serial, time to the second, and the reason (B-90)."""
    read = x509.load_der_x509_crl(await signed(ca, revoked("0fab" * 8, reason, NOW + timedelta(microseconds=5))))
    entry = read.get_revoked_certificate_by_serial_number(int("0fab" * 8, 16))
    assert entry is not None
    assert entry.revocation_date_utc == NOW
    assert entry.extensions.get_extension_for_class(x509.CRLReason).value.reason is flag
    assert len(entry.extensions) == 1


async def test_the_distribution_point(ca):
    """Its URL is that of the certificates, octet by octet, and nothing limits the CRL besides (B-89)."""
    read = x509.load_der_x509_crl(await signed(ca))
    point = read.extensions.get_extension_for_class(x509.IssuingDistributionPoint).value
    assert [name.value for name in point.full_name or []] == [URL]
    flags = (point.only_contains_user_certs, point.only_contains_ca_certs, point.indirect_crl)
    assert (flags, point.only_some_reasons) == ((False, False, False), None)
    in_certificates = crl_at(URL).public_bytes()
    assert URL.encode() in point.public_bytes()
    assert point.public_bytes()[2:] in in_certificates


@pytest.mark.parametrize("serial", ["1", "7f", "80", "ff" * 16, "1" + "00" * 15])
async def test_serials_of_each_length(ca, serial):
    """Positive numbers in their one form."""
    (entry,) = x509.load_der_x509_crl(await signed(ca, revoked(serial, 0)))
    assert entry.serial_number == int(serial, 16)


async def test_times_to_2049_and_after(ca):
    """UTCTime, then GeneralizedTime (RFC 5280 §5.1.2.6)."""
    for at in (datetime(2049, 12, 31, 23, 59, 59, tzinfo=UTC), datetime(2050, 1, 1, tzinfo=UTC)):
        (entry,) = x509.load_der_x509_crl(await signed(ca, revoked("1", 0, at)))
        assert entry.revocation_date_utc == at


@pytest.mark.parametrize("revocations", [[], [revoked("80", 0), revoked("102", 4)]], ids=["none", "two"])
async def test_the_same_as_the_library_writes(ca, revocations):
    """Octet by octet, as the signature is over the same octets; a list of none is left out (RFC 5280 §5.1.2.6)."""
    builder = x509.CertificateRevocationListBuilder(ca.hierarchy.issuing.subject, NOW, NOW + timedelta(days=4))
    for number, reason in ((0x80, None), (0x0102, x509.ReasonFlags.superseded))[: len(revocations)]:
        entry = x509.RevokedCertificateBuilder(number, NOW)
        if reason:
            entry = entry.add_extension(x509.CRLReason(reason), critical=False)
        builder = builder.add_revoked_certificate(entry.build())
    ours = x509.load_der_x509_crl(await signed(ca, *revocations))
    for extension in ours.extensions:
        builder = builder.add_extension(extension.value, extension.critical)
    theirs = builder.sign(ca.authority._key, hashes.SHA256())
    assert theirs.public_bytes(Encoding.DER) == ours.public_bytes(Encoding.DER)


def test_the_roots_list_has_no_distribution_point(ca):
    """It is one list for all that the root has signed, whose certificates name it by another URL (B-89)."""
    read = x509.load_der_x509_crl(ca.hierarchy.root_crl)
    expected = [ExtensionOID.AUTHORITY_KEY_IDENTIFIER, ExtensionOID.CRL_NUMBER]
    assert [extension.oid for extension in read.extensions] == expected


async def test_no_reason_is_said_by_saying_nothing(ca):
    """Unspecified has no reasonCode in the entry (F-28, B-90)."""
    (entry,) = x509.load_der_x509_crl(await signed(ca, revoked("abc", 0)))
    assert len(entry.extensions) == 0


@pytest.mark.parametrize("reason", [6, 7, 8, 10])
async def test_other_reasons_do_not_exist(ca, reason):
    """certificateHold least of all (B-90)."""
    with pytest.raises(KeyError):
        await signed(ca, revoked("abc", reason))


@pytest.mark.parametrize("number", [0, -1, 1 << 159])
async def test_a_number_that_is_no_crl_number(ca, number):
    """Positive and below 2^159 (BR 7.2.2)."""
    with pytest.raises(ValueError, match="no CRLNumber"):
        await signed(ca, number=number)


@pytest.mark.parametrize("life", [timedelta(0), timedelta(days=10, seconds=1)])
async def test_a_life_that_is_too_long(ca, life):
    """Ten days at most, and some (BR 4.9.7; B-88)."""
    assert await signed(ca, life=timedelta(days=10))
    with pytest.raises(ValueError, match="a CRL lives"):
        await signed(ca, life=life)


async def test_ten_thousand_entries(ca):
    """A CRL of an incident's size is made in one piece, each serial on it once."""
    entries = [revoked(format(number, "x"), 1) for number in range(1 << 70, (1 << 70) + 10_000)]
    read = x509.load_der_x509_crl(await signed(ca, *entries))
    assert len(read) == 10_000
    assert {entry.serial_number for entry in read} == set(range(1 << 70, (1 << 70) + 10_000))
