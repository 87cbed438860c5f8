"""Authorizations as rows, each with its challenges."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter

from tegata.acme.identifiers import Identifier
from tegata.ca.errors import Fault
from tegata.ca.model import Authorization, Challenge
from tegata.ca.ports import Work
from tegata.ca.store import audit
from tegata.ca.store.columns import (
    digest,
    fault_or_none,
    instant,
    instant_or_none,
    json,
    json_or_none,
    micros,
    micros_or_none,
)
from tegata.ca.store.engine import Engine, Row

MOST_REUSABLE = 10
"""So many of a kind are read; one is used."""
MOST_LOOKED_AT = 1000
"""Of an identifier's, those that last longest; who has more has asked for the rest in vain."""


class AuthorizationRows:
    """Authorizations with their challenges (``ports.Authorizations``); each transition is guarded (A-59)."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    async def get(self, authorization_id: str) -> Authorization | None:
        """The authorization of this id."""
        rows = await self._database.fetch("authorizations.get", id=authorization_id)
        return _authorization(rows) if rows else None

    async def of_order(self, order_id: str) -> list[Authorization]:
        """The authorizations of an order, as its list has them."""
        return _authorizations(await self._database.fetch("authorizations.of_order", order_id=order_id))

    async def of_challenge(self, challenge_id: str) -> tuple[Authorization, Challenge] | None:
        """The challenge of this id, with its authorization."""
        rows = await self._database.fetch("authorizations.of_challenge", challenge_id=challenge_id)
        for found in _authorizations(rows):
            for challenge in found.challenges:
                if challenge.id == challenge_id:
                    return found, challenge
        return None

    async def reusable(self, account_id: str, identifiers: Sequence[Identifier], now: datetime) -> list[Authorization]:
        """The account's unexpired authorizations for these identifiers with a validated challenge.

        In the order of the identifiers, and for each the one that lasts longest first: ``MOST_REUSABLE`` of each type
        of challenge, as many for the wildcard, and as many for all below.
        """
        found: list[Authorization] = []
        for identifier in identifiers:
            rows = await self._database.fetch(
                "authorizations.reusable",
                account_id=account_id,
                type=identifier.type,
                value=identifier.value,
                now=micros(now),
                most=MOST_REUSABLE,
                looked_at=MOST_LOOKED_AT,
            )
            found += _authorizations(rows)
        return found

    def insert(self, work: Work, authorization: Authorization) -> None:
        """Add an authorization and its challenges."""
        work.add(
            "authorizations.insert",
            rows=1,
            id=authorization.id,
            account_id=authorization.account_id,
            type=authorization.identifier.type,
            value=authorization.identifier.value,
            wildcard=int(authorization.wildcard),
            created_at=micros(authorization.created_at),
            expires_at=micros(authorization.expires_at),
            deactivated_at=micros_or_none(authorization.deactivated_at),
            subdomains=int(authorization.subdomains),
        )
        for position, challenge in enumerate(authorization.challenges):
            work.add(
                "authorizations.insert_challenge",
                rows=1,
                id=challenge.id,
                authorization_id=challenge.authorization_id,
                position=position,
                type=challenge.type,
                token=challenge.token,
                accepted_at=micros_or_none(challenge.accepted_at),
                validated_at=micros_or_none(challenge.validated_at),
                failed_at=micros_or_none(challenge.failed_at),
                fault=json_or_none(challenge.fault),
                evidence=challenge.evidence,
            )

    def insert_alone(self, work: Work, authorization: Authorization) -> None:
        """Add one that belongs to no order yet."""
        self.insert(work, authorization)
        audit.record(
            work,
            "authorization.requested",
            authorization.id,
            account=authorization.account_id,
            name=authorization.identifier.value,
            subdomains="all" if authorization.subdomains else None,
        )

    def deactivate(self, work: Work, authorization_id: str, at: datetime) -> None:
        """Note that the account gave the authorization up: once, and only while it is pending or valid."""
        work.add("authorizations.hold", id=authorization_id)
        work.add("authorizations.deactivate", rows=1, id=authorization_id, at=micros(at))
        audit.record(work, "authorization.deactivated", authorization_id)

    def accept_challenge(self, work: Work, challenge_id: str, at: datetime) -> None:
        """Note that the client is ready: only the first caller succeeds."""
        work.add("authorizations.accept_challenge", rows=1, id=challenge_id, at=micros(at))

    def pass_challenge(
        self,
        work: Work,
        challenge_id: str,
        at: datetime,
        expires: datetime,
        evidence: bytes,
        *,
        seen: Mapping[str, str] = {},
    ) -> None:
        """Record success, if no verdict was there before, and until when the authorization lasts now."""
        work.subjects.add(challenge_id)
        work.add("authorizations.hold_of_challenge", challenge_id=challenge_id)
        work.add("authorizations.pass_challenge", rows=1, id=challenge_id, at=micros(at), evidence=evidence)
        work.add("authorizations.prolong", rows=1, challenge_id=challenge_id, expires=micros(expires))
        audit.record(work, "challenge.passed", challenge_id, evidence=digest(evidence), **seen)

    def fail_challenge(
        self,
        work: Work,
        challenge_id: str,
        at: datetime,
        fault: Fault,
        evidence: bytes,
        *,
        seen: Mapping[str, str] = {},
    ) -> None:
        """Record failure, if no verdict was there before."""
        work.subjects.add(challenge_id)
        work.add("authorizations.hold_of_challenge", challenge_id=challenge_id)
        work.add(
            "authorizations.fail_challenge",
            rows=1,
            id=challenge_id,
            at=micros(at),
            fault=json(fault),
            evidence=evidence,
        )
        audit.record(
            work,
            "challenge.failed",
            challenge_id,
            code=fault.code,
            reference=fault.reference,
            evidence=digest(evidence),
            **seen,
        )


def _authorizations(rows: Sequence[Row]) -> list[Authorization]:
    """The records of joined rows, those of each together."""
    return [_authorization(list(group)) for _, group in groupby(rows, itemgetter(0))]


def _authorization(rows: Sequence[Row]) -> Authorization:
    """The record of its joined rows, one a challenge."""
    (id_, account_id, type_, value, wildcard, created_at, expires_at, deactivated_at, subdomains) = rows[0][:9]
    return Authorization(
        id=id_,
        account_id=account_id,
        identifier=Identifier(type_, value),
        wildcard=bool(wildcard),
        created_at=instant(created_at),
        expires_at=instant(expires_at),
        challenges=tuple([_challenge(id_, row) for row in rows if row[9] is not None]),
        deactivated_at=instant_or_none(deactivated_at),
        subdomains=bool(subdomains),
    )


def _challenge(authorization_id: str, row: Row) -> Challenge:
    (id_, type_, token, accepted_at, validated_at, failed_at, fault, evidence) = row[9:]
    if accepted_at is None:  # most are: of those of an authorization one is taken up
        return Challenge(id=id_, authorization_id=authorization_id, type=type_, token=token)
    return Challenge(
        id=id_,
        authorization_id=authorization_id,
        type=type_,
        token=token,
        accepted_at=instant(accepted_at),
        validated_at=instant_or_none(validated_at),
        failed_at=instant_or_none(failed_at),
        fault=fault_or_none(fault),
        evidence=evidence,
    )
