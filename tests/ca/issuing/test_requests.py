"""What a CA asks the root for: read as it was made, and refused where anything in it is not a CA's."""

import base64
from datetime import timedelta

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from tegata.ca.errors import CaError, Refused
from tegata.ca.issuing import hierarchy, keys, layout, requests
from tegata.ca.issuing.algorithms import IssuerKey
from tegata.ca.issuing.hierarchy import CaWithKey, subject_of
from tegata.pki import keys as pki_keys
from tegata.pki.key_types import KeyType
from tests.ca.issuing.conftest import NOW, SECRET

SUBJECT = subject_of("Example CA", "Issuing", NOW)
OIDS = (NameOID.COUNTRY_NAME, NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME)


@pytest.fixture(scope="module")
def key():
    return pki_keys.generate(KeyType.EC256)


@pytest.fixture(scope="module")
def root(ca):
    return CaWithKey(keys.load(ca.directory / layout.ROOT_KEY, ca.hierarchy.root, SECRET), ca.hierarchy.root)


def request(key, subject=SUBJECT, *, ca="issuing", host=None, **changes):
    made = requests.make(ca, key, subject, public_url="http://ca.example", host=host, now=NOW)
    return msgspec.structs.replace(made, **changes).encoded()


def csr(key, algorithm, old=b"", new=b""):
    """A CSR with some octets exchanged."""
    der = x509.CertificateSigningRequestBuilder(SUBJECT).sign(key, algorithm).public_bytes(Encoding.DER)
    pem = base64.encodebytes(der.replace(old, new)).decode()
    return f"-----BEGIN CERTIFICATE REQUEST-----\n{pem}-----END CERTIFICATE REQUEST-----\n"


def test_a_request_is_read_as_it_was_made(key, root):
    """Role, key and subject; the services CA's is bound to its host."""
    content = request(key, ca="issuing2")
    wish = requests.read(content)
    assert (wish.ca, wish.role, wish.subject, wish.public_key) == (
        "issuing2",
        hierarchy.ISSUING,
        SUBJECT,
        key.public_key(),
    )
    assert wish.digest == requests.digest(content)
    certificate = requests.certify(root, wish, NOW)
    assert (certificate.subject, certificate.public_key()) == (SUBJECT, key.public_key())
    certificate.verify_directly_issued_by(root.certificate)
    services = requests.read(request(key, ca="services", host="ACME.example.com"))
    assert services.role.constraints == hierarchy.constraints_for("acme.example.com")


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b"\xff", b'{"x":' + b"[" * 8000 + b"]" * 8000 + b"}"],
    ids=["nothing", "empty", "no text", "deep"],
)
def test_what_is_no_request(content):
    """Told, whatever it is (S-19)."""
    with pytest.raises(Refused, match="no request of a CA"):
        requests.read(content)


def test_a_request_for_a_key_that_no_library_knows(key):
    """It is no request, rather than an error of ours."""
    curve, unknown = bytes.fromhex("2a8648ce3d030107"), bytes.fromhex("2a8648ce3d030177")
    for octets in (curve, bytes.fromhex("2a8648ce3d040302")):
        other = csr(key, hashes.SHA256(), octets, octets[:-1] + unknown[-1:])
        with pytest.raises(Refused):
            requests.read(request(key, csr=other))


def test_a_request_without_proof_of_the_key(key):
    """The signature is over these very octets."""
    forged = csr(key, hashes.SHA256(), b"Example CA", b"Example CB")
    with pytest.raises(Refused, match="not signed by the key"):
        requests.read(request(key, csr=forged))


@pytest.mark.parametrize(
    ("other", "algorithm"),
    [(Ed25519PrivateKey.generate(), None), (rsa.generate_private_key(65537, 1024), hashes.SHA256())],
    ids=["Ed25519", "1024 bits"],
)
def test_a_key_that_no_ca_may_have(key, other, algorithm):
    """As that of a certificate is judged (BR 6.1.5)."""
    with pytest.raises(CaError):
        requests.read(request(key, csr=csr(other, algorithm)))


@pytest.mark.parametrize(
    "changes",
    [
        {"public_url": "https://ca.example"},
        {"public_url": "http:///ca"},
        {"public_url": "http://["},
        {"public_url": "http://ca.example/名"},
        {"ca": "root"},
        {"ca": "issuing1"},
        {"ca": "issuing02"},
        {"host": "ca.example"},
        {"ca": "services"},
        {"ca": "services", "host": "bad host"},
    ],
    ids=str,
)
def test_a_request_of_no_ca_that_there_is(key, changes):
    """And one without a place for its files (B-68)."""
    with pytest.raises(Refused):
        requests.read(request(key, **changes))


def named(*texts, oids=OIDS):
    return x509.Name([x509.NameAttribute(oid, text) for oid, text in zip(oids, texts, strict=True)])


@pytest.mark.parametrize(
    "subject",
    [
        named("JP", "Example CA", oids=OIDS[:2]),
        named("Example CA", "JP", "Issuing", oids=(OIDS[1], OIDS[0], OIDS[2])),
        named("JP", "Example CA", "Issuing", "x", oids=(*OIDS, NameOID.ORGANIZATIONAL_UNIT_NAME)),
        named("JP", "Example CA", "Issu\ning"),
    ],
    ids=["no name", "another order", "more", "two lines"],
)
def test_a_subject_that_is_no_cas(key, subject):
    """Exactly country, organization and common name (BR 7.1.2.10.2)."""
    with pytest.raises(Refused, match="the subject of a CA"):
        requests.read(request(key, subject))


def test_whom_the_root_certifies(key, root):
    """Its own organization, and neither its own name nor its own key."""
    assert isinstance(root.key, IssuerKey)
    for asked, why in (
        (request(key, subject_of("Other CA", "Issuing", NOW)), "another organization"),
        (request(key, root.certificate.subject), "own name or key"),
        (request(root.key), "own name or key"),
    ):
        with pytest.raises(Refused, match=why):
            requests.certify(root, requests.read(asked), NOW)


def test_what_the_root_signs_ends_with_it(key, root):
    """A CA below it, and its CRL, which else lives a year (BR 4.9.7, 6.3.2; B-74)."""
    ends = root.certificate.not_valid_after_utc
    wish = requests.read(request(key))
    for now, life in ((NOW, timedelta(days=3 * 365, seconds=-1)), (ends - timedelta(days=100), timedelta(days=100))):
        certificate = requests.certify(root, wish, now)
        assert certificate.not_valid_after_utc == now + life
    for now, life in ((NOW, timedelta(days=365)), (ends - timedelta(days=100), timedelta(days=100))):
        crl = x509.load_der_x509_crl(hierarchy.root_list(root, 1, (), now))
        assert (crl.last_update_utc, crl.next_update_utc) == (now, now + life)
