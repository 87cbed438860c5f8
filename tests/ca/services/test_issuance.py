"""From a ready order to a certificate: what is issued, what is refused, and that it happens once."""

import asyncio

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtensionOID, NameOID
from structlog.testing import capture_logs

from tegata.acme.statuses import OrderStatus
from tegata.ca.errors import (
    AccountDeactivated,
    AccountKeyInRequest,
    BadCertificateRequest,
    ContractEnded,
    ContractExpired,
    ContractSuspended,
    CredentialDisabled,
    DatesRefused,
    NamesRefused,
    NotFound,
    OrderNotReady,
    ProfileRefused,
    ReissueLimited,
    WrongKey,
)
from tegata.ca.issuing.lint import LintFailed
from tegata.ca.model import Limit, Organization
from tegata.ca.ports import Work
from tegata.ca.services import refusals
from tegata.ca.services.validated import ValidatedOrder
from tegata.ca.settings import Profile
from tegata.pki import csr
from tegata.pki.certs import check_chain, load_chain, names_of
from tegata.pki.key_types import KeyType
from tegata.pki.keys import generate
from tests.ca.services.house import CERTIFICATE_KEY, DAY, HOUR, NOW, SECOND, leaf

pytestmark = pytest.mark.anyio


async def test_a_ready_order_becomes_a_certificate(house):
    """Key and names come from the CSR, all else from the contract (A-82, B-65); chain and dates are as they should."""
    actor = await house.register(await house.sell("www.example.com", ".example.net"))
    certificate = await house.issue(actor, "www.example.com", "a.example.net")
    chain = load_chain((await house.certificates.chains(actor, certificate.serial))[0])
    check_chain(chain, CERTIFICATE_KEY.public_key(), ["www.example.com", "a.example.net"])
    assert chain[1:] == [house.authority.certificate]
    assert chain[0].subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)[0].value == "Example株式会社"
    assert format(chain[0].serial_number, "x") == certificate.serial
    assert chain[0].not_valid_before_utc == NOW
    assert chain[0].not_valid_after_utc == NOW + 90 * DAY - SECOND == certificate.not_after
    assert await house.work() == 0, "no job is left"


async def test_profiles(house):
    """The order says which it is, and the certificate is made by it; one taken away issues no more (X-40, A-84)."""
    house.profiles |= {
        "usual": Profile(description="a year", certificate_days=365),
        "short": Profile(description="six days", certificate_days=6, short_lived=True, key_types=(KeyType.EC256,)),
    }
    service = msgspec.structs.replace(house.products["ov-acme-1y"], profiles=("usual", "short"))
    house.products["ov-acme-1y"] = service
    actor, key = await house.register(await house.sell()), generate(KeyType.EC256)
    usual, short, late = [await house.ready(actor, **wish) for wish in ({}, {"profile": "short"}, {"profile": "short"})]
    assert [view.order.profile for view in (usual, short)] == ["usual", "short"]
    with pytest.raises(WrongKey):
        await house.finalize(actor, short)
    issued = await house.finalize(actor, short, key)
    made = leaf(await house.certificates.show(issued.order.serial))
    assert made.not_valid_after_utc == NOW + 6 * DAY - SECOND
    assert ExtensionOID.CRL_DISTRIBUTION_POINTS not in {extension.oid for extension in made.extensions}
    made = leaf(await house.certificates.show((await house.finalize(actor, usual)).order.serial))
    assert made.not_valid_after_utc == NOW + 90 * DAY - SECOND, "never longer than the service's"
    with pytest.raises(ProfileRefused):
        await house.order(actor, profile="other")
    house.products["ov-acme-1y"] = msgspec.structs.replace(service, profiles=("usual",))
    with pytest.raises(ProfileRefused):
        await house.finalize(actor, late, key)


async def test_the_subject_is_never_taken_from_the_csr(house):
    """A CSR that names an organization is refused; the order stays ready and takes a better one (A-81, B-65)."""
    actor = await house.register(await house.sell())
    view = await house.ready(actor)
    for request in (
        x509.CertificateSigningRequestBuilder(
            x509.Name(
                [
                    x509.NameAttribute(NameOID.COMMON_NAME, "www.example.com"),
                    x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Evil"),
                ]
            )
        ),
        x509.CertificateSigningRequestBuilder(x509.Name([])).add_extension(
            x509.BasicConstraints(ca=True, path_length=None), critical=True
        ),
    ):
        der = request.sign(CERTIFICATE_KEY, hashes.SHA256()).public_bytes(Encoding.DER)
        with pytest.raises(BadCertificateRequest):
            await house.issuance.finalize(actor, view.order.id, der)
    assert (await house.finalize(actor, view)).status is OrderStatus.VALID


@pytest.mark.parametrize(
    ("names", "must_staple"),
    [
        (["www.example.com"], False),
        (["www.example.com", "a.example.net", "b.example.net"], False),
        (["www.example.com", "b.example.net"], False),
        (["www.example.com", "a.example.net"], True),
    ],
)
async def test_a_csr_must_fit_its_order(house, names, must_staple):
    """Exactly the order's names, and nothing that cannot be given (A-81, A-83); refusals are on record (B-93)."""
    actor = await house.register(await house.sell("www.example.com", ".example.net"))
    view = await house.ready(actor, "www.example.com", "a.example.net")
    der = csr.build(CERTIFICATE_KEY, names, common_name=None, must_staple=must_staple)
    with pytest.raises(BadCertificateRequest):
        await house.issuance.finalize(actor, view.order.id, der)
    with pytest.raises(BadCertificateRequest):
        await house.issuance.finalize(actor, view.order.id, b"no CSR")
    noted = [one for one in await house.store.audit.of_subject(view.order.id) if one.kind == refusals.CSR]
    assert [(one.facts["account"], one.facts["code"]) for one in noted] == [(actor.account.id, "csr.bad")] * 2
    assert "well-formed" in noted[1].facts["reason"]
    assert (await house.orders.get(actor, view.order.id)).status is OrderStatus.READY


async def test_no_account_fills_the_record_with_what_is_refused(house, monkeypatch):
    """B-93, S-30: A thousand an hour are on record, the rest in the log; and none of it is longer than it need be."""
    monkeypatch.setattr(refusals, "NOTED", Limit(1, HOUR))
    actor = await house.register(await house.sell())
    strange = [f"{number}.{'x' * 60}.example.net" for number in range(refusals.MOST_NAMES + 5)]
    with capture_logs() as entries:
        for _ in range(2):
            with pytest.raises(NamesRefused):
                await house.order(actor, *strange)
    [noted] = [one for one in await house.store.audit.of_subject(actor.account.id) if one.kind == refusals.ORDER]
    assert noted.facts["count"] == str(len(strange))
    assert noted.facts["names"].count("example.net") == refusals.MOST_NAMES
    assert [entry["event"] for entry in entries] == ["request.refused"]
    house.clock.advance(HOUR)
    with pytest.raises(NamesRefused):
        await house.order(actor, *strange)
    assert [one.kind for one in await house.store.audit.of_subject(actor.account.id)].count(refusals.ORDER) == 2


async def test_the_wrong_key_is_told_the_right_one(house):
    """The product's rule: RSA 2048; a larger RSA key is wrong too."""
    actor = await house.register(await house.sell())
    view = await house.ready(actor)
    for key in (generate(KeyType.EC256), rsa.generate_private_key(65537, 3072)):
        with pytest.raises(WrongKey) as caught:
            await house.finalize(actor, view, key)
        assert caught.value.facts["wanted"] == "RSA 2048"


async def test_an_account_key_is_no_certificate_key(house):
    """Neither the account's own nor anybody else's (A-48)."""
    added = await house.sell()
    mine, theirs = generate(KeyType.RSA2048), generate(KeyType.RSA2048)
    actor = await house.register(added, mine)
    await house.register(added, theirs)
    view = await house.ready(actor)
    for key in (mine, theirs):
        with pytest.raises(AccountKeyInRequest):
            await house.finalize(actor, view, key)
    assert (await house.finalize(actor, view)).status is OrderStatus.VALID


async def test_only_a_ready_order_is_finalized(house):
    """Neither before its proof nor twice (A-80)."""
    actor = await house.register(await house.sell())
    view = await house.order(actor)
    with pytest.raises(OrderNotReady) as caught:
        await house.finalize(actor, view)
    assert caught.value.facts == {"status": "pending"}
    await house.prove(actor, view)
    await house.finalize(actor, view)
    with pytest.raises(OrderNotReady) as caught:
        await house.finalize(actor, view)
    assert caught.value.facts == {"status": "valid"}


async def test_another_accounts_proof_proves_nothing(house):
    """A-84, S-04, S-32: even if an order named it, which nothing makes it do."""
    added = await house.sell()
    owner, other = await house.register(added), await house.register(added)
    proof = (await house.ready(other)).authorizations[0].authorization
    view = await house.order(owner)
    work = Work()
    order = msgspec.structs.replace(view.order, id=house.ids.object_id(), authorization_ids=(proof.id,))
    house.store.orders.insert(work, order)
    await house.store.commit(work)
    assert (await house.orders.get(owner, order.id)).status is OrderStatus.READY
    with pytest.raises(OrderNotReady):
        await house.finalize(owner, view._replace(order=order))
    assert house.signer.signed == []


async def test_an_expired_order_is_not_issued(house):
    """It became invalid before any signing (A-54, A-84)."""
    actor = await house.register(await house.sell())
    view = await house.ready(actor)
    house.clock.advance(7 * DAY)
    with pytest.raises(OrderNotReady) as caught:
        await house.finalize(actor, view)
    assert caught.value.facts == {"status": "invalid"}
    assert house.signer.signed == []


async def test_many_requests_at_once_issue_once(house):
    """One claims the order, the others are told that it was issued (A-54)."""
    actor = await house.register(await house.sell())
    view = await house.ready(actor)
    answers = await asyncio.gather(*(house.finalize(actor, view) for _ in range(8)), return_exceptions=True)
    assert sorted(type(answer).__name__ for answer in answers) == ["OrderNotReady"] * 7 + ["OrderView"]
    refused = [answer.facts for answer in answers if isinstance(answer, OrderNotReady)]
    assert refused == [{"status": "valid"}] * 7
    assert len(house.signer.signed) == 1
    assert len(await house.issued()) == 1


async def test_another_accounts_order_is_not_there(house):
    """As at every resource (A-49)."""
    added = await house.sell()
    actor, other = await house.register(added), await house.register(added)
    view = await house.ready(actor)
    with pytest.raises(NotFound):
        await house.finalize(other, view)


@pytest.mark.parametrize(
    ("command", "refusal"),
    [("suspend", ContractSuspended), ("end", ContractEnded), ("disable", CredentialDisabled)],
)
async def test_what_an_operator_stops_is_stopped_at_once(house, command, refusal):
    """From the next request on, order and finalize alike; what may be resumed goes on."""
    added = await house.sell()
    actor = await house.register(added)
    view = await house.ready(actor)
    if command == "disable":
        await house.credentials.disable(added.credential.kid)
    else:
        await getattr(house.contracts, command)(added.contract.id)
    with pytest.raises(refusal):
        await house.finalize(actor, view)
    with pytest.raises(refusal):
        await house.order(actor)
    if command == "suspend":
        await house.contracts.resume(added.contract.id)
        assert (await house.finalize(actor, view)).status is OrderStatus.VALID


@pytest.mark.parametrize(
    ("meanwhile", "refusal"),
    [
        (lambda house, actor, _: house.contracts.end(actor.contract.id), ContractEnded),
        (lambda house, actor, _: house.contracts.suspend(actor.contract.id), ContractSuspended),
        (lambda house, actor, _: house.credentials.disable(actor.credential.kid), CredentialDisabled),
        (lambda house, actor, _: house.accounts.deactivate(actor), AccountDeactivated),
        (lambda house, actor, view: house.orders.deactivate(actor, view.order.authorization_ids[0]), OrderNotReady),
    ],
)
async def test_what_is_stopped_between_the_last_check_and_the_claim(house, monkeypatch, meanwhile, refusal):
    """A node that stood still there claims nothing by what it knew before (A-84)."""
    actor = await house.register(await house.sell())
    view = await house.ready(actor)
    commit = house.store.commit

    async def late(work):
        monkeypatch.setattr(house.store, "commit", commit)
        await meanwhile(house, actor, view)
        await commit(work)

    monkeypatch.setattr(house.store, "commit", late)
    with pytest.raises(refusal):
        await house.finalize(actor, view)
    assert house.signer.signed == []
    assert await house.store.certificates.intended_for(view.order.id) is None


async def test_nothing_is_issued_after_the_contracts_end(house):
    """Neither ordered nor finalized, until the contract is renewed; then the same account goes on."""
    added = await house.sell(ends=NOW + DAY)
    actor = await house.register(added)
    view = await house.ready(actor)
    house.clock.advance(DAY + SECOND)
    with pytest.raises(ContractExpired):
        await house.finalize(actor, view)
    await house.contracts.renew(added.contract.id)
    assert (await house.finalize(actor, view)).status is OrderStatus.VALID


@pytest.mark.parametrize(
    ("ends", "expected"),
    [(NOW + 30 * DAY, NOW + 30 * DAY), (NOW + 90 * DAY, NOW + 90 * DAY - SECOND), (NOW + HOUR, NOW + HOUR)],
)
async def test_no_certificate_outlives_its_contract(house, ends, expected):
    """Its last second is the contract's at the latest."""
    actor = await house.register(await house.sell(ends=ends))
    certificate = await house.issue(actor)
    assert leaf(certificate).not_valid_after_utc == certificate.not_after == expected


async def test_dates_of_an_order_are_kept_exactly(house):
    """A-53."""
    actor = await house.register(await house.sell())
    house.clock.advance(SECOND / 3)
    certificate = await house.issue(actor, not_before="2026-11-24T11:35:00+09:00", not_after="2026-12-01T00:00:00Z")
    assert leaf(certificate).not_valid_before_utc == NOW + 4 * 60 * SECOND
    assert leaf(certificate).not_valid_after_utc.isoformat() == "2026-12-01T00:00:00+00:00"


async def test_dates_that_can_no_longer_be_kept_are_refused(house):
    """The contract was prolonged and shortened, or time has passed: never altered (A-53)."""
    actor = await house.register(await house.sell())
    view = await house.ready(actor, not_before="2026-11-24T02:31:00Z")
    house.clock.advance(DAY + SECOND)
    with pytest.raises(DatesRefused):
        await house.finalize(actor, view)


async def test_orders_placed_side_by_side_do_not_evade_the_storm_rule(house):
    """What was allowed when it was ordered is judged again when it is issued."""
    actor = await house.register(await house.sell(ends=NOW + 20 * DAY))
    views = [await house.ready(actor) for _ in range(6)]
    for view in views[:4]:
        assert (await house.finalize(actor, view)).status is OrderStatus.VALID
    with pytest.raises(ReissueLimited):
        await house.finalize(actor, views[4])


class Unbuildable:
    """A builder whose every certificate fails a lint."""

    def template(self, **_: object) -> bytes:
        raise LintFailed(rule="something", found="else")


async def test_a_contract_whose_data_fit_no_certificate(house):
    """The order is invalid with a reference number, nothing was signed, and nothing keeps it busy."""
    added = await house.sell()
    actor = await house.register(added)
    view = await house.ready(actor)
    house.builder = Unbuildable()
    await house.restart()
    failed = await house.finalize(actor, view)
    assert failed.status is OrderStatus.INVALID
    assert failed.fault is not None
    assert failed.fault.code == "issuance.failed"
    assert failed.fault.reference.startswith("T-")
    assert house.signer.signed == []
    assert await house.work() == 0


async def test_names_of_the_organization_go_through(house):
    """State and locality of the contract are in the certificate."""
    organization = Organization(name="株式会社エグザンプル", country="JP", state="東京都", locality="三鷹市")
    actor = await house.register(await house.sell(organization=organization))
    certificate = leaf(await house.issue(actor))
    assert certificate.subject.get_attributes_for_oid(NameOID.LOCALITY_NAME)[0].value == "三鷹市"
    assert names_of(certificate) == ("www.example.com",)


async def test_a_validated_order_is_made_by_its_check_only(house):
    """There is no other way to the signature (S-04, S-16)."""
    actor = await house.register(await house.sell())
    view = await house.ready(actor)
    with pytest.raises(TypeError, match="by its check only"):
        ValidatedOrder(
            order=view.order,
            authorizations=tuple(one.authorization for one in view.authorizations),
            contract=actor.contract,
            service=house.products["ov-acme-1y"],
            names=("www.example.com",),
            public_key=CERTIFICATE_KEY.public_key(),
            csr=b"",
            not_before=NOW,
            not_after=NOW + DAY,
            seal=object(),
        )
