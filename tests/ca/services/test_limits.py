"""Rate limits and paused names: what passes, what is refused until when, who is exempt, and how a name goes on."""

import asyncio
from contextlib import suppress
from datetime import timedelta
from unittest.mock import AsyncMock

import pytest

from tegata.acme import ari, jwk
from tegata.ca.errors import (
    CaaUnknown,
    ConnectionFailed,
    NamesPaused,
    NamesRefused,
    NotFound,
    TooManyAccountWrites,
    TooManyFailures,
    TooManyOrders,
    WrongAnswer,
)
from tegata.ca.model import Limit
from tegata.ca.policy.limits import UNLIMITED, parse
from tegata.ca.ports import Conflict, Verdict, Work
from tegata.ca.services.auditing import AuditService
from tegata.ca.services.housekeeping import HousekeepingService
from tegata.ca.services.limits import Counted
from tegata.ca.services.orders import REPLACEMENTS
from tegata.ca.settings import Limits, Retention
from tegata.ca.store import audit
from tegata.clock import rfc3339
from tegata.pki.key_types import KeyType
from tegata.pki.keys import generate
from tests.ca.services.house import DAY, HOUR, NOW, SECOND, der, leaf

pytestmark = pytest.mark.anyio
NAME = "www.example.com"


async def limited(house, *domains, **limits):
    """An account under these limits."""
    house.limited = Limits(**limits)
    await house.restart()
    return await house.register(await house.sell(*domains))


async def held(house, actor):
    """The names that failed for the account a moment ago, and the paused ones."""
    return [each.name for each in await house.store.limits.held(actor.account.id, Limit(1, DAY), house.clock())]


async def fails(house, actor, *names):
    """An order whose validation fails for good."""
    house.network.verdicts = [Verdict(WrongAnswer(name=NAME, url="http://x/", excerpt="", expected=""), b"{}")] * 9
    view = await house.prove(actor, await house.order(actor, *names))
    house.network.verdicts = []
    return view


async def test_an_account_has_so_many_orders(house):
    """A-25: the burst passes, the next says when it would; what is refused is not counted."""
    actor = await limited(house, orders_per_account="3/3h")
    for _ in range(3):
        await house.order(actor)
    for _ in range(5):
        with pytest.raises(TooManyOrders) as caught:
            await house.order(actor)
    assert caught.value.retry_at == NOW + HOUR
    assert caught.value.facts == {"kind": "this account", "count": 3}
    house.clock.advance(HOUR)
    await house.order(actor)
    with pytest.raises(TooManyOrders):
        await house.order(actor)
    other = await house.register(await house.sell("other.example.com", user="other@example.com"))
    await house.order(other, "other.example.com")


@pytest.mark.parametrize("rate", ["300/3h", ""])
async def test_a_limit_that_was_raised_is_no_longer_met(house, rate):
    """A-25: Who met the former one, which lasted a month, does not wait for its end; the new one holds."""
    actor = await limited(house, orders_per_account="1/30d", changes_per_account="1/30d")
    actor = await house.accounts.update_contacts(actor, ("mailto:a@example.com",))
    await house.order(actor)
    with pytest.raises(TooManyOrders):
        await house.order(actor)
    house.limited = Limits(orders_per_account=rate, changes_per_account=rate)
    await house.restart()
    await house.order(actor)
    await house.accounts.update_contacts(actor, ())
    full_at = await house.store.limits.full_at(f"account {actor.account.id}")
    assert full_at == NOW + parse(rate).cost


async def test_an_order_that_is_refused_costs_nothing(house):
    """A name outside the contract spends nothing of the limit."""
    actor = await limited(house, orders_per_account="1/1h")
    with pytest.raises(NamesRefused):
        await house.order(actor, "foreign.example.net")
    await house.order(actor)


@pytest.mark.parametrize(
    ("limits", "kind"),
    [({"orders_per_contract": "2/1h"}, "this contract"), ({"orders_per_name": "2/1h"}, "one of these names")],
)
async def test_contract_and_name_count_together_for_all_accounts(house, limits, kind):
    """Two accounts of a contract share its limit, and a name's."""
    first = await limited(house, ".example.com", **limits)
    added = await house.contracts.show(first.contract.id)
    second = await house.register(added)
    await house.order(first, NAME)
    await house.order(second, NAME)
    with pytest.raises(TooManyOrders) as caught:
        await house.order(second, NAME)
    assert caught.value.facts["kind"] == kind
    if "orders_per_name" in limits:
        await house.order(second, "else.example.com")


async def test_the_limit_that_was_met_is_the_one_that_is_told(house):
    """A-25: Not one that has room for just this order, nor a name that may fail once more or is not asked for."""
    limits = {"orders_per_account": "4/4h", "orders_per_contract": "3/1h", "failures_per_name": "2/1h"}
    actor = await limited(house, ".example.com", pause_after=2, **limits)
    for name in ("a.example.com", "a.example.com", NAME):
        await fails(house, actor, name)
    with pytest.raises(TooManyOrders) as caught:
        await house.order(actor, NAME)
    assert caught.value.facts == {"kind": "this contract", "count": 3}
    with pytest.raises(NamesPaused):
        await house.order(actor, NAME, "a.example.com")


async def test_what_is_no_limits_matter_is_not_judged(house):
    """It is told as what it is."""
    actor = await limited(house, pause_after=1)
    await fails(house, actor)
    conflict = Conflict("orders.insert")
    with pytest.raises(Conflict) as caught:
        await house.limits.refuse(conflict, Counted(actor.account, actor.contract, {NAME}, house.clock()))
    assert caught.value is conflict


def test_what_a_contract_may_do_is_limited_unless_settings_say_otherwise():
    """S-30: An EAB is for any number of accounts, and each has orders of its own: not so many at once."""
    settings = Limits()
    for rate in (settings.orders_per_contract, settings.accounts_per_contract, settings.changes_per_account):
        assert parse(rate) != UNLIMITED


async def test_a_contract_has_so_many_new_accounts(house):
    """A-25, S-30: However many EABs it has; what is there already is found, and what was refused costs nothing."""
    house.limited = Limits(accounts_per_contract="3/3h")
    await house.restart()
    added = await house.sell()
    other = added._replace(credential=await house.credentials.add(added.contract.id, most_accounts=5))
    key = generate(KeyType.EC256)
    first = await house.register(added, key)
    done = await asyncio.gather(*(house.register(other) for _ in range(6)), return_exceptions=True)
    refused = [each for each in done if isinstance(each, TooManyAccountWrites)]
    assert len(refused) == 4
    assert refused[0].facts == {"kind": "new accounts of this contract", "count": 3}
    assert refused[0].retry_at == NOW + HOUR
    assert (await house.credentials.usage(other.credential)).registered == 2
    assert (await house.register(added, key)).account == first.account
    await house.register(await house.sell("other.example.com", user="other@example.com"))
    house.clock.advance(HOUR)
    await house.register(added)


async def test_an_account_changes_so_often(house):
    """A-25, A-43, S-30: Contacts and keys together, each on record for ever; it is told when, and may still end."""
    actor = await limited(house, changes_per_account="3/3h")
    actor = await house.accounts.update_contacts(actor, ("mailto:a@example.com",))
    actor = await house.accounts.change_key(actor, jwk.from_public(generate(KeyType.EC256).public_key()))
    for _ in range(5):  # these are its contacts: nothing is written
        assert await house.accounts.update_contacts(actor, ("mailto:a@example.com",)) == actor
    actor = await house.accounts.update_contacts(actor, ())
    for change in (
        house.accounts.update_contacts(actor, ("mailto:b@example.com",)),
        house.accounts.change_key(actor, jwk.from_public(generate(KeyType.EC256).public_key())),
    ):
        with pytest.raises(TooManyAccountWrites) as caught:
            await change
        assert caught.value.facts == {"kind": "changes of this account", "count": 3}
        assert caught.value.retry_at == NOW + HOUR
    kinds = [event.kind for event in await house.store.audit.of_subject(actor.account.id)]
    assert kinds == [
        "account.created",
        *["account.contacts-changed", "account.key-changed", "account.contacts-changed"],
    ]
    house.clock.advance(HOUR)
    actor = await house.accounts.update_contacts(actor, ("mailto:b@example.com",))
    assert (await house.accounts.deactivate(actor)).deactivated_at == NOW + HOUR


async def test_an_account_goes_under_other_eabs_so_often(house):
    """A-25, S-30: Going to and fro is a change each time; the EAB is not used by what was refused."""
    house.limited = Limits(changes_per_account="2/2h")
    await house.restart()
    added, key = await house.sell(), generate(KeyType.EC256)
    eabs = [added, added._replace(credential=await house.credentials.add(added.contract.id))]
    for number in range(3):
        await house.register(eabs[number % 2], key)
    with pytest.raises(TooManyAccountWrites):
        await house.register(eabs[1], key)
    actor = await house.register(eabs[0], key)
    assert actor.credential == eabs[0].credential
    assert (await house.credentials.usage(eabs[1].credential)).registered == 1


async def test_sixty_at_once_meet_the_limit_exactly(house):
    """The guard decides, whoever is first."""
    actor = await limited(house, orders_per_account="20/1h")
    done = await asyncio.gather(*(house.order(actor) for _ in range(60)), return_exceptions=True)
    assert sum(isinstance(each, TooManyOrders) for each in done) == 40
    assert sum(not isinstance(each, BaseException) for each in done) == 20


async def test_a_renewal_that_was_asked_for_is_not_counted(house):
    """X-19: within the window the CA suggested, with ``replaces``; before it, it counts as any other."""
    actor = await limited(house, orders_per_account="1/30d")
    certificate = await house.issue(actor)
    cert_id = ari.cert_id(leaf(certificate))
    with pytest.raises(TooManyOrders):
        await house.order(actor, replaces=cert_id)
    house.clock.advance(62 * DAY)
    await house.order(actor, "www.example.com")  # the bucket is full again, and now empty
    with pytest.raises(TooManyOrders):
        await house.order(actor)
    for _ in range(REPLACEMENTS):
        order = (await house.order(actor, replaces=cert_id)).order
        assert order.replaces == cert_id
        await house.orders.deactivate(actor, order.authorization_ids[0])
    with pytest.raises(TooManyOrders):  # whoever replaces in vain for so long waits as everybody does
        await house.order(actor, replaces=cert_id)


async def test_a_renewal_that_the_holder_brought_about_is_counted(house):
    """X-19: who revokes his own certificates, or has them end at once, is not asked by the CA to replace them."""
    actor = await limited(house, orders_per_account="2/30d")
    certificate = await house.issue(actor)
    await house.certificates.revoke_by_account(actor, der(certificate), 4)
    certificate = await house.issue(actor, replaces=ari.cert_id(leaf(certificate)), not_after=rfc3339(NOW + SECOND))
    with pytest.raises(TooManyOrders):
        await house.order(actor, replaces=ari.cert_id(leaf(certificate)))


async def test_a_renewal_after_the_operators_revocation_is_not_counted(house):
    """X-19, X-18: the CA wants it replaced."""
    actor = await limited(house, orders_per_account="1/30d")
    certificate = await house.issue(actor)
    await house.certificates.revoke_by_operator(certificate.serial, 4)
    await house.order(actor, replaces=ari.cert_id(leaf(certificate)))


async def test_a_name_that_fails_too_often_waits(house):
    """For this account alone; other names go on, and what is proved begins anew."""
    actor = await limited(house, ".example.com", failures_per_name="2/1h", pause_after=100)
    for _ in range(2):
        await fails(house, actor, NAME)
    with pytest.raises(TooManyFailures) as caught:
        await house.order(actor, NAME)
    assert caught.value.retry_at == NOW + 0.5 * HOUR
    with pytest.raises(TooManyFailures):
        await house.order(actor, NAME, "else.example.com")
    await house.order(actor, "else.example.com")
    other = await house.register(await house.contracts.show(actor.contract.id))
    await house.order(other, NAME)
    house.clock.advance(0.5 * HOUR)
    await house.issue(actor, NAME)
    assert await held(house, actor) == []


@pytest.mark.parametrize("rate", ["2/1h", ""])
async def test_a_limit_on_failures_that_was_changed_is_no_longer_met(house, rate):
    """A-25: nobody waits for the end of one that lasted a month; the new one counts the next failure as its first."""
    actor = await limited(house, failures_per_name="1/30d", pause_after=100)
    await fails(house, actor)
    with pytest.raises(TooManyFailures):
        await house.order(actor)
    house.limited = Limits(failures_per_name=rate, pause_after=100)
    await house.restart()
    await fails(house, actor)
    await house.order(actor)


async def test_a_renewal_that_was_asked_for_waits_for_a_paused_name(house):
    """X-19: paused is a name until somebody resumes it, and that is no limit; one that failed too often goes on."""
    actor = await limited(house, failures_per_name="1/1h", pause_after=2)
    cert_id = ari.cert_id(leaf(await house.issue(actor)))
    house.clock.advance(62 * DAY)
    await fails(house, actor)
    order = (await house.order(actor, replaces=cert_id)).order
    await house.orders.deactivate(actor, order.authorization_ids[0])
    house.clock.advance(HOUR)
    await fails(house, actor)
    with pytest.raises(NamesPaused):
        await house.order(actor, replaces=cert_id)
    await house.limits.resume_all(actor.contract.id, None)
    assert (await house.order(actor, replaces=cert_id)).order.replaces == cert_id


@pytest.mark.parametrize("is_looked_at", [False, True])
async def test_a_name_that_is_given_up_when_it_has_failed_has_failed(house, is_looked_at):
    """Whether in the pause before the next attempt or while it is looked for; given up untried it has not."""
    actor = await limited(house, failures_per_name="2/1h", pause_after=100)
    untried = await house.order(actor)
    await house.orders.deactivate(actor, untried.order.authorization_ids[0])
    check = house.network.check
    for _ in range(2):
        authorization = (await house.order(actor)).authorizations[0].authorization

        async def look(question, name=authorization.id):
            if is_looked_at:
                await house.orders.deactivate(actor, name)
            return await check(question)

        house.network.check = look
        error = WrongAnswer(url="http://x/", got="") if is_looked_at else ConnectionFailed(name=NAME, reason="refused")
        house.network.verdicts = [Verdict(error, b"{}")]
        await house.challenges.accept(actor, authorization.challenges[0].id)
        await house.work()
        await house.orders.deactivate(actor, authorization.id)
        house.clock.advance(SECOND)
        await house.work()
    with pytest.raises(TooManyFailures):
        await house.order(actor)


async def test_a_name_that_fails_while_the_key_is_changed_has_failed(house):
    """Nobody evades the limit by a new key for each look."""
    actor = await limited(house, failures_per_name="2/1h")
    view = await house.order(actor)
    current = actor

    async def check(_):
        nonlocal current
        current = await house.accounts.change_key(current, jwk.from_public(generate(KeyType.EC256).public_key()))
        return Verdict(WrongAnswer(url="http://x/", got=""), b"{}")

    house.network.check = check
    await house.prove(actor, view)
    await house.work()
    with pytest.raises(TooManyFailures):
        await house.order(actor)


async def test_a_name_that_never_works_is_paused_until_it_is_resumed(house):
    """It says where; time does not lift it, nor a proof by an earlier order; resumed, it begins anew."""
    actor = await limited(house, failures_per_name="", pause_after=3)
    early = await house.order(actor)
    for _ in range(3):
        await fails(house, actor)
        house.clock.advance(HOUR)
    house.clock.advance(5 * DAY)
    with pytest.raises(NamesPaused) as caught:
        await house.order(actor)
    contract = actor.contract.id
    assert caught.value.facts == {"names": NAME, "url": f"https://ca.example.com/portal/orders/{contract}"}
    await house.prove(actor, early)
    [paused] = await house.limits.paused(contract)
    assert (paused.name, paused.in_a_row, paused.paused_at) == (NAME, 3, NOW + 2 * HOUR)
    for strange in (("x", actor.account.id, NAME), (contract, "x", NAME), (contract, actor.account.id, "x")):
        with pytest.raises(NotFound):
            await house.limits.resume(*strange)
    await house.limits.resume(contract, actor.account.id, NAME)
    assert await house.limits.paused(contract) == []
    with pytest.raises(NotFound):
        await house.limits.resume(contract, actor.account.id, NAME)
    await fails(house, actor)
    await house.issue(actor)


async def test_a_name_that_is_resumed_at_the_same_moment(house, monkeypatch):
    """A-25: The order met the pause, and goes through, for nothing is said against it any more."""
    actor = await limited(house, pause_after=1)
    await fails(house, actor)
    read = house.store.limits.held

    async def resumed(account_id, *more):
        with suppress(NotFound):
            await house.limits.resume(actor.contract.id, account_id, NAME)
        return await read(account_id, *more)

    monkeypatch.setattr(house.store.limits, "held", resumed)
    assert (await house.order(actor)).order.identifiers[0].value == NAME


async def test_a_name_that_two_people_resume(house):
    """One of them did; there is nothing to resume for the other."""
    actor = await limited(house, pause_after=1)
    await fails(house, actor)
    resume = (actor.contract.id, actor.account.id, NAME)
    done = await asyncio.gather(house.limits.resume(*resume), house.limits.resume(*resume), return_exceptions=True)
    assert sorted(type(each).__name__ for each in done) == ["NoneType", "NotFound"]


async def test_all_names_of_a_contract_are_resumed(house, monkeypatch):
    """They are looked up once, as there may be thousands; one that its customer has resumed meanwhile holds up none."""
    house.limited = Limits(pause_after=1)
    await house.restart()
    added = await house.sell()
    actors = [await house.register(added) for _ in range(3)]
    for actor in actors:
        await fails(house, actor)
    contract, read, looks = added.contract.id, house.store.limits.paused, []

    async def paused(contract_id, most):
        found = await read(contract_id, most)
        looks.append(contract_id)
        if len(looks) == 1:
            await house.limits.resume(contract_id, actors[1].account.id, NAME)
        return found

    monkeypatch.setattr(house.store.limits, "paused", paused)
    done = await house.limits.resume_all(contract, NAME)
    assert {each.account_id for each in done} == {actors[0].account.id, actors[2].account.id}
    assert looks == [contract]
    assert await house.limits.paused(contract) == []
    await fails(house, actors[0])
    assert await house.limits.resume_all(contract, "other.example.com") == []
    assert len(await house.limits.resume_all(contract, None)) == 1


async def test_a_bucket_that_is_dropped_at_the_same_moment(house, monkeypatch):
    """A-25: By a node whose clock is ahead; where it is filled again each time, that ends."""
    actor = await limited(house, orders_per_account="1/1h")
    await house.order(actor)
    with monkeypatch.context() as patch:
        patch.setattr(house.store.limits, "full_at", AsyncMock(return_value=None))
        with pytest.raises(Conflict, match=r"limits\.spend_unless_held"):
            await house.order(actor)
    read = house.store.limits.full_at

    async def dropped(subject):
        await house.store.housekeeping.drop_limits(house.clock() + DAY, 10)
        return await read(subject)

    monkeypatch.setattr(house.store.limits, "full_at", dropped)
    await house.order(actor)
    monkeypatch.undo()
    with pytest.raises(TooManyOrders):
        await house.order(actor)


async def test_what_is_not_the_customers_fault_is_not_counted(house):
    """A DNS that does not tell about CAA is no failure of the name; a refused connection is."""
    actor = await limited(house, pause_after=1)
    house.network.verdicts = [Verdict(CaaUnknown(name=NAME, reason="SERVFAIL"), b"{}")] * 3
    view = await house.order(actor)
    await house.prove(actor, view)
    for _ in range(2):
        house.clock.advance(10 * SECOND)
        await house.work()
    assert await held(house, actor) == []
    refused = ConnectionFailed(name=NAME, address="192.0.2.1", port=80, reason="refused")
    house.network.verdicts = [Verdict(refused, b"{}")] * 3
    await house.prove(actor, await house.order(actor))
    for _ in range(2):
        house.clock.advance(10 * SECOND)
        await house.work()
    assert [each.in_a_row for each in await house.limits.paused(actor.contract.id)] == [1]


async def test_nothing_of_it_is_kept_for_ever(house, monkeypatch):
    """House-keeping drops full buckets at once and old failures after a month; a paused name stays."""
    actor = await limited(house, ".example.com", pause_after=2)
    for name in ("a.example.com", "b.example.com", "b.example.com"):
        await fails(house, actor, name)
    housekeeping = HousekeepingService(store=house.store, retention=Retention(), clock=house.clock)
    house.clock.advance(timedelta(days=28))
    monkeypatch.setattr(audit, "_now", house.clock)
    await AuditService(house.store).stopped("node")
    house.clock.advance(timedelta(days=3))
    dropped = await housekeeping.clean()
    assert (dropped["limits"], dropped["failures"]) == (3, 1)  # of account, contract and the contract's accounts
    assert [each.name for each in await house.limits.paused(actor.contract.id)] == ["b.example.com"]


async def test_the_bucket_of_no_limit_is_never_empty(house):
    """A clock that goes back a little, as between nodes, refuses nothing."""
    actor = await limited(house, orders_per_account="")
    house.clock.advance(HOUR)
    await house.order(actor)
    house.clock.advance(-5 * SECOND)
    await house.order(actor)
    work = Work()
    house.store.limits.spend(work, "x", Limit(1, DAY), house.clock())
    await house.store.commit(work)
    assert await house.store.limits.full_at("x") == house.clock() + DAY
