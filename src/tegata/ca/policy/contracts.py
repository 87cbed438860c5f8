"""Whether a contract is in force, and how long a certificate under it may live.

Knows the contract, its EAB credential and its service; knows no account, no order and no clock. ``ends`` is the last
second of a contract, as notAfter is the last second of a certificate: both count (RFC 5280 §4.1.2.5).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from tegata.ca.errors import (
    ContractEnded,
    ContractExpired,
    ContractNotStarted,
    ContractSuspended,
    CredentialDisabled,
    CredentialExpired,
    CredentialSuperseded,
    UnknownObject,
)
from tegata.ca.model import Contract, Credential
from tegata.ca.policy.calendar import LAST_SECOND, told
from tegata.ca.settings import Service


class ContractStatus(StrEnum):
    """What a contract is at an instant; one that has not begun yet is already active (accepted)."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    ENDED = "ended"


class CredentialStatus(StrEnum):
    """What an EAB credential is; an active one registers accounts, a superseded one keeps those it has."""

    ACTIVE = "active"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"
    DISABLED = "disabled"


def service_of(contract: Contract, services: Mapping[str, Service]) -> Service:
    """The contract's service as it is set now; raises UnknownObject where the settings have lost it."""
    service = services.get(contract.service)
    if service is None:
        raise UnknownObject(kind="service", name=contract.service)
    return service


def status(contract: Contract, now: datetime) -> ContractStatus:
    """The contract's status; what cannot be undone goes before what can."""
    if contract.ended_at is not None:
        return ContractStatus.ENDED
    # Not the end and a second more: an end that is meant as none is the last second there is.
    if now - LAST_SECOND >= contract.ends:
        return ContractStatus.EXPIRED
    return ContractStatus.ACTIVE if contract.suspended_at is None else ContractStatus.SUSPENDED


def credential_status(credential: Credential, now: datetime) -> CredentialStatus:
    """The credential's status, whatever its contract's, and however many accounts it has left."""
    if credential.disabled_at is not None:
        return CredentialStatus.DISABLED
    if credential.expires_at is not None and now >= credential.expires_at:
        return CredentialStatus.EXPIRED
    if credential.superseded_at is not None and now >= credential.superseded_at:
        return CredentialStatus.SUPERSEDED
    return CredentialStatus.ACTIVE


def kept_id(contract_id: str) -> str:
    """The id of the account, and of its credential, that the CA keeps for a contract's certificates without ACME."""
    return f"portal-{contract_id}"


def handed_out(credentials: Sequence[Credential]) -> list[Credential]:
    """Those that customers have: all but the one that the CA keeps for itself."""
    return [one for one in credentials if one.kid != kept_id(one.contract_id)]


def require_not_over(contract: Contract, now: datetime) -> None:
    """Pass if there may be certificates of this contract yet; raises ContractExpired or ContractEnded."""
    found = status(contract, now)
    if found is ContractStatus.ENDED:
        raise ContractEnded(contract=contract.id)
    if found is ContractStatus.EXPIRED:
        raise ContractExpired(contract=contract.id, ends=told(contract.ends))


def require_in_force(contract: Contract, credential: Credential, now: datetime) -> None:
    """Pass if accounts of this credential may have certificates now.

    Raises ContractNotStarted, ContractExpired, ContractSuspended, ContractEnded, CredentialDisabled or
    CredentialExpired.
    """
    require_not_over(contract, now)
    if contract.suspended_at is not None:
        raise ContractSuspended(contract=contract.id)
    if now < contract.starts:
        raise ContractNotStarted(contract=contract.id, starts=told(contract.starts))
    _require_usable(credential, now)


def require_binding(contract: Contract, credential: Credential, now: datetime) -> None:
    """Pass if a new account may be bound with this credential now, as far as its dates say.

    Raises what ``require_in_force`` raises, and CredentialSuperseded.
    """
    require_in_force(contract, credential, now)
    require_registering(credential, now)


def require_registering(credential: Credential, now: datetime) -> None:
    """Pass if the credential itself may bind accounts now, whatever its contract's state.

    Raises CredentialDisabled, CredentialExpired or CredentialSuperseded.
    """
    _require_usable(credential, now)
    if credential.superseded_at is not None and now >= credential.superseded_at:
        raise CredentialSuperseded(kid=credential.kid, contract=credential.contract_id)


def _require_usable(credential: Credential, now: datetime) -> None:
    if credential.disabled_at is not None:
        raise CredentialDisabled(kid=credential.kid, contract=credential.contract_id)
    if credential.expires_at is not None and now >= credential.expires_at:
        raise CredentialExpired(
            kid=credential.kid, contract=credential.contract_id, expires=told(credential.expires_at)
        )


def full_life_end(service: Service, not_before: datetime) -> datetime:
    """The last second of a certificate that nothing cuts short."""
    return not_before + timedelta(days=service.certificate_days) - LAST_SECOND


def latest_end(contract: Contract, service: Service, issuer_not_after: datetime, not_before: datetime) -> datetime:
    """The last second a certificate beginning at ``not_before`` may have: never past its contract or its issuer."""
    return min(full_life_end(service, not_before), contract.ends, issuer_not_after)
