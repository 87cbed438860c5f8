"""OCSP requests taken apart, and what an answer's responder allows it to say; the service's tests have the rest."""

from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from tegata.ca.errors import MalformedRequest
from tegata.ca.issuing import ocsp_several
from tegata.ca.issuing.ocsp import LIFE, Responders
from tests.ca.issuing.conftest import NOW

pytestmark = pytest.mark.anyio

SECOND = timedelta(seconds=1)


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
    responders = Responders({"issuing": ca.authority})
    known, unknown = bytes.fromhex("06052b0e03021a"), bytes.fromhex("06052b0e03027f")
    assert known in asking(ca)
    with pytest.raises(MalformedRequest):
        responders.read(asking(ca).replace(known, unknown))


async def test_no_answer_outlives_its_responder(ca, wanted):
    """Whoever keeps it could not verify it any more (BR 4.9.9; B-91)."""
    responders = Responders({"issuing": ca.authority})
    leaf = x509.load_der_x509_certificate(await ca.authority.sign(ca.builder.template(**wanted._asdict())))
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
