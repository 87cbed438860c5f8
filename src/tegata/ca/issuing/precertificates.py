"""Precertificates and SCTs as bytes (RFC 6962 §3): the same certificate, with the poison or with the SCTs in it.

Pure. A TBSCertificate is taken apart and put together again octet by octet, so that what a log signed and what is
issued can differ in nothing but these two extensions (B-82).
"""

import binascii
import hashlib
import struct
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from tegata.ca.issuing import der
from tegata.ca.model import POISON
from tegata.ca.policy.transparency import Log

ANSWER_LIMIT = 16 * 1024
_AHEAD = timedelta(minutes=5)
"""How far a log's clock may be ahead of ours."""

_POISON = der.write(der.SEQUENCE, POISON)
_SCTS_ID = bytes.fromhex("060a2b06010401d679020402")
_EXTENSIONS = 0xA3
_SHA256, _RSA, _ECDSA = 4, 1, 3


class BadSct(ValueError):
    """A log's answer that is no SCT of it for this certificate; it says why."""


class Sct(NamedTuple):
    """A signed certificate timestamp, as it stands in a certificate."""

    encoded: bytes


class _Answer(msgspec.Struct):
    sct_version: int
    id: str
    timestamp: int
    extensions: str
    signature: str


def precertificate(tbs: bytes) -> bytes:
    """The certificate with the poison: no client takes it for one."""
    return _with(bare(tbs), _POISON)


def is_precertificate(tbs: bytes) -> bool:
    """Whether it has the poison."""
    return any(extension.encoded == _POISON for extension in _split(tbs)[1])


def certificate(tbs: bytes, scts: bytes) -> bytes:
    """The certificate with this list of SCTs, in the place of the poison if it has it."""
    value = der.write(der.OCTET_STRING, der.write(der.OCTET_STRING, scts))
    return _with(bare(tbs), der.write(der.SEQUENCE, _SCTS_ID, value))


def bare(tbs: bytes) -> bytes:
    """The certificate without poison and SCTs: what logs sign, and what was linted."""
    fields, extensions = _split(tbs)
    kept = [one.encoded for one in extensions if one.encoded != _POISON and _id_of(one) != _SCTS_ID]
    return _join(fields, kept)


def list_of(scts: Sequence[Sct]) -> bytes:
    """A SignedCertificateTimestampList (RFC 6962 §3.3)."""
    return _opaque16(b"".join(_opaque16(sct.encoded) for sct in scts))


def read(answer: bytes, log: Log, tbs: bytes, issuer_key: bytes, now: datetime) -> Sct:
    """The SCT in a log's answer to the precertificate, its signature verified; raises BadSct.

    ``issuer_key`` is the issuing CA's SubjectPublicKeyInfo.
    """
    try:
        told = msgspec.json.decode(answer, type=_Answer)
        extensions, signature, log_id = (_base64(one) for one in (told.extensions, told.signature, told.id))
        timestamp = struct.pack(">Q", told.timestamp)
        if told.timestamp > (now + _AHEAD - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(milliseconds=1):
            raise BadSct("it is from the future")
    except (ValueError, struct.error, RecursionError) as error:
        raise error if isinstance(error, BadSct) else BadSct("it is no SCT") from None
    if told.sct_version != 0 or log_id != log.id:
        raise BadSct("it is another log's, or of another version")
    entry = hashlib.sha256(issuer_key).digest() + len(bare(tbs)).to_bytes(3) + bare(tbs)
    signed = b"\x00\x00" + timestamp + b"\x00\x01" + entry + _opaque16(extensions)
    _verify(signature, signed, log)
    return Sct(b"\x00" + log_id + timestamp + _opaque16(extensions) + signature)


def _verify(signature: bytes, signed: bytes, log: Log) -> None:
    """Pass if a log's digitally-signed structure holds (RFC 5246 §4.7); raises BadSct."""
    key = load_der_public_key(log.key)
    algorithm, length, value = signature[:2], signature[2:4], signature[4:]
    try:
        if len(value) != int.from_bytes(length):
            raise BadSct("its signature is cut")
        if isinstance(key, EllipticCurvePublicKey) and algorithm == bytes((_SHA256, _ECDSA)):
            key.verify(value, signed, ec.ECDSA(hashes.SHA256()))
        elif isinstance(key, RSAPublicKey) and algorithm == bytes((_SHA256, _RSA)):
            key.verify(value, signed, padding.PKCS1v15(), hashes.SHA256())
        else:
            raise BadSct("its signature is of another algorithm")
    except InvalidSignature:
        raise BadSct("its signature does not hold") from None


def _split(tbs: bytes) -> tuple[list[bytes], list[der.Element]]:
    *fields, extensions = der.elements(der.only(tbs, der.SEQUENCE).content)
    if extensions.tag != _EXTENSIONS:
        raise ValueError("a certificate without extensions")
    return [one.encoded for one in fields], der.elements(der.only(extensions.content, der.SEQUENCE).content)


def _join(fields: Sequence[bytes], extensions: Sequence[bytes]) -> bytes:
    return der.write(der.SEQUENCE, *fields, der.write(_EXTENSIONS, der.write(der.SEQUENCE, *extensions)))


def _with(tbs: bytes, extension: bytes) -> bytes:
    fields, extensions = _split(tbs)
    return _join(fields, [*(one.encoded for one in extensions), extension])


def _id_of(extension: der.Element) -> bytes:
    return der.elements(extension.content)[0].encoded


def _opaque16(data: bytes) -> bytes:
    return struct.pack(">H", len(data)) + data


def _base64(text: str) -> bytes:
    return binascii.a2b_base64(text.encode(), strict_mode=True)
