"""Contracts as the operator keeps them."""

import asyncio
from datetime import UTC, datetime

import pytest

from tegata.ca.errors import BadName, Refused, UnknownObject, UnknownService
from tegata.ca.model import Application, Organization
from tegata.ca.policy.contracts import ContractStatus
from tegata.ca.services import contracts
from tegata.ca.settings import Lint, Policy
from tests.ca.services.house import DAY, NOW, SECOND

pytestmark = pytest.mark.anyio


async def test_add(house):
    """A customer with a password told once, a credential, and the service's term to the second."""
    added = await house.sell("WWW.example.com", ".example.net", "www.example.com", user=" Admin@Example.com ")
    contract = added.contract
    assert contract.domains == ("www.example.com", ".example.net")
    assert contract.service == "ov-acme-1y"
    assert contract.application is Application.NEW
    assert (contract.applied_at, contract.starts) == (NOW, NOW)
    assert contract.ends == NOW + 365 * DAY - SECOND
    assert added.customer.login == "admin@example.com"
    assert await house.hasher.verify(added.customer.password_hash, added.password)
    assert added.credential.contract_id == contract.id
    view = await house.contracts.show(contract.id)
    assert (view.contract, view.credential, view.customer) == (contract, added.credential, added.customer)
    assert (view.status, view.service.label) == (ContractStatus.ACTIVE, "OV (ACME) 1年")


async def test_a_second_contract_of_a_customer(house):
    """The login stays, and no password is told."""
    first = await house.sell()
    house.clock.advance(SECOND)
    second = await house.sell("www.example.org", user="ADMIN@example.com")
    assert second.customer == first.customer
    assert second.password is None
    views = await house.contracts.of_customer(first.customer.id)
    assert [view.contract.id for view in views] == [first.contract.id, second.contract.id]
    assert {view.contract.id async for view in house.contracts.listed()} == {first.contract.id, second.contract.id}


async def test_two_first_contracts_at_once(house):
    """One customer comes of it; the loser is told to try again."""
    answers = await asyncio.gather(house.sell(), house.sell(), return_exceptions=True)
    assert sorted(type(answer).__name__ for answer in answers) == ["Added", "Refused"]


async def test_a_service_by_its_label(house):
    """As the portal's table prints it; one without ACME has no EAB."""
    added = await house.sell(service="OV (RSA2024) 半年")
    assert added.contract.service == "ov-csr-6m"
    assert added.credential is None
    assert added.contract.ends == NOW + 183 * DAY - SECOND
    assert (await house.contracts.show(added.contract.id)).credential is None


async def test_given_dates(house):
    """To the second, past ones included."""
    added = await house.sell(starts=NOW - 10 * DAY + SECOND / 2, ends=NOW - DAY)
    assert (added.contract.starts, added.contract.ends) == (NOW - 10 * DAY, NOW - DAY)
    assert (await house.contracts.show(added.contract.id)).status is ContractStatus.EXPIRED


async def test_a_contract_with_very_many_eabs(house, monkeypatch):
    """They are not all read for the one that stands for it."""
    added = await house.sell()
    house.clock.advance(SECOND)
    eab = await house.credentials.add(added.contract.id, label="web1")

    async def all_of_them(_):
        raise AssertionError("all were read")

    monkeypatch.setattr(house.store.credentials, "of_contract", all_of_them)
    assert (await house.contracts.show(added.contract.id)).credential == eab
    assert f"--eab-kid {eab.kid} " in (await house.credentials.eab_file(added.contract.id))[1]
    await house.credentials.add(added.contract.id, label="web2")


async def test_contracts_are_read_some_at_a_time(house, monkeypatch):
    """However many there are, each of them once."""
    monkeypatch.setattr(contracts, "PART", 2)
    for number in range(5):
        assert len([view async for view in house.contracts.listed()]) == number
        await house.sell()


@pytest.mark.parametrize(
    ("wishes", "refusal"),
    [
        ({"domains": ()}, Refused),
        ({"domains": ("co.jp",)}, BadName),
        ({"domains": ("a b",)}, BadName),
        ({"service": "gold"}, UnknownService),
        ({"user": "admin"}, Refused),
        ({"user": "a@b@c"}, Refused),
        ({"user": "a\n@example.com"}, Refused),
        ({"user": "a" * 250 + "@example.com"}, Refused),
        ({"starts": NOW, "ends": NOW}, Refused),
        ({"starts": NOW, "ends": NOW - DAY}, Refused),
        ({"organization": Organization(name="", country="JP")}, Refused),
        ({"organization": Organization(name=" a", country="JP")}, Refused),
        ({"organization": Organization(name="---", country="JP")}, Refused),
        ({"organization": Organization(name="a\0b", country="JP")}, Refused),
        ({"organization": Organization(name="a" * 65, country="JP")}, Refused),
        ({"organization": Organization(name="a", country="Japan")}, Refused),
        ({"organization": Organization(name="a", country="jp")}, Refused),
        ({"organization": Organization(name="a", country="JP", state="")}, Refused),
        ({"organization": Organization(name="a", country="JP", locality="a" * 129)}, Refused),
    ],
)
async def test_what_is_no_contract(house, wishes, refusal):
    """Refused before anything is stored."""
    with pytest.raises(refusal):
        await house.sell(**wishes)
    assert [view async for view in house.contracts.listed()] == []
    assert await house.store.customers.by_login("admin@example.com") is None


async def test_an_organization_with_an_ideographic_space(house):
    """Many Japanese names have one."""
    organization = Organization(name="株式会社\u3000エグザンプル", country="JP")
    assert (await house.sell(organization=organization)).contract.organization == organization


async def test_the_longest_names_of_an_organization(house):
    """As many characters as a certificate's fields have room for (BR 7.1.4.2)."""
    organization = Organization(name="a" * 64, country="JP", state="b" * 128, locality="c" * 128)
    assert (await house.sell(organization=organization)).contract.organization == organization


async def test_renew(house):
    """By the service's term from the present end; the EAB stays the same."""
    added = await house.sell()
    house.clock.advance(300 * DAY)
    view = await house.contracts.renew(added.contract.id)
    assert view.contract.ends == added.contract.ends + 365 * DAY
    assert view.contract.renewed_at == NOW + 300 * DAY
    assert view.contract.application is Application.RENEWAL
    assert view.credential == added.credential
    given = await house.contracts.renew(added.contract.id, NOW + 2000 * DAY)
    assert given.contract.ends == NOW + 2000 * DAY


async def test_renew_what_has_expired(house):
    """It is alive again if the new end is to come."""
    added = await house.sell(starts=NOW - 400 * DAY, ends=NOW - 100 * DAY)
    assert (await house.contracts.renew(added.contract.id)).status is ContractStatus.ACTIVE
    long_gone = await house.sell("www.example.org", starts=NOW - 1000 * DAY, ends=NOW - 600 * DAY)
    with pytest.raises(Refused):
        await house.contracts.renew(long_gone.contract.id)
    with pytest.raises(Refused, match="would still have ended"):
        await house.contracts.renew(long_gone.contract.id, NOW)


async def test_no_contract_outlasts_the_calendar(house):
    """Told as a refusal, for a new one and for one that is prolonged."""
    last = datetime(9999, 12, 31, tzinfo=UTC)
    added = await house.sell(ends=last)
    for lasting in (house.contracts.renew(added.contract.id), house.sell("www.example.org", starts=last)):
        with pytest.raises(Refused, match="after the year 9999"):
            await lasting


async def test_renewing_does_not_shorten(house):
    """The end only moves on."""
    added = await house.sell()
    for ends in (added.contract.ends, NOW + DAY):
        with pytest.raises(Refused):
            await house.contracts.renew(added.contract.id, ends)


async def test_two_that_renew_at_once(house):
    """One term is added, not two."""
    added = await house.sell()
    answers = await asyncio.gather(
        *(house.contracts.renew(added.contract.id) for _ in range(2)), return_exceptions=True
    )
    assert sorted(type(answer).__name__ for answer in answers) == ["ContractView", "Refused"]
    assert (await house.contracts.show(added.contract.id)).contract.ends == added.contract.ends + 365 * DAY


async def test_suspend_resume_end(house):
    """Each once; nothing follows an end."""
    contract_id = (await house.sell()).contract.id
    with pytest.raises(Refused):
        await house.contracts.resume(contract_id)
    assert (await house.contracts.suspend(contract_id)).status is ContractStatus.SUSPENDED
    with pytest.raises(Refused):
        await house.contracts.suspend(contract_id)
    assert (await house.contracts.resume(contract_id)).status is ContractStatus.ACTIVE
    assert (await house.contracts.end(contract_id)).status is ContractStatus.ENDED
    for change in (house.contracts.suspend, house.contracts.resume, house.contracts.end, house.contracts.renew):
        with pytest.raises(Refused):
            await change(contract_id)


async def test_an_unknown_contract(house):
    """Is told so by every command."""
    contracts = house.contracts
    for change in (contracts.show, contracts.suspend, contracts.resume, contracts.end, contracts.renew):
        with pytest.raises(UnknownObject) as caught:
            await change("C0")
        assert caught.value.facts == {"kind": "contract", "name": "C0"}


@pytest.mark.parametrize("rules", [(Policy(public=True), Lint()), (Policy(), Lint(pkilint=True))])
async def test_where_an_organization_is(house, rules):
    """B-63: a publicly trusted CA has to say its state or its locality, where it names it; pkilint asks it of any."""
    house.contracts._policy, house.contracts._lint = rules
    nowhere = Organization(name="Example", country="JP")
    with pytest.raises(Refused):
        await house.sell(organization=nowhere)
    assert await house.sell(organization=nowhere, service="dv-acme-1y")
    for place in ({"state": "Tokyo"}, {"locality": "Mitaka-shi"}):
        assert await house.sell(organization=Organization(name="Example", country="JP", **place))


async def test_what_pkilint_finds_and_the_ca_accepts(house):
    """A CA of a closed network may name organizations that are nowhere (B-63)."""
    accepted = "cabf.serverauth.subscriber_stateprovince_and_locality_missing"
    house.contracts._lint = Lint(pkilint=True, accepted=(accepted,))
    assert await house.sell(organization=Organization(name="Example", country="JP"))
