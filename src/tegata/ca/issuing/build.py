"""From a template to the exact bytes that are to be signed, linted before any key sees them (BR 4.3.1.2).

Pure: takes the issuer's certificate, never its key; clock and serial number are arguments.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from ipaddress import ip_address
from typing import NamedTuple

from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

from tegata.ca.issuing import algorithms, der, lint, profiles
from tegata.ca.issuing.algorithms import IssuerKey
from tegata.ca.issuing.lint import LintFailed
from tegata.ca.issuing.profiles import Issuer, Template, Wanted
from tegata.ca.model import Contract
from tegata.ca.policy import shards
from tegata.ca.settings import WHOLE_CRL, Service
from tegata.pki import keys
from tegata.pki import names as pki_names
from tegata.pki.keys import PublicKey

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
            tbs = lay_out(profiles.template(wanted), self._without_crl if service.short_lived else issuer)
        except ValueError as error:
            raise LintFailed(rule="the data fit a certificate", found=error) from None
        lint.check(tbs, wanted, issuer)
        return tbs


def lay_out(template: Template, issuer: Issuer) -> bytes:
    """A server certificate in DER, all of it but the signature (BR 7.1.2.7).

    What is alike in all of an issuer's is written by the X.509 library, once. Raises ValueError for what X.509 cannot
    hold.
    """
    constant = _constant(issuer, template.policy)
    names = der.write(der.SEQUENCE, *map(_general_name, template.names))
    critical = b"" if template.subject else _CRITICAL
    alternative = der.write(der.SEQUENCE, _ALTERNATIVE_NAME, critical, der.write(der.OCTET_STRING, names))
    return der.write(
        der.SEQUENCE,
        _VERSION_3,
        _integer(template.serial),
        constant.algorithm,
        constant.issuer,
        der.write(der.SEQUENCE, der.time(template.not_before), der.time(template.not_after)),
        der.write(der.SEQUENCE, *[_attribute(oid, text) for oid, text in template.subject]),
        keys.spki(template.public_key),
        der.write(_EXTENSIONS, der.write(der.SEQUENCE, constant.before, alternative, constant.after)),
    )


def signed(tbs: bytes, key: IssuerKey) -> bytes:
    """The certificate in DER, with the signature of its issuer's key."""
    signature = der.write(der.BIT_STRING, b"\x00", algorithms.sign(key, tbs))
    return der.write(der.SEQUENCE, tbs, algorithms.of(key.public_key()).identifier, signature)


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


class _Constant(NamedTuple):
    """What is alike in all certificates of an issuer under a policy, in DER; extensions before the names, and after."""

    algorithm: bytes
    issuer: bytes
    before: bytes
    after: bytes


@lru_cache(64)
def _constant(issuer: Issuer, policy: x509.ObjectIdentifier) -> _Constant:
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
    return _Constant(
        algorithms.of(algorithms.public_key_of(issuer.certificate)).identifier,
        issuer.certificate.subject.public_bytes(),
        b"".join(before),
        b"".join(after),
    )


def _extension(value: x509.ExtensionType, *, critical: bool = False) -> bytes:
    content = der.write(der.OCTET_STRING, value.public_bytes())
    return der.write(der.SEQUENCE, der.object_identifier(value.oid.dotted_string), _CRITICAL * critical, content)


def _integer(value: int) -> bytes:
    """A positive INTEGER; its first bit is clear."""
    return der.write(der.INTEGER, value.to_bytes(value.bit_length() // 8 + 1))


def _attribute(oid: x509.ObjectIdentifier, text: str) -> bytes:
    """An RDN of one attribute, as the X.509 library writes it: a country's code is the only PrintableString."""
    tag = der.PRINTABLE_STRING if oid == NameOID.COUNTRY_NAME else der.UTF8_STRING
    value = der.write(tag, text.encode("utf-8"))
    return der.write(der.SET, der.write(der.SEQUENCE, der.object_identifier(oid.dotted_string), value))


def _general_name(name: str) -> bytes:
    if pki_names.is_ip(name):
        return der.write(_IP_ADDRESS, ip_address(name).packed)
    return der.write(_DNS_NAME, name.encode("ascii"))


_VERSION_3 = bytes.fromhex("a003020102")
_EXTENSIONS = 0xA3
_CRITICAL = bytes.fromhex("0101ff")
_ALTERNATIVE_NAME = bytes.fromhex("0603551d11")
_DNS_NAME, _IP_ADDRESS = 0x82, 0x87
