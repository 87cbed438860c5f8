"""What the metrics say of the revocation lists."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from tegata.ca.metering.prometheus import PATH, Prometheus
from tegata.ca.ports import ListHead
from tests.ca.api.asgi import call

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 11, 24, tzinfo=UTC)
DAY = timedelta(days=1)


async def test_the_list_of_an_issuing_ca_that_ended_is_none_that_is_late() -> None:
    """B-89: it stays as it is, and nobody needs to be called for it."""

    async def heads() -> dict[str, ListHead]:
        return {"issuing": ListHead(7, NOW - 9 * DAY, NOW - 5 * DAY), "issuing2": ListHead(9, NOW, NOW + 4 * DAY)}

    async def nothing() -> None:
        return None

    async def none_open() -> list[object]:
        return []

    store = SimpleNamespace(
        revocation_lists=SimpleNamespace(heads=heads),
        jobs=SimpleNamespace(next_due=nothing),
        problem_reports=SimpleNamespace(open=none_open),
    )
    page = Prometheus().page(store, lambda: NOW, lambda crl: crl == "issuing2")
    text = (await call(page, "GET", PATH)).body.decode()
    series = dict(line.rsplit(" ", 1) for line in text.splitlines() if line.startswith("tegata_crl"))
    assert float(series["tegata_crl_next_update_timestamp_seconds"]) == (NOW + 4 * DAY).timestamp()
    assert float(series["tegata_crl_number"]) == 9
