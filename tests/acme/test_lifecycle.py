"""The state machine: the tables of RFC 8555, and proof that the derived status always follows them."""

from dataclasses import dataclass
from enum import Enum
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tegata.acme import lifecycle
from tegata.acme.lifecycle import (
    AccountEvent,
    AuthorizationEvent,
    ChallengeEvent,
    NotAllowed,
    OrderEvent,
    advance,
)
from tegata.acme.statuses import AccountStatus, AuthorizationStatus, ChallengeStatus, OrderStatus

OBJECTS = [
    (ChallengeStatus, ChallengeEvent, lifecycle.CHALLENGE_TRANSITIONS),
    (AuthorizationStatus, AuthorizationEvent, lifecycle.AUTHORIZATION_TRANSITIONS),
    (OrderStatus, OrderEvent, lifecycle.ORDER_TRANSITIONS),
    (AccountStatus, AccountEvent, lifecycle.ACCOUNT_TRANSITIONS),
]


@pytest.mark.parametrize(("statuses", "events", "table"), OBJECTS)
def test_every_pair_is_in_the_table_or_not_allowed(statuses, events, table):
    for status, event in product(statuses, events):
        if (status, event) in table:
            assert advance(status, event) is table[status, event]
        else:
            with pytest.raises(NotAllowed) as caught:
                advance(status, event)
            assert caught.value.facts == {"status": status.value, "event": event.name.lower()}


@pytest.mark.parametrize(("statuses", "events", "table"), OBJECTS)
def test_every_status_is_reached_and_no_way_leads_back(statuses, events, table):
    """Transitions are one-way (A-54)."""
    order = list(statuses)
    assert set(table.values()) | {order[0]} == set(statuses)
    # The statuses are declared in the order of a life.
    for (status, _), following in table.items():
        assert order.index(following) >= order.index(status)


def test_events_of_two_objects_are_never_the_same():
    """One word for two objects must not open a way that only the other has."""
    events: set[Enum] = {event for _, kind, _ in OBJECTS for event in kind}
    assert len(events) == sum(len(kind) for _, kind, _ in OBJECTS)


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        ({}, "pending"),
        ({"accepted": True}, "processing"),
        ({"accepted": True, "validated": True}, "valid"),
        ({"accepted": True, "failed": True}, "invalid"),
        ({"accepted": True, "validated": True, "failed": True}, "invalid"),
    ],
)
def test_the_status_of_a_challenge(facts, status):
    assert lifecycle.challenge_status(**{"accepted": False, "validated": False, "failed": False, **facts}) == status


PENDING, VALID, INVALID = ChallengeStatus.PENDING, ChallengeStatus.VALID, ChallengeStatus.INVALID


@pytest.mark.parametrize(
    ("challenges", "facts", "status"),
    [
        ([PENDING, PENDING], {}, "pending"),
        ([PENDING, ChallengeStatus.PROCESSING], {}, "pending"),
        ([PENDING, VALID], {}, "valid"),
        ([PENDING, INVALID], {}, "invalid"),
        ([VALID, INVALID], {}, "invalid"),
        ([PENDING, PENDING], {"expired": True}, "expired"),
        ([VALID, PENDING], {"expired": True}, "expired"),
        ([VALID], {"deactivated": True}, "deactivated"),
        ([VALID], {"deactivated": True, "expired": True}, "deactivated"),
        ([VALID], {"revoked": True}, "revoked"),
        ([INVALID], {"expired": True}, "invalid"),
    ],
)
def test_the_status_of_an_authorization(challenges, facts, status):
    """One valid challenge makes it valid, one failed invalid; then expired, deactivated or revoked (A-57)."""
    assert lifecycle.authorization_status(challenges, **{"expired": False, **facts}) == status


A = AuthorizationStatus


@pytest.mark.parametrize(
    ("authorizations", "facts", "status"),
    [
        ([A.PENDING, A.VALID], {}, "pending"),
        ([A.VALID, A.VALID], {}, "ready"),
        ([], {}, "pending"),
        ([A.VALID, A.INVALID], {}, "invalid"),
        ([A.VALID, A.EXPIRED], {}, "invalid"),
        ([A.VALID, A.DEACTIVATED], {}, "invalid"),
        ([A.REVOKED], {}, "invalid"),
        ([A.VALID], {"expired": True}, "invalid"),
        ([A.PENDING], {"expired": True}, "invalid"),
        ([A.VALID], {"failed": True}, "invalid"),
        ([A.VALID], {"processing": True}, "processing"),
        ([A.EXPIRED], {"processing": True}, "processing"),
        ([A.VALID], {"processing": True, "expired": True}, "processing"),
        ([A.VALID], {"processing": True, "failed": True}, "invalid"),
        ([A.VALID], {"processing": True, "issued": True}, "valid"),
        ([A.EXPIRED], {"processing": True, "issued": True, "expired": True}, "valid"),
    ],
)
def test_the_status_of_an_order(authorizations, facts, status):
    """It is lost with an authorization that leaves valid before finalize (A-57), and not after."""
    given_facts = {"expired": False, "failed": False, "processing": False, "issued": False, **facts}
    assert lifecycle.order_status(authorizations, **given_facts) == status


@pytest.mark.parametrize(
    ("deactivated", "revoked", "status"),
    [(False, False, "valid"), (True, False, "deactivated"), (False, True, "revoked"), (True, True, "revoked")],
)
def test_the_status_of_an_account(deactivated, revoked, status):
    assert lifecycle.account_status(deactivated=deactivated, revoked=revoked) == status


# A model of a CA: facts are recorded only when the tables allow, and the statuses the tables lead to are kept beside
# the facts. Whatever happens, both must agree.


@dataclass
class Challenge:
    status: ChallengeStatus = ChallengeStatus.PENDING
    accepted: bool = False
    validated: bool = False
    failed: bool = False

    def derived(self) -> ChallengeStatus:
        return lifecycle.challenge_status(accepted=self.accepted, validated=self.validated, failed=self.failed)


@dataclass
class Authorization:
    challenges: list[Challenge]
    status: AuthorizationStatus = AuthorizationStatus.PENDING
    expired: bool = False
    deactivated: bool = False
    revoked: bool = False

    def derived(self) -> AuthorizationStatus:
        statuses = [challenge.derived() for challenge in self.challenges]
        return lifecycle.authorization_status(
            statuses, expired=self.expired, deactivated=self.deactivated, revoked=self.revoked
        )


@dataclass
class Order:
    authorizations: list[Authorization]
    status: OrderStatus = OrderStatus.PENDING
    expired: bool = False
    failed: bool = False
    processing: bool = False
    issued: bool = False

    def derived(self) -> OrderStatus:
        return lifecycle.order_status(
            [authorization.derived() for authorization in self.authorizations],
            expired=self.expired, failed=self.failed, processing=self.processing, issued=self.issued,
        )  # fmt: skip

    def on_challenge(self, authorization: Authorization, challenge: Challenge, event: ChallengeEvent) -> None:
        following = advance(challenge.status, event)
        if event is ChallengeEvent.SUCCEED:
            self.on_authorization(authorization, AuthorizationEvent.PROVE)
            challenge.validated = True
        elif event is ChallengeEvent.FAIL:
            self.on_authorization(authorization, AuthorizationEvent.FAIL)
            challenge.failed = True
        else:
            challenge.accepted = True
        challenge.status = following

    def on_authorization(self, authorization: Authorization, event: AuthorizationEvent) -> None:
        authorization.status = advance(authorization.status, event)
        authorization.expired |= event is AuthorizationEvent.EXPIRE
        authorization.deactivated |= event is AuthorizationEvent.DEACTIVATE
        authorization.revoked |= event is AuthorizationEvent.REVOKE
        if self.status not in (OrderStatus.PENDING, OrderStatus.READY):
            return
        if event is not AuthorizationEvent.PROVE:
            self.status = advance(self.status, OrderEvent.FAIL)
        elif all(other.status is AuthorizationStatus.VALID for other in self.authorizations):
            self.status = advance(self.status, OrderEvent.AUTHORIZE)

    def on_order(self, event: OrderEvent) -> None:
        self.status = advance(self.status, event)
        self.processing |= event is OrderEvent.FINALIZE
        self.issued |= event is OrderEvent.ISSUE
        self.failed |= event is OrderEvent.FAIL
        self.expired |= event is OrderEvent.EXPIRE

    def agrees(self) -> bool:
        return self.derived() is self.status and all(
            authorization.derived() is authorization.status
            and all(challenge.derived() is challenge.status for challenge in authorization.challenges)
            for authorization in self.authorizations
        )


# AUTHORIZE has no fact of its own: it follows from the authorizations.
ORDER_EVENTS = [event for event in OrderEvent if event is not OrderEvent.AUTHORIZE]
HAPPENINGS = st.one_of(
    st.tuples(st.integers(0, 1), st.integers(0, 1), st.sampled_from(ChallengeEvent)),
    st.tuples(
        st.integers(0, 1),
        st.none(),
        st.sampled_from([AuthorizationEvent.EXPIRE, AuthorizationEvent.DEACTIVATE, AuthorizationEvent.REVOKE]),
    ),
    st.tuples(st.none(), st.none(), st.sampled_from(ORDER_EVENTS)),
)


@given(st.lists(HAPPENINGS, max_size=25))
@settings(max_examples=300)
def test_the_derived_status_follows_the_tables_whatever_happens(happenings):
    """Facts and tables are two ways to the same status (A-54, A-57)."""
    order = Order([Authorization([Challenge(), Challenge()]), Authorization([Challenge(), Challenge()])])
    for which, challenge, event in happenings:
        before = order.status
        try:
            if isinstance(event, OrderEvent):
                order.on_order(event)
            elif isinstance(event, AuthorizationEvent):
                order.on_authorization(order.authorizations[which], event)
            else:
                authorization = order.authorizations[which]
                order.on_challenge(authorization, authorization.challenges[challenge], event)
        except NotAllowed:
            assert order.status is before
        assert order.agrees()


def test_an_order_walks_from_pending_to_valid():
    order = Order([Authorization([Challenge()]), Authorization([Challenge()])])
    seen = [order.status]
    for authorization in order.authorizations:
        for event in (ChallengeEvent.ACCEPT, ChallengeEvent.ACCEPT, ChallengeEvent.SUCCEED):
            order.on_challenge(authorization, authorization.challenges[0], event)
    seen.append(order.derived())
    for order_event in (OrderEvent.FINALIZE, OrderEvent.ISSUE):
        order.on_order(order_event)
        seen.append(order.derived())
    assert seen == ["pending", "ready", "processing", "valid"]


def test_the_figure_is_drawn_from_the_table():
    assert lifecycle.figure(lifecycle.CHALLENGE_TRANSITIONS) == (
        "stateDiagram-v2\n"
        "    [*] --> pending\n"
        "    pending --> processing: accept\n"
        "    processing --> processing: accept\n"
        "    processing --> valid: succeed\n"
        "    processing --> invalid: fail\n"
    )
