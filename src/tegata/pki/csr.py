"""Certification requests (PKCS#10, RFC 2986): the client builds one, the CA reads one.

What is read is only what may be used: the public key, the names, and whether must-staple was asked. Knows no order, no
contract and no profile.
"""

from collections.abc import Callable, Sequence
from ipaddress import ip_address

import msgspec
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID, NameOID

from tegata.errors import TegataError
from tegata.pki import names as name_rules
from tegata.pki.certs import UNREADABLE
from tegata.pki.keys import PrivateKey, PublicKey, spki

# A hundred names of full length and an RSA key of 8192 bits stay below this.
DER_LIMIT = 64 * 1024

_STRONG_HASHES = ("sha256", "sha384", "sha512")
_ALLOWED_USAGES = {ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH}


class BadCSR(TegataError):
    """A certification request that cannot be accepted whatever the order; facts: ``reason``."""

    code = "pki.csr"


class BadCSRName(BadCSR):
    """A certification request that asks for something that is no name; facts: ``name``, ``reason``."""

    code = "pki.csr-name"


class Request(msgspec.Struct, frozen=True):
    """What a CA takes from a certification request."""

    der: bytes
    names: frozenset[str]
    """Names of the subjectAltName and the common name, normalised."""
    common_name: str | None
    public_key: PublicKey
    must_staple: bool


def build(key: PrivateKey, names: Sequence[str], *, common_name: str | None, must_staple: bool = False) -> bytes:
    """A signed request in DER for normalised names; without a common name the subject is empty (RFC 8555 §7.4)."""
    attributes = [] if common_name is None else [x509.NameAttribute(NameOID.COMMON_NAME, common_name)]
    general_names = [
        x509.IPAddress(ip_address(name)) if name_rules.is_ip(name) else x509.DNSName(name) for name in names
    ]
    builder = (
        x509.CertificateSigningRequestBuilder()
        .subject_name(x509.Name(attributes))
        .add_extension(x509.SubjectAlternativeName(general_names), critical=False)
    )
    if must_staple:
        builder = builder.add_extension(x509.TLSFeature([x509.TLSFeatureType.status_request]), critical=False)
    return builder.sign(key, _hash_for(key)).public_bytes(Encoding.DER)


def parse(der: bytes) -> Request:
    """Read a request and check all that can be checked without the order; raises BadCSR.

    A-81, but for the comparison with the order. Refused are: another version than 0 (``cryptography`` does not read
    it), a wrong self-signature, a weak hash, names other than DNS names and IP addresses, subject data beyond one
    common name, extensions nobody is allowed to choose.
    """
    if len(der) > DER_LIMIT:
        raise BadCSR(reason="it is too long")
    try:
        csr = x509.load_der_x509_csr(der)
        _check_signature(csr)
        key = _public_key(csr)
        common_name = _common_name(csr.subject)
        names, must_staple = _read_extensions(csr.extensions)
    except x509.InvalidVersion:
        raise BadCSR(reason="its version is not 0") from None
    except x509.DuplicateExtension:
        raise BadCSR(reason="it requests the same extension twice") from None
    except x509.UnsupportedGeneralNameType:
        raise BadCSR(reason="it asks for a name that is neither a DNS name nor an IP address") from None
    except UnsupportedAlgorithm:
        raise BadCSR(reason="its key or signature is of an unknown kind") from None
    except UNREADABLE:
        raise BadCSR(reason="it is not a well-formed PKCS#10 request") from None
    if common_name is not None:
        names = names | {common_name}
    if not names:
        raise BadCSR(reason="it asks for no name")
    return Request(der, names, common_name, key, must_staple)


def _hash_for(key: PrivateKey) -> hashes.SHA256 | hashes.SHA384 | None:
    if isinstance(key, Ed25519PrivateKey):
        return None
    if isinstance(key, EllipticCurvePrivateKey) and key.key_size > 256:
        return hashes.SHA384()
    return hashes.SHA256()


def _check_signature(csr: x509.CertificateSigningRequest) -> None:
    digest = csr.signature_hash_algorithm
    if digest is not None and digest.name not in _STRONG_HASHES:
        raise BadCSR(reason="it is signed with a weak hash: SHA-256 or stronger is needed")
    if not csr.is_signature_valid:
        raise BadCSR(reason="its signature is not by the key it holds")


def _public_key(csr: x509.CertificateSigningRequest) -> PublicKey:
    key = csr.public_key()
    if not isinstance(key, PublicKey):
        raise BadCSR(reason="its key is neither an RSA, an EC nor an Ed25519 key")
    # A key restricted to RSASSA-PSS reads as any RSA key, but a certificate could not say so (B-55).
    if spki(key) not in csr.tbs_certrequest_bytes:
        raise BadCSR(reason="its key is not written in the plain form certificates hold (rsaEncryption, a named curve)")
    return key


def _common_name(subject: x509.Name) -> str | None:
    attributes = list(subject)
    if not attributes:
        return None
    if len(attributes) > 1 or attributes[0].oid != NameOID.COMMON_NAME:
        raise BadCSR(reason="its subject holds more than a common name: ask with a common name alone, or none")
    value = attributes[0].value
    assert isinstance(value, str), "the library reads nothing else as a common name"
    return _name(value)


def _read_extensions(extensions: x509.Extensions) -> tuple[frozenset[str], bool]:
    names: frozenset[str] = frozenset()
    must_staple = False
    for extension in extensions:
        value = extension.value
        if isinstance(value, x509.SubjectAlternativeName):
            names = frozenset(_general_name(general_name) for general_name in value)
        elif extension.oid in _CHECKS:
            _CHECKS[extension.oid](value)
            must_staple = must_staple or isinstance(value, x509.TLSFeature)
        else:
            raise BadCSR(reason="it requests an extension that a subscriber cannot choose")
    return names, must_staple


def _general_name(general_name: x509.GeneralName) -> str:
    if isinstance(general_name, x509.DNSName):
        name = _name(general_name.value)
        if name_rules.is_ip(name):
            raise BadCSR(reason="it gives an IP address as a DNS name")
        return name
    if isinstance(general_name, x509.IPAddress):
        return _name(str(general_name.value))
    raise BadCSR(reason="it asks for a name that is neither a DNS name nor an IP address")


def _name(text: str) -> str:
    try:
        return name_rules.normalise(text)
    except name_rules.BadName as error:
        raise BadCSRName(**error.facts) from None


def _accept(_value: x509.ExtensionType) -> None:
    """What this extension says is harmless and is not used."""


def _check_basic_constraints(value: x509.ExtensionType) -> None:
    if isinstance(value, x509.BasicConstraints) and value.ca:
        raise BadCSR(reason="it asks to become a certification authority")


def _check_extended_key_usage(value: x509.ExtensionType) -> None:
    if isinstance(value, x509.ExtendedKeyUsage) and not _ALLOWED_USAGES.issuperset(value):
        raise BadCSR(reason="it asks for an extended key usage other than server and client authentication")


def _check_tls_feature(value: x509.ExtensionType) -> None:
    if isinstance(value, x509.TLSFeature) and list(value) != [x509.TLSFeatureType.status_request]:
        raise BadCSR(reason="it asks for a TLS feature other than must-staple")


# The extensions real clients put into requests beside the names; all others are refused.
_CHECKS: dict[x509.ObjectIdentifier, Callable[[x509.ExtensionType], None]] = {
    ExtensionOID.KEY_USAGE: _accept,
    ExtensionOID.SUBJECT_KEY_IDENTIFIER: _accept,
    ExtensionOID.BASIC_CONSTRAINTS: _check_basic_constraints,
    ExtensionOID.EXTENDED_KEY_USAGE: _check_extended_key_usage,
    ExtensionOID.TLS_FEATURE: _check_tls_feature,
}
