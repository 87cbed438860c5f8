"""Certificates for tests: a root, intermediates and leaves, made on the spot."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import NameOID

from tegata.pki import keys, names
from tegata.pki.key_types import KeyType

START = datetime(2026, 1, 1, tzinfo=UTC)


def general_name(name: str) -> x509.GeneralName:
    """A normalised name as it stands in a subjectAltName."""
    return x509.IPAddress(ip_address(name)) if names.is_ip(name) else x509.DNSName(name)


@dataclass(frozen=True)
class Authority:
    """A certificate that signs others, and its key."""

    certificate: x509.Certificate
    key: keys.PrivateKey

    def issue(
        self,
        public_key: keys.PublicKey,
        leaf_names: Sequence[str],
        *,
        extra: Sequence[x509.GeneralName] = (),
        key_id: bool = True,
        serial: int = 0x0A1B2C,
        start: datetime = START,
    ) -> x509.Certificate:
        """A certificate for these names."""
        builder = _builder("leaf", self.certificate.subject, public_key, serial, start)
        general_names = [*map(general_name, leaf_names), *extra]
        if general_names:
            builder = builder.add_extension(x509.SubjectAlternativeName(general_names), critical=False)
        if key_id:
            issuer_key = self.certificate.public_key()
            assert isinstance(issuer_key, keys.PublicKey)
            builder = builder.add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key), critical=False
            )
        return builder.sign(self.key, hashes.SHA256())

    def authority(self, name: str) -> "Authority":
        """An intermediate below this one."""
        return _authority(name, self)


def root(name: str = "Root") -> Authority:
    """A new root."""
    return _authority(name, None)


def _authority(name: str, issuer: Authority | None) -> Authority:
    key = keys.generate(KeyType.EC256)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = _builder(name, issuer.certificate.subject if issuer else subject, key.public_key(), 1)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    return Authority(builder.sign(issuer.key if issuer else key, hashes.SHA256()), key)


def _builder(
    subject: str, issuer: x509.Name, public_key: keys.PublicKey, serial: int, start: datetime = START
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(serial)
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=90) - timedelta(seconds=1))
    )
