"""The watch over renewals: who is told of certificates that were not replaced and of contracts that end, and when."""

import asyncio
from datetime import timedelta

import pytest

from tegata.ca.services import watching
from tegata.ca.services.housekeeping import HOUSEKEEPING
from tests.ca.services.house import DAY, NOW, SECOND, House

pytestmark = pytest.mark.anyio
LOGIN = "admin@example.com"


@pytest.fixture
async def with_mail(tmp_path, authority):
    house = House(tmp_path / "tegata-ca.db", authority)
    yield house
    await house.store.close()


async def watch(house):
    """Look and send; how many notices were left."""
    left = await house.watch.look()
    await house.work()
    return left


async def test_a_certificate_that_nobody_replaced(with_mail):
    """C-14: Of a life of 90 days the window closes after 60.9; nine days later its customer is told, once."""
    house = with_mail
    certificate = await house.issue(await house.register(await house.sell()))
    for days in (0, 61, 69.8):
        house.clock.now = NOW + days * DAY
        assert await watch(house) == 0
    house.clock.now = NOW + 70 * DAY
    assert await watch(house) == 1
    [(login, told, _)] = house.post.alarms
    assert (login, told) == (LOGIN, [certificate.serial])
    house.clock.advance(5 * DAY)
    assert await watch(house) == 0
    assert len(house.post.alarms) == 1


async def test_a_certificate_that_the_operator_wants_replaced(with_mail):
    """His term is given, and no more; half of what is left is, where the contract was renewed near the end."""
    house = with_mail
    added = await house.sell(ends=NOW + 20 * DAY)
    certificate = await house.issue(await house.register(added))
    await house.certificates.replace_by_operator([certificate.serial], NOW + 5 * DAY, None)
    house.clock.now = NOW + 5 * DAY - SECOND
    assert await watch(house) == 0
    house.clock.advance(SECOND)
    assert await watch(house) == 1
    assert house.post.alarms[0][1] == [certificate.serial]


async def test_a_contract_that_was_renewed_near_its_end(with_mail):
    """Half of what is left is given."""
    house = with_mail
    added = await house.sell(ends=NOW + 80 * DAY)
    await house.issue(await house.register(added))
    house.clock.now = NOW + 79 * DAY
    await house.contracts.renew(added.contract.id)
    house.clock.now = NOW + 79.4 * DAY
    assert await watch(house) == 0
    house.clock.now = NOW + 79.6 * DAY
    assert await watch(house) == 1


@pytest.mark.parametrize("names", [("www.example.com",), ("www.example.com", "a.example.net")])
async def test_a_certificate_that_was_replaced(with_mail, names):
    """By one for the same names, or for more."""
    house = with_mail
    actor = await house.register(await house.sell("www.example.com", ".example.net"))
    await house.issue(actor)
    house.clock.advance(58 * DAY)
    await house.issue(actor, *names)
    house.clock.advance(20 * DAY)
    assert await watch(house) == 0


async def test_a_name_that_was_left_out(with_mail):
    """A newer certificate that lacks one of the names replaces nothing."""
    house = with_mail
    actor = await house.register(await house.sell("www.example.com", ".example.net"))
    both = await house.issue(actor, "www.example.com", "a.example.net")
    house.clock.advance(58 * DAY)
    await house.issue(actor, "www.example.com")
    house.clock.advance(12 * DAY)
    assert await watch(house) == 1
    assert house.post.alarms[0][1] == [both.serial]


async def test_certificates_of_which_nobody_is_told(with_mail):
    """Revoked ones, those of a contract that is not in force, and what has expired."""
    house = with_mail
    added = await house.sell()
    actor = await house.register(added)
    certificate = await house.issue(actor)
    house.clock.advance(70 * DAY)
    await house.contracts.suspend(added.contract.id)
    assert await watch(house) == 0
    await house.contracts.resume(added.contract.id)
    await house.certificates.revoke_by_operator(certificate.serial, 4)
    assert await watch(house) == 0
    await house.issue(actor)
    house.clock.advance(91 * DAY)
    assert await watch(house) == 0


async def test_a_contract_that_was_renewed(with_mail):
    """What was cut short by its end is to be replaced at once; a tenth of its life later it is overdue."""
    house = with_mail
    added = await house.sell(ends=NOW + 80 * DAY)
    certificate = await house.issue(await house.register(added))
    house.clock.advance(10 * DAY)
    await house.contracts.renew(added.contract.id)
    house.clock.advance(7 * DAY)
    assert await watch(house) == 0
    house.clock.advance(DAY + SECOND)
    assert await watch(house) == 1
    assert house.post.alarms[0][1] == [certificate.serial]


async def test_replaced_before_the_mail_went_out(with_mail):
    """The job waited for the mail server: what it would say is looked at once more."""
    house = with_mail
    actor = await house.register(await house.sell())
    await house.issue(actor)
    house.clock.advance(70 * DAY)
    house.post.is_down = True
    assert await house.watch.look() == 1
    with pytest.raises(ConnectionRefusedError):
        await house.work()
    house.post.is_down = False
    view = await house.order(actor)
    for authorization in view.authorizations:
        for challenge in authorization.authorization.challenges:
            await house.challenges.accept(actor, challenge.id)
    house.clock.advance(timedelta(seconds=20))
    await house.work()
    assert len(house.post.alarms) == 1, "it is overdue still"
    house.post.alarms.clear()
    await house.finalize(actor, await house.orders.get(actor, view.order.id))
    assert await house.watch.overdue(await house.store.contracts.get(actor.contract.id)) == []


async def test_a_contract_that_ends(with_mail):
    """Its customer is told 60, 30 and 7 days before, once each, and not after it was renewed."""
    house = with_mail
    added = await house.sell(ends=NOW + 200 * DAY - SECOND)
    told = []
    for days in range(130, 200):
        house.clock.now = NOW + days * DAY
        told += [days] * await watch(house)
    assert told == [140, 170, 193]
    assert {each[1][0] for each in house.post.alarms} == {added.contract.id}
    assert len({notice for _, _, notice in house.post.alarms}) == 3
    await house.contracts.renew(added.contract.id)
    house.clock.now = NOW + 195 * DAY
    assert await watch(house) == 0


async def test_a_node_that_was_down_for_long(with_mail):
    """One notice, not one for each day that was missed."""
    house = with_mail
    await house.sell(ends=NOW + 200 * DAY)
    house.clock.advance(195 * DAY)
    assert await watch(house) == 1
    assert await watch(house) == 0


async def test_a_short_contract(with_mail):
    """Its first half is not near its end for a mail; whoever looks at it sees (M9)."""
    house = with_mail
    short, long = await house.sell(ends=NOW + 20 * DAY), await house.sell(ends=NOW + 61 * DAY)
    assert await watch(house) == 0
    assert house.watch.is_ending(short.contract)
    assert not house.watch.is_ending(long.contract)
    suspended = (await house.contracts.suspend(short.contract.id)).contract
    assert not house.watch.is_ending(suspended)
    await house.contracts.resume(short.contract.id)
    house.clock.advance(DAY - SECOND)
    assert not house.watch.is_ending(long.contract)
    house.clock.advance(SECOND)
    assert house.watch.is_ending(long.contract)
    house.clock.advance(13 * DAY)
    assert await watch(house) == 1


async def test_the_first_day_on_which_an_end_is_told(with_mail):
    """M9: to the second, where that is half of its term too; a second less of a term, and the next is the first."""
    house = with_mail
    shorter = (await house.sell(ends=NOW + 120 * DAY - SECOND)).contract.id
    house.clock.now = NOW + 60 * DAY
    assert await watch(house) == 0
    told = (await house.sell(ends=NOW + 180 * DAY)).contract.id
    house.clock.advance(60 * DAY - SECOND)
    await house.contracts.end(shorter)
    assert await watch(house) == 0
    house.clock.advance(SECOND)
    assert await watch(house) == 1
    assert house.post.alarms[-1][1] == [told]


async def test_many_certificates(with_mail, monkeypatch):
    """They are read in pages, and told in one mail."""
    house = with_mail
    monkeypatch.setattr("tegata.ca.services.watching.PAGE", 2)
    actor = await house.register(await house.sell(".example.net"))
    issued = [(await house.issue(actor, f"{letter}.example.net")).serial for letter in "abcde"]
    house.clock.advance(70 * DAY)
    assert await watch(house) == 1
    [(_, told, _)] = house.post.alarms
    assert sorted(told) == sorted(issued)


def counted(monkeypatch, rows, name):
    """A list that grows with every read of this name."""
    reads, read = [], getattr(rows, name)

    async def counting(*wanted):
        reads.append(wanted)
        return await read(*wanted)

    monkeypatch.setattr(rows, name, counting)
    return reads


async def test_what_was_not_replaced_is_found_by_one_look(with_mail, monkeypatch):
    """However many these are: the portal's page of the contract asks for them too, whoever opens it."""
    house = with_mail
    actor = await house.register(await house.sell(".example.com"))
    for number in range(4):
        await house.issue(actor, f"n{number}.example.com")
    house.clock.now = NOW + 75 * DAY
    await house.issue(actor, "n1.example.com", "n2.example.com")
    reads = counted(monkeypatch, house.store.certificates, "latest_names")
    overdue = await house.watch.overdue(actor.contract)
    assert {one.names for one in overdue} == {("n0.example.com",), ("n3.example.com",)}
    assert len(reads) == 1


async def test_names_are_looked_for_from_the_newest_back(with_mail, monkeypatch):
    """Some at a time, no further than to whose they are, and once: a contract may have very many."""
    house = with_mail
    monkeypatch.setattr(watching, "NAMES", 2)
    actor = await house.register(await house.sell(".example.com"))
    for number in range(9):
        await house.issue(actor, f"n{number}.example.com")
        house.clock.advance(SECOND)
    house.clock.now = NOW + 75 * DAY
    for number in range(5, 9):
        await house.issue(actor, f"n{number}.example.com", "www.example.com")
        house.clock.advance(SECOND)
    reads = counted(monkeypatch, house.store.certificates, "latest_names")
    shown = await house.watch.overdue(actor.contract, 1)
    assert [one.names for one in shown] == [("n0.example.com",)]
    assert len(reads) == 7, "twelve are newer, two in each of six; and there is none more"
    assert [one.names for one in await house.watch.overdue(actor.contract)] == [
        (f"n{number}.example.com",) for number in range(5)
    ]


async def test_no_more_are_read_than_a_page_shows(with_mail, monkeypatch):
    """Those that end first, without one whose names are in a newer one; a contract may have very many."""
    house = with_mail
    monkeypatch.setattr(watching, "PAGE", 2)
    actor = await house.register(await house.sell(".example.com"))
    for number in range(7):
        await house.issue(actor, f"n{number}.example.com")
        house.clock.advance(SECOND)
    house.clock.now = NOW + 75 * DAY
    await house.issue(actor, "n1.example.com", "n2.example.com")
    reads = counted(monkeypatch, house.store.certificates, "last_of_names")
    shown = await house.watch.overdue(actor.contract, 2)
    assert [one.names for one in shown] == [("n0.example.com",), ("n3.example.com",)]
    assert len(reads) == 2
    assert len(await house.watch.overdue(actor.contract)) == 5


async def test_house_keeping_comes_between_contracts(with_mail, monkeypatch):
    """Of very many contracts some are looked at in a turn; all of them are, in the end."""
    house = with_mail
    monkeypatch.setattr(watching, "CONTRACTS", 2)
    added = [(await house.sell(ends=NOW + 80 * DAY)).contract.id for _ in range(5)]
    house.clock.now = NOW + 79 * DAY
    told_before = list[str]()

    async def clean():
        async with house.store.alone(HOUSEKEEPING):
            for contract in added:
                told_before.extend(
                    one.id for one in await house.store.audit.of_subject(contract) if "notice" in one.kind
                )

    left, _ = await asyncio.gather(house.watch.look(), clean())
    assert (left, len(told_before)) == (5, 2)
    assert await house.watch.look() == 0
