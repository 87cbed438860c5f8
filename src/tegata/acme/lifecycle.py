"""THE state machine: how challenges, authorizations, orders and accounts live (RFC 8555 §7.1.6).

Two rules govern it:

1. A status is never stored. What is stored are facts (accepted, validated, failed, issued, ...), and the status is one
   pure function of them.
2. What may happen stands in the tables, and nothing else may. An event that has no row raises NotAllowed; whoever
   records a fact asks first, or writes it under a guard that is the row's condition.

The objects hang together: a challenge that succeeds or fails is also an event of its authorization, and the last
authorization that becomes valid, or the first that fails, is one of its order. Time is an event like any other:
whoever knows the time says whether something has expired.

An order that is being issued does not expire: the certificate may be signed already. Who signs looks at the time just
before, and records a failure if it is over.

The figures of the documentation are drawn from the tables by ``figure``.
"""

from collections.abc import Mapping, Sequence
from enum import Enum, StrEnum, auto
from typing import Any, overload

from tegata.acme.statuses import AccountStatus, AuthorizationStatus, ChallengeStatus, OrderStatus
from tegata.errors import TegataError


class NotAllowed(TegataError):
    """An event that cannot happen in this status; facts: ``status``, ``event``."""

    code = "acme.not-allowed"


# Events. (Plain enums: events of two objects never compare equal.)


class ChallengeEvent(Enum):
    """What happens to a challenge."""

    ACCEPT = auto()
    """The client says that it is ready."""
    SUCCEED = auto()
    """The CA found what it expects."""
    FAIL = auto()
    """The CA did not find it."""


class AuthorizationEvent(Enum):
    """What happens to an authorization."""

    PROVE = auto()
    """A challenge succeeded."""
    FAIL = auto()
    """A challenge failed."""
    EXPIRE = auto()
    DEACTIVATE = auto()
    """The client gave it up."""
    REVOKE = auto()
    """The CA took it back."""


class OrderEvent(Enum):
    """What happens to an order."""

    AUTHORIZE = auto()
    """The last of its authorizations became valid."""
    FINALIZE = auto()
    """The CA accepted the client's CSR."""
    ISSUE = auto()
    FAIL = auto()
    """An authorization failed or left valid, or the CA could not issue."""
    EXPIRE = auto()


class AccountEvent(Enum):
    """What happens to an account."""

    DEACTIVATE = auto()
    """The client gave it up."""
    REVOKE = auto()
    """The CA closed it."""


# The tables.

CHALLENGE_TRANSITIONS: dict[tuple[ChallengeStatus, ChallengeEvent], ChallengeStatus] = {
    (ChallengeStatus.PENDING, ChallengeEvent.ACCEPT): ChallengeStatus.PROCESSING,
    # Saying it twice changes nothing.
    (ChallengeStatus.PROCESSING, ChallengeEvent.ACCEPT): ChallengeStatus.PROCESSING,
    (ChallengeStatus.PROCESSING, ChallengeEvent.SUCCEED): ChallengeStatus.VALID,
    (ChallengeStatus.PROCESSING, ChallengeEvent.FAIL): ChallengeStatus.INVALID,
}

AUTHORIZATION_TRANSITIONS: dict[tuple[AuthorizationStatus, AuthorizationEvent], AuthorizationStatus] = {
    (AuthorizationStatus.PENDING, AuthorizationEvent.PROVE): AuthorizationStatus.VALID,
    (AuthorizationStatus.PENDING, AuthorizationEvent.FAIL): AuthorizationStatus.INVALID,
    (AuthorizationStatus.PENDING, AuthorizationEvent.EXPIRE): AuthorizationStatus.EXPIRED,
    (AuthorizationStatus.PENDING, AuthorizationEvent.DEACTIVATE): AuthorizationStatus.DEACTIVATED,
    (AuthorizationStatus.PENDING, AuthorizationEvent.REVOKE): AuthorizationStatus.REVOKED,
    (AuthorizationStatus.VALID, AuthorizationEvent.EXPIRE): AuthorizationStatus.EXPIRED,
    (AuthorizationStatus.VALID, AuthorizationEvent.DEACTIVATE): AuthorizationStatus.DEACTIVATED,
    (AuthorizationStatus.VALID, AuthorizationEvent.REVOKE): AuthorizationStatus.REVOKED,
}

ORDER_TRANSITIONS: dict[tuple[OrderStatus, OrderEvent], OrderStatus] = {
    (OrderStatus.PENDING, OrderEvent.AUTHORIZE): OrderStatus.READY,
    (OrderStatus.PENDING, OrderEvent.FAIL): OrderStatus.INVALID,
    (OrderStatus.PENDING, OrderEvent.EXPIRE): OrderStatus.INVALID,
    (OrderStatus.READY, OrderEvent.FINALIZE): OrderStatus.PROCESSING,
    (OrderStatus.READY, OrderEvent.FAIL): OrderStatus.INVALID,
    (OrderStatus.READY, OrderEvent.EXPIRE): OrderStatus.INVALID,
    (OrderStatus.PROCESSING, OrderEvent.ISSUE): OrderStatus.VALID,
    (OrderStatus.PROCESSING, OrderEvent.FAIL): OrderStatus.INVALID,
}

ACCOUNT_TRANSITIONS: dict[tuple[AccountStatus, AccountEvent], AccountStatus] = {
    (AccountStatus.VALID, AccountEvent.DEACTIVATE): AccountStatus.DEACTIVATED,
    (AccountStatus.VALID, AccountEvent.REVOKE): AccountStatus.REVOKED,
}


# The status of an object, from its facts.


def challenge_status(*, accepted: bool, validated: bool, failed: bool) -> ChallengeStatus:
    """The status of a challenge."""
    if failed:
        return ChallengeStatus.INVALID
    if validated:
        return ChallengeStatus.VALID
    return ChallengeStatus.PROCESSING if accepted else ChallengeStatus.PENDING


def authorization_status(
    challenges: Sequence[ChallengeStatus], *, expired: bool, deactivated: bool = False, revoked: bool = False
) -> AuthorizationStatus:
    """The status of an authorization: one failed challenge ends it, one valid challenge makes it valid (A-57)."""
    if ChallengeStatus.INVALID in challenges:
        return AuthorizationStatus.INVALID
    if revoked:
        return AuthorizationStatus.REVOKED
    if deactivated:
        return AuthorizationStatus.DEACTIVATED
    if expired:
        return AuthorizationStatus.EXPIRED
    return AuthorizationStatus.VALID if ChallengeStatus.VALID in challenges else AuthorizationStatus.PENDING


def order_status(
    authorizations: Sequence[AuthorizationStatus], *, expired: bool, failed: bool, processing: bool, issued: bool
) -> OrderStatus:
    """The status of an order. Once it is being issued, neither time nor its authorizations change it any more."""
    if issued:
        return OrderStatus.VALID
    if failed:
        return OrderStatus.INVALID
    if processing:
        return OrderStatus.PROCESSING
    alive = (AuthorizationStatus.PENDING, AuthorizationStatus.VALID)
    if expired or any(status not in alive for status in authorizations):
        return OrderStatus.INVALID
    # An order without authorizations is not ready: nothing has been proved.
    if not authorizations or AuthorizationStatus.PENDING in authorizations:
        return OrderStatus.PENDING
    return OrderStatus.READY


def account_status(*, deactivated: bool, revoked: bool) -> AccountStatus:
    """The status of an account."""
    if revoked:
        return AccountStatus.REVOKED
    return AccountStatus.DEACTIVATED if deactivated else AccountStatus.VALID


# The engine.

TRANSITIONS: Mapping[type[Enum], Mapping[tuple[Any, Any], Any]] = {
    ChallengeEvent: CHALLENGE_TRANSITIONS,
    AuthorizationEvent: AUTHORIZATION_TRANSITIONS,
    OrderEvent: ORDER_TRANSITIONS,
    AccountEvent: ACCOUNT_TRANSITIONS,
}
"""The table of each object, by the class of its events."""


@overload
def advance(status: ChallengeStatus, event: ChallengeEvent) -> ChallengeStatus: ...
@overload
def advance(status: AuthorizationStatus, event: AuthorizationEvent) -> AuthorizationStatus: ...
@overload
def advance(status: OrderStatus, event: OrderEvent) -> OrderStatus: ...
@overload
def advance(status: AccountStatus, event: AccountEvent) -> AccountStatus: ...
def advance(status: StrEnum, event: Enum) -> StrEnum:
    """The status after an event; raises NotAllowed."""
    try:
        following: StrEnum = TRANSITIONS[type(event)][status, event]
    except KeyError:
        raise NotAllowed(status=status.value, event=event.name.lower()) from None
    return following


def figure(table: Mapping[tuple[Any, Any], Any]) -> str:
    """A table as a Mermaid state diagram, as the documentation shows it."""
    start, _ = next(iter(table))
    lines = [f"    {status} --> {following}: {event.name.lower()}" for (status, event), following in table.items()]
    return "\n".join(["stateDiagram-v2", f"    [*] --> {start}", *lines]) + "\n"
