"""What waits for an operator, as the store finds it: on both engines, by its own indexes, a page at a time."""

from datetime import datetime, timedelta

import pytest

from tegata.ca.model import Cause, Examination, ProblemReport, Source
from tegata.ca.policy import baseline
from tegata.ca.policy.contracts import kept_id
from tegata.ca.ports import Cursor, Store, Work
from tests.ca.store.records import (
    DAY,
    FAULT,
    NOW,
    SECOND,
    account,
    contract,
    credential,
    customer,
    order,
    populate,
)

pytestmark = pytest.mark.anyio
FIRST = Cursor(datetime.fromtimestamp(0, NOW.tzinfo), "")


def examination(name: str, contract_id: str, examined_at: datetime) -> Examination:
    return Examination(
        id=name,
        contract_id=contract_id,
        organization=contract().organization,
        source=Source.GOVERNMENT,
        evidence="scan",
        authority="called back",
        examiner="Aoki",
        examined_at=examined_at,
        recorded_at=NOW,
    )


async def examined(store: Store, name: str, contract_id: str, at: datetime, *, released: bool) -> None:
    work, one = Work(), examination(name, contract_id, at)
    store.examinations.insert(work, one)
    if released:
        store.examinations.release(work, one, "Baba", NOW)
    await store.commit(work)


async def to_be_examined(store: Store, *, after: Cursor = FIRST, most: int = 9, now: datetime = NOW) -> list[str]:
    found = await store.contracts.to_be_examined(
        "ov-acme-1y",
        before=now - baseline.EXAMINATION,
        oldest=now - baseline.EXAMINATION,
        now=now,
        after=after,
        most=most,
    )
    return [one.id for one in found]


async def test_contracts_to_be_examined(store: Store) -> None:
    """B-64: never, or too long ago, and in force; who applied first, or whose examination ended first, stands first."""
    work, old, life = Work(), baseline.EXAMINATION, timedelta(days=2000)
    store.customers.insert(work, customer())
    for name, applied in (("new", NOW - SECOND), ("long", NOW - 3 * DAY), ("past", NOW - 9 * DAY), ("fresh", NOW)):
        store.contracts.insert(work, contract(id=name, applied_at=applied, ends=NOW + life))
    store.contracts.insert(work, contract(id="other service", service="dv-acme-1y"))
    store.contracts.insert(work, contract(id="over", ends=NOW))
    store.contracts.insert(work, contract(id="ended"))
    store.contracts.end(work, "ended", NOW)
    await store.commit(work)
    await examined(store, "1", "past", NOW - old - DAY, released=True)
    await examined(store, "2", "fresh", NOW - old + DAY, released=True)
    assert await to_be_examined(store) == ["long", "past", "new"]
    assert await to_be_examined(store, most=1) == ["long"]
    assert await to_be_examined(store, after=Cursor(NOW - 3 * DAY - old, "long")) == ["past", "new"]
    assert await to_be_examined(store, after=Cursor(NOW - SECOND - old, "m")) == ["new"]
    # What another person need only release is no longer to be examined; what a later one has overtaken does not count.
    await examined(store, "3", "long", NOW - DAY, released=False)
    await examined(store, "4", "past", NOW - old - 2 * DAY, released=False)
    assert await to_be_examined(store) == ["past", "new"]
    assert await to_be_examined(store, now=NOW + old) == ["long", "past", "new", "fresh"]


async def test_examinations_to_be_released(store: Store) -> None:
    """B-64: of contracts in force, later than what counts; the earliest first."""
    await populate(store)
    work = Work()
    for name in ("a", "ended"):
        store.contracts.insert(work, contract(id=name))
    store.contracts.insert(work, contract(id="over", ends=NOW))
    store.contracts.end(work, "ended", NOW)
    await store.commit(work)
    await examined(store, "counts", "contract", NOW - 5 * DAY, released=True)
    for name, of, at in (
        ("overtaken", "contract", NOW - 6 * DAY),
        ("second", "contract", NOW - 2 * DAY),
        ("first", "a", NOW - 3 * DAY),
        ("of an ended one", "ended", NOW),
        ("of one that is over", "over", NOW),
    ):
        await examined(store, name, of, at, released=False)
    assert [one.id for one in await store.examinations.unreleased(FIRST, NOW, 9)] == ["first", "second"]
    assert [one.id for one in await store.examinations.unreleased(FIRST, NOW, 1)] == ["first"]
    after = Cursor(NOW - 3 * DAY, "first")
    assert await store.examinations.unreleased(after, NOW, 9) == [examination("second", "contract", NOW - 2 * DAY)]
    assert await store.examinations.unreleased(Cursor(NOW - 3 * DAY, "e"), NOW, 1) == [
        examination("first", "a", NOW - 3 * DAY)
    ]


async def test_applications(store: Store) -> None:
    """Orders of kept accounts and no other, without certificate or error; those that expire first stand first."""
    await populate(store)
    work, kept = Work(), kept_id("contract")
    store.credentials.insert(work, credential(kid=kept))
    store.accounts.insert(work, account(id=kept, kid=kept, thumbprint="kept"))
    store.orders.insert(work, order("of a client"))
    for name, expires in (("late", NOW + 3 * DAY), ("soon", NOW + DAY), ("gone", NOW - SECOND)):
        store.orders.insert(work, order(name, account_id=kept, csr=b"csr", expires_at=expires))
    store.orders.insert(work, order("failed", account_id=kept, csr=b"csr", fault=FAULT))
    await store.commit(work)
    assert await store.orders.applied_for(Cursor(NOW, ""), 9) == ["soon", "late"]
    assert await store.orders.applied_for(Cursor(NOW, ""), 1) == ["soon"]
    assert await store.orders.applied_for(Cursor(NOW + DAY, "soon"), 9) == ["late"]


async def test_reports_a_page_at_a_time(store: Store) -> None:
    """Open ones in the order of receipt, all of them in the other; those of one instant by their ids."""
    work = Work()
    made = [
        ProblemReport(
            id=name,
            cause=Cause.MISUSE,
            about="x",
            reporter="Kato",
            serials=("a1",),
            received_at=NOW - days * DAY,
            recorded_at=NOW,
        )
        for name, days in (("d", 1), ("a", 3), ("c", 2), ("b", 2), ("e", 9))
    ]
    for one in made:
        store.problem_reports.insert(work, one)
    store.problem_reports.answer(work, "e", "y", NOW)
    store.problem_reports.close(work, "e", "z", NOW)
    await store.commit(work)
    d, a, c, b, _ = made
    assert await store.problem_reports.open_after(None, 2) == [a, b]
    assert await store.problem_reports.open_after(b, 9) == [c, d]
    assert await store.problem_reports.before(None, 2) == [d, c]
    assert [one.id for one in await store.problem_reports.before(c, 9)] == ["b", "a", "e"]
