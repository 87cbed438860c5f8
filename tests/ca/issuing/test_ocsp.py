"""OCSP requests taken apart, and what an answer's responder allows it to say; the service's tests have the rest."""

import asyncio
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtensionOID

from tegata.ca.errors import MalformedRequest
from tegata.ca.issuing import ocsp_several
from tegata.ca.issuing.ocsp import LIFE, Responders, unsigned
from tests.ca.issuing.conftest import NOW, responders_of

pytestmark = pytest.mark.anyio

SECOND = timedelta(seconds=1)


@pytest.fixture
async def leaf(ca, wanted):
    """A certificate of the issuing CA."""
    return x509.load_der_x509_certificate(await ca.authority.sign(ca.builder.template(**wanted._asdict())))


def asking(ca, certificate=None, *, nonce=False):
    issuer = ca.authority.certificate
    builder = ocsp.OCSPRequestBuilder().add_certificate(certificate or issuer, issuer, hashes.SHA1())
    if nonce:
        builder = builder.add_extension(x509.OCSPNonce(b"n" * 16), critical=False)
    return builder.build().public_bytes(Encoding.DER)


def test_extensions_are_left_out(ca):
    """Of a request about several certificates the list alone is taken (RFC 6960 §4.1.1, RFC 5019 §2.1.1)."""
    assert asking(ca, nonce=True) != asking(ca)
    assert ocsp_several.apart(asking(ca, nonce=True)) == [asking(ca)]


@pytest.mark.parametrize("octets", ["3000", "30020500", "30023000", "3005300330010000"])
def test_what_cannot_be_taken_apart(octets):
    """S-19."""
    with pytest.raises(ValueError):
        ocsp_several.apart(bytes.fromhex(octets))


def test_a_hash_that_nobody_knows(ca):
    """It is no request, rather than an error of ours (S-19)."""
    responders = responders_of(ca)
    known, unknown = bytes.fromhex("06052b0e03021a"), bytes.fromhex("06052b0e03027f")
    assert known in asking(ca)
    with pytest.raises(MalformedRequest):
        responders.read(asking(ca).replace(known, unknown))


async def responder_at(ca, responders, leaf, now):
    [question] = responders.read(asking(ca, leaf))
    der = await responders.answer(question, None, this_update=now, next_update=now + SECOND)
    [certificate] = ocsp.load_der_ocsp_response(der).certificates
    return certificate


async def test_a_responders_certificate(ca, leaf):
    """All that BR 7.1.2.8 wants of it, and nothing else; within the life of the CA that certifies it (B-91)."""
    issuer = ca.authority.certificate
    certificate = await responder_at(ca, responders_of(ca), leaf, NOW)
    assert [(one.oid, one.critical) for one in certificate.extensions] == [
        (ExtensionOID.KEY_USAGE, True),
        (ExtensionOID.EXTENDED_KEY_USAGE, False),
        (ExtensionOID.OCSP_NO_CHECK, False),
        (ExtensionOID.AUTHORITY_KEY_IDENTIFIER, False),
        (ExtensionOID.SUBJECT_KEY_IDENTIFIER, False),
    ]
    assert certificate.issuer.public_bytes() == issuer.subject.public_bytes()
    assert [one.value for one in certificate.subject] == ["JP", "Example CA", "OCSP 2026-11-24"]
    assert certificate.not_valid_before_utc == NOW - timedelta(hours=1)
    assert certificate.not_valid_after_utc == NOW + LIFE - SECOND
    begin, end = issuer.not_valid_before_utc, issuer.not_valid_after_utc
    for now in (begin + SECOND, end - LIFE / 2):
        certificate = await responder_at(ca, responders_of(ca), leaf, now)
        assert begin <= certificate.not_valid_before_utc < certificate.not_valid_after_utc < end


async def test_a_responder_is_replaced_in_time(ca, leaf):
    """When half of its life is over, and when a clock was put back before it (B-91)."""
    responders = responders_of(ca)
    first = await responder_at(ca, responders, leaf, NOW)
    for now in (NOW + timedelta(days=14), first.not_valid_before_utc):
        assert await responder_at(ca, responders, leaf, now) == first
    second = await responder_at(ca, responders, leaf, NOW + timedelta(days=15))
    assert second != first
    assert await responder_at(ca, responders, leaf, NOW) != second


async def test_many_who_ask_at_once_have_one_responder_made(ca, leaf):
    """The issuing key signs once, however many wait for that (B-93)."""

    async def in_its_turn(issuer, serial, tbs):
        await asyncio.sleep(0)
        return await certified(issuer, serial, tbs)

    certified = unsigned(issuers := {"issuing": ca.authority.certificate})
    responders = Responders(issuers, in_its_turn)
    made = await asyncio.gather(*(responder_at(ca, responders, leaf, NOW) for _ in range(9)))
    assert len({one.serial_number for one in made}) == 1


async def test_the_next_responder_is_asked_for_again_where_the_last_will_not_do(ca):
    """A pause is for what can wait, and ends with the wrong clock that it began by (B-91)."""
    asked, is_away = [], False

    async def certify(issuer, serial, tbs):
        asked.append(serial)
        if is_away:
            raise TimeoutError
        return await certified(issuer, serial, tbs)

    certified = unsigned(issuers := {"issuing": ca.authority.certificate})
    [responder] = Responders(issuers, certify)._responders.values()
    last = await responder.ready(NOW, NOW)
    is_away, renewed = True, NOW + timedelta(days=16)
    for _ in range(2):
        assert await responder.ready(renewed, renewed) == last
    assert len(asked) == 2
    with pytest.raises(TimeoutError):
        await responder.ready(renewed, NOW + LIFE)
    assert len(asked) == 3
    assert await responder.ready(renewed - SECOND, renewed) == last
    assert len(asked) == 4


async def test_a_responder_that_nobody_certified(ca, leaf):
    """For the audit: of the same form, and not the issuing key's (B-81)."""
    issuers = {"issuing": ca.authority.certificate}
    made = await responder_at(ca, Responders(issuers, unsigned(issuers)), leaf, NOW)
    assert made.issuer == ca.authority.certificate.subject
    with pytest.raises(InvalidSignature):
        made.verify_directly_issued_by(ca.authority.certificate)


async def test_no_answer_outlives_its_responder(ca, leaf):
    """Whoever keeps it could not verify it any more (BR 4.9.9; B-91)."""
    responders = responders_of(ca)
    [question] = responders.read(asking(ca, leaf))
    assert question.issuer == "issuing"

    async def until(next_update):
        der = await responders.answer(question, None, this_update=NOW, next_update=next_update)
        return ocsp.load_der_ocsp_response(der)

    answer = await until(NOW + 2 * LIFE)
    [responder] = answer.certificates
    assert responder.not_valid_after_utc == NOW + LIFE - SECOND
    assert answer.next_update_utc == responder.not_valid_after_utc
    assert (await until(NOW + SECOND)).next_update_utc == NOW + SECOND
