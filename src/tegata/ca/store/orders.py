"""Orders as rows, with the list of their authorizations."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from tegata.ca.errors import Fault
from tegata.ca.model import Order
from tegata.ca.ports import Cursor, Work
from tegata.ca.settings import LONGEST_ORDER_SECONDS
from tegata.ca.store import audit
from tegata.ca.store.columns import (
    digest,
    fault_or_none,
    identifiers,
    instant,
    instant_or_none,
    json,
    json_or_none,
    micros,
    micros_or_none,
)
from tegata.ca.store.engine import Engine, Row

LONGEST_ORDER = timedelta(seconds=LONGEST_ORDER_SECONDS)


class OrderRows:
    """Orders (``ports.Orders``); each transition is one guarded statement (A-54, S-33)."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    async def get(self, order_id: str) -> Order | None:
        """The order of this id."""
        rows = await self._database.fetch("orders.get", id=order_id)
        return _record(rows[0], [row[15] for row in rows if row[15] is not None]) if rows else None

    async def last_replacing(self, certificate_id: str) -> Order | None:
        """Of the orders whose ``replaces`` names this certificate the one with the highest number."""
        rows = await self._database.fetch("orders.last_replacing", certificate_id=certificate_id)
        return await self.get(rows[0][0]) if rows else None

    async def of_account(self, account_id: str, now: datetime, most: int, after: Order | None) -> list[str]:
        """The account's orders that neither expired nor failed, newest first: from the first, or ``after`` one."""
        wanted = {"account_id": account_id, "now": micros(now), "oldest": micros(now - LONGEST_ORDER), "most": most}
        if after is None:
            rows = await self._database.fetch("orders.newest", **wanted)
        else:
            rows = await self._database.fetch(
                "orders.following", **wanted, created_at=micros(after.created_at), id=after.id
            )
        return [order_id for (order_id,) in rows]

    async def applied_for(self, after: Cursor, most: int) -> list[str]:
        """Orders without certificate or error of the accounts that the CA keeps; those that expire first, first."""
        rows = await self._database.fetch("orders.applied_for", after=micros(after.at), after_id=after.id, most=most)
        return [order_id for (order_id,) in rows]

    def insert(self, work: Work, order: Order) -> None:
        """Add an order; its authorizations are there or were added to the unit before."""
        work.add(
            "orders.insert",
            rows=1,
            id=order.id,
            account_id=order.account_id,
            contract_id=order.contract_id,
            identifiers=json(order.identifiers),
            not_before=micros_or_none(order.not_before),
            not_after=micros_or_none(order.not_after),
            replaces=order.replaces,
            created_at=micros(order.created_at),
            expires_at=micros(order.expires_at),
            processing_at=micros_or_none(order.processing_at),
            csr=order.csr,
            serial=order.serial,
            fault=json_or_none(order.fault),
            replacement=order.replacement,
            profile=order.profile,
        )
        for position, authorization_id in enumerate(order.authorization_ids):
            work.add(
                "orders.insert_authorization",
                rows=1,
                order_id=order.id,
                position=position,
                authorization_id=authorization_id,
            )
        audit.record(
            work,
            "order.placed",
            order.id,
            account=order.account_id,
            contract=order.contract_id,
            names=" ".join(identifier.value for identifier in order.identifiers),
            replaces=order.replaces,
            profile=order.profile,
        )

    def begin_processing(self, work: Work, order_id: str, csr: bytes, at: datetime) -> None:
        """Claim the order for issuance before it expires, its owner being in force: only one caller ever succeeds."""
        work.add("orders.begin_processing", rows=1, id=order_id, csr=csr, at=micros(at))
        audit.record(work, "order.finalized", order_id, csr=digest(csr))

    def complete(self, work: Work, order_id: str, serial: str) -> None:
        """Give the order being processed its certificate."""
        work.add("orders.complete", rows=1, id=order_id, serial=serial)
        audit.record(work, "order.completed", order_id, serial=serial)

    def fail(self, work: Work, order_id: str, fault: Fault) -> None:
        """End the order with a fault; one that has its certificate is beyond that."""
        work.add("orders.fail", rows=1, id=order_id, fault=json(fault))
        audit.record(work, "order.failed", order_id, code=fault.code, reference=fault.reference)

    def cancel_open(self, work: Work, account_id: str, fault: Fault, at: datetime) -> None:
        """End every order of the account that is neither over nor being issued; there may be none."""
        oldest = micros(at - LONGEST_ORDER)
        work.add("orders.cancel_open", account_id=account_id, fault=json(fault), at=micros(at), oldest=oldest)


def _record(row: Row, authorization_ids: Sequence[str]) -> Order:
    (id_, account_id, contract_id, wanted, not_before, not_after, replaces, created_at, expires_at) = row[:9]
    (processing_at, csr, serial, fault, replacement, profile) = row[9:15]
    return Order(
        id=id_,
        account_id=account_id,
        contract_id=contract_id,
        identifiers=identifiers(wanted),
        authorization_ids=tuple(authorization_ids),
        not_before=instant_or_none(not_before),
        not_after=instant_or_none(not_after),
        replaces=replaces,
        created_at=instant(created_at),
        expires_at=instant(expires_at),
        processing_at=instant_or_none(processing_at),
        csr=csr,
        serial=serial,
        fault=fault_or_none(fault),
        replacement=replacement,
        profile=profile,
    )
