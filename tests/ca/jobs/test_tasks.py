"""Every kind of job finds its service, and the CRL comes in time; on a real CA in a directory."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from cryptography import x509
from structlog.testing import capture_logs

from tegata.ca import bootstrap
from tegata.ca.bootstrap import Ca
from tegata.ca.errors import StoreFailed
from tegata.ca.issuing import hierarchy, keys
from tegata.ca.jobs import tasks
from tegata.ca.model import Job
from tegata.ca.ports import Work
from tegata.ca.store.sqlite import open_store
from tegata.clock import SystemClock
from tests.ca.store import records

pytestmark = pytest.mark.anyio

SECRET = "correct horse"
SETTINGS = """
[acme]
url = "https://localhost:8443"
[public]
url = "http://localhost:8080"
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A CA's directory."""
    home = tmp_path_factory.mktemp("ca")
    hierarchy.create(
        home,
        name="Example CA",
        url="https://localhost:8443",
        public_url="http://localhost:8080",
        secret=SECRET.encode(),
        now=SystemClock().now(),
    )
    keys.create_sealing_key(home, SECRET.encode())
    return home


def open_with(home: Path, settings: str) -> Ca:
    (home / "settings.toml").write_text(settings)
    return bootstrap.open_ca(home, {"TEGATA_CA_PASSPHRASE": SECRET})


@pytest.fixture
async def ca(home: Path, anyio_backend: str) -> AsyncIterator[Ca]:
    await open_store(home / "tegata-ca.db").close()
    ca = open_with(home, SETTINGS)
    yield ca
    await ca.store.close()
    (home / "tegata-ca.db").unlink()


async def crl(ca: Ca) -> x509.CertificateRevocationList:
    """The latest, as soon as there is one."""
    async with asyncio.timeout(60):
        while (latest := await ca.store.revocation_lists.latest()) is None:  # noqa: ASYNC110 - a row sets no event
            await asyncio.sleep(0.01)
    return x509.load_der_x509_crl(latest.der)


async def test_a_crl_is_published_in_time(ca: Ca) -> None:
    """The first at once, without a job; the next not yet."""
    task = asyncio.create_task(tasks.publish_in_time(ca.crls))
    first = await crl(ca)
    await asyncio.sleep(0.05)
    task.cancel()
    latest = await ca.store.revocation_lists.latest()
    assert latest is not None
    assert (latest.number, list(first)) == (1, [])


async def test_a_revocation_whose_process_died_reaches_the_crl(ca: Ca) -> None:
    """Revocation and job were committed, and nothing after: the job publishes."""
    await records.populate(ca.store)
    now = ca.now()
    revoked = records.certificate(
        not_after=now + timedelta(days=1), chain_pem=b"pem", issued_at=now, revoked_at=now, reason=4
    )
    work = Work()
    ca.store.orders.insert(work, records.order())
    ca.store.certificates.intend(work, revoked)
    ca.store.jobs.add(work, Job(id="job", kind="crl", subject="a1:4", run_at=now))
    await ca.store.commit(work)
    task = asyncio.create_task(ca.runner.run())
    published = await crl(ca)
    ca.runner.stop()
    await task
    assert [entry.serial_number for entry in published] == [0xA1]
    assert await ca.store.jobs.next_due() is None


@pytest.mark.parametrize(
    ("mail", "kinds"),
    [("", set()), ('[mail]\nsmtp = "smtp://localhost"', {"contract-accepted", "contract-ending", "renewal-overdue"})],
)
async def test_every_kind_has_its_service(home: Path, mail: str, kinds: set[str]) -> None:
    """Notices wait while no mail is set up."""
    await open_store(home / "tegata-ca.db").close()
    ca = open_with(home, SETTINGS + mail)
    table = tasks.handlers(
        challenges=ca.challenges,
        issuance=ca.issuance,
        certificates=ca.certificates,
        crls=ca.crls,
        notices=ca.notices,
    )
    await ca.store.close()
    assert set(table) == {"validate", "issue", "crl", "compromised-key"} | kinds


@pytest.mark.parametrize(
    ("duty", "does"),
    [
        (tasks.publish_in_time, "publish_when_due"),
        (tasks.reach_in_time, "look"),
        (tasks.compare_in_time, "look"),
        (tasks.bind_in_time, "bind"),
        (tasks.clean_in_time, "clean"),
        (tasks.watch_in_time, "look"),
        (tasks.alarm_in_time, "look"),
    ],
)
@pytest.mark.parametrize("failure", [StoreFailed(reason="another has the turn"), TimeoutError(), ValueError("no")])
async def test_a_failure_ends_no_duty(
    duty: Callable[[Any], Coroutine[Any, Any, None]], does: str, failure: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is logged, and the work done soon, the watch not only in an hour; a key that is away is told elsewhere."""
    done, times = asyncio.Event(), 0

    async def once_in_vain() -> int:
        nonlocal times
        times += 1
        if times == 1:
            raise failure
        done.set()
        return 0

    for pause in ("CRL_CHECK", "KEY", "CLOCK", "BIND", "CLEAN", "WATCH_AGAIN", "ALARM"):
        monkeypatch.setattr(tasks, f"{pause}_SECONDS", 0.0)
    with capture_logs() as logs:
        task = asyncio.create_task(duty(SimpleNamespace(**{does: once_in_vain})))
        await asyncio.wait_for(done.wait(), 60)
        task.cancel()
    is_told = not (duty is tasks.publish_in_time and isinstance(failure, TimeoutError))
    assert [entry["log_level"] for entry in logs] == ["error"] * is_told


async def test_an_audit_log_that_cannot_be_written_is_told_ever_more_seldom(monkeypatch: pytest.MonkeyPatch) -> None:
    """Up to once a minute while a disk is full; as often as ever once it was written."""
    pauses: list[float] = []
    over = asyncio.Event()
    results = iter([*[StoreFailed(reason="database or disk is full")] * 8, None, None])

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    async def bind() -> None:
        result = next(results, over)
        if result is over:
            over.set()
            await asyncio.Event().wait()
        elif isinstance(result, Exception):
            raise result

    monkeypatch.setattr(asyncio, "sleep", sleep)
    task = asyncio.create_task(tasks.bind_in_time(cast("Any", SimpleNamespace(bind=bind))))
    await asyncio.wait_for(over.wait(), 60)
    task.cancel()
    assert pauses == [2, 4, 8, 16, 32, 60, 60, 60, 1, 1]
