"""Certificates after issuance: downloaded, revoked by whoever may, and when they should be renewed."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from tegata.acme import ari
from tegata.acme.codec import Malformed
from tegata.acme.window import Window, default_window
from tegata.ca.cli import certificates as command
from tegata.ca.errors import (
    AlreadyRevoked,
    BadRevocationReason,
    MalformedRequest,
    NotFound,
    Refused,
    RevocationRefused,
    UnknownCertificate,
    UnknownObject,
)
from tegata.ca.model import Certificate
from tegata.ca.services import certificates
from tegata.ca.services.certificates import REVOKING
from tegata.pki.certs import load_chain
from tegata.pki.key_types import KeyType
from tegata.pki.keys import generate
from tests.ca.issuing import crossing
from tests.ca.services.house import CERTIFICATE_KEY, DAY, EXPLANATION, HOUR, NOW, SECOND, der, leaf

pytestmark = pytest.mark.anyio


@pytest.fixture
async def issued(house):
    """An account and its certificate."""
    actor = await house.register(await house.sell("www.example.com", ".example.net"))
    return actor, await house.issue(actor)


async def test_download(house, issued):
    """The leaf first, then its issuer, to its own account only (A-49, A-86)."""
    actor, certificate = issued
    pem = (await house.certificates.chains(actor, certificate.serial))[0]
    assert pem == certificate.chain_pem
    assert pem.count(b"BEGIN CERTIFICATE") == 2
    assert b"\r" not in pem
    other = await house.register(await house.sell("www.example.org"))
    for who, serial in ((other, certificate.serial), (actor, "1234")):
        with pytest.raises(NotFound):
            await house.certificates.chains(who, serial)


async def test_other_chains(house, issued):
    """The same leaf before each chain of its own issuing key, and no other (A-88)."""
    actor, certificate = issued
    cross = crossing.cross(house.authority.certificate, NOW)
    elsewhere = [crossing.certify(CERTIFICATE_KEY.public_key(), "Issuing", NOW)]
    house.alternates = [[house.authority.certificate, *cross], elsewhere, cross]
    await house.restart()
    first, *others = await house.certificates.chains(actor, certificate.serial)
    assert first == certificate.chain_pem
    found = [load_chain(each) for each in others]
    assert [chain[0] for chain in found] == [leaf(certificate)] * 2
    assert [chain[1:] for chain in found] == [[house.authority.certificate, *cross], cross]


async def test_what_was_only_intended_is_no_certificate(house, issued):
    """It is neither downloaded nor listed nor revoked nor renewed (A-86)."""
    actor, certificate = issued
    house.signer.before = OSError("down")
    view = await house.finalize(actor, await house.ready(actor, "a.example.net"))
    intended = await house.store.certificates.intended_for(view.order.id)
    with pytest.raises(NotFound):
        await house.certificates.chains(actor, intended.serial)
    with pytest.raises(UnknownObject):
        await house.certificates.show(intended.serial)
    key_id, _ = ari.parse_cert_id(ari.cert_id(leaf(certificate)) or "")
    with pytest.raises(NotFound):
        await house.certificates.renewal_info(ari.cert_id_of(key_id, int(intended.serial, 16)))
    assert await house.issued() == [certificate]


async def test_lists(house, issued, monkeypatch):
    """All, or a contract's, read some at a time, and told with the newest first; an unknown contract is told so."""
    actor, certificate = issued
    other = await house.register(await house.sell("www.example.org"))
    newer: list[Certificate] = []
    for _ in range(4):
        house.clock.advance(SECOND)
        newer.insert(0, await house.issue(other, "www.example.org"))
    monkeypatch.setattr(certificates, "PART", 2)
    assert await house.issued() == sorted([*newer, certificate], key=lambda one: one.serial)
    assert await house.issued(actor.contract.id) == [certificate]
    assert await house.issued(other.contract.id) == newer
    ca, asked = SimpleNamespace(certificates=house.certificates, now=house.clock), {"contract": None}
    told: Any = await command.listing(cast("Any", ca), cast("Any", asked))
    assert [one["serial"] for one in told.data] == [one.serial for one in (*newer, certificate)]
    assert await house.certificates.show(certificate.serial.upper()) == certificate
    with pytest.raises(UnknownObject):
        await house.issued("C0")


async def test_pages(house, issued, monkeypatch):
    """Newest first, each certificate on one page; a page begins after a certificate of the contract, and no other."""
    monkeypatch.setattr(certificates, "PAGE", 2)
    actor, first = issued
    found = [first]
    for _ in range(2):
        house.clock.advance(SECOND)
        found.insert(0, await house.issue(actor))
    other = await house.issue(await house.register(await house.sell("www.example.org")), "www.example.org")
    page, more = await house.certificates.page(actor.contract.id, None)
    assert (page, more) == (found[:2], found[1].serial)
    assert await house.certificates.page(actor.contract.id, more) == (found[2:], None)
    for after in (other.serial, "1234", ""):
        with pytest.raises(NotFound):
            await house.certificates.page(actor.contract.id, after)


# Revocation.


@pytest.mark.parametrize("reason", [None, 0, 1, 3, 4, 5])
async def test_revoked_by_its_account(house, issued, reason):
    """For the manual's reasons; the CRL has it at once (A-90)."""
    actor, certificate = issued
    house.clock.advance(HOUR)
    await house.certificates.revoke_by_account(actor, der(certificate), reason)
    revoked = await house.certificates.show(certificate.serial)
    assert (revoked.revoked_at, revoked.reason) == (NOW + HOUR, reason or 0)
    left = await house.store.jobs.claim("test", NOW + DAY, NOW + DAY, 10)
    assert "crl" not in [job.kind for job in left], "the CRL was published in the same request"


async def test_other_reasons_are_refused_with_the_list(house, issued):
    """And the certificate stays as it is (A-93)."""
    actor, certificate = issued
    for reason in (2, 6, 7, 8, 9, 10, 99):
        with pytest.raises(BadRevocationReason) as caught:
            await house.certificates.revoke_by_account(actor, der(certificate), reason)
        assert caught.value.facts == {"reason": reason, "allowed": "0, 1, 3, 4, 5"}
    assert await house.certificates.show(certificate.serial) == certificate


async def test_a_stranger_revokes_nothing(house, issued):
    """Neither with another account nor with another key (A-90)."""
    _, certificate = issued
    other = await house.register(await house.sell("www.example.org"))
    with pytest.raises(RevocationRefused):
        await house.certificates.revoke_by_account(other, der(certificate), 4)
    with pytest.raises(RevocationRefused):
        await house.certificates.revoke_by_key(generate(KeyType.EC256).public_key(), der(certificate), 1)
    assert await house.certificates.show(certificate.serial) == certificate


async def test_an_account_that_proved_all_names_revokes(house):
    """One of the names is not enough (A-90); that the names changed hands is all it can say (A-93)."""
    added = await house.sell("www.example.com", ".example.net")
    owner, other = await house.register(added), await house.register(added)
    certificate = await house.issue(owner, "www.example.com", "a.example.net")
    await house.ready(other, "www.example.com")
    with pytest.raises(RevocationRefused):
        await house.certificates.revoke_by_account(other, der(certificate), 4)
    await house.ready(other, "a.example.net")
    await house.certificates.revoke_by_account(other, der(certificate), 1)
    assert (await house.certificates.show(certificate.serial)).reason == 5
    assert await house.certificates.blocked_keys() == []


async def test_a_suspended_contract_does_not_keep_anybody_from_revoking(house, issued):
    """Revocation protects others."""
    actor, certificate = issued
    await house.contracts.suspend(actor.contract.id)
    await house.certificates.revoke_by_account(await house.again(actor), der(certificate), 1)
    assert (await house.certificates.show(certificate.serial)).reason == 1


@pytest.mark.parametrize("reason", [None, 0, 1, 4])
async def test_revoked_by_its_key(house, issued, reason):
    """Whoever has the key proves that it is not only its owner's: always keyCompromise (A-93)."""
    _, certificate = issued
    await house.certificates.revoke_by_key(CERTIFICATE_KEY.public_key(), der(certificate), reason)
    assert (await house.certificates.show(certificate.serial)).reason == 1


@pytest.mark.parametrize("reason", [2, 6, 9, 11, -1])
async def test_revoked_by_its_key_for_no_reason(house, issued, reason):
    """A reason that no subscriber may give is none by the key either (A-93)."""
    _, certificate = issued
    with pytest.raises(BadRevocationReason):
        await house.certificates.revoke_by_key(CERTIFICATE_KEY.public_key(), der(certificate), reason)
    assert (await house.certificates.show(certificate.serial)).revoked_at is None


async def test_revoked_twice(house, issued):
    """The second is told so; only the key may still make it a compromise, once (A-92, B-90)."""
    actor, certificate = issued
    await house.certificates.revoke_by_account(actor, der(certificate), 4)
    house.clock.advance(HOUR)
    with pytest.raises(AlreadyRevoked):
        await house.certificates.revoke_by_account(actor, der(certificate), 1)
    await house.certificates.revoke_by_key(CERTIFICATE_KEY.public_key(), der(certificate), 1)
    revoked = await house.certificates.show(certificate.serial)
    assert (revoked.revoked_at, revoked.reason) == (NOW, 1)
    with pytest.raises(AlreadyRevoked):
        await house.certificates.revoke_by_key(CERTIFICATE_KEY.public_key(), der(certificate), 1)
    with pytest.raises(AlreadyRevoked):
        await house.certificates.revoke_by_operator(certificate.serial, 9)


async def test_only_exactly_our_certificates(house, issued):
    """A foreign one, one with our serial number and other contents, and what is none (A-91, S-34)."""
    actor, certificate = issued
    tampered = bytearray(der(certificate))
    tampered[-1] ^= 1
    foreign = house.authority.certificate.public_bytes(Encoding.DER)
    for wrong in (bytes(tampered), foreign):
        with pytest.raises(UnknownCertificate):
            await house.certificates.revoke_by_account(actor, wrong, 4)
    for wrong in (b"", b"no certificate", der(certificate) + b"\0"):
        with pytest.raises(MalformedRequest):
            await house.certificates.revoke_by_key(CERTIFICATE_KEY.public_key(), wrong, 4)


async def test_the_operator_revokes(house, issued):
    """With one reason more; unknown ones are told so."""
    _, certificate = issued
    with pytest.raises(BadRevocationReason):
        await house.certificates.revoke_by_operator(certificate.serial, 2)
    with pytest.raises(UnknownObject):
        await house.certificates.revoke_by_operator("1234", 4)
    revoked = await house.certificates.revoke_by_operator(certificate.serial.upper(), 9)
    assert (revoked.serial, revoked.reason) == (certificate.serial, 9)


async def test_an_expired_certificate_may_be_revoked(house, issued):
    """Its owner may still say that the key is lost."""
    actor, certificate = issued
    house.clock.advance(100 * DAY)
    await house.certificates.revoke_by_account(actor, der(certificate), 1)
    assert (await house.certificates.show(certificate.serial)).reason == 1


async def test_the_five_reasons_are_for_every_product(house):
    """Reason 3 for a certificate that names no organization too (A-93)."""
    actor = await house.register(await house.sell(service="dv-acme-1y"))
    certificate = await house.issue(actor)
    await house.certificates.revoke_by_account(actor, der(certificate), 3)
    assert (await house.certificates.show(certificate.serial)).reason == 3


# Renewal information (RFC 9773).


async def info(house, certificate):
    return await house.certificates.renewal_info(ari.cert_id(leaf(certificate)))


async def test_renewal_info(house, issued):
    """Usually two thirds into its life, asked for every six hours."""
    _, certificate = issued
    answer = await info(house, certificate)
    assert answer.window == default_window(certificate.not_before, certificate.not_after)
    assert (answer.retry_after, answer.explanation) == (21600, None)


async def test_renewal_info_of_a_revoked_certificate(house, issued):
    """Past, with a page that explains (X-18)."""
    actor, certificate = issued
    await house.certificates.revoke_by_account(actor, der(certificate), 1)
    answer = await info(house, certificate)
    assert answer.window == Window(NOW - HOUR, NOW)
    assert answer.explanation == EXPLANATION


async def test_renewing_the_contract_moves_the_window_to_now(house):
    """An hour before its end, without a new EAB or account; the new certificate is as any other."""
    added = await house.sell(ends=NOW + 10 * DAY)
    actor = await house.register(added)
    certificate = await house.issue(actor)
    answer = await info(house, certificate)
    assert answer.window == Window(NOW + 10 * DAY - HOUR, NOW + 10 * DAY)
    house.clock.advance(8 * DAY)
    assert (await info(house, certificate)).retry_after == 600
    house.clock.advance(2 * DAY - HOUR)
    await house.contracts.renew(added.contract.id)
    answer = await info(house, certificate)
    assert answer.window == Window(house.clock() - HOUR, house.clock())
    assert answer.retry_after == 600
    house.clock.advance(SECOND)
    renewed = await house.issue(actor, replaces=ari.cert_id(leaf(certificate)))
    assert renewed.not_after == house.clock() + 90 * DAY - SECOND
    answer = await info(house, renewed)
    assert answer.window.start > house.clock() + 50 * DAY
    assert answer.retry_after == 21600


async def test_the_operator_wants_it_replaced(house, issued):
    """Until his instant, with his page or the usual one; a revoked one is left out (X-18, B-97)."""
    _, certificate = issued
    now = house.clock()
    [found] = await house.certificates.replace_by_operator([certificate.serial] * 2, now + DAY, "https://why.example")
    assert found.serial == certificate.serial
    answer = await info(house, certificate)
    assert (answer.window, answer.explanation) == (Window(now, now + DAY), "https://why.example")
    await house.certificates.replace_by_operator([certificate.serial], now + DAY, None)
    assert (await info(house, certificate)).explanation == EXPLANATION
    with pytest.raises(Refused):
        await house.certificates.replace_by_operator([certificate.serial], now, None)
    with pytest.raises(UnknownObject):
        await house.certificates.replace_by_operator(["ff"], now + DAY, None)
    await house.certificates.revoke_by_operator(certificate.serial, 4)
    assert await house.certificates.replace_by_operator([certificate.serial], now + DAY, None) == []


async def test_the_certificates_of_a_contract_that_was_ended(house, issued):
    """M9, S-34: They stay until somebody revokes them, with a number and a second person; another contract's do."""
    actor, first = issued
    second = await house.issue(actor)
    beside = await house.issue(await house.register(await house.sell()))
    contract = actor.contract.id
    await house.contracts.end(contract)
    assert await house.certificates.count_valid(contract) == 2
    words = {"reason": 5, "revoking": 2, "by": "Aoki", "second": "Baba"}
    for changes, refusal in (
        ({"revoking": 1}, Refused),
        ({"second": None}, Refused),
        ({"second": "AOKI"}, Refused),
        ({"by": " "}, Refused),
        ({"reason": 2}, BadRevocationReason),
    ):
        with pytest.raises(refusal):
            await house.certificates.revoke_of_contract(contract, **(words | changes))
    assert await house.certificates.count_valid(contract) == 2
    alone = words | {"revoking": 1, "second": None}
    (one,) = await house.certificates.revoke_of_contract(contract, **alone, most=1)  # killed, say
    (other,) = await house.certificates.revoke_of_contract(contract, **alone)
    assert {one.serial, other.serial} == {first.serial, second.serial}
    assert (one.reason, other.reason) == (5, 5)
    assert (await house.certificates.show(beside.serial)).revoked_at is None
    noted = [event.facts for event in await house.store.audit.of_subject(contract) if event.kind == REVOKING]
    assert noted == [{"by": "Aoki", "count": "1", "reason": "5"}] * 2
    with pytest.raises(UnknownObject):
        await house.certificates.revoke_of_contract("C0", **words)


@pytest.mark.parametrize(
    "page",
    [
        "http://ca.example/incident",
        "https://",
        "https:///incident",
        "https://ca.example/a b",
        "https://ca.example/\n",
        "https://ca.example/\0",
        "https://ca.example/\x1b[2J",
        "https://ca.example/<b>",
        "https://例え.jp/",
        "https://ca.example/" + "a" * 2000,
    ],
)
async def test_what_is_no_page(house, issued, page):
    """Clients are told it as a URL, and may show it."""
    serial = issued[1].serial
    with pytest.raises(Refused, match="no https URL"):
        await house.certificates.replace_by_operator([serial], NOW + DAY, page)
    assert (await house.certificates.show(serial)).replacement is None
    good = "https://ca.example:8443/incident/%E3%81%82?a=1&b=[2]#top"
    (wanted,) = await house.certificates.replace_by_operator([serial], NOW + DAY, good)
    assert wanted.replacement.page == good


async def test_one_is_revoked_while_many_are_to_be_replaced(house, issued, monkeypatch):
    """By its customer, who does not wait to be asked: the others are to be replaced all the same (B-97)."""
    actor, certificate = issued
    others = [await house.issue(actor) for _ in range(2)]
    commit, now = house.store.commit, house.clock()

    async def slow(work):
        monkeypatch.setattr(house.store, "commit", commit)
        await house.certificates.revoke_by_operator(certificate.serial, 4)
        return await commit(work)

    monkeypatch.setattr(house.store, "commit", slow)
    serials = [certificate.serial, *(one.serial for one in others)]
    found = await house.certificates.replace_by_operator(serials, now + DAY, None)
    assert [one.serial for one in found] == serials[1:]
    for one in await house.store.certificates.many(serials):
        assert (one.replacement is None) is (one.serial == certificate.serial)


async def test_renewal_info_of_what_is_not_ours(house, issued):
    """Unknown and malformed are told apart."""
    _, certificate = issued
    key_id, serial = ari.parse_cert_id(ari.cert_id(leaf(certificate)) or "")
    for unknown in (ari.cert_id_of(key_id, serial + 1), ari.cert_id_of(b"somebody else's key", serial)):
        with pytest.raises(NotFound):
            await house.certificates.renewal_info(unknown)
    for malformed in ("", "a", "a.b.c", "!.!", "=." + "A" * 200):
        with pytest.raises(Malformed):
            await house.certificates.renewal_info(malformed)
