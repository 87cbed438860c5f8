"""Two people stand behind an organization in a certificate: one examines, another releases, and it counts so long."""

import pytest

from tegata.acme.statuses import OrderStatus
from tegata.ca.errors import ExaminationMissing, ExaminationTooOld, Refused, UnknownObject
from tegata.ca.model import Source
from tegata.ca.settings import Policy
from tests.ca.services.house import DAY, NOW, SECOND, House

pytestmark = pytest.mark.anyio

WHAT = {
    "source": Source.GOVERNMENT,
    "evidence": "company register, 0100-01-000001; scan 17 in the safe",
    "authority": "called back by the number in the register",
}


@pytest.fixture
async def house(tmp_path, authority, anyio_backend):
    """A private CA that asks for examinations."""
    house = House(tmp_path / "tegata-ca.db", authority, policy=Policy(examinations=True))
    yield house
    await house.store.close()


async def test_from_examination_to_certificate(house):
    """B-64: Nothing is issued until one person has examined and another released; an order waits for nothing else.

    What was released is that examination of that contract, and nobody else's.
    """
    added = await house.sell(is_examined=False)
    beside = (await house.sell(is_examined=False)).contract.id
    await house.examinations.examine(beside, by="Aoki", **WHAT)
    actor = await house.register(added)
    with pytest.raises(ExaminationMissing):
        await house.order(actor)
    await house.examinations.examine(added.contract.id, by="Aoki", **WHAT)
    with pytest.raises(ExaminationMissing):
        await house.order(actor)
    done = await house.examinations.release(added.contract.id, by="Baba")
    assert (done.examiner, done.releaser, done.examined_at) == ("Aoki", "Baba", NOW)
    actor = await house.accounts.authenticate(actor.account)
    assert (await house.finalize(actor, await house.ready(actor))).status is OrderStatus.VALID
    assert (await house.contracts.show(added.contract.id)).identity_ends == NOW + 398 * DAY
    assert (await house.contracts.show(beside)).identity_ends is None
    (pending,) = await house.examinations.of_contract(beside)
    assert pending.released_at is None


async def test_what_is_on_record(house):
    """B-64: Who, when, by what source and evidence, of which organization; in the audit log too."""
    added = await house.sell(is_examined=False)
    contract = added.contract.id
    await house.examinations.examine(contract, by="Aoki", examined=NOW - 3 * DAY, **WHAT)
    await house.examinations.release(contract, by="Baba")
    (kept,) = await house.examinations.of_contract(contract)
    assert kept.organization == added.contract.organization
    assert (kept.source, kept.evidence, kept.authority) == (WHAT["source"], WHAT["evidence"], WHAT["authority"])
    assert (kept.examined_at, kept.released_at) == (NOW - 3 * DAY, NOW)
    events = {event.kind: event.facts for event in await house.store.audit.of_subject(contract)}
    assert events["contract.examined"]["by"] == "Aoki"
    assert events["contract.examined"]["evidence"] == WHAT["evidence"]
    assert events["contract.examination-released"] == {"by": "Baba", "examined": kept.examined_at.isoformat()}


async def test_who_examined_does_not_release(house):
    """B-64: Four eyes, however the name is written; and there must be something to release, once."""
    contract = (await house.sell(is_examined=False)).contract.id
    with pytest.raises(Refused, match="no examination to be released"):
        await house.examinations.release(contract, by="Baba")
    await house.examinations.examine(contract, by="Aoki", **WHAT)
    with pytest.raises(Refused, match="another person must"):
        await house.examinations.release(contract, by=" ＡＯ ＫＩ ")
    await house.examinations.release(contract, by="Baba")
    with pytest.raises(Refused, match="no examination to be released"):
        await house.examinations.release(contract, by="Baba")


async def test_it_counts_for_so_long(house):
    """B-05, B-64: From the examination, not its release; what was examined again counts from then."""
    added = await house.sell(is_examined=False, ends=NOW + 1000 * DAY)
    actor = await house.register(added)
    await house.examinations.examine(added.contract.id, by="Aoki", examined=NOW - 397 * DAY, **WHAT)
    await house.examinations.release(added.contract.id, by="Baba")
    actor = await house.accounts.authenticate(actor.account)
    await house.order(actor)
    house.clock.advance(DAY + SECOND)
    with pytest.raises(ExaminationTooOld):
        await house.order(actor)
    await house.examine(added.contract.id)
    await house.order(await house.accounts.authenticate(actor.account))
    assert [one.examined_at for one in await house.examinations.of_contract(added.contract.id)] == [
        house.clock(),
        NOW - 397 * DAY,
    ]


async def test_what_the_sticker_vouches_for(house):
    """B-64: The organization only while its examination counts; without one where none need be, and never of DV."""

    async def vouches(added):
        return (await house.contracts.show(added.contract.id)).vouches_for_organization

    added = await house.sell(is_examined=False, ends=NOW + 1000 * DAY)
    names_only = await house.sell(is_examined=False, service="dv-acme-1y")
    assert not await vouches(added)
    await house.examinations.examine(added.contract.id, by="Aoki", **WHAT)
    assert not await vouches(added)
    await house.examinations.release(added.contract.id, by="Baba")
    assert await vouches(added)
    house.contracts._policy = Policy()
    house.clock.advance(398 * DAY)
    assert await vouches(added)
    house.clock.advance(SECOND)
    assert not await vouches(added)
    assert await vouches(await house.sell(is_examined=False))
    assert not await vouches(names_only)


async def test_an_earlier_one_does_not_take_a_later_ones_place(house):
    """Released after it."""
    contract = (await house.sell()).contract.id
    await house.examinations.examine(contract, by="Aoki", examined=NOW - DAY, **WHAT)
    with pytest.raises(Refused, match="a later examination"):
        await house.examinations.release(contract, by="Baba")


async def test_an_earlier_one_does_not_stand_before_a_later_one(house):
    """Recorded after it, with both to be released: it could never be, and nor could the later one."""
    contract = (await house.sell()).contract.id
    house.clock.advance(DAY)
    await house.examinations.examine(contract, by="Aoki", **WHAT)
    await house.examinations.examine(contract, by="Aoki", examined=NOW - DAY, **WHAT)
    recorded = await house.examinations.of_contract(contract)
    (waiting,) = house.examinations.waiting((await house.contracts.show(contract)).contract, recorded)
    done = await house.examinations.release(contract, by="Baba", seen=waiting.id)
    assert done.examined_at == NOW + DAY


async def test_the_last_moment_and_the_longest_text(house):
    """B-64: 398 days and 500 characters are not too many; what waits for its release longer is too old by then."""
    contract = (await house.sell(is_examined=False)).contract.id
    longest = {**WHAT, "evidence": "x" * 500, "examined": NOW - 398 * DAY}
    await house.examinations.examine(contract, by="Aoki", **longest)
    house.clock.advance(SECOND)
    with pytest.raises(Refused, match="too old to count"):
        await house.examinations.release(contract, by="Baba")
    house.clock.advance(-SECOND)
    assert (await house.examinations.release(contract, by="Baba")).released_at == NOW


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"examined": NOW + SECOND}, "future"),
        ({"examined": NOW - 398 * DAY - SECOND}, "too old"),
        ({"by": " "}, "says nothing"),
        ({"evidence": "---"}, "says nothing"),
        ({"authority": "two\nlines"}, "more than one line"),
        ({"evidence": "x" * 501}, "too long"),
    ],
)
async def test_what_is_no_examination(house, changes, reason):
    """B-64: Each text says something."""
    contract = (await house.sell(is_examined=False)).contract.id
    with pytest.raises(Refused, match=reason):
        await house.examinations.examine(contract, **{"by": "Aoki", **WHAT, **changes})


async def test_where_there_is_nothing_to_examine(house):
    """A DV contract names no organization; one that is not there has none."""
    contract = (await house.sell(service="dv-acme-1y")).contract.id
    with pytest.raises(Refused, match="name no organization"):
        await house.examinations.examine(contract, by="Aoki", **WHAT)
    with pytest.raises(UnknownObject):
        await house.examinations.release("C0", by="Baba")


async def test_only_what_was_looked_at_is_released(house):
    """B-64: Who does not say which must have but one before them; who does is told that another came after it."""
    contract, beside = (await house.sell(is_examined=False)).contract.id, (await house.sell()).contract.id
    seen = await house.examinations.examine(contract, by="Aoki", examined=NOW - DAY, **WHAT)
    house.clock.advance(SECOND)
    later = await house.examinations.examine(contract, by="Chiba", **WHAT)
    with pytest.raises(Refused, match="several examinations wait"):
        await house.examinations.release(contract, by="Baba")
    with pytest.raises(Refused, match="another examination was recorded after"):
        await house.examinations.release(contract, by="Baba", seen=seen.id)
    for unknown in ("nothing", later.id):
        with pytest.raises(UnknownObject):
            await house.examinations.release(beside if unknown == later.id else contract, by="Baba", seen=unknown)
    assert (await house.examinations.release(contract, by="Baba", seen=later.id)).id == later.id
    with pytest.raises(Refused, match="no examination to be released"):
        await house.examinations.release(contract, by="Baba", seen=later.id)
    with pytest.raises(Refused, match="a later examination"):
        await house.examinations.release(contract, by="Baba", seen=seen.id)
