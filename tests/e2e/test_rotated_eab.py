"""An EAB is replaced while its accounts go on: they move to the new one, and only then the old one ends."""

import json
from pathlib import Path

import pytest

from tests.e2e import customer
from tests.e2e.certificates import crt, serial
from tests.e2e.pebble_words import account as at_pebble
from tests.peers.ca import TegataCA
from tests.peers.pebble import Pebble
from tests.peers.tegata import Tegata

pytestmark = pytest.mark.forked

NAME = "www.example.com"


def stored(tegata: Tegata) -> tuple[str, str, bytes]:
    """The account on the disk: its URL, the binding's protected header, and the key."""
    [file] = tegata.path.glob(f"accounts/*/{customer.MAIL}/account.json")
    registration = json.loads(file.read_text())["registration"]
    [key] = file.parent.glob("keys/*.key")
    return registration["uri"], registration["body"]["externalAccountBinding"]["protected"], key.read_bytes()


def test_an_account_moves_to_the_new_eab_before_the_old_one_ends(ca: TegataCA, tegata: Tegata):
    """Replaced with an overlap; ``run --change-eab`` moves the account; nothing hangs on the old one (A-39)."""
    client = tegata.trusting(ca.ca_file)
    contract = ca.add_contract(NAME)
    old = contract["eab"]
    client.run(*customer.first_run(ca, contract, NAME)).check()
    url, before, key = stored(client)
    new = ca.json("eab", "rotate", old["kid"], "--until", "2099-01-01T00:00:00Z")
    assert ca.json("eab", "show", old["kid"])["depending"]["accounts"] == 1

    stopped = client.run(*customer.first_run(ca, {"eab": new}, NAME))
    assert stopped.code == 1
    assert old["kid"] in stopped.stderr
    assert new["kid"] in stopped.stderr
    moved = client.run(*customer.first_run(ca, {"eab": new}, NAME), "--change-eab").check()
    assert f"is now under --kid {new['kid']}, before {old['kid']}" in moved.stderr
    after_url, after, after_key = stored(client)
    assert (after_url, after_key) == (url, key)
    assert after != before
    assert ca.json("eab", "show", old["kid"])["depending"]["accounts"] == 0
    assert ca.json("eab", "show", new["kid"])["depending"]["accounts"] == 1

    ca.run("eab", "disable", old["kid"]).check()
    first = serial(crt(client.path, NAME))
    client.run(*customer.renewal(ca, NAME, more=("--days", "999"))).check()
    assert serial(crt(client.path, NAME)) != first
    # The same command once more changes nothing: the account is under this EAB already.
    again = client.run(*customer.first_run(ca, {"eab": new}, NAME), "--change-eab")
    assert "is now under" not in again.stderr
    assert stored(client)[1] == after


def test_an_account_whose_eab_has_ended_goes_on_with_another(ca: TegataCA, tegata: Tegata):
    """Too late is not lost: after the old EAB was disabled the account moves by the new one all the same (A-39)."""
    client = tegata.trusting(ca.ca_file)
    contract = ca.add_contract(NAME)
    client.run(*customer.first_run(ca, contract, NAME)).check()
    new = ca.json("eab", "rotate", contract["eab"]["kid"])
    ca.run("eab", "disable", contract["eab"]["kid"]).check()
    assert client.run(*customer.renewal(ca, NAME, more=("--days", "999"))).code == 1
    client.run(*customer.first_run(ca, {"eab": new}, NAME), "--change-eab").check()
    client.run(*customer.renewal(ca, NAME, more=("--days", "999"))).check()


def test_by_the_words_of_lego_v5_with_a_certificate_in_place(ca: TegataCA, tegata: Tegata):
    """There ``run`` would renew, which moves no account: it is moved first (A-39)."""
    client = tegata.trusting(ca.ca_file)
    contract = ca.add_contract(NAME)
    client.run(*customer.first_run(ca, contract, NAME)).check()
    new = ca.json("eab", "rotate", contract["eab"]["kid"])
    (url, before, key), first = stored(client), serial(crt(client.path, NAME))
    moved = client.run(*customer.first_run(ca, {"eab": new}, NAME), "--change-eab", "--renew-days", "1").check()
    assert f"is now under --kid {new['kid']}" in moved.stderr
    after_url, after, after_key = stored(client)
    assert (after_url, after_key) == (url, key)
    assert after != before
    assert serial(crt(client.path, NAME)) == first


def test_an_account_does_not_move_to_another_contract(ca: TegataCA, tegata: Tegata):
    """Both are told, with what to do, and the account is as it was (A-39)."""
    client = tegata.trusting(ca.ca_file)
    contract = ca.add_contract(NAME)
    other = ca.add_contract("www.example.net", user="other@example.com")
    client.run(*customer.first_run(ca, contract, NAME)).check()
    before = stored(client)
    refused = client.run(*customer.first_run(ca, other, "www.example.net"), "--change-eab")
    assert refused.code == 1
    assert f"The account belongs to contract {contract['contract']}" in refused.stderr
    assert stored(client) == before
    client.run(*customer.renewal(ca, NAME, more=("--days", "999"))).check()


def test_a_ca_that_leaves_accounts_as_they_are(tegata: Tegata, tmp_path: Path):
    """Pebble answers a known key whatever EAB comes with it: then the command stops, with both named."""
    with Pebble(tmp_path / "pebble", eab=True) as pebble:
        client = tegata.trusting(pebble.ca_file)
        words = [*at_pebble(pebble), "-a", "accounts", "register"]
        client.run(*words, "--eab", "--kid", pebble.eab_kid, "--hmac", pebble.eab_mac).check()
        stopped = client.run(*words, "--eab", "--kid", "another", "--hmac", pebble.eab_mac, "--change-eab")
        assert stopped.code == 1
        assert f"under --kid another and left it under {pebble.eab_kid}." in stopped.stderr


def test_a_ca_that_leaves_accounts_as_they_are_is_not_asked_each_minute(tegata: Tegata, tmp_path: Path):
    """A schedule's ``run`` holds back (S-17); what the disk alone says does not, nor does another wish."""
    with Pebble(tmp_path / "pebble", eab=True) as pebble:
        client = tegata.trusting(pebble.ca_file)
        words = [*at_pebble(pebble), "-a"]
        client.run(*words, "--eab", "--kid", pebble.eab_kid, "--hmac", pebble.eab_mac, "accounts", "register").check()
        run = [
            *words,
            "--eab.kid",
            "another",
            "--eab.hmac",
            pebble.eab_mac,
            "-d",
            NAME,
            "--cert.name",
            "x",
            "--http",
            "run",
        ]
        change = [*run, "--change-eab"]
        for _ in range(3):
            assert "no other before" not in client.run(*run).stderr
        assert "no other before" not in client.run(*change).stderr
        assert "This registration has failed 2 times in a row: no other before " in client.run(*change).stderr
        assert "it is not tried before" in client.run(*change).stderr
        assert "--kid is another" in client.run(*run).stderr
        assert "it is not tried before" not in client.run(*run, "--new-account").stderr
