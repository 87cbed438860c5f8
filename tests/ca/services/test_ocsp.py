"""OCSP: what is answered of which certificate, and how often that is signed; OpenSSL reads the answers."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.ocsp import OCSPCertStatus, OCSPResponseStatus
from cryptography.x509.oid import ExtendedKeyUsageOID

from tegata.ca.errors import TokenUnusable
from tegata.ca.issuing import der
from tegata.ca.issuing.build import key_usage
from tegata.ca.issuing.ocsp import Responders
from tegata.ca.model import Certificate
from tegata.ca.services.ocsp import LIFE, PAUSE, OcspService
from tegata.ca.services.responders import INTENDED, ResponderService, recorded
from tegata.pki.certs import serial_hex
from tests.ca.services.house import DAY, SECOND, Killed, leaf, made_at
from tests.peers import openssl

pytestmark = pytest.mark.anyio


@pytest.fixture
def service(house) -> OcspService:
    certified = ResponderService(store=house.store, authorities={"issuing": house.signer})
    responders = Responders({"issuing": house.signer.certificate}, certified.certify)
    return OcspService(store=house.store, responder=responders, clock=house.clock, require_clock=house.clocks.require)


def asking(certificate: x509.Certificate, issuer: x509.Certificate, algorithm=None) -> bytes:
    builder = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, algorithm or hashes.SHA1())
    return builder.build().public_bytes(Encoding.DER)


async def ask(service, house, certificate, algorithm=None) -> ocsp.OCSPResponse:
    request = asking(leaf(certificate), house.authority.certificate, algorithm)
    return ocsp.load_der_ocsp_response((await service.answer(request)).der)


@pytest.fixture
async def issued(house):
    return await house.issue(await house.register(await house.sell()))


async def test_an_answer(house, service, issued, tmp_path: Path):
    """Good, then revoked with time and reason at once; signed by a delegated responder that needs no answer (B-91)."""
    for algorithm in (hashes.SHA1(), hashes.SHA256()):
        answer = await ask(service, house, issued, algorithm)
        assert (answer.certificate_status, answer.hash_algorithm.name) == (OCSPCertStatus.GOOD, algorithm.name)
    assert (answer.this_update_utc, answer.next_update_utc) == (house.clock(), house.clock() + LIFE)
    assert timedelta(hours=8) <= LIFE <= 10 * DAY
    [responder] = answer.certificates
    responder.verify_directly_issued_by(house.authority.certificate)
    usage = responder.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [ExtendedKeyUsageOID.OCSP_SIGNING]
    assert responder.extensions.get_extension_for_class(x509.KeyUsage).value == key_usage("digital_signature")
    assert not responder.extensions.get_extension_for_class(x509.OCSPNoCheck).critical
    key = responder.public_key()
    assert isinstance(key, EllipticCurvePublicKey)
    key.verify(answer.signature, answer.tbs_response_bytes, ECDSA(hashes.SHA256()))

    house.clock.advance(SECOND)
    await house.certificates.revoke_by_operator(issued.serial, 4)
    answer = await ask(service, house, issued)
    assert answer.certificate_status is OCSPCertStatus.REVOKED
    assert answer.revocation_time_utc == house.clock()
    assert answer.revocation_reason is x509.ReasonFlags.superseded
    await house.certificates.revoke_by_operator(issued.serial, 1)
    assert (await ask(service, house, issued)).revocation_reason is x509.ReasonFlags.key_compromise


async def test_openssl_reads_an_answer(house, service, issued, tmp_path: Path):
    """And verifies it by way of the responder's certificate, up to the issuing CA."""
    await house.certificates.revoke_by_operator(issued.serial, 5)
    files = {"leaf": leaf(issued), "issuer": house.authority.certificate}
    for name, certificate in files.items():
        (tmp_path / name).write_bytes(certificate.public_bytes(Encoding.PEM))
    answer = await service.answer(asking(leaf(issued), house.authority.certificate))
    (tmp_path / "answer").write_bytes(answer.der)
    options = (
        "-respin",
        str(tmp_path / "answer"),
        "-partial_chain",
        "-no_check_time",
        "-validity_period",
        "2000000000",
    )
    done = openssl.ocsp(tmp_path / "issuer", tmp_path / "issuer", "-cert", str(tmp_path / "leaf"), *options)
    assert "Response verify OK" in done.stderr + done.stdout
    assert "leaf: revoked" in done.stdout
    assert "cessationOfOperation" in done.stdout


def numbered(serial: int, certificate: Certificate, issuer: x509.Certificate) -> bytes:
    """A request for another number of the certificate's issuer."""
    hashed = ocsp.load_der_ocsp_request(asking(leaf(certificate), issuer))
    return (
        ocsp.OCSPRequestBuilder()
        .add_certificate_by_hash(hashed.issuer_name_hash, hashed.issuer_key_hash, serial, hashed.hash_algorithm)
        .build()
        .public_bytes(Encoding.DER)
    )


def asking_several(*requests: bytes) -> bytes:
    """One request for all that these ask for (RFC 6960 §4.1.1)."""
    asked = b""
    for request in requests:
        asked += der.only(der.only(der.only(request, 0x30).content, 0x30).content, 0x30).content
    return der.write(0x30, der.write(0x30, der.write(0x30, asked)))


async def test_openssl_asks_for_several(house, service, tmp_path: Path):
    """OpenSSL asks for three in one request and reads of each whether it is good, in one answer (RFC 6960 §4, B-91)."""
    actor = await house.register(await house.sell("a.example.com", ".example.com"))
    certificates = [await house.issue(actor, f"{name}.example.com") for name in "abc"]
    await house.certificates.revoke_by_operator(certificates[1].serial, 4)
    issuer, question, answer = (tmp_path / name for name in ("issuer", "question", "answer"))
    issuer.write_bytes(house.authority.certificate.public_bytes(Encoding.PEM))
    words: list[str] = []
    for name, certificate in zip("abc", certificates, strict=True):
        (tmp_path / name).write_bytes(leaf(certificate).public_bytes(Encoding.PEM))
        words += ["-cert", str(tmp_path / name)]
    openssl.ocsp(issuer, issuer, *words, "-no_nonce", "-reqout", str(question)).check()
    told = await service.answer(question.read_bytes())
    answer.write_bytes(told.der)
    done = openssl.ocsp(
        issuer,
        issuer,
        *words,
        "-respin",
        str(answer),
        "-partial_chain",
        "-no_check_time",
        "-validity_period",
        "2000000000",
    )
    assert "Response verify OK" in done.stderr + done.stdout
    assert [line.rpartition(" ")[2] for line in done.stdout.splitlines() if line.startswith(str(tmp_path))] == [
        "good",
        "revoked",
        "good",
    ]
    assert told.next_update == house.clock() + LIFE


async def test_several_of_which_one_is_unknown(house, service, issued):
    """Then nothing is said of any, and nothing of what is no list of certificates (B-91)."""
    good = asking(leaf(issued), house.authority.certificate)
    foreign = asking(leaf(issued), leaf(issued))
    unknown = numbered(1, issued, house.authority.certificate)
    for request in (
        asking_several(good, foreign),
        asking_several(foreign, good),
        asking_several(good, unknown),
        asking_several(unknown, good),
    ):
        answer = ocsp.load_der_ocsp_response((await service.answer(request)).der)
        assert answer.response_status is OCSPResponseStatus.UNAUTHORIZED
    for request in (asking_several(), asking_several(good, good)[:-1], asking_several(good, good) + b"\x00"):
        answer = ocsp.load_der_ocsp_response((await service.answer(request)).der)
        assert answer.response_status is OCSPResponseStatus.MALFORMED_REQUEST


async def test_several_are_good_as_long_as_each_is(house, service):
    """From when the first was said, which was earlier (RFC 6960 §4.2.2.1)."""
    actor = await house.register(await house.sell("a.example.com", ".example.com"))
    requests = [
        asking(leaf(await house.issue(actor, f"{name}.example.com")), house.authority.certificate) for name in "ab"
    ]
    first = await service.answer(requests[0])
    house.clock.advance(DAY)
    told = await service.answer(asking_several(*requests))
    assert (told.this_update, told.next_update) == (first.this_update, first.next_update)


async def test_an_issuing_ca_that_ends(house, service, issued):
    """No answer is good for longer, none makes a responder of its own, and afterwards its key signs nothing (B-91)."""
    issuer = house.authority.certificate
    ends = issuer.not_valid_after_utc
    house.clock.now = ends - timedelta(minutes=10)
    before = len(house.signer.signed)
    for algorithm in (hashes.SHA1(), hashes.SHA256()):
        told = await service.answer(asking(leaf(issued), issuer, algorithm))
        answer = ocsp.load_der_ocsp_response(told.der)
        [responder] = answer.certificates
        assert answer.next_update_utc == told.next_update == responder.not_valid_after_utc < ends
    assert len(house.signer.signed) == before + 1
    for at in (responder.not_valid_after_utc, ends):
        house.clock.now = at
        answer = await ask(service, house, issued)
        assert answer.response_status is OCSPResponseStatus.UNAUTHORIZED
    assert len(house.signer.signed) == before + 1


async def test_what_is_unknown_is_never_good(house, service, issued):
    """A number that was never issued, one that is only intended, another CA's, and what is no request (B-91)."""
    actor = await house.register(await house.sell("other.example.com"))
    ready = await house.ready(actor, "other.example.com")
    house.signer.before = Killed()
    with pytest.raises(Killed):
        await house.finalize(actor, ready)
    house.signer.before = None
    intended = await house.store.certificates.intended_for(ready.order.id)
    issuer = house.authority.certificate
    numbers = [numbered(number, issued, issuer) for number in (1, int(intended.serial, 16))]
    signed = len(house.signer.signed)
    for request in (*numbers, asking(leaf(issued), leaf(issued))):
        answer = ocsp.load_der_ocsp_response((await service.answer(request)).der)
        assert answer.response_status is OCSPResponseStatus.UNAUTHORIZED
    for request in (b"", b"\x30\x00", numbers[0][:-1]):
        answer = ocsp.load_der_ocsp_response((await service.answer(request)).der)
        assert answer.response_status is OCSPResponseStatus.MALFORMED_REQUEST
    assert len(house.signer.signed) == signed, "nothing was signed for it"


@pytest.mark.parametrize("failure", [TimeoutError(), TokenUnusable(reason="it is away")])
async def test_an_issuing_ca_that_cannot_sign(house, service, issued, failure):
    """Who asks is told to come again (RFC 6960 §2.3); for a minute nothing is tried, so that the log does not grow."""
    house.signer.before = failure
    for answer in await asyncio.gather(*(ask(service, house, issued) for _ in range(3))):
        assert answer.response_status is OCSPResponseStatus.TRY_LATER
    house.signer.before = None
    assert (await ask(service, house, issued)).response_status is OCSPResponseStatus.TRY_LATER
    assert len(await house.store.audit.of_kind(INTENDED)) == 1
    house.clock.advance(PAUSE)
    assert (await ask(service, house, issued)).certificate_status is OCSPCertStatus.GOOD
    assert len(await house.store.audit.of_kind(INTENDED)) == 2


async def test_a_wrong_clock_signs_nothing(house, service, issued):
    """B-03: neither a responder's certificate nor an answer; what was said before is said on."""
    house.clocks.ahead = timedelta(minutes=-5)
    assert (await ask(service, house, issued)).response_status is OCSPResponseStatus.TRY_LATER
    assert await house.store.audit.of_kind(INTENDED) == []
    house.clocks.ahead = timedelta(0)
    before = await ask(service, house, issued)
    assert before.certificate_status is OCSPCertStatus.GOOD
    house.clocks.ahead = timedelta(minutes=5)
    house.clock.advance(LIFE / 2)
    assert (await ask(service, house, issued)).signature == before.signature


async def test_a_pause_ends_with_the_wrong_clock_that_it_began_by(house, service, issued):
    """Not a year later; and what was said by such a clock is not said on."""
    before = house.clock.now
    house.clock.now = before + 300 * DAY
    assert (await ask(service, house, issued)).certificate_status is OCSPCertStatus.GOOD
    house.signer.before = TimeoutError()
    house.clock.now += 40 * DAY
    assert (await ask(service, house, issued)).response_status is OCSPResponseStatus.TRY_LATER
    house.signer.before, house.clock.now = None, before
    answer = await ask(service, house, issued)
    assert (answer.certificate_status, answer.this_update_utc) == (OCSPCertStatus.GOOD, before)


async def test_the_answers_asked_for_last_are_kept(house, service, monkeypatch):
    """So many (S-30)."""
    monkeypatch.setattr("tegata.ca.services.ocsp.MOST_KEPT", 2)
    actor = await house.register(await house.sell("a.example.com", ".example.com"))
    first, second, third = [await house.issue(actor, f"{name}.example.com") for name in "abc"]
    signed = []
    for certificate in (first, second, first, third, first, second):
        house.clock.advance(SECOND)
        signed.append((await ask(service, house, certificate)).this_update_utc == house.clock())
    assert signed == [True, True, False, True, False, True]


async def test_two_issuing_cas(house, issued, tmp_path: Path):
    """Each speaks of its own certificates; of several of both nobody does in one answer (B-91)."""
    second = made_at(house.clock.now, tmp_path)
    house.later = {"issuing2": second}
    await house.restart()
    new = await house.issue(await house.register(await house.sell("b.example.com")), "b.example.com")
    authorities = {"issuing": house.signer, "issuing2": second}
    certified = ResponderService(store=house.store, authorities=authorities)
    issuers = {name: one.certificate for name, one in authorities.items()}
    both = OcspService(
        store=house.store,
        responder=Responders(issuers, certified.certify),
        clock=house.clock,
        require_clock=house.clocks.require,
    )
    pairs = ((issued, issuers["issuing"]), (new, issuers["issuing2"]))
    own = [asking(leaf(one), issuer) for one, issuer in pairs]
    numbers = [int(one.serial, 16) for one, _ in reversed(pairs)]
    others = [numbered(number, one, issuer) for number, (one, issuer) in zip(numbers, pairs, strict=True)]
    for request in own:
        answer = ocsp.load_der_ocsp_response((await both.answer(request)).der)
        assert answer.certificate_status is OCSPCertStatus.GOOD
    for request in (*others, asking_several(*own)):
        answer = ocsp.load_der_ocsp_response((await both.answer(request)).der)
        assert answer.response_status is OCSPResponseStatus.UNAUTHORIZED


async def test_a_responder_goes_on_where_there_is_no_next(house, service, issued):
    """Its key signs for fifteen days more: the issuing CA's, which is away, is not needed for an answer (B-91)."""
    [first] = (await ask(service, house, issued)).certificates
    house.signer.before = TimeoutError()
    house.clock.advance(16 * DAY)
    for algorithm in (hashes.SHA1(), hashes.SHA256()):
        answer = await ask(service, house, issued, algorithm)
        assert (answer.certificate_status, answer.this_update_utc) == (OCSPCertStatus.GOOD, house.clock())
        assert answer.certificates == [first]
    assert len(await house.store.audit.of_kind(INTENDED)) == 2, "not tried for each answer"
    await house.certificates.revoke_by_operator(issued.serial, 4)
    assert (await ask(service, house, issued)).certificate_status is OCSPCertStatus.REVOKED
    house.clock.now = first.not_valid_after_utc - LIFE
    assert (await ask(service, house, issued)).certificates == [first]
    house.signer.before = None
    house.clock.advance(LIFE / 2)
    [second] = (await ask(service, house, issued)).certificates
    assert second != first


async def test_what_was_said_is_said_on(house, service, issued):
    """While it is good, where no responder is good for as long any more; no revocation is kept back so (B-91)."""
    [responder] = (await ask(service, house, issued)).certificates
    house.signer.before = TimeoutError()
    house.clock.now = responder.not_valid_after_utc - LIFE
    before = await ask(service, house, issued)
    house.clock.advance(LIFE - SECOND)
    assert (await ask(service, house, issued)).signature == before.signature
    house.clock.advance(SECOND)
    assert (await ask(service, house, issued)).response_status is OCSPResponseStatus.TRY_LATER
    house.signer.before = None
    house.clock.advance(PAUSE)
    [responder] = (await ask(service, house, issued)).certificates
    house.clock.now = responder.not_valid_after_utc - LIFE + SECOND
    house.signer.before = TimeoutError()
    await house.certificates.revoke_by_operator(issued.serial, 4)
    assert (await ask(service, house, issued)).response_status is OCSPResponseStatus.TRY_LATER


async def test_an_answer_is_signed_once(house, service, issued):
    """Until half its life is over, or the certificate is revoked; the responder's certificate is renewed in time."""
    first = await ask(service, house, issued)
    house.clock.advance(LIFE / 2 - SECOND)
    assert (await ask(service, house, issued)).signature == first.signature
    house.clock.advance(SECOND)
    second = await ask(service, house, issued)
    assert second.this_update_utc == house.clock()
    assert second.certificates == first.certificates
    house.clock.advance(20 * DAY)
    third = await ask(service, house, issued)
    assert third.certificates != first.certificates
    assert third.this_update_utc < third.certificates[0].not_valid_after_utc - LIFE


async def test_a_responder_is_on_record_before_it_is_certified(house, service, issued):
    """Its bytes, whatever becomes of the signature; then the certificate. One that died leaves the former (B-93)."""
    house.signer.before = OSError("the HSM is busy")
    with pytest.raises(OSError, match="busy"):
        await ask(service, house, issued)
    house.signer.before = None
    [responder] = (await ask(service, house, issued)).certificates
    found = await recorded(house.store)
    assert {one.serial: one.der for one in found if one.der} == {
        serial_hex(responder): responder.public_bytes(Encoding.DER)
    }
    assert len(found) == 2
    assert {one.issuer for one in found} == {"issuing"}
    assert responder.tbs_certificate_bytes in {one.tbs for one in found}
    assert all(one.tbs for one in found)
    kinds = [event.kind for event in await house.store.audit.of_subject(serial_hex(responder))]
    assert kinds == ["responder.intended", "responder.issued"]
