"""EAB credentials and the file they are handed out in."""

import asyncio
import shlex

import pytest

from tegata.acme import eab
from tegata.acme.identifiers import Identifier
from tegata.acme.statuses import OrderStatus
from tegata.ca.errors import (
    AuthorizationRefused,
    ContractEnded,
    ContractExpired,
    CredentialDisabled,
    CredentialExpired,
    CredentialSuperseded,
    NamesRefused,
    NotFound,
    Refused,
    ServiceWithoutAcme,
    UnknownObject,
)
from tegata.ca.services import credentials
from tegata.ca.settings import Limits
from tegata.pki.key_types import KeyType
from tegata.pki.keys import generate
from tests.ca.services.house import DAY, HOUR, NOW, SECOND

pytestmark = pytest.mark.anyio


async def test_show(house):
    """The record, and its key in base64url; at rest the key is sealed (A-40)."""
    added = await house.sell()
    kid = added.credential.kid
    assert await house.credentials.show(kid) == added.credential
    mac = await house.credentials.mac(kid)
    assert len(eab.decode_mac(mac)) == 32
    assert eab.decode_mac(mac) not in added.credential.sealed_mac


async def test_rotate(house):
    """A new one of the same contract; the old one keeps its accounts and binds no more."""
    added = await house.sell()
    actor = await house.register(added)
    house.clock.advance(SECOND)
    new = await house.credentials.rotate(added.credential.kid)
    assert (new.contract_id, new.created_at) == (added.contract.id, NOW + SECOND)
    assert (await house.credentials.show(added.credential.kid)).superseded_at == NOW + SECOND
    assert (await house.contracts.show(added.contract.id)).credential == new
    await house.order(actor)
    with pytest.raises(Refused):
        await house.credentials.rotate(added.credential.kid)
    await house.credentials.disable(new.kid)
    with pytest.raises(Refused):
        await house.credentials.rotate(new.kid)


async def test_rotate_with_an_overlap(house):
    """Both register accounts for a time, then the new one alone; what the old one made goes on."""
    added = await house.sell()
    new = await house.credentials.rotate(added.credential.kid, until=NOW + DAY)
    both = [added, added._replace(credential=new)]
    actor, _ = [await house.register(one) for one in both]
    house.clock.advance(DAY)
    with pytest.raises(CredentialSuperseded):
        await house.register(added)
    await house.register(both[1])
    await house.order(actor)
    with pytest.raises(Refused):
        await house.credentials.rotate(added.credential.kid, until=NOW + 9 * DAY)
    with pytest.raises(Refused):
        await house.credentials.rotate(new.kid, until=NOW)


async def test_a_contract_has_so_many_new_eabs(house):
    """S-30: Added, replaced or labelled, however many ask at once; each may still be disabled, and is in time again."""
    house.limited = Limits(eabs_per_contract="4/4d")
    await house.restart()
    contract = (await house.sell()).contract.id
    add, labelled = house.credentials.add, house.credentials.label
    done = await asyncio.gather(*(add(contract) for _ in range(5)), return_exceptions=True)
    [refused] = [each for each in done if isinstance(each, Refused)]
    assert refused.facts == {"reason": "so much was done to the contract's EABs that it has to wait"}
    assert len(await house.credentials.of_contract(contract)) == 5
    kid = (await house.contracts.show(contract)).credential.kid
    assert (await labelled(kid, " ")).label == ""  # as it was
    for late in (add(contract), house.credentials.rotate(kid), labelled(kid, "web")):
        with pytest.raises(Refused):
            await late
    await house.credentials.disable(kid)
    await add((await house.sell("other.example.com", user="other@example.com")).contract.id)
    house.clock.advance(DAY)
    assert (await labelled(kid, "web")).label == "web"


async def test_rotate_keeps_the_limits(house):
    """But for an end that is given."""
    added = await house.sell("www.example.com", "www2.example.com")
    one = await house.credentials.add(
        added.contract.id, domains=["www2.example.com"], most_accounts=3, expires_at=NOW + DAY
    )
    new = await house.credentials.rotate(one.kid)
    assert (new.domains, new.most_accounts, new.expires_at) == (("www2.example.com",), 3, NOW + DAY)
    newer = await house.credentials.rotate(new.kid, expires_at=NOW + 2 * DAY)
    assert newer.expires_at == NOW + 2 * DAY
    house.clock.advance(2 * DAY)
    with pytest.raises(Refused):
        await house.credentials.rotate(newer.kid)


async def test_an_eab_for_some_of_the_names(house):
    """Its accounts have those only; the contract's own EAB stays what it was."""
    added = await house.sell("www.example.com", ".example.net")
    house.clock.advance(SECOND)
    limited = await house.credentials.add(added.contract.id, domains=["A.example.net"])
    actor = await house.register(added._replace(credential=limited))
    await house.issue(actor, "a.example.net")
    with pytest.raises(NamesRefused) as caught:
        await house.order(actor, "a.example.net", "www.example.com")
    assert caught.value.facts["names"] == "www.example.com"
    assert (await house.contracts.show(added.contract.id)).credential == added.credential
    assert "-d www.example.com -d example.net " in (await house.credentials.eab_file(added.contract.id))[1]
    name, text = await house.credentials.eab_file(added.contract.id, limited.kid)
    assert name == f"eab-{limited.kid}.txt"
    assert f"--eab-kid {limited.kid} -d a.example.net --key-type rsa" in text
    assert [one.kid for one in await house.credentials.of_contract(added.contract.id)] == [
        limited.kid,
        added.credential.kid,
    ]


async def test_an_eab_for_some_of_the_names_from_now_on(house):
    """An account under it finalizes no order for another name, nor authorizes one; its own names go on (A-84)."""
    added, key = await house.sell("www.example.com", ".example.net"), generate(KeyType.EC256)
    actor = await house.register(added, key)
    other, own = [await house.ready(actor, name) for name in ("www.example.com", "a.example.net")]
    limited = await house.credentials.add(added.contract.id, domains=["a.example.net"])
    actor = await house.register(added._replace(credential=limited), key)
    assert actor.credential == limited
    with pytest.raises(NamesRefused) as caught:
        await house.finalize(actor, other)
    assert caught.value.facts["names"] == "www.example.com"
    with pytest.raises(AuthorizationRefused):
        await house.orders.authorize(actor, Identifier("dns", "www.example.com"))
    await house.orders.authorize(actor, Identifier("dns", "a.example.net"))
    assert (await house.finalize(actor, own)).status is OrderStatus.VALID


async def test_an_eab_that_cannot_be(house):
    """For a name or a contract that is not there, for nobody, or until yesterday."""
    contract = (await house.sell()).contract.id
    for wishes in ({"domains": ["www.example.org"]}, {"most_accounts": 0}, {"expires_at": NOW}):
        with pytest.raises(Refused):
            await house.credentials.add(contract, **wishes)
    for ask in (house.credentials.add, house.credentials.of_contract, house.credentials.eab_file):
        with pytest.raises(UnknownObject) as caught:
            await ask("C0")
        assert caught.value.facts == {"kind": "contract", "name": "C0"}
    with pytest.raises(UnknownObject):
        await house.credentials.eab_file(contract, "unknown")
    without = await house.sell(service="ov-csr-6m")
    with pytest.raises(ServiceWithoutAcme):
        await house.credentials.add(without.contract.id)
    assert len(await house.credentials.of_contract(contract)) == 1


async def test_an_eab_that_expires_ends_its_accounts(house):
    """At that second, for what was begun too; others of the contract go on."""
    added = await house.sell()
    short = added._replace(credential=await house.credentials.add(added.contract.id, expires_at=NOW + HOUR))
    actor, other = await house.register(short), await house.register(added)
    ready = await house.ready(actor)
    house.clock.advance(HOUR)
    for ask in (house.order(actor), house.finalize(actor, ready), house.register(short)):
        with pytest.raises(CredentialExpired):
            await ask
    await house.order(other)


async def test_what_stops_with_an_eab_is_told_before(house):
    """Its living accounts, their valid certificates and the first end; then the next request of each is refused."""
    added = await house.sell()
    kid = added.credential.kid
    other = added._replace(credential=await house.credentials.add(added.contract.id))
    first, second, third, gone = [await house.register(added) for _ in range(4)]
    await house.issue(await house.register(other))
    certificate = await house.issue(first)
    house.clock.advance(SECOND)
    await house.issue(second)
    await house.issue(gone)
    await house.accounts.deactivate(gone)
    await house.certificates.revoke_by_operator(certificate.serial, 4)
    ready, pending = await house.ready(second), await house.order(third)
    usage = await house.credentials.usage(added.credential)
    last_second = NOW + SECOND + 90 * DAY - SECOND
    assert usage[:4] == (4, 3, 1, last_second)
    with pytest.raises(Refused):
        await house.credentials.disable(kid, accounts=2)
    assert (await house.credentials.disable(kid, accounts=3)).disabled_at == house.clock()
    challenge = pending.authorizations[0].authorization.challenges[0]
    for ask in (
        house.order(first),
        house.finalize(second, ready),
        house.challenges.accept(await house.again(third), challenge.id),
    ):
        with pytest.raises(CredentialDisabled):
            await ask


async def test_what_an_eab_is_called(house):
    """As it is made or later; the one in its place is called so too. It is one line that can be read."""
    added = await house.sell()
    assert added.credential.label == ""
    named = await house.credentials.add(added.contract.id, label=" Web１　予備 ")
    assert (await house.credentials.show(named.kid)).label == named.label == "Web１　予備"
    assert (await house.credentials.rotate(named.kid)).label == named.label
    assert (await house.credentials.label(named.kid, "x" * 64)).label == "x" * 64
    for label in ("x" * 65, "two\nlines", "right\u202eleft", "\x00", "\udc80"):
        with pytest.raises(Refused):
            await house.credentials.label(named.kid, label)
        with pytest.raises(Refused):
            await house.credentials.add(added.contract.id, label=label)
    assert (await house.credentials.label(named.kid, "")).label == ""
    with pytest.raises(UnknownObject):
        await house.credentials.label("unknown", "x")


async def test_who_used_an_eab_last(house):
    """An account that goes under another EAB leaves it as it was; what that one orders then, is the other's."""
    added, key = await house.sell(), generate(KeyType.EC256)
    kid = added.credential.kid
    assert (await house.credentials.usage(added.credential)).last_use is None
    actor = await house.register(added, key)
    house.clock.advance(SECOND)
    await house.order(actor)
    other = added._replace(credential=await house.credentials.rotate(kid))
    house.clock.advance(SECOND)
    actor = await house.register(other, key)
    house.clock.advance(SECOND)
    await house.order(actor)
    account = actor.account.id
    assert (await house.credentials.usage(added.credential)).last_use == (NOW + SECOND, account)
    assert (await house.credentials.usage(other.credential)).last_use == (NOW + 3 * SECOND, account)


async def test_disable(house):
    """Once."""
    added = await house.sell()
    assert (await house.credentials.disable(added.credential.kid)).disabled_at == NOW
    with pytest.raises(Refused):
        await house.credentials.disable(added.credential.kid)


async def test_an_unknown_credential(house):
    """Is told so."""
    for ask in (house.credentials.show, house.credentials.mac, house.credentials.rotate, house.credentials.disable):
        with pytest.raises(UnknownObject) as caught:
            await ask("unknown")
        assert caught.value.facts == {"kind": "EAB", "name": "unknown"}


async def test_the_eab_file(house):
    """Exactly one command on one line, as the manual prints it, for every name of the contract."""
    added = await house.sell("www.example.com", "www2.example.com", ".example.net")
    kid = added.credential.kid
    mac = await house.credentials.mac(kid)
    name, text = await house.credentials.eab_file(added.contract.id)
    assert name == f"eab-{added.contract.id}.txt"
    assert text == (
        f"sudo certbot --server https://ca.example.com/acme/ --eab-hmac-key {mac} --eab-kid {kid}"
        " -d www.example.com -d www2.example.com -d example.net --key-type rsa\n"
    )
    assert shlex.join(shlex.split(text)) == text.strip(), "no shell reads anything into it"


async def test_the_eab_file_has_the_newest_eab(house):
    """After a rotation the new one; after its end, none."""
    added = await house.sell()
    house.clock.advance(SECOND)
    new = await house.credentials.rotate(added.credential.kid)
    assert f"--eab-kid {new.kid} " in (await house.credentials.eab_file(added.contract.id))[1]
    await house.credentials.disable(new.kid)
    with pytest.raises(CredentialDisabled):
        await house.credentials.eab_file(added.contract.id)


async def test_no_eab_file_of_an_eab_that_registers_nobody(house):
    """Nor of the contract, where no other is left: certbot would be refused only at the customer's server."""
    added = await house.sell()
    contract, kid = added.contract.id, added.credential.kid
    short = await house.credentials.rotate(kid, until=NOW + HOUR, expires_at=NOW + DAY)
    assert f"--eab-kid {kid} " in (await house.credentials.eab_file(contract, kid))[1]
    house.clock.advance(HOUR)
    with pytest.raises(CredentialSuperseded):
        await house.credentials.eab_file(contract, kid)
    assert f"--eab-kid {short.kid} " in (await house.credentials.eab_file(contract))[1]
    house.clock.advance(DAY)
    with pytest.raises(CredentialExpired):
        await house.credentials.eab_file(contract, short.kid)
    with pytest.raises((CredentialExpired, CredentialSuperseded)):
        await house.credentials.eab_file(contract)


async def test_the_eabs_of_a_contract_that_is_over(house):
    """There is no file of them, and no other EAB: it is told what is to be done, before certbot is refused for it.

    Of a contract that is suspended, or begins later, there is one; and again once it is renewed.
    """
    later = await house.sell(starts=NOW + DAY)
    assert (await house.credentials.eab_file(later.contract.id))[1]
    added = await house.sell(ends=NOW + DAY)
    contract, kid = added.contract.id, added.credential.kid
    await house.contracts.suspend(contract)
    _, line = await house.credentials.eab_file(contract)
    await house.contracts.resume(contract)
    house.clock.advance(DAY + SECOND)

    async def refused(error: type[Exception]) -> None:
        for asked in (
            house.credentials.eab_file(contract),
            house.credentials.eab_file(contract, kid),
            house.credentials.add(contract),
            house.credentials.rotate(kid),
        ):
            with pytest.raises(error):
                await asked

    await refused(ContractExpired)
    await house.contracts.renew(contract)
    assert (await house.credentials.eab_file(contract))[1] == line
    await house.contracts.end(contract)
    await refused(ContractEnded)
    assert (await house.credentials.disable(kid)).disabled_at is not None


async def test_contracts_without_an_eab_file(house):
    """One without ACME, and one that is not there."""
    added = await house.sell(service="ov-csr-6m")
    with pytest.raises(ServiceWithoutAcme):
        await house.credentials.eab_file(added.contract.id)
    with pytest.raises(UnknownObject):
        await house.credentials.eab_file("C0")


async def test_what_hangs_on_all_of_a_contract(house):
    """The same as is said of each, by one look: a contract may have many EABs, and many more certificates."""
    added = await house.sell()
    second = await house.credentials.add(added.contract.id)
    await house.credentials.add(added.contract.id)
    for credential in (added.credential, second):
        actor = await house.register(added._replace(credential=credential))
        for _ in range(2):
            certificate = await house.issue(actor)
    await house.certificates.revoke_by_operator(certificate.serial, 4)
    other = await house.sell("other.example.com", user="other@example.com")
    await house.register(other)
    found = await house.credentials.of_contract(added.contract.id)
    usages = await house.credentials.usages(found)
    assert usages == {one.kid: await house.credentials.usage(one) for one in found}
    assert sorted(each.certificates for each in usages.values()) == [0, 1, 2]


async def test_a_page_at_a_time(house, monkeypatch):
    """A customer may have had thousands: each stands on one page, newest first, also those of one moment."""
    added = await house.sell()
    contract, other = added.contract.id, (await house.sell()).contract.id
    for number in range(6):
        house.clock.advance(SECOND * (number % 2))
        await house.credentials.add(contract)
    monkeypatch.setattr(credentials, "PAGE", 3)
    pages, after = [], None
    while True:
        found, after = await house.credentials.page(contract, after)
        assert set(await house.credentials.usages(found)) == {one.kid for one in found}
        pages.append(found)
        if after is None:
            break
    assert [len(page) for page in pages] == [3, 3, 1]
    assert [one for page in pages for one in page] == await house.credentials.of_contract(contract)
    for unknown in ("", "nothing"):
        with pytest.raises(NotFound):
            await house.credentials.page(contract, unknown)
    with pytest.raises(NotFound):
        await house.credentials.page(other, pages[0][0].kid)
    assert await house.credentials.usages([]) == {}
