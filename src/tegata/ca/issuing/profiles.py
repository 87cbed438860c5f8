"""What a certificate of each service says: from contract, service, names and key to a typed template.

The profiles are the CA/Browser Forum's for DV and OV subscriber certificates (BR 7.1.2.7). Pure; encodes nothing.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from cryptography import x509
from cryptography.x509.oid import NameOID

from tegata.ca.issuing import layout
from tegata.ca.model import Contract
from tegata.ca.settings import WHOLE_CRL, Service
from tegata.pki.keys import PublicKey
from tegata.pki.names import is_ip

DOMAIN_VALIDATED = x509.ObjectIdentifier("2.23.140.1.2.1")
ORGANIZATION_VALIDATED = x509.ObjectIdentifier("2.23.140.1.2.2")

_COMMON_NAME_LIMIT = 64


class Issuer(NamedTuple):
    """The certificate that issues, where it and its CRL are fetched, and where OCSP is answered if it is.

    Short-lived certificates have neither CRL nor OCSP.
    """

    certificate: x509.Certificate
    certificate_url: str
    crl_url: str | None
    ocsp_url: str | None = None


class Wanted(NamedTuple):
    """What is to be certified; ``not_after`` is the last second of the life. Built from it, and linted against it."""

    contract: Contract
    service: Service
    names: tuple[str, ...]
    public_key: PublicKey
    not_before: datetime
    not_after: datetime
    serial: int


class Template(NamedTuple):
    """Everything a server certificate says."""

    subject: tuple[tuple[x509.ObjectIdentifier, str], ...]
    names: tuple[str, ...]
    public_key: PublicKey
    not_before: datetime
    not_after: datetime
    serial: int
    policy: x509.ObjectIdentifier


def issuing_ca(
    certificate: x509.Certificate, public_url: str, name: str = WHOLE_CRL, *, has_ocsp: bool = False
) -> Issuer:
    """The issuing CA of this name, with its URLs below the public listener's."""
    base = public_url.rstrip("/")
    ocsp_url = base + layout.OCSP_URL_PATH if has_ocsp else None
    return Issuer(certificate, base + layout.issuer_url_path(name), crl_url(public_url, name), ocsp_url)


def crl_url(public_url: str, crl: str) -> str:
    """Where the CRL of this name is fetched: the same octets in certificates and in the CRL (B-89)."""
    return f"{public_url.rstrip('/')}{layout.CRL_URL_FOLDER}{crl}.crl"


def template(wanted: Wanted) -> Template:
    """The template by the service's profile; the subject is the contract's, whatever a CSR said."""
    validated = wanted.service.validation == "ov"
    return Template(
        subject=_organization(wanted.contract, wanted.names) if validated else (),
        names=wanted.names,
        public_key=wanted.public_key,
        not_before=wanted.not_before,
        not_after=wanted.not_after,
        serial=wanted.serial,
        policy=ORGANIZATION_VALIDATED if validated else DOMAIN_VALIDATED,
    )


def _organization(contract: Contract, names: Sequence[str]) -> tuple[tuple[x509.ObjectIdentifier, str], ...]:
    """The subject of an OV certificate, in the order of BR 7.1.4.2, one attribute an RDN."""
    organization = contract.organization
    attributes = (
        (NameOID.COUNTRY_NAME, organization.country),
        (NameOID.STATE_OR_PROVINCE_NAME, organization.state),
        (NameOID.LOCALITY_NAME, organization.locality),
        (NameOID.ORGANIZATION_NAME, organization.name),
        (NameOID.COMMON_NAME, common_name(names)),
    )
    return tuple([(oid, value) for oid, value in attributes if value])


def common_name(names: Sequence[str]) -> str | None:
    """The first name that is no address, if it is not too long for a commonName. B-66, X-08."""
    first = next((name for name in names if not is_ip(name)), "")
    return first if 0 < len(first) <= _COMMON_NAME_LIMIT else None
