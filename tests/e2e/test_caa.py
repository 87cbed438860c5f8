"""CAA end to end: a record that names another CA stops real clients, the record that the CA asks for lets them pass."""

import json
import re

import pytest

from tegata.testing.dns import DnsServer
from tests.e2e import customer
from tests.e2e.certificates import crt
from tests.peers.ca import TegataCA

pytestmark = pytest.mark.forked

NAME = "www.caa.example.com"


@pytest.fixture(scope="module")
def dns():
    """Every name is 127.0.0.1 here; records are added by the tests."""
    with DnsServer(default_address="127.0.0.1") as server:
        yield server


@pytest.fixture(scope="module")
def ca(tmp_path_factory, dns):
    """A CA whose resolver is ``dns``, and whose name in CAA records is ca.example."""
    server = TegataCA(tmp_path_factory.mktemp("caa"), dns=dns)
    server.issuer_domains = ("ca.example",)
    with server:
        yield server


@pytest.mark.peer("lego")
def test_lego_is_told_which_record_is_missing(ca, dns, lego):
    """Refused with the records that were found and the one to make; with that one the same command passes (X-33)."""
    lego = lego.trusting(ca.ca_file)
    words = customer.first_run(ca, ca.add_contract(NAME), NAME)
    dns.set("caa.example.com", "CAA", '0 issue "other.example"')
    refused = lego.run(*words)
    assert refused.code != 0
    told = refused.stdout + refused.stderr
    assert "urn:ietf:params:acme:error:caa" in told
    [wanted] = set(re.findall(r'caa\.example\.com\. CAA (0 issue \\?"[^"]*")', told))
    dns.set("caa.example.com", "CAA", wanted.replace("\\", ""))
    lego.run(*words).check()
    assert crt(lego.path, NAME).exists()


def test_a_record_for_one_account_and_method(ca, dns, tegata):
    """RFC 8657: the record names the account's URL as the client has it, and the method (X-29, X-30, B-98).

    The CA tells the name that it goes by (A-31).
    """
    assert json.loads(ca.get(ca.directory_url))["meta"]["caaIdentities"] == ["ca.example"]
    tegata = tegata.trusting(ca.ca_file)
    domain = "account.example.com"
    dns.set(domain, "CAA", '0 issue "ca.example; validationmethods=dns-01"')
    words = customer.first_run(ca, ca.add_contract(domain), domain)
    refused = tegata.run(*words)
    assert refused.code == 1
    assert "they do not allow this method of validation" in refused.stderr
    [file] = tegata.path.glob("accounts/*/*/account.json")
    uri = json.loads(file.read_text())["registration"]["uri"]
    dns.set(domain, "CAA", f'0 issue "ca.example; accounturi={uri}x; validationmethods=http-01"')
    refused = tegata.run(*words)
    assert "they name another account of this CA" in refused.stderr
    dns.set(domain, "CAA", f'0 issue "ca.example; accounturi={uri}; validationmethods=http-01"')
    tegata.run(*words).check()
