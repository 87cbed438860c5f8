"""One directory, two programs: what lego 4.9.1 has made tegata goes on with, and lego with what tegata has made."""

import json
from pathlib import Path

import pytest

from tests.e2e.certificates import crt, leaf, serial
from tests.e2e.pebble_words import MAIL, account, eab, names, order
from tests.peers.lego import Lego
from tests.peers.pebble import Pebble
from tests.peers.tegata import Tegata

NAME = "www.example.com"
DAYS = ["--days", "9999", "--no-random-sleep"]
pytestmark = pytest.mark.peer("lego")


def take_over_and_give_back(lego: Lego, tegata: Tegata, server: Pebble, line: list[str], lego_s: list[str]) -> None:
    """lego run, tegata renew, lego renew, tegata revoke; ``lego_s``: words that only lego needs."""
    lego.run(*line, *lego_s, "-a", "run").check()
    (account_file,) = (lego.path / "accounts").glob(f"*/{MAIL}/account.json")
    registered = json.loads(account_file.read_text())
    first = serial(crt(lego.path, NAME))

    assert f"Certificate Name: {NAME}" in tegata.run("list").check().stdout
    tegata.run(*line, "renew").check()
    assert serial(crt(lego.path, NAME)) == first
    tegata.run(*line, "renew", *DAYS).check()
    second = serial(crt(lego.path, NAME))
    assert second != first
    assert json.loads(account_file.read_text()) == registered

    assert f"Certificate Name: {NAME}" in lego.run("list").check().stdout
    assert "no renewal" in lego.run(*line, *lego_s, "renew", "--no-random-sleep").check().stderr
    lego.run(*line, *lego_s, "renew", *DAYS).check()
    third = leaf(crt(lego.path, NAME))
    assert format(third.serial_number, "x") != second

    assert ": no renewal." in tegata.run(*line, "renew").check().stderr
    tegata.run(*account(server), *names(NAME), "--reason", "4", "revoke").check()
    assert server.status(third.serial_number)["Status"] == "Revoked"


def test_tegata_takes_over_and_gives_back(lego: Lego, tegata: Tegata, pebble: Pebble) -> None:
    """One account, with an EC key in SEC1 form; nothing is asked twice."""
    line = [*order(pebble, NAME), "--key-type=ec256"]
    take_over_and_give_back(lego.trusting(pebble.ca_file), tegata.trusting(pebble.ca_file), pebble, line, [])


def test_with_external_account_binding(lego: Lego, tegata: Tegata, pebble_eab: Pebble) -> None:
    """With an RSA key in PKCS#1 form. lego 4 wants --eab at every command here, tegata at none."""
    line, lego_s = order(pebble_eab, NAME), eab(pebble_eab)
    trusted = lego.trusting(pebble_eab.ca_file), tegata.trusting(pebble_eab.ca_file)
    take_over_and_give_back(*trusted, pebble_eab, line, lego_s)


def test_lego_goes_on_with_what_tegata_began(lego: Lego, tegata: Tegata, pebble: Pebble) -> None:
    """tegata run, lego renew and revoke: lego finds account, key and certificate where it looks for them."""
    lego, tegata = lego.trusting(pebble.ca_file), tegata.trusting(pebble.ca_file)
    tegata.run(*order(pebble, NAME), "-a", "run").check()
    number = serial(crt(tegata.path, NAME))
    done = lego.run(*order(pebble, NAME), "renew", *DAYS).check()
    assert "No key found" not in done.output
    assert "HEADS UP" not in done.output
    renewed = serial(crt(tegata.path, NAME))
    assert renewed != number
    lego.run(*account(pebble), *names(NAME), "revoke", "--reason", "5").check()
    assert pebble.status(renewed)["Status"] == "Revoked"


def test_the_files_differ_only_in_their_facts(lego: Lego, tegata: Tegata, pebble_eab: Pebble, tmp_path: Path) -> None:
    """Both write account.json and NAME.json alike, octet for octet but for what is random, and list alike."""
    lego, tegata = lego.trusting(pebble_eab.ca_file), tegata.trusting(pebble_eab.ca_file)
    ours = tmp_path / "ours"
    lego.run(*order(pebble_eab, NAME), *eab(pebble_eab), "-a", "run").check()
    tegata.run(*order(pebble_eab, NAME), *eab(pebble_eab), "-a", "run", "--path", str(ours)).check()
    for pattern in ("accounts/*/*/account.json", "certificates/*.json"):
        (theirs,) = lego.path.glob(pattern)
        (file,) = ours.glob(pattern)
        assert without_random_parts(file.read_text()) == without_random_parts(theirs.read_text())
    listed = tegata.run("--path", str(ours), "list").check().stdout
    assert listed == lego.run("--path", str(ours), "list").check().stdout


def without_random_parts(text: str) -> list[str]:
    """The lines of a JSON text but for the ends of addresses and the values of a signed binding."""
    return [
        line.rsplit("/", 1)[0]
        if "https://" in line
        else line.split(": ")[0]
        if any(f'"{member}"' in line for member in ("protected", "payload", "signature"))
        else line
        for line in text.split("\n")
    ]
