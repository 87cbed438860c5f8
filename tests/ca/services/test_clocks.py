"""A node's clock beside the database server's: what is told, and what is not done by a wrong one."""

import json
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from tegata.acme.statuses import OrderStatus
from tegata.ca.errors import ClockApart
from tegata.ca.services.clocks import Clocks
from tests.ca.services.house import DAY, NOW, SECOND, House

pytestmark = pytest.mark.anyio


def beside(theirs: datetime | None, *, ours: datetime = NOW, took: timedelta = SECOND / 10) -> Clocks:
    """Clocks whose server answers so after a while."""
    at = ours

    async def clock() -> datetime | None:
        nonlocal at
        at += took
        return theirs

    store: Any = SimpleNamespace(clock=clock)
    return Clocks(store, lambda: at)


@pytest.mark.parametrize(
    ("ahead", "level"),
    [
        (0, None),
        (2, None),
        (3, "warning"),
        (-3, "warning"),
        (60, "warning"),
        (-60, "warning"),
        (61, "error"),
        (-3600, "error"),
    ],
)
async def test_how_far_it_is(ahead: int, level: str | None, capsys: pytest.CaptureFixture[str]) -> None:
    """B-03: seconds are told, a minute ends the work; half of what the answer took counts as its way."""
    clocks = beside(NOW + SECOND / 20 - ahead * SECOND)
    await clocks.look()
    assert clocks.ahead == ahead * SECOND
    assert clocks.is_apart == (level == "error")
    told = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    event = "clock.apart" if level == "error" else "clock.differs"
    assert [(one["level"], one["event"], one["ahead_seconds"]) for one in told] == (
        [(level, event, ahead)] if level else []
    )


async def test_what_changes_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """Once each: nobody reads the same line every minute, and who was told of a wrong clock hears of its end."""
    clocks = beside(NOW + SECOND / 20)
    for aside in (0, 3, 5, 100, 200, 0, 0):
        clocks._clock = beside(None, ours=NOW + aside * SECOND)._clock
        await clocks.look()
    told = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [(one["level"], one["event"]) for one in told] == [
        ("warning", "clock.differs"),
        ("error", "clock.apart"),
        ("info", "clock.agrees"),
    ]


async def test_what_tells_nothing() -> None:
    """A database in a file, and an answer that was long on its way."""
    for clocks in (beside(None), beside(NOW - DAY, took=3 * SECOND), beside(NOW - DAY, took=-3 * SECOND)):
        await clocks.look()
        clocks.require()
        assert clocks.ahead == timedelta(0)


async def test_nothing_is_dated_by_a_wrong_clock(house: House) -> None:
    """B-03: the order stays ready, nothing is signed, and no CRL; once the clocks agree it is done."""
    actor = await house.register(await house.sell())
    ready = await house.ready(actor)
    house.clocks.ahead = DAY
    with pytest.raises(ClockApart):
        await house.finalize(actor, ready)
    with pytest.raises(ClockApart):
        await house.crls.publish_when_due()
    assert (await house.orders.get(actor, ready.order.id)).status is OrderStatus.READY
    assert await house.store.revocation_lists.newest_number() == 0
    assert not house.signer.signed
    house.clocks.ahead = timedelta(0)
    assert (await house.finalize(actor, ready)).status is OrderStatus.VALID
