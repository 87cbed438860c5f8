"""Building and signing a CRL (RFC 5280 §5, BR 7.2). Pure but for the signature: numbers and times are arguments.

Which certificates belong on it is the services' matter.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from tegata.ca.issuing import algorithms
from tegata.ca.issuing.algorithms import IssuerKey
from tegata.ca.issuing.build import authority_key_identifier
from tegata.ca.model import Certificate

LONGEST_LIFE = timedelta(days=10)
# What a subscriber or the CA may say; certificateHold (6) does not exist here, and 0 is said by saying nothing.
_REASONS = {
    1: x509.ReasonFlags.key_compromise,
    3: x509.ReasonFlags.affiliation_changed,
    4: x509.ReasonFlags.superseded,
    5: x509.ReasonFlags.cessation_of_operation,
    9: x509.ReasonFlags.privilege_withdrawn,
}


def build(
    key: IssuerKey,
    issuer: x509.Certificate,
    *,
    number: int,
    this_update: datetime,
    next_update: datetime,
    revoked: Sequence[Certificate],
) -> bytes:
    """A full CRL (DER): version 2, with authorityKeyIdentifier and CRLNumber; reasonCode left out for 0. B-90, F-28.

    Raises ValueError for a number that is no CRLNumber, a life over ten days, or a record that is not revoked, and
    KeyError for another reason code.
    """
    if not 0 < number < 1 << 159:
        raise ValueError(f"{number} is no CRLNumber")
    if not timedelta(0) < next_update - this_update <= LONGEST_LIFE:
        raise ValueError("a CRL lives ten days at most")
    entries = [_entry(certificate) for certificate in revoked]
    return sign(key, issuer, entries, number=number, this_update=this_update, next_update=next_update)


def sign(
    key: IssuerKey,
    issuer: x509.Certificate,
    entries: list[x509.RevokedCertificate],
    *,
    number: int,
    this_update: datetime,
    next_update: datetime,
) -> bytes:
    """The signed CRL (DER) over these entries."""
    builder = x509.CertificateRevocationListBuilder(
        issuer_name=issuer.subject,
        last_update=this_update.replace(microsecond=0),
        next_update=next_update.replace(microsecond=0),
        # Given whole: adding one by one copies the list each time.
        revoked_certificates=entries,
    )
    builder = builder.add_extension(authority_key_identifier(issuer), critical=False)
    builder = builder.add_extension(x509.CRLNumber(number), critical=False)
    return builder.sign(key, algorithms.of(key.public_key()).hash).public_bytes(Encoding.DER)


def _entry(certificate: Certificate) -> x509.RevokedCertificate:
    if certificate.revoked_at is None:
        raise ValueError(f"{certificate.serial} is not revoked")
    builder = x509.RevokedCertificateBuilder(
        serial_number=int(certificate.serial, 16), revocation_date=certificate.revoked_at.replace(microsecond=0)
    )
    if certificate.reason:
        builder = builder.add_extension(x509.CRLReason(_REASONS[certificate.reason]), critical=False)
    return builder.build()
