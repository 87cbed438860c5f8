"""Orders and authorizations as they are seen at an instant: the records beside the statuses derived from them.

Maps facts of records to ``acme.lifecycle``; decides nothing itself.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from itertools import product
from typing import NamedTuple

from tegata.acme import lifecycle
from tegata.acme.challenges import DNS_PERSIST_01
from tegata.acme.statuses import AccountStatus, AuthorizationStatus, ChallengeStatus, OrderStatus
from tegata.ca.errors import Fault
from tegata.ca.model import Account, Authorization, Challenge, Order
from tegata.ca.ports import Store


class AuthorizationView(NamedTuple):
    """An authorization, its status, and the statuses of its challenges by their ids."""

    authorization: Authorization
    status: AuthorizationStatus
    challenge_statuses: Mapping[str, ChallengeStatus]


class OrderView(NamedTuple):
    """An order, its status, and its authorizations in the order's order."""

    order: Order
    status: OrderStatus
    authorizations: tuple[AuthorizationView, ...]

    @property
    def fault(self) -> Fault | None:
        """Why the order is invalid, if something failed: its own fault, or else the first failed challenge's."""
        if self.order.fault is not None or self.status is not OrderStatus.INVALID:
            return self.order.fault
        challenges = (challenge for view in self.authorizations for challenge in view.authorization.challenges)
        return next((challenge.fault for challenge in challenges if challenge.fault is not None), None)


def account_status(account: Account) -> AccountStatus:
    """The account's status."""
    return lifecycle.account_status(deactivated=account.deactivated_at is not None, revoked=False)


_CHALLENGES = {
    (accepted, validated, failed): lifecycle.challenge_status(accepted=accepted, validated=validated, failed=failed)
    for accepted, validated, failed in product((False, True), repeat=3)
}
"""A challenge is looked at in every answer about it: all that ``lifecycle`` says, asked once."""


def challenge_status(challenge: Challenge) -> ChallengeStatus:
    """The challenge's status."""
    return _CHALLENGES[
        challenge.accepted_at is not None, challenge.validated_at is not None, challenge.failed_at is not None
    ]


def view_authorization(authorization: Authorization, now: datetime) -> AuthorizationView:
    """The authorization as it is at an instant."""
    statuses = {challenge.id: challenge_status(challenge) for challenge in authorization.challenges}
    status = lifecycle.authorization_status(
        list(statuses.values()),
        expired=now >= authorization.expires_at,
        deactivated=authorization.deactivated_at is not None,
    )
    return AuthorizationView(authorization, status, statuses)


def is_proved_since(authorization: Authorization, oldest: datetime) -> bool:
    """Whether one of its challenges was validated at this instant or later."""
    return any(one.validated_at is not None and one.validated_at >= oldest for one in authorization.challenges)


def is_reusable(authorization: Authorization, oldest: datetime, offered: Collection[str]) -> bool:
    """Whether one that is good for further orders was: a lasting record is looked at for each of them (X-47).

    ``offered`` are the challenges that their service has: by a way that it has no more nothing is proved.
    """
    return any(
        one.validated_at is not None and one.validated_at >= oldest and one.type != DNS_PERSIST_01
        for one in authorization.challenges
        if one.type in offered
    )


def view_order(order: Order, authorizations: Sequence[Authorization], now: datetime) -> OrderView:
    """The order as it is at an instant."""
    views = tuple(view_authorization(authorization, now) for authorization in authorizations)
    status = lifecycle.order_status(
        [view.status for view in views],
        expired=now >= order.expires_at,
        failed=order.fault is not None,
        processing=order.processing_at is not None,
        issued=order.serial is not None,
    )
    return OrderView(order, status, views)


async def look(store: Store, order: Order, now: datetime) -> OrderView:
    """Read what an order's status depends on, and derive it."""
    return view_order(order, await store.authorizations.of_order(order.id), now)
