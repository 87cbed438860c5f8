"""Several issuing CAs: the newest signs, and each looks after what it has signed."""

import json
from types import SimpleNamespace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from structlog.testing import capture_logs

from tegata.acme import ari
from tegata.ca.errors import IssuanceFailed, IssuerAway, NotFound, ReplacesRefused, TokenUnusable
from tegata.ca.issuing import hierarchy
from tegata.ca.issuing.authority import SoftwareAuthority
from tegata.ca.services.issuers import Issuers
from tegata.ca.settings import Policy
from tegata.pki.certs import load_chain
from tests.ca.services.house import DAY, NOW, PUBLIC_URL, SECOND, House, Killed, leaf

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def second(tmp_path_factory: pytest.TempPathFactory) -> SoftwareAuthority:
    """An issuing CA that comes later."""
    home = tmp_path_factory.mktemp("second")
    hierarchy.create(
        home, name="Example CA 2", url="https://ca.example.com", public_url=PUBLIC_URL, secret=b"secret", now=NOW
    )
    return SoftwareAuthority.load(home, b"secret")


async def with_second(house: House, second: SoftwareAuthority) -> None:
    """Start anew with one more issuing CA."""
    house.later = {"issuing2": second}
    await house.restart()


async def crl_of(house: House, name: str) -> x509.CertificateRevocationList:
    latest = await house.store.revocation_lists.latest(name)
    assert latest is not None
    return x509.load_der_x509_crl(latest.der)


async def test_the_newest_signs(house, second):
    """It is handed out with its own certificate, and says where that and its own CRL are; what there is stays."""
    added = await house.sell()
    actor = await house.register(added)
    old = await house.issue(actor)
    await with_second(house, second)
    new = await house.issue(actor)
    assert (old.crl, new.crl) == ("issuing", "issuing2")
    leaf(old).verify_directly_issued_by(house.authority.certificate)
    leaf(new).verify_directly_issued_by(second.certificate)
    for certificate, issuer in ((old, house.authority), (new, second)):
        assert load_chain(certificate.chain_pem)[1:] == [issuer.certificate]
    extensions = leaf(new).extensions
    [point] = extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    assert point.full_name[0].value == f"{PUBLIC_URL}/crl/issuing2.crl"
    [access] = extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    assert access.access_location.value == f"{PUBLIC_URL}/issuing2.cer"


async def test_each_publishes_its_own_crls(house, second):
    """With what it has signed, signed by its key, in shards too, whoever is newest (B-89)."""
    house.policy = Policy(crl_shards=2)
    actor = await house.register(await house.sell())
    old = await house.issue(actor)
    await with_second(house, second)
    new = await house.issue(actor)
    await house.crls.publish()
    await house.certificates.revoke_by_operator(old.serial, 4)
    await house.certificates.revoke_by_operator(new.serial, 4)
    for certificate, issuer in ((old, house.authority), (new, second)):
        crl = await crl_of(house, certificate.crl)
        assert crl.is_signature_valid(issuer.certificate.public_key())
        assert [entry.serial_number for entry in crl] == [int(certificate.serial, 16)]
    assert set(await house.store.revocation_lists.heads()) == {old.crl, "issuing2-1", "issuing2-2"}


def test_how_long_a_key_has_been_a_cas(house, second):
    """From its first certificate to the end of its last: one that was certified anew is no other (B-94)."""
    root = hierarchy.self_signed(ec.generate_private_key(ec.SECP256R1()), "Example CA", NOW)
    anew = hierarchy.certify(
        root,
        hierarchy.ISSUING,
        house.authority.certificate.subject,
        house.authority.certificate.public_key(),
        public_url=PUBLIC_URL,
        now=NOW + 500 * DAY,
    )
    authorities = {"issuing": house.authority, "issuing2": second, "issuing3": SimpleNamespace(certificate=anew)}
    first, other = (one.certificate for one in (house.authority, second))
    assert Issuers(authorities, house.clock).lives == [
        (first.not_valid_before_utc, anew.not_valid_after_utc),
        (other.not_valid_before_utc, other.not_valid_after_utc),
    ]


async def test_a_key_that_goes_and_comes_back_is_told_of_once_each(house):
    """Also one whose token had given no answer at all (B-95)."""
    answers = [TokenUnusable(uri="pkcs11:token=a", reason="away"), TimeoutError(), TimeoutError(), None, None]

    async def reach() -> None:
        if answer := answers.pop(0):
            raise answer

    issuers = Issuers({"issuing": SimpleNamespace(certificate=house.authority.certificate, reach=reach)}, house.clock)
    with capture_logs() as entries:
        while answers:
            await issuers.look()
    assert [entry["event"] for entry in entries] == ["issuer.key-away", "issuer.key-back"]
    assert not issuers.away


async def test_renewal_across_issuers(house, second):
    """Renewal information is there for both, and a new one's order replaces an old one's certificate (X-10)."""
    actor = await house.register(await house.sell())
    old = await house.issue(actor)
    await with_second(house, second)
    new = await house.issue(actor, replaces=ari.cert_id(leaf(old)))
    for certificate in (old, new):
        assert (await house.certificates.renewal_info(ari.cert_id(leaf(certificate)))).window


async def test_a_certificate_has_one_identifier(house, second):
    """X-10, X-17: with the key identifier of the CA's other issuer it names nothing, and replaces nothing."""
    actor = await house.register(await house.sell())
    old = await house.issue(actor)
    await with_second(house, second)
    key_id = second.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    wrong = ari.cert_id_of(key_id, int(old.serial, 16))
    with pytest.raises(NotFound):
        await house.certificates.renewal_info(wrong)
    with pytest.raises(ReplacesRefused):
        await house.order(actor, replaces=wrong)


async def intended(house):
    """An account, and its order of which the issuance was cut off between the intent and the signature."""
    actor = await house.register(await house.sell())
    ready = await house.ready(actor)
    house.signer.before = Killed()
    with pytest.raises(Killed):
        await house.finalize(actor, ready)
    house.signer.before = None
    return actor, ready


async def test_what_was_intended_before(house, second):
    """Is signed by the issuing CA whose name stands in it."""
    actor, ready = await intended(house)
    await with_second(house, second)
    house.clock.advance(10 * SECOND)
    assert await house.work() >= 1
    serial = (await house.orders.get(actor, ready.order.id)).order.serial
    certificate = await house.certificates.show(serial)
    leaf(certificate).verify_directly_issued_by(house.authority.certificate)
    assert load_chain(certificate.chain_pem)[1] == house.authority.certificate


async def test_an_issuing_ca_that_the_root_has_revoked(house, second):
    """It signs no certificate any more (B-90); orders wait for the next one, and its own CRL goes on."""
    actor = await house.register(await house.sell())
    old = await house.issue(actor)
    ready = await house.ready(actor)
    house.revoked_issuers.append(house.authority.certificate)
    with pytest.raises(IssuanceFailed):
        await house.finalize(actor, ready)
    assert await house.store.certificates.intended_for(ready.order.id) is None
    await house.certificates.revoke_by_operator(old.serial, 4)
    assert [entry.serial_number for entry in await crl_of(house, "issuing")] == [int(old.serial, 16)]
    await with_second(house, second)
    view = await house.finalize(actor, ready)
    leaf(await house.certificates.show(view.order.serial)).verify_directly_issued_by(second.certificate)


async def test_what_was_intended_before_the_root_revoked_its_issuing_ca(house):
    """Is not signed by the job either."""
    actor, ready = await intended(house)
    house.revoked_issuers.append(house.authority.certificate)
    house.clock.advance(10 * SECOND)
    await house.work()
    order = (await house.orders.get(actor, ready.order.id)).order
    assert (order.serial, order.fault.code, house.signer.signed) == (None, IssuanceFailed.code, [])


async def test_a_node_without_the_newest_key(house, second):
    """It revokes, and leaves the CRL to a node that can sign it; what it can publish, it does."""
    actor = await house.register(await house.sell())
    await with_second(house, second)
    certificate = await house.issue(actor)
    await house.crls.publish()
    house.later = {}
    await house.restart()
    await house.certificates.revoke_by_operator(certificate.serial, 1)
    house.clock.advance(60 * SECOND)
    with pytest.raises(IssuerAway):
        await house.work()
    house.clock.advance(3 * DAY)
    await house.crls.publish_when_due()
    assert (await house.store.revocation_lists.heads())["issuing"].this_update == house.clock()
    await with_second(house, second)
    house.clock.advance(60 * SECOND)
    await house.work()
    assert [entry.serial_number for entry in await crl_of(house, "issuing2")] == [int(certificate.serial, 16)]


@pytest.mark.parametrize("failure", [TimeoutError(), TokenUnusable(uri="pkcs11:token=a", reason="it is gone")])
async def test_a_key_that_is_away_and_comes_back(house, second, failure, capsys):
    """B-95: both are told once, whether it does not answer or cannot be used; between them nobody waits for it."""
    await with_second(house, second)
    issuers = house.issuers
    capsys.readouterr()
    for house.signer.before in (None, failure, failure, None, None):
        await issuers.look()
        if house.signer.before is None:
            assert issuers.signer("issuing-2") is house.signer
        else:
            with pytest.raises(IssuerAway):
                issuers.signer("issuing-2")
            assert issuers.of("issuing-2") is house.signer
        assert issuers.signer("issuing2") is second
    told = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [(one["event"], one["issuer"]) for one in told] == [
        ("issuer.key-away", "issuing"),
        ("issuer.key-back", "issuing"),
    ]


async def test_an_issuing_ca_that_has_ended(house, second):
    """Its CRLs are published no more, and a late revocation under it is done without."""
    actor = await house.register(await house.sell(ends=NOW + 2000 * DAY))
    old = await house.issue(actor)
    await house.crls.publish()
    await with_second(house, second)
    await house.certificates.revoke_by_operator(old.serial, 4)
    before = await house.store.revocation_lists.heads()
    house.clock.now = house.authority.certificate.not_valid_after_utc + SECOND
    await house.crls.publish_when_due()
    assert (await house.store.revocation_lists.heads())["issuing"] == before["issuing"]
    assert not house.issuers.publishes("issuing")
    later = Issuers({"issuing2": second}, house.clock)
    with pytest.raises(IssuerAway):
        later.of("issuing-3")
    house.signer.before = TimeoutError()
    await house.issuers.look()
    assert not house.issuers.away, "nobody needs its key"
