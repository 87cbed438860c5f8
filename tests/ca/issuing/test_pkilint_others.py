"""pkilint on what the CA signs beside certificates: CRLs and OCSP answers, sound and doctored (B-81)."""

from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from tegata.ca.issuing import der, pkilint_process
from tegata.ca.model import Revocation
from tegata.ca.ports import OcspQuestion
from tests.ca.issuing.conftest import NOW, PUBLIC_URL, responders_of

pytestmark = pytest.mark.anyio

DAY = timedelta(days=1)
FINE = {"INFO", "NOTICE"}
URL = f"{PUBLIC_URL}/crl/issuing.crl"


def faults(encoded: bytes) -> list[str]:
    return [code for severity, code in pkilint_process.lint(encoded) if severity not in FINE]


async def listed(ca, revoked) -> Any:
    entries = [ca.authority.crl_entries(revoked)] if revoked else []
    times = {"this_update": NOW, "next_update": NOW + 4 * DAY}
    return await ca.authority.sign_crl(await ca.authority.lay_out_crl(entries, number=7, url=URL, **times))


async def test_crls(ca):
    """B-81: without and with entries of each reason; a long one is judged by its first ones."""
    assert faults(await listed(ca, [])) == []
    assert faults(await listed(ca, [Revocation(f"a{reason}", NOW, reason) for reason in (0, 1, 3, 4, 5, 9)])) == []
    many = await listed(ca, [Revocation(f"{number:08x}", NOW, 4) for number in range(1 << 28, (1 << 28) + 100_000)])
    assert faults(many) == []
    assert faults(ca.hierarchy.root_crl) == []


async def test_a_crl_that_is_wrong(ca):
    """B-81: one that is good for too long, and one that suspends."""
    sound = await listed(ca, [Revocation("a1", NOW, 4)])
    suspending = sound.replace(bytes.fromhex("0603551d1504030a0104"), bytes.fromhex("0603551d1504030a0106"))
    assert suspending != sound
    assert any("reason" in code for code in faults(suspending))
    times = der.time(NOW + 4 * DAY), der.time(NOW + 20 * DAY)
    assert any("validity" in code for code in faults(sound.replace(*times)))


async def test_ocsp_answers(ca):
    """B-81: for good and revoked, with the responder's certificate; one that was cut off cannot be read."""
    responders = responders_of(ca)
    issuer = ca.authority.certificate
    asked = ocsp.OCSPRequestBuilder().add_certificate(issuer, issuer, hashes.SHA256()).build()
    hashed = ("sha256", asked.issuer_name_hash, asked.issuer_key_hash)
    for revoked in (None, Revocation("a1", NOW, 4)):
        question = OcspQuestion("issuing", "a1", hashed)
        answer = await responders.answer(question, revoked, this_update=NOW, next_update=NOW + 4 * DAY)
        assert faults(answer) == []
        (responder,) = ocsp.load_der_ocsp_response(answer).certificates
        assert faults(responder.public_bytes(Encoding.DER)) == []
    assert faults(der.write(der.SEQUENCE, bytes.fromhex("0a0100"), b"\xa0\x03\x30\x01\x05")) == ["tegata.unreadable"]
