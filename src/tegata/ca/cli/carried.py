"""What is carried between the root's machine and the CA's: certificates of CAs, and the root's CRL.

Knows the form of both; what is done with them is the ceremony's.
"""

from datetime import datetime
from pathlib import Path

from cryptography import x509

from tegata.ca.errors import Refused
from tegata.ca.issuing import keys
from tegata.ca.issuing.algorithms import public_key_of


def child(path: Path, root: x509.Certificate) -> x509.Certificate:
    """The certificate of a CA below this root, in this file; raises FileUnusable."""
    certificate = keys.load_certificate(path)
    try:
        certificate.verify_directly_issued_by(root)
        constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
    except Exception:  # noqa: BLE001 - what a foreign certificate fails by is of no matter
        raise keys.FileUnusable(path=path, reason="the root has not signed it") from None
    if not constraints.ca:
        raise keys.FileUnusable(path=path, reason="it is no CA's certificate")
    if certificate == root:
        raise keys.FileUnusable(path=path, reason="it is the root's own certificate")
    return certificate


def load_crl(path: Path, root: x509.Certificate) -> x509.CertificateRevocationList:
    """A CRL of this root (DER), in this file; raises FileUnusable, OSError."""
    try:
        crl = x509.load_der_x509_crl(path.read_bytes())
    except ValueError:
        raise keys.FileUnusable(path=path, reason="it is no certificate in PEM and no CRL in DER") from None
    if not crl.is_signature_valid(public_key_of(root)):
        raise keys.FileUnusable(path=path, reason="the root has not signed it")
    return crl


def number_of(crl: x509.CertificateRevocationList) -> int:
    """The CRL's number (RFC 5280 §5.2.3)."""
    return crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number


def reason_of(entry: x509.RevokedCertificate) -> int:
    """The code of the reason for which an entry is there, 0 where it has none (RFC 5280 §5.3.1)."""
    codes = {x509.ReasonFlags.key_compromise: 1, x509.ReasonFlags.ca_compromise: 2}
    codes |= {x509.ReasonFlags.affiliation_changed: 3, x509.ReasonFlags.superseded: 4}
    codes[x509.ReasonFlags.cessation_of_operation] = 5
    codes[x509.ReasonFlags.privilege_withdrawn] = 9
    try:
        return codes.get(entry.extensions.get_extension_for_class(x509.CRLReason).value.reason, 0)
    except x509.ExtensionNotFound:
        return 0


def check_now(begins: datetime, ends: datetime | None, now: datetime) -> None:
    """Pass what is good now: an offline machine's clock is nobody's to set, and what it signed begins by it (B-02).

    Raises Refused.
    """
    if not begins <= now or (ends is not None and ends <= now):
        raise Refused(reason="it is not good now: compare the clocks of the two machines")
