"""Validation from five places in namespaces: a site open in one of them only, forged DNS, agents dead, still and lying.

The CA is in tokyo; osaka, frankfurt, virginia and capetown are agents with their own resolver and their own way.
"""

import http.server
import signal
import sqlite3
import sys
import threading
import time
from contextlib import ExitStack, closing, contextmanager

import pytest

from tegata.testing.dns import DnsServer
from tests.e2e import customer
from tests.e2e.certificates import crt
from tests.peers.agents import Agent
from tests.peers.ca import TegataCA
from tests.peers.internet import SITES, Internet

pytestmark = pytest.mark.forked

SITE, FORGED = SITES
REGIONS = {"osaka": "APNIC", "frankfurt": "RIPE", "virginia": "ARIN", "capetown": "AFRINIC"}

SERVICES = """
[services.ov-acme-1y]
label = "OV"
[services.below]
label = "DV for all names below a domain"
validation = "dv"
challenges = ["dns-01"]
subdomains = true
"""

# A hook of the client that says which value is wanted, and ends once it is published.
HOOK = """\
#!/bin/sh
[ "$1" = present ] || exit 0
printf %s "$3" > {value}.new && mv {value}.new {value}
until [ -e {published} ]; do sleep 0.1; done
"""


class World:
    """The CA, its agents by name, and the resolver of the CA itself."""

    def __init__(self, ca, agents, dns):
        self.ca, self.agents, self.dns = ca, agents, dns

    def run(self, tegata, name, *more, address=SITE, env=None):
        """The customer's first run; the challenge is answered at an address."""
        words = customer.first_run(self.ca, self.ca.add_contract(name), name, address=address)
        return tegata.trusting(self.ca.ca_file).run(*words, *more, env=env)

    def seen(self, name):
        """What each perspective's last look at a name came to."""
        query = """SELECT o.perspective, o.error FROM observations o JOIN challenges c ON c.id = o.challenge_id
            JOIN authorizations a ON a.id = c.authorization_id WHERE a.identifier_value = ? ORDER BY o.seen_at"""
        with closing(sqlite3.connect(self.ca.home / "tegata-ca.db")) as database:
            return dict(database.execute(query, (name,)).fetchall())


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Everything runs; every name leads to the site, wherever one asks."""
    directory = tmp_path_factory.mktemp("perspectives")
    with ExitStack() as stack:
        internet = stack.enter_context(Internet(directory, len(REGIONS)))
        dns = stack.enter_context(DnsServer(default_address=SITE))
        ca = stack.enter_context(TegataCA(directory, dns=dns, init=["--allow-network", "10.99.0.0/24"]))
        settings = ca.home / "settings.toml"
        settings.write_text(settings.read_text().replace('place = "CA"', 'place = "tokyo"\nattempts = 1') + SERVICES)
        agents = {
            name: stack.enter_context(Agent(ca, place, name, region, DnsServer(port=53, default_address=SITE)))
            for place, (name, region) in zip(internet.places, REGIONS.items(), strict=True)
        }
        ca.restart()
        for agent in agents.values():
            agent.wait()
        yield World(ca, agents, dns)


@contextmanager
def another_site(port):
    """The real site, which has no answer to the challenge."""
    server = http.server.ThreadingHTTPServer((SITE, port), http.server.BaseHTTPRequestHandler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_all_places_agree(world, tegata):
    """The certificate is issued, and what enough places saw is on record (B-23, B-45)."""
    world.run(tegata, "all.example.com").check()
    assert crt(tegata.path, "all.example.com").exists()
    [certificate] = [one for one in world.ca.json("cert", "list") if one["names"] == ["all.example.com"]]
    [proof] = world.ca.json("cert", "evidence", certificate["serial"])
    assert (proof["name"], proof["method"]) == ("all.example.com", "http-01")
    assert proof["evidence"]["own"]["proof"]["hops"][0]["resolved"] == [SITE]
    assert {one["perspective"]: one["region"] for one in proof["observations"]} == REGIONS
    seen = world.seen("all.example.com")
    assert seen.keys() == REGIONS.keys()
    assert set(seen.values()) <= {None, "perspective.late"}
    assert list(seen.values()).count(None) >= 3


def test_a_site_that_is_open_in_one_country_only(world, tegata):
    """It is told in plain words from where it can be reached and from where not (B-42)."""
    with ExitStack() as stack:
        for name in ("frankfurt", "virginia", "capetown"):
            stack.enter_context(world.agents[name].place.cut_off(SITE))
        refused = world.run(tegata, "closed.example.com")
        japanese = world.run(tegata, "closed.example.com", "--new-account", env={"LC_ALL": "ja_JP.UTF-8"})
    assert refused.code == 1
    assert "closed.example.com can be reached from tokyo, osaka, but not from" in refused.stderr
    for name in ("frankfurt", "virginia", "capetown"):
        assert name in refused.stderr
    assert "in a part of the internet only, such as inside one country" in refused.stderr
    assert "tokyo, osaka からは確認できましたが" in japanese.stderr
    assert "日本国内など、特定の地域からのアクセスのみを許可している可能性があります" in japanese.stderr
    assert world.seen("closed.example.com")["frankfurt"] == "validation.connection"


def test_one_place_where_dns_is_forged(world, tegata):
    """It is outvoted, and the lie it was told is on record (B-42)."""
    name = "forged-there.example.com"
    world.agents["frankfurt"].dns.set(name, "A", FORGED)
    for other in ("osaka", "virginia", "capetown"):
        assert world.agents[other].dns.count(name) == 0
    world.run(tegata, name).check()
    assert world.seen(name)["frankfurt"] in {"validation.connection", "perspective.late"}
    assert world.agents["osaka"].dns.count(name) > 0, "each agent asks its own resolver"


def test_the_ca_itself_is_told_a_forged_address(world, tegata):
    """Who forges DNS for the CA alone, and answers the challenge there, gets no certificate (B-42, B-44)."""
    name = "forged-here.example.com"
    world.dns.set(name, "A", FORGED)
    with another_site(world.ca.http_port):
        refused = world.run(tegata, name, address=FORGED)
    assert refused.code == 1
    assert f"{name} was proved as seen from tokyo, but not from" in refused.stderr
    assert set(world.seen(name).values()) == {"validation.status"}


@pytest.mark.parametrize("forged", [True, False], ids=["for-the-ca-alone", "everywhere-alike"])
def test_a_record_in_the_dns(world, tegata, tmp_path, forged):
    """dns-01: a record that only the CA's resolver has proves nothing; one that all have does (B-42, B-44)."""
    name = "record.example.net" if forged else "published.example.net"
    value, published, hook = tmp_path / "value", tmp_path / "published", tmp_path / "hook"
    hook.write_text(HOOK.format(value=value, published=published))
    hook.chmod(0o755)
    client = tegata.trusting(world.ca.ca_file)
    words = ["-s", world.ca.directory_url, "-a", "-m", customer.MAIL, *customer.eab(world.ca.add_contract(name))]
    words += [
        "-d",
        name,
        "--dns",
        "exec",
        "--dns.disable-cp",
        "--dns.resolvers",
        world.dns.address,
        "--key-type",
        "rsa2048",
        "run",
    ]
    run = client.start(*words, env={"EXEC_PATH": str(hook)})
    run.wait_for(value.exists, "the hook")
    everywhere = [agent.dns for agent in world.agents.values()]
    for dns in [world.dns] if forged else [world.dns, *everywhere]:
        dns.set(f"_acme-challenge.{name}", "TXT", value.read_text())
    published.touch()
    code = run.wait(60)
    if forged:
        assert code == 1
        assert f"{name} was proved as seen from tokyo, but not from" in run.text
        assert set(world.seen(name).values()) == {"validation.txt"}
    else:
        assert code == 0, run.text
        assert None in world.seen(name).values()


@pytest.mark.parametrize("permitted", [True, False], ids=["everywhere", "here-alone"])
def test_one_record_at_a_domain_for_all_below(world, tegata, tmp_path, permitted):
    """Every place looks for it, and for the CAA records of each certified name; enough must agree (X-60, B-42)."""
    domain = f"{permitted}.example.net".lower()
    names = (f"a.{domain}", f"b.c.{domain}")
    value, published, hook = tmp_path / "value", tmp_path / "published", tmp_path / "hook"
    hook.write_text(HOOK.format(value=value, published=published))
    hook.chmod(0o755)
    contract = world.ca.add_contract(f".{domain}", service="below")
    words = ["-s", world.ca.directory_url, "-a", "-m", customer.MAIL, *customer.eab(contract), *customer.names(*names)]
    words += ["--ancestor-domain", domain, "--dns", "exec", "--dns.disable-cp", "--dns.resolvers", world.dns.address]
    client = tegata.trusting(world.ca.ca_file)
    run = client.start(*words, "--key-type", "rsa2048", "run", env={"EXEC_PATH": str(hook)})
    run.wait_for(value.exists, "the hook")
    for dns in (world.dns, *(agent.dns for agent in world.agents.values())):
        dns.set(f"_acme-challenge.{domain}", "TXT", value.read_text())
        dns.set(domain, "CAA", '0 issue "another.example"')
        if permitted or dns in (world.dns, world.agents["osaka"].dns):
            dns.set(names[0], "CAA", '0 iodef "mailto:admin@example.net"')
            dns.set(f"c.{domain}", "CAA", '0 iodef "mailto:admin@example.net"')
    published.touch()
    code = run.wait(60)
    if not permitted:
        assert code == 1
        assert f"{names[1]} was proved as seen from tokyo, osaka, but not from" in run.text
        assert not crt(tegata.path, names[0]).exists()
        return
    assert code == 0, run.text
    [certificate] = [one for one in world.ca.json("cert", "list") if one["names"] == list(names)]
    [proof] = world.ca.json("cert", "evidence", certificate["serial"])
    assert (proof["name"], proof["certified"]) == (domain, list(names))
    assert proof["evidence"]["own"].keys() == {"proof"}
    # Of each look three are waited for; what was seen of the two names' records stands together, and not the same three
    # need have been the first for both.
    for look, least in (("validation", 3), ("caa", 2)):
        agreeing = [one for one in proof["observations"] if one["look"] == look and one["error"] is None]
        assert len({one["perspective"] for one in agreeing} & REGIONS.keys()) >= least
    [own] = [one for one in proof["observations"] if (one["look"], one["perspective"]) == ("caa", "")]
    assert {name: seen["own"]["domain"] for name, seen in own["evidence"].items()} == {
        names[0]: names[0],
        names[1]: f"c.{domain}",
    }


def test_a_lying_agent_is_not_enough(world, tegata):
    """Neither does one agent in the forger's hands help (B-42)."""
    name = "lie.example.com"
    liar = world.agents["virginia"]
    liar.kill()
    liar.start(sys.executable, "-m", "tests.peers.lying_agent")
    try:
        world.dns.set(name, "A", FORGED)
        with another_site(world.ca.http_port):
            refused = world.run(tegata, name, address=FORGED)
    finally:
        liar.kill()
        liar.start()
    assert f"{name} was proved as seen from tokyo, virginia, but not from" in refused.stderr
    assert world.seen(name) == {
        "virginia": None,
        **dict.fromkeys(("osaka", "frankfurt", "capetown"), "validation.status"),
    }


def test_dead_agents(world, tegata):
    """One may be missing; with two, the CA says that the fault is on its own side (B-42)."""
    first, second = world.agents["osaka"], world.agents["capetown"]
    first.kill()
    try:
        world.run(tegata, "one-dead.example.com").check()
        listed = {one["perspective"]: one["status"] for one in world.ca.json("perspective", "list")}
        assert listed == {name: "silent" if name == first.name else "answering" for name in REGIONS}
        second.kill()
        refused = world.run(tegata, "two-dead.example.com", "--new-account")
        assert refused.code == 1
        assert "nothing is known to be wrong on your side" in refused.stderr
    finally:
        first.start()
        if second.process.returncode is not None:
            second.start()


def test_an_agent_that_stands_still_holds_nobody_up(world, tegata):
    """The others are enough; it is not waited for."""
    still = world.agents["frankfurt"].process
    still.signal(signal.SIGSTOP)
    try:
        begun = time.monotonic()
        world.run(tegata, "still.example.com").check()
        assert time.monotonic() - begun < 35, "an agent has 40 seconds"
    finally:
        still.signal(signal.SIGCONT)
    assert world.seen("still.example.com")["frankfurt"] == "perspective.late"
