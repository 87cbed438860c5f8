"""Real dehydrated with tegata-ca: registered by EAB, issued, renewed, revoked, its account ended."""

import pytest

from tests.e2e.certificates import names_of, serial
from tests.e2e.customer import MAIL
from tests.e2e.record_files import write_hook
from tests.e2e.web_server import web_server

NAME = "dehydrated.example.com"
STAR, BASE = f"*.{NAME}", NAME
pytestmark = [pytest.mark.peer("dehydrated", "curl", "openssl")]


@pytest.fixture
def zone(zone):
    zone.set(NAME, "A", "127.0.0.1")
    return zone


@pytest.fixture
def ca(ca_of_zone, zone):
    return ca_of_zone


@pytest.fixture
def dehydrated(dehydrated, ca):
    return dehydrated.trusting(ca.ca_file)


def configured(dehydrated, ca, contract, **settings):
    credential = {"EAB_KID": contract["eab"]["kid"], "EAB_HMAC_KEY": contract["eab"]["hmac"]}
    dehydrated.configure(CA=ca.directory_url, CONTACT_EMAIL=MAIL, **{**credential, **settings})


def test_http_01_from_the_account_to_its_end(dehydrated, ca):
    """Its binding's JWS has blanks in the key (A-39); it deactivates its account, which nobody revives (A-47)."""
    contract = ca.add_contract(NAME)
    configured(dehydrated, ca, contract)
    dehydrated.run("--register", "--accept-terms").check()
    with web_server(dehydrated.directory / "web", ca.http_port):
        dehydrated.run("--cron", "--domain", NAME).check()
        first = serial(dehydrated.certificate(NAME))
        assert "Skipping renew" in dehydrated.run("--cron", "--domain", NAME).check().output
        dehydrated.run("--cron", "--domain", NAME, "--force").check()
        second = serial(dehydrated.certificate(NAME))
        assert second != first
        dehydrated.run("--revoke", str(dehydrated.directory / "certs" / NAME / "cert.pem")).check()
        assert ca.json("cert", "show", second)["status"] == "revoked"
        dehydrated.run("--deactivate").check()
    dehydrated.run("--cron", "--domain", NAME, "--force")
    assert len(ca.json("cert", "list", "--contract", contract["contract"])) == 2


def test_a_wildcard_by_dns_01(dehydrated, ca, zone):
    """Wildcard and base in one order, and no record is left behind (A-69, A-71)."""
    hook = write_hook(dehydrated.directory / "hook", zone.records)
    configured(dehydrated, ca, ca.add_contract(f".{BASE}"), CHALLENGETYPE="dns-01", HOOK=str(hook))
    dehydrated.run("--register", "--accept-terms").check()
    words = ["--cron", "--domain", f"{BASE} {STAR}", "--alias", "star"]
    dehydrated.run(*words).check()
    assert names_of(dehydrated.certificate("star")) == {STAR, BASE}
    assert zone.left() == []
    first = serial(dehydrated.certificate("star"))
    dehydrated.run(*words, "--force").check()
    assert serial(dehydrated.certificate("star")) != first


def test_refusals_reach_its_user(dehydrated, ca):
    """A wrong MAC registers nothing; a foreign name is refused with the reference number."""
    contract = ca.add_contract(NAME)
    configured(dehydrated, ca, contract, EAB_HMAC_KEY="AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8")
    assert dehydrated.run("--register", "--accept-terms").code == 1
    configured(dehydrated, ca, contract)
    dehydrated.run("--register", "--accept-terms").check()
    done = dehydrated.run("--cron", "--domain", "foreign.example.net")
    assert done.code == 1
    assert "reference T-" in done.output
