"""Root in another user's tree, as by sudo once: what is left there stays usable for the user, whose cron goes on."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from tegata.clock import SystemClock
from tegata.host.attempts import Attempts, AttemptsFile
from tegata.host.deployments import DeploymentFile
from tegata.host.due import WatchFile, unknown
from tegata.host.files import Tree, make_folder, replace

NAME = "www.example.com"
NOW = SystemClock().now()
Given = list[tuple[Path, int]]


def as_root(monkeypatch: pytest.MonkeyPatch, owner: Callable[[Path], int], *, refused: bool = False) -> Given:
    """Have everything belong to ``owner`` for a process that seems to be root; what it gives away, and to whom."""
    given: Given = []
    fstat, stat = os.fstat, os.stat

    def path_of(descriptor: int) -> Path:
        return Path(f"/proc/self/fd/{descriptor}").readlink()

    def owned(found: os.stat_result, path: Path) -> os.stat_result:
        return os.stat_result([*found[:4], owner(path), 7, *found[6:]])

    def stat_in(path: str | Path, *, dir_fd: int | None = None, follow_symlinks: bool = True) -> os.stat_result:
        found = stat(path, dir_fd=dir_fd, follow_symlinks=follow_symlinks)
        return found if dir_fd is None else owned(found, path_of(dir_fd) / path)

    def fchown(descriptor: int, user: int, _group: int) -> None:
        if refused:
            raise PermissionError(1, "Operation not permitted")
        given.append((path_of(descriptor), user))

    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(os, "fstat", lambda descriptor: owned(fstat(descriptor), path_of(descriptor)))
    monkeypatch.setattr(os, "stat", stat_in)
    monkeypatch.setattr(os, "fchown", fchown)
    return given


def use(tree: Tree) -> None:
    """Whatever a run may leave of its own."""
    WatchFile(tree, NAME).save(unknown("00"))
    AttemptsFile(tree, NAME).save(Attempts(1, NOW + timedelta(hours=1), "x"))
    DeploymentFile(tree, NAME).expect("00")
    with tree.locked("certificate.x", lambda: None):
        pass


def test_our_own_room_belongs_to_whom_the_tree_belongs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Folders, memory and locks; otherwise the user may read none of it, and no certificate is renewed any more."""
    given = as_root(monkeypatch, lambda _: 1000)
    use(Tree(tmp_path))
    found = {file.relative_to(tmp_path) for file in tmp_path.rglob("*")}
    names = {path.relative_to(tmp_path).as_posix().removesuffix(".new") for path, _ in given}
    assert {f"{path.parent}/.{path.name}" if path.suffix == ".json" else str(path) for path in found} == names
    assert {user for _, user in given} == {1000}


def test_what_is_root_s_stays_root_s(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = as_root(monkeypatch, lambda _: 0)
    use(Tree(tmp_path))
    assert given == []


def test_a_tree_that_root_makes_is_root_s(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a user's home too: who may rename its folders is whoever has the tree."""
    given = as_root(monkeypatch, lambda path: 1000 if path == tmp_path else 0)
    use(Tree(tmp_path / "home" / ".lego"))
    assert given == []


def test_root_that_may_give_nothing_away_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As where a network's disk takes root for nobody."""
    as_root(monkeypatch, lambda _: 1000, refused=True)
    use(Tree(tmp_path))
    assert AttemptsFile(Tree(tmp_path), NAME).load().failures == 1


def test_a_file_that_is_written_anew_stays_its_owner_s(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As with lego, which writes into it: an account's key that root changes. A new one is root's."""
    given = as_root(monkeypatch, lambda path: 1000 if path.name == "former" else 0)
    for name in ("former", "another"):
        replace(tmp_path / name, b"0")
    assert given == []
    replace(tmp_path / "former", b"1")
    assert given == [(tmp_path / ".former.new", 1000)]


def test_a_link_s_owner_is_given_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """CWE-59: who may put a link there must not be given what root writes in its place."""
    (tmp_path / "former").symlink_to("nowhere")
    given = as_root(monkeypatch, lambda path: 1000 if path.name == "former" else 0)
    replace(tmp_path / "former", b"0")
    assert given == []


def test_a_folder_that_is_not_empty_is_not_given_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """S-22, CWE-367: somebody may have put another in its place, which holds what is root's."""
    given = as_root(monkeypatch, lambda _: 1000)
    made = Path.mkdir

    def swapped(folder: Path, mode: int, *, exist_ok: bool) -> None:
        made(folder, mode, exist_ok=exist_ok)
        (folder / "of-root").touch()

    monkeypatch.setattr(Path, "mkdir", swapped)
    make_folder(tmp_path / "made", shared=True)
    assert given == []
