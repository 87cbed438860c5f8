"""An older CA that certifies what another has: for chains that lead elsewhere."""

from datetime import datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

from tegata.pki.key_types import KeyType
from tegata.pki.keys import PrivateKey, PublicKey, generate

OLD_ROOT = "Old Root"


@cache
def old_key() -> PrivateKey:
    """The older CA's key."""
    return generate(KeyType.EC256)


def named(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def certify(key: PublicKey, subject: str | x509.Name, now: datetime) -> x509.Certificate:
    """What the older CA says of a key."""
    return (
        x509.CertificateBuilder(
            issuer_name=named(OLD_ROOT),
            subject_name=named(subject) if isinstance(subject, str) else subject,
            public_key=key,
            serial_number=x509.random_serial_number(),
            not_valid_before=now - timedelta(days=1),
            not_valid_after=now + timedelta(days=999),
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .sign(old_key(), SHA256())
    )


def cross(certificate: x509.Certificate, now: datetime) -> list[x509.Certificate]:
    """The older CA's certificate for the key and name of another one's."""
    key = certificate.public_key()
    assert isinstance(key, PublicKey)
    return [certify(key, certificate.subject, now)]


def old_root(now: datetime) -> x509.Certificate:
    """The older CA itself."""
    return certify(old_key().public_key(), OLD_ROOT, now)
