"""From a template to the exact bytes that are to be signed, linted before any key sees them (BR 4.3.1.2).

Pure: takes the issuer's certificate, never its key; clock and serial number are arguments.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from ipaddress import ip_address
from typing import TypeAlias

from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

from tegata.ca.issuing import algorithms, lint, profiles
from tegata.ca.issuing.elsewhere import stand_in
from tegata.ca.issuing.lint import LintFailed
from tegata.ca.issuing.profiles import Issuer, Template, Wanted
from tegata.ca.model import Contract
from tegata.ca.policy import shards
from tegata.ca.settings import WHOLE_CRL, Service
from tegata.pki import names as pki_names
from tegata.pki.keys import PublicKey

_Extensions: TypeAlias = tuple[x509.Extension[x509.ExtensionType], ...]

_KEY_USAGES = (
    *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
    *("key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
)


class ProfileBuilder:
    """Lays out certificates of the services' profiles under one issuing CA; ``public_url`` must be ``http://``.

    ``name`` is the issuing CA's. Their CRL is one of ``crl_shards``, by their serial numbers.
    """

    def __init__(
        self,
        *,
        issuer: x509.Certificate,
        public_url: str,
        crl_shards: int = 1,
        name: str = WHOLE_CRL,
        has_ocsp: bool = False,
    ) -> None:
        whole = profiles.issuing_ca(issuer, public_url, name, has_ocsp=has_ocsp)
        self._issuers = {
            crl: whole._replace(crl_url=profiles.crl_url(public_url, crl)) for crl in shards.names(crl_shards, name)
        }
        self._without_crl = whole._replace(crl_url=None, ocsp_url=None)
        self._name, self._crl_shards = name, crl_shards
        self._stand_in = stand_in(algorithms.public_key_of(issuer))

    def template(
        self,
        *,
        contract: Contract,
        service: Service,
        names: Sequence[str],
        public_key: PublicKey,
        not_before: datetime,
        not_after: datetime,
        serial: int,
    ) -> bytes:
        """The linted TBSCertificate in DER; raises LintFailed, also where the contract's data fit no certificate."""
        wanted = Wanted(contract, service, tuple(names), public_key, not_before, not_after, serial)
        issuer = self._issuers[shards.name_for(serial, self._crl_shards, self._name)]
        try:
            laid_out = builder(profiles.template(wanted), self._without_crl if service.short_lived else issuer)
        except ValueError as error:
            raise LintFailed(rule="the data fit a certificate", found=error) from None
        algorithm = algorithms.of(self._stand_in.public_key())
        tbs = laid_out.sign(self._stand_in, algorithm.hash).tbs_certificate_bytes
        lint.check(tbs, wanted, issuer)
        return tbs


def builder(template: Template, issuer: Issuer) -> x509.CertificateBuilder:
    """A server certificate's builder, everything set but the signature (BR 7.1.2.7).

    Raises ValueError for what X.509 cannot hold.
    """
    return x509.CertificateBuilder(
        issuer_name=issuer.certificate.subject,
        subject_name=template.subject,
        public_key=template.public_key,
        serial_number=template.serial,
        not_valid_before=template.not_before.replace(microsecond=0),
        not_valid_after=template.not_after.replace(microsecond=0),
        extensions=_extensions(template, issuer),
    )


def key_usage(*usages: str) -> x509.KeyUsage:
    """The keyUsage extension with these bits set and all others clear."""
    return x509.KeyUsage(**{usage: usage in usages for usage in _KEY_USAGES})


def authority_key_identifier(issuer: x509.Certificate) -> x509.AuthorityKeyIdentifier:
    """The issuer's subjectKeyIdentifier as authorityKeyIdentifier, by value and nothing else."""
    identifier = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier)


def certificate_at(url: str, ocsp_url: str | None = None) -> x509.AuthorityInformationAccess:
    """The authorityInfoAccess that names where the issuer's certificate is, and before it where OCSP is answered."""
    places = [(AuthorityInformationAccessOID.OCSP, ocsp_url), (AuthorityInformationAccessOID.CA_ISSUERS, url)]
    return x509.AuthorityInformationAccess(
        [x509.AccessDescription(oid, x509.UniformResourceIdentifier(place)) for oid, place in places if place]
    )


def crl_at(url: str) -> x509.CRLDistributionPoints:
    """The cRLDistributionPoints that names the one full CRL."""
    location = [x509.UniformResourceIdentifier(url)]
    return x509.CRLDistributionPoints([x509.DistributionPoint(location, None, None, None)])


def _extensions(template: Template, issuer: Issuer) -> list[x509.Extension[x509.ExtensionType]]:
    """Each extension once; subjectAltName is critical where the subject is empty."""
    before, after = _constant(issuer, template.policy)
    names = x509.SubjectAlternativeName([_general_name(name) for name in template.names])
    return [*before, _extension(names, critical=not list(template.subject)), *after]


@lru_cache(64)
def _constant(issuer: Issuer, policy: x509.ObjectIdentifier) -> tuple[_Extensions, _Extensions]:
    """What is alike in all certificates of an issuer under a policy: what stands before the names, and after them."""
    before = [
        _extension(key_usage("digital_signature"), critical=True),
        _extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])),
        _extension(x509.BasicConstraints(ca=False, path_length=None), critical=True),
    ]
    after = [
        _extension(authority_key_identifier(issuer.certificate)),
        _extension(certificate_at(issuer.certificate_url, issuer.ocsp_url)),
        _extension(x509.CertificatePolicies([x509.PolicyInformation(policy, None)])),
    ]
    if issuer.crl_url is not None:
        after.append(_extension(crl_at(issuer.crl_url)))
    return tuple(before), tuple(after)


def _extension(value: x509.ExtensionType, *, critical: bool = False) -> x509.Extension[x509.ExtensionType]:
    return x509.Extension(value.oid, critical, value)


def _general_name(name: str) -> x509.GeneralName:
    return x509.IPAddress(ip_address(name)) if pki_names.is_ip(name) else x509.DNSName(name)
