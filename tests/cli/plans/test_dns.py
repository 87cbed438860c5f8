"""What is asked about dns-01: lego's flags and switches, and which of them exclude each other."""

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from tegata.cli.errors import AncestorNeedsDns, ExclusiveFlags, NegativeWait, NoChallenge, WildcardNeedsDns
from tegata.cli.grammar.words import parse
from tegata.cli.phrases import phrase
from tegata.cli.plans.dns import DnsPlan, PersistPlan
from tegata.cli.plans.making import make
from tegata.cli.plans.plan import Ensure, Renew, Run
from tegata.errors import TegataError

DEFAULT = DnsPlan(
    "exec", (), timeout=10, wait=None, authoritative=True, recursive=False, follow_aliases=True, tcp_only=False
)


def plan(words: str, environ: dict[str, str] | None = None, names: str = "-d example.com") -> DnsPlan | None:
    """The part of a whole plan."""
    invocation = parse(f"{names} {words} run".split(), environ or {})
    made = make(invocation, environ or {}, None, Path("/"))
    assert isinstance(made, Run | Renew)
    return made.issue.ways.dns


def refusal(words: str, error: type[TegataError]) -> str | None:
    """lego's words for it."""
    with pytest.raises(error) as caught:
        plan(words)
    return phrase(caught.value)


def test_a_provider_and_nothing_else():
    assert plan("--dns exec") == DEFAULT
    assert plan("--http") is None


def test_every_flag():
    words = "--dns pdns --dns.resolvers a:53,b --dns.resolvers [::1]:53 --dns-timeout 3 --dns.propagation-rns"
    assert plan(words) == DnsPlan("pdns", ("a:53", "b", "[::1]:53"), 3, None, True, True, True, False)
    assert plan("--dns exec --dns.propagation-wait 1m30s") == DnsPlan("exec", (), 10, 90, True, False, True, False)


@pytest.mark.parametrize("flag", ["--dns.propagation-disable-ans", "--dns.disable-cp", "-dns.disable-cp=true"])
def test_no_authoritative_servers(flag: str):
    """Of both names, the older one is deprecated in lego."""
    made = plan(f"--dns exec {flag}")
    assert made is not None
    assert not made.authoritative


@pytest.mark.parametrize("value", ["1", "true", "T"])
def test_switches_of_the_environment_alone(value: str):
    environ = {"LEGO_DISABLE_CNAME_SUPPORT": value, "LEGO_EXPERIMENTAL_DNS_TCP_ONLY": value}
    made = plan("--dns exec", environ)
    assert made is not None
    assert (made.follow_aliases, made.tcp_only) == (False, True)
    assert plan("--dns exec", {"LEGO_DISABLE_CNAME_SUPPORT": "false"}) == DEFAULT


def persistent(words: str) -> PersistPlan | None:
    made = make(parse(f"-d example.com {words} run".split(), {}), {}, None, Path("/"))
    assert isinstance(made, Run | Ensure)
    return (made if isinstance(made, Run) else made.run).issue.ways.persist


def test_records_that_stay():
    """Made by hand unless a provider is named; lego v5's words for servers and waits mean both."""
    by_hand = msgspec.structs.replace(DEFAULT, provider="manual")
    assert persistent("--dns exec") is None
    assert persistent("--dns-persist") == PersistPlan(by_hand, None, None)
    assert persistent("--dns-persist --dns exec") == PersistPlan(DEFAULT, None, None)
    words = "--dns-persist.issuer-domain-name CA.example --dns-persist.persist-until 2027-01-01T00:00:00Z"
    looks = "--dns-persist.resolvers a --dns-persist.timeout 3 --dns-persist.propagation.wait 1m"
    servers = msgspec.structs.replace(by_hand, resolvers=("a",), timeout=3, wait=60)
    until = datetime(2027, 1, 1, tzinfo=UTC)
    assert persistent(f"--dns-persist {words} {looks}") == PersistPlan(servers, "ca.example", until)
    assert persistent("-d *.example.com --dns-persist") is not None


def test_records_of_the_account() -> None:
    """Beside dns-01's, which does where the CA offers no other; made by hand unless a provider is named (X-42)."""
    made = make(parse(["-d", "*.example.com", "--dns-account", "run"], {}), {}, None, Path("/"))
    assert isinstance(made, Run)
    by_hand = msgspec.structs.replace(DEFAULT, provider="manual")
    assert (made.issue.ways.dns, made.issue.ways.dns_account) == (None, by_hand)
    made = make(
        parse(["-d", "example.com", "--dns", "exec", "run"], {"TEGATA_DNS_ACCOUNT": "true"}), {}, None, Path("/")
    )
    assert isinstance(made, Run)
    assert (made.issue.ways.dns, made.issue.ways.dns_account) == (DEFAULT, DEFAULT)
    assert plan("--dns exec") == DEFAULT


def test_a_negative_wait():
    said = refusal("--dns exec --dns.propagation-wait -30s", NegativeWait)
    assert said == "'dns.propagation-wait' cannot be negative"


@pytest.mark.parametrize("flag", ["dns.propagation-disable-ans", "dns.propagation-rns"])
def test_a_wait_excludes_looking(flag: str):
    said = refusal(f"--dns exec --dns.propagation-wait 30s --{flag}", ExclusiveFlags)
    assert said == f"'{flag}' and 'dns.propagation-wait' are mutually exclusive"
    assert plan(f"--dns exec --dns.propagation-wait 30s --{flag}=false") is not None


def test_no_way_to_prove_a_name():
    said = refusal("", NoChallenge)
    assert said == "No challenge selected. You must specify at least one challenge: `--http`, `--tls`, `--dns`."


@pytest.mark.parametrize("ways", ["--http", "--tls --http"])
def test_a_wildcard_needs_the_dns(ways: str):
    """Told before anything is ordered; the CA would offer nothing else (A-71)."""
    with pytest.raises(WildcardNeedsDns) as caught:
        plan(ways, names="-d example.com -d *.example.com -d *.example.net")
    assert caught.value.facts == {"names": "*.example.com, *.example.net"}
    assert plan(f"{ways} --dns exec", names="-d *.example.com") == DEFAULT


@pytest.mark.parametrize("ways", ["--http", "--tls --http"])
def test_a_domain_for_names_below_needs_the_dns(ways: str):
    """Told before anything is ordered; a record is what proves them all (X-60)."""
    with pytest.raises(AncestorNeedsDns) as caught:
        plan(f"{ways} --ancestor-domain example.com", names="-d www.example.com")
    assert caught.value.facts == {"domains": "example.com"}
    for way in ("--dns exec", "--dns-account"):
        plan(f"{ways} {way} --ancestor-domain example.com", names="-d www.example.com")
