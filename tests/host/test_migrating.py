"""A tree of lego 4 made one of lego 5 and back: what comes of it, what is left alone, and a kill at every step."""

import json
import os
import stat
from pathlib import Path

import pytest

from tegata.host import layout, migrating
from tegata.host.accounts import AccountFolder, Stored
from tegata.host.certificates import FACTS, CertificateFiles
from tegata.host.files import Tree
from tegata.host.layout_v4 import V4
from tegata.host.layout_v5 import V5
from tegata.host.migrating import Account, Certificate
from tegata.pki.key_types import KeyType
from tegata.pki.keys import generate
from tests.host.killed import every_kill
from tests.host.test_accounts import SERVER, URL, USER
from tests.host.test_archives import contents
from tests.host.test_layout import a_set, save
from tests.host.test_sudo import as_root

NAMES = ("www.example.com", "*.example.org")
HOST = "ca.example_14000"


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """lego 4's, with an account and two certificates."""
    tree = Tree(tmp_path / "lego")
    account = AccountFolder(tree, SERVER, USER)
    account.save_key(generate(KeyType.RSA2048))
    account.save(USER, URL, b'{"status": "valid", "contact": ["mailto:test@example.com"]}')
    for name in NAMES:
        save(CertificateFiles(tree, name), a_set(name, "second.example.com"))
    return tree


def there(tree: Tree, *, accounts_only: bool = False) -> None:
    for each in migrating.found(tree, accounts_only=accounts_only):
        if not each.obstacle:
            migrating.migrate(tree, each, SERVER)


def back(tree: Tree) -> None:
    for each in migrating.found_back(tree):
        migrating.undo(tree, each)


def test_what_comes_of_it(tree: Tree) -> None:
    """lego 5's files by its description: the key beside the account's file, JSON that says more; no other change."""
    before = contents(tree)
    assert migrating.found(tree, accounts_only=False) == [
        Account(HOST, USER),
        Certificate("_.example.org"),
        Certificate(NAMES[0]),
    ]
    there(tree)
    after = contents(tree)
    folder = f"accounts/{HOST}/{USER}"
    assert after[f"{folder}/{USER}.key"] == before[f"{folder}/keys/{USER}.key"]
    assert not (tree.path / folder / "keys").exists()
    assert json.loads(after[f"{folder}/account.json"]) == {
        "id": USER,
        "email": USER,
        "keyType": "RSA2048",
        "server": SERVER,
        "origin": "migration",
        "registration": {"status": "valid", "contact": [f"mailto:{USER}"], "accountURL": URL},
    }
    for name, stem in zip(NAMES, (NAMES[0], "_.example.org"), strict=True):
        assert json.loads(after.pop(f"certificates/{stem}.json")) == {
            "id": name,
            "domains": [name, "second.example.com"],
            "keyType": "EC256",
            "certUrl": "https://ca.example/new",
            "certStableUrl": "https://ca.example/new",
            "origin": "migration",
        }
        for ending in (".crt", ".issuer.crt", ".key"):
            assert after[f"certificates/{stem}{ending}"] == before[f"certificates/{stem}{ending}"]
    assert layout.of_tree(tree) is V5
    assert AccountFolder(tree, SERVER, USER).stored() == Stored(URL, None)
    assert {stat.S_IMODE(file.stat().st_mode) for file in tree.path.rglob("*") if file.is_file()} == {0o600}


def test_there_and_back(tree: Tree) -> None:
    """Octet for octet; a second time there is nothing to do, in either direction (C-25)."""
    before = contents(tree)
    assert migrating.found_back(tree) == []
    there(tree)
    assert migrating.found(tree, accounts_only=False) == []
    migrated = contents(tree)
    there(tree)
    assert contents(tree) == migrated
    back(tree)
    assert contents(tree) == before
    assert migrating.found_back(tree) == []
    assert layout.of_tree(tree) is V4


def test_accounts_only(tree: Tree) -> None:
    """Certificates stay lego 4's, and are written so; their migration can follow."""
    before = contents(tree)
    there(tree, accounts_only=True)
    after = contents(tree)
    assert {name: each for name, each in after.items() if name.startswith("cert")} == {
        name: each for name, each in before.items() if name.startswith("cert")
    }
    files = CertificateFiles(tree, NAMES[0])
    save(files, a_set(NAMES[0]))
    assert b'"domain"' in files.file(FACTS).read_bytes()
    there(tree)
    assert b'"origin": "migration"' in files.file(FACTS).read_bytes()


def test_undone_after_a_renewal(tree: Tree) -> None:
    """The new certificate and a new registration stay, in lego 4's form; what came as lego 5's stays lego 5's.

    C-25.
    """
    there(tree)
    files, new = CertificateFiles(tree, NAMES[0]), CertificateFiles(tree, "new.example.com")
    renewed = a_set(NAMES[0])
    save(files, renewed)
    save(new, a_set("new.example.com"))
    account = AccountFolder(tree, SERVER, USER)
    account.save(USER, f"{URL}2", b'{"status": "valid"}')
    back(tree)
    assert files.file(FACTS).read_bytes() == renewed.files()[FACTS]
    assert b'"id"' in new.file(FACTS).read_bytes()
    assert AccountFolder(tree, SERVER, USER).stored() == Stored(f"{URL}2", None)
    assert AccountFolder(tree, SERVER, USER).key_file.parent.name == "keys"


def test_what_is_left_alone(tree: Tree) -> None:
    """Two keys in one account, a change of keys that was cut off, a certificate that cannot be read."""
    both, cut = tree.accounts / HOST / "both@example.com", tree.accounts / HOST / "cut@example.com"
    for folder in (both, cut):
        (folder / "keys").mkdir(parents=True)
        (folder / "keys" / f"{folder.name}.key").write_text("one")
    (both / "both@example.com.key").write_text("another")
    (both / "account.json").write_text('{"email": "", "registration": {"body": {"status": "valid"}, "uri": "x"}}')
    (cut / "keys" / ".cut@example.com.key.next").write_text("next")
    CertificateFiles(tree, NAMES[0]).file(".crt").write_text("rubbish")
    before = {file: file.read_bytes() for file in tree.path.rglob("*") if file.is_file()}
    found = migrating.found(tree, accounts_only=False)
    assert {each.lock for each in found if each.obstacle} == {
        f"account.{HOST}.both@example.com",
        f"account.{HOST}.cut@example.com",
        f"certificate.{NAMES[0]}",
    }
    there(tree)
    for folder in (both, cut):
        assert all(before[file] == file.read_bytes() for file in folder.rglob("*") if file.is_file())


def test_a_name_that_was_chosen(tree: Tree) -> None:
    """lego 4's --filename: lego 5 knows the certificate by what its files are called."""
    files = CertificateFiles(tree, "shop")
    save(files, a_set("www.example.net"))
    there(tree)
    value = json.loads(files.file(FACTS).read_bytes())
    assert (value["id"], value["domains"]) == ("shop", ["www.example.net"])
    back(tree)
    assert json.loads(files.file(FACTS).read_bytes())["domain"] == "www.example.net"


def test_another_ca(tree: Tree) -> None:
    """Which directory an account belongs to is said only where it is known."""
    for each in migrating.found(tree, accounts_only=True):
        migrating.migrate(tree, each, "https://other.example/dir")
    assert json.loads((tree.accounts / HOST / USER / "account.json").read_bytes())["server"] == ""


@pytest.mark.parametrize("work", [there, back])
def test_a_kill_at_any_step(tree: Tree, work: object) -> None:
    """Account and certificates can be used at once, and the same work done again ends as it would have."""
    assert callable(work)
    before = contents(tree)
    there(tree)
    after = contents(tree)
    if work is there:
        back(tree)
    step = 0
    for step in every_kill(tree.path, lambda: work(tree)):  # noqa: B007 - the last one counts
        account = AccountFolder(tree, SERVER, USER)
        account.existing_key()
        assert account.stored() == Stored(URL, None)
        for name in NAMES:
            CertificateFiles(tree, name).existing_key()
        work(tree)
        assert contents(tree) == (after if work is there else before)
    assert step > 20


def test_links_lead_where_they_did(tree: Tree, tmp_path: Path) -> None:
    """Files that a user keeps elsewhere stay there, there and back, and a relative link does not lead astray."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    account = AccountFolder(tree, SERVER, USER)
    facts = tree.certificates / f"{NAMES[0]}{FACTS}"
    for file in (account.key_file, account.folder / "account.json", facts):
        file.rename(elsewhere / file.name)
        file.symlink_to(os.path.relpath(elsewhere / file.name, file.parent))

    def kept() -> dict[str, bytes]:
        return {each.name: each.read_bytes() for each in elsewhere.iterdir()}

    before = kept()
    there(tree)
    key = AccountFolder(tree, SERVER, USER).key_file
    assert key.parent == account.folder
    assert key.is_symlink()
    after = kept()
    assert key.read_bytes() == before[key.name] == after[key.name]
    assert {name for name in before if before[name] != after[name]} == {"account.json", facts.name}
    back(tree)
    assert kept() == before
    assert AccountFolder(tree, SERVER, USER).key() is not None


def test_there_and_back_by_root(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    """In another user's tree: whatever is made belongs to that user, who is to use it, and to undo it himself."""
    given = as_root(monkeypatch, lambda _: 1000)
    present = {*tree.path.rglob("*")}
    there(tree)
    made = {path for path in tree.path.rglob("*") if path not in present}
    keys = tree.accounts / HOST / USER / "keys"
    back(tree)
    assert keys.is_dir()
    names = {path for path, _ in given}
    drafts = {path.with_name(path.name[1:-4]) for path in names if path.suffix == ".new"}
    moved = {path for path in made if path.suffix == ".key"}
    assert {*made, keys} - moved <= names | drafts
