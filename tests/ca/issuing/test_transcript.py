"""The transcript of ceremonies, line by line; the ceremonies that write it are in the command line's tests."""

import fcntl
import json
import os
import platform
import pwd
import resource
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import cryptography
import pytest

from tegata import __version__
from tegata.ca.errors import Refused
from tegata.ca.issuing import transcript
from tegata.ca.issuing.keys import FileUnusable

NOW = datetime(2026, 11, 24, 2, 31, tzinfo=UTC)
BY = ("Alice Example", "鈴木\u3000一郎")


def digest(content: bytes) -> str:
    return sha256(content).hexdigest()


@pytest.fixture
def two(tmp_path: Path) -> list[transcript.Entry]:
    """Two steps, with a file of the directory, one of a folder in it and one from elsewhere."""
    home = tmp_path / "root"
    (home / "issued").mkdir(parents=True)
    files = [home / "root.pem", home / "issued/a.pem", tmp_path / "b.request"]
    for number, file in enumerate(files):
        file.write_bytes(b"%d" % number)
    with transcript.held(home, BY, NOW) as held:
        first = held.add("root", {"name": "Example CA"}, files[:1])
        return [first, held.add("sign", {}, files[1:])]


def test_what_a_line_says(tmp_path: Path, two, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who was there, where, with which software; the files by their names and digests; the line before it (B-95)."""
    lines = (tmp_path / "root/ceremony.jsonl").read_bytes().splitlines()
    assert json.loads(lines[0]) == {
        "number": 1,
        "previous": "",
        "at": "2026-11-24T02:31:00Z",
        "by": list(BY),
        "account": transcript.operator(os.environ),
        "machine": platform.node(),
        "software": two[0].software,
        "action": "root",
        "facts": {"name": "Example CA"},
        "files": {"root.pem": digest(b"0")},
    }
    assert two[0].software.keys() == {"tegata", "python", "cryptography", "openssl"}
    assert (two[0].software["tegata"], two[0].software["cryptography"]) == (__version__, cryptography.__version__)
    second = json.loads(lines[1])
    assert (second["number"], second["previous"]) == (2, digest(lines[0]))
    assert second["files"] == {"issued/a.pem": digest(b"1"), str(tmp_path / "b.request"): digest(b"2")}
    assert transcript.read(tmp_path / "root") == two
    assert transcript.head(tmp_path / "root") == digest(lines[1])


def test_who_holds_it_goes_on_where_it_ends(tmp_path: Path, two) -> None:
    """It knows each file as it was written down, and only so; half a line that a crash left is written over."""
    home = tmp_path / "root"
    path = home / "ceremony.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"number": 3, "previous": "and more than the next line will have' + b"." * 2000)
    with transcript.held(home, BY, NOW) as held:
        assert held.entries == two
        assert held.knows(home / "root.pem")
        assert held.knows(home / "issued/a.pem")
        (home / "root.pem").write_bytes(b"changed")
        assert not held.knows(home / "root.pem")
        third = held.add("crl", {}, [])
        assert held.entries == [*two, third]
    assert path.read_bytes().startswith(whole)
    assert transcript.read(home) == [*two, third]


def test_a_line_is_on_the_disk_before_the_next_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So is the name of a new transcript."""
    synced: list[str] = []
    sync = os.fsync

    def noting(handle: int) -> None:
        synced.append(Path(f"/proc/self/fd/{handle}").readlink().name)
        sync(handle)

    monkeypatch.setattr(os, "fsync", noting)
    home = tmp_path / "home"
    home.mkdir()
    with transcript.held(home, BY, NOW) as held:
        held.add("root", {}, [])
        assert synced == ["ceremony.jsonl", "home"]
        held.add("crl", {}, [])
    assert synced == ["ceremony.jsonl", "home", "ceremony.jsonl"]


def test_a_line_that_a_full_disk_refuses_is_none(tmp_path: Path, two) -> None:
    """A step of which not the whole line is written down is not done: it is told, and can be repeated."""
    home = tmp_path / "root"
    size = (home / "ceremony.jsonl").stat().st_size
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with transcript.held(home, BY, NOW) as held:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + 100, hard))
        try:
            with pytest.raises(OSError, match="File too large"):
                held.add("crl", {}, [])
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert held.entries == two == transcript.read(home)
        third = held.add("crl", {}, [])
    assert transcript.read(home) == [*two, third]


def test_a_file_that_is_another(tmp_path: Path, two) -> None:
    """By the last line about it; what is gone was carried away, and a request comes and goes."""
    home = tmp_path / "root"
    assert transcript.altered(home, two) is None
    (home / "b.request").write_bytes(b"the next")
    (home / "issued/a.pem").unlink()
    assert transcript.altered(home, two) is None
    (home / "root.pem").write_bytes(b"another")
    assert transcript.altered(home, two) == home / "root.pem"
    with transcript.held(home, BY, NOW) as held:
        third = held.add("root", {}, [home / "root.pem"])
    assert transcript.altered(home, [*two, third]) is None


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        (b'"number":2', b'"number":3', 2),
        (b'"number":1', b'"number":2', 1),
        (b'"Example CA"', b'"Example Cb"', 2),
        (b'"action":"sign"', b'"action":7', 2),
        (b'"action":"root"', b'"more":1,"action":"root"', 1),
    ],
)
def test_a_line_that_was_changed(tmp_path: Path, two, old: bytes, new: bytes, line: int) -> None:
    """It is told, by its number, or by that of the next, which has its digest."""
    path = tmp_path / "root/ceremony.jsonl"
    text = path.read_bytes()
    assert text.count(old) == 1
    path.write_bytes(text.replace(old, new))
    with pytest.raises(FileUnusable, match=f"line {line} "):
        transcript.read(tmp_path / "root")


def test_no_transcript(tmp_path: Path) -> None:
    """Where nothing was done yet there are no lines; where it cannot be read, that is told."""
    assert transcript.read(tmp_path) == []
    (tmp_path / "ceremony.jsonl").mkdir()
    with pytest.raises(FileUnusable, match="Is a directory"):
        transcript.read(tmp_path)


@pytest.mark.parametrize("by", [(), ("",), ("Alice", " "), ("Alice\x1b[2J",)])
def test_nobody_is_there(tmp_path: Path, by: tuple[str, ...]) -> None:
    """Each has a name that can be printed."""
    with pytest.raises(Refused, match="--by"), transcript.held(tmp_path, by, NOW):
        raise AssertionError("it is not held")


def test_one_ceremony_at_a_time(tmp_path: Path) -> None:
    """The other is told so; the next begins when this one has ended, and also when it failed."""
    with transcript.held(tmp_path, BY, NOW):
        with pytest.raises(Refused, match="another ceremony"), transcript.held(tmp_path, BY, NOW):
            raise AssertionError("it is not held twice")
        handle = os.open(tmp_path, os.O_RDONLY)
        with pytest.raises(BlockingIOError):
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.close(handle)
    with pytest.raises(KeyboardInterrupt), transcript.held(tmp_path, BY, NOW):
        raise KeyboardInterrupt
    with transcript.held(tmp_path, BY, NOW) as held:
        assert held.entries == []


def test_what_blocks_inside_a_ceremony_is_no_other_ceremony(tmp_path: Path) -> None:
    """A terminal that does not answer at once is told as what it is."""
    with pytest.raises(BlockingIOError), transcript.held(tmp_path, BY, NOW):
        raise BlockingIOError(11, "Resource temporarily unavailable")


def test_who_runs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The user, with who became that by sudo; by its number where it has no name (B-96)."""
    user = pwd.getpwuid(os.getuid()).pw_name
    assert transcript.operator({}) == user
    assert transcript.operator({"SUDO_USER": user}) == user
    assert transcript.operator({"SUDO_USER": "alice"}) == f"alice as {user}"
    monkeypatch.setattr(os, "getuid", lambda: 4_000_000_001)
    assert transcript.operator({}) == "4000000001"
