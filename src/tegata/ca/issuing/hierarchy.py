"""The CA's key hierarchy: made once by ``init``, read by everything else.

A root that signs only CAs; the issuing CA, whose key signs nothing but validated orders, CRLs and OCSP responders; and
a small services CA, constrained to the one host of the server's own TLS certificate. The root's key is not needed to
serve and may be moved away. The profiles are those of BR 7.1.2.1, 7.1.2.6 and 7.1.2.10. Knows no store and no settings
file.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tegata.ca.errors import Refused
from tegata.ca.issuing import algorithms, crl, keys, layout, profiles
from tegata.ca.issuing.algorithms import IssuerKey, IssuerPublicKey
from tegata.ca.issuing.build import authority_key_identifier, certificate_at, crl_at, key_usage
from tegata.ca.journal import Journal
from tegata.ca.model import Revocation
from tegata.ca.policy.countries import COUNTRIES
from tegata.pki import keys as pki_keys
from tegata.pki import names
from tegata.pki.key_types import KeyType
from tegata.text.catalogue import is_printable

log = Journal("hierarchy")

# The last second of a life counts, hence one second less (BR 6.3.2).
_ROOT_LIFE = timedelta(days=20 * 365) - timedelta(seconds=1)
_SUBORDINATE_LIFE = timedelta(days=3 * 365) - timedelta(seconds=1)
# A CRL of CA certificates is renewed within a year (BR 4.9.7).
_ROOT_CRL_LIFE = timedelta(days=365)
COUNTRY = "JP"
"""Of a CA whose country is not told."""
# Leaves room in a commonName of 64 characters for what the CA is and the year it was made in.
NAME_LIMIT = 40


class Hierarchy(NamedTuple):
    """The CA's certificates, and the root's CRL (DER); ``issuing`` is the newest issuing CA's.

    A CA whose server is given its TLS certificate needs no ``services``.
    """

    root: x509.Certificate
    issuing: x509.Certificate
    services: x509.Certificate | None
    root_crl: bytes


class CaWithKey(NamedTuple):
    """A CA that can sign."""

    key: IssuerKey
    certificate: x509.Certificate


class Role(NamedTuple):
    """What a CA below the root is for."""

    label: str
    key_type: KeyType
    policies: tuple[x509.ObjectIdentifier, ...]
    constraints: x509.NameConstraints | None = None


ROOT_KEY_TYPE = KeyType.RSA4096
# A CA that issues under more than one policy is not restricted to one (BR 7.1.2.10.5).
_ANY_POLICY = x509.ObjectIdentifier("2.5.29.32.0")
ISSUING = Role("Issuing", KeyType.RSA2048, (_ANY_POLICY,))


def load(directory: Path) -> Hierarchy:
    """Read what ``create`` or ceremonies wrote; raises NotCertified, FileUnusable."""
    listed = root_crl(directory)
    services = directory / layout.SERVICES_CERTIFICATE
    return Hierarchy(
        root=keys.load_certificate(directory / layout.ROOT_CERTIFICATE),
        issuing=keys.load_ca_certificate(directory / layout.issuer_certificate(issuers(directory)[-1])),
        services=keys.load_certificate(services) if services.exists() else None,
        root_crl=listed,
    )


def root_crl(directory: Path) -> bytes:
    """The root's CRL (DER), as it is there now; raises FileUnusable."""
    path = directory / layout.ROOT_CRL
    try:
        return path.read_bytes()
    except OSError as error:
        raise keys.FileUnusable(path=path, reason=error.strerror) from None


class RevokedByRoot:
    """Which certificates the root has revoked, by its CRL in this directory, which is read again when it changes."""

    def __init__(self, directory: Path) -> None:
        """Raises FileUnusable."""
        self._directory = directory
        self._seen: tuple[int, int, int] | None = None
        self._serials: frozenset[int] = frozenset()
        self._read_changed()

    def __call__(self, certificate: x509.Certificate) -> bool:
        """Whether it is on the CRL as that is now; one that has become unreadable counts as it was."""
        try:
            self._read_changed()
        except keys.FileUnusable as error:
            log.error("root-crl.unreadable", reason=str(error))  # noqa: TRY400 - no fault of ours
        return certificate.serial_number in self._serials

    def _read_changed(self) -> None:
        path = self._directory / layout.ROOT_CRL
        try:
            about = path.stat()
            seen = (about.st_ino, about.st_mtime_ns, about.st_size)
            if seen != self._seen:
                listed = x509.load_der_x509_crl(path.read_bytes())
                self._serials, self._seen = frozenset(one.serial_number for one in listed), seen
        except OSError as error:
            raise keys.FileUnusable(path=path, reason=error.strerror) from None
        except ValueError:
            raise keys.FileUnusable(path=path, reason="it is no CRL in DER") from None


def issuers(directory: Path) -> list[str]:
    """The names of the issuing CAs whose certificates are there, the newest last; the first one's if there is none."""
    numbers = [layout.issuer_number(path.stem) for path in directory.glob("issuing*.pem")]
    return [layout.issuer_name(number) for number in sorted(filter(None, numbers))] or [layout.issuer_name(1)]


def host_of(url: str) -> str:
    """The normalised host of the ACME service's URL; raises Refused for one that no certificate can name."""
    try:
        return names.normalise(urlsplit(url).hostname or "")
    except (ValueError, names.BadName):
        raise Refused(reason=f"{url} has no host that a certificate can name") from None


def create(
    directory: Path, *, name: str, url: str, public_url: str, secret: bytes, now: datetime, country: str = COUNTRY
) -> None:
    """Make the keys, certificates and the root's CRL below an existing directory; takes a second or two.

    ``name`` is the organization in the certificates and ``country`` where that is, ``url`` the ACME service's. Raises
    Refused for a name, country or URL that does not fit into them; an existing file is a FileExistsError.
    """
    check_name(name)
    check_country(country)
    if urlsplit(public_url).scheme != "http" or not public_url.isascii():
        raise Refused(reason=f"{public_url} is no http:// URL; certificates and CRLs are fetched without TLS")
    now = now.replace(microsecond=0)
    root = self_signed(_generate(ROOT_KEY_TYPE), name, now, country)
    issuing = _subordinate(root, ISSUING, name, public_url, now)
    services = _subordinate(root, services_for(host_of(url)), name, public_url, now)
    for ca, key_path, certificate_path in (
        (root, layout.ROOT_KEY, layout.ROOT_CERTIFICATE),
        (issuing, layout.ISSUING_KEY, layout.ISSUING_CERTIFICATE),
        (services, layout.SERVICES_KEY, layout.SERVICES_CERTIFICATE),
    ):
        keys.save(directory / key_path, ca.key, secret)
        keys.write_new(directory / certificate_path, ca.certificate.public_bytes(Encoding.PEM), mode=0o644)
    keys.write_new(directory / layout.ROOT_CRL, root_list(root, 1, (), now), mode=0o644)


def root_list(root: CaWithKey, number: int, revoked: Sequence[Revocation], now: datetime) -> bytes:
    """The root's CRL (DER)."""
    entries = [crl.entries(revoked)]
    ends = min(now + _ROOT_CRL_LIFE, root.certificate.not_valid_after_utc)
    return crl.signed(
        crl.lay_out(root.certificate, entries, number=number, this_update=now, next_update=ends), root.key
    )


def check_name(name: str) -> None:
    """Pass an organization that the names of CAs can hold; raises Refused."""
    if not 0 < len(name) <= NAME_LIMIT or name != name.strip() or not is_printable(name):
        raise Refused(reason=f"the name of a CA has 1 to {NAME_LIMIT} printable characters, no blanks around them")


def check_country(country: str) -> None:
    """Pass a country that the names of CAs can hold (BR 7.1.2.10.2); raises Refused."""
    if country not in COUNTRIES:
        raise Refused(reason="the country of a CA is a code of ISO 3166-1, such as JP")


def constraints_for(host: str) -> x509.NameConstraints:
    """Constraints under which nothing but this host can be certified; the empty DNS name stands for all of them."""
    if names.is_ip(host):
        permitted: list[x509.GeneralName] = [x509.IPAddress(ip_network(ip_address(host)))]
        excluded: list[x509.GeneralName] = [x509.DNSName("")]
    else:
        permitted = [x509.DNSName(host)]
        excluded = [x509.IPAddress(ip_network("0.0.0.0/0")), x509.IPAddress(ip_network("::/0"))]
    return x509.NameConstraints(permitted, excluded)


def services_for(host: str) -> Role:
    """The services CA, for one host."""
    return Role("Services", KeyType.EC256, (profiles.DOMAIN_VALIDATED,), constraints_for(host))


def self_signed(key: IssuerKey, name: str, now: datetime, country: str = COUNTRY) -> CaWithKey:
    """The root, with its certificate made now; ``name`` is its organization."""
    subject = subject_of(name, "Root", now, country)
    builder = _builder(subject, subject, key.public_key(), now, _ROOT_LIFE)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    return CaWithKey(key, builder.sign(key, algorithms.of(key.public_key()).hash))


def _subordinate(root: CaWithKey, role: Role, name: str, public_url: str, now: datetime) -> CaWithKey:
    key = _generate(role.key_type)
    subject = subject_of(name, role.label, now, country_of(root.certificate))
    return CaWithKey(key, certify(root, role, subject, key.public_key(), public_url=public_url, now=now))


def certify(
    root: CaWithKey, role: Role, subject: x509.Name, key: IssuerPublicKey, *, public_url: str, now: datetime
) -> x509.Certificate:
    """A CA below the root for server certificates only (BR 7.1.2.6); it does not outlive the root."""
    base = public_url.rstrip("/")
    life = min(_SUBORDINATE_LIFE, root.certificate.not_valid_after_utc - now)
    builder = _builder(root.certificate.subject, subject, key, now, life)
    for extension, critical in (
        (x509.BasicConstraints(ca=True, path_length=0), True),
        (authority_key_identifier(root.certificate), False),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False),
        (x509.CertificatePolicies([x509.PolicyInformation(policy, None) for policy in role.policies]), False),
        (certificate_at(base + layout.ROOT_URL_PATH), False),
        (crl_at(base + layout.ROOT_CRL_URL_PATH), False),
    ):
        builder = builder.add_extension(extension, critical)
    if role.constraints is not None:
        builder = builder.add_extension(role.constraints, critical=True)
    return builder.sign(root.key, algorithms.of(root.key.public_key()).hash)


def _builder(
    issuer: x509.Name, subject: x509.Name, key: IssuerPublicKey, now: datetime, life: timedelta
) -> x509.CertificateBuilder:
    """What all CA certificates have in common."""
    builder = x509.CertificateBuilder(issuer, subject, key, x509.random_serial_number(), now, now + life)
    builder = builder.add_extension(key_usage("key_cert_sign", "crl_sign"), critical=True)
    return builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)


def country_of(certificate: x509.Certificate) -> str:
    """Where a CA is by its certificate, which others' need not say."""
    found = certificate.subject.get_attributes_for_oid(NameOID.COUNTRY_NAME)
    return str(found[0].value) if found else COUNTRY


def subject_of(name: str, role: str, now: datetime, country: str = COUNTRY) -> x509.Name:
    """The name of a new CA."""
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, country),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, name),
            x509.NameAttribute(NameOID.COMMON_NAME, f"{name} {role} {now.year}"),
        ]
    )


def _generate(key_type: KeyType) -> IssuerKey:
    key = pki_keys.generate(key_type)
    assert isinstance(key, IssuerKey)
    return key
