"""Certificates and chains: reading a downloaded chain with suspicion, and what is asked of a certificate.

Knows neither files nor time; instants are arguments. Issuing is the CA's matter.
"""

import binascii
import re
from collections.abc import Collection, Sequence
from hashlib import sha256
from itertools import pairwise

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from tegata.errors import TegataError
from tegata.pki.keys import PublicKey, spki
from tegata.pki.life import Life

CHAIN_LIMIT = 256 * 1024
CHAIN_LENGTH = 10

_LINE = re.compile(rb".{1,64}")
_BLOCK = re.compile(rb"-----BEGIN CERTIFICATE-----\s[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----")
UNREADABLE = (
    ValueError,
    KeyError,  # a TLS feature it does not know
    TypeError,  # a BIT STRING in a name, as here and there in extensions too
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)
"""What the library raises for X.509 that is not well-formed: at once, or when a name or an extension is looked at."""


class BadChain(TegataError):
    """A certificate chain that must not be stored or installed; facts: ``reason``."""

    code = "pki.chain"


def load_chain(pem: bytes) -> list[x509.Certificate]:
    """Read a PEM chain, leaf first; raises BadChain.

    Only CERTIFICATE blocks with nothing but white space between them are accepted (RFC 8555 §9.1, §11.4), at most 10 of
    them in at most 256 KiB.
    """
    if len(pem) > CHAIN_LIMIT:
        raise BadChain(reason="it is longer than 256 KiB")
    blocks = _BLOCK.findall(pem)
    if not blocks:
        raise BadChain(reason="it holds no certificate")
    if len(blocks) > CHAIN_LENGTH:
        raise BadChain(reason="it holds more than 10 certificates")
    if _BLOCK.sub(b"", pem).strip():
        raise BadChain(reason="it holds something other than certificates")
    try:
        chain = [_read(block) for block in blocks]
    except UNREADABLE:
        raise BadChain(reason="a certificate in it cannot be read") from None
    # The library lets these pass with a warning, for now (RFC 5280 §4.1.2.2).
    if any(certificate.serial_number <= 0 for certificate in chain):
        raise BadChain(reason="a certificate in it has no positive serial number")
    return chain


def load_leaf(pem: bytes) -> x509.Certificate:
    """Read the first certificate of a PEM chain alone, for whoever looks at thousands; raises BadChain."""
    block = _BLOCK.search(pem[:CHAIN_LIMIT])
    if block is None:
        raise BadChain(reason="it holds no certificate")
    return load_chain(block[0])[0]


def check_chain(chain: Sequence[x509.Certificate], public_key: PublicKey, names: Collection[str]) -> None:
    """Check that a chain is for this key and exactly these normalised names, and in order; raises BadChain.

    Each certificate must be signed by the next (RFC 8555 §7.4.2). Trust in the root is not judged here. A-87.
    """
    leaf = chain[0]
    if _leaf_spki(leaf) != spki(public_key):
        raise BadChain(reason="its certificate is for another key")
    if set(names_of(leaf)) != set(names) or _has_other_names(leaf):
        raise BadChain(reason="its certificate is for other names than were asked for")
    check_order(chain)


def check_order(chain: Sequence[x509.Certificate]) -> None:
    """Check that each certificate of a chain is signed by the next; raises BadChain."""
    for certificate, issuer in pairwise(chain):
        try:
            certificate.verify_directly_issued_by(issuer)
        except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
            raise BadChain(reason="its certificates are not in order, each signed by the next") from None


def is_of_key(certificate: x509.Certificate, public_key: PublicKey) -> bool:
    """Whether a certificate is for this key."""
    return _leaf_spki(certificate) == spki(public_key)


def to_pem(chain: Sequence[x509.Certificate]) -> bytes:
    """Write certificates as PEM, one after the other, with LF line ends."""
    return b"".join(certificate.public_bytes(Encoding.PEM) for certificate in chain)


def der_to_pem(der: bytes) -> bytes:
    """Write a certificate's DER as PEM; what it says is not looked at."""
    lines = _LINE.findall(binascii.b2a_base64(der, newline=False))
    return b"\n".join([b"-----BEGIN CERTIFICATE-----", *lines, b"-----END CERTIFICATE-----\n"])


def names_of(certificate: x509.Certificate) -> tuple[str, ...]:
    """The DNS names (lower-case) and IP addresses of a certificate's subjectAltName, in its order."""
    return tuple(
        name.value.lower() if isinstance(name, x509.DNSName) else str(name.value)
        for name in _alternative_names(certificate)
        if isinstance(name, x509.DNSName | x509.IPAddress)
    )


def serial_hex(serial: int | x509.Certificate) -> str:
    """A serial number as Tegata prints it: lower-case hexadecimal without prefix or padding."""
    return format(serial if isinstance(serial, int) else serial.serial_number, "x")


def key_digests(certificates: Sequence[x509.Certificate]) -> frozenset[bytes]:
    """The SHA-256 of each certificate's SubjectPublicKeyInfo."""
    return frozenset(sha256(key).digest() for key in map(_leaf_spki, certificates) if key is not None)


def life_of(certificate: x509.Certificate) -> Life:
    """Which certificate it is, and how long it lives; what ``glance`` tells without reading all of one."""
    digest = certificate.fingerprint(SHA256()).hex()
    return Life(digest, certificate.not_valid_before_utc, certificate.not_valid_after_utc)


def authority_key_id(certificate: x509.Certificate) -> bytes | None:
    """The keyIdentifier of the authorityKeyIdentifier extension (RFC 5280 §4.2.1.1), if there is one."""
    try:
        return certificate.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
    except (x509.ExtensionNotFound, *UNREADABLE):
        return None


def _read(block: bytes) -> x509.Certificate:
    """A certificate whose names can be shown and compared: the library reads them only when it is asked for them."""
    certificate = x509.load_pem_x509_certificate(block)
    _ = certificate.issuer, certificate.subject
    return certificate


def _leaf_spki(leaf: x509.Certificate) -> bytes | None:
    try:
        key = leaf.public_key()
    except (ValueError, UnsupportedAlgorithm):
        return None
    return spki(key) if isinstance(key, PublicKey) else None


def _alternative_names(certificate: x509.Certificate) -> list[x509.GeneralName]:
    try:
        return list(certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value)
    except x509.ExtensionNotFound:
        return []
    except UNREADABLE:
        raise BadChain(reason="a certificate in it cannot be read") from None


def _has_other_names(certificate: x509.Certificate) -> bool:
    return any(not isinstance(name, x509.DNSName | x509.IPAddress) for name in _alternative_names(certificate))
