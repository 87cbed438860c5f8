"""What was issued, looked at once more: the certificate against its record, and its bytes against the lint of today.

Settings may have changed since, and contracts been renewed: what a certificate's service may be now is no fault of it.
Pure; signs nothing.
"""

from collections.abc import Mapping
from datetime import timedelta
from math import ceil

import msgspec
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.x509.oid import AuthorityInformationAccessOID

from tegata.ca.errors import IssuanceFailed
from tegata.ca.issuing import lint, precertificates, profiles
from tegata.ca.issuing.lint import LintFailed
from tegata.ca.issuing.profiles import Wanted
from tegata.ca.model import Certificate, Contract
from tegata.ca.policy import baseline, shards
from tegata.ca.settings import SHORT_LIFE_DAYS, Policy, Service
from tegata.pki.certs import BadChain, load_leaf, serial_hex
from tegata.pki.key_types import KeyType
from tegata.pki.keys import PublicKey, spki_digest
from tegata.pki.life import life


class Relint:
    """Judges stored certificates; ``issuers`` are the issuing CAs' certificates by their names."""

    def __init__(
        self,
        *,
        issuers: Mapping[str, x509.Certificate],
        public_url: str,
        services: Mapping[str, Service],
        policy: Policy,
    ) -> None:
        self._issuers, self._public_url, self._services, self._policy = issuers, public_url, services, policy

    def fault(self, certificate: Certificate, contract: Contract) -> LintFailed | None:
        """The first thing that is wrong with an issued certificate; None where nothing is."""
        try:
            self._check(certificate, contract)
        except LintFailed as failure:
            return failure
        except BadChain as error:
            return LintFailed(rule="it can be read", found=error.facts["reason"])
        return None

    def responder_fault(self, issuer: str, serial: str, tbs: bytes, der: bytes) -> LintFailed | None:
        """What is wrong with an OCSP responder's certificate, given what was to be signed; ``der`` may be empty."""
        try:
            self._check_responder(issuer, serial, tbs, der)
        except LintFailed as failure:
            return failure
        return None

    def _check_responder(self, name: str, serial: str, tbs: bytes, der: bytes) -> None:
        issuer = self._issuers.get(name)
        if issuer is None:
            raise LintFailed(rule="its issuing CA is here", found=name)
        if not der:
            return
        try:
            certificate = x509.load_der_x509_certificate(der)
        except ValueError as error:
            raise LintFailed(rule="it can be read", found=str(error)) from None
        _check_signed(certificate, issuer)
        if certificate.tbs_certificate_bytes != tbs or serial_hex(certificate) != serial:
            raise LintFailed(rule=_RECORDED, found=serial_hex(certificate))

    def _check(self, certificate: Certificate, contract: Contract) -> None:
        leaf = load_leaf(certificate.chain_pem or b"")
        name = shards.issuer_of(certificate.crl)
        issuer, service = self._issuers.get(name), self._services.get(contract.service)
        if issuer is None:
            raise LintFailed(rule="its issuing CA is here", found=name)
        if service is None:
            raise LintFailed(rule="its service is in the settings", found=contract.service)
        public_key = _check_record(leaf, certificate, issuer)
        try:
            baseline.check_life(certificate.not_before, certificate.not_after, self._policy, certificate.intended_at)
        except IssuanceFailed:
            raise LintFailed(rule="it lives no longer than was allowed", found=certificate.not_after) from None
        wanted = Wanted(
            contract=contract,
            service=_as_it_was(service, leaf, certificate),
            names=certificate.names,
            public_key=public_key,
            not_before=certificate.not_before,
            not_after=certificate.not_after,
            serial=int(certificate.serial, 16),
        )
        crl_url = profiles.crl_url(self._public_url, certificate.crl)
        # Whether OCSP was on when it was issued, nobody has written down: it says so itself.
        whole = profiles.issuing_ca(issuer, self._public_url, name, has_ocsp=_names_ocsp(leaf))
        lint.check(precertificates.bare(certificate.tbs), wanted, whole._replace(crl_url=crl_url))


_RECORDED = "it is what was recorded before it was signed"


def _check_signed(certificate: x509.Certificate, issuer: x509.Certificate) -> None:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, InvalidSignature):
        raise LintFailed(rule="its issuing CA has signed it", found=certificate.issuer.rfc4514_string()) from None


def _check_record(leaf: x509.Certificate, certificate: Certificate, issuer: x509.Certificate) -> PublicKey:
    """The certificate's key, if it is the issuer's and the one that is on record."""
    _check_signed(leaf, issuer)
    if not _is_recorded(leaf.tbs_certificate_bytes, certificate):
        raise LintFailed(rule=_RECORDED, found=serial_hex(leaf))
    if serial_hex(leaf) != certificate.serial:
        raise LintFailed(rule="its serial number is the record's", found=serial_hex(leaf))
    public_key = leaf.public_key()
    if not isinstance(public_key, PublicKey) or spki_digest(public_key) != certificate.spki_digest:
        raise LintFailed(rule="its key is the record's", found=type(public_key).__name__)
    return public_key


def _is_recorded(tbs: bytes, certificate: Certificate) -> bool:
    """Whether these bytes are what was intended: a precertificate, or what became of it (B-82)."""
    if not certificate.is_logged or precertificates.is_precertificate(tbs):
        return tbs == certificate.tbs
    return precertificates.bare(tbs) == precertificates.bare(certificate.tbs)


def _as_it_was(service: Service, leaf: x509.Certificate, certificate: Certificate) -> Service:
    """The service with the key rule and the life that the certificate has."""
    lives = life(certificate.not_before, certificate.not_after)
    return msgspec.structs.replace(
        service,
        key_types=tuple(KeyType),
        certificate_days=ceil(lives / timedelta(days=1)),
        short_lived=lives <= timedelta(days=SHORT_LIFE_DAYS) and not _names_crl(leaf),
    )


def _names_ocsp(leaf: x509.Certificate) -> bool:
    try:
        access = leaf.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except x509.ExtensionNotFound:
        return False
    return any(one.access_method == AuthorityInformationAccessOID.OCSP for one in access)


def _names_crl(leaf: x509.Certificate) -> bool:
    try:
        leaf.extensions.get_extension_for_class(x509.CRLDistributionPoints)
    except x509.ExtensionNotFound:
        return False
    return True
