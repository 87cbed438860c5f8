"""Before a CA may look, tegata waits until every server of the zone has the record; here BIND's secondary has not."""

import signal
from collections.abc import Iterator

import pytest

from tests.e2e import customer
from tests.e2e.certificates import crt, names_of
from tests.e2e.dns_site import DnsSite, serving
from tests.peers.dns_network import COM, DnsNetwork
from tests.peers.tegata import Tegata

pytestmark = [pytest.mark.peer("named", "pdns_server"), pytest.mark.forked]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DnsSite]:
    """The secondary fetches the zone only when it is told to."""
    with (
        DnsNetwork(tmp_path_factory.mktemp("network"), lag=None) as network,
        serving(network, tmp_path_factory.mktemp("ca")) as site,
    ):
        yield site


@pytest.fixture
def tegata(tegata: Tegata, site: DnsSite) -> Tegata:
    return tegata.trusting(site.ca.ca_file)


def words(site: DnsSite, name: str) -> list[str]:
    account = ["-s", site.ca.directory_url, "-a", "-m", customer.MAIL, *customer.eab(site.contract), "-d", name]
    challenge = ["--dns", "rfc2136", "--dns.resolvers", site.network.resolver, "--dns-timeout", "3"]
    return [*account, *challenge, "--key-type", "rsa2048", "run"]


def test_a_secondary_that_lags_is_waited_for(site: DnsSite, tegata: Tegata):
    """Nothing is ordered to be looked at before it has the record."""
    name = f"lag.{COM}"
    env = site.environment("rfc2136")
    with tegata.start(*words(site, name), env=env) as running:
        running.wait_for_line("Wait for propagation")
        assert site.network.bind.texts(f"_acme-challenge.{name}")
        assert not site.network.secondary.texts(f"_acme-challenge.{name}")
        assert not crt(tegata.path, name).exists()
        site.network.secondary.fetch(site.network.copy)
        assert running.wait() == 0, running.text
    assert names_of(crt(tegata.path, name)) == {name}
    assert site.left_at(name) == set()


@pytest.mark.parametrize("silent", [False, True], ids=["stale", "silent"])
def test_one_that_never_has_it_is_named(site: DnsSite, tegata: Tegata, silent: bool):
    """With its name and address and what it answers; the record is taken away again."""
    name = f"never.{COM}"
    secondary = site.network.secondary
    if silent:
        secondary.process.signal(signal.SIGSTOP)
    try:
        done = tegata.run(*words(site, name), env={**site.environment("rfc2136"), "RFC2136_PROPAGATION_TIMEOUT": "2"})
    finally:
        secondary.process.signal(signal.SIGCONT)
    assert done.code == 1
    assert f"ns2.{COM}" in done.stderr
    assert secondary.host in done.stderr
    assert f"ns1.{COM}" not in done.stderr
    assert ("no answer" in done.stderr) == silent
    assert not crt(tegata.path, name).exists()
    assert site.left_at(name) == set()
