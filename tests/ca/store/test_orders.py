"""Orders, authorizations and challenges in the store, and the guards that keep their transitions one-way."""

import asyncio

import pytest
from msgspec.structs import replace

from tegata.acme import identifiers
from tegata.ca.model import Authorization, Challenge
from tegata.ca.ports import Conflict, Store, Work
from tegata.ca.store import authorizations
from tegata.ca.store.authorizations import MOST_REUSABLE
from tests.ca.store.records import (
    DAY,
    FAULT,
    NOW,
    SECOND,
    account,
    authorization,
    certificate,
    job,
    order,
    place_order,
    populate,
)

pytestmark = pytest.mark.anyio


async def attempt(store: Store, work: Work) -> str | None:
    """Commit; the statement that refused, if one did."""
    try:
        await store.commit(work)
    except Conflict as conflict:
        return conflict.statement
    return None


async def the_challenge(store: Store, challenge_id: str) -> tuple[Authorization, Challenge]:
    found = await store.authorizations.of_challenge(challenge_id)
    assert found is not None
    return found


async def test_orders_come_back_as_they_went(store: Store) -> None:
    """With the order of identifiers and authorizations; once bare, once with every field."""
    await populate(store)
    await place_order(store, "order")
    assert await store.orders.get("order") == order(authorization_ids=("order-b", "order-a"))
    assert await store.orders.get("x") is None
    full = order(
        "full",
        not_before=NOW,
        not_after=NOW + DAY,
        replaces="aki.serial",
        processing_at=NOW,
        csr=b"csr",
        fault=FAULT,
        replacement=9,
        profile="short",
    )
    later = order("later", replaces="aki.serial", replacement=10, created_at=NOW + SECOND)
    work = Work()
    store.orders.insert(work, later)
    store.orders.insert(work, full)
    await store.commit(work)
    assert await store.orders.get("full") == full
    assert await store.orders.last_replacing("aki.serial") == later
    assert await store.orders.last_replacing("x") is None


async def test_an_order_of_a_thousand_names(store: Store) -> None:
    """So many may be set (``policy.names_per_order``): thousands of guarded statements, whole or not at all."""
    await populate(store)
    found = [authorization(f"a{number}", f"a{number}.example.com") for number in range(1000)]
    work = Work()
    for one in found:
        store.authorizations.insert(work, one)
    store.orders.insert(work, order(authorization_ids=tuple(one.id for one in found)))
    await store.commit(work)
    assert len(await store.authorizations.of_order("order")) == 1000
    again = Work()
    store.authorizations.insert(again, authorization("new", "new.example.com"))
    for one in found:
        store.authorizations.insert(again, one)
    with pytest.raises(Conflict):
        await store.commit(again)
    assert await store.authorizations.get("new") is None


async def test_one_caller_begins_processing(store: Store) -> None:
    """Of many concurrent finalize requests one wins, whole (A-54, S-33)."""
    await populate(store)
    await place_order(store, "order")

    async def finalize(number: int) -> str | None:
        work = Work()
        store.orders.begin_processing(work, "order", b"csr %d" % number, NOW + number * SECOND)
        return await attempt(store, work)

    outcomes = await asyncio.gather(*(finalize(number) for number in range(20)))
    assert outcomes.count(None) == 1
    assert set(outcomes) == {None, "orders.begin_processing"}
    winner = outcomes.index(None)
    stored = await store.orders.get("order")
    assert stored is not None
    assert (stored.csr, stored.processing_at) == (b"csr %d" % winner, NOW + winner * SECOND)


async def test_order_transitions_are_one_way(store: Store) -> None:
    """No step before its turn, none twice, and none out of an end state (A-54)."""
    await populate(store)
    await place_order(store, "good")
    await place_order(store, "bad")
    await place_order(store, "beside", processing_at=NOW, csr=b"beside")
    beside = await store.orders.get("beside")

    async def step(verb: str, *arguments: object) -> bool:
        work = Work()
        getattr(store.orders, verb)(work, *arguments)
        refusal = await attempt(store, work)
        assert refusal in {None, f"orders.{verb}"}
        return refusal is None

    work = Work()
    store.certificates.intend(work, certificate("a1", "good"))
    await store.commit(work)
    assert not await step("complete", "good", "a1")
    assert await step("begin_processing", "good", b"csr", NOW)
    assert await step("complete", "good", "a1")
    assert not await step("complete", "good", "a1")
    assert not await step("begin_processing", "good", b"other", NOW)
    assert not await step("fail", "good", FAULT)
    assert await step("fail", "bad", FAULT)
    assert not await step("fail", "bad", FAULT)
    assert not await step("begin_processing", "bad", b"csr", NOW)
    assert not await step("complete", "bad", "a1")
    links = ("good-b", "good-a")
    assert await store.orders.get("good") == order(
        "good", authorization_ids=links, processing_at=NOW, csr=b"csr", serial="a1"
    )
    assert await store.orders.get("bad") == order("bad", authorization_ids=("bad-b", "bad-a"), fault=FAULT)
    assert await store.orders.get("beside") == beside


async def test_a_processing_order_can_fail(store: Store) -> None:
    """And then takes no certificate."""
    await populate(store)
    await place_order(store, "order")
    work = Work()
    store.certificates.intend(work, certificate())
    store.orders.begin_processing(work, "order", b"csr", NOW)
    store.orders.fail(work, "order", FAULT)
    assert await attempt(store, work) is None
    work = Work()
    store.orders.complete(work, "order", "a1")
    assert await attempt(store, work) == "orders.complete"


async def test_authorizations_come_back_as_they_went(store: Store) -> None:
    """With their challenges in order; one without any too."""
    await populate(store)
    decided = authorization(
        "decided",
        wildcard=True,
        identifier=identifiers.dns("例え.jp"),
        challenges=(
            Challenge(
                id="c1",
                authorization_id="decided",
                type="dns-01",
                token="t",
                accepted_at=NOW,
                failed_at=NOW + SECOND,
                fault=FAULT,
                evidence=b"{}",
            ),
            Challenge(
                id="c0", authorization_id="decided", type="http-01", token="t", accepted_at=NOW, validated_at=NOW
            ),
        ),
    )
    bare = authorization("bare", challenges=())
    work = Work()
    for record in (decided, bare, authorization()):
        store.authorizations.insert(work, record)
    await store.commit(work)
    assert await store.authorizations.get("decided") == decided
    assert await store.authorizations.get("bare") == bare
    assert await store.authorizations.get("x") is None
    work = Work()
    store.orders.insert(work, order(authorization_ids=("bare", "authorization", "decided")))
    await store.commit(work)
    assert await store.authorizations.of_order("order") == [bare, authorization(), decided]
    assert await store.authorizations.of_order("x") == []
    assert await store.authorizations.of_challenge("c0") == (decided, decided.challenges[1])
    assert await store.authorizations.of_challenge("x") is None


async def test_one_caller_accepts_a_challenge(store: Store) -> None:
    """Concurrent POSTs to one challenge leave one job, whoever comes first (A-59)."""
    await populate(store)
    await place_order(store, "order")

    async def accept(number: int) -> str | None:
        work = Work()
        store.jobs.add(work, job(f"job-{number}", subject=f"order-a-http by {number}"))
        store.authorizations.accept_challenge(work, "order-a-http", NOW + number * SECOND)
        return await attempt(store, work)

    outcomes = await asyncio.gather(*(accept(number) for number in range(20)))
    assert outcomes.count(None) == 1
    _, challenge = await the_challenge(store, "order-a-http")
    winner = outcomes.index(None)
    assert challenge.accepted_at == NOW + winner * SECOND
    assert [left.id for left in await store.jobs.claim("us", NOW, NOW + SECOND, 50)] == [f"job-{winner}"]


async def test_a_challenge_has_one_verdict(store: Store) -> None:
    """After it was accepted, and never another; the authorization's new expiry comes in the same unit."""
    await populate(store)
    await place_order(store, "order")

    def passing(challenge_id: str) -> Work:
        work = Work()
        store.authorizations.pass_challenge(work, challenge_id, NOW + SECOND, NOW + 30 * DAY, b"seen")
        return work

    def failing(challenge_id: str) -> Work:
        work = Work()
        store.authorizations.fail_challenge(work, challenge_id, NOW + SECOND, FAULT, b"seen")
        return work

    assert await attempt(store, passing("order-a-http")) == "authorizations.pass_challenge"
    assert await attempt(store, failing("order-a-http")) == "authorizations.fail_challenge"
    work = Work()
    store.authorizations.accept_challenge(work, "order-a-http", NOW)
    store.authorizations.accept_challenge(work, "order-b-http", NOW)
    assert await attempt(store, work) is None
    assert await attempt(store, passing("order-a-http")) is None
    assert await attempt(store, failing("order-b-http")) is None
    for challenge_id in ("order-a-http", "order-b-http"):
        assert await attempt(store, passing(challenge_id)) == "authorizations.pass_challenge"
        assert await attempt(store, failing(challenge_id)) == "authorizations.fail_challenge"
    passed, challenge = await the_challenge(store, "order-a-http")
    assert passed.expires_at == NOW + 30 * DAY
    assert (challenge.validated_at, challenge.failed_at, challenge.evidence) == (NOW + SECOND, None, b"seen")
    failed, challenge = await the_challenge(store, "order-b-http")
    assert failed.expires_at == NOW + 7 * DAY
    assert (challenge.validated_at, challenge.failed_at, challenge.fault) == (None, NOW + SECOND, FAULT)


async def test_an_authorization_has_one_verdict(store: Store) -> None:
    """Of several challenges that were taken up the first to be decided decides it, never another, nor others (A-57)."""
    await populate(store)
    work = Work()
    for name in ("passed", "failed", "passed-later", "failed-later"):
        store.authorizations.insert(work, authorization(name))
        for kind in ("http", "dns"):
            store.authorizations.accept_challenge(work, f"{name}-{kind}", NOW)
    store.authorizations.pass_challenge(work, "passed-http", NOW, NOW + DAY, b"{}")
    store.authorizations.fail_challenge(work, "failed-http", NOW, FAULT, b"{}")
    await store.commit(work)
    for name in ("passed", "failed"):
        before = await the_challenge(store, f"{name}-dns")
        passing, failing = Work(), Work()
        store.authorizations.pass_challenge(passing, f"{name}-dns", NOW, NOW + 30 * DAY, b"{}")
        store.authorizations.fail_challenge(failing, f"{name}-dns", NOW, FAULT, b"{}")
        assert await attempt(store, passing) == "authorizations.pass_challenge"
        assert await attempt(store, failing) == "authorizations.fail_challenge"
        assert await the_challenge(store, f"{name}-dns") == before
    work = Work()
    store.authorizations.pass_challenge(work, "passed-later-http", NOW, NOW + DAY, b"{}")
    store.authorizations.fail_challenge(work, "failed-later-http", NOW, FAULT, b"{}")
    assert await attempt(store, work) is None


async def test_reusable_authorizations(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Valid, unexpired, of this account and for these identifiers; the longest lasting first (X-60)."""
    await populate(store)

    def valid(name: str, host: str = "www.example.com", **changes: object) -> Authorization:
        proof = Challenge(
            id=f"{name}-http",
            authorization_id=name,
            type="http-01",
            token="t",
            accepted_at=NOW,
            validated_at=NOW,
            evidence=b"{}",
        )
        other = Challenge(id=f"{name}-dns", authorization_id=name, type="dns-01", token="t")
        return authorization(name, host, challenges=(other, proof), **changes)

    short, long = valid("short", expires_at=NOW + DAY), valid("long", expires_at=NOW + 2 * DAY)
    second = valid("second", "example.com")
    work = Work()
    for record in (
        short,
        long,
        second,
        valid("expired", expires_at=NOW),
        valid("unasked", "example.net"),
        valid("address", identifier=identifiers.Identifier("ip", "www.example.com")),
        authorization("pending"),
    ):
        store.authorizations.insert(work, record)
    await store.commit(work)
    wanted = [identifiers.dns("example.com"), identifiers.dns("www.example.com"), identifiers.dns("example.org")]
    assert await store.authorizations.reusable("account", wanted, NOW) == [second, long, short]
    assert await store.authorizations.reusable("other", wanted, NOW) == []
    work = Work()
    for number in range(MOST_REUSABLE):
        store.authorizations.insert(work, valid(f"more{number}", expires_at=NOW + 3 * DAY + number * SECOND))
    await store.commit(work)
    found = await store.authorizations.reusable("account", [identifiers.dns("www.example.com")], NOW)
    assert [one.id for one in found] == [f"more{number}" for number in reversed(range(MOST_REUSABLE))]
    with monkeypatch.context() as patched:
        patched.setattr(authorizations, "MOST_LOOKED_AT", 3)
        found = await store.authorizations.reusable("account", [identifiers.dns("www.example.com")], NOW)
    newest = [f"more{MOST_REUSABLE - number}" for number in (1, 2)]
    assert [one.id for one in found] == newest, "the one that is pending was looked at too"
    work, wide = Work(), valid("wide", subdomains=True, expires_at=NOW + DAY)
    store.authorizations.insert(work, wide)
    await store.commit(work)
    found = await store.authorizations.reusable("account", [identifiers.dns("www.example.com")], NOW)
    assert found[-1] == wide, "however many there are of the name alone (X-60)"
    assert [one.subdomains for one in found[:-1]] == [False] * MOST_REUSABLE
    assert await store.authorizations.get("wide") == wide
    assert await store.authorizations.of_challenge("wide-http") == (wide, wide.challenges[1])


async def test_an_accounts_orders_in_pages(store: Store) -> None:
    """Newest first, orders of one instant by their ids; expired and failed ones and other accounts' are left out."""
    await populate(store)
    for name, created in (("a", NOW), ("b", NOW + SECOND), ("c", NOW + SECOND), ("d", NOW + 2 * SECOND)):
        await place_order(store, name, created_at=created)
    await place_order(store, "expired", expires_at=NOW + SECOND)
    await place_order(store, "failed", fault=FAULT)
    work = Work()
    store.accounts.insert(work, account(id="neighbour", thumbprint="neighbour"))
    await store.commit(work)
    for name, created in (("b2", NOW), ("d2", NOW + 2 * SECOND)):
        await place_order(store, name, created_at=created, account_id="neighbour")

    async def page(most: int, after: str | None) -> list[str]:
        last = await store.orders.get(after) if after else None
        return await store.orders.of_account("account", NOW + SECOND, most, last)

    assert await page(10, None) == ["d", "c", "b", "a"]
    assert await page(2, None) == ["d", "c"]
    assert await page(2, "c") == ["b", "a"]
    assert await page(2, "a") == []
    assert await store.orders.of_account("other", NOW, 10, None) == []


async def test_open_orders_are_cancelled(store: Store) -> None:
    """Those being issued, failed for another reason or over stay; having none is no conflict (A-47)."""
    await populate(store)
    other = replace(FAULT, code="account.deactivated")
    await place_order(store, "open")
    await place_order(store, "processing", processing_at=NOW, csr=b"csr")
    await place_order(store, "failed", fault=FAULT)
    await place_order(store, "expired", expires_at=NOW + SECOND)
    for account_id, fault in (("nobody", None), ("account", other)):
        work = Work()
        store.orders.cancel_open(work, account_id, other, NOW + SECOND)
        await store.commit(work)
        faults = [await store.orders.get(name) for name in ("open", "processing", "failed", "expired")]
        assert [found and found.fault for found in faults] == [fault, None, FAULT, None]


async def test_an_authorization_is_deactivated_once(store: Store) -> None:
    """Pending or valid; never when it has expired, failed or been given up before."""
    await populate(store)
    work = Work()
    for name in ("pending", "valid", "failed", "expired"):
        store.authorizations.insert(work, authorization(name, expires_at=NOW + (SECOND if name == "expired" else DAY)))
    for name in ("pending", "valid", "failed"):
        store.authorizations.accept_challenge(work, f"{name}-http", NOW)
    store.authorizations.pass_challenge(work, "valid-http", NOW, NOW + DAY, b"{}")
    store.authorizations.fail_challenge(work, "failed-http", NOW, FAULT, b"{}")
    await store.commit(work)

    def give_up(name: str) -> Work:
        work = Work()
        store.authorizations.deactivate(work, name, NOW + SECOND)
        return work

    for name in ("pending", "valid"):
        assert await attempt(store, give_up(name)) is None
        assert await attempt(store, give_up(name)) == "authorizations.deactivate"
        found = await store.authorizations.get(name)
        assert found is not None
        assert found.deactivated_at == NOW + SECOND
    passing, failing = Work(), Work()
    store.authorizations.pass_challenge(passing, "pending-http", NOW, NOW + DAY, b"{}")
    store.authorizations.fail_challenge(failing, "pending-http", NOW, FAULT, b"{}")
    assert await attempt(store, passing) == "authorizations.pass_challenge"
    assert await attempt(store, failing) == "authorizations.fail_challenge"
    for name in ("failed", "expired", "nobody"):
        assert await attempt(store, give_up(name)) == "authorizations.deactivate"
    assert await store.authorizations.reusable("account", [identifiers.dns("www.example.com")], NOW) == []
