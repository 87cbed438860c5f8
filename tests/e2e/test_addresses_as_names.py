"""Certificates for addresses of the CA's own network (RFC 8738): by tegata, certbot and uacme, and who gets none."""

import pytest

from tests.e2e import customer
from tests.e2e.certificates import crt, leaf, names_of
from tests.e2e.web_server import web_server

pytestmark = pytest.mark.forked

ADDRESS, NAME = "127.0.0.1", "address.example.com"


def test_tegata_by_http_01(ca, tegata):
    """An address beside a name, the common name is the name's (X-05, X-06, X-08)."""
    tegata = tegata.trusting(ca.ca_file)
    contract = ca.add_contract("127.0.0.0/24", NAME)
    tegata.run(*customer.first_run(ca, contract, ADDRESS, NAME)).check()
    assert names_of(crt(tegata.path, ADDRESS)) == {ADDRESS, NAME}
    assert f"CN={NAME}" in leaf(crt(tegata.path, ADDRESS)).subject.rfc4514_string()
    refused = tegata.run(*customer.first_run(ca, contract, "127.0.1.1"))
    assert refused.code == 1
    assert "rejectedIdentifier" in refused.output


def test_tegata_by_tls_alpn_01(ca, tegata):
    """Asked for by the name of its reverse zone, answered with the address itself (X-06)."""
    tegata = tegata.trusting(ca.ca_file)
    words = ["-s", ca.directory_url, "-a", *customer.eab(ca.add_contract(ADDRESS)), "-d", ADDRESS, "-m", customer.MAIL]
    tegata.run(*words, "--tls", "--tls.port", f":{ca.tls_port}", "--key-type", "rsa2048", "run").check()
    assert names_of(crt(tegata.path, ADDRESS)) == {ADDRESS}


def test_a_reserved_address(ca, tegata):
    """What the settings do not open is in no contract (X-07)."""
    words = ["--organization", "Example", "--country", "JP", "--service", "ov-acme-1y", "--user", "a@example.com"]
    refused = ca.run("contract", "add", *words, "--domain", "10.0.0.1")
    assert refused.code == 1
    assert "reserved" in refused.output


def test_certbot_by_the_eab_file(ca, certbot):
    """The file's one line names the address as certbot wants it."""
    certbot = certbot.trusting(ca.ca_file)
    text = ca.run("eab", "file", ca.add_contract(ADDRESS)["contract"]).check().stdout
    assert f" --ip-address {ADDRESS} " in text
    challenge = ["--standalone", "--http-01-port", str(ca.http_port), "--http-01-address", ADDRESS]
    consent = ["--non-interactive", "--agree-tos", "-m", "admin@example.com"]
    certbot.run_text(text, "certonly", *challenge, *consent).check()
    assert names_of(certbot.live(ADDRESS) / "fullchain.pem") == {ADDRESS}


@pytest.mark.peer("uacme", "/usr/share/uacme/uacme.sh")
def test_uacme(tmp_path, ca, uacme):
    """A client in C, its answer served by a web server."""
    uacme, contract = uacme.trusting(ca.ca_file), ca.add_contract(ADDRESS)
    server = ["--acme-url", ca.directory_url]
    uacme.run(*server, "--eab", f"{contract['eab']['kid']}:{contract['eab']['hmac']}", "new", customer.MAIL).check()
    well_known = tmp_path / "web" / ".well-known" / "acme-challenge"
    well_known.mkdir(parents=True)
    words = [*server, "--type", "RSA", "--bits", "2048", "--hook", "/usr/share/uacme/uacme.sh", "issue", ADDRESS]
    with web_server(tmp_path / "web", ca.http_port):
        uacme.run(*words, env={"UACME_CHALLENGE_PATH": str(well_known)}).check()
    assert names_of(uacme.certificate(ADDRESS)) == {ADDRESS}
