"""Contracts as rows."""

from datetime import datetime

from tegata.ca.model import Application, Contract
from tegata.ca.ports import Cursor, Work
from tegata.ca.store import audit
from tegata.ca.store.columns import instant, instant_or_none, json, micros, micros_or_none, organization, strings
from tegata.ca.store.engine import Engine, Row


class ContractRows:
    """Contracts (``ports.Contracts``); every change is guarded by what it presumes."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    async def get(self, contract_id: str) -> Contract | None:
        """The contract of this id."""
        rows = await self._database.fetch("contracts.get", id=contract_id)
        return contract_of(rows[0]) if rows else None

    async def after(self, contract_id: str, most: int) -> list[Contract]:
        """Up to so many contracts whose ids come after this one, in their order."""
        return [contract_of(row) for row in await self._database.fetch("contracts.after", after=contract_id, most=most)]

    async def of_customer(self, customer_id: str) -> list[Contract]:
        """The customer's contracts, in the order of application."""
        return [
            contract_of(row) for row in await self._database.fetch("contracts.of_customer", customer_id=customer_id)
        ]

    async def to_be_examined(
        self, service: str, *, before: datetime, oldest: datetime, now: datetime, after: Cursor, most: int
    ) -> list[Contract]:
        """Contracts of a service in force that were examined before then or never, in the order of ``ports.Cursor``.

        Without those that have an examination since ``oldest`` to be released.
        """
        rows = await self._database.fetch(
            "contracts.to_be_examined",
            service=service,
            before=micros(before),
            oldest=micros(oldest),
            now=micros(now),
            after=micros(after.at),
            after_id=after.id,
            most=most,
        )
        return [contract_of(row) for row in rows]

    def insert(self, work: Work, contract: Contract) -> None:
        """Add a contract."""
        work.add(
            "contracts.insert",
            rows=1,
            id=contract.id,
            customer_id=contract.customer_id,
            service=contract.service,
            organization=json(contract.organization),
            domains=json(contract.domains),
            application=contract.application.value,
            applied_at=micros(contract.applied_at),
            starts=micros(contract.starts),
            ends=micros(contract.ends),
            renewed_at=micros_or_none(contract.renewed_at),
            suspended_at=micros_or_none(contract.suspended_at),
            ended_at=micros_or_none(contract.ended_at),
        )
        audit.record(
            work,
            "contract.added",
            contract.id,
            customer=contract.customer_id,
            service=contract.service,
            organization=contract.organization.name,
            domains=" ".join(contract.domains),
            ends=contract.ends.isoformat(),
        )

    def renew(self, work: Work, contract_id: str, *, ends_before: datetime, ends: datetime, at: datetime) -> None:
        """Prolong a contract that was not ended and still ends when the caller thinks."""
        work.add(
            "contracts.renew",
            rows=1,
            id=contract_id,
            ends_before=micros(ends_before),
            ends=micros(ends),
            at=micros(at),
            application=Application.RENEWAL.value,
        )
        audit.record(work, "contract.renewed", contract_id, ends=ends.isoformat())

    def suspend(self, work: Work, contract_id: str, at: datetime) -> None:
        """Suspend a contract that is neither suspended nor ended."""
        work.add("contracts.suspend", rows=1, id=contract_id, at=micros(at))
        audit.record(work, "contract.suspended", contract_id)

    def resume(self, work: Work, contract_id: str) -> None:
        """Resume a suspended contract that was not ended."""
        work.add("contracts.resume", rows=1, id=contract_id)
        audit.record(work, "contract.resumed", contract_id)

    def end(self, work: Work, contract_id: str, at: datetime) -> None:
        """End a contract, once."""
        work.add("contracts.end", rows=1, id=contract_id, at=micros(at))
        audit.record(work, "contract.ended", contract_id)


def contract_of(row: Row) -> Contract:
    """The record of a row."""
    (id_, customer_id, service, examined, domains, application, applied_at, starts, ends) = row[:9]
    (renewed_at, suspended_at, ended_at, examined_at) = row[9:]
    return Contract(
        id=id_,
        customer_id=customer_id,
        service=service,
        organization=organization(examined),
        domains=strings(domains),
        application=Application(application),
        applied_at=instant(applied_at),
        starts=instant(starts),
        ends=instant(ends),
        renewed_at=instant_or_none(renewed_at),
        suspended_at=instant_or_none(suspended_at),
        ended_at=instant_or_none(ended_at),
        examined_at=instant_or_none(examined_at),
    )
