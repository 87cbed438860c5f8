"""The small CA between a CA and its perspectives: each side knows the other by a certificate of it and by nothing else.

It certifies nobody else, is no part of the public hierarchy, and is trusted by these two sides alone. An agent's key
stands unencrypted in the agent's own directory (0600), since nobody is there to open it. Knows no network.
"""

import ssl
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tegata.ca.issuing import keys, layout
from tegata.ca.issuing.build import authority_key_identifier, key_usage
from tegata.pki import keys as pki_keys
from tegata.pki.key_types import KeyType

# The command that makes an agent's certificate also renews the small CA, once half of its life is over; ``check`` says
# when that is due.
_LIFE = timedelta(days=10 * 365)
_BACKDATE = timedelta(hours=1)
_PRIMARY = "primary"
_DOMAIN = "perspective.internal"


class _Ca(NamedTuple):
    key: EllipticCurvePrivateKey
    certificate: x509.Certificate


class AgentFiles(NamedTuple):
    """What an agent needs to be known: whom it trusts, its certificate and its key, in PEM."""

    trust: bytes
    certificate: bytes
    key: bytes

    def __repr__(self) -> str:
        return "AgentFiles(…)"


def server_name(perspective: str) -> str:
    """The name in the certificate of a perspective's agent."""
    return f"{perspective}.{_DOMAIN}"


def agent(home: Path, perspective: str, secret: bytes, now: datetime) -> AgentFiles:
    """A new certificate and key for a perspective's agent, by the CA's small CA, which is made with the first one.

    A small CA that is half through its life is renewed with the same key: agents from before are known as before.
    Raises FileUnusable, FileExistsError for a small CA that is there in part.
    """
    path = home / layout.PERSPECTIVES_CERTIFICATE
    ca = _load(home, secret) if path.exists() else _create(home, secret, now)
    if now >= ca.certificate.not_valid_after_utc - _LIFE / 2:
        ca = _renew(home, ca.key, secret, now)
    key, certificate = _certified(ca, server_name(perspective), ExtendedKeyUsageOID.SERVER_AUTH, now)
    return AgentFiles(
        trust=ca.certificate.public_bytes(Encoding.PEM),
        certificate=certificate.public_bytes(Encoding.PEM),
        key=key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
    )


def ends(home: Path) -> datetime:
    """Until when agents and CA know each other by what is in the CA's directory; raises FileUnusable."""
    files = (layout.PERSPECTIVES_CERTIFICATE, layout.PRIMARY_BUNDLE)
    return min(keys.load_certificate(home / file).not_valid_after_utc for file in files)


def primary_context(home: Path, secret: bytes) -> ssl.SSLContext:
    """TLS towards agents: only theirs are trusted, and the CA's own certificate is shown. Raises FileUnusable."""
    context = _context(ssl.PROTOCOL_TLS_CLIENT, home / layout.PERSPECTIVES_CERTIFICATE)
    path = home / layout.PRIMARY_BUNDLE
    try:
        context.load_cert_chain(path, password=lambda: secret)
    except OSError as error:
        raise _unusable(path, error) from None
    return context


def agent_context(directory: Path) -> ssl.SSLContext:
    """TLS at an agent: whoever connects must show the CA's certificate. Raises FileUnusable."""
    context = _context(ssl.PROTOCOL_TLS_SERVER, directory / layout.AGENT_TRUST)
    context.verify_mode = ssl.CERT_REQUIRED
    path = directory / layout.AGENT_CERTIFICATE
    try:
        context.load_cert_chain(path, directory / layout.AGENT_KEY)
    except OSError as error:
        raise _unusable(path, error) from None
    return context


def _context(protocol: int, trust: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(protocol)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    try:
        context.load_verify_locations(trust)
    except OSError as error:
        raise _unusable(trust, error) from None
    return context


def _unusable(path: Path, error: OSError) -> keys.FileUnusable:
    """What kept a file from being used by TLS: that it is missing, or what is in it."""
    is_content = isinstance(error, ssl.SSLError)
    reason = "the pass phrase is wrong or the file is damaged" if is_content else error.strerror
    return keys.FileUnusable(path=path, reason=reason)


def _create(home: Path, secret: bytes, now: datetime) -> _Ca:
    """Make the small CA and the certificate that the CA itself shows; its certificate is written last."""
    ca = _self_signed(_generate(), now)
    for path in (layout.PERSPECTIVES_KEY, layout.PRIMARY_BUNDLE):
        (home / path).unlink(missing_ok=True)  # of an attempt that was not finished
    keys.save(home / layout.PERSPECTIVES_KEY, ca.key, secret)
    keys.write_secret(home / layout.PRIMARY_BUNDLE, _primary_bundle(ca, secret, now))
    (home / layout.PERSPECTIVES).mkdir(mode=0o700, exist_ok=True)
    keys.write_new(home / layout.PERSPECTIVES_CERTIFICATE, ca.certificate.public_bytes(Encoding.PEM), mode=0o644)
    return ca


def _renew(home: Path, key: EllipticCurvePrivateKey, secret: bytes, now: datetime) -> _Ca:
    """Certify the same key anew, and make what the CA itself shows; a crash between the two leaves what fits too."""
    ca = _self_signed(key, now)
    keys.put(home / layout.PRIMARY_BUNDLE, _primary_bundle(ca, secret, now), mode=0o600)
    keys.put(home / layout.PERSPECTIVES_CERTIFICATE, ca.certificate.public_bytes(Encoding.PEM))
    return ca


def _self_signed(key: EllipticCurvePrivateKey, now: datetime) -> _Ca:
    subject = _subject("Tegata perspectives")
    builder = _builder(subject, subject, key, now).add_extension(
        x509.BasicConstraints(ca=True, path_length=0), critical=True
    )
    builder = builder.add_extension(key_usage("key_cert_sign"), critical=True)
    return _Ca(key, builder.sign(key, hashes.SHA256()))


def _primary_bundle(ca: _Ca, secret: bytes, now: datetime) -> bytes:
    key, certificate = _certified(ca, f"{_PRIMARY}.{_DOMAIN}", ExtendedKeyUsageOID.CLIENT_AUTH, now)
    return certificate.public_bytes(Encoding.PEM) + keys.to_pem(key, secret)


def _load(home: Path, secret: bytes) -> _Ca:
    certificate = keys.load_certificate(home / layout.PERSPECTIVES_CERTIFICATE)
    key = keys.load(home / layout.PERSPECTIVES_KEY, certificate, secret)
    assert isinstance(key, EllipticCurvePrivateKey)
    return _Ca(key, certificate)


def _certified(
    ca: _Ca, name: str, usage: x509.ObjectIdentifier, now: datetime
) -> tuple[EllipticCurvePrivateKey, x509.Certificate]:
    """A new key with a certificate for one end of the connection: who serves cannot ask, who asks cannot serve."""
    key = _generate()
    builder = _builder(ca.certificate.subject, _subject(name), key, now, ca.certificate.not_valid_after_utc)
    for extension, critical in (
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (key_usage("digital_signature"), True),
        (x509.ExtendedKeyUsage([usage]), False),
        (x509.SubjectAlternativeName([x509.DNSName(name)]), False),
        (authority_key_identifier(ca.certificate), False),
    ):
        builder = builder.add_extension(extension, critical)
    return key, builder.sign(ca.key, hashes.SHA256())


def _builder(
    issuer: x509.Name,
    subject: x509.Name,
    key: EllipticCurvePrivateKey,
    now: datetime,
    latest: datetime | None = None,
) -> x509.CertificateBuilder:
    begin = now.replace(microsecond=0) - _BACKDATE
    end = begin + _LIFE if latest is None else min(begin + _LIFE, latest)
    public_key = key.public_key()
    builder = x509.CertificateBuilder(issuer, subject, public_key, x509.random_serial_number(), begin, end)
    return builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)


def _subject(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _generate() -> EllipticCurvePrivateKey:
    key = pki_keys.generate(KeyType.EC256)
    assert isinstance(key, EllipticCurvePrivateKey)
    return key
