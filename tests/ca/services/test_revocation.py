"""A compromised key: its other certificates, and what is asked for with it afterwards (A-94)."""

import pytest
from cryptography import x509

from tegata.acme import jwk
from tegata.acme.identifiers import Identifier
from tegata.ca.errors import AlreadyRevoked, BadCertificateRequest, Refused, UnsuitableAccountKey
from tegata.ca.policy.certificates import Reason
from tegata.ca.ports import Conflict, Revocable, Work
from tegata.ca.services import revocation
from tegata.ca.services.crls import CRL
from tegata.pki.key_types import KeyType
from tegata.pki.keys import generate, spki_digest
from tests.ca.services.house import CERTIFICATE_KEY, DAY, HOUR, NOW, SECOND, Killed, der

pytestmark = pytest.mark.anyio

DIGEST = spki_digest(CERTIFICATE_KEY.public_key())
MINUTE = HOUR / 60


async def reasons(house):
    return {one.names[0]: one.reason for one in await house.issued()}


@pytest.fixture
async def sold(house):
    """Two customers whose certificates have one key."""
    one = await house.register(await house.sell("www.example.com", ".example.net"))
    other = await house.register(await house.sell("www.example.org"))
    return one, other


async def test_all_certificates_of_the_key_go(house, sold):
    """The other customer's too, and one that was revoked for a lesser reason; an expired one stays as it was (A-94)."""
    one, other = sold
    await house.issue(one, "old.example.net")
    house.clock.advance(90 * DAY)
    lesser = await house.issue(one, "b.example.net")
    await house.certificates.revoke_by_account(one, der(lesser), 4)
    named = await house.issue(one, "a.example.net")
    await house.issue(other, "www.example.org")
    await house.certificates.revoke_by_key(CERTIFICATE_KEY.public_key(), der(named), 1)
    found = await reasons(house)
    assert found == {"old.example.net": None, "b.example.net": 1, "a.example.net": 1, "www.example.org": 1}
    left = await house.store.jobs.claim("test", house.clock() + MINUTE, house.clock() + HOUR, 10)
    assert [job.kind for job in left] == ["compromised-key"], "one CRL had them all"
    (blocked,) = await house.certificates.blocked_keys()
    assert (blocked.spki_digest, blocked.cause) == (DIGEST, "the certificate's key")


async def test_an_accounts_word_is_no_proof(house, sold):
    """It counts for the account's own certificates: another's stay, and the key is good for others (A-94)."""
    one, other = sold
    lesser = await house.issue(one, "b.example.net")
    await house.certificates.revoke_by_account(one, der(lesser), 4)
    named = await house.issue(one, "a.example.net")
    await house.issue(one, "c.example.net")
    await house.issue(other, "www.example.org")
    await house.certificates.revoke_by_account(one, der(named), 1)
    found = await reasons(house)
    assert found == {"b.example.net": 4, "a.example.net": 1, "c.example.net": 1, "www.example.org": None}
    assert await house.certificates.blocked_keys() == []
    await house.issue(other, "www.example.org")


async def test_an_account_gets_nothing_for_the_key_that_it_gave_up(house, sold):
    """By its own word the key is compromised; the order stays ready for another (BR 6.1.1.3, A-94)."""
    one, _ = sold
    await house.certificates.revoke_by_account(one, der(await house.issue(one, "a.example.net")), 1)
    view = await house.ready(one, "a.example.net")
    with pytest.raises(BadCertificateRequest) as refusal:
        await house.finalize(one, view)
    assert refusal.value.facts["reason"] == "its key is known to be compromised"
    assert (await house.finalize(one, view, generate(KeyType.RSA2048))).order.serial is not None


async def test_what_is_issued_for_a_key_while_it_is_given_up_goes_too(house, sold, monkeypatch):
    """Nothing forbids it yet when the account's certificates are looked for; it goes a minute later, alone (A-94)."""
    one, other = sold
    await house.issue(other, "www.example.org")
    named = await house.issue(one, "a.example.net")
    ready = await house.ready(one, "b.example.net")
    read = house.store.certificates.of_key

    async def of_key(digest):
        monkeypatch.setattr(house.store.certificates, "of_key", read)
        found = await read(digest)
        await house.finalize(one, ready)
        return found

    monkeypatch.setattr(house.store.certificates, "of_key", of_key)
    await house.certificates.revoke_by_account(one, der(named), 1)
    house.clock.advance(MINUTE)
    assert await house.work() == 1
    assert await reasons(house) == {"www.example.org": None, "a.example.net": 1, "b.example.net": 1}
    assert await house.work() == 0, "its CRL is published"


async def test_a_word_that_came_too_late_gives_up_no_key(house, sold, monkeypatch):
    """Another was quicker, for another reason: what the account has for the key afterwards stays (A-94)."""
    one, _ = sold
    named = await house.issue(one, "a.example.net")
    read = house.store.certificates.of_key

    async def of_key(digest):
        monkeypatch.setattr(house.store.certificates, "of_key", read)
        await house.certificates.revoke_by_operator(named.serial, 4)
        return await read(digest)

    monkeypatch.setattr(house.store.certificates, "of_key", of_key)
    with pytest.raises(AlreadyRevoked):
        await house.certificates.revoke_by_account(one, der(named), 1)
    await house.issue(one, "b.example.net")
    house.clock.advance(MINUTE)
    assert await house.work() == 1
    assert await reasons(house) == {"a.example.net": 4, "b.example.net": None}


async def test_what_was_being_signed_for_a_key_given_up_is_not_finished(house, sold):
    """As for a blocked key (A-84)."""
    one, _ = sold
    named = await house.issue(one, "a.example.net")
    house.signer.before = OSError("down")
    view = await house.finalize(one, await house.ready(one, "b.example.net"))
    await house.certificates.revoke_by_account(one, der(named), 1)
    house.signer.before = None
    house.clock.advance(MINUTE)
    await house.work()
    ended = await house.orders.get(one, view.order.id)
    assert (ended.status, ended.order.fault.code) == ("invalid", "issuance.failed")


async def test_an_expired_certificate_names_its_key_too(house, sold):
    """Whoever has the key may show it by any certificate of it."""
    one, _ = sold
    old = await house.issue(one, "old.example.net")
    house.clock.advance(100 * DAY)
    await house.issue(one, "a.example.net")
    await house.certificates.revoke_by_key(CERTIFICATE_KEY.public_key(), der(old), 1)
    assert await reasons(house) == {"old.example.net": 1, "a.example.net": 1}


async def test_nothing_is_issued_for_it_any_more(house, sold):
    """The order stays ready for another key (A-94)."""
    one, _ = sold
    await house.certificates.block_key(DIGEST, 0)
    view = await house.ready(one, "a.example.net")
    with pytest.raises(BadCertificateRequest) as refusal:
        await house.finalize(one, view)
    assert refusal.value.facts["reason"] == "its key is known to be compromised"
    assert (await house.finalize(one, view, generate(KeyType.RSA2048))).order.serial is not None


async def test_an_account_that_has_it_orders_nothing_and_keeps_it(house):
    """Whoever else has the key could order what the account has proved, or take it to a key of his own (A-84, A-94)."""
    key = generate(KeyType.EC256)
    actor = await house.register(await house.sell(".example.com"), key)
    view = await house.ready(actor, "www.example.com")
    await house.certificates.block_key(spki_digest(key.public_key()), 0)
    new = jwk.from_public(generate(KeyType.EC256).public_key())
    for ask in (
        lambda: house.finalize(actor, view),
        lambda: house.order(actor, "www.example.com"),
        lambda: house.orders.authorize(actor, Identifier("dns", "other.example.com")),
        lambda: house.accounts.change_key(actor, new),
    ):
        with pytest.raises(UnsuitableAccountKey) as refusal:
            await ask()
        assert refusal.value.facts["reason"] == "it is known to be compromised"
    assert (await house.accounts.deactivate(actor)).deactivated_at is not None


async def test_it_is_no_accounts_key(house):
    """Neither a new account's nor an account's new one (A-94)."""
    added = await house.sell("www.example.com")
    key = generate(KeyType.EC256)
    actor = await house.register(added)
    await house.certificates.block_key(spki_digest(key.public_key()), 0)
    with pytest.raises(UnsuitableAccountKey):
        await house.register(added, key)
    with pytest.raises(UnsuitableAccountKey):
        await house.accounts.change_key(actor, jwk.from_public(key.public_key()))


async def test_what_was_being_signed_is_not_finished(house, sold):
    """A certificate that was intended before the key was blocked is never handed out (A-84)."""
    one, _ = sold
    house.signer.before = OSError("down")
    view = await house.finalize(one, await house.ready(one, "a.example.net"))
    await house.certificates.block_key(DIGEST, 0)
    house.signer.before = None
    house.clock.advance(MINUTE)
    await house.work()
    ended = await house.orders.get(one, view.order.id)
    assert (ended.status, ended.order.fault.code) == ("invalid", "issuance.failed")
    assert await house.issued() == []


async def test_what_slipped_through_is_swept(house, sold):
    """A certificate that was stored in the same moment is revoked by the job."""
    one, _ = sold
    await house.issue(one, "a.example.net")
    work = Work()
    house.store.blocked_keys.block(work, DIGEST, NOW, "somebody")
    await house.store.commit(work)
    await house.certificates.block_key(DIGEST, 1)
    assert await reasons(house) == {"a.example.net": 1}
    house.clock.advance(2 * MINUTE)
    await house.work()
    assert await house.store.jobs.next_due() is None


async def test_the_sweep_revokes(house, sold, monkeypatch):
    """The job alone, where nothing was found when the key was blocked."""
    one, _ = sold
    await house.issue(one, "a.example.net")
    find = house.store.certificates.of_key

    async def nothing(_):
        return []

    monkeypatch.setattr(house.store.certificates, "of_key", nothing)
    await house.certificates.block_key(DIGEST, 0)
    monkeypatch.setattr(house.store.certificates, "of_key", find)
    assert await reasons(house) == {"a.example.net": None}
    assert await house.store.jobs.next_due() == house.clock() + MINUTE, "what is being issued by then is issued"
    house.clock.advance(2 * MINUTE)
    await house.work()
    assert await reasons(house) == {"a.example.net": 1}


async def test_the_operator_counts_first(house, sold):
    """Another number than was shown is refused and nothing is done."""
    one, _ = sold
    certificate = await house.issue(one, "a.example.net")
    assert await house.certificates.of_key(DIGEST) == [Revocable.of(certificate)]
    with pytest.raises(Refused):
        await house.certificates.block_key(DIGEST, 2)
    assert await house.certificates.blocked_keys() == []
    assert [gone.serial for gone in await house.certificates.block_key(DIGEST, 1)] == [certificate.serial]
    assert await house.certificates.block_key(DIGEST, 0) == [], "again is no harm"


async def test_the_operator_learns_later_of_a_compromise(house, sold):
    """A certificate revoked for another reason becomes a compromised one, once (B-90)."""
    one, _ = sold
    certificate = await house.issue(one, "a.example.net")
    await house.certificates.revoke_by_account(one, der(certificate), 4)
    assert (await house.certificates.revoke_by_operator(certificate.serial, 1)).reason == 1
    with pytest.raises(AlreadyRevoked) as caught:
        await house.certificates.revoke_by_operator(certificate.serial, 1)
    assert caught.value.facts == {"serial": certificate.serial}


async def test_a_crl_that_cannot_be_signed_is_left_to_jobs(house, sold):
    """Revoked it is; one for each reason it had, as soon as the request's own time is over."""
    one, _ = sold
    certificate = await house.issue(one, "a.example.net")
    house.signer.before = OSError("down")
    for reason in (4, 1):
        assert (await house.certificates.revoke_by_operator(certificate.serial, reason)).reason == reason
    due = house.clock() + 5 * SECOND
    assert await house.store.jobs.next_due() == due
    jobs = await house.store.jobs.claim("test", due, due + SECOND, 10)
    assert sorted((job.kind, job.subject) for job in jobs) == [
        (CRL, f"{certificate.serial}:1"),
        (CRL, f"{certificate.serial}:4"),
    ]


async def test_a_certificate_in_its_last_second(house, sold):
    """It is in use still, and goes with its key (A-94)."""
    one, _ = sold
    certificate = await house.issue(one, "a.example.net")
    house.clock.advance(90 * DAY - SECOND)
    assert certificate.not_after == house.clock()
    assert [gone.serial for gone in await house.certificates.block_key(DIGEST, 1)] == [certificate.serial]


async def test_another_request_revokes_at_the_same_moment(house, sold, monkeypatch):
    """What was read is out of date then: it is read again, and the key is blocked all the same (A-94)."""
    one, _ = sold
    certificate = await house.issue(one, "a.example.net")
    find = house.store.certificates.of_key
    read = [await find(DIGEST)]
    await house.certificates.revoke_by_account(one, der(certificate), 4)

    async def late(digest):
        return read.pop() if read else await find(digest)

    monkeypatch.setattr(house.store.certificates, "of_key", late)
    assert (await house.certificates.revoke_by_operator(certificate.serial, 1)).reason == 1
    assert read == []
    assert [blocked.spki_digest for blocked in await house.certificates.blocked_keys()] == [DIGEST]


async def test_a_compromise_told_while_another_request_revokes(house, sold):
    """The certificate was read before the other revoked it: it becomes a compromised one, and that is the answer."""
    one, _ = sold
    read = await house.issue(one, "a.example.net")
    await house.certificates.revoke_by_account(one, der(read), 4)
    await house.certificates._revocations.revoke(read, Reason.KEY_COMPROMISE, "the certificate's key")
    assert await reasons(house) == {"a.example.net": 1}


async def test_others_revoke_at_the_same_moment_again_and_again(house, sold, monkeypatch):
    """It is an error in the end: the key is not blocked, and nobody is told that it is (A-94)."""
    one, _ = sold
    certificate = await house.issue(one, "a.example.net")
    stale = await house.store.certificates.of_key(DIGEST)
    await house.certificates.revoke_by_account(one, der(certificate), 4)
    asked = []

    async def late(digest):
        asked.append(digest)
        return stale

    monkeypatch.setattr(house.store.certificates, "of_key", late)
    with pytest.raises(Conflict):
        await house.certificates.revoke_by_operator(certificate.serial, 1)
    assert asked == [DIGEST] * 5
    assert await house.certificates.blocked_keys() == []


@pytest.fixture
async def many(house, sold, monkeypatch):
    """Seven certificates of one key, three in a unit; and the units committed since, by their statements."""
    monkeypatch.setattr(revocation, "PART", 3)
    made = [await house.issue(sold[0], f"{number}.example.net") for number in range(7)]
    units: list[list[str]] = []
    commit = house.store.commit

    async def counting(work):
        await commit(work)
        units.append([each.name for each in work.statements])

    monkeypatch.setattr(house.store, "commit", counting)
    return made, units


def published(units):
    return sum(unit.count("revocation_lists.publish") for unit in units)


@pytest.mark.parametrize("reason", [1, 4])
async def test_many_are_revoked_some_at_a_time_and_published_once(house, many, reason):
    """Not a unit and a CRL for each: a mass revocation of ten thousand is to end within its day (B-97)."""
    made, units = many
    done = await house.certificates.revoke_all_by_operator(made, reason)
    assert [(one.serial, one.reason) for one in done] == [(one.serial, reason) for one in made]
    revoking = [unit.count("certificates.revoke") for unit in units]
    assert [count for count in revoking if count] == [3, 3, 1]
    assert published(units) == 1
    await house.work()
    assert await house.store.jobs.claim("test", house.clock(), house.clock() + SECOND, 10) == []


@pytest.mark.parametrize("reason", [1, 4])
async def test_whoever_dies_while_many_are_revoked_has_done_a_part(house, many, reason, monkeypatch):
    """Jobs publish that part, and revoke the rest of a key; anything else is asked for again (B-97)."""
    made, units = many
    commit = house.store.commit

    async def dying(work):
        if len([unit for unit in units if "certificates.revoke" in unit]) == 2:
            raise Killed
        await commit(work)

    monkeypatch.setattr(house.store, "commit", dying)
    with pytest.raises(Killed):
        await house.certificates.revoke_all_by_operator(made, reason)
    await house.restart()
    assert list((await reasons(house)).values()).count(reason) == 6
    house.clock.advance(MINUTE)
    await house.work()
    crl = x509.load_der_x509_crl((await house.store.revocation_lists.latest("issuing")).der)
    assert len(crl) == (7 if reason == 1 else 6)
    await house.certificates.revoke_all_by_operator(made, reason)
    assert set((await reasons(house)).values()) == {reason}


async def test_others_are_quicker_now_and_then_while_many_are_revoked(house, many, monkeypatch):
    """It is given up where one part of them meets it again and again, not where each meets it some times."""
    made, _ = many
    commit, tries = house.store.commit, 0

    async def meeting(work):
        nonlocal tries
        if any(each.name == "certificates.revoke" for each in work.statements):
            tries += 1
            if tries % 4:
                raise Conflict("certificates.revoke")
        await commit(work)

    monkeypatch.setattr(house.store, "commit", meeting)
    await house.certificates.revoke_all_by_operator(made, 4)
    assert tries == 12
    assert set((await reasons(house)).values()) == {4}


async def test_another_revokes_some_of_many_at_the_same_moment(house, many, sold):
    """They keep the reason that they have, and the others go all the same."""
    made, _ = many
    await house.certificates.revoke_by_operator(made[1].serial, 5)
    await house.certificates.revoke_all_by_operator(made, 4)
    assert [(await house.certificates.show(one.serial)).reason for one in made] == [4, 5, 4, 4, 4, 4, 4]


async def test_what_was_revoked_before_keeps_its_reason(house, many):
    """Among many, and alone (A-92)."""
    made, _ = many
    first = await house.certificates.revoke_by_operator(made[0].serial, 5)
    done = await house.certificates.revoke_all_by_operator([first, made[1]], 4)
    assert [one.reason for one in done] == [5, 4]
    with pytest.raises(AlreadyRevoked):
        await house.certificates.revoke_by_operator(first.serial, 4)
    assert (await house.certificates.show(first.serial)).reason == 5


async def test_many_keys_are_blocked_some_at_a_time(house, sold, monkeypatch):
    """Each with what it certifies; one CRL for all (A-94, B-97)."""
    monkeypatch.setattr(revocation, "PART", 2)
    named = []
    for number in range(3):
        view = await house.ready(sold[0], f"{number}.example.net")
        serial = (await house.finalize(sold[0], view, generate(KeyType.RSA2048))).order.serial
        named.append(await house.certificates.show(serial))
    await house.certificates.revoke_all_by_operator(named, 1)
    assert set((await reasons(house)).values()) == {1}
    assert {one.spki_digest for one in await house.certificates.blocked_keys()} == {one.spki_digest for one in named}
    assert [one.number for one in (await house.store.revocation_lists.heads()).values()] == [1]
