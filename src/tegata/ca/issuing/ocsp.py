"""OCSP answers (RFC 6960, RFC 5019), signed by a delegated responder of each issuing CA.

A responder's key is made in memory and certified by its issuing CA for some weeks, by a certificate that says so and
needs no answer itself (id-pkix-ocsp-nocheck). So the issuing key signs no answers; how it comes to certify a responder,
and that this is on record, is who ``certify`` is. Knows no store.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.hashes import HashAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.ocsp import OCSPCertStatus, OCSPResponderEncoding, OCSPResponseBuilder, OCSPResponseStatus
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tegata.ca.errors import CaError, MalformedRequest
from tegata.ca.issuing import algorithms, ocsp_several
from tegata.ca.issuing.algorithms import IssuerKey
from tegata.ca.issuing.build import authority_key_identifier, key_usage, signed
from tegata.ca.issuing.elsewhere import stand_in
from tegata.ca.journal import Journal
from tegata.ca.model import Revocation
from tegata.ca.ports import Certify, OcspQuestion
from tegata.pki import keys
from tegata.pki.certs import serial_hex
from tegata.pki.key_types import KeyType

LIFE = timedelta(days=30)
"""How long a responder's certificate lives; a new one is made when half of it is over."""
PAUSE = timedelta(minutes=10)
"""For how long the next one is not asked for again while the last will do: each attempt is on record."""

log = Journal("ocsp")

_BACKDATE = timedelta(hours=1)
_SECOND = timedelta(seconds=1)
# SHA-1 stands for names and keys here, as clients ask by it; it signs nothing.
_SHA1 = hashes.SHA1()  # noqa: S303 - see above
_HASHES: dict[str, HashAlgorithm] = {
    one.name: one for one in (_SHA1, hashes.SHA256(), hashes.SHA384(), hashes.SHA512())
}
_REASONS = {
    1: x509.ReasonFlags.key_compromise,
    3: x509.ReasonFlags.affiliation_changed,
    4: x509.ReasonFlags.superseded,
    5: x509.ReasonFlags.cessation_of_operation,
    9: x509.ReasonFlags.privilege_withdrawn,
}


class Responders:
    """A responder for each issuing CA (``ports.Responder``); ``issuers`` are their certificates by their names."""

    def __init__(self, issuers: Mapping[str, x509.Certificate], certify: Certify) -> None:
        self._responders = {name: _Responder(name, issuer, certify) for name, issuer in issuers.items()}
        self._names = {
            (algorithm.name, *_hashed(issuer, algorithm)): name
            for name, issuer in issuers.items()
            for algorithm in _HASHES.values()
        }

    def read(self, der: bytes) -> Sequence[OcspQuestion]:
        """What a request asks, one thing at least; raises MalformedRequest.

        Extensions and signatures are not looked at.
        """
        try:
            try:
                return [self._question(der)]
            except NotImplementedError:  # several certificates, or none
                questions = [self._question(each) for each in ocsp_several.apart(der)]
        except (ValueError, NotImplementedError, UnsupportedAlgorithm):
            questions = []
        if not questions:
            raise MalformedRequest(reason="it is no OCSP request")
        return questions

    def _question(self, der: bytes) -> OcspQuestion:
        request = ocsp.load_der_ocsp_request(der)
        hashed = (request.hash_algorithm.name, request.issuer_name_hash, request.issuer_key_hash)
        return OcspQuestion(self._names.get(hashed), serial_hex(request.serial_number), hashed)

    def malformed(self) -> bytes:
        """The answer to what is no request."""
        return _unsuccessful(OCSPResponseStatus.MALFORMED_REQUEST)

    def unauthorized(self) -> bytes:
        """The answer for a certificate of which nothing is known here (RFC 5019 §2.2.3)."""
        return _unsuccessful(OCSPResponseStatus.UNAUTHORIZED)

    def try_later(self) -> bytes:
        """The answer where none can be signed now (RFC 6960 §2.3)."""
        return _unsuccessful(OCSPResponseStatus.TRY_LATER)

    def ends(self, issuer: str) -> datetime:
        """The last second of a responder of this issuing CA, which ends before it."""
        return self._responders[issuer].ends

    async def answer(
        self, question: OcspQuestion, revoked: Revocation | None, *, this_update: datetime, next_update: datetime
    ) -> bytes:
        """The signed answer for a certificate that was issued: good, or revoked."""
        assert question.issuer is not None, "it is one of these issuing CAs"
        responder = self._responders[question.issuer]
        key, certificate = await responder.ready(this_update, next_update)
        algorithm, name_hash, key_hash = question.hashed
        builder = OCSPResponseBuilder().add_response_by_hash(
            issuer_name_hash=name_hash,
            issuer_key_hash=key_hash,
            serial_number=int(question.serial, 16),
            algorithm=_HASHES[algorithm],
            cert_status=OCSPCertStatus.GOOD if revoked is None else OCSPCertStatus.REVOKED,
            this_update=this_update,
            next_update=min(next_update, certificate.not_valid_after_utc),
            revocation_time=revoked and revoked.revoked_at.replace(microsecond=0),
            revocation_reason=revoked and _REASONS.get(revoked.reason),
        )
        builder = builder.responder_id(OCSPResponderEncoding.HASH, certificate).certificates([certificate])
        return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)

    async def together(self, issuer: str, answers: Sequence[bytes], *, now: datetime) -> bytes:
        """One signed answer that says what these say of certificates of this issuing CA."""
        key, certificate = await self._responders[issuer].ready(now, now)
        return ocsp_several.together(answers, key, certificate, now=now)


class _Responder:
    """The key that signs answers for one issuing CA, and its certificate; both are replaced in time."""

    def __init__(self, name: str, issuer: x509.Certificate, certify: Certify) -> None:
        self._name, self._issuer, self._certify = name, issuer, certify
        self.ends = issuer.not_valid_after_utc - _SECOND
        self._now: tuple[IssuerKey, x509.Certificate] | None = None
        self._tried: datetime | None = None
        self._turn = asyncio.Lock()

    async def ready(self, now: datetime, until: datetime) -> tuple[IssuerKey, x509.Certificate]:
        """Key and certificate that are good now and until then; who asks meanwhile gets the one that is being made.

        Where the next cannot be certified now, the one there is goes on as long as it is good.
        """
        async with self._turn:
            if self._now is None or not self._now[1].not_valid_before_utc <= now <= self._now[1].not_valid_after_utc:
                self._now = await self._made(now)
            elif now >= self._renewed_at:
                self._now = await self._next(self._now, now, until)
            return self._now

    async def _next(
        self, last: tuple[IssuerKey, x509.Certificate], now: datetime, until: datetime
    ) -> tuple[IssuerKey, x509.Certificate]:
        """A new key and certificate; the last ones where these are not to be had and those will do."""
        will_do = until <= last[1].not_valid_after_utc
        if will_do and self._tried is not None and self._tried <= now < self._tried + PAUSE:
            return last
        self._tried = now
        try:
            return await self._made(now)
        except (CaError, TimeoutError) as failure:
            if not will_do:
                raise
            log.warning("responder.postponed", issuer=self._name, reason=repr(failure))
            return last

    async def _made(self, now: datetime) -> tuple[IssuerKey, x509.Certificate]:
        key = keys.generate(KeyType.EC256)
        assert isinstance(key, IssuerKey)
        serial = x509.random_serial_number()
        tbs = _template(key, serial, self._issuer, now)
        return key, x509.load_der_x509_certificate(await self._certify(self._name, serial_hex(serial), tbs))

    @property
    def _renewed_at(self) -> datetime:
        assert self._now is not None, "asked of one that is there"
        begin, end = self._now[1].not_valid_before_utc, self._now[1].not_valid_after_utc
        return end if end >= self.ends else begin + (end - begin) / 2


def unsigned(issuers: Mapping[str, x509.Certificate]) -> Certify:
    """What certifies responders with a dummy signature, for answers that nobody is given (BR 4.3.1.2)."""

    async def certify(issuer: str, _: str, tbs: bytes) -> bytes:
        return signed(tbs, stand_in(algorithms.public_key_of(issuers[issuer])))

    return certify


def _template(key: IssuerKey, serial: int, issuer: x509.Certificate, now: datetime) -> bytes:
    """The bytes of a responder's certificate (BR 7.1.2.8), to be signed by the issuing CA."""
    kept = [one for one in issuer.subject if one.oid != NameOID.COMMON_NAME]
    subject = x509.Name([*kept, x509.NameAttribute(NameOID.COMMON_NAME, f"OCSP {now:%Y-%m-%d}")])
    begin = max(now - _BACKDATE, issuer.not_valid_before_utc)
    end = min(now + LIFE, issuer.not_valid_after_utc)
    builder = x509.CertificateBuilder(issuer.subject, subject, key.public_key(), serial, begin, end - _SECOND)
    for extension, critical in (
        (key_usage("digital_signature"), True),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING]), False),
        (x509.OCSPNoCheck(), False),
        (authority_key_identifier(issuer), False),
        (x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False),
    ):
        builder = builder.add_extension(extension, critical)
    public_key = algorithms.public_key_of(issuer)
    return builder.sign(stand_in(public_key), algorithms.of(public_key).hash).tbs_certificate_bytes


def _hashed(issuer: x509.Certificate, algorithm: HashAlgorithm) -> tuple[bytes, bytes]:
    """How requests name this issuer: the hashes of its name and of its key."""
    name = hashes.Hash(algorithm)
    name.update(issuer.subject.public_bytes())
    # Of the key's bits without their wrapping, which the library knows how to find.
    request = ocsp.OCSPRequestBuilder().add_certificate(issuer, issuer, algorithm).build()
    return name.finalize(), request.issuer_key_hash


def _unsuccessful(status: OCSPResponseStatus) -> bytes:
    return OCSPResponseBuilder.build_unsuccessful(status).public_bytes(Encoding.DER)
