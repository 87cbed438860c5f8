"""The CA's own lint: every byte of a TBSCertificate is accounted for before the issuing key signs it (BR 4.3.1.2).

Reads the final bytes, not what they were made from, and says in its own words what they must be: it shares no encoding
with ``build``. Pure. What the profile does not name is refused, not ignored.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from ipaddress import ip_address
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tegata.ca.errors import CaError
from tegata.ca.issuing import algorithms, der
from tegata.ca.issuing.der import Element
from tegata.ca.issuing.profiles import Issuer, Wanted
from tegata.pki import keys
from tegata.pki.key_types import KeyType
from tegata.pki.life import life
from tegata.text.catalogue import is_printable


class LintFailed(CaError):
    """A certificate was laid out wrongly and is not signed: the rule ``rule`` does not hold for ``found``."""

    code = "issuing.lint"


class Fields(NamedTuple):
    """The parts of a TBSCertificate; ``extensions`` by OID, each with criticality and value."""

    version: Element
    serial: Element
    algorithm: Element
    issuer: Element
    validity: Element
    subject: Element
    key: Element
    extensions: dict[bytes, tuple[bool, bytes]]


class _Issuing(NamedTuple):
    """What certificates take over from the issuing CA's own."""

    algorithm: bytes
    name: bytes
    not_after: datetime


@lru_cache(64)
def _own(certificate: x509.Certificate) -> _Issuing:
    return _Issuing(
        algorithms.of(algorithms.public_key_of(certificate)).identifier,
        certificate.subject.public_bytes(),
        certificate.not_valid_after_utc,
    )


def check(tbs: bytes, wanted: Wanted, issuer: Issuer) -> None:
    """Pass if these bytes are the certificate that is wanted and conform to its profile; raises LintFailed."""
    try:
        fields = _fields(tbs)
        for rule in _RULES:
            rule(fields, wanted, issuer)
    except ValueError as error:
        raise LintFailed(rule="it can be read", found=error) from None


def _require(holds: object, rule: str, found: object) -> None:
    if not holds:
        raise LintFailed(rule=rule, found=found.hex() if isinstance(found, bytes) else found)


# Structure


def _fields(tbs: bytes) -> Fields:
    parts = der.elements(der.only(tbs, der.SEQUENCE).content)
    tags = [part.tag for part in parts]
    expected = [0xA0, der.INTEGER, *[der.SEQUENCE] * 5, 0xA3]
    _require(tags == expected, "it has version, seven fields and extensions, and no unique identifiers", tags)
    version, serial, algorithm, issuer, validity, subject, key, extensions = parts
    return Fields(version, serial, algorithm, issuer, validity, subject, key, _extensions(extensions))


def _extensions(part: Element) -> dict[bytes, tuple[bool, bytes]]:
    found: dict[bytes, tuple[bool, bytes]] = {}
    for extension in der.elements(der.only(part.content, der.SEQUENCE).content):
        oid, critical, value = _extension(extension)
        _require(oid not in found, "an extension occurs once", oid)
        found[oid] = (critical, value)
    return found


@lru_cache(256)
def _extension(extension: Element) -> tuple[bytes, bool, bytes]:
    """OID, criticality and value; all but the names are the same octets in certificate after certificate."""
    oid, *flags, value = der.elements(extension.content)
    _require(
        (extension.tag, oid.tag, value.tag) == (der.SEQUENCE, der.OBJECT_IDENTIFIER, der.OCTET_STRING)
        and [flag.encoded for flag in flags] in ([], [_TRUE]),
        "an extension is an OID, TRUE if it is critical, and a value",
        extension.encoded,
    )
    return oid.content, bool(flags), value.content


# Rules on the fields


def _version(fields: Fields, _wanted: Wanted, _issuer: Issuer) -> None:
    """B-60."""
    _require(fields.version.content == bytes.fromhex("020102"), "the version is 3", fields.version.content)


def _serial(fields: Fields, wanted: Wanted, _issuer: Issuer) -> None:
    """B-60; that the serial is random and unique is its maker's matter."""
    content = fields.serial.content
    serial = int.from_bytes(content, signed=True)
    _require(0 < serial < 1 << 159, "the serial is positive and below 2^159", serial)
    _require(serial.bit_length() > 64, "the serial has room for 64 random bits", serial)
    _require(len(content) == serial.bit_length() // 8 + 1, "the serial is encoded in its shortest form", content)
    _require(serial == wanted.serial, "the serial is the one recorded", serial)


def _algorithm(fields: Fields, _wanted: Wanted, issuer: Issuer) -> None:
    """B-56."""
    identifier = _own(issuer.certificate).algorithm
    found = fields.algorithm.encoded
    _require(found == identifier, "the signature algorithm is the issuing key's", found)


def _issuer_name(fields: Fields, _wanted: Wanted, issuer: Issuer) -> None:
    """B-61."""
    expected = _own(issuer.certificate).name
    found = fields.issuer.encoded
    _require(found == expected, "the issuer is a byte copy of the issuing CA's subject", found)


def _validity(fields: Fields, wanted: Wanted, issuer: Issuer) -> None:
    """F-27; never past the issuer, and within the contract's term."""
    not_before, not_after = (_time(part) for part in der.elements(fields.validity.content))
    _require(not_before == wanted.not_before.replace(microsecond=0), "notBefore is the one recorded", not_before)
    _require(not_after == wanted.not_after.replace(microsecond=0), "notAfter is the one recorded", not_after)
    _require(not_before < not_after, "the certificate begins before it ends", not_after)
    days = wanted.service.certificate_days
    length = life(not_before, not_after)
    _require(length <= timedelta(days=days), "the life, last second included, is the service's at most", length)
    short = not wanted.service.short_lived or length <= _SHORT_LIFE
    _require(short, "a certificate that names no CRL lives seven days at the most, last second included", length)
    _require(not_after <= _own(issuer.certificate).not_after, "notAfter is not past the issuer's", not_after)
    contract = wanted.contract
    _require(not_after <= contract.ends, "notAfter is not past the contract's end", not_after)
    _require(not_before >= contract.starts.replace(microsecond=0), "notBefore is in the contract's term", not_before)


def _key(fields: Fields, wanted: Wanted, _issuer: Issuer) -> None:
    """B-55, and the service's key rule."""
    expected = wanted.public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    found = fields.key.encoded
    _require(found == expected, "the key is the one of the request", found)
    algorithm = der.elements(fields.key.content)[0].encoded
    key_type = keys.type_of(wanted.public_key)
    _require(key_type in wanted.service.key_types, "the key's type is one of the service's", key_type)
    exact = next((identifier for types, identifier in _KEY_ALGORITHMS if key_type in types), None)
    _require(algorithm == exact, "the key's AlgorithmIdentifier is exact", algorithm)


def _subject(fields: Fields, wanted: Wanted, _issuer: Issuer) -> None:
    """B-62 for DV; BR 7.1.2.7.4 and 7.1.4.2 for OV, with nothing in it but the contract's organization; B-66."""
    attributes = _attributes(fields.subject)
    if wanted.service.validation != "ov":
        _require(not attributes, "the subject of a DV certificate is empty", attributes)
        return
    organization = wanted.contract.organization
    common_name = attributes.pop() if attributes and attributes[-1][0] == _COMMON_NAME else None
    expected = [
        (_COUNTRY, organization.country),
        *([(_STATE, organization.state)] if organization.state else []),
        *([(_LOCALITY, organization.locality)] if organization.locality else []),
        (_ORGANIZATION, organization.name),
    ]
    found = [(oid, text) for oid, _, text in attributes]
    _require(found == expected, "the subject is the contract's organization, in order", attributes)
    for oid, tag, text in attributes:
        tags = {der.PRINTABLE_STRING} if oid == _COUNTRY else {der.PRINTABLE_STRING, der.UTF8_STRING}
        _require(tag in tags, "an attribute has its string type", text)
        _require(len(text) <= _LIMITS[oid], "an attribute is not too long", text)
        _require(is_printable(text) and any(c.isalnum() for c in text), "an attribute has a meaning", text)
    country = organization.country
    _require(_CAPITALS.fullmatch(country), "the country is two capitals", country)
    if common_name is not None:
        _, tag, text = common_name
        _require(tag in {der.PRINTABLE_STRING, der.UTF8_STRING}, "an attribute has its string type", text)
        _require(len(text) <= _LIMITS[_COMMON_NAME], "an attribute is not too long", text)
        _require(text in wanted.names, "the commonName is one of the names, character for character", text)


# Rules on the extensions


def _extension_set(fields: Fields, wanted: Wanted, issuer: Issuer) -> None:
    """B-67, B-68, B-69, B-71, B-72, B-73: the exact bytes of every extension but the names, and no other extension."""
    service = wanted.service
    expected = _expected_extensions(issuer, is_ov=service.validation == "ov", is_short_lived=service.short_lived)
    found = {oid: extension for oid, extension in fields.extensions.items() if oid != _ALTERNATIVE_NAME}
    for identifier in sorted(found.keys() | expected.keys()):
        same = found.get(identifier) == expected.get(identifier)
        _require(same, "an extension is exactly as the profile has it, or absent", identifier)


@lru_cache(64)
def _expected_extensions(issuer: Issuer, *, is_ov: bool, is_short_lived: bool) -> Mapping[bytes, tuple[bool, bytes]]:
    identifier = issuer.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    policy = _ORGANIZATION_VALIDATED if is_ov else _DOMAIN_VALIDATED
    issuer_url = issuer.certificate_url.encode("ascii")
    crl_url = b"" if is_short_lived else (issuer.crl_url or "").encode("ascii")
    ocsp_url = b"" if is_short_lived else (issuer.ocsp_url or "").encode("ascii")
    for url in filter(None, (issuer_url, crl_url, ocsp_url)):
        _require(url.startswith(b"http://"), "certificates and CRLs are fetched by http", url)
    places = [(_OCSP, ocsp_url)] * bool(ocsp_url) + [(_CA_ISSUERS, issuer_url)]
    access = b"".join(der.write(der.SEQUENCE, method, der.write(_URI, url)) for method, url in places)
    point = der.write(der.SEQUENCE, der.write(0xA0, der.write(0xA0, der.write(_URI, crl_url))))
    return {
        _KEY_USAGE: (True, bytes.fromhex("03020780")),
        _EXTENDED_KEY_USAGE: (False, bytes.fromhex("300a06082b06010505070301")),
        _BASIC_CONSTRAINTS: (True, bytes.fromhex("3000")),
        _AUTHORITY_KEY: (False, der.write(der.SEQUENCE, der.write(0x80, identifier))),
        _POLICIES: (False, der.write(der.SEQUENCE, der.write(der.SEQUENCE, policy))),
        _AUTHORITY_INFORMATION: (False, der.write(der.SEQUENCE, access)),
        **({_DISTRIBUTION_POINTS: (False, der.write(der.SEQUENCE, point))} if crl_url else {}),
    }


def _names(fields: Fields, wanted: Wanted, _issuer: Issuer) -> None:
    """The names are the order's, all and only; critical where the subject is empty (B-62)."""
    _require(_ALTERNATIVE_NAME in fields.extensions, "there are names", None)
    critical, value = fields.extensions[_ALTERNATIVE_NAME]
    found = [_general_name(name) for name in der.elements(der.only(value, der.SEQUENCE).content)]
    _require(len(found) == len(set(found)), "a name occurs once", found)
    _require(set(found) == set(wanted.names), "the names are exactly the ones ordered", found)
    empty = not fields.subject.content
    _require(critical is empty, "subjectAltName is critical if and only if the subject is empty", critical)


_RULES: tuple[Callable[[Fields, Wanted, Issuer], None], ...] = (
    *(_version, _serial, _algorithm, _issuer_name, _validity, _key, _subject),
    *(_extension_set, _names),
)


# Reading values


def _time(part: Element) -> datetime:
    """A time in the form RFC 5280 §4.1.2.5 wants: UTCTime through 2049, GeneralizedTime from 2050, seconds and Z."""
    text = part.content.decode("ascii")
    century = "" if part.tag == der.GENERALIZED_TIME else "19" if text[:1] >= "5" else "20"
    digits, zone = century + text[:-1], text[-1:]
    is_one = zone == "Z" and len(digits) == 14 and digits.isdigit() and part.tag in _TIMES
    _require(is_one and _TIMES[part.tag](int(digits[:4])), "a time is in its one form", text)
    month, day, hour, minute, second = (int(digits[at : at + 2]) for at in range(4, 14, 2))
    return datetime(int(digits[:4]), month, day, hour, minute, second, tzinfo=UTC)


def _attributes(name: Element) -> list[tuple[bytes, int, str]]:
    """OID, string tag and text of each attribute; every RDN has exactly one."""
    return [_attribute(rdn) for rdn in der.elements(name.content)]


@lru_cache(1024)
def _attribute(rdn: Element) -> tuple[bytes, int, str]:
    """All but the common name are the same in every certificate of a contract."""
    attributes = der.elements(rdn.content)
    tags = [rdn.tag, *(attribute.tag for attribute in attributes)]
    _require(tags == [der.SET, der.SEQUENCE], "an RDN has one attribute", rdn.encoded)
    oid, value = der.elements(attributes[0].content)
    _require(oid.tag == der.OBJECT_IDENTIFIER, "an attribute has an OID", oid.encoded)
    return oid.content, value.tag, value.content.decode("utf-8")


def _general_name(name: Element) -> str:
    if name.tag == _IP_ADDRESS:
        return str(ip_address(name.content))
    _require(name.tag == _DNS_NAME, "a name is a DNS name or an IP address", name.encoded)
    return name.content.decode("ascii")


_TIMES: dict[int, Callable[[int], bool]] = {
    der.UTC_TIME: lambda year: 1950 <= year < 2050,
    der.GENERALIZED_TIME: lambda year: year >= 2050,
}
_TRUE = bytes.fromhex("0101ff")
_SHORT_LIFE = timedelta(days=7)
_CAPITALS = re.compile("[A-Z]{2}")
_DNS_NAME, _URI, _IP_ADDRESS = 0x82, 0x86, 0x87

_COUNTRY, _STATE, _LOCALITY = bytes.fromhex("550406"), bytes.fromhex("550408"), bytes.fromhex("550407")
_ORGANIZATION, _COMMON_NAME = bytes.fromhex("55040a"), bytes.fromhex("550403")
_LIMITS = {_COUNTRY: 2, _STATE: 128, _LOCALITY: 128, _ORGANIZATION: 64, _COMMON_NAME: 64}

_KEY_USAGE, _EXTENDED_KEY_USAGE = bytes.fromhex("551d0f"), bytes.fromhex("551d25")
_BASIC_CONSTRAINTS, _AUTHORITY_KEY = bytes.fromhex("551d13"), bytes.fromhex("551d23")
_POLICIES, _ALTERNATIVE_NAME = bytes.fromhex("551d20"), bytes.fromhex("551d11")
_DISTRIBUTION_POINTS = bytes.fromhex("551d1f")
_AUTHORITY_INFORMATION = bytes.fromhex("2b06010505070101")
_CA_ISSUERS = bytes.fromhex("06082b06010505073002")
_OCSP = bytes.fromhex("06082b06010505073001")
_DOMAIN_VALIDATED = bytes.fromhex("060667810c010201")
_ORGANIZATION_VALIDATED = bytes.fromhex("060667810c010202")

_KEY_ALGORITHMS = (
    (
        {KeyType.RSA2048, KeyType.RSA3072, KeyType.RSA4096},
        bytes.fromhex("300d06092a864886f70d0101010500"),
    ),
    ({KeyType.EC256}, bytes.fromhex("301306072a8648ce3d020106082a8648ce3d030107")),
    ({KeyType.EC384}, bytes.fromhex("301006072a8648ce3d020106052b81040022")),
    ({KeyType.EC521}, bytes.fromhex("301006072a8648ce3d020106052b81040023")),
    ({KeyType.ED25519}, bytes.fromhex("300506032b6570")),
)
