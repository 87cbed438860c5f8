"""What waits for the operators, from its beginning to the moment at which it waits no longer."""

import pytest

from tegata.ca.errors import WrongAnswer
from tegata.ca.model import Source
from tegata.ca.ports import Verdict
from tegata.ca.services import inbox
from tegata.ca.services.inbox import Kind
from tegata.ca.settings import Policy
from tests.ca.services.house import DAY, NOW, SECOND, House
from tests.ca.services.test_enrolment import pem

pytestmark = pytest.mark.anyio
WHAT = {"source": Source.GOVERNMENT, "evidence": "scan", "authority": "called back", "by": "Aoki"}


@pytest.fixture
async def house(tmp_path, authority, anyio_backend):
    """A private CA that asks for examinations."""
    house = House(tmp_path / "tegata-ca.db", authority, policy=Policy(examinations=True))
    yield house
    await house.store.close()


async def waiting(house):
    """Kind, contract and instant of all that waits."""
    return [(one.kind, one.contract.id, one.at) async for one in house.inbox.all()]


async def test_an_examination_from_its_beginning_to_its_end(house):
    """B-64, B-05: Examined, released, and again thirty days before it counts no longer."""
    await house.sell(service="dv-acme-1y", is_examined=False)
    contract = (await house.sell(is_examined=False, ends=NOW + 1000 * DAY)).contract.id
    assert await waiting(house) == [(Kind.EXAMINE, contract, NOW)]
    house.clock.advance(DAY)
    done = await house.examinations.examine(contract, **WHAT)
    assert await waiting(house) == [(Kind.RELEASE, contract, NOW + DAY)]
    assert [one.examination async for one in house.inbox.all()] == [done]
    await house.examinations.release(contract, "Baba", done.id)
    house.clock.advance(368 * DAY - SECOND)
    assert await waiting(house) == []
    house.clock.advance(SECOND)
    assert await waiting(house) == [(Kind.EXAMINE, contract, NOW + 399 * DAY)]
    await house.contracts.end(contract)
    assert await waiting(house) == []


async def test_where_nothing_need_be_examined(house):
    """What was recorded all the same can be released."""
    house.policy = Policy()
    await house.restart()
    contract = (await house.sell()).contract.id
    assert await waiting(house) == []
    await house.examinations.examine(contract, **WHAT)
    assert [kind for kind, *_ in await waiting(house)] == [Kind.RELEASE]


async def test_an_application(house):
    """M13: Until it has its certificate, or has come to nothing."""
    contract = (await house.sell(service="ov-csr-6m")).contract.id
    view = await house.contracts.show(contract)
    placed = await house.enrolments.place(view, pem())
    assert await waiting(house) == [(Kind.APPLICATION, contract, placed.order.expires_at)]
    for verdict in (Verdict(WrongAnswer(url="http://www.example.com/", got="-"), b"{}"), Verdict(None, b"{}")):
        order = (await house.enrolments.place(view, pem())).order.id
        house.network.verdicts.append(verdict)
        [name] = (await house.enrolments.show(view, order)).names
        await house.enrolments.prove(view, name.ways[0].challenge.id)
        await house.work()
        assert len(await waiting(house)) == (1 if verdict.error is None else 0)
    await house.enrolments.issue(view, order)
    assert await waiting(house) == []


async def test_no_page_is_empty_before_the_last(house, monkeypatch):
    """Applications that came to nothing fill none, however many expire before the first that waits."""
    monkeypatch.setattr(inbox, "PAGE", 1)
    view = await house.contracts.show((await house.sell(service="ov-csr-6m")).contract.id)
    for _ in range(3):
        order = (await house.enrolments.place(view, pem())).order.id
        house.network.verdicts.append(Verdict(WrongAnswer(url="http://www.example.com/", got="-"), b"{}"))
        [name] = (await house.enrolments.show(view, order)).names
        await house.enrolments.prove(view, name.ways[0].challenge.id)
        await house.work()
        house.clock.advance(SECOND)
    assert await house.inbox.page(Kind.APPLICATION) == ([], None)
    order = (await house.enrolments.place(view, pem())).order.id
    page = await house.inbox.page(Kind.APPLICATION)
    assert ([one.order.order.id for one in page.rows], page.older) == ([order], None)


async def test_a_page_at_a_time(house, monkeypatch):
    """Each once, across all services, whatever stands at the same instant."""
    monkeypatch.setattr(inbox, "PAGE", 2)
    sold = {
        (await house.sell(is_examined=False, service=("ov-acme-1y", "ov-csr-6m")[n % 2])).contract.id for n in range(5)
    }
    rows, after, pages = [], None, 0
    while True:
        page = await house.inbox.page(Kind.EXAMINE, after)
        rows += [one.contract.id for one in page.rows]
        pages += 1
        if (after := page.older) is None:
            break
    assert (len(rows), set(rows), pages) == (5, sold, 3)
