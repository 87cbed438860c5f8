"""Certificates by profile: what each field says, for OV and DV, under RSA and EC issuers."""

from dataclasses import dataclass
from datetime import timedelta

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import ExtensionOID, NameOID

from tegata.ca.issuing import der, profiles
from tegata.ca.issuing.algorithms import IssuerKey
from tegata.ca.issuing.authority import SoftwareAuthority
from tegata.ca.issuing.build import ProfileBuilder
from tegata.ca.issuing.lint import LintFailed
from tegata.ca.model import Organization
from tegata.ca.settings import SERVICES, Service
from tegata.pki import keys
from tegata.pki.key_types import KeyType
from tests.ca.issuing.conftest import NOW, PUBLIC_URL

pytestmark = pytest.mark.anyio


async def certificate_of(ca, wanted) -> x509.Certificate:
    """Laid out, linted and signed."""
    tbs = ca.builder.template(**wanted._asdict())
    certificate = x509.load_der_x509_certificate(await ca.authority.sign(tbs))
    assert certificate.tbs_certificate_bytes == tbs
    return certificate


def attributes(name: x509.Name) -> list[tuple[x509.ObjectIdentifier, str | bytes]]:
    return [(attribute.oid, attribute.value) for attribute in name]


async def test_the_fields_of_an_ov_certificate(ca, wanted):
    """v3, the serial, the issuer's subject byte for byte, the times to the second (B-60, B-61, F-27)."""
    certificate = await certificate_of(ca, wanted)
    assert certificate.version is x509.Version.v3
    assert certificate.serial_number == wanted.serial
    assert certificate.issuer.public_bytes() == ca.authority.certificate.subject.public_bytes()
    assert certificate.not_valid_before_utc == NOW
    life = certificate.not_valid_after_utc - certificate.not_valid_before_utc
    assert life.total_seconds() + 1 == 90 * 86400
    assert certificate.public_key() == wanted.public_key


async def test_the_subject_of_an_ov_certificate(ca, wanted):
    """The contract's organization in the BRs' order, then the first name (BR 7.1.2.7.4; B-63, B-66)."""
    certificate = await certificate_of(ca, wanted)
    assert attributes(certificate.subject) == [
        (NameOID.COUNTRY_NAME, "JP"),
        (NameOID.STATE_OR_PROVINCE_NAME, "Tokyo"),
        (NameOID.LOCALITY_NAME, "Mitaka-shi"),
        (NameOID.ORGANIZATION_NAME, "株式会社エグザンプル"),
        (NameOID.COMMON_NAME, "www.example.com"),
    ]
    country = bytes.fromhex("0603550406") + der.write(der.PRINTABLE_STRING, b"JP")
    assert country in certificate.subject.public_bytes()


async def test_an_organization_without_state_and_locality(ca, wanted):
    """What the contract does not have is left out, not made up."""
    organization = Organization(name="Example Corporation", country="JP")
    contract = msgspec.structs.replace(wanted.contract, organization=organization)
    certificate = await certificate_of(ca, wanted._replace(contract=contract))
    assert [oid for oid, _ in attributes(certificate.subject)] == [
        NameOID.COUNTRY_NAME,
        NameOID.ORGANIZATION_NAME,
        NameOID.COMMON_NAME,
    ]


async def test_an_organization_with_an_ideographic_space(ca, wanted):
    """Many Japanese names have one; what a contract may hold, its certificates can (B-63)."""
    organization = Organization(name="株式会社\u3000エグザンプル", country="JP")
    contract = msgspec.structs.replace(wanted.contract, organization=organization)
    certificate = await certificate_of(ca, wanted._replace(contract=contract))
    [name] = certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    assert name.value == organization.name
    empty = msgspec.structs.replace(contract, organization=Organization(name="\u3000", country="JP"))
    with pytest.raises(LintFailed):
        ca.builder.template(**wanted._replace(contract=empty)._asdict())


def test_the_first_name_is_the_common_name():
    """The first that is no address, of 64 characters at most, else none (B-66, X-08)."""
    long = "a" * 60 + ".com"
    assert profiles.common_name(["192.0.2.1", "2001:db8::1", long, "example.com"]) == long
    assert profiles.common_name(["a" + long, "example.com"]) is None
    assert profiles.common_name(["192.0.2.1"]) is None


async def test_a_long_first_name_is_no_common_name(ca, wanted):
    """commonName holds 64 characters; the name is in subjectAltName all the same (B-66, A-83)."""
    name = "a" * 40 + "." + "b" * 40 + ".example.com"
    certificate = await certificate_of(ca, wanted._replace(names=(name, "www.example.com")))
    assert certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME) == []
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == [name, "www.example.com"]


async def test_a_dv_certificate_has_an_empty_subject(ca, wanted):
    """And subjectAltName is critical then (B-62); the policy says DV (B-67)."""
    certificate = await certificate_of(ca, wanted._replace(service=SERVICES["dv-acme-1y"]))
    assert attributes(certificate.subject) == []
    assert certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).critical
    (policy,) = certificate.extensions.get_extension_for_class(x509.CertificatePolicies).value
    assert policy.policy_identifier.dotted_string == "2.23.140.1.2.1"


@dataclass
class Extension:
    oid: x509.ObjectIdentifier
    critical: bool
    value: str


EXTENSIONS = [
    Extension(ExtensionOID.KEY_USAGE, True, "03020780"),
    Extension(ExtensionOID.EXTENDED_KEY_USAGE, False, "300a06082b06010505070301"),
    Extension(ExtensionOID.BASIC_CONSTRAINTS, True, "3000"),
    Extension(ExtensionOID.CERTIFICATE_POLICIES, False, "300a3008060667810c010202"),
]


@pytest.mark.parametrize("expected", EXTENSIONS, ids=lambda extension: extension.oid._name)
async def test_an_extension_with_fixed_bytes(ca, wanted, expected):
    """digitalSignature only (B-71), serverAuth only (B-70), an empty basicConstraints (B-72), one OV policy (B-67)."""
    extension = (await certificate_of(ca, wanted)).extensions.get_extension_for_oid(expected.oid)
    assert (extension.critical, extension.value.public_bytes().hex()) == (expected.critical, expected.value)


async def test_the_extensions_with_urls(ca, wanted):
    """Issuer certificate and full CRL by http, one of each, not critical (B-68, B-69)."""
    extensions = (await certificate_of(ca, wanted)).extensions
    authority = extensions.get_extension_for_class(x509.AuthorityInformationAccess)
    assert [d.access_location.value for d in authority.value] == [f"{PUBLIC_URL}/issuing.cer"]
    points = extensions.get_extension_for_class(x509.CRLDistributionPoints)
    (point,) = points.value
    assert [name.value for name in point.full_name] == [f"{PUBLIC_URL}/crl/issuing.crl"]
    assert (point.reasons, point.crl_issuer, point.relative_name) == (None, None, None)
    assert not authority.critical
    assert not points.critical


async def test_no_other_extension(ca, wanted):
    """No subjectKeyIdentifier, no name constraints, no must-staple, nothing unknown (B-72, B-73)."""
    found = {extension.oid for extension in (await certificate_of(ca, wanted)).extensions}
    assert found == {
        *(extension.oid for extension in EXTENSIONS),
        ExtensionOID.SUBJECT_ALTERNATIVE_NAME,
        ExtensionOID.AUTHORITY_KEY_IDENTIFIER,
        ExtensionOID.AUTHORITY_INFORMATION_ACCESS,
        ExtensionOID.CRL_DISTRIBUTION_POINTS,
    }


async def test_a_short_lived_certificate_names_no_crl(ca, wanted):
    """B-69: all else is as ever; the other services' certificates go on naming it."""
    week = msgspec.structs.replace(wanted.service, certificate_days=7, short_lived=True)
    ends = NOW + timedelta(days=7, seconds=-1)
    short = await certificate_of(ca, wanted._replace(service=week, not_after=ends))
    longer = await certificate_of(ca, wanted)
    assert {one.oid for one in longer.extensions} - {one.oid for one in short.extensions} == {
        ExtensionOID.CRL_DISTRIBUTION_POINTS
    }
    assert len(longer.extensions) == len(short.extensions) + 1


async def test_the_authority_key_identifier(ca, wanted):
    """The issuer's key identifier and nothing else (B-72)."""
    certificate = await certificate_of(ca, wanted)
    identifier = certificate.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value
    subject_key = ca.hierarchy.issuing.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    assert identifier.key_identifier == subject_key.digest
    assert (identifier.authority_cert_issuer, identifier.authority_cert_serial_number) == (None, None)


async def test_ip_addresses(ca, wanted):
    """An address is an iPAddress, not a DNS name."""
    certificate = await certificate_of(ca, wanted._replace(names=("192.0.2.1", "2001:db8::1")))
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert [str(address) for address in names.get_values_for_type(x509.IPAddress)] == ["192.0.2.1", "2001:db8::1"]
    assert names.get_values_for_type(x509.DNSName) == []


@pytest.mark.parametrize(
    ("key_type", "identifier"),
    [
        (KeyType.RSA2048, "300d06092a864886f70d0101010500"),
        (KeyType.RSA3072, "300d06092a864886f70d0101010500"),
        (KeyType.EC256, "301306072a8648ce3d020106082a8648ce3d030107"),
        (KeyType.EC384, "301006072a8648ce3d020106052b81040022"),
    ],
)
async def test_the_key_of_each_type(ca, wanted, key_type, identifier):
    """Its AlgorithmIdentifier is exact (B-55)."""
    service = Service(label="any", key_types=tuple(KeyType))
    public_key = keys.generate(key_type).public_key()
    certificate = await certificate_of(ca, wanted._replace(service=service, public_key=public_key))
    assert keys.spki(public_key) in certificate.tbs_certificate_bytes
    assert der.elements(der.only(keys.spki(public_key), der.SEQUENCE).content)[0].encoded.hex() == identifier


@pytest.mark.parametrize(
    ("key_type", "identifier"),
    [
        (KeyType.RSA2048, "300d06092a864886f70d01010b0500"),
        (KeyType.EC256, "300a06082a8648ce3d040302"),
        (KeyType.EC384, "300a06082a8648ce3d040303"),
    ],
)
async def test_the_signature_of_each_issuer(ca, wanted, key_type, identifier):
    """The same exact AlgorithmIdentifier inside and outside, the hash by the issuer's curve (B-56)."""
    key = keys.generate(key_type)
    assert isinstance(key, IssuerKey)
    ski = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    issuer = (
        x509.CertificateBuilder(ca.hierarchy.root.subject, ca.hierarchy.issuing.subject, key.public_key(), 1)
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=1000))
        .add_extension(ski, critical=False)
        .sign(keys.generate(KeyType.EC256), hashes.SHA256())
    )
    authority = SoftwareAuthority(key, issuer)
    tbs = ProfileBuilder(issuer=issuer, public_url=PUBLIC_URL).template(**wanted._asdict())
    once, again = await authority.sign(tbs), await authority.sign(tbs)
    assert once == again
    inner = der.elements(der.only(tbs, der.SEQUENCE).content)[2].encoded.hex()
    outer = der.elements(der.only(once, der.SEQUENCE).content)[1].encoded.hex()
    assert inner == outer == identifier


async def test_fractions_of_a_second_are_cut(ca, wanted):
    """A certificate knows seconds only."""
    fraction = timedelta(microseconds=999_999)
    wanted = wanted._replace(not_before=NOW + fraction, not_after=wanted.not_after + fraction)
    certificate = await certificate_of(ca, wanted)
    assert certificate.not_valid_before_utc == NOW


@pytest.mark.parametrize(
    "organization",
    [
        Organization(name="Example", country="Japan"),
        Organization(name="Example", country="jp"),
        Organization(name="Example", country="日本"),
        Organization(name="Example", country="ＪＰ"),
        Organization(name="Example", country="J"),
        Organization(name="Example", country="J1"),
        Organization(name="x" * 65, country="JP"),
        Organization(name="  - ", country="JP"),
        Organization(name="Exam\nple", country="JP"),
        Organization(name="Example", country="JP", state="x" * 129),
        Organization(name="Example", country="JP", locality="."),
    ],
    ids=[
        "country",
        "lower case",
        "not ascii",
        "wide",
        "one letter",
        "a digit",
        "long",
        "nothing said",
        "control",
        "long state",
        "dot",
    ],
)
async def test_an_organization_that_fits_no_certificate(ca, wanted, organization):
    """Too long, without meaning, or no country: refused before a key sees it (BR 7.1.4.2; B-63)."""
    contract = msgspec.structs.replace(wanted.contract, organization=organization)
    with pytest.raises(LintFailed):
        ca.builder.template(**wanted._replace(contract=contract)._asdict())


async def test_shards_and_ocsp(ca, wanted):
    """Each certificate names the CRL that its serial number puts it on (B-89); a short-lived one neither (B-69)."""
    builder = ProfileBuilder(issuer=ca.authority.certificate, public_url=PUBLIC_URL, crl_shards=3, has_ocsp=True)

    async def extensions(**changes):
        tbs = builder.template(**wanted._asdict() | changes)
        return x509.load_der_x509_certificate(await ca.authority.sign(tbs)).extensions

    for number in range(3):
        found = await extensions(serial=wanted.serial // 3 * 3 + number)
        [point] = found.get_extension_for_class(x509.CRLDistributionPoints).value
        assert [name.value for name in point.full_name] == [f"{PUBLIC_URL}/crl/issuing-{number + 1}.crl"]
        access = found.get_extension_for_class(x509.AuthorityInformationAccess).value
        assert [place.access_location.value for place in access] == [f"{PUBLIC_URL}/ocsp", f"{PUBLIC_URL}/issuing.cer"]
    short = msgspec.structs.replace(wanted.service, certificate_days=7, short_lived=True)
    found = await extensions(service=short, not_after=NOW + timedelta(days=6))
    access = found.get_extension_for_class(x509.AuthorityInformationAccess).value
    assert [place.access_location.value for place in access] == [f"{PUBLIC_URL}/issuing.cer"]
    assert not any(one.oid == ExtensionOID.CRL_DISTRIBUTION_POINTS for one in found)


async def test_a_name_that_no_certificate_holds(ca, wanted):
    """Told as what it is, rather than break (B-80)."""
    with pytest.raises(LintFailed, match="the data fit a certificate"):
        ca.builder.template(**wanted._replace(names=("名.example.com",))._asdict())


async def test_a_public_url_that_is_not_http(ca, wanted):
    """Who checks a certificate cannot be made to check another first (B-68)."""
    builder = ProfileBuilder(issuer=ca.authority.certificate, public_url="https://ca.example.com")
    with pytest.raises(LintFailed):
        builder.template(**wanted._asdict())


@pytest.mark.parametrize("service", ["ov-acme-1y", "dv-acme-1y"])
@pytest.mark.parametrize("names", [("www.example.com",), ("192.0.2.1", "2001:db8::1"), ("x" * 60 + ".example.com",)])
async def test_the_library_writes_the_same_octets(ca, wanted, service, names):
    """Read by the X.509 library and laid out by it anew, a certificate is the same, octet by octet."""
    wanted = wanted._replace(service=SERVICES[service], names=names, not_after=NOW + timedelta(days=89))
    certificate = await certificate_of(ca, wanted)
    again = x509.CertificateBuilder(
        certificate.issuer,
        certificate.subject,
        certificate.public_key(),
        certificate.serial_number,
        certificate.not_valid_before_utc,
        certificate.not_valid_after_utc,
        list(certificate.extensions),
    )
    key = keys.generate(KeyType.RSA2048)
    assert isinstance(key, IssuerKey)
    assert again.sign(key, hashes.SHA256()).tbs_certificate_bytes == certificate.tbs_certificate_bytes
