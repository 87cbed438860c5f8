"""``tegata conformance`` at our CA, which passes, and at Pebble, whose differences are the documented ones."""

import json
import re
from pathlib import Path

import pytest

from tests.e2e.customer import names
from tests.e2e.dns_site import DnsSite
from tests.peers.ca import TegataCA
from tests.peers.command import Finished
from tests.peers.dns_network import COM, DnsNetwork
from tests.peers.pebble import Pebble
from tests.peers.tegata import Tegata

NAME = "www.example.com"
DOCUMENT = Path(__file__).parents[2] / "docs" / "conformance.md"
# "| `check` | what Pebble does |"
ROW = re.compile(r"^\| `(?P<check>[a-z-]+)` \| [^|]+ \|$", re.MULTILINE)


def checked(tegata: Tegata, server: TegataCA | Pebble, kid: str, mac: str, *more: str) -> Finished:
    words = ["conformance", server.directory_url, "--accept-tos", "--kid", kid, "--hmac", mac, *names(NAME)]
    words += ["--http", "--http.port", f"127.0.0.1:{server.http_port}", *more]
    return tegata.trusting(server.ca_file).run(*words)


def verdicts(done: Finished) -> dict[str, str]:
    """The verdict of each check."""
    return {each["check"]: each["verdict"] for each in json.loads(done.stdout)}


def test_our_ca_passes_every_check(tegata: Tegata, tmp_path: Path) -> None:
    """What can be seen from outside of A-01 to A-96 (A-09, A-30, A-40, A-88 only here), and of X-10, X-12, X-17."""
    with TegataCA(tmp_path / "ca") as ca:
        eab = ca.add_contract(NAME, f".{NAME}")["eab"]
        done = checked(tegata, ca, eab["kid"], eab["hmac"], "--json")
        without = {name for name, verdict in verdicts(done).items() if verdict == "not possible"}
        assert without == {"record-of-another", "ancestor-domain", "limits"}, "they have a test of their own"
        assert "differs" not in verdicts(done).values(), done.stdout
        assert done.code == 0, done.stderr


RECORDS = """
[services.records]
label = "DV by records"
validation = "dv"
challenges = ["dns-01", "dns-account-01", "dns-persist-01"]
key_types = ["ec256"]
subdomains = true
"""


@pytest.mark.peer("named")
def test_our_ca_passes_by_records_too(dns_network: DnsNetwork, tegata: Tegata, tmp_path: Path) -> None:
    """Each way in the DNS proves for itself, and others' records prove nothing (X-42, X-43, X-44, X-60)."""
    server = TegataCA(tmp_path / "ca", resolver=dns_network.resolver, serves=False)
    server.issuer_domains = ("ca.example.net",)
    with server as ca:
        settings = ca.home / "settings.toml"
        settings.write_text(settings.read_text() + RECORDS)
        ca.start()
        site = DnsSite(dns_network, ca, ca.add_contract(f".{COM}", service="records"))
        eab = site.contract["eab"]
        words = ["conformance", ca.directory_url, "--accept-tos", "--kid", eab["kid"], "--hmac", eab["hmac"]]
        proofs = ("every-way", "record-of-another", "answer-of-another", "failure", "challenge-members", "chain")
        passed = (*proofs, "ancestor-domain", "pre-authorization", "foreign-as-missing")
        words += [*names(COM), "--dns", "rfc2136", "--dns-account", "--dns-persist", "--key-type", "ec256", "--json"]
        words += ["--dns.resolvers", dns_network.resolver, *only(*passed)]
        done = tegata.trusting(ca.ca_file).run(*words, env=site.environment("rfc2136"))
        assert verdicts(done) == dict.fromkeys(passed, "passed"), done.stdout
        ca.stop()


def only(*checks: str) -> list[str]:
    """``--only`` for each."""
    return [word for check in checks for word in ("--only", check)]


def test_pebble_differs_as_it_is_documented_to(tegata: Tegata, tmp_path: Path) -> None:
    """The table of ``docs/conformance.md``, neither more nor less; named by --except they are no failure."""
    known = {match["check"] for match in ROW.finditer(DOCUMENT.read_text("utf-8"))}
    with Pebble(tmp_path / "pebble", eab=True) as pebble:
        done = checked(tegata, pebble, pebble.eab_kid, pebble.eab_mac, "--json")
        assert {name for name, verdict in verdicts(done).items() if verdict == "differs"} == known
        assert done.code == 1
        excused = [word for name in sorted(known) for word in ("--except", name)]
        told = checked(tegata, pebble, pebble.eab_kid, pebble.eab_mac, *excused)
        assert told.code == 0, told.stderr
        assert f"{len(known)} differ ({len(known)} of them known)" in told.stderr
        one = checked(tegata, pebble, pebble.eab_kid, pebble.eab_mac, "--only", "algorithm-none")
        assert one.code == 1
        assert re.search(r"^differs +algorithm-none .*\n +expected: .*badSignatureAlgorithm.*\n +seen: ", one.stdout)


def test_what_it_cannot_do_is_said(tegata: Tegata, pebble: Pebble) -> None:
    """Without a name no order, without agreement no account, without a server nothing; unknown checks are refused."""
    tegata = tegata.trusting(pebble.ca_file)
    unagreed = tegata.run("conformance", pebble.directory_url)
    assert re.search(r"not possible +new-account .*\n +because: .*--accept-tos", unagreed.stdout)
    nameless = tegata.run("conformance", pebble.directory_url, "--accept-tos", "--only", "order-object")
    assert nameless.code == 0
    assert "no name to order for was given (-d)" in nameless.stdout
    assert "tegata conformance https://" in tegata.run("conformance").stderr
    assert "There is no check nonsense" in tegata.run("conformance", pebble.directory_url, "--only", "nonsense").stderr
