"""Enough SCTs from logs that answer over HTTP, whichever of them refuse, lie or stand still; and the list of them."""

import asyncio
import hashlib
import random
from contextlib import ExitStack
from datetime import timedelta

import httpx2
import pytest
from cryptography import x509

from tegata.ca.errors import LogsUnusable
from tegata.ca.issuing import precertificates
from tegata.ca.issuing.loglist import LogList
from tegata.ca.issuing.logs import PublicLogs
from tegata.ca.settings import SERVICES
from tests.ca.issuing.conftest import NOW
from tests.peers.ctlog import CtLog, write_list

pytestmark = pytest.mark.anyio

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


@pytest.fixture
def running():
    """Begin logs, an operator and what it does each; they end with the test."""
    with ExitStack() as stack:
        yield lambda *logs: [
            stack.enter_context(CtLog(*one, now=NOW.timestamp) if isinstance(one, tuple) else one) for one in logs
        ]


@pytest.fixture
async def submit(ca, wanted, tmp_path):
    """Make a precertificate known to logs; the certificate with the SCTs."""

    async def _submit(*logs, days=90, made_at=NOW, patience=60):
        write_list(tmp_path / "logs.json", *logs, made_at=made_at)
        service = SERVICES["dv-acme-1y"]
        dv = wanted._replace(service=service, not_after=NOW + days * DAY - SECOND)
        if days > 90:
            dv = dv._replace(service=type(service)(label="long", validation="dv", certificate_days=days))
        tbs = precertificates.precertificate(ca.builder.template(**dv._asdict()))
        public = PublicLogs(LogList(tmp_path / "logs.json"), lambda: NOW, patience=patience)
        try:
            scts = await public.scts(await ca.authority.sign(tbs), ca.authority.chain)
        finally:
            await public.close()
        return x509.load_der_x509_certificate(await ca.authority.sign(public.certificate(tbs, scts)))

    return _submit


def holders(ca, certificate, logs):
    """The logs whose SCT the certificate has; each SCT is verified, and there is no other."""
    extension = certificate.extensions.get_extension_for_class(x509.PrecertificateSignedCertificateTimestamps)
    found = [log for log in logs if log.verify(certificate, ca.authority.certificate)]
    assert len(found) == len(extension.value)
    return found


async def test_two_logs_of_two_operators(ca, submit, running):
    """B-83: no more than it takes, and both were sent the same."""
    logs = running(("A",), ("A",), ("B",))
    found = holders(ca, await submit(*logs), logs)
    assert sorted(log.operator for log in found) == ["A", "B"]
    [sent] = {one for log in logs for one in log.received}
    assert x509.load_der_x509_certificate(sent).extensions.get_extension_for_class(x509.PrecertPoison).critical
    assert sum(len(log.received) for log in logs) == 2


async def test_three_for_a_longer_life(ca, submit, running):
    """B-83."""
    logs = running(("A",), ("A",), ("B",))
    assert len(holders(ca, await submit(*logs, days=199), logs)) == 3


async def test_one_by_rfc_6962(ca, submit, running):
    """B-83: Apple's rule: one of the logs at least, as long as the list has any that takes the certificate."""
    tiled = [CtLog(name, is_tiled=True, now=NOW.timestamp) for name in "BCD"]
    classic, other = running(("A",), *tiled)[0], running(("A", "refuses"))[0]
    for _ in range(3):  # the order is chance
        assert classic in holders(ca, await submit(*tiled, classic), [classic, *tiled])
    with pytest.raises(LogsUnusable):
        await submit(*tiled, other)
    assert len(holders(ca, await submit(*tiled), tiled)) == 2


@pytest.mark.parametrize("behaviour", ["refuses", "hangs", "lies", "future", "another", "floods", "babbles", "errs"])
async def test_a_log_that_gives_no_sct_is_replaced(ca, submit, running, behaviour):
    """B-84: at once, or after a moment where it stands still."""
    logs = running(("A", behaviour), ("A",), ("B", behaviour), ("B",))
    tasks = asyncio.all_tasks()
    found = holders(ca, await submit(*logs, patience=0.2 if behaviour == "hangs" else 60), logs)
    assert {log.behaviour for log in found} == {"honest"}
    assert {log.operator for log in found} == {"A", "B"}
    assert asyncio.all_tasks() == tasks, "nobody goes on asking"


@pytest.mark.parametrize("fault", ["key", "url"])
async def test_a_log_that_the_list_has_wrong(ca, submit, running, fault):
    """A key of a kind that nobody knows, or an address that is none: others are asked in its place (B-84)."""
    odd, *logs = running(("A",), ("B",), ("C",))
    if fault == "key":
        odd.key = b"a key of tomorrow"
        odd.id = hashlib.sha256(odd.key).digest()
    else:
        odd.url = "http://log.example:port"
    for _ in range(5):  # which are asked first is chance
        assert holders(ca, await submit(odd, *logs), logs) == logs


async def test_no_more_is_read_than_an_answer_has(submit, running, monkeypatch):
    """Of a log that sends without end (B-84)."""
    logs = running(("A",), ("B",))
    monkeypatch.setattr(precertificates, "ANSWER_LIMIT", 20)
    with pytest.raises(LogsUnusable, match="0 of 2"):
        await submit(*logs)


async def test_connections_are_kept_until_the_end(ca, wanted, running, tmp_path, monkeypatch):
    """One client for all certificates, closed with the CA; which logs are asked first is chance, so that all are."""
    made, shuffled = [], []

    class Client(httpx2.AsyncClient):
        def __init__(self, **options):
            made.append(self)
            super().__init__(**options)

    monkeypatch.setattr(httpx2, "AsyncClient", Client)
    monkeypatch.setattr(random, "shuffle", lambda some: shuffled.append(len(some)))
    write_list(tmp_path / "logs.json", *running(("A",), ("B",), ("C",)), made_at=NOW)
    public = PublicLogs(LogList(tmp_path / "logs.json"), lambda: NOW)
    precertificate = await ca.authority.sign(public.precertificate(ca.builder.template(**wanted._asdict())))
    await public.close()
    for _ in range(2):
        await public.scts(precertificate, ca.authority.chain)
    assert len(made) == 1
    assert not made[0].follow_redirects, "a log is where its list says"
    assert not made[0].trust_env, "nor by way of a proxy that only the environment knows"
    await public.close()
    assert [one.is_closed for one in made] == [True]
    await public.scts(precertificate, ca.authority.chain)
    await public.close()
    assert [one.is_closed for one in made] == [True, True]
    assert shuffled == [3, 3, 3]


async def test_a_log_that_is_not_there(ca, submit, running):
    """B-84."""
    with CtLog("A") as gone:
        pass
    logs = running(("A",), ("B",))
    assert holders(ca, await submit(gone, *logs), logs) == logs


async def test_too_few(submit, running):
    """B-83: nothing is made up for; one operator is not two."""
    logs = running(("A",), ("A",), ("B", "refuses"))
    with pytest.raises(LogsUnusable, match=r"[12] of 2"):
        await submit(*logs)
    with pytest.raises(LogsUnusable):
        await submit()


async def test_logs_that_do_not_take_it(submit, running):
    """B-84: by the end of its life, and by what browsers think of them."""
    ends = (NOW + 90 * DAY - SECOND).isoformat()
    late = CtLog("B", interval=(NOW.isoformat(), ends), now=NOW.timestamp)
    early = CtLog("B", interval=((NOW + 90 * DAY).isoformat(), "2100-01-01T00:00:00Z"), now=NOW.timestamp)
    retired = CtLog("B", state="retired", now=NOW.timestamp)
    with pytest.raises(LogsUnusable):
        await submit(*running(("A",), late, early, retired))
    assert not early.received
    assert not late.received
    assert not retired.received


async def test_an_old_list(submit, running):
    """B-84: 70 days are enough."""
    logs = running(("A",), ("B",))
    assert await submit(*logs, made_at=NOW - 70 * DAY)
    with pytest.raises(LogsUnusable, match="older than 70 days"):
        await submit(*logs, made_at=NOW - 70 * DAY - SECOND)


def test_whether_a_list_has_enough(tmp_path):
    """B-83: asked before anything is signed: for a year's end there may be no log yet, for a longer life too few."""
    file = tmp_path / "logs.json"
    until = (NOW + 100 * DAY).isoformat()
    logs = [CtLog(name, interval=(NOW.isoformat(), until)) for name in "AB"]
    for log in logs:
        log.url = "https://log.example/"
    write_list(file, *logs, made_at=NOW)
    public = PublicLogs(LogList(file), lambda: NOW)
    public.require(NOW, NOW + 90 * DAY - SECOND)
    with pytest.raises(LogsUnusable, match="0 take what ends on 2027-03-04"):
        public.require(NOW, NOW + 100 * DAY)
    with pytest.raises(LogsUnusable, match="2 take what ends"):
        public.require(NOW - 181 * DAY, NOW + 90 * DAY)
    write_list(file, logs[0], made_at=NOW)
    with pytest.raises(LogsUnusable, match=r"1 take what ends .*of 1 operators"):
        public.require(NOW, NOW + 90 * DAY - SECOND)


def test_a_list_is_read_again_when_it_changes(tmp_path):
    """B-84: a restart is not needed; what cannot be read is no list."""
    file = tmp_path / "logs.json"
    first, second = CtLog("A"), CtLog("B")
    first.url = second.url = "https://log.example/"
    listed = LogList(file)
    with pytest.raises(LogsUnusable):
        listed.usable(NOW)
    write_list(file, first, made_at=NOW)
    assert [log.operator for log in listed.usable(NOW)] == ["A"]
    write_list(file, first, second, made_at=NOW)
    assert [log.operator for log in listed.usable(NOW)] == ["A", "B"]
    for unreadable in ("{}", f'{{"x": {"[" * 8000}'):
        file.write_text(unreadable)
        for _ in range(2):
            with pytest.raises(LogsUnusable):
                listed.usable(NOW)


def test_an_instant_without_its_zone(tmp_path):
    """It is no list, and no error of ours."""
    log = CtLog("A", interval=("2026-01-01T00:00:00", "2027-01-01T00:00:00"))
    log.url = "https://log.example/"
    write_list(tmp_path / "logs.json", log, made_at=NOW)
    with pytest.raises(LogsUnusable):
        LogList(tmp_path / "logs.json").usable(NOW)


def test_a_log_whose_id_is_not_its_keys(tmp_path):
    """Somebody was at the list."""
    log = CtLog("A")
    log.url, log.id = "https://log.example/", bytes(32)
    write_list(tmp_path / "logs.json", log, made_at=NOW)
    with pytest.raises(LogsUnusable, match="not the id"):
        LogList(tmp_path / "logs.json").usable(NOW)


def test_logs_of_the_newer_kind(tmp_path):
    """They are asked at their submission URL."""
    log = CtLog("A", is_tiled=True)
    log.url = "https://log.example"
    write_list(tmp_path / "logs.json", log, made_at=NOW)
    (found,) = LogList(tmp_path / "logs.json").usable(NOW)
    assert (found.url, found.is_tiled) == ("https://log.example/", True)
