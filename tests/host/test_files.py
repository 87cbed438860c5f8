"""Private files and folders: their rights from the first moment, whole or not at all, one holder a lock."""

import errno
import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NoReturn

import pytest

from tegata.clock import SystemClock
from tegata.host import files
from tegata.host.errors import NotReadable, NotWritable
from tegata.host.files import (
    SIZE_LIMIT,
    Tree,
    make_folder,
    read,
    replace,
    take_rights,
    write_new,
    write_together,
)
from tests.host.synced import synced


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def _loose_umask():
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.usefixtures("_loose_umask")
def test_rights_do_not_depend_on_the_umask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Folders are 0700 all the way down, files 0600 from the first octet (C-07, S-22)."""
    opened, fdopen = list[int](), os.fdopen

    def look(descriptor: int, *others: Any, **more: Any) -> Any:
        opened.append(stat.S_IMODE(os.fstat(descriptor).st_mode))
        return fdopen(descriptor, *others, **more)

    monkeypatch.setattr(os, "fdopen", look)
    make_folder(tmp_path / "a" / "b")
    write_new(tmp_path / "a" / "b" / "key", b"secret")
    replace(tmp_path / "a" / "b" / "other", b"secret")
    assert [mode(tmp_path / each) for each in ("a", "a/b", "a/b/key", "a/b/other")] == [0o700, 0o700, 0o600, 0o600]
    assert opened == [0o600, 0o600]


def test_a_folder_that_is_there_keeps_its_rights(tmp_path: Path) -> None:
    """lego makes the root of the tree 0700 only when it makes it."""
    tmp_path.chmod(0o755)
    make_folder(tmp_path)
    assert mode(tmp_path) == 0o755


def test_a_new_file_never_follows_a_link(tmp_path: Path) -> None:
    """Somebody else's link in the way is replaced, not written through."""
    victim = tmp_path / "victim"
    victim.write_text("precious")
    (tmp_path / "key").symlink_to(victim)
    write_new(tmp_path / "key", b"secret")
    assert victim.read_text() == "precious"
    assert not (tmp_path / "key").is_symlink()


def test_replacing_leaves_nothing_else_behind(tmp_path: Path) -> None:
    """Twice, and after a crash that left its half-written file."""
    (tmp_path / ".file.new").write_text("half")
    replace(tmp_path / "file", b"one")
    replace(tmp_path / "file", b"two")
    assert {each.name: each.read_bytes() for each in tmp_path.iterdir()} == {"file": b"two"}


def test_reading(tmp_path: Path) -> None:
    """No file is None; what is too long or no file is told by its name."""
    (tmp_path / "file").write_bytes(b"x")
    assert read(tmp_path / "file") == b"x"
    assert read(tmp_path / "none") is None
    assert read(tmp_path / "file" / "below") is None
    (tmp_path / "long").write_bytes(b"x" * (SIZE_LIMIT + 1))
    for path in (tmp_path / "long", tmp_path):
        with pytest.raises(NotReadable) as caught:
            read(path)
        assert caught.value.facts["path"] == path


def test_what_cannot_be_written_is_named(tmp_path: Path) -> None:
    """A file where a folder should be, and a folder where a file should be."""
    (tmp_path / "file").touch()
    with pytest.raises(NotWritable) as caught:
        make_folder(tmp_path / "file" / "below")
    assert str(caught.value.facts["path"]).startswith(str(tmp_path / "file"))
    with pytest.raises(NotWritable):
        make_folder(tmp_path / "file")
    (tmp_path / "folder").mkdir()
    with pytest.raises(NotWritable):
        write_new(tmp_path / "folder", b"")


def test_a_link_that_leads_nowhere_is_told_as_such(tmp_path: Path) -> None:
    """The disk that it leads to is not mounted, say: "File exists" would help nobody."""
    (tmp_path / "link").symlink_to(tmp_path / "disk")
    with pytest.raises(NotWritable) as caught:
        make_folder(tmp_path / "link" / "accounts")
    assert caught.value.facts == {"path": tmp_path / "link", "reason": "it is a link that leads nowhere"}


def test_what_is_written_is_on_the_disk_before_it_is_in_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each file whole, and its name after it: a power cut leaves no empty key in the old one's place (C-04)."""
    synced: list[bytes | int] = []

    def note(descriptor: int) -> None:
        status = os.fstat(descriptor)
        synced.append((tmp_path / "key").read_bytes() if stat.S_ISDIR(status.st_mode) else status.st_size)

    monkeypatch.setattr(os, "fsync", note)
    write_together(tmp_path, {"key": b"12345", "certificate": b"123456789"})
    assert synced == [5, 9]
    replace(tmp_path / "key", b"678")
    assert synced[2:] == [3, b"678"]


def test_folders_that_are_made_are_on_the_disk(tmp_path: Path) -> None:
    """An account's key in a folder that a power cut takes away is lost, though it was itself brought down (C-04)."""
    with synced() as folders:
        make_folder(tmp_path / "accounts" / "ca.example" / "user")
    assert folders == {tmp_path, tmp_path / "accounts", tmp_path / "accounts" / "ca.example"}
    with synced() as folders:
        make_folder(tmp_path / "accounts" / "ca.example")
    assert not folders


def test_a_folder_in_one_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It cannot be brought down to the disk there, which is no reason not to work (root may read all)."""

    def refused(folder: Path) -> NoReturn:
        raise NotWritable(path=folder, reason="Permission denied")

    monkeypatch.setattr(files, "sync", refused)
    make_folder(tmp_path / "accounts")
    assert (tmp_path / "accounts").is_dir()


def test_a_lock_has_one_holder_and_the_next_is_told_once(tmp_path: Path) -> None:
    """Another process holds the lock; killing it sets the lock free (C-07)."""
    script = (
        "import sys, time; from pathlib import Path; from tegata.host.files import Tree\n"
        f"with Tree(Path({str(tmp_path)!r})).locked('x', lambda: None):\n"
        "    print('held', flush=True); time.sleep(60)"
    )
    waited = []
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"

        def waiting() -> None:
            waited.append(True)
            holder.kill()

        with Tree(tmp_path).locked("x", waiting):
            pass
    assert waited == [True]


def test_who_waits_for_a_lock_can_be_ended(tmp_path: Path) -> None:
    """As a thread of the configuration file's work, which no signal reaches; and the lock is free for others after."""

    class Ended(Exception):
        pass

    def look() -> None:
        raise Ended

    tree, waited = Tree(tmp_path), []
    with ThreadPoolExecutor(1) as other:

        def wait() -> None:
            with tree.locked("x", lambda: waited.append(True), look=look):
                pytest.fail("it was held")

        with tree.locked("x", pytest.fail), pytest.raises(Ended):
            other.submit(wait).result(30)
    assert waited == [True]
    with tree.locked("x", pytest.fail, look=look):
        pass


def test_locks_of_different_names_do_not_meet(tmp_path: Path) -> None:
    """Two certificates are worked on at once."""
    tree = Tree(tmp_path)
    with tree.locked("a", pytest.fail), tree.locked("b", pytest.fail):
        pass


def test_a_lock_in_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    """It is the first thing a run writes, so it tells of a wrong --path."""
    (tmp_path / "file").touch()
    with pytest.raises(NotWritable), Tree(tmp_path / "file").locked("x", pytest.fail):
        pass


def test_several_files_at_once(tmp_path: Path) -> None:
    """Each private and whole; the error names the one that cannot be written."""
    write_together(tmp_path, {"a": b"1" * 100_000, "b": b"", "c": b"3"})
    assert {path.name: (path.stat().st_mode & 0o777, path.stat().st_size) for path in tmp_path.iterdir()} == {
        "a": (0o600, 100_000),
        "b": (0o600, 0),
        "c": (0o600, 1),
    }
    (tmp_path / "folder").mkdir()
    with pytest.raises(NotWritable) as caught:
        write_together(tmp_path, {"c": b"4", "folder": b""})
    assert caught.value.facts["path"] == str(tmp_path / "folder")
    assert (tmp_path / "c").read_bytes() == b"4"


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses, none of which is made; renaming is as patient as on Windows."""
    pauses: list[float] = []
    monkeypatch.setattr(files, "_TRIES", 8)
    monkeypatch.setattr(SystemClock, "sleep", lambda _, seconds: pauses.append(seconds))
    return pauses


def busy(monkeypatch: pytest.MonkeyPatch, name: str, times: int) -> None:
    """A function of the system that is refused so many times, as while another program has the file open."""
    honest, left = getattr(os, name), iter(range(times))

    def refusing(*arguments: Any, **more: Any) -> Any:
        if next(left, None) is not None:
            raise PermissionError(errno.EACCES, "The process cannot access the file")
        return honest(*arguments, **more)

    monkeypatch.setattr(os, name, refusing)


def test_what_another_program_has_open_for_a_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, slept: list[float]
) -> None:
    """On Windows a virus scanner's look at a new file: a key, a set or an account is in place a moment later."""
    busy(monkeypatch, "replace", 3)
    replace(tmp_path / "key", b"new")
    assert (tmp_path / "key").read_bytes() == b"new"
    assert slept == [0.02, 0.04, 0.08]
    busy(monkeypatch, "unlink", 1)
    files.remove(tmp_path / "key")
    assert not (tmp_path / "key").exists()


def test_what_another_program_has_open_for_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, slept: list[float]
) -> None:
    """It is told in the end."""
    busy(monkeypatch, "replace", 99)
    with pytest.raises(NotWritable):
        replace(tmp_path / "key", b"new")
    assert 1 < sum(slept) < 5


def test_elsewhere_no_refusal_passes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where renaming does not care who has a file open, it is told at once."""
    busy(monkeypatch, "replace", 1)
    with pytest.raises(NotWritable):
        replace(tmp_path / "key", b"new")


@pytest.mark.skipif(sys.platform == "win32", reason="rights are POSIX's")
@pytest.mark.parametrize("instead", ["link", "hard link", "pipe"])
def test_rights_are_given_to_nothing_that_was_put_in_the_place_of_the_new_file(tmp_path: Path, instead: str) -> None:
    """Whoever has the folder that a link leads to may do that at any moment; root must give no file elsewhere away."""
    former, new, elsewhere = (tmp_path / name for name in ("former", "new", "elsewhere"))
    for file in (former, elsewhere):
        file.touch()
    former.chmod(0o640)
    elsewhere.chmod(0o600)
    if instead == "link":
        new.symlink_to(elsewhere)
    elif instead == "hard link":
        new.hardlink_to(elsewhere)
    else:
        os.mkfifo(new, 0o600)
    take_rights(new, former)
    assert stat.S_IMODE(elsewhere.stat().st_mode) == 0o600
    assert stat.S_IMODE(new.stat().st_mode) == 0o600
    new.unlink()
    new.touch(0o600)
    take_rights(new, former)
    assert stat.S_IMODE(new.stat().st_mode) == 0o640
