"""The words for the status of each ACME object (RFC 8555 §7.1.6). How one becomes another stands in ``lifecycle``."""

from enum import StrEnum


class AccountStatus(StrEnum):
    """Statuses of an account."""

    VALID = "valid"
    DEACTIVATED = "deactivated"
    REVOKED = "revoked"


class AuthorizationStatus(StrEnum):
    """Statuses of an authorization."""

    PENDING = "pending"
    VALID = "valid"
    INVALID = "invalid"
    DEACTIVATED = "deactivated"
    EXPIRED = "expired"
    REVOKED = "revoked"


class ChallengeStatus(StrEnum):
    """Statuses of a challenge."""

    PENDING = "pending"
    PROCESSING = "processing"
    VALID = "valid"
    INVALID = "invalid"


class OrderStatus(StrEnum):
    """Statuses of an order."""

    PENDING = "pending"
    READY = "ready"
    PROCESSING = "processing"
    VALID = "valid"
    INVALID = "invalid"
