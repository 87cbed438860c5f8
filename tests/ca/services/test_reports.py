"""A report from receipt to its end: what it holds back, what it takes to revoke, and what is on record of it."""

import pytest

from tegata.ca.errors import BadRevocationReason, Refused, UnknownObject
from tegata.ca.model import Cause
from tegata.ca.services import reports
from tests.ca.services.house import DAY, HOUR, NOW, SECOND

pytestmark = pytest.mark.anyio


@pytest.fixture
async def issued(house):
    """Three certificates of two customers."""
    first = await house.register(await house.sell())
    second = await house.register(await house.sell(user="other@example.com"))
    return [await house.issue(actor) for actor in (first, first, second)]


@pytest.fixture
async def reported(house, issued):
    """A report about all three, an hour ago."""
    return await house.reports.add(
        cause=Cause.VALIDATION,
        about="the names were never looked at",
        reporter="a researcher <r@example.net>",
        serials=[one.serial for one in issued],
        received=NOW - HOUR,
    )


async def test_a_report_from_receipt_to_end(house, issued, reported):
    """B-86, B-87: Answered, revoked, closed, in this order; nothing of it twice, and all in the audit log."""
    with pytest.raises(Refused, match="in use still"):
        await house.reports.close(reported.id, "done")
    assert [one.id async for one in house.reports.reported()] == [reported.id]
    await house.reports.answer(reported.id, "we look at it; the certificates will be revoked")
    with pytest.raises(Refused, match="answered or closed before"):
        await house.reports.answer(reported.id, "again")
    done = await house.reports.revoke(reported.id, reason=4, revoking=3, by="Aoki", second="Baba")
    assert {one.serial for one in done} == {one.serial for one in issued}
    assert all(one.reason == 4 for one in done)
    closed = await house.reports.close(reported.id, "all revoked")
    assert (closed.closed_at, closed.outcome) == (NOW, "all revoked")
    assert [one async for one in house.reports.reported()] == []
    assert [one.id async for one in house.reports.reported(all_of_them=True)] == [reported.id]
    events = [event.kind for event in await house.store.audit.of_subject(reported.id)]
    assert events == ["report.received", "report.answered", "report.revoking", "report.closed"]
    for late in (house.reports.close(reported.id, "x"), house.reports.answer(reported.id, "x")):
        with pytest.raises(Refused):
            await late


@pytest.mark.parametrize("said", ["a\0b", "a\x1b[2J", "a\udcffb"])
async def test_what_is_no_text(house, reported, said):
    """Control characters and halves of characters are on no record; line ends and tabs are as they come."""
    for late in (
        house.reports.add(cause=Cause.MISUSE, about=said, reporter="x", serials=[]),
        house.reports.add(cause=Cause.MISUSE, about="x", reporter=said, serials=[]),
        house.reports.answer(reported.id, said),
        house.reports.close(reported.id, said, unfounded=True),
    ):
        with pytest.raises(Refused, match="cannot be shown"):
            await late
    mail = await house.reports.add(cause=Cause.MISUSE, about="one\r\n\ttwo 👩‍💻", reporter="x", serials=[])
    assert mail.about == "one\n\ttwo 👩‍💻"


async def test_reports_are_read_some_at_a_time(house, monkeypatch):
    """The open ones as they came, all of them the last first."""
    monkeypatch.setattr(reports, "PAGE", 2)
    made = []
    for _ in range(5):
        house.clock.advance(DAY)
        made.append((await house.reports.add(cause=Cause.MISUSE, about="x", reporter="x", serials=[])).id)
    assert [one.id async for one in house.reports.reported()] == made
    assert [one.id async for one in house.reports.reported(all_of_them=True)] == made[::-1]


async def test_a_report_outlives_its_certificates(house, reported):
    """B-94: house-keeping has dropped them; the report can still be looked at and brought to its end."""
    await house.store.housekeeping.drop_certificates(NOW + 400 * DAY, 10)
    await house.reports.answer(reported.id, "they have expired")
    assert (await house.reports.show(reported.id))[1] == []
    assert (await house.reports.close(reported.id, "all expired")).closed_at == NOW


async def test_no_end_without_an_answer(house, issued):
    """B-87: Nor one for a report that is unfounded; that one revokes nothing, and ends no other."""
    beside = await house.reports.add(cause=Cause.MISUSE, about="y", reporter="y", serials=[issued[1].serial])
    made = await house.reports.add(cause=Cause.MISUSE, about="x", reporter="x", serials=[issued[0].serial])
    with pytest.raises(Refused, match="not answered yet"):
        await house.reports.close(made.id, "nothing in it", unfounded=True)
    await house.reports.answer(made.id, "there is nothing in it")
    assert (await house.reports.close(made.id, "nothing in it", unfounded=True)).closed_at == NOW
    assert (await house.certificates.show(issued[0].serial)).revoked_at is None
    assert [one async for one in house.reports.reported()] == [beside]


async def test_it_takes_a_number_and_a_second_person(house, reported):
    """S-34: Nothing is revoked by a wrong number, alone, with oneself, or for a reason that there is not."""
    words = {"reason": 4, "revoking": 3, "by": "Aoki", "second": "Baba"}
    for changes, refusal in (
        ({"revoking": 2}, Refused),
        ({"revoking": 30}, Refused),
        ({"second": None}, Refused),
        ({"second": " ａｏｋｉ"}, Refused),
        ({"second": "Ba\nba"}, Refused),
        ({"by": " - "}, Refused),
        ({"reason": 6}, BadRevocationReason),
    ):
        with pytest.raises(refusal):
            await house.reports.revoke(reported.id, **(words | changes))
    _, in_use = await house.reports.show(reported.id)
    assert len(in_use) == 3


async def test_some_at_a_time(house, reported):
    """B-97: One alone needs nobody else; those that are revoked are not counted again."""
    (first,) = await house.reports.revoke(reported.id, reason=4, revoking=1, by="Aoki", second=None, most=1)
    _, in_use = await house.reports.show(reported.id)
    assert first.serial not in {one.serial for one in in_use}
    assert len(await house.reports.revoke(reported.id, reason=4, revoking=2, by="Aoki", second="Baba")) == 2


async def test_replaced_and_told_before_they_are_revoked(house, issued, reported):
    """B-97: Renewal information says now, until the term; each customer is listed with the certificates in use."""
    replaced = await house.reports.replace(reported.id, None)
    assert {one.replacement.ends for one in replaced} == {NOW - HOUR + DAY}
    await house.reports.revoke(reported.id, reason=4, revoking=1, by="Aoki", second=None, most=1)
    told = {one.customer.login: len(one.certificates) for one in await house.reports.customers(reported.id)}
    assert told == {"admin@example.com": 1, "other@example.com": 1}
    house.clock.advance(DAY)
    with pytest.raises(Refused):
        await house.reports.replace(reported.id, None)


async def test_what_is_no_report(house, issued):
    """Of a certificate that is not there, from the future, or without words."""
    words = {"cause": Cause.MISUSE, "about": "x", "reporter": "x", "serials": ()}
    for changes in ({"received": NOW + SECOND}, {"about": " - "}, {"reporter": ""}, {"about": "x" * 2001}):
        with pytest.raises(Refused):
            await house.reports.add(**(words | changes))
    with pytest.raises(UnknownObject):
        await house.reports.add(**(words | {"serials": ["ab"]}))
    with pytest.raises(UnknownObject):
        await house.reports.show("R0")
