"""dns-account-01 by the installed command at tegata-ca: records at the account's own name, by every way to make them.

BIND by signed updates, PowerDNS by its API, an operator's program, and a person; the CA looks from the root.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tegata.acme.challenges import dnsaccount01_name
from tests.e2e import customer
from tests.e2e.certificates import crt, names_of, serial
from tests.e2e.dns_site import DnsSite
from tests.peers.ca import TegataCA
from tests.peers.command import Finished
from tests.peers.dns_network import COM, NET, DnsNetwork
from tests.peers.tegata import Tegata

pytestmark = [pytest.mark.peer("named", "pdns_server"), pytest.mark.forked]

SERVICE = """
[services.account]
label = "DV by the account's own records"
validation = "dv"
challenges = [{challenges}]
key_types = ["ec256"]
"""
# An operator's program that logs what it was asked for and has BIND changed by nsupdate's own key file.
_PROGRAM = """\
#!{python}
import subprocess, sys
action, name, value = sys.argv[1:]
change = "add" if action == "present" else "delete"
text = "server {host} {port}\\nupdate " + change + " " + name + " 60 TXT " + value + "\\nsend\\n"
subprocess.run(["nsupdate", "-k", "{key}"], input=text, text=True, check=True)
"""


@pytest.fixture(scope="module")
def dns_site(dns_network: DnsNetwork, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DnsSite]:
    directory = tmp_path_factory.mktemp("ca")
    with TegataCA(directory, resolver=dns_network.resolver, serves=False) as ca:
        settings = ca.home / "settings.toml"
        settings.write_text(settings.read_text() + SERVICE.format(challenges='"dns-account-01"'))
        ca.start()
        yield DnsSite(dns_network, ca, ca.add_contract(f".{COM}", f".{NET}", service="account"))
        ca.stop()


def run(tegata: Tegata, site: DnsSite, *words: str, env: dict[str, str] | None = None, stdin: str = "") -> Finished:
    account = ["-s", site.ca.directory_url, "-a", "-m", customer.MAIL, *customer.eab(site.contract)]
    line = [*account, "--dns-account", "--dns.resolvers", site.network.resolver, "--key-type", "ec256", *words]
    return tegata.trusting(site.ca.ca_file).run(*line, env=env or {}, stdin=stdin)


def account_url(tegata: Tegata) -> str:
    """The account's URL, as the client has it on disk."""
    (stored,) = tegata.path.glob("accounts/*/*/account.json")
    return str(json.loads(stored.read_text())["registration"]["uri"])


@pytest.mark.parametrize(("provider", "name"), [("rfc2136", COM), ("pdns", NET)])
def test_issued_and_renewed_by_a_provider(dns_site: DnsSite, tegata: Tegata, provider: str, name: str):
    """A wildcard and its base: two values at the account's name (X-42); none is left there, none at dns-01's."""
    env = dns_site.environment(provider)
    names = customer.names(f"*.{name}", name)
    done = run(tegata, dns_site, "--dns", provider, *names, "run", env=env).check()
    assert "use dns-account-01 solver" in done.stderr
    stored = crt(tegata.path, f"_.{name}")
    assert names_of(stored) == {f"*.{name}", name}
    first = serial(stored)
    run(tegata, dns_site, "--dns", provider, *names, "renew", "--days", "999", env=env).check()
    assert serial(stored) != first
    place = dnsaccount01_name(name, account_url(tegata))
    bind, pdns = dns_site.network.bind, dns_site.network.pdns
    assert not (bind.texts(place) if name == COM else pdns.texts(place))
    assert not dns_site.left_at(name)


def test_an_operator_s_program(dns_site: DnsSite, tegata: Tegata, tmp_path: Path):
    """It is handed the name of the account (X-42); with RAW, which leaves the name to it, nothing is tried."""
    bind = dns_site.network.bind
    host, port = bind.address.rsplit(":", 1)
    program = tmp_path / "program"
    program.write_text(_PROGRAM.format(python=sys.executable, host=host, port=port, key=dns_site.key.file), "utf-8")
    program.chmod(0o755)
    name = f"program.{COM}"
    env = {"EXEC_PATH": str(program)}
    run(tegata, dns_site, "--dns", "exec", "-d", name, "run", env=env).check()
    assert names_of(crt(tegata.path, name)) == {name}
    assert not bind.texts(dnsaccount01_name(name, account_url(tegata)))
    done = run(tegata, dns_site, "--dns", "exec", "-d", f"raw.{COM}", "run", env={**env, "EXEC_MODE": "RAW"})
    assert done.code == 1
    assert "EXEC_MODE" in done.stderr
    assert "dns-01 alone" in done.stderr


def test_by_hand_and_a_refusal(dns_site: DnsSite, tegata: Tegata):
    """The very name is told; that nobody made the record is told in words for this challenge, in Japanese too."""
    name = f"hand.{COM}"
    words = ["-d", name, "--dns.propagation-wait", "10ms", "run"]
    done = run(tegata, dns_site, *words, stdin="\n")
    assert done.code == 1
    place = dnsaccount01_name(name, account_url(tegata))
    assert f"{place}. 120 IN TXT" in done.stdout
    assert "_LABEL._acme-challenge.NAME" in done.stderr
    done = run(tegata, dns_site, *words, env={"TEGATA_LANG": "ja"}, stdin="\n")
    assert "_ラベル._acme-challenge" in done.stderr


def test_a_record_at_the_name_of_dns_01_proves_nothing(dns_site: DnsSite, tegata: Tegata):
    """Nor does the client try: the service has no other challenge than the account's."""
    argv = ["-s", dns_site.ca.directory_url, "-a", "-m", customer.MAIL, *customer.eab(dns_site.contract)]
    argv += ["--dns", "rfc2136", "--dns.resolvers", dns_site.network.resolver, "-d", f"plain.{COM}"]
    done = tegata.trusting(dns_site.ca.ca_file).run(
        *argv, "--key-type", "ec256", "run", env=dns_site.environment("rfc2136")
    )
    assert done.code == 1
    assert "dns-account-01" in done.stderr


def test_a_ca_that_offers_dns_01_alone(dns_network: DnsNetwork, tegata: Tegata, tmp_path: Path):
    """Then ``--dns`` proves by dns-01, whatever else was wished."""
    with TegataCA(tmp_path / "ca", resolver=dns_network.resolver) as ca:
        site = DnsSite(dns_network, ca, ca.add_contract(f".{COM}", service="dv-acme-1y"))
        words = ["--dns", "rfc2136", "-d", f"other.{COM}", "--key-type", "rsa2048", "run"]
        done = run(tegata, site, *words, env=site.environment("rfc2136")).check()
    assert "use dns-01 solver" in done.stderr
