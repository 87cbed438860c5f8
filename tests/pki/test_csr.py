"""Certification requests: what real clients send passes, everything else is refused with its reason."""

import ipaddress
import subprocess
from contextlib import suppress

import pytest
from acme.crypto_util import make_csr
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from cryptography.x509.oid import AttributeOID, ExtendedKeyUsageOID, NameOID
from hypothesis import given, settings
from hypothesis import strategies as st

from tegata.ca.issuing import der
from tegata.pki import csr, keys
from tegata.pki.csr import BadCSR, BadCSRName
from tegata.pki.forms import KeyForm
from tegata.pki.key_types import KeyType

KEY = ec.generate_private_key(ec.SECP256R1())


def request(
    *extensions: x509.ExtensionType,
    subject: x509.Name | None = None,
    san: bool = True,
    digest: hashes.SHA256 | hashes.SHA384 | hashes.SHA512 = hashes.SHA256(),  # noqa: B008 - it has no state
) -> bytes:
    """A request for www.example.com with further extensions."""
    builder = x509.CertificateSigningRequestBuilder().subject_name(subject or x509.Name([]))
    if san:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName("www.example.com")]), critical=False)
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    return builder.sign(KEY, digest).public_bytes(serialization.Encoding.DER)


def name(*attributes: tuple[x509.ObjectIdentifier, str]) -> x509.Name:
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in attributes])


def refusal(der: bytes) -> str:
    """The reason for which a request is refused."""
    with pytest.raises(BadCSR) as caught:
        csr.parse(der)
    return str(caught.value.facts["reason"])


@pytest.mark.parametrize("key_type", [KeyType.RSA2048, KeyType.EC256, KeyType.EC384])
def test_what_is_built_is_read(key_type):
    key = keys.generate(key_type)
    wanted = ["www.example.com", "*.example.com", "192.0.2.1", "2001:db8::1"]
    der = csr.build(key, wanted, common_name="www.example.com", must_staple=True)
    read = csr.parse(der)
    assert read.der == der
    assert read.names == frozenset(wanted)
    assert read.common_name == "www.example.com"
    assert read.must_staple
    assert keys.spki(read.public_key) == keys.spki(key.public_key())


@pytest.mark.parametrize(
    ("key_type", "digest"),
    [(KeyType.RSA2048, "sha256"), (KeyType.EC256, "sha256"), (KeyType.EC384, "sha384"), (KeyType.EC521, "sha384")],
)
def test_the_hash_is_as_strong_as_the_key(key_type, digest):
    """So far as Baseline Requirements have it: P-521 is read by this CA, and has no hash of its own there."""
    der = csr.build(keys.generate(key_type), ["www.example.com"], common_name=None)
    hash_algorithm = x509.load_der_x509_csr(der).signature_hash_algorithm
    assert hash_algorithm is not None
    assert hash_algorithm.name == digest


@pytest.mark.parametrize("digest", [hashes.SHA256(), hashes.SHA384(), hashes.SHA512()])
def test_strong_hashes_pass(digest):
    """Whatever the key: which one it is, is the client's business (A-81)."""
    assert csr.parse(request(digest=digest)).names == {"www.example.com"}


@pytest.mark.parametrize("curve", [ec.SECP256R1(), ec.SECP384R1()])
def test_a_point_beside_its_curve_is_refused(curve):
    """B-51: as is one at infinity, which has no coordinates."""
    key = ec.generate_private_key(curve)
    der = csr.build(key, ["www.example.com"], common_name=None)
    point = key.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    for wrong in (point[:-1] + bytes([point[-1] ^ 1]), b"\4" + bytes(len(point) - 1), bytes(len(point))):
        assert refusal(der.replace(point, wrong)) == "it is not a well-formed PKCS#10 request"


def test_ed25519_signs_a_request():
    key = ed25519.Ed25519PrivateKey.generate()
    assert csr.parse(csr.build(key, ["www.example.com"], common_name=None)).names == {"www.example.com"}


def test_without_a_common_name_the_subject_is_empty():
    """An empty SEQUENCE as subject, version 0, the names in the extensionRequest (F-25)."""
    der = csr.build(KEY, ["www.example.com"], common_name=None)
    read = x509.load_der_x509_csr(der)
    assert list(read.subject) == []
    # CertificationRequest > CertificationRequestInfo: INTEGER 0, then the empty subject.
    assert bytes.fromhex("0201003000") in der[:16]
    assert [extension.oid for extension in read.extensions] == [x509.SubjectAlternativeName.oid]
    assert csr.parse(der).common_name is None
    assert not csr.parse(der).must_staple


def test_openssl_reads_what_is_built(tmp_path):
    path = tmp_path / "request.der"
    path.write_bytes(csr.build(KEY, ["www.example.com"], common_name="www.example.com", must_staple=True))
    done = subprocess.run(
        ["openssl", "req", "-inform", "DER", "-in", path, "-noout", "-verify", "-text"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "DNS:www.example.com" in done.stdout
    assert "status_request" in done.stdout
    assert "Version: 1 (0x0)" in done.stdout


@pytest.mark.parametrize("must_staple", [False, True])
def test_certbots_request_passes(must_staple):
    """Made by certbot's own library: no subject, names, perhaps must-staple (A-81)."""
    pem = make_csr(
        keys.to_pem(KEY, KeyForm.PKCS8), ["Example.com", "*.example.com"], must_staple,
        [ipaddress.ip_address("192.0.2.1")],
    )  # fmt: skip
    read = csr.parse(x509.load_pem_x509_csr(pem).public_bytes(serialization.Encoding.DER))
    assert read.names == {"example.com", "*.example.com", "192.0.2.1"}
    assert read.must_staple is must_staple


def test_names_are_compared_in_lower_case_and_the_common_name_counts():
    """Case is settled once at the edge (S-35); a common name is a name asked for (A-81, A-83)."""
    read = csr.parse(request(subject=name((NameOID.COMMON_NAME, "WWW2.Example.COM"))))
    assert read.names == {"www.example.com", "www2.example.com"}
    assert read.common_name == "www2.example.com"
    only = csr.parse(request(subject=name((NameOID.COMMON_NAME, "www2.example.com")), san=False))
    assert only.names == {"www2.example.com"}


def test_extensions_that_say_nothing_we_use_pass():
    usage = x509.KeyUsage(
        digital_signature=True, key_encipherment=True, content_commitment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=False, crl_sign=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    der = request(
        usage,
        x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]),
        x509.BasicConstraints(ca=False, path_length=None),
        x509.SubjectKeyIdentifier.from_public_key(KEY.public_key()),
    )
    assert csr.parse(der).names == {"www.example.com"}


def test_must_staple_is_found_among_other_extensions():
    """Whatever stands after it."""
    staple = x509.TLSFeature([x509.TLSFeatureType.status_request])
    assert csr.parse(request(staple, x509.BasicConstraints(ca=False, path_length=None))).must_staple


@pytest.mark.parametrize(
    ("extension", "reason"),
    [
        (x509.BasicConstraints(ca=True, path_length=0), "it asks to become a certification authority"),
        (
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CODE_SIGNING]),
            "it asks for an extended key usage other than server and client authentication",
        ),
        (
            x509.TLSFeature([x509.TLSFeatureType.status_request_v2]),
            "it asks for a TLS feature other than must-staple",
        ),
        (
            x509.TLSFeature([x509.TLSFeatureType.status_request, x509.TLSFeatureType.status_request_v2]),
            "it asks for a TLS feature other than must-staple",
        ),
        (
            x509.NameConstraints([x509.DNSName("example.com")], None),
            "it requests an extension that a subscriber cannot choose",
        ),
        (
            x509.CertificatePolicies([x509.PolicyInformation(x509.ObjectIdentifier("2.23.140.1.1"), None)]),
            "it requests an extension that a subscriber cannot choose",
        ),
        (
            x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00"),
            "it requests an extension that a subscriber cannot choose",
        ),
    ],
)
def test_other_extensions_are_refused(extension, reason):
    """Any requested extension outside the list, and CA:true (A-81)."""
    assert refusal(request(extension)) == reason


@pytest.mark.parametrize(
    "other",
    [
        x509.RFC822Name("a@example.com"),
        x509.UniformResourceIdentifier("https://example.com"),
        x509.DirectoryName(name((NameOID.COMMON_NAME, "x"))),
        x509.RegisteredID(x509.ObjectIdentifier("1.2.3")),
        x509.OtherName(x509.ObjectIdentifier("1.2.3"), b"\x05\x00"),
    ],
)
def test_other_kinds_of_names_are_refused(other):
    """Unknown name types pass through many CAs (A-81, S-12)."""
    san = x509.SubjectAlternativeName([x509.DNSName("www.example.com"), other])
    reason = "it asks for a name that is neither a DNS name nor an IP address"
    assert refusal(request(san, san=False)) == reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("192.0.2.1", "it gives an IP address as a DNS name"),
        ("www.example.com.", "it ends with a dot"),
        ("_x.example.com", "a label holds something other than letters, digits and hyphens between them"),
        ("", "it is empty"),
    ],
)
def test_bad_names_are_refused(text, reason):
    """What stands as a dNSName must be a DNS name (A-51, A-81)."""
    san = x509.SubjectAlternativeName([x509.DNSName(text)])
    assert refusal(request(san, san=False)) == reason


def test_a_bad_common_name_is_told_by_name():
    with pytest.raises(BadCSRName) as caught:
        csr.parse(request(subject=name((NameOID.COMMON_NAME, "My Server"))))
    assert caught.value.facts["name"] == "My Server"


@pytest.mark.parametrize(
    "subject",
    [
        name((NameOID.COMMON_NAME, "www.example.com"), (NameOID.ORGANIZATION_NAME, "Example K.K.")),
        name((NameOID.ORGANIZATION_NAME, "Example K.K.")),
        name((NameOID.COMMON_NAME, "www.example.com"), (NameOID.COMMON_NAME, "www.example.com")),
    ],
)
def test_subject_data_beyond_a_common_name_is_refused(subject):
    """Organization data comes from the contract, never from the request (A-81)."""
    assert refusal(request(subject=subject)).startswith("its subject holds more than a common name")


@pytest.mark.parametrize("digest", ["-sha1", "-md5"])
def test_weak_hashes_are_refused(tmp_path, digest):
    """SHA-256 at least (A-81)."""
    path = tmp_path / "request.der"
    subprocess.run(
        ["openssl", "req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", tmp_path / "key", digest, "-subj",
         "/CN=www.example.com", "-outform", "DER", "-out", path],
        check=True, capture_output=True,
    )  # fmt: skip
    assert refusal(path.read_bytes()) == "it is signed with a weak hash: SHA-256 or stronger is needed"


def test_a_key_for_pss_alone_is_refused(tmp_path):
    """A certificate would name it as a key for anything RSA, which it is not (B-55)."""
    path = tmp_path / "pss.der"
    subprocess.run(
        ["openssl", "req", "-new", "-newkey", "rsa-pss", "-pkeyopt", "rsa_keygen_bits:2048", "-nodes", "-keyout",
         tmp_path / "key", "-subj", "/CN=www.example.com", "-outform", "DER", "-out", path],
        check=True, capture_output=True,
    )  # fmt: skip
    assert refusal(path.read_bytes()) == (
        "its key is not written in the plain form certificates hold (rsaEncryption, a named curve)"
    )


def test_a_signature_by_another_key_is_refused():
    """The request proves possession of its key (A-81)."""
    der = bytearray(request())
    der[-1] ^= 1
    assert refusal(bytes(der)) == "its signature is not by the key it holds"


def test_a_changed_name_breaks_the_signature():
    """What is signed is what is read (A-81)."""
    assert refusal(request().replace(b"www.example.com", b"www.example.net")) == (
        "its signature is not by the key it holds"
    )


def test_another_version_is_refused():
    """Version 0 is the only one (A-81); certbot once sent 2."""
    der = request()
    at = der.index(b"\x02\x01\x00")
    assert refusal(der[:at] + b"\x02\x01\x02" + der[at + 3 :]) == "its version is not 0"


def test_the_same_extension_twice_is_refused():
    """Two name lists could be read as one or the other (A-81)."""
    twice = x509.SubjectAlternativeName([x509.DNSName("evil.example")]).public_bytes()
    oid = x509.SubjectAlternativeName.oid
    # Two extensions of one kind cannot be built: another OID of the same length is signed, then renamed, so the
    # signature is made again over the changed text.
    placeholder = x509.ObjectIdentifier("2.5.29.99")
    der = request(x509.UnrecognizedExtension(placeholder, twice))
    changed = der.replace(b"\x06\x03\x55\x1d\x63", b"\x06\x03\x55\x1d\x11")
    assert changed != der
    assert oid.dotted_string == "2.5.29.17"
    assert refusal(_signed_again(changed)) == "it requests the same extension twice"


def _signed_again(der: bytes) -> bytes:
    """The same request with a new signature over its present content."""
    info = x509.load_der_x509_csr(der).tbs_certrequest_bytes
    old = x509.load_der_x509_csr(der).signature
    while True:
        new = KEY.sign(info, ec.ECDSA(hashes.SHA256()))
        if len(new) == len(old):
            return der.replace(old, new)


def test_other_keys_are_refused():
    key = dsa.generate_private_key(2048)
    der = (
        x509.CertificateSigningRequestBuilder()
        .subject_name(x509.Name([]))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("www.example.com")]), critical=False)
        .sign(key, hashes.SHA256())
        .public_bytes(serialization.Encoding.DER)
    )
    assert refusal(der) == "its key is neither an RSA, an EC nor an Ed25519 key"


@pytest.mark.parametrize("known", ["06072a8648ce3d0201", "06082a8648ce3d040302"], ids=["key", "signature"])
def test_a_kind_of_key_or_signature_that_nobody_knows_is_refused(known):
    """S-19: the library raises its own exception for it."""
    oid = bytes.fromhex(known)
    der = request()
    assert der.count(oid) == 1
    assert refusal(der.replace(oid, oid[:-1] + b"\x77")) == "its key or signature is of an unknown kind"


def test_a_tls_feature_the_library_does_not_know_is_refused():
    """It raises KeyError where the others raise ValueError (S-19)."""
    der = request(x509.TLSFeature([x509.TLSFeatureType.status_request]))
    feature = x509.TLSFeature([x509.TLSFeatureType.status_request]).public_bytes()
    assert der.count(feature) == 1
    assert refusal(_signed_again(der.replace(feature, feature[:-1] + b"\x72"))).startswith("it is not a well-formed")


@pytest.mark.parametrize("type_octet", [0x03, 0x05], ids=["BIT STRING", "NULL"])
def test_a_common_name_that_is_no_text_is_refused(type_octet):
    """The library raises TypeError for the first, ValueError for the other (S-19)."""
    der = request(subject=name((NameOID.COMMON_NAME, "www.example.com")))
    text = bytes.fromhex("06035504030c")
    assert der.count(text) == 1
    changed = _signed_again(der.replace(text, text[:-1] + bytes([type_octet])))
    assert refusal(changed) == "it is not a well-formed PKCS#10 request"


@pytest.mark.parametrize("tag", [0xA3, 0xA5], ids=["x400Address", "ediPartyName"])
def test_kinds_of_names_that_the_library_does_not_read_are_refused(tag):
    """S-12."""
    placeholder = x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.99"), bytes([0x30, 4, tag, 2, 5, 0]))
    der = request(placeholder, san=False).replace(b"\x06\x03\x55\x1d\x63", b"\x06\x03\x55\x1d\x11")
    assert refusal(_signed_again(der)) == "it asks for a name that is neither a DNS name nor an IP address"


def test_a_request_for_nothing_is_refused():
    assert refusal(request(san=False)) == "it asks for no name"


def test_attributes_other_than_extensions_are_not_used():
    der = (
        x509.CertificateSigningRequestBuilder()
        .subject_name(x509.Name([]))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("www.example.com")]), critical=False)
        .add_attribute(AttributeOID.CHALLENGE_PASSWORD, b"changeit")
        .sign(KEY, hashes.SHA256())
        .public_bytes(serialization.Encoding.DER)
    )
    assert csr.parse(der).names == {"www.example.com"}


def test_size_is_limited_before_parsing():
    key = rsa.generate_private_key(65537, 2048)
    many = [f"{'a' * 60}.{'b' * 60}.{number}.example.com" for number in range(600)]
    assert refusal(csr.build(key, many, common_name=None)) == "it is too long"
    assert len(csr.parse(csr.build(key, many[:100], common_name=None)).names) == 100


SAMPLE = request()
EVERYTHING = request(
    x509.KeyUsage(True, False, True, False, False, False, False, False, False),
    x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]),
    x509.BasicConstraints(ca=False, path_length=None),
    x509.TLSFeature([x509.TLSFeatureType.status_request]),
    subject=name((NameOID.COMMON_NAME, "www.example.com")),
)


@given(st.data())
@settings(max_examples=150)
def test_no_signed_octets_break_the_reader(data):
    """Who sends a request signs what he likes: behind a right signature too it ends in BadCSR or a request (S-19)."""
    info, algorithm, _ = der.elements(der.only(EVERYTHING, der.SEQUENCE).content)
    changed = bytearray(info.encoded)
    for _ in range(data.draw(st.integers(1, 3))):
        changed[data.draw(st.integers(4, len(changed) - 1))] = data.draw(st.integers(0, 255))
    signature = der.write(0x03, b"\0", KEY.sign(bytes(changed), ec.ECDSA(hashes.SHA256())))
    with suppress(BadCSR):
        csr.parse(der.write(der.SEQUENCE, bytes(changed), algorithm.encoded, signature))


@given(st.data())
@settings(max_examples=150)
def test_no_octets_break_the_reader(data):
    """Crafted DER ends in BadCSR or a request, never in another exception (S-19)."""
    der = bytearray(SAMPLE)
    for _ in range(data.draw(st.integers(1, 4))):
        der[data.draw(st.integers(0, len(der) - 1))] = data.draw(st.integers(0, 255))
    with suppress(BadCSR):
        csr.parse(bytes(der))
