"""Real uacme with tegata-ca: registered by EAB, issued, renewed, revoked, its key changed, its account ended."""

from pathlib import Path

import pytest

from tests.e2e.certificates import names_of, serial
from tests.e2e.customer import MAIL
from tests.e2e.record_files import write_hook
from tests.e2e.web_server import web_server
from tests.peers.ca import TegataCA
from tests.peers.uacme import Uacme

NAME = "uacme.example.com"
STAR, BASE = "*.uacme.example.com", "uacme.example.com"
KEY = ["--type", "RSA", "--bits", "2048"]
pytestmark = [pytest.mark.peer("uacme")]


@pytest.fixture
def zone(zone):
    zone.set(NAME, "A", "127.0.0.1")
    return zone


@pytest.fixture
def ca(ca_of_zone, zone):
    return ca_of_zone


@pytest.fixture
def uacme(uacme: Uacme, ca: TegataCA) -> Uacme:
    return uacme.trusting(ca.ca_file)


def server(ca):
    return ["--acme-url", ca.directory_url]


def registered(uacme, ca, contract):
    binding = f"{contract['eab']['kid']}:{contract['eab']['hmac']}"
    uacme.run(*server(ca), "--eab", binding, "new", MAIL).check()


def issue(uacme, ca, hook, *words, names=(NAME,)):
    return uacme.run(*server(ca), *KEY, "--hook", str(hook), *words, "issue", *names)


@pytest.mark.peer("/usr/share/uacme/uacme.sh")
def test_http_01_from_the_account_to_its_end(tmp_path, uacme, ca):
    """uacme's own hook puts the answer where a web server serves it. A new key keeps the account (A-45, A-47)."""
    contract = ca.add_contract(NAME)
    registered(uacme, ca, contract)
    well_known = tmp_path / "web" / ".well-known" / "acme-challenge"
    well_known.mkdir(parents=True)
    hook, env = Path("/usr/share/uacme/uacme.sh"), {"UACME_CHALLENGE_PATH": str(well_known)}
    words = [*server(ca), *KEY, "--hook", str(hook)]
    with web_server(tmp_path / "web", ca.http_port):
        uacme.run(*words, "issue", NAME, env=env).check()
        first = serial(uacme.certificate(NAME))
        assert uacme.run(*words, "issue", NAME, env=env).code == 1, "1 is uacme's word for: not due"
        uacme.run(*server(ca), "newkey").check()
        uacme.run(*words, "--force", "issue", NAME, env=env).check()
    second = serial(uacme.certificate(NAME))
    assert second != first
    uacme.run(*server(ca), "--reason", "4", "revoke", str(uacme.certificate(NAME))).check()
    shown = ca.json("cert", "show", second)
    assert (shown["status"], shown["reason"]) == ("revoked", 4)
    uacme.run(*server(ca), "deactivate").check()
    assert uacme.run(*words, "--force", "issue", NAME, env=env).code == 2


def test_a_wildcard_by_dns_01(tmp_path, uacme, ca, zone):
    """Wildcard and base in one order, and no record is left behind (A-69, A-71)."""
    registered(uacme, ca, ca.add_contract(f".{BASE}"))
    hook = write_hook(tmp_path / "hook", zone.records)
    issue(uacme, ca, hook, names=(BASE, STAR)).check()
    assert names_of(uacme.certificate(BASE)) == {STAR, BASE}
    assert zone.left() == []
    first = serial(uacme.certificate(BASE))
    issue(uacme, ca, hook, "--force", names=(BASE, STAR)).check()
    assert serial(uacme.certificate(BASE)) != first


def test_refusals_reach_its_user(tmp_path, uacme, ca, zone):
    """A wrong MAC registers nothing; a foreign name is refused with the reference number."""
    contract = ca.add_contract(NAME)
    wrong = f"{contract['eab']['kid']}:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
    assert uacme.run(*server(ca), "--eab", wrong, "new", MAIL).code == 2
    registered(uacme, ca, contract)
    hook = write_hook(tmp_path / "hook", zone.records)
    done = issue(uacme, ca, hook, names=("foreign.example.net",))
    assert done.code == 2
    assert "reference T-" in done.output
