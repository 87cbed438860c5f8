"""Challenges: taken up once, looked at by a job, tried again where it may help, and what the verdict means."""

import asyncio
from hashlib import sha256

import msgspec
import pytest
from structlog.testing import capture_logs

from tegata.acme import challenges as acme_challenges
from tegata.acme import jwk
from tegata.acme.identifiers import Identifier
from tegata.acme.statuses import AuthorizationStatus, ChallengeStatus, OrderStatus
from tegata.ca.errors import AddressForbidden, CaError, ConnectionFailed, ContractSuspended, NotFound, WrongAnswer
from tegata.ca.model import Job
from tegata.ca.ports import Conflict, Question, Sighting, Verdict, Work
from tegata.ca.services.challenges import VALIDATE
from tegata.ca.settings import Validation
from tegata.pki.key_types import KeyType
from tegata.pki.keys import generate
from tests.ca.services.house import DAY, NOW, SECOND

pytestmark = pytest.mark.anyio

DOWN = Verdict(ConnectionFailed(name="www.example.com", address="192.0.2.1", port=80, reason="refused"), b'{"try":1}')
WRONG = Verdict(WrongAnswer(url="http://www.example.com/", got="<html>"), b'{"got":"<html>"}')
SEEN = Verdict(None, b'{"seen":"it"}')


@pytest.fixture
async def placed(house):
    """An account and the challenge of its order."""
    actor = await house.register(await house.sell())
    view = await house.order(actor)
    return actor, view, view.authorizations[0].authorization.challenges[0]


async def statuses(house, actor, view):
    order = await house.orders.get(actor, view.order.id)
    [authorization] = order.authorizations
    challenge, *_ = authorization.challenge_statuses.values()  # the first one is the one taken up
    return challenge, authorization.status, order.status


async def test_a_challenge_is_read(house, placed):
    """As it is, with its authorization."""
    actor, view, challenge = placed
    assert await house.challenges.get(actor, challenge.id) == (view.authorizations[0], challenge)


async def test_from_accepted_to_valid(house, placed):
    """The job looks for the key authorization; the proof is good for thirty days from then on."""
    actor, view, challenge = placed
    authorization, accepted = await house.challenges.accept(actor, challenge.id)
    assert accepted.accepted_at == NOW
    assert authorization.challenge_statuses[challenge.id] is ChallengeStatus.PROCESSING
    assert authorization.status is AuthorizationStatus.PENDING
    house.clock.advance(SECOND)
    assert await house.work() == 1
    key_authorization = acme_challenges.key_authorization(challenge.token, actor.account.thumbprint)
    assert house.network.asked == [
        Question(
            identifier=Identifier("dns", "www.example.com"),
            wildcard=False,
            challenge_type="http-01",
            token=challenge.token,
            key_authorization=key_authorization,
            account_uri=f"https://ca.example.com/acme/account/{actor.account.id}",
            former_uris=(f"https://former.example.com/acme/account/{actor.account.id}",),
        )
    ]
    assert await statuses(house, actor, view) == (
        ChallengeStatus.VALID,
        AuthorizationStatus.VALID,
        OrderStatus.READY,
    )
    authorization, valid = await house.challenges.get(actor, challenge.id)
    assert (valid.validated_at, valid.evidence) == (NOW + SECOND, SEEN.evidence)
    assert authorization.authorization.expires_at == NOW + SECOND + 30 * DAY
    assert await house.store.jobs.next_due() is None


async def test_a_record_that_stays(house):
    """No token, asked about with the account alone, a proof for one order (X-43, X-47, S-27, S-28).

    Ten days after what was seen, less the time that a signature takes (B-04).
    """
    service = house.products["ov-acme-1y"]
    house.products["ov-acme-1y"] = msgspec.structs.replace(service, challenges=("dns-persist-01",))
    actor = await house.register(await house.sell(".example.com"))
    view = await house.ready(actor, "*.example.com")
    [asked] = house.network.asked
    assert (asked.challenge_type, asked.token, asked.key_authorization) == ("dns-persist-01", "", "")
    assert (asked.identifier.value, asked.wildcard) == ("example.com", True)
    assert asked.account_uri == f"https://ca.example.com/acme/account/{actor.account.id}"
    assert view.authorizations[0].authorization.expires_at == NOW + 10 * DAY - 300 * SECOND
    assert (await house.finalize(actor, view)).status is OrderStatus.VALID
    assert (await house.order(actor, "*.example.com")).status is OrderStatus.PENDING


async def test_a_record_that_stays_is_good_no_longer_than_any_proof(house):
    """Where the settings say less than ten days (S-28)."""
    house.validation = msgspec.structs.replace(house.validation, reuse_seconds=86_400)
    await house.restart()
    service = house.products["ov-acme-1y"]
    house.products["ov-acme-1y"] = msgspec.structs.replace(service, challenges=("dns-persist-01",))
    actor = await house.register(await house.sell())
    view = await house.ready(actor)
    assert view.authorizations[0].authorization.expires_at == NOW + DAY


async def test_nothing_is_taken_up_outside_the_contract(house, placed):
    """The CA looks at no name for a contract that is suspended; resumed, the same challenge goes on."""
    actor, _, challenge = placed
    await house.contracts.suspend(actor.contract.id)
    with pytest.raises(ContractSuspended):
        await house.challenges.accept(await house.accounts.named(actor.account.id), challenge.id)
    assert await house.work() == 0
    await house.contracts.resume(actor.contract.id)
    await house.challenges.accept(await house.accounts.named(actor.account.id), challenge.id)
    assert await house.work() == 1


async def test_a_record_that_stays_for_some_days(house):
    """X-44: it is looked for under every key that the account has had. X-46: nothing is issued by it after its end."""
    service = house.products["ov-acme-1y"]
    house.products["ov-acme-1y"] = msgspec.structs.replace(service, challenges=("dns-persist-01",))
    actor = await house.register(await house.sell())
    former = actor.account.thumbprint
    actor = await house.accounts.change_key(actor, jwk.from_public(generate(KeyType.EC256).public_key()))
    until = NOW + 3 * DAY
    house.network.verdicts = [Verdict(None, b"{}", until=until)] * 2
    view = await house.ready(actor)
    [asked] = house.network.asked
    assert asked.thumbprints == (actor.account.thumbprint, former)
    assert asked.hash_prefixes[0] == "https://ca.example.com/acme/account-hash/"
    assert view.authorizations[0].authorization.expires_at == until
    in_time = await house.ready(actor)
    house.clock.advance(3 * DAY - SECOND)
    assert (await house.finalize(actor, in_time)).status is OrderStatus.VALID
    house.clock.advance(SECOND)
    with pytest.raises(CaError):
        await house.finalize(actor, view)


async def test_accepting_again_changes_nothing(house, placed):
    """While it is looked at, and when it is decided (A-60)."""
    actor, _, challenge = placed
    first = await house.challenges.accept(actor, challenge.id)
    house.clock.advance(SECOND)
    assert await house.challenges.accept(actor, challenge.id) == first
    assert await house.work() == 1
    decided = await house.challenges.get(actor, challenge.id)
    assert await house.challenges.accept(actor, challenge.id) == decided
    assert await house.work() == 0


async def test_many_that_accept_at_once_start_one_validation(house, placed):
    """A-59."""
    actor, _, challenge = placed
    await asyncio.gather(*(house.challenges.accept(actor, challenge.id) for _ in range(8)))
    assert await house.work() == 1
    assert len(house.network.asked) == 1


async def test_an_expired_authorization_takes_nothing_up(house, placed):
    """It is given as it is."""
    actor, _, challenge = placed
    house.clock.advance(7 * DAY)
    authorization, untouched = await house.challenges.accept(actor, challenge.id)
    assert authorization.status is AuthorizationStatus.EXPIRED
    assert untouched == challenge
    assert await house.work() == 0


async def test_validations_of_a_contract_have_a_lane(house, placed):
    """Its servers that never answer hold up nobody else's (S-30)."""
    actor, _, challenge = placed
    await house.challenges.accept(actor, challenge.id)
    [job] = await house.store.jobs.claim("test", house.clock(), house.clock() + SECOND, 10)
    assert job.lane == actor.contract.id


async def test_foreign_challenges_are_not_there(house, placed):
    """Another account's and missing ones alike (A-49)."""
    actor, _, challenge = placed
    other = await house.register(await house.sell("www.example.org"))
    for who, which in ((other, challenge.id), (actor, "missing")):
        for ask in (house.challenges.get, house.challenges.accept):
            with pytest.raises(NotFound):
                await ask(who, which)


async def test_a_wrong_answer_decides_at_once(house, placed):
    """What the other side answered is its answer: told with a reference number, kept with what was seen (A-57)."""
    actor, view, challenge = placed
    house.network.verdicts = [WRONG]
    await house.challenges.accept(actor, challenge.id)
    with capture_logs() as logs:
        await house.work()
    assert await statuses(house, actor, view) == (
        ChallengeStatus.INVALID,
        AuthorizationStatus.INVALID,
        OrderStatus.INVALID,
    )
    _, failed = await house.challenges.get(actor, challenge.id)
    assert (failed.failed_at, failed.evidence) == (NOW, WRONG.evidence)
    assert failed.fault.code == "validation.answer"
    assert failed.fault.facts == {"url": "http://www.example.com/", "got": "<html>"}
    assert failed.fault.reference.startswith("T-")
    [entry] = logs
    assert (entry["event"], entry["reference"]) == ("validation.failed", failed.fault.reference)
    assert (entry["code"], entry["account"]) == ("validation.answer", actor.account.id)
    assert challenge.token not in str(entry)
    assert await house.store.jobs.next_due() is None


async def test_what_may_pass_is_tried_again(house, placed):
    """After one second, then two; a success in between is a success (A-61)."""
    actor, view, challenge = placed
    house.network.verdicts = [DOWN, DOWN, SEEN]
    await house.challenges.accept(actor, challenge.id)
    assert await house.work() == 1
    assert await house.store.jobs.next_due() == NOW + SECOND
    assert (await statuses(house, actor, view))[0] is ChallengeStatus.PROCESSING
    house.clock.advance(SECOND)
    assert await house.work() == 1
    assert await house.store.jobs.next_due() == NOW + 3 * SECOND
    house.clock.advance(2 * SECOND)
    assert await house.work() == 1
    assert (await statuses(house, actor, view))[2] is OrderStatus.READY


async def test_every_attempt_is_on_record(house, placed):
    """What other places saw, and what the CA saw itself where the challenge does not keep it (B-45)."""
    actor, _, challenge = placed
    elsewhere = (Sighting("paris", "RIPE", None, b"{}"),)
    house.network.verdicts = [DOWN._replace(sightings=elsewhere), SEEN._replace(sightings=elsewhere)]
    await house.challenges.accept(actor, challenge.id)
    await house.work()
    house.clock.advance(SECOND)
    await house.work()
    seen = await house.store.observations.of_challenge(challenge.id)
    assert [(one.perspective, one.error) for one in seen] == [
        ("", "validation.connection"),
        ("paris", None),
        ("paris", None),
    ]


async def test_no_place_s_word_is_changed_later(house, placed):
    """The audit log has every attempt: of which name, by which method, what came of it where, and digests (B-93)."""
    actor, _, challenge = placed
    places = (
        Sighting("paris", "RIPE", None, b"{}"),
        Sighting("osaka", "APNIC", "perspective.silent", b'{"reason":"x"}'),
    )
    house.network.verdicts = [DOWN._replace(sightings=places), SEEN._replace(sightings=places)]
    await house.challenges.accept(actor, challenge.id)
    await house.work()
    house.clock.advance(SECOND)
    await house.work()
    tried, passed = await house.store.audit.of_subject(challenge.id)
    assert (tried.kind, passed.kind) == ("challenge.tried", "challenge.passed")
    seen = {
        "name": "www.example.com",
        "method": challenge.type,
        "agree": "1/2",
        "at paris": f"agreed {sha256(b'{}').hexdigest()}",
        "at osaka": f"perspective.silent {sha256(places[1].evidence).hexdigest()}",
    }
    assert passed.facts == seen | {"evidence": sha256(SEEN.evidence).hexdigest()}
    own = {"evidence": sha256(DOWN.evidence).hexdigest(), "code": "validation.connection"}
    assert tried.facts == seen | own


async def test_what_does_not_pass_is_a_verdict(house, placed):
    """After as many attempts as the settings say."""
    actor, view, challenge = placed
    house.network.verdicts = [DOWN] * 5
    await house.challenges.accept(actor, challenge.id)
    for _ in range(3):
        assert await house.work() == 1
        house.clock.advance(4 * SECOND)
    assert len(house.network.asked) == 3
    assert (await statuses(house, actor, view))[0] is ChallengeStatus.INVALID


async def test_many_attempts_come_within_hours(house):
    """The pauses between them double, and not for ever: of twenty the last would come after a week."""
    house.validation = Validation(attempts=20)
    house.open()
    actor = await house.register(await house.sell())
    view = await house.order(actor)
    house.network.verdicts = [DOWN] * 20
    await house.challenges.accept(actor, view.authorizations[0].authorization.challenges[0].id)
    for _ in range(20):
        assert await house.work() == 1
        house.clock.advance(600 * SECOND)
    assert await house.store.jobs.next_due() is None


async def test_where_the_ca_may_not_look_it_does_not_look_twice(house, placed):
    """A forbidden address is no passing fault."""
    actor, view, challenge = placed
    house.network.verdicts = [Verdict(AddressForbidden(name="www.example.com", address="10.0.0.1"), b"{}")]
    await house.challenges.accept(actor, challenge.id)
    await house.work()
    assert (await statuses(house, actor, view))[0] is ChallengeStatus.INVALID


async def test_a_ca_that_cannot_look_gives_up(house, placed):
    """The job is tried again by the runner; at last the customer is told that it is not their fault."""
    actor, _, challenge = placed
    house.network.verdicts = [RuntimeError("broken")] * 10
    await house.challenges.accept(actor, challenge.id)
    [job] = await house.store.jobs.claim("test", NOW, NOW + SECOND, 10)
    for attempts in (0, 7):
        with pytest.raises(RuntimeError):
            await house.challenges.validate(msgspec.structs.replace(job, attempts=attempts))
    await house.challenges.validate(msgspec.structs.replace(job, attempts=8))
    _, failed = await house.challenges.get(actor, challenge.id)
    assert (failed.fault.code, failed.fault.facts) == ("validation.abandoned", {"name": "www.example.com"})
    assert len(house.network.asked) == 2


async def test_a_restart_loses_nothing(house, placed):
    """The work is a row: another process does it when the lease of the dead one has ended."""
    actor, view, challenge = placed
    await house.challenges.accept(actor, challenge.id)
    assert len(await house.store.jobs.claim("dead", NOW, NOW + 10 * SECOND, 10)) == 1
    await house.restart()
    assert await house.work() == 0
    house.clock.advance(10 * SECOND)
    assert await house.work() == 1
    assert (await statuses(house, actor, view))[2] is OrderStatus.READY


async def test_a_verdict_after_the_lease_was_lost(house, placed):
    """It is not recorded; whoever holds the lease decides."""
    actor, view, challenge = placed
    await house.challenges.accept(actor, challenge.id)
    [late] = await house.store.jobs.claim("late", NOW, NOW + SECOND, 10)
    house.clock.advance(SECOND)
    [job] = await house.store.jobs.claim("next", house.clock(), house.clock() + SECOND, 10)
    with pytest.raises(Conflict):
        await house.challenges.validate(late)
    assert (await statuses(house, actor, view))[0] is ChallengeStatus.PROCESSING
    await house.challenges.validate(job)
    assert (await statuses(house, actor, view))[0] is ChallengeStatus.VALID


async def test_a_verdict_that_could_not_be_stored(house, placed, monkeypatch):
    """It is looked for again: the job stays, as long as the verdict is wanted."""
    actor, view, challenge = placed
    await house.challenges.accept(actor, challenge.id)
    [job] = await house.store.jobs.claim("test", NOW, NOW + SECOND, 10)
    commit = house.store.commit

    async def refuse(work):
        monkeypatch.setattr(house.store, "commit", commit)
        raise Conflict("observations.insert")

    monkeypatch.setattr(house.store, "commit", refuse)
    with pytest.raises(Conflict):
        await house.challenges.validate(job)
    house.clock.advance(SECOND)
    assert await house.work() == 1
    assert (await statuses(house, actor, view))[2] is OrderStatus.READY


async def test_a_verdict_for_an_authorization_that_expired_meanwhile(house, placed):
    """It is too late: an expired authorization is not brought back by looking at it."""
    actor, view, challenge = placed
    await house.challenges.accept(actor, challenge.id)
    house.network.meanwhile = lambda: house.clock.advance(7 * DAY)
    await house.work()
    assert await statuses(house, actor, view) == (
        ChallengeStatus.PROCESSING,
        AuthorizationStatus.EXPIRED,
        OrderStatus.INVALID,
    )
    assert await house.store.jobs.next_due() is None


async def test_a_job_that_has_nothing_to_do(house, placed):
    """An expired authorization is not looked at, nor one that is not there any more; the job ends."""
    actor, _, challenge = placed
    await house.challenges.accept(actor, challenge.id)
    work = Work()
    house.store.jobs.add(work, Job(id="gone", kind=VALIDATE, subject="gone", run_at=NOW))
    await house.store.commit(work)
    house.clock.advance(7 * DAY)
    assert await house.work() == 2
    assert house.network.asked == []
    assert await house.store.jobs.next_due() is None


async def test_a_key_changed_while_the_ca_looks(house, placed):
    """What was found proves nothing for the new key: the CA looks again, for what the new key expects (A-45)."""
    actor, view, challenge = placed
    await house.challenges.accept(actor, challenge.id)
    new = jwk.from_public(generate(KeyType.EC256).public_key())

    async def check(question):
        house.network.asked.append(question)
        if len(house.network.asked) == 1:
            await house.accounts.change_key(actor, new)
        return SEEN

    house.network.check = check
    await house.work()
    assert (await statuses(house, actor, view))[0] is ChallengeStatus.PROCESSING
    await house.work()
    assert (await statuses(house, actor, view))[2] is OrderStatus.READY
    assert [asked.key_authorization.partition(".")[2] for asked in house.network.asked] == [
        actor.account.thumbprint,
        jwk.thumbprint(new),
    ]


@pytest.mark.parametrize(
    ("first", "second", "decided", "ordered"),
    [
        (SEEN, WRONG, AuthorizationStatus.VALID, OrderStatus.READY),
        (WRONG, SEEN, AuthorizationStatus.INVALID, OrderStatus.INVALID),
    ],
)
async def test_two_challenges_of_one_authorization(house, first, second, decided, ordered):
    """The first verdict decides it: what is valid does not fail any more, nor the other way round (A-54, A-57)."""
    service = house.products["ov-acme-1y"]
    house.products["ov-acme-1y"] = msgspec.structs.replace(service, challenges=("http-01", "dns-01"))
    actor = await house.register(await house.sell())
    view = await house.order(actor)
    authorization = view.authorizations[0].authorization
    for challenge in authorization.challenges:
        await house.challenges.accept(actor, challenge.id)
    jobs = {job.subject: job for job in await house.store.jobs.claim("us", NOW, NOW + 10 * SECOND, 10)}
    slow, quick = (jobs[challenge.id] for challenge in authorization.challenges)

    async def check(question):
        if question.challenge_type == "dns-01":
            return first
        await house.challenges.validate(quick)
        return second

    house.network.check = check
    await house.challenges.validate(slow)
    order = await house.orders.get(actor, view.order.id)
    [found] = order.authorizations
    assert (found.status, order.status) == (decided, ordered)
    assert found.challenge_statuses[authorization.challenges[0].id] is ChallengeStatus.PROCESSING
    assert await house.store.jobs.next_due() is None


async def test_an_account_that_gives_itself_up_while_the_ca_looks(house, placed):
    """It gets no verdict, neither then nor from a job that finds it gone (A-47)."""
    actor, view, challenge = placed
    await house.challenges.accept(actor, challenge.id)
    [job] = await house.store.jobs.claim("test", NOW, NOW + 10 * SECOND, 10)

    async def check(question):
        house.network.asked.append(question)
        await house.accounts.deactivate(actor)
        return SEEN

    house.network.check = check
    await house.challenges.validate(job)
    assert await statuses(house, actor, view) == (
        ChallengeStatus.PROCESSING,
        AuthorizationStatus.PENDING,
        OrderStatus.INVALID,
    )
    assert await house.store.jobs.next_due() is None
    work = Work()
    house.store.jobs.add(work, msgspec.structs.replace(job, owner=None, leased_until=None))
    await house.store.commit(work)
    assert await house.work() == 1
    assert len(house.network.asked) == 1


async def test_given_up_while_the_ca_looks(house, placed):
    """A verdict on an authorization that its account gave up meanwhile is not recorded (A-63)."""
    actor, view, challenge = placed
    await house.challenges.accept(actor, challenge.id)

    async def check(*_):
        await house.orders.deactivate(actor, challenge.authorization_id)
        return WRONG

    house.network.check = check
    await house.work()
    assert await statuses(house, actor, view) == (
        ChallengeStatus.PROCESSING,
        AuthorizationStatus.DEACTIVATED,
        OrderStatus.INVALID,
    )
    assert await house.work() == 0
