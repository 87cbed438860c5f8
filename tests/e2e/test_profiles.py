"""Certificate profiles of the CA, chosen by real clients: the life that it says, and a refusal for one there is not."""

import json
from datetime import timedelta

import pytest

from tests.e2e import customer
from tests.e2e.certificates import crt, leaf
from tests.peers.ca import TegataCA

pytestmark = pytest.mark.forked

NAME = "profiles.example.com"
SETTINGS = """
[profiles.usual]
description = "ninety days"
certificate_days = 90
[profiles.shortlived]
description = "six days, on no CRL"
certificate_days = 6
short_lived = true
[services.dv]
label = "DV"
validation = "dv"
profiles = ["usual", "shortlived"]
"""


@pytest.fixture(scope="module")
def ca(tmp_path_factory):
    server = TegataCA(tmp_path_factory.mktemp("ca"), serves=False)
    server.issuer_domains = ("ca.example.net",)
    with server:
        settings = server.home / "settings.toml"
        settings.write_text(settings.read_text() + SETTINGS)
        server.start()
        yield server
        server.stop()


def days(path):
    certificate = leaf(path)
    return round((certificate.not_valid_after_utc - certificate.not_valid_before_utc) / timedelta(days=1))


def test_tegata(ca, tegata):
    """None asked for is the first; another by its name; one that is not offered is told with those that are (X-40)."""
    tegata = tegata.trusting(ca.ca_file)
    words = ["-s", ca.directory_url, "-a", *customer.eab(ca.add_contract(NAME, service="dv")), "-d", NAME]
    words += ["-m", customer.MAIL, *customer.http(ca), "run"]
    tegata.run(*words).check()
    assert days(crt(tegata.path, NAME)) == 90
    tegata.run(*words, "--profile", "shortlived").check()
    assert days(crt(tegata.path, NAME)) == 6
    refused = tegata.run(*words, "--profile", "tlsclient")
    assert refused.code == 1
    assert "shortlived (six days, on no CRL), usual (ninety days)" in refused.stderr


def test_what_the_ca_says_of_itself(ca):
    """Terms, that it wants a binding, its profiles, and the names by which CAA records permit it (A-31, B-98)."""
    assert json.loads(ca.get(ca.directory_url))["meta"] == {
        "termsOfService": f"{ca.public_url}/terms",
        "caaIdentities": ["ca.example.net"],
        "externalAccountRequired": True,
        "profiles": {"usual": "ninety days", "shortlived": "six days, on no CRL"},
    }


def test_certbot(ca, certbot):
    """By the name that another program sends (X-40)."""
    certbot = certbot.trusting(ca.ca_file)
    text = ca.run("eab", "file", ca.add_contract(NAME, service="dv")["contract"]).check().stdout
    challenge = ["--standalone", "--http-01-port", str(ca.http_port), "--http-01-address", "127.0.0.1"]
    consent = ["--non-interactive", "--agree-tos", "-m", "admin@example.com"]
    certbot.run_text(text, "certonly", "--required-profile", "shortlived", *challenge, *consent).check()
    assert days(certbot.live(NAME) / "cert.pem") == 6
    done = certbot.run_text(text, "certonly", "--force-renewal", "--required-profile", "other", *challenge, *consent)
    assert done.code == 1
    assert "The contract has no profile other; its profiles: usual, shortlived." in " ".join(done.output.split())
