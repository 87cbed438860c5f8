"""OCSP as a client sees it: the certificate says where to ask, and OpenSSL asks there."""

import json

import pytest
from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID

from tests.e2e.certificates import crt, serial
from tests.e2e.customer import first_run
from tests.peers import openssl
from tests.peers.ca import TegataCA

pytestmark = pytest.mark.forked

NAME = "ocsp.example.com"


@pytest.fixture(scope="module")
def answering(tmp_path_factory):
    """A serving CA with ``ocsp = true``."""
    with TegataCA(tmp_path_factory.mktemp("ocsp"), serves=False) as ca:
        settings = ca.home / "settings.toml"
        settings.write_text(settings.read_text().replace("ocsp = false", "ocsp = true"))
        ca.start()
        yield ca
        ca.stop()


def test_openssl_asks_where_the_certificate_says(answering, tegata):
    """Good, then revoked in the next answer; a number that was never issued is not good (B-91)."""
    ca = answering
    client = tegata.trusting(ca.ca_file)
    client.run(*first_run(ca, ca.add_contract(NAME), NAME)).check()
    path = client.path / "certificates" / f"{NAME}.crt"
    leaf = x509.load_pem_x509_certificate(path.read_bytes())
    access = leaf.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    url = next(one.access_location.value for one in access if one.access_method == AuthorityInformationAccessOID.OCSP)
    issuer, asked = ca.home / "issuing.pem", ("-url", url, "-cert", str(path))

    good = openssl.ocsp(issuer, ca.root_pem, *asked).check()
    assert "Response verify OK" in good.stderr + good.stdout
    assert f"{path}: good" in good.stdout
    ca.run("cert", "revoke", serial(crt(client.path, NAME)), "--reason", "1").check()
    revoked = openssl.ocsp(issuer, ca.root_pem, *asked).check()
    assert f"{path}: revoked" in revoked.stdout
    assert "keyCompromise" in revoked.stdout
    unknown = openssl.ocsp(issuer, ca.root_pem, "-serial", "0x4711", "-url", url)
    assert "good" not in unknown.stdout
    assert "unauthorized" in unknown.stdout + unknown.stderr


def test_the_audit_knows_the_responder(answering):
    """It is on record, and looking at all that was signed has nothing signed (B-81, B-93)."""
    first, second = (json.loads(answering.run("--json", "audit", "certificates").stdout) for _ in range(2))
    assert first == second
    assert first["beside"] == len(("root", "issuing", "root.crl", "issuing.crl", "responder"))
    assert [one["names"] for one in first["faults"]] == [[NAME]], "a test's customer has no state"
