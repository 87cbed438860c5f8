"""The lint: a conforming certificate passes; one changed thing, whatever it is, and it does not."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from tegata.ca.issuing import der, lint
from tegata.ca.issuing.lint import LintFailed
from tegata.ca.issuing.profiles import Wanted
from tegata.ca.settings import SERVICES, Service
from tegata.pki import keys
from tegata.pki.key_types import KeyType
from tests.ca.issuing.conftest import NOW, PUBLIC_URL, Ca
from tests.ca.issuing.doctored import (
    ALGORITHM,
    ISSUER,
    KEY,
    SERIAL,
    SUBJECT,
    VALIDITY,
    VERSION,
    Tbs,
    attribute,
    generalized,
    name,
    oid,
    sequence,
    utc,
)

Doctor = Callable[[Tbs], bytes]

C, ST, L, ORG, CN, OU = "550406", "550408", "550407", "55040a", "550403", "55040b"
KU, EKU, BC, AKI, SAN = "551d0f", "551d25", "551d13", "551d23", "551d11"
POLICIES, CRLDP, AIA, SKI = "551d20", "551d1f", "2b06010505070101", "551d0e"

SERVER_AUTH, CLIENT_AUTH = oid("2b06010505070301"), oid("2b06010505070302")
DV, OV, ANY_POLICY = oid("67810c010201"), oid("67810c010202"), oid("551d2000")
JP = attribute(C, "JP", der.PRINTABLE_STRING)
TOKYO, MITAKA = attribute(ST, "Tokyo"), attribute(L, "Mitaka-shi")
EXAMPLE, WWW = attribute(ORG, "株式会社エグザンプル"), attribute(CN, "www.example.com")
NAMES = ("www.example.com", "example.com", "*.shop.example.com")


def field(index: int, encoded: bytes) -> Doctor:
    return lambda tbs: tbs.with_field(index, encoded).encode()


def extension(kind: str, value: bytes | None, *, critical: bool = False) -> Doctor:
    return lambda tbs: tbs.with_extension(kind, value, critical=critical).encode()


def serial(encoded: str) -> Doctor:
    return field(SERIAL, der.write(der.INTEGER, bytes.fromhex(encoded)))


def subject(*rdns: bytes) -> Doctor:
    return field(SUBJECT, name(*rdns))


def also(more: Callable[[Tbs], bytes]) -> Doctor:
    """With one more extension."""

    def doctor(tbs: Tbs) -> bytes:
        tbs.extensions.append(more(tbs))
        return tbs.encode()

    return doctor


def dns_name(text: str) -> bytes:
    return der.write(0x82, text.encode())


def uri(text: str) -> bytes:
    return der.write(0x86, text.encode())


def point(*names: bytes) -> bytes:
    return sequence(der.write(0xA0, der.write(0xA0, *names)))


BEGINS, ENDS = utc("261124023100Z"), utc("270222023059Z")
CRL_URI, ISSUER_URI = uri(f"{PUBLIC_URL}/crl/issuing.crl"), uri(f"{PUBLIC_URL}/issuing.cer")
DNS_NAMES = [dns_name(text) for text in NAMES]
CPS, CPS_URI = oid("2b06010505070201"), der.write(0x16, b"http://ca.example.com/cps")
CA_ISSUERS, OCSP = oid("2b06010505073002"), oid("2b06010505073001")

# Under each rule, what it must stop.
DOCTORS: dict[str, dict[str, Doctor]] = {
    "it can be read": {
        "cut": lambda tbs: tbs.encode()[:-1],
        "bytes behind it": lambda tbs: tbs.encode() + b"\x00",
        "a thirteenth month": field(VALIDITY, sequence(utc("261324023100Z"), ENDS)),
        "three times": field(VALIDITY, sequence(BEGINS, ENDS, ENDS)),
        "a name that is not ASCII": extension(SAN, sequence(der.write(0x82, b"\xe9.example.com"))),
        "names that are no sequence": extension(SAN, der.write(0x82, b"www.example.com")),
    },
    "it has version, seven fields and extensions, and no unique identifiers": {
        "a unique identifier": lambda tbs: tbs.encode(der.write(0x81, b"\x00\x01")),
        "no extensions": lambda tbs: sequence(*tbs.fields),
    },
    "an extension occurs once": {"an extension twice": also(lambda tbs: tbs.extensions[0])},
    "an extension is an OID, TRUE if it is critical, and a value": {
        "FALSE written out": also(
            lambda _: sequence(oid(SKI), bytes.fromhex("010100"), der.write(der.OCTET_STRING, b"\x05\x00"))
        ),
        "no OID": also(lambda _: sequence(bytes.fromhex("0500"), der.write(der.OCTET_STRING, b"\x05\x00"))),
    },
    "the version is 3": {"version 2": field(VERSION, bytes.fromhex("a003020101"))},
    "the serial is the one recorded": {"another serial": serial("40000000000000000000000000000081")},
    "the serial has room for 64 random bits": {"a short serial": serial("7fffffffffffffff")},
    "the serial is positive and below 2^159": {
        "a negative serial": serial("c0000000000000000000000000000080"),
        "serial zero": serial("00"),
        "a long serial": serial("00" + "ff" * 20),
        "the least serial that is too long": serial("0080" + "00" * 19),
    },
    "the serial is encoded in its shortest form": {"a padded serial": serial("0040000000000000000000000000000080")},
    "the signature algorithm is the issuing key's": {
        "SHA-1": field(ALGORITHM, bytes.fromhex("300d06092a864886f70d0101050500")),
        "an algorithm without NULL": field(ALGORITHM, bytes.fromhex("300b06092a864886f70d01010b")),
        "ECDSA under RSA": field(ALGORITHM, bytes.fromhex("300a06082a8648ce3d040302")),
    },
    "the issuer is a byte copy of the issuing CA's subject": {
        "another issuer": field(ISSUER, name(JP, attribute(ORG, "Example CA")))
    },
    "notBefore is the one recorded": {"another beginning": field(VALIDITY, sequence(utc("261124023101Z"), ENDS))},
    "notAfter is the one recorded": {
        "another end": field(VALIDITY, sequence(BEGINS, utc("270222023100Z"))),
        "an end after 2050": field(VALIDITY, sequence(BEGINS, generalized("20510222023059Z"))),
    },
    "a time is in its one form": {
        "GeneralizedTime before 2050": field(VALIDITY, sequence(generalized("20261124023100Z"), ENDS)),
        "a time without seconds": field(VALIDITY, sequence(utc("2611240231Z"), ENDS)),
        "a time with an offset": field(VALIDITY, sequence(utc("261124023100+0000"), ENDS)),
        "a time without its zone": field(VALIDITY, sequence(utc("2611240231000"), ENDS)),
        "a time with blanks": field(VALIDITY, sequence(utc("26112402310 Z"), ENDS)),
        "a time that is no time": field(VALIDITY, sequence(der.write(der.OCTET_STRING, b"261124023100Z"), ENDS)),
    },
    "the subject is the contract's organization, in order": {
        "an empty subject": subject(),
        "a stranger's organization": subject(JP, TOKYO, MITAKA, attribute(ORG, "Stranger Inc."), WWW),
        "another country": subject(attribute(C, "US", der.PRINTABLE_STRING), TOKYO, MITAKA, EXAMPLE, WWW),
        "no organization": subject(JP, TOKYO, MITAKA, WWW),
        "no state": subject(JP, MITAKA, EXAMPLE, WWW),
        "another order": subject(JP, EXAMPLE, TOKYO, MITAKA, WWW),
        "an organizational unit": subject(JP, TOKYO, MITAKA, EXAMPLE, attribute(OU, "Sales"), WWW),
        "two common names": subject(JP, TOKYO, MITAKA, EXAMPLE, WWW, WWW),
    },
    "an RDN has one attribute": {
        "two in one": subject(JP, TOKYO + MITAKA, EXAMPLE, WWW),
        "an attribute that is a set": subject(JP, der.write(der.SET, TOKYO[2:]), MITAKA, EXAMPLE, WWW),
    },
    "an attribute has an OID": {"an attribute without": subject(sequence(bytes.fromhex("0201010500")), EXAMPLE)},
    "an attribute has its string type": {
        "the country as UTF8String": subject(attribute(C, "JP"), TOKYO, MITAKA, EXAMPLE, WWW),
        "a BMPString": subject(JP, attribute(ST, "Tokyo", 0x1E), MITAKA, EXAMPLE, WWW),
        "a common name as IA5String": subject(JP, TOKYO, MITAKA, EXAMPLE, attribute(CN, "www.example.com", 0x16)),
    },
    "the commonName is one of the names, character for character": {
        "a foreign common name": subject(JP, TOKYO, MITAKA, EXAMPLE, attribute(CN, "www.example.net")),
        "a common name in capitals": subject(JP, TOKYO, MITAKA, EXAMPLE, attribute(CN, "WWW.example.com")),
    },
    "an extension is exactly as the profile has it, or absent": {
        "no key usage": extension(KU, None),
        "key usage not critical": extension(KU, bytes.fromhex("03020780")),
        "key encipherment too": extension(KU, bytes.fromhex("030205a0"), critical=True),
        "certificate signing": extension(KU, bytes.fromhex("03020284"), critical=True),
        "client authentication too": extension(EKU, sequence(SERVER_AUTH, CLIENT_AUTH)),
        "no extended key usage": extension(EKU, None),
        "a CA": extension(BC, bytes.fromhex("30030101ff"), critical=True),
        "basic constraints not critical": extension(BC, bytes.fromhex("3000")),
        "FALSE in basic constraints": extension(BC, bytes.fromhex("3003010100"), critical=True),
        "a subject key identifier": extension(SKI, der.write(der.OCTET_STRING, b"k" * 20)),
        "name constraints": extension("551d1e", sequence(), critical=True),
        "must-staple": extension("2b06010505070118", sequence(bytes.fromhex("020105"))),
        "an unknown extension": extension("2a0304", bytes.fromhex("0500")),
        "another authority key": extension(AKI, sequence(der.write(0x80, b"k" * 20))),
        "no authority key": extension(AKI, None),
        "a DV policy": extension(POLICIES, sequence(sequence(DV))),
        "two policies": extension(POLICIES, sequence(sequence(OV), sequence(ANY_POLICY))),
        "a policy qualifier": extension(POLICIES, sequence(sequence(OV, sequence(sequence(CPS, CPS_URI))))),
        "no policy": extension(POLICIES, None),
        "no issuer URL": extension(AIA, None),
        "another issuer URL": extension(AIA, sequence(sequence(CA_ISSUERS, uri("http://example.net/issuing.cer")))),
        "an OCSP URL": extension(
            AIA, sequence(sequence(CA_ISSUERS, ISSUER_URI), sequence(OCSP, uri("http://ocsp.example.com")))
        ),
        "no CRL": extension(CRLDP, None),
        "an LDAP CRL": extension(CRLDP, sequence(point(uri("ldap://ca.example.com/crl")))),
        "two CRL URLs": extension(CRLDP, sequence(point(CRL_URI, CRL_URI))),
        "two CRL points": extension(CRLDP, sequence(point(CRL_URI), point(CRL_URI))),
        "the CRL point critical": extension(CRLDP, sequence(point(CRL_URI)), critical=True),
    },
    "there are names": {"no names": extension(SAN, None)},
    "the names are exactly the ones ordered": {
        "a name less": extension(SAN, sequence(*DNS_NAMES[:2])),
        "a name more": extension(SAN, sequence(*DNS_NAMES, dns_name("other.example.com"))),
        "a foreign name": extension(SAN, sequence(*DNS_NAMES[:2], dns_name("www.example.net"))),
        "a name in capitals": extension(SAN, sequence(dns_name("WWW.example.com"), *DNS_NAMES[1:])),
        "a name with a dot behind": extension(SAN, sequence(dns_name("www.example.com."), *DNS_NAMES[1:])),
        "an IP address": extension(SAN, sequence(*DNS_NAMES, der.write(0x87, bytes([192, 0, 2, 1])))),
    },
    "a name is a DNS name or an IP address": {
        "a mail address": extension(SAN, sequence(*DNS_NAMES, der.write(0x81, b"a@example.com")))
    },
    "a name occurs once": {"a name twice": extension(SAN, sequence(*DNS_NAMES, DNS_NAMES[0]))},
    "subjectAltName is critical if and only if the subject is empty": {
        "names critical": extension(SAN, sequence(*DNS_NAMES), critical=True)
    },
}


@pytest.fixture
def tbs(ca: Ca, wanted: Wanted) -> bytes:
    return ca.builder.template(**wanted._asdict())


def test_what_is_put_together_again_passes(ca, wanted, tbs):
    """The doctor's tools change nothing by themselves."""
    assert Tbs(tbs).encode() == tbs
    unchanged = Tbs(tbs).with_extension(SAN, sequence(*DNS_NAMES)).with_field(VALIDITY, sequence(BEGINS, ENDS))
    unchanged.with_extension(CRLDP, sequence(point(CRL_URI))).with_extension(
        AIA, sequence(sequence(CA_ISSUERS, ISSUER_URI))
    )
    unchanged.with_extension(KU, bytes.fromhex("03020780"), critical=True)
    unchanged.with_field(SUBJECT, name(JP, TOKYO, MITAKA, EXAMPLE, WWW))
    lint.check(unchanged.encode(), wanted, ca.issuer)


@pytest.mark.parametrize(
    ("rule", "doctor"),
    [pytest.param(rule, doctor, id=case) for rule, doctors in DOCTORS.items() for case, doctor in doctors.items()],
)
def test_a_doctored_certificate_is_refused(ca, wanted, tbs, rule, doctor):
    """By the rule that is for it: B-55, B-56, B-60, B-61, B-62, B-66, B-67, B-68, B-71, B-72, B-73; B-80 (S-11)."""
    doctored = doctor(Tbs(tbs))
    assert doctored != tbs
    with pytest.raises(LintFailed) as failure:
        lint.check(doctored, wanted, ca.issuer)
    assert failure.value.facts["rule"] == rule


def test_a_common_name_has_64_characters(ca, wanted):
    """And not one more, though it is a name of the certificate (B-63, B-66)."""
    for length, fits in ((64, True), (65, False)):
        long = "a" * (length - len(".www.example.com")) + ".www.example.com"
        named = wanted._replace(names=(*NAMES, long))
        tbs = Tbs(ca.builder.template(**named._asdict()))
        doctored = tbs.with_field(SUBJECT, name(JP, TOKYO, MITAKA, EXAMPLE, attribute(CN, long))).encode()
        if fits:
            lint.check(doctored, named, ca.issuer)
            continue
        with pytest.raises(LintFailed, match="too long"):
            lint.check(doctored, named, ca.issuer)


@pytest.mark.parametrize(
    "key",
    [
        lambda spki: spki.replace(bytes.fromhex("0500"), b"", 1),
        lambda spki: spki.replace(bytes.fromhex("2a864886f70d010101"), bytes.fromhex("2a864886f70d01010a")),
        lambda _: keys.spki(keys.generate(KeyType.RSA2048).public_key()),
    ],
    ids=["no NULL", "RSASSA-PSS", "another key"],
)
def test_another_key_is_refused(ca, wanted, tbs, key):
    """The key is the request's, its AlgorithmIdentifier exact (B-55, S-11)."""
    spki = keys.spki(wanted.public_key)
    doctored = Tbs(tbs).with_field(KEY, key(spki)).encode()
    with pytest.raises(LintFailed):
        lint.check(doctored, wanted, ca.issuer)


class OddKey:
    """An RSA key that is said to be for RSASSA-PSS alone, as another library or another release might write it."""

    key_size = 2048

    def __init__(self, spki: bytes) -> None:
        self._spki = spki.replace(bytes.fromhex("2a864886f70d010101"), bytes.fromhex("2a864886f70d01010a"))

    def public_bytes(self, *_: object) -> bytes:
        return self._spki


RSAPublicKey.register(OddKey)


def test_a_requests_own_algorithm_is_refused_too(ca, wanted, tbs):
    """That the key is the request's is not enough (B-55)."""
    odd = OddKey(keys.spki(wanted.public_key))
    doctored = Tbs(tbs).with_field(KEY, odd.public_bytes()).encode()
    with pytest.raises(LintFailed, match="AlgorithmIdentifier is exact"):
        lint.check(doctored, wanted._replace(public_key=odd), ca.issuer)


def test_a_dv_certificate_with_a_subject_is_refused(ca, wanted):
    """DV says nothing about who (B-62)."""
    wanted = wanted._replace(service=SERVICES["dv-acme-1y"])
    tbs = ca.builder.template(**wanted._asdict())
    lint.check(tbs, wanted, ca.issuer)
    doctored = Tbs(tbs).with_field(SUBJECT, name(WWW)).with_extension(SAN, sequence(*DNS_NAMES)).encode()
    with pytest.raises(LintFailed, match="the subject of a DV certificate is empty"):
        lint.check(doctored, wanted, ca.issuer)
    for doctored in (
        Tbs(tbs).with_extension(SAN, sequence(*DNS_NAMES)).encode(),
        Tbs(tbs).with_extension(POLICIES, sequence(sequence(OV))).encode(),
    ):
        with pytest.raises(LintFailed):
            lint.check(doctored, wanted, ca.issuer)


@pytest.mark.parametrize(
    "change",
    [
        {"not_after": NOW + timedelta(days=90)},
        {"not_before": NOW, "not_after": NOW},
        {"not_before": NOW - timedelta(days=31), "not_after": NOW},
        {"service": Service(label="short", certificate_days=89)},
        {"service": Service(label="elliptic", key_types=(KeyType.EC256,))},
        {"names": (*NAMES, NAMES[0])},
        {"serial": 1 << 63},
    ],
    ids=["too long", "no life", "before the contract", "short service", "key rule", "name twice", "short serial"],
)
def test_what_must_not_be_wanted_is_refused_too(ca, wanted, change):
    """The rules hold for the final bytes, also where they are just what was asked for (F-27, B-60)."""
    with pytest.raises(LintFailed):
        ca.builder.template(**(wanted._asdict() | change))


def test_the_last_second_of_a_life_counts(ca, wanted):
    """Ninety days are ninety days minus one second from notBefore to notAfter (F-27)."""
    service = Service(label="ninety", certificate_days=90)
    ca.builder.template(**(wanted._asdict() | {"service": service}))
    with pytest.raises(LintFailed, match="the life"):
        ca.builder.template(**(wanted._asdict() | {"service": service, "not_after": NOW + timedelta(days=90)}))


def test_never_past_the_issuer_or_the_contract(ca, wanted):
    """Whatever is asked for (B-03)."""
    service = Service(label="long", certificate_days=2000)
    issuer_ends = ca.authority.certificate.not_valid_after_utc
    forever = msgspec.structs.replace(wanted.contract, ends=NOW + timedelta(days=4000))
    last = wanted._asdict() | {"service": service, "contract": forever, "not_after": issuer_ends}
    ca.builder.template(**last)
    with pytest.raises(LintFailed, match="issuer"):
        ca.builder.template(**(last | {"not_after": issuer_ends + timedelta(seconds=1)}))
    ends = msgspec.structs.replace(forever, ends=issuer_ends - timedelta(seconds=1))
    with pytest.raises(LintFailed, match="contract's end"):
        ca.builder.template(**(last | {"contract": ends}))


def test_the_terms_first_and_last_second_are_in_it(ca, wanted):
    """A contract begins within a second, a certificate with one (B-03)."""
    term = msgspec.structs.replace(wanted.contract, starts=NOW + timedelta(microseconds=5), ends=wanted.not_after)
    lax = Service(label="ninety-one", validation="ov", certificate_days=91)
    first = wanted._asdict() | {"service": lax, "contract": term, "not_before": term.starts}
    ca.builder.template(**first)
    with pytest.raises(LintFailed, match="contract's term"):
        ca.builder.template(**first | {"not_before": NOW - timedelta(seconds=1)})


def test_without_a_crl_only_for_a_week(ca, wanted):
    """B-69: seven days, the last second included, and not a second more, even where the service says so (B-07)."""
    service = msgspec.structs.replace(wanted.service, certificate_days=7, short_lived=True)
    week = wanted._replace(service=service, not_after=NOW + timedelta(days=7, seconds=-1))
    tbs = ca.builder.template(**week._asdict())
    lint.check(tbs, week, ca.issuer)
    with pytest.raises(LintFailed, match="exactly as the profile has it"):
        lint.check(tbs, week._replace(service=wanted.service), ca.issuer)
    # Settings cannot say this.
    lax = SimpleNamespace(**{**msgspec.structs.asdict(service), "certificate_days": 8})
    with pytest.raises(LintFailed, match="seven days"):
        ca.builder.template(**week._replace(service=lax, not_after=NOW + timedelta(days=7))._asdict())
