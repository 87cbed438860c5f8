"""tegata, real lego and certbot prove names in the DNS to tegata-ca: a wildcard with its base, IDN, a refusal.

The clients' hooks write one file a record, see ``record_files``. The programs' own propagation checks are off: they
would ask port 53.
"""

import shlex

import pytest

from tests.e2e import customer
from tests.e2e.certificates import crt, names_of, serial
from tests.e2e.record_files import write_hook
from tests.peers.tegata import Tegata

pytestmark = pytest.mark.forked

STAR, BASE = "*.example.com", "example.com"
RECORD = f"_acme-challenge.{BASE}"
IDN = "日本語.example.com"
A_LABELS = "xn--wgv71a119e.example.com"

# lego's exec solves one name after the other, with a minute between them unless told otherwise.
AT_ONCE = {"EXEC_SEQUENCE_INTERVAL": "1", "EXEC_POLLING_INTERVAL": "1"}


@pytest.fixture
def ca(ca_of_zone):
    return ca_of_zone


@pytest.fixture
def contract(ca):
    return ca.add_contract(f".{BASE}")


@pytest.fixture
def hook(tmp_path, zone):
    return write_hook(tmp_path / "hook", zone.records)


def words(ca, contract, zone, *command, names=(STAR, BASE)):
    """lego's command line."""
    challenge = ["--dns", "exec", "--dns.disable-cp", "--dns.resolvers", zone.address, "--key-type", "rsa2048"]
    credential = customer.eab(contract)
    return [
        "-s",
        ca.directory_url,
        "-a",
        "-m",
        customer.MAIL,
        *credential,
        *customer.names(*names),
        *challenge,
        *command,
    ]


@pytest.fixture(params=["tegata", pytest.param("lego", marks=pytest.mark.peer("lego"))])
def client(request, ca):
    return request.getfixturevalue(request.param).trusting(ca.ca_file)


def test_a_wildcard_issued_renewed_and_revoked(ca, contract, client, zone, hook):
    """Wildcard and base in one order: two values at one name, and none is left behind (A-69, A-71)."""
    env = {"EXEC_PATH": str(hook), **AT_ONCE}
    client.run(*words(ca, contract, zone, "run"), env=env).check()
    stored = crt(client.path, "_.example.com")
    assert names_of(stored) == {STAR, BASE}
    assert zone.left() == []
    first = serial(stored)

    client.run(*words(ca, contract, zone, "renew", "--days", "999", "--no-random-sleep"), env=env).check()
    second = serial(stored)
    assert second != first

    client.run(*words(ca, contract, zone, "revoke", "--reason", "4", names=(STAR,)), env=env).check()
    assert ca.json("cert", "show", second)["status"] == "revoked"


def test_a_wrong_value_is_refused_with_what_was_seen(ca, contract, client, zone, hook):
    """The user reads the value that the CA found, and where; tegata's what is to be done about the DNS."""
    env = {"EXEC_PATH": str(hook), **AT_ONCE, "WRONG_VALUE": "stale-value-of-yesterday"}
    done = client.run(*words(ca, contract, zone, "run", names=(STAR,)), env=env)
    assert done.code == 1
    assert "incorrectResponse" in done.output
    assert RECORD in done.output
    assert "stale-value-of-yesterday" in done.output
    assert ("TXT record at _acme-challenge.NAME" in done.output) == isinstance(client, Tegata)
    assert "--http" not in done.output
    assert ca.json("cert", "list", "--contract", contract["contract"]) == []


@pytest.mark.peer("lego")
@pytest.mark.parametrize("challenge", ["--http", "--tls"])
def test_only_the_dns_proves_a_wildcard(ca, contract, lego, challenge):
    """No other challenge is offered for one, so lego has nothing to answer with (A-71)."""
    lego = lego.trusting(ca.ca_file)
    argv = ["-s", ca.directory_url, "-a", "-m", customer.MAIL, *customer.eab(contract), *customer.names(STAR)]
    done = lego.run(*argv, challenge, f"{challenge}.port", f"127.0.0.1:{ca.http_port}", "run")
    assert done.code == 1
    assert "could not determine solvers" in done.output


@pytest.mark.peer("lego")
def test_an_international_name(ca, lego, zone, hook):
    """Sold as people write it, kept, ordered, proved and certified by its A-labels."""
    contract = ca.add_contract(IDN)
    assert contract["domains"] == [A_LABELS]
    lego = lego.trusting(ca.ca_file)
    lego.run(*words(ca, contract, zone, "run", names=(A_LABELS,)), env={"EXEC_PATH": str(hook), **AT_ONCE}).check()
    assert names_of(crt(lego.path, A_LABELS)) == {A_LABELS}


def test_certbot_issues_renews_and_revokes_a_wildcard(ca, contract, certbot, hook, zone):
    """certbot's manual hooks set both values at one name, without certbot's knowing either (A-69, A-71)."""
    certbot = certbot.trusting(ca.ca_file)
    text = ca.run("eab", "file", contract["contract"]).check().stdout
    words = [word for word in shlex.split(text)[2:] if word not in {"-d", BASE, STAR, f".{BASE}"}]
    challenge = ["--manual", "--preferred-challenges", "dns"]
    challenge += ["--manual-auth-hook", str(hook), "--manual-cleanup-hook", str(hook)]
    consent = ["--agree-tos", "-m", customer.MAIL, "--cert-name", "star"]
    certbot.run("certonly", *words, "-d", STAR, "-d", BASE, *challenge, *consent).check()
    stored = certbot.live("star") / "cert.pem"
    assert names_of(stored) == {STAR, BASE}
    assert zone.left() == []
    first = serial(stored)

    certbot.run("renew", "--force-renewal", "--no-random-sleep-on-renew").check()
    second = serial(stored)
    assert second != first

    certbot.run("revoke", "--cert-path", str(stored), "--server", ca.directory_url, "--no-delete-after-revoke").check()
    assert ca.json("cert", "show", second)["status"] == "revoked"
