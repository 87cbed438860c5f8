"""What is made beside its place: there or gone, and nothing that a killed process left stays."""

import fcntl
from pathlib import Path

import pytest

from tegata.ca import making
from tegata.ca.making import PREFIX


def names(above: Path) -> list[str]:
    return sorted(path.name for path in above.iterdir())


def test_it_is_gone_unless_it_was_renamed(tmp_path: Path) -> None:
    """Also where what is made in it fails."""
    with making.making(tmp_path) as made:
        assert made.stat().st_mode & 0o777 == 0o700
        (made / "file").touch()
        made.rename(tmp_path / "wanted")
    with pytest.raises(IsADirectoryError), making.making(tmp_path) as made:
        made.write_text("no file")
    assert names(tmp_path) == ["wanted"]


def test_only_what_the_dead_left_goes(tmp_path: Path) -> None:
    """What others make at the same moment stays, and so does what only has a name like it."""
    (tmp_path / f"{PREFIX}dead" / "folder").mkdir(parents=True)
    (tmp_path / f"{PREFIX}file").touch()
    (tmp_path / "precious").mkdir()
    (tmp_path / f"{PREFIX}link").symlink_to(tmp_path / "precious")
    (tmp_path / ".tegata-ca-own").mkdir()
    with making.making(tmp_path) as first, making.making(tmp_path) as second:
        there = {first.name, second.name, f"{PREFIX}file", f"{PREFIX}link", "precious", ".tegata-ca-own"}
        assert set(names(tmp_path)) == there
    assert names(tmp_path) == sorted(there - {first.name, second.name})


def test_one_that_is_taken_for_a_dead_ones_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another looks between its making and its lock: whoever of both has the lock decides."""
    lock = fcntl.flock
    taken: list[Path] = []

    def flock(handle: int, how: int) -> None:
        if len(taken) < 2:
            made = Path(f"/proc/self/fd/{handle}").readlink()
            taken.append(made)
            if len(taken) == 1:
                made.rmdir()
            else:
                raise BlockingIOError
        lock(handle, how)

    monkeypatch.setattr(fcntl, "flock", flock)
    with making.making(tmp_path) as made:
        assert made.is_dir()
        assert made not in taken


def test_without_locks_nothing_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system that has none, as of a network."""
    (tmp_path / f"{PREFIX}perhaps").mkdir()

    def flock(*_: object) -> None:
        raise OSError(37, "No locks available")

    monkeypatch.setattr(fcntl, "flock", flock)
    with making.making(tmp_path) as made:
        assert made.is_dir()
    assert names(tmp_path) == [f"{PREFIX}perhaps"]
