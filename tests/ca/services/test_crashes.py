"""Processes that die in the middle of an issuance, signers that fail: what is left, and what becomes of it."""

import asyncio
import hashlib

import msgspec
import pytest

from tegata.acme.statuses import OrderStatus
from tegata.ca.errors import IssuerAway, NamesRefused, StoreFailed, TokenUnusable
from tegata.ca.model import Job
from tegata.ca.policy import barred
from tegata.ca.ports import Conflict, Work
from tegata.ca.services.issuance import ISSUE
from tegata.pki.key_types import KeyType
from tegata.pki.keys import generate
from tests.ca.services.house import DAY, SECOND, Killed, der

pytestmark = pytest.mark.anyio


@pytest.fixture
async def interrupted(house):
    """An order whose process died between the stored intent and the stored certificate."""
    added = await house.sell()
    actor = await house.register(added)
    view = await house.ready(actor)
    return added, actor, view


async def die(house, actor, view, *, before=None, after=None):
    house.signer.before, house.signer.after = before, after
    with pytest.raises(Killed):
        await house.finalize(actor, view)
    house.signer.before = house.signer.after = None
    await house.restart()


async def intent(house, view):
    certificate = await house.store.certificates.intended_for(view.order.id)
    assert certificate is not None
    return certificate


async def test_death_before_the_signature(house, interrupted):
    """The intent is stored before any signature; within seconds of the restart those very bytes are signed."""
    _, actor, view = interrupted
    await die(house, actor, view, before=Killed())
    assert (await house.orders.get(actor, view.order.id)).status is OrderStatus.PROCESSING
    intended = await intent(house, view)
    assert intended.chain_pem is None
    assert await house.issued() == [], "an intent is no certificate yet"
    assert await house.work() == 0, "the request itself had a head start"
    house.clock.advance(5 * SECOND)
    assert await house.work() == 1
    done = await house.orders.get(actor, view.order.id)
    assert done.status is OrderStatus.VALID
    assert done.order.serial == intended.serial
    assert house.signer.signed == [der(await intent(house, view))]


async def test_death_after_the_signature(house, interrupted):
    """The lost certificate and the one that is stored are the same, octet by octet."""
    _, actor, view = interrupted
    await die(house, actor, view, after=Killed())
    house.clock.advance(5 * SECOND)
    await house.work()
    lost, stored = house.signer.signed
    assert lost == stored == der(await intent(house, view))


async def test_death_while_the_certificate_is_stored(house, interrupted, monkeypatch):
    """Nothing was handed out, so nothing is lost."""
    _, actor, view = interrupted
    commit, commits = house.store.commit, 0

    async def second_commit_kills(work):
        nonlocal commits
        commits += 1
        if commits == 2:
            raise Killed
        await commit(work)

    monkeypatch.setattr(house.store, "commit", second_commit_kills)
    with pytest.raises(Killed):
        await house.finalize(actor, view)
    await house.restart()
    house.clock.advance(5 * SECOND)
    await house.work()
    assert (await house.orders.get(actor, view.order.id)).status is OrderStatus.VALID


async def test_two_that_resume_at_once_issue_once(house, interrupted):
    """Both sign the same bytes; the second finds the order completed."""
    _, actor, view = interrupted
    await die(house, actor, view, before=Killed())
    house.clock.advance(5 * SECOND)
    [job] = await house.store.jobs.claim("one", house.clock(), house.clock() + SECOND, 10)
    await asyncio.gather(house.issuance.resume(job), house.issuance.resume(job))
    assert (await house.orders.get(actor, view.order.id)).status is OrderStatus.VALID
    assert len({hashlib.sha256(signed).digest() for signed in house.signer.signed}) == 1
    signatures = len(house.signer.signed)
    await house.issuance.resume(job)
    assert len(house.signer.signed) == signatures
    assert await house.store.jobs.next_due() is None


async def test_a_signer_that_fails_for_a_moment(house, interrupted):
    """The client is told that it takes longer; the job signs when the signer is back."""
    _, actor, view = interrupted
    house.signer.before = OSError("the HSM is busy")
    assert (await house.finalize(actor, view)).status is OrderStatus.PROCESSING
    house.signer.before = None
    house.clock.advance(5 * SECOND)
    await house.work()
    assert (await house.orders.get(actor, view.order.id)).status is OrderStatus.VALID


async def test_a_signer_that_does_not_come_back(house, interrupted):
    """After some attempts the order is invalid with a reference number; the intent stays, and its serial is burnt."""
    _, actor, view = interrupted
    house.signer.before = OSError("the HSM is gone")
    await house.finalize(actor, view)
    house.clock.advance(5 * SECOND)
    [job] = await house.store.jobs.claim("test", house.clock(), house.clock() + SECOND, 10)
    for attempts in range(5):
        with pytest.raises(OSError, match="gone"):
            await house.issuance.resume(msgspec.structs.replace(job, attempts=attempts))
    await house.issuance.resume(msgspec.structs.replace(job, attempts=5))
    failed = await house.orders.get(actor, view.order.id)
    assert failed.status is OrderStatus.INVALID
    assert failed.fault.code == "issuance.failed"
    assert (await intent(house, view)).chain_pem is None
    assert await house.store.jobs.next_due() is None


AWAY = TokenUnusable(uri="pkcs11:token=t;object=issuing", reason="NoSuchToken")


@pytest.mark.parametrize("is_known", [False, True])
async def test_a_key_that_is_away_for_hours(house, interrupted, is_known):
    """Its orders stay processing, however often it was tried, and are signed within a minute of its return (B-95)."""
    _, actor, view = interrupted
    house.signer.before = AWAY
    if is_known:
        await house.issuers.look()
    assert (await house.finalize(actor, view)).status is OrderStatus.PROCESSING
    tbs = (await intent(house, view)).tbs
    for _ in range(20):
        house.clock.advance(1200 * SECOND)
        assert await house.work() == 1
    assert (await house.orders.get(actor, view.order.id)).status is OrderStatus.PROCESSING
    house.signer.before = None
    await house.issuers.look()
    house.clock.advance(60 * SECOND)
    assert await house.work() == 1
    assert (await house.orders.get(actor, view.order.id)).status is OrderStatus.VALID
    assert (await intent(house, view)).tbs == tbs
    assert await house.store.jobs.next_due() is None


async def test_nobody_waits_for_a_key_that_is_known_to_be_away(house, interrupted, monkeypatch):
    """A token that hangs takes ten seconds for each signature; and of a CRL no number is used up meanwhile."""
    _, actor, view = interrupted
    house.signer.before = AWAY
    await house.issuers.look()
    assert list(house.issuers.away) == ["issuing"]
    monkeypatch.setattr(house.signer, "sign", None)
    monkeypatch.setattr(house.signer, "sign_crl", None)
    assert (await house.finalize(actor, view)).status is OrderStatus.PROCESSING
    number = await house.store.revocation_lists.newest_number()
    with pytest.raises(IssuerAway):
        await house.crls.publish_when_due()
    assert await house.store.revocation_lists.newest_number() == number


async def test_a_contract_suspended_while_the_ca_was_down(house, interrupted):
    """What held when the order was claimed must hold still: nothing is signed for it (S-33, A-84)."""
    added, actor, view = interrupted
    await die(house, actor, view, before=Killed())
    await house.contracts.suspend(added.contract.id)
    house.clock.advance(5 * SECOND)
    await house.work()
    failed = await house.orders.get(actor, view.order.id)
    assert failed.status is OrderStatus.INVALID
    assert failed.fault.code == "contract.suspended"
    assert failed.fault.facts == {"contract": added.contract.id}
    assert house.signer.signed == []


async def test_a_database_that_fails_for_a_moment(house, interrupted, monkeypatch):
    """A record that could not be read says nothing against the order: the next attempt signs."""
    _, actor, view = interrupted
    await die(house, actor, view, before=Killed())
    house.clock.advance(5 * SECOND)

    async def away(_):
        raise StoreFailed(reason="there was no answer in time")

    with monkeypatch.context() as broken:
        broken.setattr(house.store.accounts, "bound", away)
        with pytest.raises(StoreFailed):
            await house.work()
    assert (await house.orders.get(actor, view.order.id)).status is OrderStatus.PROCESSING
    house.clock.advance(DAY)
    await house.work()
    assert (await house.orders.get(actor, view.order.id)).status is OrderStatus.VALID


async def test_a_node_that_stood_still_after_the_claim(house, interrupted, monkeypatch):
    """It does not sign by what held when it stopped: the job may, once it has asked whether that holds (A-84)."""
    added, actor, view = interrupted
    commit = house.store.commit

    async def late(work):
        monkeypatch.setattr(house.store, "commit", commit)
        await commit(work)
        house.clock.advance(DAY)
        await house.contracts.end(added.contract.id)

    monkeypatch.setattr(house.store, "commit", late)
    assert (await house.finalize(actor, view)).status is OrderStatus.PROCESSING
    await house.work()
    assert (await house.orders.get(actor, view.order.id)).fault.code == "contract.ended"
    assert house.signer.signed == []


async def test_an_order_that_failed_is_never_signed(house, interrupted):
    """Not even once what stood against it is gone, however many jobs come to it, and whenever (S-33)."""
    added, actor, view = interrupted
    await die(house, actor, view, before=Killed())
    await house.contracts.suspend(added.contract.id)
    house.clock.advance(5 * SECOND)
    [job] = await house.store.jobs.claim("one", house.clock(), house.clock() + SECOND, 10)
    await asyncio.gather(house.issuance.resume(job), house.issuance.resume(job))
    await house.contracts.resume(added.contract.id)
    await house.issuance.resume(job)
    assert (await house.orders.get(actor, view.order.id)).status is OrderStatus.INVALID
    assert house.signer.signed == []


async def test_jobs_that_have_nothing_to_do(house):
    """For an order that was never claimed, and for one that is not there: they end."""
    actor = await house.register(await house.sell())
    view = await house.ready(actor)
    work = Work()
    for name, subject in (("a", view.order.id), ("b", "gone")):
        house.store.jobs.add(work, Job(id=name, kind=ISSUE, subject=subject, run_at=house.clock()))
    await house.store.commit(work)
    assert await house.work() == 2
    assert await house.store.jobs.next_due() is None
    assert (await house.orders.get(actor, view.order.id)).status is OrderStatus.READY


@pytest.mark.parametrize("change", ["barred", "limited"])
async def test_a_name_that_was_taken_away_while_the_ca_was_down(house, change):
    """Put on the list of high risks, or the account under an EAB for other names: not signed (S-33, A-84, B-27)."""
    added, key = await house.sell("www.example.com", "a.example.net"), generate(KeyType.EC256)
    actor = await house.register(added, key)
    view = await house.ready(actor)
    await die(house, actor, view, before=Killed())
    if change == "barred":
        house.issuance._check._admission._barred = lambda: barred.parse("www.example.com")
    else:
        limited = await house.credentials.add(added.contract.id, domains=["a.example.net"])
        await house.register(added._replace(credential=limited), key)
    house.clock.advance(5 * SECOND)
    await house.work()
    failed = await house.orders.get(actor, view.order.id)
    assert failed.status is OrderStatus.INVALID
    assert failed.fault.code == NamesRefused.code
    assert house.signer.signed == []


async def test_a_ca_that_was_down_for_days(house, interrupted):
    """A certificate that began so long ago is not signed any more (B-02)."""
    _, actor, view = interrupted
    await die(house, actor, view, before=Killed())
    house.clock.advance(2 * DAY + SECOND)
    await house.work()
    failed = await house.orders.get(actor, view.order.id)
    assert failed.status is OrderStatus.INVALID
    assert failed.fault.code == "issuance.failed"
    assert house.signer.signed == []


async def test_proofs_that_ran_out_while_the_ca_was_down(house):
    """An authorization must hold when the signature is made (S-33, A-84)."""
    actor = await house.register(await house.sell())
    await house.ready(actor)
    house.clock.advance(30 * DAY - 2 * 3600 * SECOND)
    view = await house.order(actor)
    assert view.status is OrderStatus.READY, "the earlier proof is used again"
    await die(house, actor, view, before=Killed())
    house.clock.advance(3 * 3600 * SECOND)
    await house.work()
    assert (await house.orders.get(actor, view.order.id)).fault.code == "order.not-ready"


async def test_a_lost_commit_that_nobody_won_is_an_error(house, interrupted, monkeypatch):
    """Only a completed or failed order lets the second one go in peace."""
    _, actor, view = interrupted
    await die(house, actor, view, before=Killed())
    house.clock.advance(5 * SECOND)
    [job] = await house.store.jobs.claim("one", house.clock(), house.clock() + SECOND, 10)

    async def refuse(work):
        raise Conflict("certificates.issue")

    monkeypatch.setattr(house.store, "commit", refuse)
    with pytest.raises(Conflict):
        await house.issuance.resume(job)
