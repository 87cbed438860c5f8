"""The notice that a contract was accepted: left with the contract, sent when the mail server is there."""

import asyncio

import msgspec
import pytest

from tegata.ca.errors import NoticeRefused
from tegata.ca.model import Source
from tegata.ca.services.notices import GIVE_UP_AFTER, LATER, MOST_AT_ONCE, MOST_ATTEMPTS, REFUSED
from tegata.ca.settings import Policy
from tests.ca.services.house import DAY, SECOND, House

pytestmark = pytest.mark.anyio


@pytest.fixture
async def with_mail(tmp_path, authority):
    house = House(tmp_path / "tegata-ca.db", authority, has_mail=True)
    yield house
    await house.store.close()


async def test_a_new_contract_is_told(with_mail):
    """Once, to its customer."""
    added = await with_mail.sell()
    assert await with_mail.work() == 1
    assert with_mail.post.sent == [(added.contract, added.customer)]
    assert await with_mail.store.jobs.next_due() is None


async def test_a_mail_server_that_is_down(with_mail):
    """The job stays, for the runner to try again."""
    await with_mail.sell()
    with_mail.post.is_down = True
    with pytest.raises(ConnectionRefusedError):
        await with_mail.work()
    assert await with_mail.store.jobs.next_due() is not None
    assert with_mail.post.sent == []


async def test_without_mail_nothing_is_left(house):
    """No job waits for a mail server that is not set."""
    await house.sell()
    assert await house.store.jobs.next_due() is None


async def test_nobody_is_told_before_the_examination_is_done(tmp_path, authority):
    """M14, B-64: the letter says that the examination is done, so it goes out with its release, and once."""
    house = House(tmp_path / "tegata-ca.db", authority, has_mail=True, policy=Policy(examinations=True))
    added = await house.sell(is_examined=False)
    assert await house.work() == 0

    async def examine():
        await house.examinations.examine(
            added.contract.id, source=Source.GOVERNMENT, evidence="register", authority="called back", by="Aoki"
        )

    await examine()
    assert await house.work() == 0
    await house.examinations.release(added.contract.id, by="Baba")
    assert await house.work() == 1
    assert [contract.id for contract, _ in house.post.sent] == [added.contract.id]
    house.clock.advance(DAY)
    await examine()
    await house.examinations.release(added.contract.id, by="Baba")
    assert await house.work() == 0
    await house.sell(is_examined=False, service="dv-acme-1y")
    assert await house.work() == 1
    await house.store.close()


async def test_a_contract_that_was_ended_meanwhile(with_mail):
    """While the mail server was down: nobody is told that it is accepted."""
    added = await with_mail.sell()
    await with_mail.contracts.end(added.contract.id)
    assert await with_mail.work() == 1
    assert with_mail.post.sent == []
    assert await with_mail.store.jobs.next_due() is None


async def test_a_contract_that_is_over_already(with_mail):
    """One of the past that is recorded afterwards, or that ended while the mail server was down: there is no news."""
    await with_mail.sell(starts=with_mail.clock() - 10 * DAY, ends=with_mail.clock() - DAY)
    await with_mail.sell(ends=with_mail.clock() + DAY)
    with_mail.clock.advance(2 * DAY)
    assert await with_mail.work() == 2
    assert with_mail.post.sent == []
    assert await with_mail.store.jobs.next_due() is None


async def test_a_mail_server_that_stands_still_delays_nothing_else(with_mail, monkeypatch):
    """S-30: It holds some of the places that jobs have, however many mails wait; those come to their turn later."""
    many = MOST_AT_ONCE + 3
    for _ in range(many):
        await with_mail.sell()
    held, moved = asyncio.Event(), asyncio.Semaphore(0)
    send = with_mail.post.contract_accepted

    async def stand_still(contract, customer):
        moved.release()
        await held.wait()
        await send(contract, customer)

    monkeypatch.setattr(with_mail.post, "contract_accepted", stand_still)
    clock, store = with_mail.clock, with_mail.store
    jobs = await store.jobs.claim("test", clock(), clock() + 10 * SECOND, 100)
    tasks = [asyncio.create_task(with_mail.notices.contract_accepted(job)) for job in jobs]
    for _ in range(MOST_AT_ONCE):
        await moved.acquire()
    done, _ = await asyncio.wait(tasks[MOST_AT_ONCE:], timeout=10)
    assert len(done) == 3
    assert not any(task.done() for task in tasks[:MOST_AT_ONCE])
    held.set()
    await asyncio.gather(*tasks)
    assert len(with_mail.post.sent) == MOST_AT_ONCE
    clock.advance(LATER)
    assert await with_mail.work() == 3
    assert len({contract.id for contract, _ in with_mail.post.sent}) == many


async def test_an_address_that_is_refused_for_good(with_mail, monkeypatch):
    """It is not asked about for ever (RFC 5321 §4.5.4.1), and who looks at the contract's history sees it."""
    contract = (await with_mail.sell()).contract

    async def refuse(contract, customer):
        raise NoticeRefused(recipient=customer.login, reason="550 no\0 such\udc80 user")

    monkeypatch.setattr(with_mail.post, "contract_accepted", refuse)
    [job] = await with_mail.store.jobs.claim("test", with_mail.clock(), with_mail.clock() + DAY, 1)
    often = msgspec.structs.replace(job, attempts=MOST_ATTEMPTS)
    with pytest.raises(NoticeRefused):
        await with_mail.notices.contract_accepted(often)
    with_mail.clock.advance(GIVE_UP_AFTER)
    with pytest.raises(NoticeRefused):
        await with_mail.notices.contract_accepted(job)
    await with_mail.notices.contract_accepted(often)
    assert await with_mail.store.jobs.next_due() is None
    [told] = [one for one in await with_mail.store.audit.of_subject(contract.id) if one.kind == REFUSED]
    assert told.facts == {"recipient": "admin@example.com", "reason": r"550 no\x00 such\udc80 user"}
