"""tegata with a Pebble that requires external account binding: needed once, told apart, replaced on request."""

import json

import pytest

from tests.e2e.pebble_words import MAIL, account, eab, http, names, order
from tests.peers.pebble import Pebble
from tests.peers.tegata import Tegata

pytestmark = pytest.mark.forked

NAME = "www.example.com"


@pytest.fixture
def tegata(tegata: Tegata, pebble_eab: Pebble) -> Tegata:
    return tegata.trusting(pebble_eab.ca_file)


def test_it_is_needed_to_make_the_account_and_never_again(tegata: Tegata, pebble_eab: Pebble) -> None:
    """run with it; renew and revoke without it, where lego 4 refuses."""
    tegata.run(*order(pebble_eab, NAME), *eab(pebble_eab), "-a", "run").check()
    tegata.run(*order(pebble_eab, NAME), "renew", "--days", "9999", "--no-random-sleep").check()
    tegata.run(*order(pebble_eab, NAME), "run").check()
    tegata.run(*account(pebble_eab), *names(NAME), "--reason", "5", "revoke").check()


def test_the_eab_file_alone(tegata: Tegata, pebble_eab: Pebble) -> None:
    """Server, key identifier, MAC key, name and kind of key are all in it."""
    file = tegata.directory / "eab-C1.txt"
    file.write_text(
        f"sudo certbot --server {pebble_eab.directory_url} --eab-hmac-key {pebble_eab.eab_mac} "
        f"--eab-kid {pebble_eab.eab_kid} -d {NAME} --key-type rsa\n"
    )
    port = f":{pebble_eab.http_port}"
    tegata.run("--eab-file", str(file), "-m", MAIL, "--http", "--http.port", port, "-a", "run").check()
    assert (tegata.path / "certificates" / f"{NAME}.key").read_text().startswith("-----BEGIN RSA PRIVATE KEY-----")


def test_an_account_alone_by_v5_s_words(tegata: Tegata, pebble_eab: Pebble) -> None:
    """accounts register, then run without the binding; registering again changes nothing."""
    words = [*account(pebble_eab), "accounts", "register", "-a"]
    binding = ["--eab.kid", pebble_eab.eab_kid, "--eab.hmac", pebble_eab.eab_mac]
    tegata.run(*words, "--eab", *binding).check()
    assert f"Account {MAIL} is registered: https://" in tegata.run(*words).check().stderr
    tegata.run(*order(pebble_eab, NAME), "run").check()
    tegata.run(*account(pebble_eab), *names(NAME), "certificates", "revoke", "--reason", "4").check()


@pytest.mark.parametrize(
    ("words", "phrase"),
    [
        ([], "Server requires External Account Binding. Use --eab with --kid and --hmac."),
        (["--eab"], "Requires arguments --kid and --hmac."),
        (["--eab", "--kid", "kid-1"], "Requires arguments --kid and --hmac."),
        (["--eab", "--kid", "kid-1", "--hmac", "%%"], "acme: could not decode hmac key: "),
        (
            ["--eab", "--kid", "kid-9", "--hmac", "A" * 43],
            "Could not complete registration\n\tacme: error: 403 :: POST",
        ),
        (
            ["--eab", "--kid", "kid-1", "--hmac", "A" * 43],
            "Could not complete registration\n\tacme: error: 403 :: POST",
        ),
    ],
)
def test_what_is_wrong_with_it_is_told(tegata: Tegata, pebble_eab: Pebble, words: list[str], phrase: str) -> None:
    """Each in lego's words; the next run with the right one goes on with the same key."""
    done = tegata.run(*order(pebble_eab, NAME), *words, "-a", "run")
    assert done.code == 1
    assert phrase in done.stderr
    (key,) = (tegata.path / "accounts").glob(f"*/{MAIL}/keys/*.key")
    before = key.read_bytes()
    tegata.run(*order(pebble_eab, NAME), *eab(pebble_eab), "-a", "run").check()
    assert key.read_bytes() == before


def test_the_eab_file_from_standard_input(tegata: Tegata, pebble_eab: Pebble) -> None:
    """So that its secret is in no file and on no command line of ours."""
    line = f"sudo certbot --server {pebble_eab.directory_url} --eab-hmac-key {pebble_eab.eab_mac} "
    line += f"--eab-kid {pebble_eab.eab_kid} -d stdin.example.com --key-type rsa\n"
    words = ["--eab-file", "-", "-m", MAIL, *http(pebble_eab), "-a", "run"]
    tegata.run(*words, stdin=line).check()
    assert (tegata.path / "certificates" / "stdin.example.com.crt").is_file()
    done = tegata.run(*words, "--new-account", stdin="rubbish")
    assert done.code == 1
    assert "standard input" in done.stderr


def test_another_key_identifier_stops_with_both_named(tegata: Tegata, pebble_eab: Pebble) -> None:
    """The binding stored is the one Pebble gave back; the CA is not asked."""
    tegata.run(*order(pebble_eab, NAME), *eab(pebble_eab), "-a", "run").check()
    for command in (["run"], ["renew"], ["revoke"]):
        done = tegata.run(*order(pebble_eab, NAME), "--kid", "kid-2", *command)
        assert done.code == 1
        assert "--kid is kid-2" in done.stderr
        assert "registered with kid-1" in done.stderr
        assert "--new-account" in done.stderr
    tegata.run(*order(pebble_eab, NAME), "--kid", "kid-1", "renew").check()


def test_a_new_account_archives_the_old_one(tegata: Tegata, pebble_eab: Pebble) -> None:
    """Whole, and only once the new one is made."""
    tegata.run(*order(pebble_eab, NAME), *eab(pebble_eab), "-a", "run").check()
    (folder,) = (tegata.path / "accounts").glob(f"*/{MAIL}")
    before = (folder / "account.json").read_text()
    done = tegata.run(
        *order(pebble_eab, NAME), "--eab", "--kid", "kid-9", "--hmac", "A" * 43, "-a", "--new-account", "run"
    )
    assert done.code == 1
    assert (folder / "account.json").read_text() == before
    assert not list((tegata.path / "archives").iterdir())
    done = tegata.run(*order(pebble_eab, NAME), *eab(pebble_eab), "-a", "--new-account", "run").check()
    (archived,) = (tegata.path / "archives").glob(f"*.accounts/*/{MAIL}")
    assert str(archived) in done.stderr
    assert (archived / "account.json").read_text() == before
    uri = json.loads((folder / "account.json").read_text())["registration"]["uri"]
    assert uri != json.loads(before)["registration"]["uri"]


def test_it_may_be_given_where_it_is_not_required(tegata: Tegata, pebble: Pebble) -> None:
    """A CA that does not ask for it, with the manual's whole first command."""
    tegata = tegata.trusting(pebble.ca_file)
    tegata.run("-s", pebble.directory_url, "-m", MAIL, *names(NAME), *http(pebble), "-a", "run").check()
