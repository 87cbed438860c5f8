"""A directory of lego 5, which tegata takes over and leaves as one; and lego 4's, migrated, used, and given back.

Real lego is 4.9.1: what it has made is remade by lego 5's description.
"""

import json
import stat
import zipfile
from pathlib import Path

import pytest

from tests.e2e.certificates import crt, serial
from tests.e2e.pebble_words import MAIL, account, http, names, order
from tests.host import lego5
from tests.peers.lego import Lego
from tests.peers.pebble import Pebble
from tests.peers.tegata import Tegata

NAME = "www.example.com"
DUE = ["--days", "9999", "--no-random-sleep"]
pytestmark = pytest.mark.peer("lego")


@pytest.fixture
def both(lego: Lego, tegata: Tegata, pebble: Pebble) -> tuple[Lego, Tegata]:
    """lego 4 and tegata on one directory, in which lego has an account and a certificate with an EC key."""
    lego, tegata = lego.trusting(pebble.ca_file), tegata.trusting(pebble.ca_file)
    lego.run(*order(pebble, NAME), "--key-type=ec256", "-a", "run").check()
    return lego, tegata


def json_of(tegata: Tegata) -> dict[str, object]:
    value = json.loads((tegata.path / "certificates" / f"{NAME}.json").read_text())
    assert isinstance(value, dict)
    return value


def test_taken_over_and_left_as_it_is(both: tuple[Lego, Tegata], pebble: Pebble) -> None:
    """list, renew when not due and when due, by the account as found; what is written is lego 5's, and private."""
    _, tegata = both
    lego5.remake(tegata.path, pebble.directory_url)
    [account_file] = tegata.path.glob(f"accounts/*/{MAIL}/account.json")
    registered, first = account_file.read_text(), serial(crt(tegata.path, NAME))

    assert f"Certificate Name: {NAME}" in tegata.run("list").check().stdout
    listed = json.loads(tegata.run("accounts", "list", "--json").check().stdout)
    assert [(each["id"], each["server"]) for each in listed] == [(MAIL, pebble.directory_url)]
    assert "no renewal" in tegata.run(*order(pebble, NAME), "renew").check().stderr
    assert serial(crt(tegata.path, NAME)) == first

    tegata.run(*order(pebble, NAME), "--key-type=ec384", "renew", *DUE).check()
    assert serial(crt(tegata.path, NAME)) != first
    assert account_file.read_text() == registered
    key = tegata.path / "certificates" / f"{NAME}.key"
    assert key.read_text().startswith("-----BEGIN PRIVATE KEY-----")
    value = json_of(tegata)
    assert {name: value[name] for name in ("id", "domains", "keyType", "origin")} == {
        "id": NAME,
        "domains": [NAME],
        "keyType": "EC384",
        "origin": "command",
    }
    assert str(value["certUrl"]).startswith("https://")
    assert {each.name for each in account_file.parent.iterdir()} == {"account.json", f"{MAIL}.key"}
    written = [file for file in (tegata.path / "certificates").iterdir() if not file.name.endswith(".issuer.crt")]
    assert {stat.S_IMODE(file.stat().st_mode) for file in written} == {0o600}


def test_revoked_and_brought_back(both: tuple[Lego, Tegata], pebble: Pebble) -> None:
    """Into a ZIP file as lego 5 makes it, and out of it."""
    _, tegata = both
    lego5.remake(tegata.path, pebble.directory_url)
    folder = tegata.path / "certificates"
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    number = int(serial(crt(tegata.path, NAME)), 16)
    tegata.run(*account(pebble), "certificates", "revoke", "-c", NAME, "--reason", "4").check()
    assert pebble.status(number)["Status"] == "Revoked"
    assert not list(folder.glob(f"{NAME}.*"))
    [archive] = (tegata.path / "archives" / "certificates").iterdir()
    with zipfile.ZipFile(archive) as packed:
        assert packed.comment == b"certificates"
        assert {name: packed.read(name) for name in packed.namelist()} == before
    tegata.run("archives", "restore", "--archive", archive.name).check()
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before
    assert "no renewal" in tegata.run(*order(pebble, NAME), "renew").check().stderr


def test_a_new_account_in_a_directory_of_lego_5(both: tuple[Lego, Tegata], pebble: Pebble, tmp_path: Path) -> None:
    """run --new-account: the old one goes into a ZIP file, the new one is lego 5's too."""
    _, tegata = both
    lego5.remake(tegata.path, pebble.directory_url)
    done = tegata.run(*order(pebble, NAME), "-a", "--new-account", "run").check()
    [archive] = (tegata.path / "archives" / "accounts").iterdir()
    assert str(archive) in done.stderr
    [account_file] = tegata.path.glob(f"accounts/*/{MAIL}/account.json")
    assert (account_file.parent / f"{MAIL}.key").read_text().startswith("-----BEGIN PRIVATE KEY-----")
    assert json.loads(account_file.read_text())["keyType"] == "RSA2048"


def test_an_account_by_its_identifier(both: tuple[Lego, Tegata], pebble: Pebble) -> None:
    """--account-id: two accounts of one mail address side by side; the hook is told the address."""
    _, tegata = both
    lego5.remake(tegata.path, pebble.directory_url)
    shop = [*account(pebble), "--account-id", "shop"]
    tegata.run(*shop, "-a", "accounts", "register").check()
    [account_file] = tegata.path.glob("accounts/*/shop/account.json")
    assert (account_file.parent / "shop.key").exists()
    value = json.loads(account_file.read_text())
    assert (value["id"], value["email"], value["registration"]["contact"]) == ("shop", MAIL, [f"mailto:{MAIL}"])
    hook = ["--deploy-hook", "sh -c 'echo told $LEGO_ACCOUNT_EMAIL'"]
    done = tegata.run(*shop, *names("shop.example.com"), *http(pebble), *hook, "run").check()
    assert f"told {MAIL}" in done.stdout
    listed = json.loads(tegata.run("accounts", "list", "--json").check().stdout)
    assert [each["id"] for each in listed] == ["shop", MAIL]


def test_migrated_used_and_given_back(both: tuple[Lego, Tegata], pebble: Pebble) -> None:
    """tegata renews in between; lego 4 then goes on with account and certificate as if nothing had been."""
    lego, tegata = both
    [account_file] = tegata.path.glob(f"accounts/*/{MAIL}/account.json")
    registered, files = account_file.read_text(), sorted((tegata.path / "certificates").iterdir())
    tegata.run("-s", pebble.directory_url, "migrate", "-y").check()
    assert json_of(tegata)["origin"] == "migration"
    [suggested] = tegata.directory.glob(".lego.migration.*.yml")
    assert stat.S_IMODE(suggested.stat().st_mode) == 0o600
    challenge = f"  web: {{http: {{address: ':{pebble.http_port}'}}}}"
    suggested.write_text(suggested.read_text().replace("challenges:", f"challenges:\n{challenge}"))
    done = tegata.run("--config", suggested.name).check()
    assert "1 of 1 certificates are in order" in done.stderr
    assert ": no renewal." in done.stderr
    tegata.run(*order(pebble, NAME), "renew", *DUE).check()
    second = serial(crt(tegata.path, NAME))
    assert json_of(tegata)["origin"] == "migration"

    tegata.run("migrate", "--undo", "-y").check()
    assert account_file.read_text() == registered
    assert sorted((tegata.path / "certificates").iterdir()) == files
    assert set(json_of(tegata)) == {"domain", "certUrl", "certStableUrl"}
    assert f"Certificate Name: {NAME}" in lego.run("list").check().stdout
    assert "no renewal" in lego.run(*order(pebble, NAME), "renew", "--no-random-sleep").check().stderr
    done = lego.run(*order(pebble, NAME), "renew", *DUE).check()
    assert "No key found" not in done.output
    assert serial(crt(tegata.path, NAME)) != second
    lego.run(*account(pebble), *names(NAME), "revoke").check()
