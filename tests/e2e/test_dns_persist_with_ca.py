"""tegata proves names to tegata-ca by records that stay (dns-persist-01, a draft): made once, looked at every time."""

import re

import pytest

from tegata.testing.dns import DnsServer
from tests.e2e import customer
from tests.e2e.certificates import crt, names_of, serial
from tests.peers.ca import TegataCA

NAMES = ("example.com", "*.example.com")
PLACE = "_validation-persist.example.com"
SERVICE = """
[services.persist]
label = "DV by records that stay"
validation = "dv"
challenges = ["dns-persist-01"]
key_types = ["ec256"]
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
    assert record.startswith(f"ca.example.net; accounturi={ca.url}/acme/account/")
    zone.set(PLACE, "TXT", f'"{record}"')
    tegata.run(*words, "run").check()
    assert names_of(crt(tegata.path, NAMES[0])) == set(NAMES)
    first = serial(crt(tegata.path, NAMES[0]))
    tegata.run(*words, "renew", "--days", "999").check()
    assert serial(crt(tegata.path, NAMES[0])) != first

    zone.set(PLACE, "TXT", f'"{record.removesuffix("; policy=wildcard")}"')
    done = tegata.run(*words, "renew", "--days", "999", stdin="\n")
    assert done.code == 1
    assert "not for wildcards" in done.stderr
