"""Real certbot with tegata-ca, by the very text of the EAB file plus ``certonly`` and challenge flags."""

import sqlite3
from contextlib import closing

import pytest

from tests.e2e.certificates import leaf, serial

NAME = "certbot.example.com"
pytestmark = pytest.mark.peer("openssl")


@pytest.fixture
def contract(ca):
    return ca.add_contract(NAME)


@pytest.fixture
def certbot(certbot, ca):
    return certbot.trusting(ca.ca_file)


def challenge(ca):
    return ["--standalone", "--http-01-port", str(ca.http_port), "--http-01-address", "127.0.0.1"]


def consent():
    return ["--non-interactive", "--agree-tos", "-m", "admin@example.com"]


def test_the_eab_files_text_runs(ca, contract, certbot):
    """The file's one line is a working certbot command: register, issue, renew by force, revoke."""
    text = ca.run("eab", "file", contract["contract"]).check().stdout
    assert text == (
        f"sudo certbot --server {ca.directory_url} --eab-hmac-key {contract['eab']['hmac']} "
        f"--eab-kid {contract['eab']['kid']} -d {NAME} --key-type rsa\n"
    )
    certbot.run_text(text, "certonly", *challenge(ca), *consent()).check()
    chain = certbot.live(NAME) / "fullchain.pem"
    first = serial(chain)
    certbot.run("renew", "--force-renewal", "--no-random-sleep-on-renew", "--http-01-port", str(ca.http_port)).check()
    second = serial(chain)
    assert second != first
    certbot.run(
        "revoke",
        "--cert-path",
        str(certbot.live(NAME) / "cert.pem"),
        "--server",
        ca.directory_url,
        "--reason",
        "superseded",
        "--non-interactive",
    ).check()
    shown = ca.json("cert", "show", second)
    assert (shown["status"], shown["reason"]) == ("revoked", 4)


def test_it_renews_when_renewal_information_says_so(ca, contract, certbot):
    """A certificate that was revoked is to be replaced now (X-18): certbot asks and needs no --force-renewal.

    The new one is not due, and is asked about only once: certbot keeps the Retry-After (X-12).
    """
    text = ca.run("eab", "file", contract["contract"]).check().stdout
    certbot.run_text(text, "certonly", *challenge(ca), *consent()).check()
    chain = certbot.live(NAME) / "fullchain.pem"
    renewal = ["renew", "--no-random-sleep-on-renew", "--http-01-port", str(ca.http_port)]
    first = serial(chain)
    ca.run("cert", "revoke", first, "--reason", "4").check()
    certbot.run(*renewal).check()
    second = serial(chain)
    assert second != first
    assert "not yet due for renewal" in certbot.run(*renewal).check().output
    assert "ari_retry_after" in (certbot.directory / "config" / "renewal" / f"{NAME}.conf").read_text()
    assert serial(chain) == second


def test_wrong_mac_is_refused(ca, contract, certbot):
    """A wrong MAC key registers nothing."""
    text = ca.run("eab", "file", contract["contract"]).check().stdout
    wrong = text.replace(contract["eab"]["hmac"], "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8")
    done = certbot.run_text(wrong, "certonly", *challenge(ca), *consent())
    assert done.code == 1
    assert "Unable to register an account" in done.output
    assert "reference T-" in done.output


def test_foreign_name_and_ec_key_are_refused(ca, contract, certbot):
    """What the contract does not hold is not issued, whatever the client."""
    text = ca.run("eab", "file", contract["contract"]).check().stdout
    done = certbot.run_text(text.replace(NAME, "foreign.example.net"), "certonly", *challenge(ca), *consent())
    assert done.code == 1
    assert "foreign.example.net" in done.output
    done = certbot.run_text(text.replace("--key-type rsa", "--key-type ecdsa"), "certonly", *challenge(ca), *consent())
    assert done.code == 1
    assert "RSA 2048" in done.output


def test_the_certificate_holds_the_contracts_organization(ca, contract, certbot):
    """OV: the subject is the contract's organization; certbot's CSR names none."""
    text = ca.run("eab", "file", contract["contract"]).check().stdout
    certbot.run_text(text, "certonly", *challenge(ca), *consent()).check()
    subject = leaf(certbot.live(NAME) / "cert.pem").subject.rfc4514_string()
    assert f"O={contract['organization']['name']}" in subject


def test_the_account_is_changed_and_given_up(ca, contract, certbot):
    """``update_account`` changes the address (A-43), ``unregister`` ends the account: nobody revives it (A-47)."""
    text = ca.run("eab", "file", contract["contract"]).check().stdout
    certbot.run_text(text, "certonly", *challenge(ca), *consent()).check()
    [folder] = certbot.directory.glob("config/accounts/*/acme/*")
    certbot.run("update_account", "--email", "new@example.com", "--server", ca.directory_url).check()
    assert stored(ca, "SELECT contacts FROM accounts WHERE contract_id = ?", contract["contract"]) == [
        ('["mailto:new@example.com"]',)
    ]
    kept = {file.name: file.read_bytes() for file in folder.iterdir()}
    certbot.run("unregister", "--server", ca.directory_url).check()
    assert not folder.exists()
    folder.mkdir(parents=True)
    for name, content in kept.items():
        (folder / name).write_bytes(content)
    done = certbot.run("renew", "--force-renewal", "--no-random-sleep-on-renew", "--http-01-port", str(ca.http_port))
    assert done.code == 1
    assert "deactivated" in done.output
    shown = ca.json("cert", "show", serial(certbot.live(NAME) / "cert.pem"))
    assert shown["status"] == "valid"


def stored(ca, query, *values):
    with closing(sqlite3.connect(f"file:{ca.home}/tegata-ca.db?mode=ro", uri=True)) as database:
        return database.execute(query, values).fetchall()
