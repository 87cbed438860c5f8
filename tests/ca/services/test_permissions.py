"""CAA before the signature: asked for again once hours have passed, and what a refusal does to the order."""

import asyncio
import json
from hashlib import sha256

import msgspec
import pytest

from tegata.acme.identifiers import Identifier
from tegata.acme.statuses import OrderStatus
from tegata.ca.api import render
from tegata.ca.errors import (
    AccountDeactivated,
    BadCertificateRequest,
    CaaForbids,
    CaaUnknown,
    ContractSuspended,
    CredentialDisabled,
    IssuanceFailed,
    OrderNotReady,
    PermissionMissing,
    TooFewPerspectives,
    TooManyFailures,
)
from tegata.ca.model import Limit, Look
from tegata.ca.ports import Verdict, Work
from tegata.ca.settings import Limits
from tegata.pki.keys import spki_digest
from tegata.text.language import Language
from tests.ca.services.house import CERTIFICATE_KEY, DAY, HOUR, SECOND, Killed

pytestmark = pytest.mark.anyio

FORBIDDEN = Verdict(
    CaaForbids(
        name="a.example.net", domain="example.net", records='0 issue ";"', reason="they do not name this CA", wanted="x"
    ),
    b'{"records":["0 issue \\";\\""]}',
)
UNKNOWN = Verdict(CaaUnknown(name="a.example.net", domain="net", reason="there was no answer in time"), b"{}")
ELSEWHERE = Verdict(TooFewPerspectives(name="a.example.net"), b"{}")


@pytest.fixture
async def ready(house):
    """An account with an order for two names, proved just now."""
    actor = await house.register(await house.sell("www.example.com", "a.example.net"))
    return actor, await house.ready(actor, "www.example.com", "a.example.net")


def challenges(view):
    return [authorization.authorization.challenges[0] for authorization in view.authorizations]


async def interrupt(house, actor, view):
    """The process dies before the signature; another one finds the order nine hours later."""
    house.signer.before = Killed()
    with pytest.raises(Killed):
        await house.finalize(actor, view)
    await house.restart()
    house.signer.before = None
    house.clock.advance(9 * HOUR)


async def test_a_permission_of_today_is_not_asked_for_again(house, ready):
    """The look that was made with the proof counts for some hours (B-40)."""
    actor, view = ready
    house.clock.advance(7 * HOUR)
    assert (await house.finalize(actor, view)).status is OrderStatus.VALID
    assert house.network.asked_caa == []


async def test_after_eight_hours_it_is_asked_for_again(house, ready):
    """For every name, with the account and the method of its proof, and recorded (B-40, X-32, S-13, A-84)."""
    actor, view = ready
    house.clock.advance(8 * HOUR)
    assert (await house.finalize(actor, view)).status is OrderStatus.VALID
    asked = {question.identifier.value: question for question in house.network.asked_caa}
    assert asked.keys() == {"www.example.com", "a.example.net"}
    for question in asked.values():
        assert question.challenge_type == "http-01"
        assert question.account_uri == f"https://ca.example.com/acme/account/{actor.account.id}"
    for challenge in challenges(view):
        [seen] = await house.store.observations.of_challenge(challenge.id)
        assert (seen.look, seen.perspective, seen.error) == (Look.CAA, "", None)
        assert seen.seen_at == house.clock()


@pytest.mark.parametrize(
    ("meanwhile", "refusal"),
    [
        (lambda house, actor, _: house.contracts.suspend(actor.contract.id), ContractSuspended),
        (lambda house, actor, _: house.credentials.disable(actor.credential.kid), CredentialDisabled),
        (lambda house, actor, _: house.accounts.deactivate(actor), AccountDeactivated),
        (lambda house, actor, view: house.orders.deactivate(actor, view.order.authorization_ids[0]), OrderNotReady),
    ],
)
async def test_what_changes_while_caa_is_looked_for(house, ready, meanwhile, refusal):
    """The look may take its time: what was in order before it is asked once more, and nothing is signed (A-84)."""
    actor, view = ready
    house.clock.advance(8 * HOUR)

    async def check_caa(question):
        if question.identifier.value == "www.example.com":
            await meanwhile(house, actor, view)
        return Verdict(None, b"{}")

    house.network.check_caa = check_caa
    with pytest.raises(refusal):
        await house.finalize(actor, view)
    assert house.signer.signed == []


async def test_an_order_that_expires_while_caa_is_looked_for(house, ready):
    """The look takes its time, and the order has ended before the signature: it is invalid (A-54, RFC 8555 §7.1.6)."""
    actor, view = ready
    house.clock.advance(7 * DAY - SECOND)
    house.network.meanwhile = lambda: house.clock.advance(SECOND)
    with pytest.raises(OrderNotReady) as caught:
        await house.finalize(actor, view)
    assert caught.value.facts == {"status": "invalid"}
    assert (await house.orders.get(actor, view.order.id)).status is OrderStatus.INVALID
    assert house.signer.signed == []


async def test_a_proof_that_is_used_again_is_judged_by_its_own_method(house):
    """Not by the first that was offered, nor by what another order was proved with (X-32)."""
    service = house.products["ov-acme-1y"]
    house.products["ov-acme-1y"] = msgspec.structs.replace(service, challenges=("http-01", "dns-01"))
    actor = await house.register(await house.sell())
    [offered] = (await house.order(actor)).authorizations
    [by_dns] = [one for one in offered.authorization.challenges if one.type == "dns-01"]
    await house.challenges.accept(actor, by_dns.id)
    await house.work()
    again = await house.order(actor)
    assert again.status is OrderStatus.READY
    house.clock.advance(8 * HOUR)
    assert (await house.finalize(actor, again)).status is OrderStatus.VALID
    assert [question.challenge_type for question in house.network.asked_caa] == ["dns-01"]


async def test_a_refusal_names_the_name_and_leaves_the_order_ready(house, ready):
    """A problem of type caa with a subproblem; mended, the same order is issued (B-40). Both are logged (B-93)."""
    actor, view = ready
    house.clock.advance(8 * HOUR)
    house.network.verdicts = [Verdict(None, b"{}"), FORBIDDEN]
    with pytest.raises(PermissionMissing) as refusal:
        await house.finalize(actor, view)
    document = render.problem(refusal.value, Language.JA, "T-7KM2Q9XZ")
    assert (document.kind, document.status) == ("caa", 403)
    [part] = document.subproblems
    assert part.identifier is not None
    assert (part.kind, part.identifier.value) == ("caa", "a.example.net")
    assert "example.net の CAA レコード" in part.detail
    [seen] = await house.store.observations.of_challenge(challenges(view)[1].id)
    assert (seen.error, seen.evidence) == ("validation.caa", FORBIDDEN.evidence), "blocked attempts are kept"
    looked = (await house.store.audit.of_subject(challenges(view)[1].id))[-1]
    assert (looked.kind, looked.facts) == (
        "caa.looked",
        {
            "name": "a.example.net",
            "method": "http-01",
            "code": "validation.caa",
            "evidence": sha256(FORBIDDEN.evidence).hexdigest(),
        },
    )
    assert (await house.orders.get(actor, view.order.id)).status is OrderStatus.READY
    house.clock.advance(SECOND)
    assert (await house.finalize(actor, view)).status is OrderStatus.VALID


async def test_a_wildcard_is_told_as_it_was_ordered(house, ready):
    """RFC 8555 §6.7.1: the subproblem's identifier is one of the order's, also where the base name is another."""
    actor, view = ready
    house.clock.advance(8 * HOUR)
    [base, _] = (one.authorization for one in view.authorizations)
    wildcard = msgspec.structs.replace(base, wildcard=True)
    house.network.verdicts = [FORBIDDEN, FORBIDDEN]
    proofs = {Identifier("dns", "www.example.com"): base, Identifier("dns", "*.www.example.com"): wildcard}
    with pytest.raises(PermissionMissing) as refusal:
        await house.issuance._check._permissions.require(actor.account, proofs)
    assert [identifier.value for identifier, _ in refusal.value.refusals] == ["www.example.com", "*.www.example.com"]


async def test_an_account_has_its_places_however_many_requests_it_sends(house, ready):
    """S-30: requests at once wait for each other's looks; none is kept waiting by another account's."""
    actor, view = ready
    views = [view, *[await house.ready(actor, "www.example.com", "a.example.net") for _ in range(9)]]
    house.clock.advance(8 * HOUR)
    under_way = most = 0

    async def check_caa(_):
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0)
        under_way -= 1
        return FORBIDDEN

    house.network.check_caa = check_caa
    refused = await asyncio.gather(*(house.finalize(actor, one) for one in views), return_exceptions=True)
    assert {type(one) for one in refused} == {PermissionMissing}
    assert most == 8


async def test_requests_at_once_for_an_order_are_one_look(house, ready):
    """S-30: all but the first of them come in vain, and cost no look and no record."""
    actor, view = ready
    house.clock.advance(8 * HOUR)
    done = await asyncio.gather(*(house.finalize(actor, view) for _ in range(20)), return_exceptions=True)
    assert [type(one) for one in done[1:]] == [OrderNotReady] * 19
    assert len(house.network.asked_caa) == 2


async def test_a_name_that_is_forbidden_too_often_is_not_looked_at(house, ready):
    """S-30: it has failed, as one that does not answer."""
    actor, view = ready
    house.clock.advance(8 * HOUR)
    for _ in range(20):
        house.network.verdicts = [Verdict(None, b"{}"), FORBIDDEN]
        with pytest.raises(PermissionMissing):
            await house.finalize(actor, view)
    asked = len(house.network.asked_caa)
    with pytest.raises(TooManyFailures) as caught:
        await house.finalize(actor, view)
    assert (caught.value.facts["name"], len(house.network.asked_caa)) == ("a.example.net", asked)
    house.clock.now = caught.value.retry_at
    assert (await house.finalize(actor, view)).status is OrderStatus.VALID


@pytest.mark.parametrize("seen", [UNKNOWN, ELSEWHERE])
async def test_a_name_of_which_nobody_can_say_is_not_looked_at_for_ever(house, ready, seen):
    """S-30: each look costs time and a record at every place; none has failed, and so none is ever paused for it."""
    house.limited = Limits(pause_after=1)
    await house.restart()
    actor, view = ready
    house.clock.advance(8 * HOUR)
    for _ in range(20):
        house.network.verdicts = [Verdict(None, b"{}"), seen]
        with pytest.raises(PermissionMissing):
            await house.finalize(actor, view)
    asked = len(house.network.asked_caa)
    with pytest.raises(TooManyFailures) as caught:
        await house.finalize(actor, view)
    assert (caught.value.facts["name"], len(house.network.asked_caa)) == ("a.example.net", asked)
    assert await house.limits.paused(actor.contract.id) == []
    [counted] = await house.store.limits.held(actor.account.id, Limit(1, HOUR), house.clock())
    assert (counted.name, counted.in_a_row) == ("a.example.net", 0)
    house.clock.now = caught.value.retry_at
    assert (await house.finalize(actor, view)).status is OrderStatus.VALID


async def test_nothing_is_looked_for_on_behalf_of_a_blocked_key(house, ready):
    """S-30: what is known to fail costs no look and no record, however often it is asked for (A-94)."""
    actor, view = ready
    house.clock.advance(8 * HOUR)
    await house.certificates.block_key(spki_digest(CERTIFICATE_KEY.public_key()), 0)
    with pytest.raises(BadCertificateRequest):
        await house.finalize(actor, view)
    assert house.network.asked_caa == []


async def test_nothing_is_looked_for_where_nothing_can_be_signed(house, ready):
    """A client asks again and again; each look costs time and a record (B-40)."""
    actor, view = ready
    house.clock.advance(9 * HOUR)
    house.revoked_issuers.append(house.authority.certificate)
    with pytest.raises(IssuanceFailed):
        await house.finalize(actor, view)
    assert house.network.asked_caa == []
    house.revoked_issuers.clear()
    assert (await house.finalize(actor, view)).status is OrderStatus.VALID
    assert len(house.network.asked_caa) == 2


async def test_what_nobody_can_say_is_no_permission(house, ready):
    """A look-up that fails is told as one of DNS (B-41)."""
    actor, view = ready
    house.clock.advance(8 * HOUR)
    house.network.verdicts = [UNKNOWN, UNKNOWN]
    with pytest.raises(PermissionMissing) as refusal:
        await house.finalize(actor, view)
    document = render.problem(refusal.value, Language.EN, "T-7KM2Q9XZ")
    assert (document.kind, len(document.subproblems)) == ("dns", 2)


async def test_an_interrupted_issuance_asks_again(house, ready):
    """Bytes that were to be signed hours ago are not signed against a record of today (B-40)."""
    actor, view = ready
    await interrupt(house, actor, view)
    house.network.verdicts = [Verdict(None, b"{}"), FORBIDDEN]
    await house.work()
    found = await house.orders.get(actor, view.order.id)
    assert found.status is OrderStatus.INVALID
    assert found.fault is not None
    assert found.fault.code == "order.caa"
    stored = render.stored(found.fault, Language.EN)
    assert stored is not None
    assert (stored.kind, stored.subproblems) == ("caa", ())
    assert "a.example.net" in stored.detail
    assert house.signer.signed == []


@pytest.mark.parametrize("seen", [[UNKNOWN, UNKNOWN], [UNKNOWN, ELSEWHERE], [ELSEWHERE, ELSEWHERE]])
async def test_a_failed_look_up_interrupts_the_issuance_only(house, ready, seen):
    """B-40: once CAA can be looked up here and from enough other places, the same bytes are signed; nothing counts."""
    actor, view = ready
    await interrupt(house, actor, view)
    house.network.verdicts = list(seen)
    with pytest.raises(PermissionMissing):
        await house.work()
    assert (await house.orders.get(actor, view.order.id)).status is OrderStatus.PROCESSING
    assert await house.store.limits.held(actor.account.id, Limit(1, HOUR), house.clock()) == []
    house.clock.advance(HOUR)
    await house.work()
    assert (await house.orders.get(actor, view.order.id)).status is OrderStatus.VALID


async def test_an_interrupted_issuance_is_no_try_of_a_name(house, ready):
    """It was let through before; what failed for other orders since is not held against it."""
    actor, view = ready
    await interrupt(house, actor, view)
    for _ in range(50):
        work = Work()
        house.limits.failed(work, actor.account.id, "a.example.net", None)
        await house.store.commit(work)
    with pytest.raises(TooManyFailures):
        await house.limits.require_free(actor.account, {"a.example.net"}, house.clock())
    await house.work()
    assert (await house.orders.get(actor, view.order.id)).status is OrderStatus.VALID


async def test_a_look_up_that_fails_for_good_ends_the_order(house, ready):
    """As with a signer that does not come back: after some attempts, with the reason (B-40)."""
    actor, view = ready
    await interrupt(house, actor, view)
    house.network.verdicts = [UNKNOWN] * 6
    [job] = await house.store.jobs.claim("test", house.clock(), house.clock() + SECOND, 10)
    with pytest.raises(PermissionMissing):
        await house.issuance.resume(msgspec.structs.replace(job, attempts=4))
    await house.issuance.resume(msgspec.structs.replace(job, attempts=5))
    found = await house.orders.get(actor, view.order.id)
    assert found.status is OrderStatus.INVALID
    assert found.fault is not None
    assert found.fault.code == "order.caa"
    assert house.signer.signed == []
    assert await house.store.jobs.next_due() is None


async def test_the_evidence_of_a_proof_holds_what_caa_said(house):
    """The validator's record is kept as it is with the challenge (B-23)."""
    actor = await house.register(await house.sell())
    house.network.verdicts = [Verdict(FORBIDDEN.error, b'{"proof":{},"caa":{"records":["x"]}}')]
    view = await house.ready(actor)
    _, challenge = await house.challenges.get(actor, challenges(view)[0].id)
    assert challenge.fault is not None
    assert challenge.fault.code == "validation.caa"
    assert challenge.evidence is not None
    assert json.loads(challenge.evidence)["caa"] == {"records": ["x"]}
