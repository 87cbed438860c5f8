"""OCSP about several certificates at once (RFC 6960 §4): a request taken apart, and answers put together.

``cryptography`` reads and writes them for one certificate only. Knows no issuing CA and no store.
"""

from collections.abc import Sequence
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from tegata.ca.issuing import algorithms, der
from tegata.ca.issuing.algorithms import IssuerKey

_ENUMERATED = 0x0A
# ResponseBytes, certs and, in ResponseData, the responder by its key: each explicitly tagged.
_TAGGED_0 = 0xA0
_BY_KEY = 0xA2
_SUCCESSFUL = b"\x00"
_BASIC = bytes.fromhex("06092b0601050507300101")
"""id-pkix-ocsp-basic."""


def apart(request: bytes) -> list[bytes]:
    """A request for each certificate that this one asks for; raises ValueError for what is no request."""
    signed = der.elements(der.only(request, der.SEQUENCE).content)
    if not signed or signed[0].tag != der.SEQUENCE:
        raise ValueError("no request")
    [asked] = [part for part in der.elements(signed[0].content) if part.tag == der.SEQUENCE]
    return [
        der.write(der.SEQUENCE, der.write(der.SEQUENCE, der.write(der.SEQUENCE, each.encoded)))
        for each in der.elements(asked.content)
    ]


def together(answers: Sequence[bytes], key: IssuerKey, certificate: x509.Certificate, *, now: datetime) -> bytes:
    """One answer that says what these successful ones say, signed by this responder."""
    by_key = x509.SubjectKeyIdentifier.from_public_key(key.public_key()).digest
    data = der.write(
        der.SEQUENCE,
        der.write(_BY_KEY, der.write(der.OCTET_STRING, by_key)),
        der.write(der.GENERALIZED_TIME, f"{now:%Y%m%d%H%M%S}Z".encode("ascii")),
        der.write(der.SEQUENCE, *(_said(answer) for answer in answers)),
    )
    basic = der.write(
        der.SEQUENCE,
        data,
        algorithms.of(key.public_key()).identifier,
        der.write(der.BIT_STRING, b"\x00", algorithms.sign(key, data)),
        der.write(_TAGGED_0, der.write(der.SEQUENCE, certificate.public_bytes(Encoding.DER))),
    )
    body = der.write(der.SEQUENCE, _BASIC, der.write(der.OCTET_STRING, basic))
    return der.write(der.SEQUENCE, der.write(_ENUMERATED, _SUCCESSFUL), der.write(_TAGGED_0, body))


def _said(answer: bytes) -> bytes:
    """The SingleResponses of a successful answer: the only sequence in its ResponseData."""
    data = ocsp.load_der_ocsp_response(answer).tbs_response_bytes
    [said] = [part for part in der.elements(der.only(data, der.SEQUENCE).content) if part.tag == der.SEQUENCE]
    return said.content
