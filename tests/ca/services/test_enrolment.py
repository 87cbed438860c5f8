"""Certificates without ACME: a customer's request, the order of an account that the CA keeps, the certificate."""

import asyncio
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from tegata.acme import eab, jwk
from tegata.acme.messages import NewAccount
from tegata.acme.statuses import ChallengeStatus, OrderStatus
from tegata.ca.errors import (
    BadRevocationReason,
    ContractSuspended,
    Fault,
    ForeignName,
    NotFound,
    OrderNotReady,
    ServiceWithoutAcme,
    ServiceWithoutRequests,
    TermsChanged,
    UnknownObject,
    WrongAnswer,
    WrongKey,
)
from tegata.ca.policy.terms import Terms
from tegata.ca.ports import Verdict, Work
from tegata.ca.services.once import SentBefore
from tegata.ca.services.refusals import ORDER
from tegata.ca.settings import SERVICES
from tegata.pki import csr
from tegata.pki.key_types import KeyType
from tegata.pki.keys import generate
from tests.ca.services.house import CERTIFICATE_KEY, NEW_ACCOUNT, NOW, SECOND, House, leaf

pytestmark = pytest.mark.anyio
SERVICE = "ov-csr-6m"
AGREED = "contract.terms-agreed"
OTHER_KEY = generate(KeyType.RSA2048)


def pem(*names, key=CERTIFICATE_KEY):
    der = csr.build(key, names or ("www.example.com",), common_name=None)
    return x509.load_der_x509_csr(der).public_bytes(Encoding.PEM)


async def sold(house, *domains):
    added = await house.sell(*domains, service=SERVICE)
    return await house.contracts.show(added.contract.id)


async def proved(house, view, *names):
    """An order whose names the customer has proved."""
    placed = await house.enrolments.place(view, pem(*names))
    for name in (await house.enrolments.show(view, placed.order.id)).names:
        await house.enrolments.prove(view, name.ways[0].challenge.id)
    await house.work()
    return placed.order.id


async def test_a_request_that_leads_to_no_order_is_on_record(house):
    """B-93: its names and all that was wrong with it; what is only looked at is not."""
    view = await sold(house)
    wrong = pem("www.example.com", "www.example.org", key=generate(KeyType.EC256))
    await house.requests.look(view, wrong)
    assert await house.store.audit.of_kind(ORDER) == []
    with pytest.raises(WrongKey):
        await house.enrolments.place(view, wrong)
    [event] = await house.store.audit.of_kind(ORDER)
    told = {"names": "www.example.com, www.example.org", "count": "2", "codes": "csr.key, order.foreign-name"}
    assert (event.subject, event.facts) == (view.contract.id, told)


async def test_from_request_to_certificate(house):
    """M13: The same examination, validation and certificate as by ACME; for the key of the request."""
    view = await sold(house, "www.example.com", "www.example.net")
    order_id = await proved(house, view, "www.example.com", "www.example.net")
    ready = await house.enrolments.show(view, order_id)
    assert ready.order.status is OrderStatus.READY
    issued = await house.enrolments.issue(view, order_id)
    assert issued.status is OrderStatus.VALID
    certificate, chain = await house.certificates.of_contract(view.contract.id, issued.order.serial)
    made = leaf(certificate)
    assert made.public_key() == CERTIFICATE_KEY.public_key()
    assert set(certificate.names) == {"www.example.com", "www.example.net"}
    assert made.subject.get_attributes_for_oid(x509.NameOID.ORGANIZATION_NAME)[0].value == "Example株式会社"
    assert chain == certificate.chain_pem
    assert await house.enrolments.open(view) == []


async def test_what_is_to_be_found_is_what_is_looked_for(house):
    """The page's file and record, against what the validator is asked."""
    house.products.update(SERVICES)
    view = await sold(house, ".example.net")
    placed = await house.enrolments.place(view, pem("*.example.net", "a.example.net"))
    shown = await house.enrolments.show(view, placed.order.id)
    wild, plain = sorted(shown.names, key=lambda name: name.name)
    assert (wild.name, [way.where for way in wild.ways]) == ("*.example.net", ["_acme-challenge.example.net"])
    by_file, by_record = plain.ways
    assert by_file.where == f"http://a.example.net/.well-known/acme-challenge/{by_file.challenge.token}"
    assert by_record.where == "_acme-challenge.a.example.net"
    await house.enrolments.prove(view, by_file.challenge.id)
    assert (await house.enrolments.show(view, placed.order.id)).is_waiting
    await house.work()
    assert house.network.asked[-1].key_authorization == by_file.content
    assert not (await house.enrolments.show(view, placed.order.id)).is_waiting


async def test_a_name_that_was_not_proved(house):
    """The order comes to nothing, and is placed once more for the same request."""
    view = await sold(house)
    house.network.verdicts.append(Verdict(WrongAnswer(url="http://www.example.com/", got="-"), b"{}"))
    order_id = await proved(house, view)
    failed = await house.enrolments.show(view, order_id)
    assert (failed.order.status, failed.order.fault.code) == (OrderStatus.INVALID, WrongAnswer.code)
    with pytest.raises(OrderNotReady):
        await house.enrolments.issue(view, order_id)
    placed = await house.enrolments.again(view, order_id)
    assert placed.order.csr == failed.order.order.csr
    [name] = (await house.enrolments.show(view, placed.order.id)).names
    assert [way.status for way in name.ways] == [ChallengeStatus.PENDING]
    assert (await house.enrolments.again(view, placed.order.id)).order.id == placed.order.id, "it is open"


async def test_a_name_is_proved_once(house):
    """The next request is ready at once, as an ACME client's would be."""
    view = await sold(house)
    await proved(house, view)
    placed = await house.enrolments.place(view, pem(key=OTHER_KEY))
    assert placed.status is OrderStatus.READY
    assert len(await house.enrolments.open(view)) == 2


async def test_what_no_certificate_is_had_for(house):
    """By the word of the services that refuse an ACME client the same; nothing is left behind."""
    view = await sold(house)
    with pytest.raises(ForeignName):
        await house.enrolments.place(view, pem("www.example.org"))
    with pytest.raises(WrongKey):
        await house.enrolments.place(view, pem(key=generate(KeyType.EC256)))
    await house.contracts.suspend(view.contract.id)
    with pytest.raises(ContractSuspended):
        await house.enrolments.place(await house.contracts.show(view.contract.id), pem())
    assert await house.enrolments.open(view) == []


async def test_a_contract_that_ends_meanwhile(house):
    """It is asked once more at the certificate."""
    view = await sold(house)
    order_id = await proved(house, view)
    await house.contracts.suspend(view.contract.id)
    with pytest.raises(ContractSuspended):
        await house.enrolments.issue(view, order_id)


async def test_two_first_requests_at_once(house):
    """The contract's account is made once."""
    view = await sold(house)
    placed = await asyncio.gather(*(house.enrolments.place(view, pem()) for _ in range(3)))
    assert len({each.order.account_id for each in placed}) == 1
    assert len(await house.store.accounts.of_contract(view.contract.id)) == 1


async def test_one_form_on_two_nodes(house, authority):
    """A double click of which each half comes to another node orders once; a failed order may be placed anew, once."""
    view = await sold(house)
    house.network.verdicts.append(Verdict(WrongAnswer(url="http://www.example.com/", got="-"), b"{}"))
    failed = await proved(house, view)
    other = House(house.path, authority)
    nodes = (house, other)

    async def once(*placing):
        first, second = await asyncio.gather(*placing)
        assert first.order.id == second.order.id
        return first.order.id

    again = await once(*(node.enrolments.again(view, failed, once="again") for node in nodes))
    assert again != failed
    placed = await once(*(node.enrolments.place(view, pem(key=OTHER_KEY), once="form") for node in nodes))
    assert len(await house.enrolments.open(view)) == 2
    # The same form, once what it has ordered is over, orders nothing more by itself.
    work = Work()
    house.store.orders.fail(work, placed, Fault("x", {}, "T-7KM2Q9XZ"))
    await house.store.commit(work)
    with pytest.raises(SentBefore):
        await other.enrolments.place(view, pem(key=OTHER_KEY), once="form")
    assert (await other.enrolments.place(view, pem(key=OTHER_KEY), once="next form")).order.id != placed
    await other.store.close()


async def test_an_order_tells_of_the_agreement(house):
    """B-99: Who applies in the portal agrees by that; the log has it with the order, and none of what is refused."""
    view = await sold(house)
    house.terms.terms = Terms("https://ca.example.com/terms-2", changed=NOW, due=NOW)

    async def noted():
        return [one for one in await house.store.audit.of_subject(view.contract.id) if one.kind == AGREED]

    with pytest.raises(ForeignName):
        await house.enrolments.place(view, pem("www.example.org"))
    assert await noted() == []
    placed = await house.enrolments.place(view, pem())
    assert [one.facts["terms"] for one in await noted()] == ["https://ca.example.com/terms-2"]
    assert not await house.terms.is_waiting(view.contract.id)
    # What comes later has to be agreed to anew, and the next application does.
    house.network.verdicts.append(Verdict(WrongAnswer(url="http://www.example.com/", got="-"), b"{}"))
    [name] = (await house.enrolments.show(view, placed.order.id)).names
    await house.enrolments.prove(view, name.ways[0].challenge.id)
    await house.work()
    house.clock.advance(SECOND)
    house.terms.terms = Terms("https://ca.example.com/terms-3", changed=NOW + SECOND, due=NOW + SECOND)
    with pytest.raises(TermsChanged):
        await house.enrolments.again(view, placed.order.id)
    await house.enrolments.place(view, pem())
    assert [one.facts["terms"] for one in await noted()][1:] == ["https://ca.example.com/terms-3"]


async def test_without_terms_nobody_agrees(house):
    """And nothing is on record of it."""
    view = await sold(house)
    await house.enrolments.place(view, pem())
    assert AGREED not in {one.kind for one in await house.store.audit.of_subject(view.contract.id)}


async def test_services_with_acme_have_no_enrolments(house):
    """Nor has one without any certificates."""
    added = await house.sell()
    view = await house.contracts.show(added.contract.id)
    with pytest.raises(ServiceWithoutRequests):
        await house.enrolments.place(view, pem())
    with pytest.raises(ServiceWithoutRequests):
        await house.enrolments.open(view)
    actor = await house.register(added)
    ordered = await house.order(actor)
    with pytest.raises(NotFound):
        await house.enrolments.show(view, ordered.order.id)


async def test_other_contracts_orders(house):
    """Another's order is none: neither shown, proved, issued nor repeated."""
    view, other = await sold(house), await sold(house, "www.example.org")
    order_id = await proved(house, view)
    [name] = (await house.enrolments.show(view, order_id)).names
    await house.enrolments.place(other, pem("www.example.org"))
    for touch in (house.enrolments.show, house.enrolments.issue, house.enrolments.again):
        with pytest.raises(NotFound):
            await touch(other, order_id)
    with pytest.raises(NotFound):
        await house.enrolments.prove(other, name.ways[0].challenge.id)


async def test_nobody_is_told_of_the_kept_credential(house):
    """It is in no list and in no file, and whoever had its key could register nothing by it."""
    view = await sold(house)
    await house.enrolments.place(view, pem())
    contract_id = view.contract.id
    [kept] = await house.store.credentials.of_contract(contract_id)
    assert (await house.contracts.show(contract_id)).credential is None
    assert await house.credentials.of_contract(contract_id) == []
    with pytest.raises(ServiceWithoutAcme):
        await house.credentials.eab_file(contract_id)
    with pytest.raises(ServiceWithoutAcme):
        await house.credentials.add(contract_id)
    for touch in (house.credentials.mac, house.credentials.disable, house.credentials.rotate):
        with pytest.raises(UnknownObject):
            await touch(kept.kid)
    key = generate(KeyType.EC256)
    public = jwk.from_public(key.public_key())
    binding = eab.bind(public, kept.kid, house.sealer.open(f"eab:{kept.kid}", kept.sealed_mac), NEW_ACCOUNT)
    new = NewAccount(terms_of_service_agreed=True, external_account_binding=binding)
    with pytest.raises(ServiceWithoutAcme):
        await house.accounts.register(jwk=public, new=new, url=NEW_ACCOUNT)


async def test_a_request_that_is_sent_twice(house):
    """One order, at the same moment too; another request, one that has come to nothing, or is done, has its own."""
    view = await sold(house)
    first = await house.enrolments.place(view, pem())
    again = await asyncio.gather(*(house.enrolments.place(view, pem()) for _ in range(2)))
    assert {one.order.id for one in again} == {first.order.id}
    other = await asyncio.gather(*(house.enrolments.place(view, pem(key=OTHER_KEY)) for _ in range(2)))
    assert len({first.order.id, *(one.order.id for one in other)}) == 2
    assert len(await house.enrolments.open(view)) == 2
    house.network.verdicts = [
        Verdict(WrongAnswer(name="www.example.com", url="http://x/", excerpt="", expected=""), b"{}")
    ]
    await house.enrolments.prove(
        view, (await house.enrolments.show(view, first.order.id)).names[0].ways[0].challenge.id
    )
    await house.work()
    second = await house.enrolments.again(view, first.order.id)
    assert second.order.id != first.order.id
    house.network.verdicts = []
    await house.enrolments.prove(
        view, (await house.enrolments.show(view, second.order.id)).names[0].ways[0].challenge.id
    )
    await house.work()
    await house.enrolments.issue(view, second.order.id)
    assert (await house.enrolments.place(view, pem())).order.id not in {first.order.id, second.order.id}


async def test_the_terms_of_service(house):
    """Who applies agrees; new terms are agreed to on the contract's page."""
    view = await sold(house)
    await house.enrolments.place(view, pem())
    house.terms.terms = Terms("https://ca.example.com/terms-2", NOW + timedelta(days=1))
    house.clock.advance(timedelta(days=2))
    assert await house.terms.is_waiting(view.contract.id)


async def test_the_customer_revokes(house):
    """A-90, A-93: For a reason that subscribers have, and only what is under the contract."""
    view = await sold(house)
    issued = await house.enrolments.issue(view, await proved(house, view))
    serial = issued.order.serial
    customer, other = view.customer, await sold(house, "www.example.org")
    with pytest.raises(NotFound):
        await house.certificates.revoke_by_customer(customer, other.contract.id, serial, 4)
    with pytest.raises(BadRevocationReason):
        await house.certificates.revoke_by_customer(customer, view.contract.id, serial, 9)
    await house.certificates.revoke_by_customer(customer, view.contract.id, serial, 4)
    assert (await house.certificates.show(serial)).reason == 4
    [event] = [one for one in await house.store.audit.of_subject(serial) if "revoked" in one.kind]
    assert event.facts["by"] == f"customer {customer.id}"
