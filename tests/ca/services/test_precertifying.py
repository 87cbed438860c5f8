"""Certificates that are logged before they are issued: every step is kept, whoever dies, and each can be revoked."""

import asyncio
from contextlib import ExitStack

import msgspec
import pytest
from cryptography import x509

from tegata.acme.statuses import OrderStatus
from tegata.ca.errors import IssuanceFailed, NotFound, UnknownCertificate
from tegata.ca.issuing import precertificates
from tegata.ca.issuing.loglist import LogList
from tegata.ca.issuing.logs import PublicLogs
from tegata.ca.issuing.relint import Relint
from tegata.ca.policy.certificates import Reason
from tegata.ca.ports import Conflict
from tegata.ca.services.precertifying import Precertifying
from tests.ca.services.house import DAY, NOW, PUBLIC_URL, SECOND, Killed, der, leaf
from tests.peers.ctlog import CtLog, write_list

pytestmark = pytest.mark.anyio


@pytest.fixture
def logs(house):
    with ExitStack() as stack:
        yield [stack.enter_context(CtLog(name, now=lambda: house.clock().timestamp())) for name in "AB"]


@pytest.fixture
async def logged(house, logs, tmp_path, monkeypatch):
    """The house with logs, after a restart too."""
    write_list(tmp_path / "logs.json", *logs, made_at=NOW)
    public = PublicLogs(LogList(tmp_path / "logs.json"), house.clock, patience=0.2)
    opening = house.open

    def open_with_logs():
        opening()
        house.issuance._precertifying = Precertifying(store=house.store, logs=public, clock=house.clock)

    await house.store.close()
    monkeypatch.setattr(house, "open", open_with_logs)
    house.open()
    yield house
    await public.close()


@pytest.fixture
async def ready(logged):
    actor = await logged.register(await logged.sell())
    return actor, await logged.ready(actor)


async def record(house, view):
    certificate = await house.store.certificates.intended_for(view.order.id)
    return certificate, await house.store.precertificates.get(certificate.serial)


async def finished(house, ready):
    """The certificate of an order that is valid, sound in every respect."""
    view = await house.orders.get(ready[0], ready[1].order.id)
    assert view.status is OrderStatus.VALID
    certificate, logged = await record(house, view)
    assert logged.finished_at is not None
    assert view.order.serial == certificate.serial
    relint = Relint(
        issuers={"issuing": house.authority.certificate},
        public_url=PUBLIC_URL,
        services=house.products,
        policy=house.policy,
    )
    contract = await house.store.contracts.get(certificate.contract_id)
    assert relint.fault(certificate, contract) is None
    return certificate, logged


async def test_from_order_to_certificate(logged, ready, logs):
    """B-82, B-83: one serial number, what was logged is what is issued, and both logs' SCTs hold."""
    await logged.finalize(*ready)
    certificate, found = await finished(logged, ready)
    issued, sent = leaf(certificate), x509.load_der_x509_certificate(found.der)
    assert issued.serial_number == sent.serial_number
    assert issued.tbs_precertificate_bytes == precertificates.bare(sent.tbs_certificate_bytes)
    assert all(log.verify(issued, logged.authority.certificate) for log in logs)
    assert [log.received for log in logs] == [[found.der]] * 2
    assert await logged.certificates.chains(ready[0], certificate.serial) == (certificate.chain_pem,)
    kinds = [event.kind for event in await logged.store.audit.of_subject(certificate.serial)]
    assert kinds == [
        "certificate.intended",
        *("certificate.issued", "certificate.precertified"),
        *("certificate.logged", "certificate.finished"),
    ]


async def test_a_list_that_is_too_old(logged, ready, logs, tmp_path):
    """B-84: nothing is signed that could never be finished; the order waits for a list."""
    write_list(tmp_path / "logs.json", *logs, made_at=NOW - 71 * DAY)
    with pytest.raises(IssuanceFailed):
        await logged.finalize(*ready)
    assert logged.signer.signed == []
    assert await logged.store.certificates.intended_for(ready[1].order.id) is None
    write_list(tmp_path / "logs.json", *logs, made_at=NOW)
    await logged.finalize(*ready)
    await finished(logged, ready)


async def test_what_was_not_intended_is_not_logged(logged, ready, logs):
    """B-82: A certificate that is on no record is told as the conflict that it is, before any log hears of it."""
    await logged.finalize(*ready)
    certificate, _ = await finished(logged, ready)
    stranger = msgspec.structs.replace(certificate, serial="f00d")
    with pytest.raises(Conflict):
        await logged.issuance._precertifying.certificate(stranger, logged.authority, None)
    assert [len(log.received) for log in logs] == [1, 1]


class Listening:
    """A second lint that has nothing to say."""

    name = "listening 1"

    def __init__(self):
        self.heard = []

    def takes(self, serial):
        return True

    async def check(self, tbs):
        self.heard.append(tbs)


async def test_both_are_linted(logged, ready):
    """What is logged, and what is signed last (B-82)."""
    logged.issuance._linter = listening = Listening()
    await logged.finalize(*ready)
    certificate, found = await finished(logged, ready)
    sent = x509.load_der_x509_certificate(found.der)
    assert listening.heard == [sent.tbs_certificate_bytes, leaf(certificate).tbs_certificate_bytes]


@pytest.mark.parametrize("commits", [2, 3, 4])
async def test_death_between_the_steps(logged, ready, logs, monkeypatch, commits):
    """B-82: before anything signed was stored, with a precertificate, with SCTs: the next goes on from there."""
    commit, count = logged.store.commit, 0

    async def nth_commit_kills(work):
        nonlocal count
        count += 1
        if count == commits:
            raise Killed
        await commit(work)

    monkeypatch.setattr(logged.store, "commit", nth_commit_kills)
    with pytest.raises(Killed):
        await logged.finalize(*ready)
    await logged.restart()
    certificate, before = await record(logged, ready[1])
    assert (before is not None, before is not None and before.scts is not None) == (commits > 2, commits > 3)
    logged.clock.advance(5 * SECOND)
    await logged.work()
    after_all, logged_at_last = await finished(logged, ready)
    assert after_all.serial == certificate.serial
    assert len({one for log in logs for one in log.received}) == 1, "what was signed is signed alike again"
    if before is not None and before.scts is not None:
        assert logged_at_last.scts == before.scts


async def test_two_that_resume_at_once(logged, ready):
    """B-82: whoever is first is right; there is one certificate."""
    logged.signer.before = OSError("the HSM is busy")
    await logged.finalize(*ready)
    logged.signer.before = None
    logged.clock.advance(5 * SECOND)
    [job] = await logged.store.jobs.claim("one", logged.clock(), logged.clock() + SECOND, 10)
    await asyncio.gather(logged.issuance.resume(job), logged.issuance.resume(job))
    await finished(logged, ready)


@pytest.fixture
async def stuck(logged, ready, logs):
    """A precertificate that no log answers for."""
    for log in logs:
        log.behaviour = "refuses"
    assert (await logged.finalize(*ready)).status is OrderStatus.PROCESSING
    return (await record(logged, ready[1]))[0]


async def test_logs_that_are_away_for_a_moment(logged, ready, logs, stuck):
    """B-84: the order waits; nothing is issued without SCTs."""
    assert stuck.chain_pem is not None
    assert precertificates.is_precertificate(leaf(stuck).tbs_certificate_bytes)
    for log in logs:
        log.behaviour = "honest"
    logged.clock.advance(5 * SECOND)
    await logged.work()
    await finished(logged, ready)


async def test_a_precertificate_counts_as_issued(logged, ready, stuck):
    """B-82: it is listed and can be revoked by whoever found it in a log; but nobody is handed it as a certificate."""
    assert [one.serial for one in await logged.issued()] == [stuck.serial]
    with pytest.raises(NotFound):
        await logged.certificates.chains(ready[0], stuck.serial)
    await logged.certificates.revoke_by_account(ready[0], der(stuck), 4)
    await logged.crls.publish_when_due()
    crl = x509.load_der_x509_crl((await logged.store.revocation_lists.latest()).der)
    assert crl.get_revoked_certificate_by_serial_number(int(stuck.serial, 16)) is not None


async def test_a_certificate_is_revoked_by_its_precertificate(logged, ready):
    """B-82: which is what somebody has who watches the logs; and by nothing that only bears its serial number."""
    await logged.finalize(*ready)
    certificate, found = await finished(logged, ready)
    with pytest.raises(UnknownCertificate):
        await logged.certificates.revoke_by_account(ready[0], found.der[:-1] + bytes([found.der[-1] ^ 1]), 4)
    await logged.certificates.revoke_by_account(ready[0], found.der, 4)
    assert (await logged.certificates.show(certificate.serial)).revoked_at is not None


async def test_a_revoked_precertificate_becomes_no_certificate(logged, ready, logs, stuck):
    """B-82: whatever the logs say later."""
    await logged.certificates.revoke_by_operator(stuck.serial, Reason.SUPERSEDED)
    for log in logs:
        log.behaviour = "honest"
    logged.clock.advance(5 * SECOND)
    [job] = [
        job
        for job in await logged.store.jobs.claim("one", logged.clock(), logged.clock() + SECOND, 10)
        if job.kind == "issue"
    ]
    await logged.issuance.resume(msgspec.structs.replace(job, attempts=5))
    assert (await logged.orders.get(ready[0], ready[1].order.id)).status is OrderStatus.INVALID
    certificate, found = await record(logged, ready[1])
    assert found.finished_at is None
    assert precertificates.is_precertificate(leaf(certificate).tbs_certificate_bytes)


async def test_logs_that_are_switched_off_meanwhile(logged, ready, stuck):
    """Nothing with the poison is given away for a certificate (B-85)."""
    logged.issuance._precertifying = None
    logged.clock.advance(5 * SECOND)
    [job] = await logged.store.jobs.claim("one", logged.clock(), logged.clock() + SECOND, 10)
    await logged.issuance.resume(msgspec.structs.replace(job, attempts=5))
    assert (await logged.orders.get(ready[0], ready[1].order.id)).status is OrderStatus.INVALID
