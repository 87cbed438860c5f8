"""Operators as rows: who of the portal's users may do there what the operator's commands do."""

from tegata.ca.model import Operator
from tegata.ca.ports import Work
from tegata.ca.store import audit
from tegata.ca.store.columns import instant, micros
from tegata.ca.store.engine import Engine, Row


class OperatorRows:
    """Operators (``ports.Operators``)."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    async def get(self, customer_id: str) -> Operator | None:
        """The operator that this user of the portal is."""
        rows = await self._database.fetch("operators.get", customer_id=customer_id)
        return _operator(rows[0]) if rows else None

    async def all(self) -> list[Operator]:
        """All, by their logins."""
        return [_operator(row) for row in await self._database.fetch("operators.all")]

    def insert(self, work: Work, operator: Operator) -> None:
        """Make a user an operator; Conflict if they are one."""
        work.add(
            "operators.insert",
            rows=1,
            customer_id=operator.customer_id,
            called=operator.name,
            added_at=micros(operator.added_at),
        )
        audit.record(work, "operator.added", operator.customer_id, login=operator.login, name=operator.name)

    def remove(self, work: Work, operator: Operator) -> None:
        """Make a user no operator any more; Conflict if they are none."""
        work.add("operators.remove", rows=1, customer_id=operator.customer_id)
        audit.record(work, "operator.removed", operator.customer_id, login=operator.login, name=operator.name)


def _operator(row: Row) -> Operator:
    (customer_id, login, name, added_at) = row
    return Operator(customer_id=customer_id, login=login, name=name, added_at=instant(added_at))
