"""dns-01 by real name servers on port 53: lego and certbot set records at BIND and PowerDNS, tegata-ca looks.

Everything is in one network namespace, where the programs make their own propagation checks: at the authoritative
servers, found by NS records from the root.
"""

import sys
from collections.abc import Mapping

import pytest

from tests.e2e import customer
from tests.e2e.certificates import crt, names_of
from tests.e2e.dns_site import ALGORITHM, DnsSite
from tests.peers.certbot import Certbot
from tests.peers.dns_network import COM, CROWD, IDN, NET
from tests.peers.lego import Lego

pytestmark = pytest.mark.peer("named", "pdns_server")


def lego_run(site: DnsSite, lego: Lego, provider: str, *names: str, more: Mapping[str, str] | None = None) -> str:
    """lego's first run for these names, with ``more`` variables; what it said."""
    lego = lego.trusting(site.ca.ca_file).started_by(site.network.starter)
    account = ["-s", site.ca.directory_url, "-a", "-m", customer.MAIL, *customer.eab(site.contract)]
    challenge = ["--dns", provider, "--key-type", "rsa2048"]
    words = [*account, *customer.names(*names), *challenge, "run"]
    return lego.run(*words, env={**site.environment(provider), **(more or {})}).check().output


@pytest.mark.peer("lego")
@pytest.mark.parametrize(("provider", "name"), [("rfc2136", COM), ("pdns", NET), ("pdns", IDN)])
def test_lego_proves_a_wildcard_and_its_base(dns_site: DnsSite, lego: Lego, provider: str, name: str):
    """By records that BIND and PowerDNS have, found from the root (A-69)."""
    said = lego_run(dns_site, lego, provider, f"*.{name}", name)
    assert "Checking DNS record propagation" in said
    assert names_of(crt(lego.path, f"_.{name}")) == {f"*.{name}", name}
    assert dns_site.left_at(name) == set()


@pytest.mark.peer("lego")
def test_lego_follows_an_alias_into_another_zone(dns_site: DnsSite, lego: Lego):
    """The challenge name of alias.example.com, at BIND, is an alias of one at PowerDNS."""
    lego_run(dns_site, lego, "pdns", f"alias.{COM}")
    assert names_of(crt(lego.path, f"alias.{COM}")) == {f"alias.{COM}"}


# Adds the value in two strings, as a long value has to be; lego's exec says how it is called.
HOOK = """\
#!{python}
import sys
import dns.query, dns.rdtypes.ANY.TXT, dns.tsig, dns.update

_, action, fqdn, value = sys.argv
key = dns.tsig.Key({key.name!r}, {key.secret!r}, {key.algorithm!r})
update = dns.update.UpdateMessage("example.com", keyring=key)
record = dns.rdtypes.ANY.TXT.TXT(1, 16, [value[:20], value[20:]])
update.add(fqdn, 1, record) if action == "present" else update.delete(fqdn, record)
dns.query.tcp(update, {host!r}, port=53, timeout=60)
"""


@pytest.mark.peer("lego")
def test_a_value_in_two_strings_beside_others(dns_site: DnsSite, lego: Lego):
    """The strings of a value are joined, and any value may be the right one (A-69)."""
    hook = lego.directory / "hook"
    hook.write_text(HOOK.format(python=sys.executable, key=dns_site.key, host=dns_site.network.bind.host))
    hook.chmod(0o755)
    name = f"crowded.{COM}"
    lego_run(dns_site, lego, "exec", name, more={"EXEC_PATH": str(hook), "EXEC_POLLING_INTERVAL": "1"})
    assert names_of(crt(lego.path, name)) == {name}
    assert dns_site.left_at(name) == set(CROWD)


def certbot_run(site: DnsSite, certbot: Certbot, name: str, *challenge: str) -> None:
    """certbot's first run for a name and all below it; nothing is left in the zone."""
    eab = site.contract["eab"]
    account = ["--server", site.ca.directory_url, "--eab-hmac-key", eab["hmac"], "--eab-kid", eab["kid"]]
    account += ["--agree-tos", "-m", customer.MAIL, "--key-type", "rsa"]
    names = ["--cert-name", "star", *customer.names(f"*.{name}", name)]
    certbot.trusting(site.ca.ca_file).run("certonly", *account, *names, *challenge).check()
    assert names_of(certbot.live("star") / "cert.pem") == {f"*.{name}", name}
    assert site.left_at(name) == set()


def test_certbot_proves_a_wildcard_and_its_base_at_bind(dns_site: DnsSite, certbot: Certbot):
    """Both values stand at one name at once; certbot waits some seconds and looks at no server."""
    credentials = certbot.directory / "rfc2136.ini"
    credentials.touch(0o600)
    key, server = dns_site.key, dns_site.network.bind.host
    settings = {"server": server, "name": key.name, "secret": key.secret, "algorithm": ALGORITHM.upper()}
    credentials.write_text("".join(f"dns_rfc2136_{name} = {value}\n" for name, value in settings.items()))
    challenge = ["--dns-rfc2136", "--dns-rfc2136-credentials", str(credentials)]
    certbot_run(dns_site, certbot, COM, *challenge, "--dns-rfc2136-propagation-seconds", "2")


# What certbot's manual plug-in starts for each name: adds the value beside others, or takes it away.
MANUAL_HOOK = """\
#!{python}
import json, os, sys, urllib.request

name, value = "_acme-challenge." + os.environ["CERTBOT_DOMAIN"] + ".", '"' + os.environ["CERTBOT_VALIDATION"] + '"'

def call(method, content=None):
    headers = {{"X-API-Key": {api_key!r}, "Content-Type": "application/json"}}
    data = None if content is None else json.dumps(content).encode()
    with urllib.request.urlopen(urllib.request.Request({zone!r}, data, headers, method=method)) as answer:
        return answer.read()

sets = json.loads(call("GET"))["rrsets"]
records = [one for each in sets if (each["name"], each["type"]) == (name, "TXT") for one in each["records"]]
records = [one for one in records if one["content"] != value]
if sys.argv[1] == "add":
    records.append({{"content": value, "disabled": False}})
change = {{"name": name, "type": "TXT", "ttl": 1, "changetype": "REPLACE", "records": records}}
call("PATCH", {{"rrsets": [change]}})
"""


def test_certbot_proves_a_wildcard_and_its_base_at_powerdns(dns_site: DnsSite, certbot: Certbot):
    """By a program of the customer's, for which certbot has its manual plug-in."""
    variables = dns_site.environment("pdns")
    zone = f"{variables['PDNS_API_URL']}/api/v1/servers/localhost/zones/{NET}."
    hook = certbot.directory / "hook"
    hook.write_text(MANUAL_HOOK.format(python=sys.executable, api_key=variables["PDNS_API_KEY"], zone=zone))
    hook.chmod(0o755)
    hooks = ["--manual-auth-hook", f"{hook} add", "--manual-cleanup-hook", f"{hook} remove"]
    certbot_run(dns_site, certbot, NET, "--manual", "--preferred-challenges", "dns", *hooks)
