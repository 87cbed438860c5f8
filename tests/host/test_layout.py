"""Trees of lego 5, and of both generations: what is found is understood, and what is written takes its form."""

import stat
from pathlib import Path

import pytest
from msgspec.structs import replace

from tegata.host import accounts, layout
from tegata.host.accounts import AccountFolder, Stored
from tegata.host.certificates import FACTS, KEY, CertificateFiles
from tegata.host.files import Tree
from tegata.host.layout_v4 import V4
from tegata.host.layout_v5 import V5
from tegata.host.newset import NewSet
from tegata.pki.forms import KeyForm
from tegata.pki.key_types import KeyType
from tegata.pki.keys import generate, to_pem
from tests.host import issued, lego5
from tests.host.test_accounts import SERVER, URL, USER

NAME = "www.example.com"


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path / "lego")


@pytest.fixture
def tree5(tree: Tree) -> Tree:
    """An account and a certificate of lego 5."""
    folder = tree.accounts / "ca.example_14000" / USER
    folder.mkdir(parents=True)
    (folder / "account.json").write_text(lego5.ACCOUNT)
    (folder / f"{USER}.key").write_bytes(to_pem(generate(KeyType.EC256), KeyForm.PKCS8))
    tree.certificates.mkdir()
    (tree.certificates / f"{NAME}.json").write_text(lego5.CERTIFICATE)
    return tree


def a_set(*names: str) -> NewSet:
    key = issued.new_key()
    return NewSet(names[0], key, [issued.certificate(key, *names), issued.issuer()], "https://ca.example/new", None)


def save(files: CertificateFiles, new: NewSet) -> None:
    with files.prepared(new.key):
        files.save(new)


def test_a_new_tree_is_lego_4_s(tree: Tree) -> None:
    """What a CA's manual shows."""
    assert layout.of_tree(tree) is V4
    folder = AccountFolder(tree, SERVER, USER)
    folder.save_key(generate(KeyType.EC256))
    assert folder.key_file == folder.folder / "keys" / f"{USER}.key"
    assert layout.of_tree(tree) is V4


def test_an_account_of_lego_5(tree5: Tree) -> None:
    """It is found with its key, and shown; what is written back is what lego 5 would write, octet for octet."""
    folder = AccountFolder(tree5, SERVER, USER)
    folder.existing_key()
    assert folder.stored() == Stored(URL, kid=None)
    [listed] = accounts.listed(tree5)
    assert (listed.user, listed.email, listed.server) == (USER, USER, "ca.example:14000")
    assert (listed.directory, listed.key_type, listed.folder) == (SERVER, "EC256", folder.folder)
    answer = b'{"orders":"https://ca.example:14000/list/1","contact":["mailto:test@example.com"],"status":"valid"}'
    folder.save(USER, URL, answer)
    assert (folder.folder / "account.json").read_text() == lego5.ACCOUNT


def test_what_is_new_in_a_tree_of_lego_5(tree5: Tree) -> None:
    """A second account and a second certificate are lego 5's too: places, forms and rights."""
    folder = AccountFolder(tree5, "https://other.example/dir", "me")
    folder.save_key(generate(KeyType.RSA2048))
    folder.save(None, "https://other.example/1", b'{"status":"valid"}')
    assert (folder.folder / "me.key").read_bytes().startswith(b"-----BEGIN PRIVATE KEY-----\n")
    assert (folder.folder / "account.json").read_text() == (
        '{\n\t"id": "me",\n\t"email": "",\n\t"keyType": "RSA2048",\n\t"server": "https://other.example/dir",\n'
        '\t"origin": "command",\n\t"registration": {\n\t\t"status": "valid",\n'
        '\t\t"accountURL": "https://other.example/1"\n\t}\n}'
    )
    files = CertificateFiles(tree5, "*.example.org")
    save(files, a_set("*.example.org", "example.org"))
    assert files.file(KEY) == tree5.certificates / "_.example.org.key"
    assert files.file(KEY).read_bytes().startswith(b"-----BEGIN PRIVATE KEY-----\n")
    assert files.file(FACTS).read_text() == (
        '{\n\t"id": "*.example.org",\n\t"domains": [\n\t\t"*.example.org",\n\t\t"example.org"\n\t],\n'
        '\t"keyType": "EC256",\n\t"certUrl": "https://ca.example/new",\n'
        '\t"certStableUrl": "https://ca.example/new",\n\t"origin": "command"\n}'
    )
    written = [
        file
        for file in tree5.path.rglob("*")
        if file.suffix in (".key", ".json") and {"me", "_"} & {file.name[0], file.parent.name}
    ]
    assert {stat.S_IMODE(file.stat().st_mode) for file in written} == {0o600}


def test_a_renewal_keeps_where_a_certificate_came_from(tree5: Tree) -> None:
    """Origin stays; address, names, profile and chain are those of the new order."""
    files = CertificateFiles(tree5, NAME)
    new = replace(a_set(NAME, "example.com"), profile="classic", preferred_chain="Root X")
    save(files, new)
    expected = lego5.CERTIFICATE.replace("https://ca.example:14000/cert/1", "https://ca.example/new")
    expected = expected.replace('"profile": "shortlived"', '"preferredChain": "Root X",\n\t"profile": "classic"')
    assert files.file(FACTS).read_text() == expected


def test_everything_keeps_the_form_it_is_found_in(tree5: Tree) -> None:
    """Half of the tree is lego 4's, as after a migration that was cut off or was for the accounts alone."""
    files = CertificateFiles(tree5, "old.example.com")
    files.file(FACTS).write_text('{\n\t"domain": "old.example.com",\n\t"certUrl": "x",\n\t"certStableUrl": "x"\n}')
    save(files, a_set("old.example.com"))
    assert files.file(KEY).read_bytes().startswith(b"-----BEGIN EC PRIVATE KEY-----\n")
    assert '"domain": "old.example.com"' in files.file(FACTS).read_text()
    old = tree5.accounts / "ca.example_14000" / "old@example.com"
    (old / "keys").mkdir(parents=True)
    (old / "keys" / "old@example.com.key").write_bytes(to_pem(generate(KeyType.EC384), KeyForm.TRADITIONAL))
    folder = AccountFolder(tree5, SERVER, "old@example.com")
    assert folder.key_file.parent == old / "keys"
    folder.save("old@example.com", URL, b'{"status":"valid"}')
    assert '"uri"' in (old / "account.json").read_text()
    assert [(each.email, each.key_type) for each in accounts.listed(tree5)] == [
        ("old@example.com", "EC384"),
        (USER, "EC256"),
    ]


@pytest.mark.parametrize(
    ("content", "expected"), [('{"id": "a"}', V5), ('{"domain": "a"}', V4), ("", V4), ("[]", V4), ('{"id": 5}', V4)]
)
def test_a_tree_without_accounts(tree: Tree, content: str, expected: object) -> None:
    """Its certificates say whose it is."""
    tree.certificates.mkdir(parents=True)
    (tree.certificates / "a.json").write_text(content)
    assert layout.of_tree(tree) is expected


@pytest.mark.parametrize(
    "registration",
    [
        "null",
        "[]",
        "{}",
        '{"status": "valid"}',
        '{"status": "", "accountURL": "x"}',
        '{"status": "v", "accountURL": 5}',
    ],
)
def test_a_registration_of_lego_5_that_did_not_happen(tree5: Tree, registration: str) -> None:
    """The key is what counts; the CA can be asked for the rest."""
    folder = AccountFolder(tree5, SERVER, USER)
    (folder.folder / "account.json").write_text(f'{{"id": "{USER}", "registration": {registration}}}')
    folder.existing_key()
    assert folder.stored() is None
    assert accounts.listed(tree5) == []
