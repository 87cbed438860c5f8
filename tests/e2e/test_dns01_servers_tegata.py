"""tegata proves names at real name servers: BIND by DNS updates, PowerDNS by its API; tegata-ca looks from the root.

Both ask the same recursive server, which remembers for an hour that a name has no record: whoever asks it about the
challenge's name too early, spoils the CA's look.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e import customer
from tests.e2e.certificates import crt, names_of, serial
from tests.e2e.dns_site import DnsSite, serving
from tests.peers.command import Finished
from tests.peers.dns_network import COM, CROWD, IDN, NET, DnsNetwork
from tests.peers.pebble import Pebble
from tests.peers.tegata import Tegata

pytestmark = [pytest.mark.peer("named", "pdns_server"), pytest.mark.forked]

WRITTEN = "日本語.example"


@pytest.fixture(scope="module")
def dns_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DnsSite]:
    with (
        DnsNetwork(tmp_path_factory.mktemp("network"), denial=3600) as network,
        serving(network, tmp_path_factory.mktemp("ca")) as site,
    ):
        yield site


@pytest.fixture
def tegata(tegata: Tegata, dns_site: DnsSite) -> Tegata:
    return tegata.trusting(dns_site.ca.ca_file)


def words(site: DnsSite, provider: str, *names: str) -> list[str]:
    """The flags of a run, the recursive server named."""
    account = ["-s", site.ca.directory_url, "-a", "-m", customer.MAIL, *customer.eab(site.contract)]
    challenge = ["--dns", provider, "--dns.resolvers", site.network.resolver, "--key-type", "rsa2048"]
    return [*account, *customer.names(*names), *challenge]


def run(tegata: Tegata, site: DnsSite, provider: str, *names: str) -> Finished:
    return tegata.run(*words(site, provider, *names), "run", env=site.environment(provider)).check()


@pytest.mark.parametrize(("provider", "name"), [("rfc2136", COM), ("pdns", NET), ("pdns", WRITTEN)])
def test_a_wildcard_and_its_base(dns_site: DnsSite, tegata: Tegata, provider: str, name: str):
    """Two values at one name, in one order; none is left (A-69, A-71)."""
    run(tegata, dns_site, provider, f"*.{name}", name)
    ascii_name = IDN if name == WRITTEN else name
    assert names_of(crt(tegata.path, f"_.{ascii_name}")) == {f"*.{ascii_name}", ascii_name}
    stored = json.loads((tegata.path / "certificates" / f"_.{ascii_name}.json").read_text())
    assert stored["domain"] == f"*.{ascii_name}"
    assert dns_site.left_at(ascii_name) == set()


def test_the_life_of_a_certificate(dns_site: DnsSite, tegata: Tegata):
    """Several names at once; renewed and revoked without an EAB, as the manual has it."""
    names = [f"{word}.{COM}" for word in ("www", "a.b.c", "*.below")]
    run(tegata, dns_site, "rfc2136", *names)
    first = serial(crt(tegata.path, names[0]))
    account = ["-s", dns_site.ca.directory_url, "-m", customer.MAIL, *customer.names(*names)]
    challenge = ["--dns", "rfc2136", "--dns.resolvers", dns_site.network.resolver, "--key-type", "rsa2048"]
    env = dns_site.environment("rfc2136")
    tegata.run(*account, *challenge, "renew", "--days", "999", env=env).check()
    second = serial(crt(tegata.path, names[0]))
    assert second != first
    assert names_of(crt(tegata.path, names[0])) == set(names)
    tegata.run(*account[:4], "-d", names[0], "revoke").check()
    assert dns_site.ca.json("cert", "show", second)["status"] == "revoked"


def test_the_spellings_of_lego_v5_and_a_key_file(dns_site: DnsSite, tegata: Tegata):
    """``--dns dnsupdate`` with the file that BIND itself reads its key from."""
    name = f"v5.{COM}"
    env = {"DNSUPDATE_NAMESERVER": dns_site.network.bind.address, "DNSUPDATE_TSIG_FILE": str(dns_site.key.file)}
    tegata.run(*words(dns_site, "dnsupdate", name), "run", env=env).check()
    assert names_of(crt(tegata.path, name)) == {name}


def test_an_alias_into_another_zone(dns_site: DnsSite, tegata: Tegata):
    """The challenge name is at BIND, its alias at PowerDNS, and only PowerDNS is changed (A-69, C-10)."""
    run(tegata, dns_site, "pdns", f"alias.{COM}")
    assert names_of(crt(tegata.path, f"alias.{COM}")) == {f"alias.{COM}"}
    assert dns_site.network.pdns.texts(f"alias.acme.{NET}") == []


def test_other_values_at_the_name_stay(dns_site: DnsSite, tegata: Tegata):
    """They are not ours, and do not disturb (A-69)."""
    run(tegata, dns_site, "rfc2136", f"crowded.{COM}")
    assert dns_site.left_at(f"crowded.{COM}") == set(CROWD)


def test_the_system_s_resolver(dns_site: DnsSite, tegata: Tegata):
    """Where none is named."""
    name = f"system.{COM}"
    argv = words(dns_site, "rfc2136", name)
    argv[argv.index("--dns.resolvers") : argv.index("--dns.resolvers") + 2] = []
    tegata = tegata.started_by(dns_site.network.starter)
    tegata.run(*argv, "run", env=dns_site.environment("rfc2136")).check()
    assert names_of(crt(tegata.path, name)) == {name}


@pytest.mark.peer("pebble")
def test_with_pebble(dns_site: DnsSite, tegata: Tegata, tmp_path: Path):
    """In the same network, with the same resolver."""
    with Pebble(tmp_path / "pebble", resolver=dns_site.network.resolver) as pebble:
        name = f"pebble.{COM}"
        argv = ["-s", pebble.directory_url, "-a", "-m", customer.MAIL, *customer.names(f"*.{name}", name)]
        argv += ["--dns", "rfc2136", "--dns.resolvers", dns_site.network.resolver, "run"]
        tegata.trusting(pebble.ca_file).run(*argv, env=dns_site.environment("rfc2136")).check()
        assert names_of(crt(tegata.path, f"_.{name}")) == {f"*.{name}", name}


@pytest.mark.parametrize("challenge", [["--http"], ["--tls"], ["--http", "--tls"]])
def test_a_wildcard_is_proved_in_the_dns_only(dns_site: DnsSite, tegata: Tegata, challenge: list[str]):
    """Before anything is ordered (A-71)."""
    argv = ["-s", dns_site.ca.directory_url, "-a", "-m", customer.MAIL, *customer.eab(dns_site.contract)]
    done = tegata.run(*argv, "-d", f"*.{COM}", *challenge, "run")
    assert done.code == 1
    assert "--dns" in done.stderr
    assert not tegata.path.exists()


def test_a_key_that_bind_does_not_know(dns_site: DnsSite, tegata: Tegata):
    """The reason stands in the error, the secret nowhere (C-11)."""
    secret = "bm90IHRoZSBzZWNyZXQ="
    env = {**dns_site.environment("rfc2136"), "RFC2136_TSIG_SECRET": secret}
    done = tegata.run(*words(dns_site, "rfc2136", f"www.{COM}"), "run", env=env)
    assert done.code == 1
    assert "BADSIG" in done.stderr
    assert secret not in done.output
    assert dns_site.left_at(f"www.{COM}") == set()
