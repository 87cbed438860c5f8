"""The commands that look after what is stored: ``archives list``, ``archives restore``, ``migrate``; no CA is asked."""

import json
from pathlib import Path

import pytest

from tegata.host.accounts import AccountFolder
from tegata.host.certificates import CertificateFiles
from tegata.host.files import Tree
from tegata.pki.key_types import KeyType
from tegata.pki.keys import generate
from tests.host import issued
from tests.host.test_accounts import SERVER, URL, USER
from tests.host.test_archives import contents
from tests.host.test_layout import a_set, save
from tests.peers.tegata import Tegata

NAME = "www.example.com"
STAMP = int(issued.NOW.timestamp())
NOBODY = {"TEGATA_EAB_FILE": "nowhere", "TEGATA_PRIVATE_KEY": "nowhere"}


@pytest.fixture
def tree(tegata: Tegata) -> Tree:
    """A tree of lego 4 with an account and a certificate."""
    tree = Tree(tegata.path)
    account = AccountFolder(tree, SERVER, USER)
    account.save_key(generate(KeyType.EC256))
    account.save(USER, URL, b'{"status": "valid"}')
    save(CertificateFiles(tree, NAME), a_set(NAME))
    return tree


def put_away(tree: Tree) -> None:
    AccountFolder(tree, SERVER, USER).archive(issued.NOW)
    CertificateFiles(tree, NAME).archive(issued.NOW)


def test_the_list_of_archives(tegata: Tegata, tree: Tree) -> None:
    """In lego 5's words, and as JSON."""
    assert tegata.run("archives", "list", env=NOBODY).check().stdout == "No archives were found.\n"
    put_away(tree)
    account = f"{STAMP}.ca.example_14000.{USER}"
    assert tegata.run("archives", "list").check().stdout == (
        "Account archives:\n"
        f"└── {account} (2026-11-24 12:00:00 +0000 UTC)\n"
        "\n"
        "Certificate archives:\n"
        f"└── {STAMP}.{NAME} (2026-11-24 12:00:00 +0000 UTC)\n"
        "\n"
    )
    assert json.loads(tegata.run("archives", "list", "--json").check().stdout) == [
        {"name": account, "about": "account", "date": "2026-11-24T12:00:00Z"},
        {"name": f"{STAMP}.{NAME}", "about": "certificate", "date": "2026-11-24T12:00:00Z"},
    ]


def test_restoring(tegata: Tegata, tree: Tree) -> None:
    """By number, asked until there is one, or by name; what is there already is named."""
    before = contents(tree)
    assert tegata.run("archives", "restore").check().stdout == "No archives were found.\n"
    put_away(tree)
    done = tegata.run("archives", "restore", stdin="0\nx\n2\n").check()
    assert done.stdout.startswith("1: accounts - 2026-11-24 12:00:00 +0000 UTC - ")
    assert done.stdout.count("Choose the archive to restore:") == 3
    assert f"Restored {tree.certificates}/{NAME}.key" in done.stderr
    tegata.run("archives", "restore", "--archive", f"{STAMP}.ca.example_14000.{USER}").check()
    assert contents(tree) == before

    put_away(tree)
    save(CertificateFiles(tree, NAME), a_set(NAME))
    in_the_way = tegata.run("archives", "restore", "--archive", f"{STAMP}.{NAME}")
    assert in_the_way.code == 1
    assert f"{NAME}.issuer.crt exists already" in in_the_way.stderr
    nobody = tegata.run("archives", "restore")
    assert nobody.code == 1
    assert "Could not read from console: EOF" in nobody.stderr
    unknown = tegata.run("archives", "restore", "--archive", "x", env={"TEGATA_LANG": "ja"})
    assert unknown.code == 1
    assert "アーカイブ「x」がありません" in unknown.stderr


def test_migrating(tegata: Tegata, tree: Tree) -> None:
    """What will be done is shown, then asked about; a second time there is nothing to do, and it can be undone."""
    before = contents(tree)
    done = tegata.run("migrate", stdin="n\n", env=NOBODY).check()
    assert f"  account ca.example_14000/{USER}\n  certificate {NAME}\nContinue? Y/n\n" in done.stdout
    assert contents(tree) == before
    assert tegata.run("migrate").code == 1
    assert contents(tree) == before
    assert "2 migrated." in tegata.run("-s", SERVER, "migrate", stdin="\n").check().stdout
    assert SERVER.encode() in contents(tree)[f"accounts/ca.example_14000/{USER}/account.json"]
    listed = json.loads(tegata.run("accounts", "list", "--json").check().stdout)
    assert [(each["id"], each["keyType"], each["server"]) for each in listed] == [(USER, "EC256", SERVER)]
    assert f"Certificate Name: {NAME}" in tegata.run("list").check().stdout
    assert "There is nothing to migrate" in tegata.run("migrate").check().stdout
    assert "変換しました" in tegata.run("migrate", "--undo", "--yes", env={"TEGATA_LANG": "ja"}).check().stdout
    assert contents(tree) == before
    assert "There is nothing to migrate" in tegata.run("migrate", "--undo").check().stdout


def test_migrating_accounts_alone(tegata: Tegata, tree: Tree) -> None:
    """And what cannot be migrated is named and left."""
    CertificateFiles(tree, NAME).file(".crt").write_text("rubbish")
    done = tegata.run("migrate", "--account-only", "-y").check()
    assert "certificate" not in done.stdout.partition("back.\n")[2]
    done = tegata.run("migrate", "-y").check()
    assert f"certificate {NAME} is left as it is: its file cannot be understood." in done.stderr
    assert "nothing to migrate" in done.stdout


def test_nothing_is_made_where_nothing_is(tegata: Tegata, tmp_path: Path) -> None:
    """A wrong --path leaves no folder behind."""
    for words in (["migrate"], ["migrate", "--undo"], ["archives", "list"], ["archives", "restore"]):
        tegata.run(*words, "--path", str(tmp_path / "nowhere")).check()
    assert not (tmp_path / "nowhere").exists()
