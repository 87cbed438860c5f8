"""What the metrics say of the revocation lists."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from tegata.ca.metering.prometheus import PATH, Prometheus
from tegata.ca.ports import ListHead
from tests.ca.api.asgi import call

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 11, 24, tzinfo=UTC)
DAY = timedelta(days=1)


async def series(heads: dict[str, ListHead], missing: list[str], away: dict[str, str]) -> dict[str, float]:
    """What is told of the lists and keys of a CA whose first issuing CA has ended."""

    async def there() -> dict[str, ListHead]:
        return heads

    async def nothing() -> None:
        return None

    async def none_open() -> list[object]:
        return []

    store = SimpleNamespace(
        revocation_lists=SimpleNamespace(heads=there),
        jobs=SimpleNamespace(next_due=nothing),
        problem_reports=SimpleNamespace(open=none_open),
    )
    issuers: Any = SimpleNamespace(
        publishes=lambda crl: crl.startswith("issuing2"), authorities=("issuing", "issuing2"), away=away
    )
    clocks: Any = SimpleNamespace(ahead=timedelta(seconds=-3))
    page = Prometheus().page(store, lambda: NOW, issuers, lambda _: missing, clocks)
    text = (await call(page, "GET", PATH)).body.decode()
    lines = [line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in lines}


HEADS = {"issuing": ListHead(7, NOW - 9 * DAY, NOW - 5 * DAY), "issuing2": ListHead(9, NOW, NOW + 4 * DAY)}


async def test_the_list_of_an_issuing_ca_that_ended_is_none_that_is_late() -> None:
    """B-89: it stays as it is, and nobody needs to be called for it."""
    told = await series(HEADS, [], {})
    assert told["tegata_crl_next_update_timestamp_seconds"] == (NOW + 4 * DAY).timestamp()
    assert told["tegata_crl_number"] == 9
    assert told["tegata_clock_ahead_seconds"] == -3


async def test_a_list_that_is_not_there() -> None:
    """Is good until no time at all."""
    told = await series(HEADS, ["issuing2-1"], {})
    assert told["tegata_crl_next_update_timestamp_seconds"] == 0


@pytest.mark.parametrize(("away", "ready"), [({}, 1), ({"issuing2": "it does not answer"}, 0)])
async def test_a_key_that_is_out_of_reach(away: dict[str, str], ready: int) -> None:
    """B-95: told of each issuing CA that has not ended."""
    told = await series(HEADS, [], away)
    assert told['tegata_issuing_key_ready{issuer="issuing2"}'] == ready
    assert 'tegata_issuing_key_ready{issuer="issuing"}' not in told
