"""What the metrics say of the revocation lists, the keys, the work that waits and the reports."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from tegata.ca.metering.meter import Kind
from tegata.ca.metering.prometheus import PATH, Prometheus
from tegata.ca.model import Cause, ProblemReport
from tegata.ca.ports import ListHead
from tests.ca.api.asgi import call

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 11, 24, tzinfo=UTC)
DAY = timedelta(days=1)


async def series(
    heads: dict[str, ListHead],
    missing: list[str],
    away: dict[str, str],
    *,
    due: datetime | None = None,
    reports: Sequence[ProblemReport] = (),
) -> dict[str, float]:
    """What is told by a CA whose first issuing CA has ended, when its next job is due then and these are open."""

    async def there() -> dict[str, ListHead]:
        return heads

    async def next_due() -> datetime | None:
        return due

    async def open_ones() -> Sequence[ProblemReport]:
        return reports

    store = SimpleNamespace(
        revocation_lists=SimpleNamespace(heads=there),
        jobs=SimpleNamespace(next_due=next_due),
        problem_reports=SimpleNamespace(open=open_ones),
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
    sooner = {**HEADS, "issuing2-1": ListHead(8, NOW, NOW + 3 * DAY)}
    assert (await series(sooner, [], {}))["tegata_crl_next_update_timestamp_seconds"] == (NOW + 3 * DAY).timestamp()
    assert told["tegata_crl_number"] == 9
    assert told["tegata_clock_ahead_seconds"] == -3


async def test_a_list_that_is_not_there() -> None:
    """Is good until no time at all; so are all, where none is there yet."""
    told = await series(HEADS, ["issuing2-1"], {})
    assert told["tegata_crl_next_update_timestamp_seconds"] == 0
    for ended in ({}, {"issuing": HEADS["issuing"]}):
        assert (await series(ended, [], {}))["tegata_crl_next_update_timestamp_seconds"] == 0


@pytest.mark.parametrize(("away", "ready"), [({}, 1), ({"issuing2": "it does not answer"}, 0)])
async def test_a_key_that_is_out_of_reach(away: dict[str, str], ready: int) -> None:
    """B-95: told of each issuing CA that has not ended."""
    told = await series(HEADS, [], away)
    assert told['tegata_issuing_key_ready{issuer="issuing2"}'] == ready
    assert 'tegata_issuing_key_ready{issuer="issuing"}' not in told


@pytest.mark.parametrize(("due", "waits"), [(None, 0), (NOW + DAY, 0), (NOW, 0), (NOW - DAY / 2, 43200)])
async def test_how_long_work_has_waited(due: datetime | None, waits: int) -> None:
    """Since it was due; what is due later has not waited."""
    assert (await series(HEADS, [], {}, due=due))["tegata_job_waiting_seconds"] == waits


async def test_reports_that_are_open() -> None:
    """B-75: how many, and what is due of them next: an answer in a day, or a revocation in one or five."""

    def report(hours: int, *, answered: bool = False) -> ProblemReport:
        at = NOW - timedelta(hours=hours)
        return ProblemReport(
            id=str(hours),
            cause=Cause.MISUSE,
            about="",
            reporter="",
            serials=(),
            received_at=at,
            recorded_at=at,
            answered_at=at if answered else None,
        )

    told = await series(HEADS, [], {}, reports=[report(2), report(40, answered=True), report(7)])
    assert told["tegata_problem_reports"] == 3
    assert told["tegata_problem_report_due_timestamp_seconds"] == (NOW + timedelta(hours=17)).timestamp()


def test_what_fails_is_counted_and_timed() -> None:
    """As what is done: an alarm on failures sees it."""
    meter = Prometheus()
    with pytest.raises(ValueError, match="no"), meter.measure(Kind.JOB, "validate"):
        raise ValueError("no")
    value = meter._registry.get_sample_value
    assert value("tegata_jobs_total", {"what": "validate", "outcome": "failed"}) == 1
    assert value("tegata_job_seconds_count", {"what": "validate"}) == 1
