"""Accounts in lego v4's layout: what lego left is understood, what we leave is what lego would."""

import json
import stat
from functools import partial
from pathlib import Path

import pytest

from tegata.acme import b64
from tegata.host import accounts, stems
from tegata.host.accounts import AccountFolder, Stored, listed
from tegata.host.errors import AccountDamaged, AccountKeyLost, AccountNotFound, LinkNotFollowed, UnsafeUser
from tegata.host.files import Tree
from tegata.pki.forms import KeyForm
from tegata.pki.key_types import KeyType
from tegata.pki.keys import from_pem, generate, spki, to_pem
from tests.host.issued import NOW
from tests.host.test_gojson import LEGO_WROTE

SERVER = "https://ca.example:14000/dir"
USER = "test@example.com"
URL = "https://ca.example:14000/acct/1"


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path)


@pytest.fixture
def folder(tree: Tree) -> AccountFolder:
    return AccountFolder(tree, SERVER, USER)


@pytest.mark.parametrize(
    ("server", "below"),
    [
        ("https://ca.example/acme/", "ca.example"),
        ("https://ca.example:14000/dir", "ca.example_14000"),
        ("https://user:pass@ca.example/acme/", "ca.example"),
        ("https://[::1]:14000/dir", "[__1]_14000"),
    ],
)
def test_where_an_account_is(tree: Tree, server: str, below: str) -> None:
    """The folder is named after the URL's host and port, as lego does it (C-06)."""
    assert AccountFolder(tree, server, USER).folder == tree.accounts / below / USER


@pytest.mark.parametrize("user", ["", ".", "..", "../x", "a/b@x", "a\\b@x", "a\0@x"])
def test_a_mail_address_cannot_lead_elsewhere(tree: Tree, user: str) -> None:
    """It becomes a folder's name, so it must be one."""
    with pytest.raises(UnsafeUser):
        AccountFolder(tree, SERVER, user)


def test_a_device_of_windows_is_no_folder(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    """S-24, there only: elsewhere such an account has long been in use."""
    user = "con.smith@example.com"
    assert AccountFolder(tree, SERVER, user).user == user
    monkeypatch.setattr(accounts, "is_device", partial(stems.is_device, windows=True))
    with pytest.raises(UnsafeUser):
        AccountFolder(tree, SERVER, user)


def test_there_and_back(tree: Tree, folder: AccountFolder) -> None:
    """Key and registration come back as they went in, in files for the owner only."""
    key = generate(KeyType.EC256)
    folder.save_key(key)
    assert folder.stored() is None
    folder.save(USER, URL, b'{"status": "valid", "contact": ["mailto:test@example.com"]}')
    assert to_pem(folder.existing_key(), KeyForm.PKCS8) == to_pem(key, KeyForm.PKCS8)
    assert folder.stored() == Stored(URL, kid=None)
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in tree.path.rglob("*")}
    assert modes["account.json"] == modes[f"{USER}.key"] == 0o600
    assert {mode for name, mode in modes.items() if "." not in name} == {0o700}


def test_the_account_file_is_lego_s(folder: AccountFolder) -> None:
    """Members in lego's order and none of which lego would not write."""
    answer = {
        "orders": "https://localhost:24000/list-orderz/15bcd626402ce69d",
        "termsOfServiceAgreed": False,
        "key": {"kty": "EC"},
        "contact": ["mailto:test@example.com"],
        "createdAt": "2026-11-24T02:53:44Z",
        "status": "valid",
    }
    url = "https://localhost:24000/my-account/15bcd626402ce69d"
    folder.save(USER, url, json.dumps(answer).encode())
    assert (folder.folder / "account.json").read_bytes() == LEGO_WROTE


@pytest.mark.parametrize("key_type", [KeyType.RSA2048, KeyType.EC256, KeyType.EC384])
@pytest.mark.parametrize("form", list(KeyForm))
def test_keys_of_lego_v4_and_v5_are_read(folder: AccountFolder, key_type: KeyType, form: KeyForm) -> None:
    """PKCS#1, SEC1 and PKCS#8."""
    folder.key_file.parent.mkdir(parents=True)
    pem = to_pem(generate(key_type), form)
    folder.key_file.write_bytes(pem)
    assert to_pem(folder.existing_key(), form) == pem


def test_a_key_that_everybody_could_read_is_closed(folder: AccountFolder) -> None:
    """lego v4 leaves 0644."""
    folder.save_key(generate(KeyType.EC256))
    folder.key_file.chmod(0o644)
    folder.existing_key()
    assert stat.S_IMODE(folder.key_file.stat().st_mode) == 0o600


def test_no_account_says_where_it_was_looked_for(tree: Tree, folder: AccountFolder) -> None:
    """cron runs in another directory: the message has to say in which."""
    with pytest.raises(AccountNotFound) as caught:
        folder.existing_key()
    assert caught.value.facts == {"email": USER, "server": SERVER, "folder": folder.folder, "path": tree.path}


def binding(protected: object) -> bytes:
    return json.dumps({"status": "valid", "externalAccountBinding": {"protected": protected}}).encode()


@pytest.mark.parametrize(
    ("body", "kid"),
    [
        (binding(b64.encode(b'{"alg":"HS256","kid":"kid-1","url":"https://ca.example/new"}')), "kid-1"),
        (binding(b64.encode(b'{"alg":"HS256"}')), None),
        (binding(b64.encode(b'{"kid":7}')), None),
        (binding(b64.encode(b"[]")), None),
        (binding("?"), None),
        (binding(None), None),
        (b'{"status": "valid", "externalAccountBinding": "x"}', None),
        (b'{"status": "valid"}', None),
    ],
)
def test_the_key_identifier_of_the_binding(folder: AccountFolder, body: bytes, kid: str | None) -> None:
    """It is in the protected header of the binding that the CA gave back, if it gave it back."""
    folder.save(USER, URL, body)
    assert folder.stored() == Stored(URL, kid)


@pytest.mark.parametrize(
    "content",
    [
        b'{"email": "x", "registration": null}',
        b'{"email": "x"}',
        b'{"registration": {"body": {}, "uri": "https://ca.example/1"}}',
        b'{"registration": {"body": {"status": "valid"}, "uri": ""}}',
        b'{"registration": {"body": [], "uri": "https://ca.example/1"}}',
        b"",
        b"{",
        b"[" * 100_000,
        b"\xff\x00",
    ],
)
def test_a_registration_that_did_not_happen(folder: AccountFolder, content: bytes) -> None:
    """lego saves an account without one when it is stopped, a disk may lose one; then the CA is asked again."""
    folder.folder.mkdir(parents=True)
    (folder.folder / "account.json").write_bytes(content)
    assert folder.stored() is None


def test_a_damaged_key_is_named(folder: AccountFolder) -> None:
    """What is no key is not taken for missing: that would make a new account."""
    folder.key_file.parent.mkdir(parents=True)
    folder.key_file.write_bytes(b"no key")
    with pytest.raises(AccountDamaged) as caught:
        folder.key()
    assert caught.value.facts["file"] == folder.key_file


def test_a_lost_key_is_told_from_a_missing_account(folder: AccountFolder) -> None:
    """The registration is there: not the directory is wrong, the key is gone."""
    folder.save(USER, URL, b'{"status": "valid"}')
    with pytest.raises(AccountKeyLost) as caught:
        folder.existing_key()
    assert caught.value.facts["file"] == folder.key_file


def test_archiving_and_restoring(tree: Tree, folder: AccountFolder) -> None:
    """The whole folder moves, and moves back over what was begun in its place."""
    assert folder.archive(NOW) is None
    folder.save(USER, URL, b'{"status": "valid"}')
    archived = folder.archive(NOW)
    assert archived == tree.archives / f"{int(NOW.timestamp())}.accounts" / "ca.example_14000" / USER
    assert not folder.folder.exists()
    folder.save_key(generate(KeyType.EC256))
    folder.restore(archived)
    assert folder.key() is None
    assert folder.stored() == Stored(URL, None)


def test_listing(tree: Tree, folder: AccountFolder) -> None:
    """Registered accounts only; a damaged one hides no other."""
    assert listed(tree) == []
    folder.save(USER, URL, b'{"status": "valid"}')
    broken = AccountFolder(tree, SERVER, "broken@example.com").folder
    broken.mkdir(parents=True)
    (broken / "account.json").write_bytes(b"{")
    assert [(each.email, each.server, each.folder) for each in listed(tree)] == [
        (USER, "ca.example:14000", folder.folder)
    ]


def test_a_url_that_is_none_hides_no_account(tree: Tree, folder: AccountFolder) -> None:
    """Found by fuzzing: a file may say anything."""
    folder.save(USER, "https://[", b'{"status": "valid"}')
    assert [(each.email, each.server) for each in listed(tree)] == [(USER, "")]


def test_an_account_object_without_end(folder: AccountFolder) -> None:
    """S-20: the registration is kept all the same, in a file that can be read again."""
    folder.save_key(generate(KeyType.EC256))
    folder.save(USER, URL, json.dumps({"status": "valid", "contact": ["<" * 900_000]}).encode())
    assert folder.stored() == Stored(URL, kid=None)


def test_links_are_followed(tree: Tree, folder: AccountFolder, tmp_path: Path) -> None:
    """A key and an account's file that are kept elsewhere stay there, as with lego, through a change of the key."""
    folder.save_key(generate(KeyType.EC256))
    folder.save(USER, URL, b'{"status": "valid"}')
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for file in (folder.key_file, folder.folder / "account.json"):
        file.rename(elsewhere / file.name)
        file.symlink_to(elsewhere / file.name)
    new = generate(KeyType.EC384)
    folder.save_next_key(new)
    folder.take_next_key()
    folder.save(USER, f"{URL}2", b'{"status": "valid"}')
    assert folder.key_file.is_symlink()
    assert spki(from_pem((elsewhere / folder.key_file.name).read_bytes()).public_key()) == spki(new.public_key())
    assert f"{URL}2" in (elsewhere / "account.json").read_text()
    assert folder.next_key() is None
    assert {file.name for file in elsewhere.iterdir()} == {folder.key_file.name, "account.json"}


def test_a_link_that_is_not_followed_keeps_the_key(folder: AccountFolder, tmp_path: Path) -> None:
    """It is told before the CA hears of the new one."""
    folder.save_key(generate(KeyType.EC256))
    folder.key_file.unlink()
    folder.key_file.symlink_to("/dev/null")
    with pytest.raises(LinkNotFollowed):
        folder.save_next_key(generate(KeyType.EC256))
    assert folder.next_key() is None


def test_a_key_behind_a_link_is_forgotten(folder: AccountFolder, tmp_path: Path) -> None:
    """One that the CA refused stays nowhere; the link, which is the user's, stays."""
    folder.key_file.parent.mkdir(parents=True)
    folder.key_file.symlink_to(tmp_path / "key")
    folder.save_key(generate(KeyType.EC256))
    assert (tmp_path / "key").exists()
    folder.forget_key()
    assert not (tmp_path / "key").exists()
    assert folder.key_file.is_symlink()
