"""Years of a CA: what is over goes when the settings say so, and nothing else; the audit log holds all the while."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from msgspec.structs import replace
from structlog.testing import capture_logs

from tegata.acme import ari
from tegata.ca.api.shared_nonces import LIFE, SharedNonces
from tegata.ca.errors import AlreadyReplaced, AuditBroken, BadNonce
from tegata.ca.model import NEVER, PRUNED, Job
from tegata.ca.policy import baseline
from tegata.ca.policy.certificates import Reason
from tegata.ca.ports import Work
from tegata.ca.services import auditing
from tegata.ca.services import housekeeping as services_housekeeping
from tegata.ca.services.auditing import AuditService
from tegata.ca.services.housekeeping import HousekeepingService
from tegata.ca.services.revocation import COMPROMISED_KEY
from tegata.ca.settings import Policy, Retention
from tegata.ca.store import audit
from tests.ca.services.house import DAY, HOUR, SECOND, leaf

pytestmark = pytest.mark.anyio


@pytest.fixture
def housekeeping(house, monkeypatch):
    """Of a CA that has served all the while."""

    async def has_between(since, until):
        return since < until

    monkeypatch.setattr(house.store.audit, "has_between", has_between)
    return HousekeepingService(
        store=house.store, retention=Retention(abandoned_days=30, evidence_days=400), clock=house.clock
    )


async def cleaned(housekeeping):
    """What was dropped, but the buckets of rate limits, which are full again after a while."""
    dropped = await housekeeping.clean()
    dropped.pop("limits", None)
    return dropped


async def test_the_life_of_what_was_issued_and_of_what_was_not(house, housekeeping):
    """B-94: an abandoned order goes 30 days after its end, a certificate with order and proofs 400 days after its."""
    actor = await house.register(await house.sell())
    issued = await house.issue(actor)
    abandoned = await house.order(actor, "www.example.com")
    house.clock.advance(37 * DAY)
    assert await cleaned(housekeeping) == {}
    house.clock.advance(DAY)
    dropped = await cleaned(housekeeping)
    assert dropped["orders"] == 1
    assert await house.store.orders.get(abandoned.order.id) is None
    house.clock.advance(90 * DAY + 360 * DAY)
    assert await cleaned(housekeeping) == {}
    assert await house.certificates.show(issued.serial) == issued
    house.clock.advance(13 * DAY)
    assert await cleaned(housekeeping) == {"certificates": 1, "orders": 1, "authorizations": 1}
    assert await house.issued() == []
    assert await cleaned(housekeeping) == {}
    assert (await house.again(actor)).account == actor.account


async def test_work_that_waited_out_a_long_outage_is_done(house, housekeeping):
    """A-94: what was issued while its key was blocked goes whenever somebody comes to it: no work is dropped."""
    actor = await house.register(await house.sell())
    issued = await house.issue(actor)
    work = Work()
    house.store.blocked_keys.block(work, issued.spki_digest, house.clock(), "operator")
    sweep = Job(id="sweep", kind=COMPROMISED_KEY, subject=issued.spki_digest.hex(), run_at=house.clock())
    house.store.jobs.add(work, sweep)
    await house.store.commit(work)
    house.clock.advance(40 * DAY)
    await housekeeping.clean()
    await house.work()
    assert (await house.certificates.show(issued.serial)).reason == Reason.KEY_COMPROMISE


async def test_a_clock_that_leaps_ahead_ends_no_evidence(house, monkeypatch):
    """B-94: it must have gone on for days, which the log shows; so after years in which nobody served, too."""
    monkeypatch.setattr(audit, "_now", house.clock)
    housekeeping = HousekeepingService(store=house.store, retention=Retention(), clock=house.clock)
    log = AuditService(house.store)
    actor = await house.register(await house.sell())
    issued = await house.issue(actor)
    await house.order(actor, "www.example.com")
    await log.bind()
    with capture_logs() as entries:
        assert await cleaned(housekeeping) == {}
        house.clock.advance(10_000 * DAY)
        await log.started("node", {})
        await log.bind()
        for _ in range(2):
            assert await cleaned(housekeeping) == {}
    assert await house.issued() == [issued]
    assert [entry["event"] for entry in entries] == ["housekeeping.waits"]
    house.clock.advance(3 * DAY)
    assert await cleaned(housekeeping) == {"certificates": 1, "orders": 2, "authorizations": 1, "links": 1}


async def test_work_that_a_wrong_clock_has_put_off_is_done(house, housekeeping):
    """S-33: a machine's clock was hours ahead until it was set, and whoever leased work by it has died."""
    house.clock.advance(9 * HOUR)
    work = Work()
    waits = Job(id="waits", kind="kind", subject="waits", run_at=house.clock())
    house.store.jobs.add(work, waits)
    until = house.clock() + 10 * SECOND
    house.store.jobs.add(work, replace(waits, id="leased", subject="leased", leased_until=until, owner="dead"))
    house.store.jobs.add(work, Job(id="never", kind="kind", subject="never", run_at=NEVER))
    house.clock.advance(-9 * HOUR)
    house.store.jobs.add(work, Job(id="later", kind="kind", subject="later", run_at=house.clock() + HOUR))
    await house.store.commit(work)
    await housekeeping.clean()
    due = await house.store.jobs.claim("us", house.clock(), house.clock() + HOUR, 10)
    assert {job.id for job in due} == {"waits", "leased"}


async def test_a_certificate_can_be_replaced_still_once_old_orders_for_it_are_gone(house, housekeeping):
    """X-17: numbers go on where orders that came to nothing were dropped, and the last one counts as before."""
    actor = await house.register(await house.sell())
    cert_id = ari.cert_id(leaf(await house.issue(actor)))
    for pause in (20 * DAY, 10 * DAY, 10 * DAY):
        vain = await house.order(actor, replaces=cert_id)
        await house.orders.deactivate(actor, vain.order.authorization_ids[0])
        house.clock.advance(pause)
    assert (await housekeeping.clean())["orders"] == 1
    wanted = await house.order(actor, replaces=cert_id)
    stored = await house.store.orders.get(wanted.order.id)
    assert (stored.replaces, stored.replacement) == (cert_id, 3)
    with pytest.raises(AlreadyReplaced):
        await house.order(actor, replaces=cert_id)


async def test_a_spent_nonce_is_remembered_by_every_clock(house, housekeeping):
    """A-17: on a node whose clock is behind the one that cleans it is refused as a replay still."""
    behind = SharedNonces(house.store, b"k" * 32, lambda: house.clock() - timedelta(minutes=1))
    nonce = behind.issue()
    await behind.spend(nonce)
    house.clock.advance(LIFE - timedelta(seconds=30))
    assert await cleaned(housekeeping) == {}
    with pytest.raises(BadNonce):
        await behind.spend(nonce)
    house.clock.advance(HOUR)
    assert await cleaned(housekeeping) == {"nonces": 1}


async def test_spent_nonces_are_bounded(house, housekeeping, monkeypatch):
    """A-17, A-18: the last of them are remembered; what is older than these is refused, spent or not."""
    monkeypatch.setattr(services_housekeeping, "MOST_NONCES", 2)
    nonces = SharedNonces(house.store, b"k" * 32, house.clock)
    issued = []
    for _ in range(5):
        issued.append(nonces.issue())
        house.clock.advance(timedelta(seconds=1))
    for spent in (issued[0], issued[2], issued[4], issued[3]):
        await nonces.spend(spent)
    assert await cleaned(housekeeping) == {"nonces": 1}
    for refused in (*issued[:3], *issued[3:]):
        with pytest.raises(BadNonce):
            await nonces.spend(refused)
    assert await cleaned(housekeeping) == {}
    fresh = nonces.issue()
    await nonces.spend(fresh)
    assert await cleaned(housekeeping) == {"nonces": 1}
    with pytest.raises(BadNonce):
        await nonces.spend(fresh)


async def test_nothing_that_lives_is_touched(house, housekeeping):
    """A day's work, cleaned at once and an hour later."""
    actor = await house.register(await house.sell())
    issued = await house.issue(actor)
    pending = await house.order(actor, "www.example.com")
    for _ in range(2):
        assert await cleaned(housekeeping) == {}
        house.clock.advance(HOUR)
    assert await house.certificates.show(issued.serial) == issued
    assert (await house.orders.get(actor, pending.order.id)).order == pending.order


async def test_more_than_one_unit_takes(house, housekeeping, monkeypatch):
    """All of it goes, a few at a time."""
    monkeypatch.setattr("tegata.ca.services.housekeeping.MOST", 2)
    actor = await house.register(await house.sell(".example.com"))
    for number in range(5):
        await house.order(actor, f"n{number}.example.com")
    house.clock.advance(40 * DAY)
    assert await cleaned(housekeeping) == {"orders": 5, "authorizations": 5}


async def test_the_audit_log_grows_no_older_than_that(house, housekeeping, monkeypatch):
    """The oldest links go with their events; the rest is checked from there on, and says that some went."""
    monkeypatch.setattr(auditing, "MOST_EVENTS", 2)
    audit = AuditService(house.store)
    await house.register(await house.sell())
    await audit.bind()
    before = await audit.verify()
    assert before.links > 1
    house.clock.advance(36_500 * DAY)  # events carry the system's time, whatever the house's clock says
    assert await cleaned(housekeeping) == {"links": before.links - 1}
    after = await audit.verify(before.head)
    assert after.links == 1
    await audit.bind()
    assert (await audit.verify()).unbound == 0
    [pruned] = await house.store.audit.of_subject(str(before.links - 1))
    assert pruned.kind == "audit.pruned"


async def test_the_log_stays_a_life_longer_than_what_it_tells_of(house, housekeeping):
    """B-94: What a certificate was issued by was written down up to 400 days before its end."""
    audit = AuditService(house.store)
    for name in ("www.example.com", "other.example.com"):
        await house.sell(name)
        await audit.bind()
    house.clock.now = datetime.now(UTC) + 799 * DAY
    assert "links" not in await housekeeping.clean()
    house.clock.advance(2 * DAY)
    assert (await housekeeping.clean())["links"] == 1


async def test_the_log_stays_longer_than_proofs_serve(house, housekeeping):
    """B-94: A certificate may be issued by a proof that was seen weeks before it."""
    housekeeping._reuse = 30 * DAY
    await house.sell()
    await AuditService(house.store).bind()
    await house.sell("other.example.com")
    await AuditService(house.store).bind()
    house.clock.now = datetime.now(UTC) + 829 * DAY
    assert "links" not in await housekeeping.clean()
    house.clock.advance(2 * DAY)
    assert (await housekeeping.clean())["links"] == 1


async def test_what_a_publicly_trusted_cas_key_did_stays_longer_than_the_key(house, housekeeping, monkeypatch):
    """B-94, BR 5.4.3: CRLs and responders are told of for two years more than their issuing CA lives."""
    monkeypatch.setattr(audit, "_now", house.clock)
    log, ends = AuditService(house.store), house.authority.certificate.not_valid_after_utc
    for number in ("1", "2"):
        work = Work()
        house.store.audit.note(work, "crl.published", number, {})
        await house.store.commit(work)
        await log.bind()
    for at, policy, dropped in (
        (ends + 731 * DAY, Policy(public=True), None),
        (ends + 731 * DAY + SECOND, Policy(public=True), 1),
    ):
        housekeeping._log_since = partial(baseline.log_kept_since, house.issuers.lives, policy)
        house.clock.now = at
        assert (await housekeeping.clean()).get("links") == dropped


async def test_any_other_ca_keeps_its_log_by_its_settings_alone(house):
    """B-94: it has no issuing key of which anybody else asks."""
    now, lives = house.clock.now, house.issuers.lives
    assert baseline.log_kept_since(lives, Policy(), now) == now
    assert baseline.log_kept_since(lives, Policy(public=True), now) == lives[0][0] < now


TAMPERED = {
    "a fact": "UPDATE events SET facts = '{}' WHERE link = 2",
    "the time of an event": "UPDATE events SET at = 0 WHERE link = 2",
    "a link taken out": "DELETE FROM events WHERE link = 2; DELETE FROM links WHERE number = 2",
    "the beginning taken out": "DELETE FROM events WHERE link = 1; DELETE FROM links WHERE number = 1",
}


@pytest.mark.parametrize("most", [1, 200])
@pytest.mark.parametrize("statement", TAMPERED.values(), ids=TAMPERED)
async def test_what_was_changed_in_the_audit_log_does_not_go_with_its_age(
    house, housekeeping, monkeypatch, statement, most
):
    """B-93: It is found by ``audit verify`` after house-keeping as before; everything else goes as ever."""
    monkeypatch.setattr(auditing, "MOST_EVENTS", 2)
    monkeypatch.setattr("tegata.ca.services.housekeeping.MOST", most)
    audit = AuditService(house.store)
    actor = await house.register(await house.sell())
    await house.order(actor)
    await audit.bind()
    with closing(sqlite3.connect(house.path)) as database:
        database.executescript(statement)
    house.clock.advance(36_500 * DAY)
    monkeypatch.setattr(services_housekeeping, "MOST_NONCES", 0)
    work = Work()
    house.store.nonces.spend(work, b"nonce", house.clock() + DAY)
    await house.store.commit(work)
    for _ in range(2):
        with pytest.raises(AuditBroken):
            await housekeeping.clean()
        with pytest.raises(AuditBroken):
            await audit.verify()
    assert (await house.store.audit.links_from(0, 1))[0].number in (1, 2)
    assert await house.store.housekeeping.drop_orders(house.clock(), 10) == 0, "they went before"
    assert await house.store.housekeeping.narrow_nonces(0) is None, "so were the nonces narrowed"


async def test_the_time_that_is_in_no_digest_drops_nothing(house, housekeeping):
    """B-94: Whoever sets the links' back makes the CA itself drop nothing of its log."""
    audit = AuditService(house.store)
    for name in ("www.example.com", "other.example.com"):
        await house.sell(name)
        await audit.bind()
    before = await audit.verify()
    with closing(sqlite3.connect(house.path)) as database:
        database.execute("UPDATE links SET made_at = 0")
        database.commit()
    assert await housekeeping.clean() == {}
    assert await audit.verify() == before


async def test_the_log_is_verified_while_house_keeping_drops(house, housekeeping, monkeypatch):
    """B-93: What was looked at and is gone by then is no fault."""
    monkeypatch.setattr(auditing, "MOST_EVENTS", 2)
    audit = AuditService(house.store)
    await house.register(await house.sell())
    await audit.bind()
    links = (await audit.verify()).links
    house.clock.advance(36_500 * DAY)
    read = house.store.audit.of_link

    async def of_link(number):
        monkeypatch.setattr(house.store.audit, "of_link", read)
        await housekeeping.clean()
        return await read(number)

    monkeypatch.setattr(house.store.audit, "of_link", of_link)
    assert (await audit.verify()).links == 1 < links


@pytest.mark.parametrize("statement", ["audit.of_link", "audit.links_from", "housekeeping.drop_links"])
async def test_a_node_that_lost_its_turn_drops_no_links_twice(house, housekeeping, monkeypatch, statement):
    """B-93: What another has dropped meanwhile is neither a fault, nor on record as dropped once more."""
    monkeypatch.setattr(auditing, "MOST_EVENTS", 2)
    audit = AuditService(house.store)
    for name in ("a.example.com", "b.example.com", "c.example.com"):
        await house.register(await house.sell(name))
    await audit.bind()
    before = datetime.now(UTC) + DAY
    aggregate, name = statement.split(".")
    rows = getattr(house.store, aggregate)
    do = getattr(rows, name)

    async def late(*wanted):
        monkeypatch.setattr(rows, name, do)
        if name == "links_from":
            found = await do(*wanted)
            await audit.prune(before, 2)
            return found
        await audit.prune(before, 2)
        return await do(*wanted)

    monkeypatch.setattr(rows, name, late)
    assert await audit.prune(before, 1) == 0
    [first, *_] = await house.store.audit.links_from(0, 1)
    assert first.number == 3
    assert [one.subject for one in await house.store.audit.of_kind(PRUNED)] == ["2"]
    await audit.bind()
    assert (await audit.verify()).unbound == 0


async def test_the_log_goes_some_events_at_a_time(house, housekeeping, monkeypatch):
    """However many a link has: nobody waits long for a unit of work, or for what goes before it."""
    audit = AuditService(house.store)
    for number in range(4):
        await house.sell(f"n{number}.example.com")
        await audit.bind()
    sizes = [link.events for link in await house.store.audit.links_from(0, 9)]
    before = datetime.now(UTC) + DAY
    monkeypatch.setattr(auditing, "MOST_DROPPED", sizes[0] + sizes[1])
    assert await audit.prune(before, 200) == 2
    monkeypatch.setattr(auditing, "MOST_DROPPED", 0)
    assert await audit.prune(before, 200) == 1
    assert await audit.prune(before, 200) == 0
    await audit.verify()


async def test_what_orders_keep_is_not_gone_through_every_minute(house, housekeeping, monkeypatch):
    """A part of it in a round, from where the last one ended; what led to nothing goes when its part comes."""
    monkeypatch.setattr(services_housekeeping, "MOST", 2)
    monkeypatch.setattr(services_housekeeping, "MOST_KEPT", 2)
    actor = await house.register(await house.sell(".example.com"))
    for number in range(5):
        await house.issue(actor, f"kept{number}.example.com")
    house.clock.advance(31 * DAY)
    for number in range(3):
        await house.order(actor, f"vain{number}.example.com")
    looked_at = []
    drop = house.store.housekeeping.drop_authorizations

    async def counting(*wanted):
        looked_at.append(await drop(*wanted))
        return looked_at[-1]

    monkeypatch.setattr(house.store.housekeeping, "drop_authorizations", counting)
    house.clock.advance(60 * DAY)
    rounds = []
    for _ in range(5):
        looked_at.clear()
        rounds.append((await cleaned(housekeeping)).get("authorizations", 0))
        assert sum(swept.kept for swept in looked_at) <= 3
    assert sum(rounds) == 3
    house.clock.advance(1000 * DAY)
    for _ in range(4):
        await cleaned(housekeeping)
    looked_at.clear()
    await cleaned(housekeeping)
    assert [swept.last for swept in looked_at] == [None]
