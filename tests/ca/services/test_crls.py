"""The CRL: after a revocation at once, otherwise in time; by a job where the process died."""

import asyncio
import hashlib
import sqlite3
from contextlib import closing

import pytest
from cryptography import x509

from tegata.ca.model import Job, RevocationList
from tegata.ca.ports import Conflict, Work
from tegata.ca.services import crls
from tegata.ca.services.crls import CRL
from tegata.ca.settings import Policy
from tests.ca.services.house import CERTIFICATE_KEY, DAY, NOW, PUBLIC_URL, SECOND, der, leaf

pytestmark = pytest.mark.anyio


async def latest(house):
    record = await house.store.revocation_lists.latest()
    crl = x509.load_der_x509_crl(record.der)
    assert crl.is_signature_valid(house.authority.certificate.public_key())
    assert crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number == record.number
    assert (crl.last_update_utc, crl.next_update_utc) == (record.this_update, record.next_update)
    return record, crl


async def reason_of(house, certificate):
    _, crl = await latest(house)
    entry = crl.get_revoked_certificate_by_serial_number(int(certificate.serial, 16))
    return None if entry is None else entry.extensions.get_extension_for_class(x509.CRLReason).value.reason.value


@pytest.fixture
async def issued(house):
    actor = await house.register(await house.sell())
    return actor, await house.issue(actor)


async def test_the_first_crl(house):
    """Empty, numbered one, good for its life."""
    await house.crls.publish_when_due()
    record, crl = await latest(house)
    assert (record.number, len(crl)) == (1, 0)
    assert (record.this_update, record.next_update) == (NOW, NOW + 4 * DAY)


async def test_in_time(house):
    """The next one comes at half the life of the last, not before (B-88)."""
    await house.crls.publish_when_due()
    house.clock.advance(2 * DAY - SECOND)
    await house.crls.publish_when_due()
    assert (await latest(house))[0].number == 1
    house.clock.advance(SECOND)
    await house.crls.publish_when_due()
    assert (await latest(house))[0].number == 2


async def test_one_from_the_future(house):
    """Published while a clock was wrong: nobody takes it, so the next comes as soon as the clock is right (B-88)."""
    house.clock.advance(400 * DAY)
    await house.crls.publish_when_due()
    house.clock.advance(-400 * DAY)
    await house.crls.publish_when_due()
    record, _ = await latest(house)
    assert (record.number, record.this_update) == (2, NOW)


async def test_a_node_whose_clock_is_a_little_ahead(house):
    """What it publishes is not published anew by another."""
    house.clock.advance(crls.AHEAD)
    await house.crls.publish_when_due()
    house.clock.advance(-crls.AHEAD)
    await house.crls.publish_when_due()
    assert (await latest(house))[0].number == 1


async def test_a_pause_ends_with_the_wrong_clock_that_it_began_by(house):
    """Not a year later."""
    house.clock.advance(400 * DAY)
    house.signer.before = OSError("the HSM is away")
    with pytest.raises(OSError, match="away"):
        await house.crls.publish_when_due()
    house.clock.advance(-400 * DAY)
    house.signer.before = None
    await house.crls.publish_when_due()
    assert (await latest(house))[0].this_update == NOW


async def test_a_revocation_is_published_at_once(house, issued):
    """With its reason; a compromise found later changes it."""
    actor, certificate = issued
    await house.certificates.revoke_by_account(actor, der(certificate), 4)
    assert await reason_of(house, certificate) == "superseded"
    await house.certificates.revoke_by_key(CERTIFICATE_KEY.public_key(), der(certificate), None)
    assert await reason_of(house, certificate) == "keyCompromise"
    assert (await latest(house))[0].number == 2


async def test_revocations_at_once_share_crls(house, issued):
    """Each is on a CRL when it is answered; those that waited for their turn are on one together."""
    actor, certificate = issued
    certificates = [certificate, *[await house.issue(actor) for _ in range(9)]]
    await asyncio.gather(*(house.certificates.revoke_by_account(actor, der(one), 4) for one in certificates))
    record, crl = await latest(house)
    assert len(crl) == 10
    assert record.number <= 2
    house.clock.advance(10 * SECOND)
    assert await house.work() == 0, "no job is left"


async def test_a_revocation_whose_process_died(house, issued):
    """It is a fact before the CRL is; the job publishes it."""
    actor, certificate = issued
    house.signer.before = OSError("down")
    await house.certificates.revoke_by_account(actor, der(certificate), 5)
    assert (await house.certificates.show(certificate.serial)).reason == 5
    assert await house.store.revocation_lists.latest() is None
    house.signer.before = None
    await house.restart()
    house.clock.advance(5 * SECOND)
    assert await house.work() == 1
    assert await reason_of(house, certificate) == "cessationOfOperation"
    assert await house.store.jobs.next_due() is None


async def test_an_expired_certificate_stays_for_one_crl_more(house, issued):
    """So that nobody misses it (RFC 5280 §3.3; B-88, B-92)."""
    actor, certificate = issued
    house.clock.advance(89 * DAY)
    await house.certificates.revoke_by_account(actor, der(certificate), 1)
    house.clock.advance(2 * DAY)
    for _ in range(2):  # for other revocations, a moment apart: neither is a regular one
        await house.crls.publish()
        assert await reason_of(house, certificate) == "keyCompromise"
        house.clock.advance(SECOND)
    house.clock.advance(2 * DAY)
    await house.crls.publish_when_due()
    assert await reason_of(house, certificate) == "keyCompromise"
    house.clock.advance(2 * DAY)
    await house.crls.publish_when_due()
    assert await reason_of(house, certificate) is None


async def test_what_expired_during_a_long_outage_is_on_the_next_crl(house, issued):
    """The last one had it as good still, and lived for four days; then nobody served for weeks (B-92)."""
    actor, certificate = issued
    house.clock.advance(89 * DAY)
    await house.certificates.revoke_by_account(actor, der(certificate), 1)
    house.clock.advance(30 * DAY)
    await house.crls.publish_when_due()
    assert await reason_of(house, certificate) == "keyCompromise"
    house.clock.advance(2 * DAY)
    await house.crls.publish_when_due()
    assert await reason_of(house, certificate) is None


async def test_many_at_once(house):
    """Two processes publish side by side: each gets its own number."""
    other = house.crl_service()
    await asyncio.gather(*(crls.publish() for crls in (house.crls, other) for _ in range(3)))
    assert (await latest(house))[0].number == 6


async def test_many_find_one_due_at_once(house):
    """It is published by one of them."""
    other = house.crl_service()
    await asyncio.gather(*(crls.publish_when_due() for crls in (house.crls, other) for _ in range(3)))
    assert (await latest(house))[0].number == 1


async def test_one_that_comes_late_has_what_has_expired_meanwhile(house, issued):
    """The CA was away for longer than a CRL is good: on one at least a revoked certificate has been (RFC 5280 §3.3)."""
    actor, certificate = issued
    await house.crls.publish()
    house.clock.now = certificate.not_after - DAY
    house.signer.before = OSError("away")
    await house.certificates.revoke_by_account(actor, der(certificate), 4)
    house.signer.before = None
    house.clock.advance(30 * DAY)
    await house.crls.publish_when_due()
    assert await reason_of(house, certificate) == "superseded"


async def leave(house, serial):
    """The job of a revocation whose process died."""
    work = Work()
    house.store.jobs.add(work, Job(id="left", kind=CRL, subject=f"{serial}:4", run_at=house.clock()))
    await house.store.commit(work)


async def test_a_revocation_that_nobody_needs_to_know_of_any_more(house):
    """Its certificate is no longer kept: there is nothing to publish it for."""
    await leave(house, "0badcafe")
    assert await house.work() == 1
    assert await house.store.jobs.next_due() is None
    assert await house.store.revocation_lists.latest() is None


@pytest.mark.parametrize("goes_on", [True, False])
async def test_a_revocation_of_what_has_expired_by_now(house, issued, monkeypatch, goes_on):
    """Its CRL is published as long as its issuing CA goes on; afterwards it stays as it is (B-89)."""
    _, certificate = issued
    house.clock.now = certificate.not_after + SECOND
    await leave(house, certificate.serial)
    monkeypatch.setattr(house.issuers, "publishes", lambda _: goes_on)
    assert await house.work() == 1
    assert await house.store.jobs.next_due() is None
    assert (await house.store.revocation_lists.latest() is not None) is goes_on


async def test_the_latest_of_a_name_alone_is_kept(house):
    """It may have many megabytes, and another comes with each revocation."""
    for _ in range(3):
        await house.crls.publish()
    with closing(sqlite3.connect(house.path)) as database:
        kept = database.execute("SELECT number, crl FROM revocation_lists").fetchall()
    assert kept == [(3, "issuing")]


async def test_one_that_was_overtaken_is_not_published(house):
    """Its number was claimed, and then the next one, by who may know of more revocations (RFC 5280 §5.2.3)."""
    lists = house.store.revocation_lists
    for number in (1, 2):
        work = Work()
        lists.claim(work, number, "issuing", "ab")
        await house.store.commit(work)
    work = Work()
    late = RevocationList(number=1, this_update=NOW, next_update=NOW + DAY, der=b"late", crl="issuing")
    lists.publish(work, late, "ab")
    with pytest.raises(Conflict):
        await house.store.commit(work)
    assert await lists.latest() is None


async def test_a_store_that_refuses_for_good(house, monkeypatch):
    """It is not tried for ever."""
    commit, refused = house.store.commit, 0

    async def refuse(work):
        nonlocal refused
        if any(each.name == "revocation_lists.publish" for each in work.statements):
            refused += 1
            raise Conflict("revocation_lists.publish")
        await commit(work)

    monkeypatch.setattr(house.store, "commit", refuse)
    with pytest.raises(Conflict):
        await house.crls.publish()
    assert refused == 5


async def test_a_crl_is_on_record_before_it_is_signed(house):
    """Of a signature that was not stored this alone tells (B-93)."""
    house.signer.before = OSError("the HSM is busy")
    with pytest.raises(OSError, match="busy"):
        await house.crls.publish()
    house.signer.before = None
    await house.crls.publish()
    _, crl = await latest(house)
    of_numbers = [await house.store.audit.of_subject(number) for number in "123"]
    assert [[(event.kind, event.facts["crl"]) for event in events] for events in of_numbers] == [
        [("crl.intended", "issuing")],
        [("crl.intended", "issuing"), ("crl.published", "issuing")],
        [],
    ], "no number is signed twice"
    assert of_numbers[1][0].facts["tbs"] == hashlib.sha256(crl.tbs_certlist_bytes).hexdigest()
    assert of_numbers[0][0].facts["tbs"] != of_numbers[1][0].facts["tbs"]


async def test_a_due_crl_that_cannot_be_signed_is_tried_once_a_minute(house):
    """Each attempt is an event, and a token may be away for days (B-93)."""
    house.signer.before = OSError("the HSM is away")
    for _ in range(2):
        with pytest.raises(OSError, match="away"):
            await house.crls.publish_when_due()
        await house.crls.publish_when_due()
        for _ in range(6):
            house.clock.advance(9 * SECOND)
            await house.crls.publish_when_due()
        house.clock.advance(6 * SECOND)
    kinds = [[event.kind for event in await house.store.audit.of_subject(number)] for number in "123"]
    assert kinds == [["crl.intended"], ["crl.intended"], []]
    house.signer.before = None
    await house.crls.publish_when_due()
    assert (await latest(house))[0].number == 3


# Several CRLs.


async def on(house, name):
    record = await house.store.revocation_lists.latest(name)
    crl = x509.load_der_x509_crl(record.der)
    point = crl.extensions.get_extension_for_class(x509.IssuingDistributionPoint).value
    assert [one.value for one in point.full_name or []] == [f"{PUBLIC_URL}/crl/{name}.crl"]
    return {format(entry.serial_number, "x") for entry in crl}


async def test_shards(house, issued):
    """Certificates name their CRL and are on no other; those from before the shards stay on theirs (B-89)."""
    actor, old = issued
    await house.crls.publish_when_due()
    house.policy = Policy(crl_shards=3)
    house.__post_init__()
    certificates = [await house.issue(actor) for _ in range(6)]
    for certificate in (old, *certificates):
        (point,) = leaf(certificate).extensions.get_extension_for_class(x509.CRLDistributionPoints).value
        assert [one.value for one in point.full_name] == [f"{PUBLIC_URL}/crl/{certificate.crl}.crl"]
    assert old.crl == "issuing"
    assert {one.crl for one in certificates} <= {"issuing-1", "issuing-2", "issuing-3"}
    await house.crls.publish_when_due()
    for certificate in (old, *certificates):
        await house.certificates.revoke_by_account(actor, der(certificate), 4)
    heads = await house.store.revocation_lists.heads()
    assert set(heads) == {"issuing", "issuing-1", "issuing-2", "issuing-3"}
    for name in heads:
        assert await on(house, name) == {one.serial for one in (old, *certificates) if one.crl == name}
    assert await house.store.jobs.next_due() is None


async def test_one_that_cannot_be_signed_holds_up_no_other(house, issued, monkeypatch):
    """A token may be away with the key of one issuing CA: the CRLs of the others go on (B-88)."""
    house.policy = Policy(crl_shards=3)
    house.__post_init__()
    sign = house.signer.sign_crl

    async def unless_the_first(tbs):
        if b"/issuing-1.crl" in tbs:
            raise TimeoutError
        return await sign(tbs)

    monkeypatch.setattr(house.signer, "sign_crl", unless_the_first)
    for publish in (house.crls.publish_when_due, house.crls.publish):
        before = await house.store.revocation_lists.heads()
        with pytest.raises(TimeoutError):
            await publish()
        after = await house.store.revocation_lists.heads()
        assert set(after) == {"issuing-2", "issuing-3"}
        assert all(name not in before or after[name].number > before[name].number for name in after)


async def test_numbers_and_times_of_shards(house):
    """Each shard's numbers only grow, across a restart too; one without new certificates is renewed too (B-88)."""
    house.policy = Policy(crl_shards=2)
    house.__post_init__()
    await house.crls.publish_when_due()
    before = await house.store.revocation_lists.heads()
    house.policy = Policy()
    await house.store.close()
    house.__post_init__()
    house.clock.advance(2 * DAY)
    await house.crls.publish_when_due()
    after = await house.store.revocation_lists.heads()
    assert set(after) == {"issuing", "issuing-1", "issuing-2"}
    assert all(after[name].number > head.number for name, head in before.items())


async def test_a_compromised_key_on_several_crls(house, issued):
    """One revocation publishes each of them."""
    actor, _ = issued
    house.policy = Policy(crl_shards=4)
    house.__post_init__()
    certificates = [await house.issue(actor) for _ in range(5)]
    await house.certificates.revoke_by_key(CERTIFICATE_KEY.public_key(), der(certificates[0]), 1)
    for certificate in certificates:
        assert certificate.serial in await on(house, certificate.crl)
    left = await house.store.jobs.claim("test", NOW + DAY, NOW + DAY, 10)
    assert [job.kind for job in left] == ["compromised-key"]


async def test_more_entries_than_are_read_at_once(house, issued, monkeypatch):
    """All of them are on it, each once."""
    actor, certificate = issued
    monkeypatch.setattr(crls, "_PART", 2)
    all_of_them = [certificate, *[await house.issue(actor) for _ in range(3)]]
    for one in all_of_them:
        await house.certificates.revoke_by_account(actor, der(one), 4)
    assert await on(house, "issuing") == {one.serial for one in all_of_them}
