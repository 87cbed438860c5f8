"""A small CA for these tests: certificates with chosen keys, names and dates. Signs, and nothing else."""

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

from tegata.pki.keys import PrivateKey

NOW = datetime(2026, 11, 24, 12, 0, 0, tzinfo=UTC)
CA_KEY = ec.generate_private_key(ec.SECP256R1())
CA_NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Example Issuing CA")])


def new_key() -> ec.EllipticCurvePrivateKey:
    """A key for a certificate."""
    return ec.generate_private_key(ec.SECP256R1())


def certificate(
    key: PrivateKey,
    *names: str,
    not_before: datetime = NOW - timedelta(days=1),
    days: int = 90,
    crl_url: str | None = None,
    common_name: bool = True,
) -> x509.Certificate:
    """A leaf certificate; the first name is its common name unless it has none."""
    subject = [x509.NameAttribute(NameOID.COMMON_NAME, names[0])] if common_name else []
    builder = (
        _builder(x509.Name(subject), key, not_before, days)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(CA_KEY.public_key()),
            critical=False,
        )
    )
    if crl_url is not None:
        point = x509.DistributionPoint([x509.UniformResourceIdentifier(crl_url)], None, None, None)
        builder = builder.add_extension(x509.CRLDistributionPoints([point]), critical=False)
    return builder.sign(CA_KEY, SHA256())


def issuer() -> x509.Certificate:
    """The CA's own certificate."""
    return _builder(CA_NAME, CA_KEY, NOW - timedelta(days=100), 1000).sign(CA_KEY, SHA256())


def crl(
    *serials: int, next_update: datetime = NOW + timedelta(days=7), key: PrivateKey = CA_KEY, name: x509.Name = CA_NAME
) -> x509.CertificateRevocationList:
    """The CA's list of these serial numbers."""
    builder = x509.CertificateRevocationListBuilder().issuer_name(name).last_update(NOW - timedelta(days=1))
    for serial in serials:
        revoked = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(NOW - timedelta(hours=1))
        builder = builder.add_revoked_certificate(revoked.build())
    return builder.next_update(next_update).sign(key, SHA256())


def _builder(subject: x509.Name, key: PrivateKey, not_before: datetime, days: int) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .issuer_name(CA_NAME)
        .subject_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(not_before)
        .not_valid_after(not_before + timedelta(days=days))
    )
