"""The key hierarchy: what each CA may do, and that others agree."""

from datetime import timedelta
from itertools import pairwise

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID, NameOID

from tegata.ca.errors import Refused
from tegata.ca.issuing import hierarchy, keys, layout, pkilint_process
from tegata.ca.issuing.build import key_usage
from tegata.ca.issuing.hierarchy import CaWithKey
from tegata.ca.issuing.keys import FileUnusable
from tegata.ca.model import Revocation
from tegata.pki import certs
from tegata.pki.life import life
from tests.ca.issuing.conftest import NOW, PUBLIC_URL, SECRET
from tests.peers import openssl

CREATED = NOW - timedelta(days=400)


def extension(certificate: x509.Certificate, kind: type[x509.ExtensionType]) -> x509.Extension[x509.ExtensionType]:
    return certificate.extensions.get_extension_for_class(kind)


def oids(certificate: x509.Certificate) -> set[x509.ObjectIdentifier]:
    return {found.oid for found in certificate.extensions}


def test_the_root(ca):
    """B-74: 20 years, RSA 4096; no path length, keyCertSign and cRLSign, no extended key usage."""
    root = ca.hierarchy.root
    root.verify_directly_issued_by(root)
    span = life(root.not_valid_before_utc, root.not_valid_after_utc)
    assert timedelta(days=2922) <= span <= timedelta(days=9132)
    key = root.public_key()
    assert isinstance(key, RSAPublicKey)
    assert key.key_size == 4096
    constraints = extension(root, x509.BasicConstraints)
    assert (constraints.value, constraints.critical) == (x509.BasicConstraints(ca=True, path_length=None), True)
    usage = extension(root, x509.KeyUsage)
    assert (usage.value, usage.critical) == (key_usage("key_cert_sign", "crl_sign"), True)
    assert oids(root) == {
        ExtensionOID.BASIC_CONSTRAINTS,
        ExtensionOID.KEY_USAGE,
        ExtensionOID.SUBJECT_KEY_IDENTIFIER,
    }


@pytest.mark.parametrize("name", ["issuing", "services"])
def test_a_subordinate_ca(ca, name):
    """B-74: at most 3 years, for server certificates only (B-70), with everything the BRs ask of it."""
    certificate = getattr(ca.hierarchy, name)
    certificate.verify_directly_issued_by(ca.hierarchy.root)
    span = life(certificate.not_valid_before_utc, certificate.not_valid_after_utc)
    assert span <= timedelta(days=3 * 365)
    constraints = extension(certificate, x509.BasicConstraints)
    assert (constraints.value, constraints.critical) == (x509.BasicConstraints(ca=True, path_length=0), True)
    assert extension(certificate, x509.KeyUsage).value == key_usage("key_cert_sign", "crl_sign")
    usages = extension(certificate, x509.ExtendedKeyUsage)
    assert (usages.value, usages.critical) == (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False)
    root_key = extension(ca.hierarchy.root, x509.SubjectKeyIdentifier).value
    assert isinstance(root_key, x509.SubjectKeyIdentifier)
    assert certs.authority_key_id(certificate) == root_key.digest
    (point,) = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    assert [location.value for location in point.full_name] == [f"{PUBLIC_URL}/crl/root.crl"]
    (access,) = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    assert access.access_location.value == f"{PUBLIC_URL}/root.cer"
    assert ExtensionOID.SUBJECT_KEY_IDENTIFIER in oids(certificate)
    (policy,) = certificate.extensions.get_extension_for_class(x509.CertificatePolicies).value
    of_its_own = {"issuing": "2.5.29.32.0", "services": "2.23.140.1.2.1"}  # any, for DV and OV are issued under one
    assert policy.policy_identifier.dotted_string == of_its_own[name]


def test_pkilint_agrees(ca):
    """B-74: nothing is wrong with root and issuing CA. (The server's own CA is constrained to its host.)"""

    def faults(certificate: x509.Certificate) -> list[str]:
        found = pkilint_process.lint(certificate.public_bytes(Encoding.DER))
        return [code for severity, code in found if severity not in {"NOTICE", "INFO"}]

    assert faults(ca.hierarchy.root) == ["cabf.serverauth.root.authority_key_identifier_extension_absent"]
    assert faults(ca.hierarchy.issuing) == []


@pytest.mark.parametrize("name", ["root", "issuing", "services"])
def test_every_ca_has_its_name_and_its_times(ca, name):
    """C, O and CN, each CA another CN, no OU; notBefore is now, never in the future (B-02)."""
    certificate = getattr(ca.hierarchy, name)
    assert [(part.oid, part.value) for part in certificate.subject] == [
        (NameOID.COUNTRY_NAME, "JP"),
        (NameOID.ORGANIZATION_NAME, "Example CA"),
        (NameOID.COMMON_NAME, f"Example CA {name.capitalize()} {CREATED.year}"),
    ]
    assert certificate.not_valid_before_utc == CREATED


def test_the_keys_are_three(ca):
    """The issuing key is not the server's CA, nor the root's."""
    public = {certificate.public_key().public_numbers() for certificate in ca.hierarchy[:3]}
    assert len(public) == 3
    serials = [certificate.serial_number for certificate in ca.hierarchy[:3]]
    assert all(first != second and first.bit_length() > 64 for first, second in pairwise(serials))


def test_the_root_crl(ca):
    """CA certificates have a CRL as well: the root's, good for a year (BR 4.9.7)."""
    crl = x509.load_der_x509_crl(ca.hierarchy.root_crl)
    assert crl.is_signature_valid(ca.hierarchy.root.public_key())
    assert (len(crl), crl.next_update_utc) == (0, CREATED + timedelta(days=365))


def test_openssl_agrees(ca):
    """Both subordinates verify under the root."""
    for path in (layout.ISSUING_CERTIFICATE, layout.SERVICES_CERTIFICATE):
        openssl.verify(ca.directory / path, *openssl.at(NOW), root=ca.directory / layout.ROOT_CERTIFICATE).check()


@pytest.mark.parametrize(
    ("host", "permitted", "excluded"),
    [
        ("ca.example.com", ["ca.example.com"], ["0.0.0.0/0", "::/0"]),
        ("127.0.0.1", ["127.0.0.1/32"], [""]),
        ("2001:db8::1", ["2001:db8::1/128"], [""]),
    ],
)
def test_the_services_ca_is_for_one_host(host, permitted, excluded):
    """Whoever steals its key can make a certificate for that host and for no other name or address."""
    constraints = hierarchy.constraints_for(host)
    assert [str(name.value) for name in constraints.permitted_subtrees or []] == permitted
    assert [str(name.value) for name in constraints.excluded_subtrees or []] == excluded


def test_only_the_services_ca_is_constrained(ca):
    """Critically, and for the host of the ACME URL."""
    constraints = extension(ca.hierarchy.services, x509.NameConstraints)
    assert (constraints.value, constraints.critical) == (hierarchy.constraints_for("ca.example.com"), True)
    assert ExtensionOID.NAME_CONSTRAINTS not in oids(ca.hierarchy.issuing)


@pytest.mark.parametrize(
    "change",
    [
        {"name": ""},
        {"name": "x" * 41},
        {"name": "Exam\nple"},
        {"public_url": "https://ca.example.com"},
        {"public_url": "ca.example.com"},
        {"url": "https://"},
        {"url": "https://under_score.example.com"},
        {"country": "ch"},
    ],
    ids=["no name", "long name", "control", "https", "no scheme", "no host", "bad host", "no country"],
)
def test_what_fits_into_no_certificate_is_refused(tmp_path, change):
    """Before anything is written."""
    good = {"name": "Example CA", "url": "https://ca.example.com", "public_url": PUBLIC_URL}
    with pytest.raises(Refused):
        hierarchy.create(tmp_path, secret=b"x", now=NOW, **(good | change))
    assert list(tmp_path.iterdir()) == []


def test_a_ca_of_another_country(tmp_path):
    """It stands in the name of each of its CAs (BR 7.1.2.10.2)."""
    urls = {"url": "https://ca.example.com", "public_url": PUBLIC_URL}
    hierarchy.create(tmp_path, name="Example CA", secret=b"x", now=NOW, country="CH", **urls)
    made = hierarchy.load(tmp_path)
    assert [hierarchy.country_of(one) for one in (made.root, made.issuing, made.services) if one] == ["CH"] * 3


def test_a_name_with_an_ideographic_space():
    """As in many names of Japanese organizations; a control character is none."""
    hierarchy.check_name("株式会社\u3000例")
    with pytest.raises(Refused):
        hierarchy.check_name("株式会社\u0085例")


def test_loading_what_is_not_there(tmp_path):
    """The missing file is named."""
    with pytest.raises(FileUnusable, match=r"root\.crl"):
        hierarchy.load(tmp_path)


def test_what_the_root_has_revoked(ca, tmp_path, capsys):
    """The CRL that lies there now says it (B-90); one that cannot be read takes nothing back, and stops a start."""
    authority, home = ca.hierarchy.issuing, tmp_path
    key = keys.load(ca.directory / layout.ROOT_KEY, ca.hierarchy.root, SECRET)
    root = CaWithKey(key, ca.hierarchy.root)
    keys.put(home / layout.ROOT_CRL, hierarchy.root_list(root, 2, (), NOW))
    is_revoked = hierarchy.RevokedByRoot(home)
    assert not is_revoked(authority)
    listed = Revocation(certs.serial_hex(authority), NOW, 2)
    keys.put(home / layout.ROOT_CRL, hierarchy.root_list(root, 3, [listed], NOW))
    assert is_revoked(authority)
    assert not is_revoked(ca.hierarchy.services)
    for harm in (lambda path: path.write_bytes(b"no CRL"), lambda path: path.unlink()):
        harm(home / layout.ROOT_CRL)
        assert is_revoked(authority)
        with pytest.raises(FileUnusable):
            hierarchy.RevokedByRoot(home)
    assert capsys.readouterr().err.count("root-crl.unreadable") == 2
