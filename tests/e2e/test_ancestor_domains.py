"""tegata proves a domain once, at a real name server, for all names below it at tegata-ca (RFC 9444, X-60)."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.e2e import customer
from tests.e2e.certificates import crt, names_of, serial
from tests.e2e.dns_site import DnsSite
from tests.peers.ca import TegataCA
from tests.peers.command import Finished
from tests.peers.dns_network import COM, NET, DnsNetwork
from tests.peers.tegata import Tegata

pytestmark = [pytest.mark.peer("named", "pdns_server"), pytest.mark.forked]

SERVICES = """
[services.below]
label = "DV"
validation = "dv"
challenges = ["http-01", "dns-01", "dns-account-01"]
key_types = ["ec256"]
subdomains = true
[services.each]
label = "DV"
validation = "dv"
key_types = ["ec256"]
"""


@pytest.fixture(scope="module")
def dns_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DnsSite]:
    with (
        DnsNetwork(tmp_path_factory.mktemp("network"), denial=3600) as network,
        TegataCA(tmp_path_factory.mktemp("ca"), resolver=network.resolver, serves=False) as ca,
    ):
        settings = ca.home / "settings.toml"
        settings.write_text(settings.read_text() + SERVICES)
        ca.start()
        yield DnsSite(network, ca, ca.add_contract(f".{COM}", f".{NET}", service="below"))
        ca.stop()


@pytest.fixture
def tegata(tegata: Tegata, dns_site: DnsSite) -> Tegata:
    return tegata.trusting(dns_site.ca.ca_file)


def words(site: DnsSite, provider: str, *names: str, contract: dict[str, Any] | None = None) -> list[str]:
    """The flags of a run, the recursive server named."""
    account = ["-s", site.ca.directory_url, "-a", "-m", customer.MAIL, *customer.eab(contract or site.contract)]
    challenge = ["--dns", provider, "--dns.resolvers", site.network.resolver, "--key-type", "ec256"]
    return [*account, *customer.names(*names), *challenge]


def run(tegata: Tegata, site: DnsSite, provider: str, *more: str, contract: dict[str, Any] | None = None) -> Finished:
    return tegata.run(*words(site, provider, contract=contract), *more, env=site.environment(provider))


def evidence(site: DnsSite, number: str) -> Any:
    return json.loads(site.ca.run("cert", "evidence", number).check().stdout)


@pytest.mark.parametrize(("provider", "domain"), [("rfc2136", COM), ("pdns", NET)])
def test_once_for_all_names_below(dns_site: DnsSite, tegata: Tegata, provider: str, domain: str):
    """One record, at the domain; none is left. A renewal needs none, and its evidence names the domain (B-22, X-60)."""
    names = (f"www.{domain}", f"a.b.{domain}", f"*.c.{domain}", domain)
    wanted = [*customer.names(*names), "--ancestor-domain", domain]
    done = run(tegata, dns_site, provider, *wanted, "run").check()
    assert names_of(crt(tegata.path, names[0])) == set(names)
    assert f"[{domain}] acme: " in done.stderr
    assert f"[{names[1]}] acme: " not in done.stderr, "no other name is proved"
    assert dns_site.left_at(domain) == set()
    first = serial(crt(tegata.path, names[0]))
    [proof] = evidence(dns_site, first)
    assert (proof["name"], proof["method"]) == (domain, "dns-01")
    assert sorted(proof["certified"]) == sorted(names)
    assert proof["evidence"]["proof"]["domain_name"] == domain
    [look] = proof["observations"]
    assert (look["look"], sorted(look["evidence"])) == ("caa", sorted(names))

    again = run(tegata, dns_site, provider, *wanted, "renew", "--days", "999").check()
    second = serial(crt(tegata.path, names[0]))
    assert second != first
    assert f"[{domain}] acme: " not in again.stderr, "nothing is proved again"
    [proof] = evidence(dns_site, second)
    assert sorted(proof["certified"]) == sorted(names)


def test_by_the_accounts_own_record(dns_site: DnsSite, tegata: Tegata):
    """dns-account-01 at the domain (B-21, method 21); names that are not below prove themselves."""
    names = (f"x.account.{COM}", f"elsewhere.{COM}")
    more = [*customer.names(*names), "--ancestor-domain", f"account.{COM}", "--dns-account", "run"]
    run(tegata, dns_site, "rfc2136", *more).check()
    proofs = evidence(dns_site, serial(crt(tegata.path, names[0])))
    assert [(one["name"], one["certified"], one["method"]) for one in proofs] == [
        (f"account.{COM}", [names[0]], "dns-account-01"),
        (names[1], [names[1]], "dns-account-01"),
    ]


@pytest.mark.parametrize(("language", "told"), [("en", "does not offer"), ("ja", "対応していません")])
def test_a_ca_that_does_not_offer_it(tmp_path: Path, dns_site: DnsSite, tegata: Tegata, language: str, told: str):
    """Nothing is ordered, nothing shown; without the flag the same line works."""
    with TegataCA(tmp_path / "other", resolver=dns_site.network.resolver) as ca:
        tegata = tegata.trusting(ca.ca_file)
        other = DnsSite(dns_site.network, ca, ca.add_contract(f".{COM}"))
        name = f"plain-{language}.{COM}"
        line = [arg.replace("ec256", "rsa2048") for arg in words(other, "rfc2136", name)]
        env = {**other.environment("rfc2136"), "TEGATA_LANG": language}
        done = tegata.run(*line, "--ancestor-domain", COM, "run", env=env)
        assert done.code == 1
        assert told in done.stderr
        assert COM in done.stderr
        with closing(sqlite3.connect(ca.home / "tegata-ca.db")) as database:
            counts = [database.execute(f"SELECT count(*) FROM {table}").fetchone() for table in ("accounts", "orders")]
        assert counts == [(1,), (0,)]
        tegata.run(*line, "run", env=env).check()
        [proof] = json.loads(ca.run("cert", "evidence", serial(crt(tegata.path, name))).check().stdout)
        assert (proof["name"], proof["certified"]) == (name, [name])


def test_a_service_that_does_not_offer_it(dns_site: DnsSite, tegata: Tegata):
    """The CA has it for others; here each name is proved by itself (RFC 9444 §4.3)."""
    contract = dns_site.ca.add_contract(f".{COM}", service="each")
    names = (f"one.{COM}", f"two.{COM}")
    more = [*customer.names(*names), "--ancestor-domain", COM, "run"]
    run(tegata, dns_site, "rfc2136", *more, contract=contract).check()
    assert [one["name"] for one in evidence(dns_site, serial(crt(tegata.path, names[0])))] == list(names)


def test_a_domain_that_is_not_the_contracts(dns_site: DnsSite, tegata: Tegata):
    """What the CA says of it is told."""
    contract = dns_site.ca.add_contract(f"www.{COM}", service="below")
    more = [*customer.names(f"www.{COM}"), "--ancestor-domain", COM, "run"]
    done = run(tegata, dns_site, "rfc2136", *more, contract=contract)
    assert done.code == 1
    assert f"{COM} is not" in done.stderr


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (["--dns", "rfc2136", "--ancestor-domain", "example.org"], "No name of the certificate is below example.org"),
        (["--http", "--ancestor-domain", COM], "--dns"),
    ],
)
def test_what_cannot_be_meant(dns_site: DnsSite, tegata: Tegata, more: list[str], told: str):
    """Before anything is ordered."""
    account = ["-s", dns_site.ca.directory_url, "-a", "-m", customer.MAIL, *customer.eab(dns_site.contract)]
    env = dns_site.environment("rfc2136")
    done = tegata.run(*account, *customer.names(f"www.{COM}"), *more, "--key-type", "ec256", "run", env=env)
    assert done.code == 1
    assert told in done.stderr
    assert not (tegata.path / "certificates").exists() or not list((tegata.path / "certificates").glob("*.crt"))
