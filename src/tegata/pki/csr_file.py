"""A certification request that somebody else made, as a client brings it to a CA: PEM of both kinds or DER.

Read with less suspicion than ``csr.parse`` reads a stranger's: what it asks for besides names is between its maker and
the CA. Knows no file.
"""

import msgspec
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from tegata.pki import names as name_rules
from tegata.pki.certs import UNREADABLE
from tegata.pki.csr import DER_LIMIT, BadCSR
from tegata.pki.keys import PublicKey

# PEM is a third longer than DER, and may have explanations around it.
FILE_LIMIT = 2 * DER_LIMIT
_PEM = b"-----BEGIN"


class Brought(msgspec.Struct, frozen=True):
    """A request as it is sent, and what it is for."""

    der: bytes
    names: tuple[str, ...]
    """The common name, then the subjectAltName's names, normalised, each once."""
    public_key: PublicKey


def read(content: bytes) -> Brought:
    """Read a file's content; raises BadCSR, and BadName for a name that cannot be in a certificate."""
    if len(content) > FILE_LIMIT:
        raise BadCSR(reason="it is too long")
    load = x509.load_pem_x509_csr if _PEM in content else x509.load_der_x509_csr
    try:
        csr = load(content)
        key = csr.public_key()
        names = _names(csr)
    except x509.UnsupportedGeneralNameType:
        raise BadCSR(reason="it asks for a name that is neither a DNS name nor an IP address") from None
    except UnsupportedAlgorithm:
        raise BadCSR(reason="its key or signature is of an unknown kind") from None
    except UNREADABLE:
        raise BadCSR(reason="it is not a well-formed PKCS#10 request") from None
    if not isinstance(key, PublicKey):
        raise BadCSR(reason="its key is neither an RSA, an EC nor an Ed25519 key")
    if not names:
        raise BadCSR(reason="it asks for no name")
    return Brought(csr.public_bytes(Encoding.DER), names, key)


def shown(content: bytes) -> str:
    """A file's content as text that ``read`` takes too: PEM as it stands, DER in PEM, and nothing of anything else."""
    if _PEM in content:
        return content.decode("utf-8-sig", errors="replace")
    try:
        return x509.load_der_x509_csr(content).public_bytes(Encoding.PEM).decode()
    except UNREADABLE:
        return ""


def _names(csr: x509.CertificateSigningRequest) -> tuple[str, ...]:
    found: list[object] = [name.value for name in csr.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    try:
        alternatives = csr.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        alternatives = x509.SubjectAlternativeName([])
    for each in alternatives:
        if not isinstance(each, x509.DNSName | x509.IPAddress):
            raise x509.UnsupportedGeneralNameType("neither a DNS name nor an IP address")
        found.append(each.value)
    return tuple(dict.fromkeys(name_rules.normalise(str(name)) for name in found))
