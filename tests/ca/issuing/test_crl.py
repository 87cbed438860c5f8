"""The CRL's fields and entries."""

from datetime import datetime, timedelta

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtensionOID

from tegata.ca.issuing import crl
from tegata.ca.model import Certificate
from tests.ca.issuing.conftest import NOW, Ca
from tests.peers import openssl

pytestmark = pytest.mark.anyio


def revoked(serial: str, reason: int | None, at: datetime | None = NOW) -> Certificate:
    return Certificate(
        serial=serial,
        order_id="order",
        account_id="account",
        contract_id="contract",
        names=("www.example.com",),
        not_before=NOW,
        not_after=NOW + timedelta(days=90),
        spki_digest=b"",
        tbs=b"",
        intended_at=NOW,
        revoked_at=at,
        reason=reason,
    )


async def signed(ca: Ca, *entries: Certificate, number: int = 7, life: timedelta = timedelta(days=4)) -> bytes:
    return await ca.authority.sign_crl(number=number, this_update=NOW, next_update=NOW + life, revoked=entries)


async def test_the_fields(ca):
    """Version 2, the issuer, the times, authorityKeyIdentifier and CRLNumber, nothing else (RFC 5280 §5.1, BR 7.2)."""
    encoded = await signed(ca)
    read = x509.load_der_x509_crl(encoded)
    assert read.issuer.public_bytes() == ca.hierarchy.issuing.subject.public_bytes()
    assert (read.last_update_utc, read.next_update_utc) == (NOW, NOW + timedelta(days=4))
    assert [extension.oid for extension in read.extensions] == [
        ExtensionOID.AUTHORITY_KEY_IDENTIFIER,
        ExtensionOID.CRL_NUMBER,
    ]
    assert read.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number == 7
    assert not any(extension.critical for extension in read.extensions)
    assert len(read) == 0
    assert "Version 2" in openssl.crl_text(encoded)


@pytest.mark.parametrize(
    ("reason", "flag"),
    [
        (1, x509.ReasonFlags.key_compromise),
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


@pytest.mark.parametrize("reason", [0, None])
async def test_no_reason_is_said_by_saying_nothing(ca, reason):
    """Unspecified has no reasonCode in the entry (F-28, B-90)."""
    (entry,) = x509.load_der_x509_crl(await signed(ca, revoked("abc", reason)))
    assert len(entry.extensions) == 0


@pytest.mark.parametrize("reason", [2, 6, 8, 10])
async def test_other_reasons_do_not_exist(ca, reason):
    """certificateHold least of all (B-90)."""
    with pytest.raises(KeyError):
        await signed(ca, revoked("abc", reason))


async def test_what_is_not_revoked_is_not_on_it(ca):
    """A record without a time of revocation is somebody's mistake."""
    with pytest.raises(ValueError, match="abc is not revoked"):
        await signed(ca, revoked("abc", 1, None))


@pytest.mark.parametrize("number", [0, -1, 1 << 159])
async def test_a_number_that_is_no_crl_number(ca, number):
    """Positive and below 2^159 (BR 7.2.2)."""
    with pytest.raises(ValueError, match="no CRLNumber"):
        await signed(ca, number=number)


@pytest.mark.parametrize("life", [timedelta(0), timedelta(days=10, seconds=1)])
async def test_a_life_that_is_too_long(ca, life):
    """Ten days at most, and some (BR 4.9.7)."""
    with pytest.raises(ValueError, match="ten days"):
        await signed(ca, life=life)


async def test_ten_thousand_entries(ca):
    """A CRL of an incident's size is made in one piece, each serial on it once."""
    entries = [revoked(format(number, "x"), 1) for number in range(1 << 70, (1 << 70) + 10_000)]
    read = x509.load_der_x509_crl(
        crl.build(
            ca.authority._key,
            ca.hierarchy.issuing,
            number=1,
            this_update=NOW,
            next_update=NOW + timedelta(days=1),
            revoked=entries,
        )
    )
    assert len(read) == 10_000
