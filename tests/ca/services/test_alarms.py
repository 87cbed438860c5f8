"""Alarms for operators: one mail when something begins, one when it is over, whatever nodes and starts there are."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest

from tegata.ca.errors import StoreFailed, TokenUnusable
from tegata.ca.model import AlarmKind
from tegata.ca.services import alarms
from tegata.ca.services.alarms import BEGINS_AFTER, ENDS_AFTER, ENDS_FOR_OTHERS_AFTER, AlarmService, Surroundings
from tegata.ca.services.clocks import Clocks
from tests.ca.services.house import DAY, NOW, House

pytestmark = pytest.mark.anyio
MINUTE = timedelta(minutes=1)


class Node:
    """A node's alarms, and what is around it."""

    def __init__(self, house: House, name: str = "one") -> None:
        self.house, self.free = house, 1 << 40
        self.agents: dict[str, str | None] = {"tokyo": None}
        self.end, self.ahead = NOW + 365 * DAY, 30 * DAY
        self.clocks = Clocks(house.store, house.clock)
        self.alarms = AlarmService(
            store=house.store,
            notifier=house.post,
            issuers=house.issuers,
            crls=house.crls,
            clocks=self.clocks,
            around=Surroundings(name, lambda: self.free, self._silent, self._ends),
            ids=house.ids,
            clock=house.clock,
        )

    async def _silent(self) -> Mapping[str, str | None]:
        return self.agents

    def _ends(self) -> Mapping[str, tuple[datetime, timedelta]]:
        return {"issuing": (self.end, self.ahead)}

    async def look(self, times: int = BEGINS_AFTER) -> None:
        """Look so often, each minute, and send what is left to be sent."""
        for _ in range(times):
            await self.alarms.look()
            self.house.clock.advance(MINUTE)
        await self.send()

    async def send(self) -> None:
        """As the runner does."""
        now = self.house.clock()
        for job in await self.house.store.jobs.claim("test", now, now + MINUTE, 100):
            assert job.kind == alarms.ALARM
            await self.alarms.tell(job)

    @property
    def told(self) -> list[tuple[AlarmKind, str, bool]]:
        return [(one.kind, one.about, one.is_over) for one in self.house.post.to_operators]


@pytest.fixture
async def node(house) -> Node:
    await house.crls.publish()
    return Node(house)


async def test_nothing_is_wrong(node):
    """And nobody is written to."""
    await node.look(40)
    assert node.told == []


async def test_it_begins_and_is_over(node):
    """One mail each, however long it lasts; a moment's trouble is none."""
    for free in (1 << 20, 1 << 40):
        node.free = free
        await node.look(BEGINS_AFTER - 1)
    assert node.told == []
    node.free = 5 << 20
    await node.look(100)
    assert node.told == [(AlarmKind.DISK_FULL, "one", False)]
    assert node.house.post.to_operators[0].facts["mib"] == "5"
    node.free = 1 << 40
    await node.look(ENDS_AFTER - 1)
    assert len(node.told) == 1
    await node.look(100)
    assert node.told[1:] == [(AlarmKind.DISK_FULL, "one", True)]
    node.free = 0
    await node.look()
    assert node.told[2:] == [(AlarmKind.DISK_FULL, "one", False)]


async def test_what_comes_and_goes_makes_no_storm(node):
    """A token that is away every other minute for a day."""
    for minute in range(1440):
        node.agents["tokyo"] = "there was no answer in time" if minute // 6 % 2 else None
        await node.look(1)
    assert node.told == [(AlarmKind.AGENT_SILENT, "tokyo", False)]


async def test_what_operators_are_told_of(node):
    """A key that is away, a CRL that is not made, a CA that ends."""
    node.house.signer.before = TokenUnusable(uri="pkcs11:token=a", reason="TokenNotPresent")
    await node.house.issuers.look()
    node.end = NOW + 20 * DAY
    await node.look()
    assert node.told == [(AlarmKind.KEY_AWAY, "issuing", False), (AlarmKind.ENDS_SOON, "issuing", False)]
    assert node.house.post.to_operators[0].facts["reason"] == "TokenNotPresent"
    node.house.clock.now = NOW + 2 * DAY
    await node.look(5)
    assert len(node.told) == 2, "half a CRL's life is over this minute"
    await node.look(15)
    assert node.told[2:] == [(AlarmKind.CRL_LATE, "CRL", False)]
    node.house.signer.before = None
    await node.house.issuers.look()
    await node.house.crls.publish()
    await node.look(ENDS_AFTER)
    assert node.told[3:] == [(AlarmKind.KEY_AWAY, "issuing", True), (AlarmKind.CRL_LATE, "CRL", True)]


async def test_several_nodes_tell_it_once(node):
    """And after a start nothing is told again; who began it says that it is over, or another a day later."""
    other = Node(node.house, "two")
    node.agents = other.agents = {"tokyo": "nobody there"}
    for _ in range(10):
        await node.look(1)
        await other.look(1)
    again = Node(node.house, "one")
    again.agents = node.agents
    await again.look()
    assert node.told == [(AlarmKind.AGENT_SILENT, "tokyo", False)]
    other.agents = {"tokyo": None}
    await other.look(ENDS_FOR_OTHERS_AFTER - 1)
    assert len(node.told) == 1, "the other may see it still"
    await other.look(1)
    assert node.told[1:] == [(AlarmKind.AGENT_SILENT, "tokyo", True)]


async def test_a_node_that_lost_its_turn(node, monkeypatch):
    """The guard of the unit of work lets one through."""
    other = Node(node.house, "two")
    node.free = other.free = 0
    before = node.house.store.audit.of_subject

    async def meanwhile(subject: str):
        events = await before(subject)
        monkeypatch.undo()
        await node.alarms._judge(alarms.Watched(AlarmKind.DISK_FULL, "one", {"mib": "0"}))
        return events

    await node.look(BEGINS_AFTER - 1)
    other.alarms._seen.update(node.alarms._seen)
    monkeypatch.setattr(node.house.store.audit, "of_subject", meanwhile)
    monkeypatch.setattr(node.house.store, "alone", lambda _: _Nobody())
    await other.alarms._judge(alarms.Watched(AlarmKind.DISK_FULL, "one", {"mib": "0"}))
    await node.send()
    assert node.told == [(AlarmKind.DISK_FULL, "one", False)]


class _Nobody:
    """A turn that keeps nobody out."""

    async def __aenter__(self) -> None: ...
    async def __aexit__(self, *_: object) -> None: ...


async def test_a_mail_server_that_is_down(node):
    """What is to be told waits for it."""
    node.free, node.house.post.is_down = 0, True
    with pytest.raises(ConnectionRefusedError):
        await node.look()
    node.house.post.is_down = False
    node.house.clock.advance(MINUTE)
    await node.send()
    assert node.told == [(AlarmKind.DISK_FULL, "one", False)]


async def test_what_cannot_be_looked_at(node):
    """As a root's CRL that somebody has moved away: everything else is told."""

    def gone() -> None:
        raise FileNotFoundError

    node.free, node.agents = 0, {"tokyo": "nobody there"}
    node.alarms._around = node.alarms._around._replace(ends=gone)
    for _ in range(BEGINS_AFTER):
        with pytest.raises(FileNotFoundError):
            await node.alarms.look()
    await node.send()
    assert node.told == [(AlarmKind.DISK_FULL, "one", False), (AlarmKind.AGENT_SILENT, "tokyo", False)]


async def test_a_wrong_clock_tells_of_itself(node):
    """Its node takes no work, and may be the only one; of what it holds to be late nothing is told."""
    node.clocks.ahead, node.house.clock.now = 300 * DAY, NOW + 300 * DAY
    for _ in range(10):
        await node.alarms.look()
        node.house.clock.advance(MINUTE)
    assert node.told == [(AlarmKind.CLOCK_APART, "one", False)]
    assert node.house.post.to_operators[0].at < NOW + DAY
    node.clocks.ahead, node.house.clock.now = timedelta(0), NOW
    await node.look(ENDS_AFTER)
    assert node.told[1:] == [(AlarmKind.CLOCK_APART, "one", True)]


async def test_a_database_that_is_away(node, monkeypatch):
    """Nothing can be noted, so the node tells it by itself, and that it is back."""

    async def away() -> None:
        raise StoreFailed(reason="Connection refused")

    with monkeypatch.context() as patch:
        patch.setattr(node.house.store.revocation_lists, "heads", away)
        for _ in range(10):
            with pytest.raises(StoreFailed):
                await node.alarms.look()
    assert node.told == [(AlarmKind.DATABASE_AWAY, "one", False)]
    await node.look()
    assert node.told[1:] == [(AlarmKind.DATABASE_AWAY, "one", True)]
