"""tegata proves names in the DNS, with real name servers on port 53 in a network of their own.

It finds resolver, zone and name servers by itself, and looks at BIND and at its secondary, which lags by a second.
"""

import signal
import time

import pytest

from tests.e2e import customer
from tests.e2e.certificates import crt, names_of
from tests.e2e.dns_service import BindService
from tests.e2e.dns_site import DnsSite
from tests.peers.dns_network import COM, DnsNetwork
from tests.peers.tegata import Tegata

pytestmark = pytest.mark.peer("named", "pdns_server")

STAR = f"*.{COM}"


@pytest.fixture
def service(dns_site):
    with BindService(dns_site) as serving:
        yield serving


def words(site: DnsSite, *names: str) -> list[str]:
    """The customer's first run, proving by dns-01."""
    account = ["-s", site.ca.directory_url, "-a", "-m", customer.MAIL, *customer.eab(site.contract)]
    return [*account, *customer.names(*names), "--dns", "httpreq", "--key-type", "rsa2048", "run"]


def at_home(site: DnsSite, tegata: Tegata) -> Tegata:
    """tegata where the network's recursive server is the system's, and its CA is trusted."""
    return tegata.trusting(site.ca.ca_file).started_by(site.network.starter)


def test_a_wildcard_and_its_base(dns_site: DnsSite, service: BindService, tegata: Tegata):
    """Two values at one name at once, seen at every name server before the CA looks; nothing is left (A-69, A-71)."""
    environment = {"HTTPREQ_ENDPOINT": service.url}
    before = time.monotonic()
    done = at_home(dns_site, tegata).run(*words(dns_site, STAR, COM), env=environment).check()
    assert time.monotonic() - before < 40, "lego takes a minute"
    assert names_of(crt(tegata.path, f"_.{COM}")) == {STAR, COM}
    assert service.most == 2
    assert dns_site.left_at(COM) == set()
    for line in (
        f"[{COM}] acme: Preparing to solve DNS-01",
        f"[{COM}] acme: Checking DNS record propagation using [{dns_site.network.resolver}]",
        "Wait for propagation [timeout: 60s, interval: 2s]",
        f"[{STAR}] The server validated our request",
        f"[{COM}] acme: Cleaning DNS-01 challenge",
    ):
        assert line in done.stderr


def test_renewal_and_recursive_servers(dns_site: DnsSite, service: BindService, tegata: Tegata):
    """--dns.resolvers in place of the system's, and --dns.propagation-rns looks there too."""
    tegata = tegata.trusting(dns_site.ca.ca_file)
    environment = {"HTTPREQ_ENDPOINT": service.url}
    resolvers = ["--dns.resolvers", dns_site.network.resolver]
    name = f"www.{COM}"
    tegata.run(*resolvers, *words(dns_site, name), env=environment).check()
    renewal = ["-s", dns_site.ca.directory_url, *customer.names(name), "-m", customer.MAIL, "--dns", "httpreq"]
    renewal += [*resolvers, "--dns.propagation-rns", "--key-type", "rsa2048", "renew", "--days", "999"]
    done = tegata.run(*renewal, "--no-random-sleep", env=environment).check()
    assert "Server responded with a certificate." in done.stderr
    assert dns_site.left_at(name) == set()


def test_a_server_that_does_not_show_it_is_named(dns_site: DnsSite, service: BindService, tegata: Tegata):
    """The secondary hangs: the CA is not asked to look, and the record is taken away (A-62)."""
    environment = {"HTTPREQ_ENDPOINT": service.url, "HTTPREQ_PROPAGATION_TIMEOUT": "1"}
    secondary, name = dns_site.network.secondary, f"lag.{COM}"
    secondary.process.signal(signal.SIGSTOP)
    try:
        done = at_home(dns_site, tegata).run("--dns-timeout", "1", *words(dns_site, name), env=environment)
    finally:
        secondary.process.signal(signal.SIGCONT)
    assert done.code == 1
    assert f"ns2.{COM}. ({secondary.address}) gives no answer" in done.stderr
    assert "propagation: time limit exceeded" in done.stderr
    assert "Trying to solve" not in done.stderr
    assert dns_site.left_at(name) == set()


def test_by_hand_with_nobody_there(dns_site: DnsSite, tegata: Tegata):
    """What is to be made stands on standard output, with the zone it belongs to; cron presses no Enter."""
    line = [word if word != "httpreq" else "manual" for word in words(dns_site, f"www.{COM}")]
    done = at_home(dns_site, tegata).run(*line)
    assert done.code == 1
    assert f"lego: Please create the following TXT record in your {COM}. zone:\n" in done.stdout
    assert f'_acme-challenge.www.{COM}. 120 IN TXT "' in done.stdout
    assert f"lego: You can now remove this TXT record from your {COM}. zone:\n" in done.stdout
    assert "acme: error presenting token: EOF" in done.stderr


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_run_takes_its_records_away(
    dns_site: DnsSite, service: BindService, tegata: Tegata, number: signal.Signals, code: int
):
    """lego leaves them when it is interrupted; here nothing stays (A-60)."""
    tegata = tegata.trusting(dns_site.ca.ca_file)
    name = f"int{code}.{COM}"
    more = ["--dns.resolvers", dns_site.network.resolver, "--dns.propagation-wait", "1m"]
    process = tegata.start(*more, *words(dns_site, name), env={"HTTPREQ_ENDPOINT": service.url})
    process.wait_for_line("Checking DNS record propagation")
    assert len(dns_site.left_at(name)) == 1
    process.signal(number)
    assert process.wait() == code
    assert dns_site.left_at(name) == set()


def test_where_nobody_answers(dns_network: DnsNetwork, dns_site: DnsSite, service: BindService, tegata: Tegata):
    """Without a resolver nothing leaves the network, and nothing is written anywhere."""
    more = ["--dns.resolvers", "127.0.0.9", "--dns-timeout", "1"]
    tegata = tegata.trusting(dns_site.ca.ca_file)
    done = tegata.run(*more, *words(dns_site, f"www.{COM}"), env={"HTTPREQ_ENDPOINT": service.url})
    assert done.code == 1
    assert "127.0.0.9:53: " in done.stderr
    assert service.asked == []
