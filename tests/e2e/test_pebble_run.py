"""tegata with Pebble: the first certificate, from the question about the terms to files that OpenSSL accepts."""

import json
import re
import stat
from pathlib import Path

import pytest

from tests.e2e.pebble_words import MAIL, account, http, names, order
from tests.peers import openssl
from tests.peers.pebble import Pebble
from tests.peers.tegata import Tegata

NAME = "www.example.com"
pytestmark = pytest.mark.peer("openssl")


@pytest.fixture
def tegata(tegata: Tegata, pebble: Pebble) -> Tegata:
    return tegata.trusting(pebble.ca_file)


def test_the_manual_s_first_run(tegata: Tegata, pebble: Pebble) -> None:
    """3.2 on a terminal: the question with lego's words before and after it, the four files, nothing but them.

    The certificate's key is not the account's (A-48).
    """
    question = "Do you accept the TOS? Y/n"
    done = tegata.interact(*order(pebble, NAME), "run", answers=[(question, "y")]).check()
    assert done.stdout.index("Please review the TOS at data:text/plain,Do%20what%20thou%20wilt") < done.stdout.index(
        question
    )
    assert "Your account credentials have been saved in your configuration directory at" in done.stdout
    folder = tegata.path / "certificates"
    assert sorted(file.name for file in folder.iterdir()) == [
        f"{NAME}.crt",
        f"{NAME}.issuer.crt",
        f"{NAME}.json",
        f"{NAME}.key",
    ]
    assert {stat.S_IMODE(file.stat().st_mode) for file in tegata.path.rglob("*") if file.is_file()} == {0o600}
    assert {stat.S_IMODE(file.stat().st_mode) for file in tegata.path.rglob("*") if file.is_dir()} == {0o700}
    facts = json.loads((folder / f"{NAME}.json").read_text())
    assert facts["domain"] == NAME
    assert facts["certUrl"] == facts["certStableUrl"] != ""
    openssl.verify(
        folder / f"{NAME}.crt",
        "-verify_hostname",
        NAME,
        root=pebble.root_file(),
        chain=folder / f"{NAME}.issuer.crt",
    ).check()
    key = (folder / f"{NAME}.key").read_text()
    assert key.startswith("-----BEGIN RSA PRIVATE KEY-----\n")
    (account_key,) = (tegata.path / "accounts").rglob("*.key")
    assert account_key.read_text() != key


def test_three_names_in_lego_s_order_of_lines(tegata: Tegata, pebble: Pebble) -> None:
    """One certificate for all of them; the log goes to standard error in the order that lego's has."""
    three = ("www.example.com", "www2.example.com", "www3.example.com")
    done = tegata.run(*order(pebble, *three), "-a", "run").check()
    text = openssl.text(tegata.path / "certificates" / "www.example.com.crt")
    assert re.search(r"DNS:www\.example\.com, DNS:www2\.example\.com, DNS:www3\.example\.com", text)
    expected = [
        f"No key found for account {MAIL}. Generating a 2048 key.",
        "Saved key to ",
        f"[INFO] acme: Registering account for {MAIL}",
        "[INFO] [www.example.com, www2.example.com, www3.example.com] acme: Obtaining bundled SAN certificate",
        *["AuthURL: "] * 3,
        *["acme: use http-01 solver"] * 3,
        *["acme: Trying to solve HTTP-01"] * 3,
        *["The server validated our request"] * 3,
        "[INFO] [www.example.com, www2.example.com, www3.example.com] acme: Validations succeeded; requesting",
        "[INFO] [www.example.com] Server responded with a certificate.",
    ]
    lines = iter(done.stderr.splitlines())
    for phrase in expected:
        assert any(phrase in line for line in lines), f"not in its place: {phrase}\n{done.stderr}"
    assert all(re.match(r"\d{4}/\d\d/\d\d \d\d:\d\d:\d\d ", line) for line in done.stderr.splitlines())
    assert "HEADS UP" in done.stdout


@pytest.mark.parametrize(
    ("typed", "code", "last"),
    [
        ("\n", 0, "Server responded with a certificate."),
        ("Y\n", 0, "Server responded with a certificate."),
        ("yes\ny\n", 0, "Server responded with a certificate."),
        ("n\n", 1, "You did not accept the TOS. Unable to proceed."),
        ("", 1, "Could not read from console: EOF"),
    ],
)
def test_answers_to_the_question(tegata: Tegata, pebble: Pebble, typed: str, code: int, last: str) -> None:
    """Enter, y and Y agree, n and N do not, anything else is asked again, and the end of input is an error. A-37."""
    done = tegata.run(*order(pebble, NAME), "run", stdin=typed)
    assert done.code == code, str(done)
    assert last in done.stderr
    assert done.stdout.count("Do you accept the TOS? Y/n") == (2 if typed.startswith("yes") else 1)
    assert ("Your input was invalid." in done.stdout) == typed.startswith("yes")


def test_an_account_without_a_mail_address(tegata: Tegata, pebble: Pebble) -> None:
    """As newer legos name it; the CA is given no contact."""
    tegata.run("-s", pebble.directory_url, *names(NAME), *http(pebble), "-a", "run").check()
    (account_file,) = (tegata.path / "accounts").glob("*/noemail@example.com/account.json")
    stored = json.loads(account_file.read_text())
    assert stored["email"] == ""
    assert "contact" not in stored["registration"]["body"]


def test_an_interrupted_registration_is_taken_up(tegata: Tegata, pebble: Pebble) -> None:
    """The key is there, what the CA answered is not: the account is found by its key, and nothing is asked again."""
    tegata.run(*order(pebble, NAME), "-a", "run").check()
    (account_file,) = (tegata.path / "accounts").glob(f"*/{MAIL}/account.json")
    before = account_file.read_text()
    account_file.unlink()
    done = tegata.run(*order(pebble, NAME), "run").check()
    assert "TOS" not in done.output
    assert json.loads(account_file.read_text())["registration"]["uri"] == json.loads(before)["registration"]["uri"]
    account_file.unlink()
    tegata.run(*account(pebble), *names(NAME), "revoke").check()
    assert account_file.is_file()


def test_a_wildcard_has_no_solver_here(tegata: Tegata, pebble: Pebble) -> None:
    """http-01 cannot prove it: told before anything is made or asked."""
    done = tegata.run(*order(pebble, "*.example.com"), "-a", "run")
    assert done.code == 1
    assert "A wildcard can be proved only in the DNS" in done.stderr
    assert not tegata.path.exists()


def test_files_are_named_as_lego_names_them(tegata: Tegata, pebble: Pebble) -> None:
    """IDNA in its ASCII form."""
    tegata.run(*order(pebble, "日本語.example.com"), "-a", "run").check()
    assert (tegata.path / "certificates" / "xn--wgv71a119e.example.com.crt").is_file()


def test_another_folder(tegata: Tegata, pebble: Pebble, tmp_path: Path) -> None:
    """--path, in front of the command or behind it."""
    tegata.run(*order(pebble, NAME), "-a", "run", "--path", str(tmp_path / "deep" / "lego")).check()
    listed = tegata.run("--path", "deep/lego", "list").check().stdout
    assert f"Certificate Path: {tmp_path}/deep/lego/certificates/{NAME}.crt" in listed
    assert not tegata.path.exists()


def test_a_mail_address_that_the_ca_refuses(tegata: Tegata, pebble: Pebble) -> None:
    """Leaves nothing of an account that is none, but what was there before; with the right one the next run works."""
    words = ["-s", pebble.directory_url, *http(pebble), "-d", NAME, "-a"]
    done = tegata.run(*words, "-m", "no address", "run")
    assert done.code == 1
    assert "urn:ietf:params:acme:error:invalidContact" in done.stderr
    assert done.stderr.index("Saved key to") < done.stderr.index("Removed the key again")
    assert list((tegata.path / "accounts").iterdir()) == []
    tegata.run(*words, "-m", MAIL, "run").check()
    tegata.run(*words, "-m", "no address", "run")
    assert [folder.name for folder in (tegata.path / "accounts").glob("*/*")] == [MAIL]
