"""The account on the disk is damaged, or gone at the CA: recovered by its key where that can be, else explained."""

import json
import ssl
from urllib.request import Request, urlopen

import pytest

from tegata.acme import jws
from tegata.pki.keys import from_pem
from tests.e2e import customer, pebble_words
from tests.e2e.certificates import crt, serial

pytestmark = pytest.mark.forked

NAME = "recovery.example.com"


def account_file(tegata):
    [found] = (tegata.path / "accounts").glob(f"*/{customer.MAIL}")
    return found / "account.json"


def uri(file):
    return json.loads(file.read_text())["registration"]["uri"]


def lost(file):
    file.unlink()


def empty(file):
    file.write_bytes(b"")


def cut_off(file):
    file.write_bytes(file.read_bytes()[:40])


@pytest.mark.parametrize("damage", [lost, empty, cut_off])
def test_with_pebble(tegata, pebble, damage):
    """``renew`` and ``revoke`` ask the CA by the key, and write the file anew."""
    tegata = tegata.trusting(pebble.ca_file)
    tegata.run(*pebble_words.order(pebble, NAME), "-a", "run").check()
    file, first = account_file(tegata), serial(crt(tegata.path, NAME))
    before = uri(file)
    damage(file)
    tegata.run(*pebble_words.order(pebble, NAME), "renew", "--days", "9999", "--no-random-sleep").check()
    assert uri(file) == before
    assert serial(crt(tegata.path, NAME)) != first
    damage(file)
    tegata.run(*pebble_words.account(pebble), *pebble_words.names(NAME), "revoke").check()
    assert uri(file) == before


@pytest.fixture
def registered(ca, tegata):
    """tegata with an account and a certificate at tegata-ca."""
    tegata = tegata.trusting(ca.ca_file)
    contract = ca.add_contract(NAME)
    tegata.run(*customer.first_run(ca, contract, NAME)).check()
    return tegata, contract


@pytest.mark.parametrize("damage", [lost, cut_off])
def test_with_tegata_ca(ca, registered, damage):
    """The same where every account needs an EAB: none is asked for."""
    tegata, _ = registered
    file, first = account_file(tegata), serial(crt(tegata.path, NAME))
    before = uri(file)
    damage(file)
    tegata.run(*customer.renewal(ca, NAME, more=("--days", "999", "--no-random-sleep"))).check()
    assert uri(file) == before
    second = serial(crt(tegata.path, NAME))
    assert second != first
    damage(file)
    tegata.run("-s", ca.directory_url, "-m", customer.MAIL, "-d", NAME, "revoke").check()
    assert uri(file) == before
    assert ca.json("cert", "show", second)["status"] == "revoked"


def test_a_lost_key(ca, registered):
    """It is named, with what to do; doing that helps."""
    tegata, contract = registered
    [key] = account_file(tegata).parent.glob("keys/*.key")
    key.unlink()
    done = tegata.run(*customer.renewal(ca, NAME, more=("--days", "999", "--no-random-sleep")))
    assert done.code == 1
    assert str(key) in done.stderr
    assert "Restore the key from a backup" in done.stderr
    before = uri(account_file(tegata))
    tegata.run(*customer.first_run(ca, contract, NAME)).check()
    assert uri(account_file(tegata)) != before


def test_a_deactivated_account(ca, registered):
    """What to do is said, whether its file is there or not; doing that helps (A-47)."""
    tegata, contract = registered
    file = account_file(tegata)
    [key_file] = file.parent.glob("keys/*.key")
    deactivate(ca, from_pem(key_file.read_bytes()), uri(file))
    for damage in (lambda _: None, lost):
        damage(file)
        done = tegata.run(*customer.renewal(ca, NAME, more=("--days", "999", "--no-random-sleep")))
        assert done.code == 1
        assert "run --new-account" in done.stderr
    tegata.run(*customer.first_run(ca, contract, NAME), "--new-account").check()


def deactivate(ca, key, account):
    """As any other ACME client of this key would."""
    roots = ssl.create_default_context(cafile=str(ca.ca_file))
    nonce = urlopen(Request(f"{ca.url}/acme/new-nonce", method="HEAD"), context=roots).headers["Replay-Nonce"]
    body = jws.sign(key, b'{"status":"deactivated"}', url=account, nonce=nonce, kid=account)
    with urlopen(Request(account, body, {"Content-Type": jws.CONTENT_TYPE}), context=roots) as answer:
        assert json.load(answer)["status"] == "deactivated"
