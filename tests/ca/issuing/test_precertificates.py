"""A certificate's two forms for logs, and what logs answer: against a log that really signs."""

import base64
import hashlib
import json
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tegata.ca.issuing import precertificates
from tegata.ca.issuing.pkilint_process import lint
from tegata.ca.issuing.precertificates import BadSct
from tegata.ca.policy.transparency import Log
from tegata.ca.settings import SERVICES
from tests.ca.issuing.conftest import NOW
from tests.peers.ctlog import CtLog

pytestmark = pytest.mark.anyio


@pytest.fixture
def tbs(ca, wanted):
    return ca.builder.template(**wanted._replace(service=SERVICES["dv-acme-1y"])._asdict())


async def signed(ca, tbs):
    return await ca.authority.sign(tbs)


async def answered(ca, tbs, behaviour="honest", **changes):
    """An SCT read from a log's answer."""
    log = CtLog("Example", behaviour, now=NOW.timestamp)
    issuer = ca.authority.certificate
    precertificate = await signed(ca, precertificates.precertificate(tbs))
    answer = log.sct(precertificate, issuer.public_bytes(Encoding.DER)) | changes
    known = Log(log.id, log.operator, "", log.key, NOW, NOW)
    spki = issuer.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return log, precertificates.read(json.dumps(answer).encode(), known, tbs, spki, NOW)


async def test_a_precertificate_is_its_certificate_with_the_poison(ca, tbs):
    """B-82: critical, NULL, and nothing else is another; pkilint takes it for what it is (F-13)."""
    poisoned = precertificates.precertificate(tbs)
    plain, other = [x509.load_der_x509_certificate(await signed(ca, one)) for one in (tbs, poisoned)]
    poison = other.extensions.get_extension_for_class(x509.PrecertPoison)
    assert poison.critical
    assert list(other.extensions) == [*plain.extensions, poison]
    assert (other.serial_number, other.subject, other.public_key()) == (
        *(plain.serial_number, plain.subject, plain.public_key()),
    )
    assert precertificates.is_precertificate(poisoned)
    assert not precertificates.is_precertificate(tbs)
    assert precertificates.bare(poisoned) == tbs
    assert precertificates.precertificate(poisoned) == poisoned
    assert lint(await signed(ca, poisoned)) == []


async def test_a_certificate_with_scts(ca, tbs):
    """B-82, B-83: without them it is what the log signed, octet by octet; pkilint finds nothing (F-13)."""
    log, sct = await answered(ca, tbs)
    other, another = await answered(ca, tbs)
    listed = precertificates.list_of([sct, another])
    final = precertificates.certificate(precertificates.precertificate(tbs), listed)
    certificate = x509.load_der_x509_certificate(await signed(ca, final))
    assert certificate.tbs_precertificate_bytes == tbs == precertificates.bare(final)
    assert log.verify(certificate, ca.authority.certificate)
    assert other.verify(certificate, ca.authority.certificate)
    assert lint(await signed(ca, final)) == []


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [("lies", "signature does not hold"), ("future", "future"), ("another", "another log's")],
)
async def test_an_answer_that_is_no_sct_of_this_log(ca, tbs, behaviour, reason):
    """B-84."""
    with pytest.raises(BadSct, match=reason):
        await answered(ca, tbs, behaviour)


@pytest.mark.parametrize(
    "changes",
    [
        {"sct_version": 1},
        {"timestamp": -1},
        {"timestamp": 1 << 64},
        {"timestamp": 1},
        {"id": "AA=="},
        {"signature": "no base64"},
        {"signature": ""},
        {"signature": "BAMA"},
        {"signature": "BAEAAQA="},
        {"extensions": "AAAA"},
        {"extensions": None},
    ],
    ids=str,
)
async def test_an_answer_with_something_wrong(ca, tbs, changes):
    """Whatever it is, it does not get into a certificate (B-84)."""
    with pytest.raises(BadSct):
        await answered(ca, tbs, **changes)


async def read_as(ca, tbs, log, answer):
    issuer = ca.authority.certificate
    spki = issuer.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    known = Log(log.id, log.operator, "", log.key, NOW, NOW)
    return precertificates.read(json.dumps(answer).encode(), known, tbs, spki, NOW)


@pytest.mark.parametrize("kind", ["EC", "RSA"])
async def test_the_algorithm_is_the_keys(ca, tbs, kind):
    """RFC 6962 §2.1.4: a signature that holds is none under another's name, cut, or in sloppy base64 (B-84)."""
    issuer = ca.authority.certificate.public_bytes(Encoding.DER)
    log = CtLog("Example", now=NOW.timestamp)
    answer = log.sct(await signed(ca, precertificates.precertificate(tbs)), issuer)
    right, value = b"\4\3", base64.b64decode(answer["signature"])[4:]
    if kind == "RSA":
        key = rsa.generate_private_key(65537, 2048)
        log.key = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        log.id = hashlib.sha256(log.key).digest()
        answer["id"] = base64.b64encode(log.id).decode()
        data = CtLog.signed(tbs, issuer, answer["timestamp"])
        right, value = b"\4\1", key.sign(data, padding.PKCS1v15(), SHA256())

    def told(algorithm, more=0):
        length = (len(value) + more).to_bytes(2)
        return answer | {"signature": base64.b64encode(algorithm + length + value).decode()}

    sct = await read_as(ca, tbs, log, told(right))
    assert sct.encoded.endswith(right + len(value).to_bytes(2) + value)
    for other in {b"\4\1", b"\4\3", b"\5\1", b"\5\3", b"\2\1", b"\2\3"} - {right}:
        with pytest.raises(BadSct, match="another algorithm"):
            await read_as(ca, tbs, log, told(other))
    for more in (-1, 1):
        with pytest.raises(BadSct, match="cut"):
            await read_as(ca, tbs, log, told(right, more))
    for sloppy in (answer["id"] + "\n", "*" + answer["id"]):
        with pytest.raises(BadSct, match="no SCT"):
            await read_as(ca, tbs, log, told(right) | {"id": sloppy})


def test_an_answer_that_is_deeper_than_can_be_read(tbs):
    """It is no SCT, rather than the end of the whole inquiry (S-20)."""
    deep = b'{"x":' + b"[" * 8000 + b"]" * 8000 + b"}"
    with pytest.raises(BadSct):
        precertificates.read(deep, Log(b"", "", "", b"", NOW, NOW), tbs, b"", NOW)


async def test_scts_are_for_one_certificate(ca, tbs, wanted):
    """Those of another do not hold (B-84)."""
    dv = wanted._replace(service=SERVICES["dv-acme-1y"], not_after=wanted.not_after - timedelta(days=1))
    other = ca.builder.template(**dv._asdict())
    log = CtLog("Example", now=NOW.timestamp)
    issuer = ca.authority.certificate
    answer = log.sct(await signed(ca, precertificates.precertificate(tbs)), issuer.public_bytes(Encoding.DER))
    spki = issuer.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    with pytest.raises(BadSct):
        precertificates.read(json.dumps(answer).encode(), Log(log.id, "", "", log.key, NOW, NOW), other, spki, NOW)


def test_a_certificate_without_extensions():
    """Nothing that is not as this CA makes it is taken apart."""
    with pytest.raises(ValueError, match="extensions"):
        precertificates.bare(bytes.fromhex("3003020101"))
