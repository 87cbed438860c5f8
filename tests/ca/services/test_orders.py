"""Placing orders: under the contract's rules, with proofs used again, replacing one certificate at a time."""

import asyncio

import msgspec
import pytest
from cryptography.x509.oid import NameOID

from tegata.acme import ari
from tegata.acme.identifiers import Identifier
from tegata.acme.messages import NewOrder
from tegata.acme.statuses import AuthorizationStatus, ChallengeStatus, OrderStatus
from tegata.ca.errors import (
    AlreadyReplaced,
    AuthorizationRefused,
    ContractExpired,
    DatesRefused,
    MalformedRequest,
    NameNotResolved,
    NamesRefused,
    NotFound,
    OrderNotReady,
    ReissueLimited,
    ReplacesRefused,
    ServiceWithoutAcme,
    TooManyOrders,
    UnknownObject,
)
from tegata.ca.policy import barred
from tegata.ca.ports import Conflict, Verdict
from tegata.ca.services import refusals
from tegata.ca.settings import Limits, Policy
from tegata.pki.certs import names_of
from tests.ca.services.house import DAY, HOUR, NOW, SECOND, leaf

pytestmark = pytest.mark.anyio


async def test_a_new_order(house):
    """Pending, with a pending authorization and a challenge for each name (A-65)."""
    actor = await house.register(await house.sell("www.example.com", ".example.net"))
    view = await house.order(actor, "WWW.example.com", "a.example.net")
    assert view.status is OrderStatus.PENDING
    assert view.order.identifiers == (Identifier("dns", "www.example.com"), Identifier("dns", "a.example.net"))
    assert view.order.expires_at == NOW + 7 * DAY
    assert [one.authorization.identifier for one in view.authorizations] == list(view.order.identifiers)
    challenges = [challenge for one in view.authorizations for challenge in one.authorization.challenges]
    assert [challenge.type for challenge in challenges] == ["http-01"] * 2
    assert len({challenge.token for challenge in challenges}) == 2
    assert all(len(challenge.token) >= 22 for challenge in challenges)
    assert await house.orders.get(actor, view.order.id) == view
    for one in view.authorizations:
        assert await house.orders.authorization(actor, one.authorization.id) == one
        assert one.status is AuthorizationStatus.PENDING
        assert set(one.challenge_statuses.values()) == {ChallengeStatus.PENDING}


async def test_a_wildcard_is_proved_for_its_base_by_dns_01_only(house):
    """Its authorization says that it is one (A-56); http-01 and tls-alpn-01 are not offered for it (A-71)."""
    service = house.products["ov-acme-1y"]
    house.products["ov-acme-1y"] = msgspec.structs.replace(service, challenges=("http-01", "tls-alpn-01", "dns-01"))
    actor = await house.register(await house.sell(".example.net"))
    view = await house.order(actor, "*.example.net", "example.net")
    (star, base) = (one.authorization for one in view.authorizations)
    assert star.identifier == base.identifier == Identifier("dns", "example.net")
    assert (star.wildcard, base.wildcard) == (True, False)
    assert [challenge.type for challenge in star.challenges] == ["dns-01"]
    assert [challenge.type for challenge in base.challenges] == ["http-01", "tls-alpn-01", "dns-01"]


async def test_an_address_beside_a_name(house):
    """Proved by http-01, certified as an address and never as the common name (X-05, X-06, X-07, X-08)."""
    service = house.products["ov-acme-1y"]
    house.products["ov-acme-1y"] = msgspec.structs.replace(service, challenges=("http-01", "dns-01"))
    house.networks = ("10.1.0.0/16",)
    await house.restart()
    actor = await house.register(await house.sell("10.1.0.0/16", "www.example.com"))
    with pytest.raises(NamesRefused):
        await house.order(actor, "10.2.0.1")
    view = await house.order(actor, "10.1.2.3", "www.example.com")
    kinds = [[one.type for one in each.authorization.challenges] for each in view.authorizations]
    assert kinds == [["http-01"], ["http-01", "dns-01"]]
    for each in view.authorizations:
        await house.challenges.accept(actor, each.authorization.challenges[0].id)
    await house.work()
    issued = leaf(await house.issue(actor, "10.1.2.3", "www.example.com"))
    assert set(names_of(issued)) == {"10.1.2.3", "www.example.com"}
    [common_name] = issued.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    assert common_name.value == "www.example.com"
    house.networks = ()
    await house.restart()
    with pytest.raises(NamesRefused):
        await house.finalize(actor, view)


async def test_an_authorization_before_any_order(house):
    """It is proved, and the next order needs no proof; it counts as an order, and the log tells of it (A-64)."""
    house.limited = Limits(orders_per_account="2/1h")
    await house.restart()
    actor = await house.register(await house.sell())
    view = await house.orders.authorize(actor, Identifier("dns", "WWW.example.com"))
    assert (view.status, view.authorization.identifier.value) == (AuthorizationStatus.PENDING, "www.example.com")
    assert [event.kind for event in await house.store.audit.of_subject(view.authorization.id)] == [
        "authorization.requested"
    ]
    await house.challenges.accept(actor, view.authorization.challenges[0].id)
    await house.work()
    ordered = await house.order(actor)
    assert ordered.status is OrderStatus.READY
    assert ordered.order.authorization_ids == (view.authorization.id,)
    with pytest.raises(TooManyOrders):
        await house.orders.authorize(actor, Identifier("dns", "www.example.com"))


@pytest.mark.parametrize("name", ["*.example.net", "www.example.org", "x_y.example.net"])
async def test_no_authorization_before_an_order(house, name):
    """Neither a wildcard nor what no order could have; nor by a proof that counts for one order only (A-64, X-47)."""
    service = house.products["ov-acme-1y"]
    house.products["ov-acme-1y"] = msgspec.structs.replace(service, challenges=("dns-01", "dns-persist-01"))
    actor = await house.register(await house.sell(".example.net"))
    with pytest.raises(AuthorizationRefused):
        await house.orders.authorize(actor, Identifier("dns", name))
    view = await house.orders.authorize(actor, Identifier("dns", "example.net"))
    assert [one.type for one in view.authorization.challenges] == ["dns-01"]
    house.products["ov-acme-1y"] = msgspec.structs.replace(service, challenges=("dns-persist-01",))
    with pytest.raises(AuthorizationRefused):
        await house.orders.authorize(actor, Identifier("dns", "example.net"))


async def test_only_names_of_the_contract(house):
    """Each other one is told, and nothing is stored."""
    actor = await house.register(await house.sell())
    with pytest.raises(NamesRefused) as caught:
        await house.order(actor, "www.example.com", "www.example.org", "x.example.com")
    assert [identifier.value for identifier, _ in caught.value.refusals] == ["www.example.org", "x.example.com"]


async def test_how_many_names(house):
    """At least one, and as many as the setting says."""
    house.policy = Policy(names_per_order=2)
    await house.restart()
    actor = await house.register(await house.sell(".example.net"))
    await house.order(actor, "a.example.net", "b.example.net")
    with pytest.raises(MalformedRequest):
        await house.order(actor, "a.example.net", "b.example.net", "c.example.net")
    with pytest.raises(MalformedRequest):
        await house.orders.create(actor, NewOrder(identifiers=()))


@pytest.mark.parametrize(
    ("dates", "refusal"),
    [
        ({"not_after": "2027-11-25T00:00:00Z"}, DatesRefused),
        ({"not_after": "2027-02-22T02:31:00Z"}, DatesRefused),
        ({"not_before": "2026-11-24T03:31:00Z"}, DatesRefused),
        ({"not_before": "2026-11-24T01:31:00Z"}, DatesRefused),
        ({"not_before": "2026-11-24T02:31:00.5Z"}, DatesRefused),
        ({"not_before": "2026-11-24T02:31:00.0000001Z"}, DatesRefused),
        ({"not_before": "2026-11-24"}, MalformedRequest),
        ({"not_before": "2026-11-24T02:30:59Z"}, DatesRefused),
        ({"not_before": "9999-12-31T23:59:59Z"}, DatesRefused),
        ({"not_before": "9999-12-31T23:59:59-12:00"}, MalformedRequest),
        ({"not_after": "tomorrow"}, MalformedRequest),
    ],
)
async def test_dates_that_cannot_be_kept(house, dates, refusal):
    """They are refused, never altered (A-53)."""
    actor = await house.register(await house.sell())
    with pytest.raises(refusal):
        await house.order(actor, **dates)


async def test_dates_beyond_the_contract(house):
    """notAfter is never past the contract's end, to the second (A-53)."""
    actor = await house.register(await house.sell(ends=NOW + 10 * DAY))
    with pytest.raises(DatesRefused):
        await house.order(actor, not_after="2026-12-04T02:31:01Z")
    view = await house.order(actor, not_after="2026-12-04T02:31:00Z")
    assert view.order.not_after == NOW + 10 * DAY


async def test_nothing_is_ordered_outside_the_contract(house):
    """Expired is expired."""
    actor = await house.register(await house.sell(ends=NOW + DAY))
    house.clock.advance(DAY + SECOND)
    with pytest.raises(ContractExpired):
        await house.order(actor)
    with pytest.raises(ContractExpired):
        await house.orders.authorize(actor, Identifier("dns", "www.example.com"))


async def test_settings_that_lost_a_service(house):
    """Without ACME it is refused; without a trace it is the operator's fault, and an internal error."""
    actor = await house.register(await house.sell())
    service = house.products["ov-acme-1y"]
    house.products["ov-acme-1y"] = msgspec.structs.replace(service, challenges=())
    with pytest.raises(ServiceWithoutAcme):
        await house.order(actor)
    del house.products["ov-acme-1y"]
    with pytest.raises(UnknownObject):
        await house.order(actor)


async def test_foreign_objects_are_not_there(house):
    """Another account's, even of the same contract, and missing ones alike (A-28, A-49)."""
    added = await house.sell()
    actor, other = await house.register(added), await house.register(added)
    view = await house.order(actor)
    [authorization] = view.authorizations
    for wrong_actor, order_id, authorization_id in (
        (other, view.order.id, authorization.authorization.id),
        (actor, "missing", "missing"),
    ):
        with pytest.raises(NotFound) as caught:
            await house.orders.get(wrong_actor, order_id)
        assert caught.value.facts == {}
        with pytest.raises(NotFound) as caught:
            await house.orders.authorization(wrong_actor, authorization_id)
        assert caught.value.facts == {}


async def test_proofs_are_used_again(house):
    """By the same account, for the same name, until they end; the order ends with them (A-58)."""
    added = await house.sell("www.example.com", ".example.net")
    actor = await house.register(added)
    first = await house.ready(actor)
    again = await house.order(actor)
    assert again.status is OrderStatus.READY
    assert again.order.authorization_ids == first.order.authorization_ids
    mixed = await house.order(actor, "a.example.net", "www.example.com")
    assert mixed.status is OrderStatus.PENDING
    assert mixed.authorizations[1].status is AuthorizationStatus.VALID
    house.clock.advance(30 * DAY - 2 * HOUR)
    assert (await house.order(actor)).order.expires_at == NOW + 30 * DAY
    house.clock.advance(HOUR + SECOND)
    late = await house.order(actor)
    assert late.status is OrderStatus.PENDING, "a proof about to end is not worth an order"
    house.clock.advance(HOUR)
    assert (await house.orders.get(actor, again.order.id)).status is OrderStatus.INVALID


async def test_proofs_are_not_lent(house):
    """Another account of the same contract proves for itself (A-58, S-32, S-27)."""
    added = await house.sell()
    await house.ready(await house.register(added))
    assert (await house.order(await house.register(added))).status is OrderStatus.PENDING


async def test_a_proof_by_a_challenge_that_the_service_has_no_more(house):
    """S-32: it counts for no further order, nor for one that was placed before; proved anew, the name is issued."""
    service = house.products["ov-acme-1y"]
    actor = await house.register(await house.sell())
    early = await house.ready(actor)
    house.products["ov-acme-1y"] = msgspec.structs.replace(service, challenges=("dns-01",))
    with pytest.raises(OrderNotReady):
        await house.finalize(actor, early)
    again = await house.order(actor)
    assert again.status is OrderStatus.PENDING
    assert [one.type for one in again.authorizations[0].authorization.challenges] == ["dns-01"]
    await house.prove(actor, again)
    assert (await house.finalize(actor, again)).status is OrderStatus.VALID
    house.products["ov-acme-1y"] = service
    assert (await house.finalize(actor, early)).status is OrderStatus.VALID


async def test_a_wildcards_proof_is_its_own(house):
    """example.com proved by http-01 says nothing about *.example.com (A-58, S-32)."""
    service = house.products["ov-acme-1y"]
    house.products["ov-acme-1y"] = msgspec.structs.replace(service, challenges=("dns-01",))
    actor = await house.register(await house.sell(".example.net"))
    await house.ready(actor, "example.net")
    assert (await house.order(actor, "*.example.net")).status is OrderStatus.PENDING
    both = await house.ready(actor, "*.example.net", "example.net")
    assert both.status is OrderStatus.READY


async def test_a_failed_proof_makes_the_order_invalid(house):
    """And the order tells why, by the challenge's own reference number (A-57)."""
    actor = await house.register(await house.sell(".example.net"))
    view = await house.order(actor, "a.example.net", "b.example.net")
    house.network.verdicts = [Verdict(NameNotResolved(name="a.example.net", reason="x"), b"{}")] * 6
    house.validation = msgspec.structs.replace(house.validation, attempts=1)
    await house.restart()
    failed = await house.prove(actor, view)
    assert failed.status is OrderStatus.INVALID
    assert failed.fault is not None
    assert (failed.fault.code, failed.fault.facts["name"]) == ("validation.dns", "a.example.net")
    assert failed.order.fault is None


async def test_an_order_expires(house):
    """After its time it is invalid, with nothing to blame (A-54)."""
    actor = await house.register(await house.sell())
    view = await house.order(actor)
    house.clock.advance(7 * DAY - SECOND)
    assert (await house.orders.get(actor, view.order.id)).status is OrderStatus.PENDING
    house.clock.advance(SECOND)
    expired = await house.orders.get(actor, view.order.id)
    assert (expired.status, expired.fault) == (OrderStatus.INVALID, None)


# Replacing (RFC 9773 §5).


async def test_an_order_replaces_a_certificate_once(house):
    """A second order is told so, until the first one has become invalid (X-17)."""
    actor = await house.register(await house.sell())
    cert_id = ari.cert_id(leaf(await house.issue(actor)))
    first = await house.order(actor, replaces=cert_id)
    assert first.order.replaces == cert_id
    with pytest.raises(AlreadyReplaced):
        await house.order(actor, replaces=cert_id)
    house.clock.advance(7 * DAY)
    again = await house.order(actor, replaces=cert_id)
    assert again.order.replaces == cert_id
    await house.finalize(actor, again)
    house.clock.advance(30 * DAY)
    with pytest.raises(AlreadyReplaced):
        await house.order(actor, replaces=cert_id)


async def test_orders_that_replace_at_once(house):
    """One wins (X-17)."""
    actor = await house.register(await house.sell())
    cert_id = ari.cert_id(leaf(await house.issue(actor)))
    answers = await asyncio.gather(*(house.order(actor, replaces=cert_id) for _ in range(5)), return_exceptions=True)
    assert sorted(type(answer).__name__ for answer in answers) == ["AlreadyReplaced"] * 4 + ["OrderView"]


async def test_an_order_whose_rival_comes_to_nothing(house, monkeypatch):
    """X-17: Another was quicker, and invalid before this one could be told so: nothing stands in its way."""
    actor = await house.register(await house.sell())
    cert_id = ari.cert_id(leaf(await house.issue(actor)))
    commit = house.store.commit

    async def second(work):
        monkeypatch.setattr(house.store, "commit", commit)
        rival = await house.order(actor, replaces=cert_id)
        await house.orders.deactivate(actor, rival.order.authorization_ids[0])
        await commit(work)

    monkeypatch.setattr(house.store, "commit", second)
    placed = await house.order(actor, replaces=cert_id)
    stored = await house.store.orders.get(placed.order.id)
    assert (stored.replaces, stored.replacement) == (cert_id, 1)


async def test_what_an_order_cannot_replace(house):
    """Nothing, a stranger's, another account's, one for other names (X-17)."""
    added = await house.sell("www.example.com", ".example.net")
    actor, other = await house.register(added), await house.register(added)
    cert_id = ari.cert_id(leaf(await house.issue(actor)))
    assert cert_id is not None
    key_id, serial = ari.parse_cert_id(cert_id)
    for wrong in ("x", "", ari.cert_id_of(key_id, serial + 1), ari.cert_id_of(b"another issuer's key", serial)):
        with pytest.raises(ReplacesRefused):
            await house.order(actor, replaces=wrong)
    with pytest.raises(ReplacesRefused):
        await house.order(other, replaces=cert_id)
    with pytest.raises(ReplacesRefused):
        await house.order(actor, "a.example.net", replaces=cert_id)
    shared = await house.order(actor, "a.example.net", "www.example.com", replaces=cert_id)
    assert shared.order.replaces == cert_id


async def test_an_order_reads_no_more_of_its_predecessors_than_the_rule_takes(house, monkeypatch):
    """None where a certificate has its full life; else so many that one more would be too many."""
    long, short = await house.sell(), await house.sell("short.example.com", ends=NOW + 20 * DAY)
    actor, other = await house.register(long), await house.register(short)
    for _ in range(4):
        await house.issue(other, "short.example.com")
    house.policy = msgspec.structs.replace(house.policy, reissues_at_contract_end=1)
    await house.restart()
    rows, found = house.store.certificates, []
    read = rows.current_for

    async def reading(*wanted):
        found.append(len(await read(*wanted)))
        return await read(*wanted)

    monkeypatch.setattr(rows, "current_for", reading)
    for _ in range(3):
        await house.issue(actor)
    assert found == []
    with pytest.raises(ReissueLimited):
        await house.order(other, "short.example.com")
    assert found == [2]


async def test_the_storm_at_the_contracts_end(house):
    """Three re-issues, then a refusal with the end and the time to try again; renewing the contract lifts it."""
    added = await house.sell(ends=NOW + 20 * DAY)
    actor = await house.register(added)
    for _ in range(4):
        await house.issue(actor)
        house.clock.advance(HOUR)
    with pytest.raises(ReissueLimited) as caught:
        await house.order(actor)
    assert caught.value.retry_at == NOW + 20 * DAY - HOUR
    await house.contracts.renew(added.contract.id)
    assert (await house.issue(actor)).not_after > NOW + 90 * DAY


async def test_full_lives_are_not_limited(house):
    """Re-issues in the middle of a contract may be many, even in one second."""
    actor = await house.register(await house.sell())
    for _ in range(6):
        await house.issue(actor)
    assert len(await house.issued(actor.contract.id)) == 6


async def test_an_expired_order_is_over(house):
    """Invalid from its instant on: listed no more, finalized no more, and a new one starts afresh (A-44)."""
    actor = await house.register(await house.sell())
    view = await house.order(actor)
    house.clock.advance(7 * DAY - SECOND)
    assert (await house.orders.get(actor, view.order.id)).status is OrderStatus.PENDING
    assert (await house.orders.listed(actor, None)).orders == (view.order.id,)
    house.clock.advance(SECOND)
    assert (await house.orders.get(actor, view.order.id)).status is OrderStatus.INVALID
    assert (await house.orders.listed(actor, None)).orders == ()
    with pytest.raises(OrderNotReady):
        await house.finalize(actor, view)
    assert (await house.order(actor)).status is OrderStatus.PENDING


async def test_a_page_of_the_list_costs_little_however_many_names_there_are(house, monkeypatch):
    """A-44: It ends with the order that makes it too many names, and reads an order's names together."""
    monkeypatch.setattr("tegata.ca.services.orders.PAGE_NAMES", 6)
    actor = await house.register(await house.sell(".example.com"))
    placed: list[str] = []
    for number in range(5):
        wanted = [f"n{number}-{name}.example.com" for name in range(1 if number == 4 else 5)]
        placed.insert(0, (await house.order(actor, *wanted)).order.id)
        house.clock.advance(SECOND)
    engine, reads = house.store.orders._database, []
    fetch = engine.fetch

    async def counted(name, **parameters):
        reads.append(name)
        return await fetch(name, **parameters)

    monkeypatch.setattr(engine, "fetch", counted)
    pages: list[list[str]] = []
    after = None
    while not pages or after:
        shown, after = await house.orders.listed(actor, after)
        pages.append(list(shown))
    assert pages == [placed[:2], placed[2:4], placed[4:]]
    assert len(reads) == len(pages) + len(pages) - 1 + 2 * len(placed)


async def test_an_authorization_that_is_over_is_given_as_it_is(house):
    """Giving up what expired or failed changes nothing; what never was is not found (A-63)."""
    actor = await house.register(await house.sell())
    view = await house.order(actor)
    [authorization] = view.order.authorization_ids
    house.clock.advance(7 * DAY)
    given = await house.orders.deactivate(actor, authorization)
    assert (given.status, given.authorization.deactivated_at) == (AuthorizationStatus.EXPIRED, None)
    with pytest.raises(NotFound):
        await house.orders.deactivate(actor, "nothing")


async def test_an_authorization_given_up_by_several_requests_at_once(house):
    """Each is told that it is given up (A-63)."""
    actor = await house.register(await house.sell())
    [authorization] = (await house.order(actor)).order.authorization_ids
    answers = await asyncio.gather(*(house.orders.deactivate(actor, authorization) for _ in range(5)))
    assert {answer.status for answer in answers} == {AuthorizationStatus.DEACTIVATED}


@pytest.mark.parametrize("is_renewal", [False, True])
async def test_an_order_that_could_not_be_stored_is_told_to_nobody(house, monkeypatch, is_renewal):
    """Whatever the store had against it, where no limit and no other order did."""
    actor = await house.register(await house.sell())
    wish = {"replaces": ari.cert_id(leaf(await house.issue(actor)))} if is_renewal else {}

    async def refuse(work):
        raise Conflict("orders.insert")

    monkeypatch.setattr(house.store, "commit", refuse)
    with pytest.raises(Conflict):
        await house.order(actor, **wish)


async def test_a_name_of_the_list_of_high_risks(house):
    """B-27: nobody places an order for it, and one that was placed before it was listed gets no certificate.

    Both refusals are on record (B-93).
    """
    actor = await house.register(await house.sell(".example.com"))
    view = await house.ready(actor, "bank.example.com")
    house.issuance._check._admission._barred = lambda: barred.parse("bank.example.com")
    house.orders._admission._barred = lambda: barred.parse("bank.example.com")
    with pytest.raises(NamesRefused):
        await house.finalize(actor, view)
    with pytest.raises(NamesRefused):
        await house.order(actor, "www.example.com", "bank.example.com")
    refused = [one for one in await house.store.audit.of_subject(actor.account.id) if one.kind == refusals.ORDER]
    said = {"names": "bank.example.com (order.bad-name)", "count": "1"}
    assert [one.facts for one in refused] == [said, said]
    await house.order(actor, "www.example.com")
