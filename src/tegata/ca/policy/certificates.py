"""What a certificate is at an instant, and for which reasons it may be revoked.

Who may revoke it is decided by the services.
"""

from datetime import datetime
from enum import IntEnum, StrEnum

from tegata.ca.errors import BadRevocationReason
from tegata.ca.model import Certificate
from tegata.ca.policy.calendar import LAST_SECOND


class CertificateStatus(StrEnum):
    """An issued certificate's status; a revoked one stays revoked when it has expired."""

    VALID = "valid"
    REVOKED = "revoked"
    EXPIRED = "expired"


class Reason(IntEnum):
    """The CRL reason codes that are used here (RFC 5280 §5.3.1)."""

    UNSPECIFIED = 0
    KEY_COMPROMISE = 1
    CA_COMPROMISE = 2
    AFFILIATION_CHANGED = 3
    SUPERSEDED = 4
    CESSATION_OF_OPERATION = 5
    PRIVILEGE_WITHDRAWN = 9


def status(certificate: Certificate, now: datetime) -> CertificateStatus:
    """The certificate's status; its last second counts."""
    if certificate.revoked_at is not None:
        return CertificateStatus.REVOKED
    return CertificateStatus.EXPIRED if now >= certificate.not_after + LAST_SECOND else CertificateStatus.VALID


OF_SUBSCRIBERS = (
    Reason.UNSPECIFIED,
    Reason.KEY_COMPROMISE,
    Reason.AFFILIATION_CHANGED,
    Reason.SUPERSEDED,
    Reason.CESSATION_OF_OPERATION,
)
"""The reasons that subscribers may give."""
OF_OPERATORS = (*OF_SUBSCRIBERS, Reason.PRIVILEGE_WITHDRAWN)
"""The reasons that the CA's operator may give; privilegeWithdrawn is the CA's alone."""
OF_CAS = tuple(one for one in Reason if one is not Reason.UNSPECIFIED)
"""The reasons for which the root revokes a CA: never none at all (BR 7.2.2)."""


def subscriber_reason(reason: int | None) -> Reason:
    """The reason a subscriber gives; without one it is unspecified. Raises BadRevocationReason with those allowed.

    Which of them is true is the subscriber's to say, whatever the certificate holds (A-93).
    """
    return _among(OF_SUBSCRIBERS, reason)


def operator_reason(reason: int) -> Reason:
    """The reason the CA's operator gives. Raises BadRevocationReason."""
    return _among(OF_OPERATORS, reason)


def ca_reason(reason: int) -> Reason:
    """The reason for which a CA's certificate is revoked. Raises BadRevocationReason."""
    return _among(OF_CAS, reason)


def _among(allowed: tuple[Reason, ...], reason: int | None) -> Reason:
    for candidate in allowed:
        if candidate == (reason or 0):
            return candidate
    raise BadRevocationReason(reason=reason, allowed=", ".join(str(int(candidate)) for candidate in allowed))


def kept(serial: str) -> str:
    """The serial number as it is kept, however somebody copied it: ``0A:B1`` is ``ab1``, ``00`` is ``0``."""
    digits = serial.replace(":", "").lower()
    return digits.lstrip("0") or digits[:1]
