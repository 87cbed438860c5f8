"""``doctor``: what stands in the way of a certificate, told before any order, at a tegata-ca with a name in CAA."""

import json
import re

import pytest

from tegata.pki.forms import KeyForm
from tegata.pki.key_types import KeyType
from tegata.pki.keys import generate, to_pem
from tegata.testing.dns import DnsServer
from tests.e2e import customer
from tests.e2e.certificates import crt, names_of
from tests.peers.ca import TegataCA
from tests.peers.tegata import Tegata

pytestmark = pytest.mark.forked

NAME = "www.example.com"


@pytest.fixture
def zone():
    with DnsServer() as server:
        server.set(NAME, "A", "127.0.0.1")
        yield server


@pytest.fixture
def ca(tmp_path, zone):
    server = TegataCA(tmp_path / "ca", dns=zone, serves=False)
    server.issuer_domains = ("ca.example.net",)
    with server:
        server.start()
        yield server
        server.stop()


def words(ca: TegataCA, zone: DnsServer, *names: str) -> list[str]:
    account = ["-s", ca.directory_url, "-a", "-m", customer.MAIL]
    return [*account, "--dns.resolvers", zone.address, *customer.names(*(names or (NAME,)))]


def test_before_there_is_an_account(ca: TegataCA, zone: DnsServer, tegata: Tegata):
    """Nothing is made; where nobody forbids it, all is well, and the port where the CA will look is tried (C-23)."""
    tegata = tegata.trusting(ca.ca_file)
    done = tegata.run(*words(ca, zone), "--http", "doctor").check()
    assert "CAA: no records, every CA may issue" in done.stdout
    assert "127.0.0.1, port 80: " in done.stdout
    assert "Nothing stands in the way" in done.stdout
    assert not tegata.path.exists()
    zone.set("example.com", "CAA", '0 issue "other.example"')
    done = tegata.run(*words(ca, zone), "doctor", env={"TEGATA_LANG": "ja"})
    assert done.code == 1
    assert "この認証局が記載されていません" in done.stdout
    zone.set("example.com", "CAA", '0 issue "ca.example.net"')
    done = tegata.run(*words(ca, zone, NAME, "*.example.com"), "doctor").check()
    assert "CAA at example.com: this CA may issue, the names proved by http-01, dns-01, tls-alpn-01" in done.stdout
    assert "CAA at example.com: this CA may issue, the names proved by dns-01\n" in done.stdout


def test_as_json(ca: TegataCA, zone: DnsServer, tegata: Tegata):
    """For a program: a code for each finding, its facts, and whether it stands in the way (C-23)."""
    tegata = tegata.trusting(ca.ca_file)
    zone.set("example.com", "CAA", '0 issue "other.example"')
    done = tegata.run(*words(ca, zone), "doctor", "--json")
    assert done.code == 1
    [told] = json.loads(done.stdout)
    assert (told["name"], told["well"]) == (NAME, False)
    assert "caa-forbids" in {each["finding"] for each in told["findings"]}
    [first, *_] = told["findings"]
    assert first["obstacle"] is True
    assert first["facts"]["domain"] == "example.com"
    assert first["text"].isprintable()
    zone.set("example.com", "CAA", '0 issue "ca.example.net"')
    [told] = json.loads(tegata.run(*words(ca, zone), "doctor", "--json").check().stdout)
    assert told["well"] is True


def test_the_record_that_it_advises_is_the_one_that_the_ca_takes(ca: TegataCA, zone: DnsServer, tegata: Tegata):
    """For this account and this method: another account's is an obstacle, and another method too (C-23)."""
    tegata = tegata.trusting(ca.ca_file)
    contract = ca.add_contract(NAME)
    account = ["-s", ca.directory_url, "-a", "-m", customer.MAIL, *customer.eab(contract)]
    tegata.run(*account, "accounts", "register").check()
    zone.set(NAME, "CAA", f'0 issue "ca.example.net; accounturi={ca.url}/acme/account/none"')
    done = tegata.run(*words(ca, zone), "--http", "doctor")
    assert done.code == 1
    assert "! CAA at www.example.com: not by http-01, they name another account of this CA: 0 issue" in done.stdout
    [advised] = re.findall(r"nobody else: www\.example\.com\. CAA (0 issue \".*\")$", done.stdout, re.MULTILINE)
    assert advised.endswith('; validationmethods=http-01"')
    zone.set(NAME, "CAA", advised)
    done = tegata.run(*words(ca, zone), "--http", "doctor").check()
    assert "this CA may issue, the names proved by http-01\n" in done.stdout
    done = tegata.run(*words(ca, zone), "--tls", "doctor")
    assert done.code == 1
    assert "not by tls-alpn-01, they do not allow this method of validation" in done.stdout
    tegata.run(*customer.first_run(ca, contract, NAME)).check()
    assert names_of(crt(tegata.path, NAME)) == {NAME}


def test_an_account_of_which_the_disk_knows_the_key_alone(ca: TegataCA, zone: DnsServer, tegata: Tegata):
    """The CA says which it is, or that there is none; nothing is written of either (C-23)."""
    tegata = tegata.trusting(ca.ca_file)
    tegata.run(*customer.first_run(ca, ca.add_contract(NAME), NAME)).check()
    [file] = tegata.path.glob("accounts/*/*/account.json")
    file.unlink()
    done = tegata.run(*words(ca, zone), "--http", "doctor").check()
    assert f"accounturi={ca.url}/acme/account/" in done.stdout
    assert not file.exists()
    [key] = (tegata.path / "accounts").rglob("*.key")
    key.write_bytes(to_pem(generate(KeyType.EC256), KeyForm.PKCS8))
    done = tegata.run(*words(ca, zone), "--http", "doctor").check()
    assert "accounturi" not in done.stdout
    assert not file.exists()


def test_what_cannot_be_looked_up(ca: TegataCA, zone: DnsServer, tegata: Tegata):
    """A name without an address, and a resolver that does not answer."""
    tegata = tegata.trusting(ca.ca_file)
    done = tegata.run(*words(ca, zone, "none.example.com"), "--http", "doctor")
    assert done.code == 1
    assert "! addresses: there is none (A, AAAA), so http-01 proves nothing" in done.stdout
    assert "none.example.com: see the lines" in done.stdout
    line = words(ca, zone)
    line[line.index("--dns.resolvers") + 1] = "127.0.0.1:1"
    done = tegata.run(*line, "doctor")
    assert done.code == 1
    assert "! CAA: it cannot be looked up" in done.stdout
