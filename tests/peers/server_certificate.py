"""A throw-away CA and a TLS certificate of it for a test peer on loopback; has nothing to do with the CA under test."""

import datetime as dt
import ipaddress
from collections.abc import Sequence
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def write_server_certificate(
    root_file: Path,
    certificate_file: Path,
    key_file: Path,
    hosts: Sequence[str] = (),
    *,
    shifted: dt.timedelta = dt.timedelta(),
) -> None:
    """Write a new root, and of it a certificate with its key; both are valid for a day.

    The certificate's day can be ``shifted``. It is for localhost, 127.0.0.1 and ``hosts``.
    """
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = _unsigned("Test peer root", "Test peer root", root_key, root_key)
    root = root.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    root = root.add_extension(_key_usage(ca=True), critical=True)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    names = [x509.DNSName("localhost"), address, *(x509.DNSName(host) for host in hosts)]
    leaf = _unsigned("localhost", "Test peer root", key, root_key, shifted)
    leaf = leaf.add_extension(x509.SubjectAlternativeName(names), critical=False)
    leaf = leaf.add_extension(_key_usage(ca=False), critical=True)
    for file, builder in ((root_file, root), (certificate_file, leaf)):
        file.write_bytes(builder.sign(root_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    key_file.touch(mode=0o600)
    key_file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )


def _unsigned(
    subject: str,
    issuer: str,
    key: ec.EllipticCurvePrivateKey,
    issuer_key: ec.EllipticCurvePrivateKey,
    shifted: dt.timedelta = dt.timedelta(),
) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.UTC) + shifted
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )


def _key_usage(*, ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not ca,
        key_cert_sign=ca,
        crl_sign=ca,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
