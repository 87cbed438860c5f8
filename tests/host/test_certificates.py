"""Certificates' files in lego v4's layout: formats, one set at any time, and a kill at every step on the way."""

import errno
import os
import shutil
import stat
from pathlib import Path

import pytest

from tegata.host import pems
from tegata.host.certificates import CERTIFICATE, FACTS, ISSUER, KEY, PFX, CertificateFiles, listed
from tegata.host.errors import CertificateDamaged, CertificateNotFound, DiskFull, LinkNotFollowed, NotWritable
from tegata.host.files import Tree
from tegata.host.newset import NewSet
from tegata.host.pems import read_leaf
from tegata.pki.certs import load_chain, to_pem
from tegata.pki.keys import from_pem, spki
from tests.host import issued
from tests.host.killed import in_a_child_killed_before
from tests.host.synced import synced

NAME = "www.example.com"


def new_set(mark: str, *, pfx: bool = True, days_ago: int = 1) -> NewSet:
    """A set whose every file can be told from another set's."""
    key = issued.new_key()
    before = issued.NOW - days_ago * (issued.NOW - issued.NOW.replace(day=issued.NOW.day - 1))
    leaf = issued.certificate(key, NAME, not_before=before)
    return NewSet(NAME, key, [leaf, issued.issuer()], f"https://ca.example/{mark}", mark.encode() if pfx else None)


OLD = new_set("old", days_ago=2)
NEW = new_set("new")
NEWER = new_set("newer", days_ago=0)
assert NEW.key is not None
NEW_KEY = NEW.key


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path / "lego")


@pytest.fixture
def files(tree: Tree) -> CertificateFiles:
    return CertificateFiles(tree, NAME)


def save(files: CertificateFiles, new: NewSet) -> None:
    files.resume()
    with files.prepared(new.key):
        files.save(new)


def on_disk(files: CertificateFiles) -> dict[str, bytes]:
    """The visible files by ending; hidden ones by name, so that a test sees what should not be there."""
    folder = files.file("").parent
    return {
        file.name.removeprefix(files.stem): b"" if file.is_dir() else file.read_bytes()
        for file in (folder.iterdir() if folder.exists() else ())
    }


def test_the_four_files_and_their_formats(files: CertificateFiles) -> None:
    """Octet for octet what lego 4.9.1 writes; the issuers are those the CA sent (C-05, F-26)."""
    without_pfx = NewSet(NAME, NEW.key, NEW.chain, NEW.url, None)
    save(files, without_pfx)
    found = on_disk(files)
    assert set(found) == {".key", ".crt", ".issuer.crt", ".json"}
    assert found[CERTIFICATE] == to_pem(NEW.chain)
    assert found[ISSUER] == to_pem(NEW.chain[1:])
    assert found[KEY].startswith(b"-----BEGIN EC PRIVATE KEY-----\n")
    for each in (found[CERTIFICATE], found[ISSUER], found[KEY]):
        assert max(map(len, each.split(b"\n"))) == 64
        assert each.endswith(b"-----\n")
        assert b"\r" not in each
    assert found[FACTS] == (
        b'{\n\t"domain": "www.example.com",\n\t"certUrl": "https://ca.example/new",\n'
        b'\t"certStableUrl": "https://ca.example/new"\n}'
    )


def test_rights(files: CertificateFiles) -> None:
    """All files for the owner only, the folders too (F-26)."""
    save(files, NEW)
    folder = files.file("").parent
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}
    assert {stat.S_IMODE(each.stat().st_mode) for each in (folder, folder.parent)} == {0o700}


def test_rights_that_an_operator_has_given_stay(files: CertificateFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    """A web server of another user reads the key after a renewal, too, as with lego, which writes into the file."""
    save(files, OLD)
    files.file(KEY).chmod(0o640)
    files.file(CERTIFICATE).chmod(0o644)
    given: list[tuple[int, int, int]] = []
    monkeypatch.setattr(os, "fchown", lambda file, user, group: given.append((os.fstat(file).st_ino, user, group)))
    lstat = Path.lstat

    def of_a_group(file: Path) -> os.stat_result:
        found = list(lstat(file))
        if file == files.file(KEY):
            found[stat.ST_GID] += 1
        return os.stat_result(found)

    monkeypatch.setattr(Path, "lstat", of_a_group)
    group = files.file(KEY).lstat().st_gid
    save(files, NEW)
    assert given == [(files.file(KEY).stat().st_ino, os.getuid(), group)]
    monkeypatch.undo()
    modes = {ending: stat.S_IMODE(files.file(ending).stat().st_mode) for ending in (KEY, CERTIFICATE, PFX)}
    assert modes == {KEY: 0o640, CERTIFICATE: 0o644, PFX: 0o600}


def test_a_group_that_cannot_be_given(files: CertificateFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then nobody else may read it: its writer's group is another one."""
    save(files, OLD)
    files.file(KEY).chmod(0o640)

    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "fchown", refuse)
    lstat = Path.lstat

    def of_a_group(file: Path) -> os.stat_result:
        found = list(lstat(file))
        if file == files.file(KEY):
            found[stat.ST_GID] += 1
        return os.stat_result(found)

    monkeypatch.setattr(Path, "lstat", of_a_group)
    save(files, NEW)
    assert stat.S_IMODE(files.file(KEY).stat().st_mode) == 0o600


@pytest.fixture
def elsewhere(tmp_path: Path, files: CertificateFiles) -> Path:
    """Where key and certificate are wanted: the files of a set there, and links to them in their place."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    save(files, OLD)
    for ending, mode in ((KEY, 0o640), (CERTIFICATE, 0o644)):
        files.file(ending).rename(folder / f"site{ending}")
        (folder / f"site{ending}").chmod(mode)
        files.file(ending).symlink_to(f"../../elsewhere/site{ending}")
    return folder


def test_links_are_followed(files: CertificateFiles, elsewhere: Path) -> None:
    """As with lego, which writes into what is there: a new set comes to where the links lead, with the rights there.

    The first is a link to a link, and one that leads to nothing yet is a wish for a file.
    """
    files.file(ISSUER).unlink()
    files.file(ISSUER).symlink_to(elsewhere / "issuer.crt")
    (elsewhere / f"site{KEY}").rename(elsewhere / "key")
    (elsewhere / f"site{KEY}").symlink_to("key")
    with synced() as brought_down:  # before the copies in the tree go
        save(files, NEW)
    assert elsewhere in brought_down
    assert all(files.file(ending).is_symlink() for ending in (KEY, CERTIFICATE, ISSUER))
    assert {file.name for file in elsewhere.iterdir()} == {"key", f"site{KEY}", f"site{CERTIFICATE}", "issuer.crt"}
    assert pems.fits((elsewhere / "key").read_bytes(), NEW.chain[0])
    assert (elsewhere / f"site{CERTIFICATE}").read_bytes() == to_pem(NEW.chain)
    modes = [stat.S_IMODE((elsewhere / name).stat().st_mode) for name in ("key", f"site{CERTIFICATE}", "issuer.crt")]
    assert modes == [0o640, 0o644, 0o600]
    assert (elsewhere / f"site{KEY}").is_symlink()


def test_a_kill_at_any_step_behind_links(files: CertificateFiles, elsewhere: Path) -> None:
    """The next run finishes it or clears it away."""
    step = 1
    while in_a_child_killed_before(step, lambda: save(files, NEW)):
        files.resume()
        assert pems.fits((elsewhere / f"site{KEY}").read_bytes(), files.existing_chain()[0])
        assert {file.name for file in elsewhere.iterdir()} == {f"site{KEY}", f"site{CERTIFICATE}"}
        save(files, OLD)
        step += 1
    assert step > 10
    assert files.existing_chain() == NEW.chain


def test_a_kill_behind_links_and_another_program(files: CertificateFiles, elsewhere: Path) -> None:
    """What lego wrote since stays, and no private key of the set that is given up lies about where the links lead."""
    left, step = [], 1
    while in_a_child_killed_before(step, lambda: save(files, NEW)):
        left.append({file.name for file in elsewhere.iterdir()})
        for ending, content in NEWER.files().items():
            files.file(ending).write_bytes(content)
        files.resume()
        assert pems.fits((elsewhere / f"site{KEY}").read_bytes(), NEWER.chain[0])
        assert {file.name for file in elsewhere.iterdir()} == {f"site{KEY}", f"site{CERTIFICATE}"}
        save(files, OLD)
        step += 1
    assert any(f".site{KEY}.new" in names for names in left)


def test_a_full_disk_behind_links(files: CertificateFiles, elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Key and certificate there stay those that fit each other, and the next run that finds room brings the new."""
    honest = os.fsync

    def full(descriptor: int) -> None:
        there = (elsewhere / f".site{CERTIFICATE}.new").exists()
        if there and os.path.samestat(os.fstat(descriptor), (elsewhere / f".site{CERTIFICATE}.new").stat()):
            raise OSError(errno.ENOSPC, "No space left on device")
        honest(descriptor)

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(DiskFull):
            save(files, NEW)
    assert pems.fits((elsewhere / f"site{KEY}").read_bytes(), OLD.chain[0])
    assert files.existing_chain() == OLD.chain
    assert {file.name for file in elsewhere.iterdir()} == {f"site{KEY}", f"site{CERTIFICATE}"}
    assert files.resume()
    assert pems.fits((elsewhere / f"site{KEY}").read_bytes(), NEW.chain[0])
    assert files.existing_chain() == NEW.chain
    for ending in (ISSUER, FACTS):  # which are no links
        assert files.file(ending).read_bytes() == NEW.files(called=files.name)[ending]


def hide(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Let nobody look into a folder, root neither."""
    looked = Path.lstat

    def lstat(path: Path) -> os.stat_result:
        if path.is_relative_to(folder):
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return looked(path)

    monkeypatch.setattr(Path, "lstat", lstat)


def test_a_folder_in_which_no_link_can_be_looked_for(files: CertificateFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told, as of a folder that cannot be written."""
    hide(monkeypatch, files.tree.certificates)
    with pytest.raises(NotWritable), files.prepared(NEW.key):
        pytest.fail("it would be ordered")


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        ("a stranger's", "the link belongs to another user"),
        ("through a stranger's", "the link belongs to another user"),
        ("to a device", "there is something else than a file"),
        ("in a ring", "there is something else than a file"),
        ("to nowhere", "it is a link that leads nowhere"),
        ("where all may write", "everybody may write to its folder"),
        ("where nobody may write", "its folder cannot be written"),
        ("where nobody may look", "Permission denied"),
    ],
)
def test_links_that_are_not_followed(
    files: CertificateFiles, elsewhere: Path, monkeypatch: pytest.MonkeyPatch, spoil: str, reason: str
) -> None:
    """It is told before anything is ordered, and nothing is changed: whoever may make a link might else have any file
    written over with root's rights."""
    link = files.file(KEY)
    link.unlink()
    others = {"to a device": Path("/dev/null"), "in a ring": link, "to nowhere": Path("/nowhere/x")}
    link.symlink_to(others.get(spoil, elsewhere / "x"))
    if spoil == "a stranger's":
        monkeypatch.setattr(os, "geteuid", lambda: link.lstat().st_uid + 1)
        os.lchown(link, 1, 1) if os.getuid() == 0 else None
    elif spoil == "through a stranger's":
        on_the_way = elsewhere.with_name("way")
        on_the_way.symlink_to(elsewhere)
        link.unlink()
        link.symlink_to(on_the_way / "x")
        if os.getuid() == 0:
            os.lchown(on_the_way, 1, 1)
        else:
            monkeypatch.setattr("tegata.host.links._is_ours", lambda each: each != on_the_way)
    elif spoil == "where all may write":
        elsewhere.chmod(0o777)
    elif spoil == "where nobody may write":
        monkeypatch.setattr(os, "access", lambda *_: False)
    elif spoil == "where nobody may look":
        hide(monkeypatch, elsewhere)
    with pytest.raises(LinkNotFollowed) as caught, files.prepared(NEW.key):
        pytest.fail("it would be ordered")
    assert (caught.value.facts["path"], caught.value.facts["reason"]) == (link, reason)
    assert not files.is_interrupted()


def test_a_set_takes_the_place_of_the_one_before(files: CertificateFiles) -> None:
    """And a PFX file that this set does not have stays, as with lego."""
    save(files, OLD)
    save(files, NewSet(NAME, NEW.key, NEW.chain, NEW.url, None))
    found = on_disk(files)
    assert found[PFX] == b"old"
    assert found[CERTIFICATE] == to_pem(NEW.chain)


def test_an_order_that_came_to_nothing_leaves_nothing(files: CertificateFiles) -> None:
    """The key that was written beforehand is cleared away, the set in place is not touched."""
    save(files, OLD)
    before = on_disk(files)
    with files.prepared(NEW.key):
        assert len(on_disk(files)) == len(before) + 1
    assert on_disk(files) == before


def test_the_room_that_is_kept_is_there_for_what_is_written(files: CertificateFiles) -> None:
    """On a disk that is full but for it, the set that was paid for has a place (C-04)."""
    with files.prepared(NEW.key):
        [room] = files.file("").parent.glob(".*/.room")
        assert room.stat().st_size >= 8 * len(b"".join(NEW.files().values()))
        files.make_room()
        assert not room.exists()


def test_a_certificate_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CertificateDamaged):
        pems.read_leaf(tmp_path / "gone.crt")


def check_is_one_set(files: CertificateFiles, allowed: tuple[NewSet, ...]) -> NewSet:
    found = on_disk(files)
    for candidate in allowed:
        if found == candidate.files():
            return candidate
    raise AssertionError(f"no whole set, or rubbish beside it: {sorted(found)}")


def test_a_kill_at_any_step_leaves_what_the_next_run_finishes(tree: Tree, files: CertificateFiles) -> None:
    """Old or new, never mixed, nothing left over; also when the run that finishes is killed at any of its steps.

    C-04.
    """
    save(files, OLD)
    template = tree.path.with_name("template")
    shutil.copytree(tree.path, template)
    outcomes = []
    step = 1
    while True:
        shutil.rmtree(tree.path)
        shutil.copytree(template, tree.path)
        if not in_a_child_killed_before(step, lambda: save(files, NEW)):
            break
        shown = {ending: content for ending, content in on_disk(files).items() if not ending.startswith(".www")}
        for ending, content in shown.items():  # whatever is in place is whole
            assert content in (OLD.files()[ending], NEW.files()[ending])
        second = 1
        while in_a_child_killed_before(second, files.resume):
            second += 1
        files.resume()
        outcomes.append(check_is_one_set(files, (OLD, NEW)))
        step += 1
    assert check_is_one_set(files, (NEW,)) is NEW
    # One moment decides: before it all runs leave the old set, after it all leave the new one.
    decisive = outcomes.index(NEW)
    assert 5 < decisive < len(outcomes) - 5
    assert outcomes == [OLD] * decisive + [NEW] * (len(outcomes) - decisive)


@pytest.mark.parametrize("step_by_step", [(OLD, NEW), (NEW, OLD)], ids=["later", "backdated"])
def test_a_set_that_begins_before_the_one_in_place(
    tree: Tree, files: CertificateFiles, step_by_step: tuple[NewSet, NewSet]
) -> None:
    """Another CA backdates further, or ``--not-before`` was given: after a kill it is old or new, too, never mixed."""
    former, following = step_by_step
    save(files, former)
    template = tree.path.with_name("template")
    shutil.copytree(tree.path, template)
    outcomes, step = [], 1
    while True:
        shutil.rmtree(tree.path)
        shutil.copytree(template, tree.path)
        if not in_a_child_killed_before(step, lambda: save(files, following)):
            break
        files.resume()
        outcomes.append(check_is_one_set(files, (former, following)))
        step += 1
    assert outcomes[-1] is following
    assert outcomes == sorted(outcomes, key=lambda each: each is following)


def leave_ready(files: CertificateFiles, new: NewSet, *, but: tuple[str, ...] = ()) -> None:
    """What a killed process leaves after the decisive moment: a ready set, some of it in place already."""
    ready = files.file("").with_name(f".{NAME}.ready")
    ready.mkdir(parents=True)
    for ending, content in new.files().items():
        (files.file(ending) if ending in but else ready / ending).write_bytes(content)


def test_a_ready_set_is_brought_in(files: CertificateFiles) -> None:
    """Whole, or the rest of it."""
    leave_ready(files, OLD)
    assert files.resume()
    leave_ready(files, NEW, but=(ISSUER, PFX, FACTS, KEY))
    assert files.is_interrupted()
    assert files.resume()
    assert check_is_one_set(files, (NEW,)) is NEW
    assert not files.is_interrupted()
    assert not files.resume()


@pytest.mark.parametrize(
    ("ready", "moved", "in_place"),
    [
        (OLD, (), NEW),  # it would make the certificate older
        (NEW, (ISSUER, PFX, FACTS, KEY), OLD),  # the rest of it would not fit the key
        (NEW, (ISSUER, PFX, FACTS, KEY, CERTIFICATE), OLD),  # nothing is left of it
    ],
)
def test_another_program_has_written_since(
    files: CertificateFiles, ready: NewSet, moved: tuple[str, ...], in_place: NewSet
) -> None:
    """lego was used after the crash: what it wrote stays."""
    leave_ready(files, ready, but=moved)
    for ending, content in in_place.files().items():
        files.file(ending).write_bytes(content)
    assert not files.resume()
    assert check_is_one_set(files, (in_place,)) is in_place


def test_which_ca_it_is_from(files: CertificateFiles) -> None:
    """A CA is told only of certificates of its own (X-16)."""
    assert not files.is_from("https://ca.example/directory")
    save(files, OLD)
    assert files.is_from("https://ca.example/directory")
    assert not files.is_from("https://other.example/directory")


def test_archiving(tree: Tree, files: CertificateFiles) -> None:
    """lego's names in the archives; files of other names stay."""
    save(files, NEW)
    files.file(".pem").write_bytes(b"pem")
    other = files.file("").with_name(f"{NAME}.au.crt")
    other.touch()
    files.archive(issued.NOW)
    stamp = int(issued.NOW.timestamp())
    endings = (".key", ".crt", ".issuer.crt", ".json", ".pfx", ".pem")
    assert {file.name for file in tree.archives.iterdir()} == {f"{stamp}.{NAME}{ending}" for ending in endings}
    assert list(other.parent.iterdir()) == [other]


def test_reading(tree: Tree, files: CertificateFiles) -> None:
    """What is in place, and where it was looked for if nothing is."""
    assert files.chain() is None
    with pytest.raises(CertificateNotFound) as caught:
        files.existing_chain()
    assert caught.value.facts == {"name": NAME, "file": files.file(CERTIFICATE), "path": tree.path}
    save(files, NEW)
    assert files.existing_chain() == list(NEW.chain)
    assert spki(from_pem(files.file(KEY).read_bytes()).public_key()) == spki(NEW_KEY.public_key())
    files.file(CERTIFICATE).write_bytes(b"rubbish")
    with pytest.raises(CertificateDamaged):
        files.existing_chain()


def test_the_issuer_is_found_where_lego_s_no_bundle_left_it(files: CertificateFiles) -> None:
    """The certificate's file may hold the leaf alone."""
    assert files.issuer() is None
    save(files, NEW)
    assert files.issuer() == NEW.chain[1]
    files.file(CERTIFICATE).write_bytes(to_pem(NEW.chain[:1]))
    assert files.issuer() == NEW.chain[1]
    files.file(ISSUER).unlink()
    assert files.issuer() is None


def test_listing(tree: Tree, files: CertificateFiles) -> None:
    """Certificates' files in order of names, and nobody else's."""
    assert listed(tree) == []
    save(files, NEW)
    assert listed(tree) == [files.file(CERTIFICATE)]
    assert read_leaf(listed(tree)[0]) == load_chain(to_pem(NEW.chain))[0]


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    """It shows before anything is ordered."""
    (tmp_path / "file").touch()
    files = CertificateFiles(Tree(tmp_path / "file"), NAME)
    with pytest.raises(NotWritable), files.prepared(NEW.key):
        pytest.fail("an order would have been made")


def test_a_disk_that_says_only_when_it_is_waited_for_that_it_is_full(
    files: CertificateFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One across a network; there, too, the room for a set is asked for before anything is ordered."""

    def full_beyond_a_key(descriptor: int) -> None:
        if os.fstat(descriptor).st_size > 32 * 1024:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full_beyond_a_key)
    with pytest.raises(DiskFull), files.prepared(NEW.key):
        pytest.fail("an order would have been made")
    assert on_disk(files) == {}
