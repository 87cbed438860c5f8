"""Operators as rows, on each engine."""

import pytest

from tegata.ca.model import Operator
from tegata.ca.ports import Conflict, Store, Work
from tests.ca.store.records import NOW, populate

pytestmark = pytest.mark.anyio


async def test_operators(store: Store) -> None:
    """Added once, found by the user they are, and removed once."""
    await populate(store)
    user = await store.customers.get("customer")
    assert user is not None
    operator = Operator(customer_id=user.id, login=user.login, name="青木", added_at=NOW)
    assert await store.operators.get(user.id) is None
    for verb, guard in ((store.operators.insert, "insert"), (store.operators.remove, "remove")):
        work = Work()
        verb(work, operator)
        await store.commit(work)
        is_there = guard == "insert"
        assert await store.operators.get(user.id) == (operator if is_there else None)
        assert await store.operators.all() == ([operator] if is_there else [])
        again = Work()
        verb(again, operator)
        with pytest.raises(Conflict, match=f"operators.{guard}"):
            await store.commit(again)
    assert [event.kind for event in await store.audit.of_subject(user.id)][-2:] == [
        "operator.added",
        "operator.removed",
    ]
