"""tegata proves names to tegata-ca by records that stay (dns-persist-01, a draft): made once, looked at every time."""

import json
import re
import time

import pytest

from tegata.testing.dns import DnsServer
from tests.e2e import customer
from tests.e2e.certificates import crt, names_of, serial
from tests.peers.ca import TegataCA

pytestmark = pytest.mark.forked

NAMES = ("example.com", "*.example.com")
PLACE = "_validation-persist.example.com"
SERVICE = """
[services.persist]
label = "DV by records that stay"
validation = "dv"
challenges = ["dns-persist-01"]
key_types = ["ec256"]
[services.below]
label = "DV by records that stay, for all below"
validation = "dv"
challenges = ["dns-persist-01"]
key_types = ["ec256"]
subdomains = true
"""


@pytest.fixture
def zone():
    with DnsServer() as server:
        yield server


@pytest.fixture
def ca(tmp_path, zone):
    server = TegataCA(tmp_path / "ca", dns=zone, serves=False)
    server.issuer_domains = ("ca.example.net",)
    with server:
        settings = server.home / "settings.toml"
        settings.write_text(settings.read_text().replace("[validation]", "[validation]\nattempts = 1") + SERVICE)
        server.start()
        yield server
        server.stop()


@pytest.fixture
def ca_without_name(tmp_path, zone):
    with TegataCA(tmp_path / "ca", dns=zone) as server:
        yield server


def test_made_once_and_looked_at_every_time(ca, zone, tegata):
    """The challenge names account and CA in place of a token (X-43); no proof is used for a second order (X-47).

    A record without ``policy=wildcard`` is none for a wildcard (X-45).
    """
    tegata = tegata.trusting(ca.ca_file)
    contract = ca.add_contract(".example.com", service="persist")
    words = ["-s", ca.directory_url, "-a", "-m", customer.MAIL, *customer.names(*NAMES), "--key-type", "ec256"]
    words += ["--dns-persist", "--dns.resolvers", zone.address, "--dns.propagation-wait", "10ms"]
    zone.set(NAMES[0], "SOA", "ns.example.com. admin.example.com. 1 3600 600 86400 60")
    done = tegata.run(*words, *customer.eab(contract), "run", stdin="\n")
    assert done.code == 1
    [record] = set(re.findall(rf'{re.escape(PLACE)}\. 120 IN TXT "(.*)"', done.stdout))
    assert record.startswith(f"ca.example.net; accounturi={ca.url}/acme/account-hash/sha-256/")
    zone.set(PLACE, "TXT", f'"{record}"')
    tegata.run(*words, "run").check()
    assert names_of(crt(tegata.path, NAMES[0])) == set(NAMES)
    first = serial(crt(tegata.path, NAMES[0]))
    # The record was made with the key that the account had then; one as draft 01 has it counts, too.
    tegata.run("-s", ca.directory_url, "-m", customer.MAIL, "--yes", "accounts", "keyrollover").check()
    tegata.run(*words, "renew", "--days", "999", stdin="\n").check()
    second = serial(crt(tegata.path, NAMES[0]))
    [account] = (tegata.path / "accounts").glob("**/account.json")
    url = json.loads(account.read_text("utf-8"))["registration"]["uri"]
    zone.set(PLACE, "TXT", f'"ca.example.net; accounturi={url}; policy=wildcard"')
    tegata.run(*words, "renew", "--days", "999").check()
    assert len({first, second, serial(crt(tegata.path, NAMES[0]))}) == 3
    zone.set(PLACE, "TXT", f'"{record}"')

    zone.set(PLACE, "TXT", f'"{record.removesuffix("; policy=wildcard")}"')
    done = tegata.run(*words, "renew", "--days", "999", stdin="\n")
    assert done.code == 1
    assert "not for wildcards" in done.stderr


def test_once_at_the_domain_for_all_names_below(ca, zone, tegata):
    """The record says that all below is meant; one that does not is none for them (X-60, X-45)."""
    tegata = tegata.trusting(ca.ca_file)
    contract = ca.add_contract(".example.com", service="below")
    names = ("a.b.example.com", "*.c.example.com")
    words = ["-s", ca.directory_url, "-a", "-m", customer.MAIL, *customer.names(*names), "--key-type", "ec256"]
    words += ["--ancestor-domain", "example.com", "--dns-persist", "--dns.resolvers", zone.address]
    words += ["--dns.propagation-wait", "10ms"]
    zone.set("example.com", "SOA", "ns.example.com. admin.example.com. 1 3600 600 86400 60")
    done = tegata.run(*words, *customer.eab(contract), "run", stdin="\n")
    assert done.code == 1
    [record] = set(re.findall(rf'{re.escape(PLACE)}\. 120 IN TXT "(.*)"', done.stdout))
    assert record.endswith("; policy=wildcard")
    zone.set(PLACE, "TXT", f'"{record.removesuffix("; policy=wildcard")}"')
    done = tegata.run(*words, "run", "--no-back-off", stdin="\n")
    assert done.code == 1
    assert "nothing is ordered" not in done.stderr
    zone.set(PLACE, "TXT", f'"{record}"')
    tegata.run(*words, "run", "--no-back-off").check()
    assert names_of(crt(tegata.path, names[0])) == set(names)
    assert tegata.run(*words, "--ancestor-domain", "b.example.com", "renew", "--days", "999", stdin="\n").code == 1


def test_records_are_told_before_any_order(ca, zone, tegata):
    """``dnspersist``: what to write, what is there, what ends soon; nothing is ordered, nothing written (X-50)."""
    tegata = tegata.trusting(ca.ca_file)
    contract = ca.add_contract(".example.com", service="persist")
    account = ["-s", ca.directory_url, "-a", "-m", customer.MAIL]
    words = [*account, "--dns.resolvers", zone.address, "--dns.propagation-wait", "10ms", *customer.names(*NAMES)]
    zone.set(NAMES[0], "SOA", "ns.example.com. admin.example.com. 1 3600 600 86400 60")
    done = tegata.run(*words, "dnspersist")
    assert done.code == 1  # there is no account yet
    assert "registered" in done.stderr or "account" in done.stderr
    tegata.run(*account, *customer.eab(contract), "accounts", "register").check()
    done = tegata.run(*words, "dnspersist")
    assert done.code == 1
    [record] = re.findall(rf'^{re.escape(PLACE)}\. IN TXT "(.*)"$', done.stdout, re.MULTILINE)
    assert record.startswith(f"ca.example.net; accounturi={ca.url}/acme/account-hash/sha-256/")
    assert record.endswith("; policy=wildcard")
    assert "not there yet" in done.stdout
    assert ".key" in done.stdout  # the key that is all it takes from now on
    [file] = (tegata.path / "accounts").glob("**/account.json")
    url = json.loads(file.read_text("utf-8"))["registration"]["uri"]
    for policy, state in (("", "not there yet"), ("; policy=wildcard", "there as up to draft 01 only")):
        zone.set(PLACE, "TXT", f'"ca.example.net; accounturi={url}{policy}"')
        done = tegata.run(*words, "dnspersist")
        assert done.code == 1
        assert state in done.stdout
    soon = f"{record}; persistUntil={int(time.time()) + 86400 * 89}"
    zone.set(PLACE, "TXT", f'"{soon[:100]}" "{soon[100:]}"')
    done = tegata.run(*words, "dnspersist", env={"TEGATA_LANG": "ja"}).check()
    assert "まで有効" in done.stdout
    assert soon in done.stdout
    zone.set(PLACE, "TXT", f'"{soon}"', f'"{record}"')
    done = tegata.run(*words, "dnspersist").check()
    assert f"  there: {record}\n" in done.stdout
    assert "for another account" not in done.stdout
    tegata.run(*account, *customer.eab(contract), "--new-account", "accounts", "register").check()
    done = tegata.run(*words, "dnspersist")
    assert done.code == 1
    assert f"remove it unless that account is yours: {record}\n" in done.stdout
    assert ca.json("cert", "list", "--contract", contract["contract"]) == []
    done = tegata.run(*words, "--dns-persist.issuer-domain-name", "other.example", "dnspersist")
    assert done.code == 1
    assert f'"other.example; accounturi={ca.url}' in done.stdout
    done = tegata.run(*words, "--dns-persist.persist-until", "2020-01-01T00:00:00Z", "dnspersist")
    assert "is past" in done.stderr


def test_a_ca_that_does_not_say_its_name(ca_without_name, zone, tegata):
    """Then somebody must (X-50)."""
    ca = ca_without_name
    tegata = tegata.trusting(ca.ca_file)
    contract = ca.add_contract(".example.com")
    account = ["-s", ca.directory_url, "-a", "-m", customer.MAIL]
    tegata.run(*account, *customer.eab(contract), "accounts", "register").check()
    done = tegata.run(*account, "--dns.resolvers", zone.address, "-d", NAMES[0], "dnspersist")
    assert done.code == 1
    assert "--dns-persist.issuer-domain-name" in done.stderr
