"""tegata with Pebble: names proved in the DNS by an own program, and by an own HTTP service."""

import json
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.e2e.certificates import crt, names_of
from tests.e2e.pebble_words import account, names
from tests.peers.pebble import Pebble
from tests.peers.tegata import Tegata
from tests.plugins.dns.web import Asked, Service

STAR, BASE, OTHER = "*.example.com", "example.com", "www.example.net"

# Pebble's DNS server is told of records by HTTP; it takes all values of a name away at once.
PROGRAM = """\
#!{python}
import json, sys, urllib.request

action, host, value = sys.argv[1:]
path = "set-txt" if action == "present" else "clear-txt"
urllib.request.urlopen("{url}/" + path, json.dumps({{"host": host, "value": value}}).encode()).close()
print(action, host)
"""


@pytest.fixture
def tegata(tegata: Tegata, pebble: Pebble) -> Tegata:
    return tegata.trusting(pebble.ca_file)


def words(pebble: Pebble, provider: str) -> list[str]:
    """Its DNS server knows no zones: nothing can be looked for at their servers."""
    dns = ["--dns", provider, "--dns.resolvers", pebble.resolver, "--dns.propagation-wait", "10ms"]
    return [*account(pebble), "-a", *names(STAR, BASE, OTHER), *dns, "--key-type", "rsa2048", "run"]


def test_by_a_program(tegata: Tegata, pebble: Pebble, tmp_path: Path) -> None:
    """A wildcard, its base and another name in one order; the program's words are in the log (A-69)."""
    program = tmp_path / "program"
    program.write_text(PROGRAM.format(python=sys.executable, url=pebble.dns_url))
    program.chmod(0o755)
    done = tegata.run(*words(pebble, "exec"), env={"EXEC_PATH": str(program)}).check()
    assert names_of(crt(tegata.path, "_.example.com")) == {STAR, BASE, OTHER}
    assert done.stderr.count("present _acme-challenge.example.com.\n") == 2
    assert done.stderr.count("cleanup _acme-challenge.www.example.net.\n") == 1


def test_beside_other_challenges(tegata: Tegata, pebble: Pebble, tmp_path: Path) -> None:
    """With --http too, only the wildcard is proved in the DNS; its renewal without --dns is refused before an order."""
    program = tmp_path / "program"
    program.write_text(PROGRAM.format(python=sys.executable, url=pebble.dns_url))
    program.chmod(0o755)
    both = ["--http", "--http.port", f":{pebble.http_port}"]
    done = tegata.run(*both, *words(pebble, "exec"), env={"EXEC_PATH": str(program)}).check()
    assert [line for line in done.stderr.splitlines() if "Trying to solve DNS-01" in line] == [
        line for line in done.stderr.splitlines() if line.endswith(f"[INFO] [{STAR}] acme: Trying to solve DNS-01")
    ]
    stored = crt(tegata.path, "_.example.com")
    assert names_of(stored) == {STAR, BASE, OTHER}
    before = stored.read_bytes()
    named = ["--cert.name", "_.example.com"]
    done = tegata.run(*account(pebble), *named, *both, "renew", "--days", "9999", "--no-random-sleep")
    assert done.code == 1
    assert STAR in done.stderr
    assert "--dns" in done.stderr
    assert "Obtaining" not in done.stderr
    assert stored.read_bytes() == before


def test_by_a_service(tegata: Tegata, pebble: Pebble) -> None:
    """The same by ``httpreq``; all records are made before the first is taken away (A-69)."""

    def answer(asked: Asked) -> int:
        body = {"host": asked.body["fqdn"], "value": asked.body["value"]}
        path = "set-txt" if asked.path == "/present" else "clear-txt"
        urllib.request.urlopen(f"{pebble.dns_url}/{path}", json.dumps(body).encode()).close()
        return 200

    with Service(answer) as service:
        tegata.run(*words(pebble, "httpreq"), env={"HTTPREQ_ENDPOINT": service.url}).check()
    assert names_of(crt(tegata.path, "_.example.com")) == {STAR, BASE, OTHER}
    assert [asked.path for asked in service.asked] == ["/present"] * 3 + ["/cleanup"] * 3


def test_by_the_configuration_file(tegata: Tegata, pebble: Pebble, tmp_path: Path) -> None:
    """Two certificates side by side, whose program works for one of them at a time, and knows whose it is."""
    program = tmp_path / "program"
    text = PROGRAM.format(python=sys.executable, url=pebble.dns_url)
    program.write_text(text.replace("print(action, host)", 'import os; print(action, host, os.environ["WHOSE"])'))
    program.chmod(0o755)
    for number in (1, 2):
        (tmp_path / f"{number}.env").write_text(f"EXEC_PATH={program}\nWHOSE=c{number}\n")
    (tmp_path / ".lego.yml").write_text(
        f"servers: {{ca: {{url: '{pebble.directory_url}'}}}}\n"
        "accounts: {main: {server: ca, email: test@example.com, acceptsTermsOfService: true}}\n"
        "challenges:\n"
        f"  zone: {{dns: {{provider: exec, resolvers: ['{pebble.resolver}'], propagation: {{wait: 10ms}}}}}}\n"
        "certificates:\n"
        "  one: {domains: [c1.example.com], envFile: 1.env}\n"
        "  two: {domains: ['*.c2.example.com'], envFile: 2.env}\n"
    )
    done = tegata.run().check()
    assert "2 of 2 certificates are in order, 0 failed" in done.stderr
    assert names_of(crt(tegata.path, "two")) == {"*.c2.example.com"}
    for number in (1, 2):
        for action in ("present", "cleanup"):
            assert f"{action} _acme-challenge.c{number}.example.com. c{number}\n" in done.stderr
