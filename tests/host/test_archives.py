"""The archives of both generations: put away, listed, brought back, and a kill at every step of each."""

import io
import json
import stat
import zipfile
from pathlib import Path

import pytest

from tegata.host import archives
from tegata.host.accounts import AccountFolder, Stored
from tegata.host.certificates import CERTIFICATE, CertificateFiles
from tegata.host.errors import ArchiveDamaged, ArchiveNotFound, InTheWay
from tegata.host.files import SIZE_LIMIT, Tree
from tegata.pki.key_types import KeyType
from tegata.pki.keys import generate
from tests.host import issued
from tests.host.killed import every_kill
from tests.host.synced import synced
from tests.host.test_accounts import SERVER, URL, USER
from tests.host.test_layout import a_set, save

NAME = "www.example.com"
STAMP = int(issued.NOW.timestamp())


@pytest.fixture(params=["4", "5"])
def tree(request: pytest.FixtureRequest, tmp_path: Path) -> Tree:
    """A tree with an account and a certificate, by generation."""
    tree = Tree(tmp_path / "lego")
    folder = tree.accounts / "ca.example_14000" / USER
    (folder / "keys" if request.param == "4" else folder).mkdir(parents=True)
    if request.param == "5":
        (folder / f"{USER}.key").touch()
    account = AccountFolder(tree, SERVER, USER)
    account.save_key(generate(KeyType.EC256))
    account.save(USER, URL, b'{"status": "valid"}')
    save(CertificateFiles(tree, NAME), a_set(NAME))
    return tree


def contents(tree: Tree) -> dict[str, bytes]:
    """All files in use, by path; archives and rubbish in hidden files are not."""
    return {
        file.relative_to(tree.path).as_posix(): file.read_bytes()
        for room in (tree.accounts, tree.certificates)
        for file in room.rglob("*")
        if file.is_file() and not file.name.startswith(".")
    }


def everything(tree: Tree) -> set[bytes]:
    """The content of every file, those inside archives included: what nothing may be lost of."""
    found = set()
    for file in tree.path.rglob("*"):
        if file.suffix == ".zip":
            with zipfile.ZipFile(file) as packed:
                found |= {packed.read(name) for name in packed.namelist()}
        elif file.is_file():
            found.add(file.read_bytes())
    return found


def put_away(tree: Tree) -> None:
    CertificateFiles(tree, NAME).archive(issued.NOW)
    AccountFolder(tree, SERVER, USER).archive(issued.NOW)


def bring_back(tree: Tree) -> None:
    for archive in archives.found(tree):
        archives.restore(tree, archive)


def test_there_and_back(tree: Tree) -> None:
    """Both are listed by name and time, and come back octet for octet; nothing is left in the archives."""
    before = contents(tree)
    put_away(tree)
    assert contents(tree) == {}
    found = archives.found(tree)
    assert [(each.about, each.since) for each in found] == [("account", issued.NOW), ("certificate", issued.NOW)]
    assert NAME in found[1].subject
    for archive in found:
        assert archives.find(tree, archive.name) == archive
        archives.restore(tree, archive)
    assert contents(tree) == before
    assert archives.found(tree) == []
    assert AccountFolder(tree, SERVER, USER).stored() == Stored(URL, None)
    modes = {stat.S_IMODE(file.stat().st_mode) for file in tree.path.rglob("*") if file.is_file()}
    assert modes == {0o600}


@pytest.mark.parametrize("tree", ["5"], indirect=True)
def test_lego_5_s_zip_files(tree: Tree) -> None:
    """Names, comment and contents as lego 5 makes and unpacks them."""
    before = contents(tree)
    put_away(tree)
    names = {file.relative_to(tree.archives).as_posix() for file in tree.archives.rglob("*.zip")}
    assert names == {f"certificates/{NAME}_{STAMP}.zip", f"accounts/ca.example_14000_{USER}_{STAMP}.zip"}
    for file in tree.archives.rglob("*.zip"):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        with zipfile.ZipFile(file) as packed:
            below = packed.comment.decode()
            for name in packed.namelist():
                assert packed.read(name) == before.pop(f"{below}/{name}")
    assert before == {}


def test_nothing_is_overwritten(tree: Tree) -> None:
    """What has come in the meantime stays, and the archive too."""
    put_away(tree)
    save(CertificateFiles(tree, NAME), a_set(NAME))
    AccountFolder(tree, SERVER, USER).save_key(generate(KeyType.EC256))
    before, found = contents(tree), archives.found(tree)
    for archive in found:
        with pytest.raises(InTheWay):
            archives.restore(tree, archive)
    assert contents(tree) == before
    assert archives.found(tree) == found


def test_no_such_archive(tree: Tree) -> None:
    """It is named with where it was looked for."""
    with pytest.raises(ArchiveNotFound) as caught:
        archives.find(tree, "x")
    assert caught.value.facts == {"name": "x", "folder": tree.archives}


@pytest.mark.parametrize("work", [put_away, bring_back])
def test_a_kill_at_any_step_loses_nothing(tree: Tree, work: object) -> None:
    """After it every file is there, in use or in an archive, and the same work done again ends as it would have."""
    before = contents(tree)
    if work is bring_back:
        put_away(tree)
    assert callable(work)
    step = 0
    for step in every_kill(tree.path, lambda: work(tree)):  # noqa: B007 - the last one counts
        assert set(before.values()) <= everything(tree)
        work(tree)
        assert contents(tree) == ({} if work is put_away else before)
        if work is put_away:
            found = archives.found(tree)
            assert {each.about for each in found} == {"account", "certificate"}
            assert all(len(each.files) == 4 for each in found if len(each.files) > 1)
    assert step > 10


def zipped(comment: bytes, names: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.comment = comment
        for name, each in names.items():
            packed.writestr(name, each)
    return content.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK rubbish",
        zipped(b"", {"a.crt": b""}),
        zipped(b"certificates", {}),
        zipped(b"..", {"a.crt": b""}),
        zipped(b"/etc", {"a.crt": b""}),
        zipped(b".tegata", {"a.crt": b""}),
        zipped(b"accounts/a", {"a.key": b""}),
        zipped(b"certificates", {"../a.crt": b""}),
        zipped(b"certificates", {"/a.crt": b""}),
        zipped(b"certificates", {"c:a.crt": b""}),
        zipped(b"certificates", {"..\\a.crt": b""}),
        zipped(b"certificates", {"b/a.crt": b""}),
        zipped(b"certificates", {".a.crt": b""}),
        zipped(b"certificates", {f"{'a' * 251}.crt": b""}),
        zipped(b"certificates", {"a" * 1001: b""}),
        zipped(b"certificates", {"a.crt": bytes(SIZE_LIMIT + 1)}),
        zipped(b"certificates", {f"{number}.crt": b"" for number in range(21)}),
        zipped(b"certificates", {"a.crt": b"x" * 999})[:-90],
    ],
    ids=range(19),
)
def test_an_archive_is_read_with_suspicion(tmp_path: Path, content: bytes) -> None:
    """Whatever is in it, nothing is written outside its place, and nothing without end. S-20."""
    tree = Tree(tmp_path / "lego")
    file = tree.archives / "certificates" / f"a_{STAMP}.zip"
    file.parent.mkdir(parents=True)
    file.write_bytes(content)
    [archive] = archives.found(tree)
    with pytest.raises(ArchiveDamaged):
        archives.restore(tree, archive)
    assert [each for each in tmp_path.rglob("*") if each.is_file()] == [file]


@pytest.mark.parametrize("moved", [[".issuer.crt"], [".issuer.crt", ".json"], [".issuer.crt", ".json", ".key"]])
def test_an_archiving_that_was_cut_off_goes_on_under_its_stamp(tmp_path: Path, moved: list[str]) -> None:
    """Later, by another process: the set is together again, and can be brought back as one."""
    tree = Tree(tmp_path / "lego")
    files = CertificateFiles(tree, NAME)
    save(files, a_set(NAME))
    before = contents(tree)
    tree.archives.mkdir()
    for ending in moved:  # in the order in which they go
        files.file(ending).rename(tree.archives / f"{STAMP}.{NAME}{ending}")
    files.archive(issued.NOW.replace(hour=20))
    [archive] = archives.found(tree)
    assert (archive.since, len(archive.files)) == (issued.NOW, 4)
    assert archive.files[-1].name.endswith(f"{NAME}{CERTIFICATE}")
    archives.restore(tree, archive)
    assert contents(tree) == before


def test_a_key_that_is_a_link_comes_back(tree: Tree) -> None:
    """As what it led to, in lego 5's archives, which hold no links: without it an account that was put away is lost."""
    account, elsewhere = AccountFolder(tree, SERVER, USER), tree.path.parent / "elsewhere.key"
    key = account.key_file.read_bytes()
    account.key_file.rename(elsewhere)
    account.key_file.symlink_to(elsewhere)
    archived = account.archive(issued.NOW)
    assert archived is not None
    account.restore(archived)
    assert account.key_file.read_bytes() == key
    assert elsewhere.read_bytes() == key


def test_two_in_one_second(tree: Tree) -> None:
    """Neither takes the other's place."""
    put_away(tree)
    AccountFolder(tree, SERVER, USER).save_key(generate(KeyType.EC256))
    save(CertificateFiles(tree, NAME), a_set(NAME))
    put_away(tree)
    assert [each.about for each in archives.found(tree)] == ["account"] * 2 + ["certificate"] * 2
    assert len({each.since for each in archives.found(tree)}) == 2


def test_json_of_lego_5_stays_readable(tree: Tree) -> None:
    """What comes out of an archive is the JSON that went in."""
    put_away(tree)
    bring_back(tree)
    assert json.loads((tree.certificates / f"{NAME}.json").read_text())["certUrl"] == "https://ca.example/new"


def test_an_archive_is_brought_back_under_the_lock_of_what_it_becomes(tree: Tree) -> None:
    """So that no other command is at work on it meanwhile."""
    put_away(tree)
    locks = {archive.about: archives.lock(archive) for archive in archives.found(tree)}
    assert locks == {
        "account": AccountFolder(tree, SERVER, USER).lock,
        "certificate": CertificateFiles(tree, NAME).lock,
    }


def test_an_account_whose_successor_did_not_come_about(tree: Tree) -> None:
    """What has begun since goes, the former comes back whole, and nothing of it is left in the archives."""
    before = contents(tree)
    account = AccountFolder(tree, SERVER, USER)
    archived = account.archive(issued.NOW)
    assert archived is not None
    account.save_key(generate(KeyType.EC256))
    account.restore(archived)
    assert contents(tree) == before
    assert archives.found(tree) == []


def test_keys_of_two_accounts_are_never_mixed(tree: Tree) -> None:
    """Where another account of that name has come about, even one without a file of the same name."""
    AccountFolder(tree, SERVER, USER).archive(issued.NOW)
    (archive,) = archives.found(tree)
    other = tree.accounts / "ca.example_14000" / USER / "other" / "account.key"
    other.parent.mkdir(parents=True)
    other.touch()
    with pytest.raises(InTheWay):
        archives.restore(tree, archive)
    assert [path for path in tree.accounts.rglob("*") if path.is_file()] == [other]


def test_what_was_put_away_is_on_the_disk(tree: Tree) -> None:
    """Both where it came from and where it went: else a power cut could take it from both, or give it back (C-04)."""
    account = AccountFolder(tree, SERVER, USER)
    with synced() as folders:
        archived = account.archive(issued.NOW)
    assert archived
    assert {archived.parent, account.folder.parent} <= folders
    with synced() as folders:
        CertificateFiles(tree, NAME).archive(issued.NOW)
    assert tree.certificates in folders


def test_a_folder_among_the_archives_is_none(tree: Tree) -> None:
    """Somebody's own, whatever it is called."""
    CertificateFiles(tree, NAME).archive(issued.NOW)
    before = archives.found(tree)
    (tree.archives / f"{STAMP}.other.example.crt").mkdir()
    assert archives.found(tree) == before


def test_times_beyond_the_calendar(tree: Tree) -> None:
    """As in a name that somebody made of milliseconds; the archive is there all the same, and comes back."""
    CertificateFiles(tree, NAME).archive(issued.NOW)
    for file in list(tree.archives.rglob("*")):
        if file.is_file():
            file.rename(file.with_name(file.name.replace(str(STAMP), "9" * 12)))
    (tree.archives / ("9" * 30 + ".accounts") / "ca.example" / USER).mkdir(parents=True)
    account, certificate = archives.found(tree)
    assert {each.since.year for each in (account, certificate)} == {9999}
    archives.restore(tree, certificate)
    assert CertificateFiles(tree, NAME).existing_chain()
