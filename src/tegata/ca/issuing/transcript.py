"""The transcript of key ceremonies: what was done, when, by whom, with which software, keys and files.

One JSON document a line, each with the SHA-256 of the line before it, so that none can be changed or taken out without
a trace. A line is on the disk before the next thing is done. Knows files, no keys.
"""

import fcntl
import os
import platform
import pwd
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import cryptography
import msgspec
from cryptography.hazmat.backends.openssl import backend

from tegata import __version__
from tegata.ca.errors import Refused
from tegata.ca.issuing.keys import FileUnusable, keep_names
from tegata.clock import rfc3339
from tegata.text.catalogue import is_printable

TRANSCRIPT = Path("ceremony.jsonl")


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something that was done; ``files`` are the SHA-256 of what was read and written, ``previous`` the last line's.

    A file of the directory has its path in it, one from elsewhere its whole path.
    """

    number: int
    previous: str
    at: str
    by: tuple[str, ...]
    account: str
    machine: str
    software: dict[str, str]
    action: str
    facts: dict[str, str]
    files: dict[str, str]


class Transcript:
    """The transcript of a directory, held by one ceremony at a time (``held``)."""

    def __init__(self, directory: Path, by: Sequence[str], now: datetime) -> None:
        self._directory, self._by, self._now = directory, tuple(by), now
        self.entries = read(directory)

    def knows(self, path: Path) -> bool:
        """Whether a file, as it is now, stands in the transcript."""
        return _digest(path.read_bytes()) in {digest for entry in self.entries for digest in entry.files.values()}

    def has_had(self, path: Path) -> bool:
        """Whether a file of this path stands in the transcript, whatever was in it."""
        return any(self._named(path) in entry.files for entry in self.entries)

    def add(self, action: str, facts: Mapping[str, str], files: Sequence[Path]) -> Entry:
        """Write down something that was done with these files of the directory, or elsewhere."""
        lines = _lines(self._directory)
        entry = Entry(
            number=len(lines) + 1,
            previous=_digest(lines[-1]) if lines else "",
            at=rfc3339(self._now),
            by=self._by,
            account=operator(os.environ),
            machine=platform.node(),
            software={
                "tegata": __version__,
                "python": platform.python_version(),
                "cryptography": cryptography.__version__,
                "openssl": backend.openssl_version_text(),
            },
            action=action,
            facts=dict(facts),
            files={self._named(path): _digest(path.read_bytes()) for path in files},
        )
        path = self._directory / TRANSCRIPT
        whole = sum(len(line) + 1 for line in lines)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o644), "wb") as file:
            # What a crash or a full disk left of a line is no line: nothing ever followed it.
            file.truncate(whole)
            file.seek(whole)
            file.write(msgspec.json.encode(entry) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        if not lines:
            keep_names(self._directory)
        self.entries = [*self.entries, entry]
        return entry

    def _named(self, path: Path) -> str:
        path, directory = path.absolute(), self._directory.absolute()
        return str(path.relative_to(directory) if path.is_relative_to(directory) else path)


@contextmanager
def held(directory: Path, by: Sequence[str], now: datetime) -> Iterator[Transcript]:
    """The transcript of a directory, for one ceremony; raises Refused while there is another, FileUnusable."""
    if not by or not all(name.strip() and is_printable(name) for name in by):
        raise Refused(reason="a ceremony names who is there: --by NAME")
    handle = os.open(directory, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refused(reason="another ceremony is under way in this directory") from None
        yield Transcript(directory, by, now)
    finally:
        os.close(handle)


def read(directory: Path) -> list[Entry]:
    """All entries, once each was seen to follow the one before it; raises FileUnusable."""
    entries: list[Entry] = []
    previous = ""
    for number, line in enumerate(_lines(directory), 1):
        try:
            entry = msgspec.json.decode(line, type=Entry)
        except msgspec.MsgspecError:
            raise FileUnusable(path=directory / TRANSCRIPT, reason=f"line {number} is no entry") from None
        if (entry.number, entry.previous) != (number, previous):
            raise FileUnusable(path=directory / TRANSCRIPT, reason=f"line {number} does not follow the one before it")
        previous = _digest(line)
        entries.append(entry)
    return entries


def altered(directory: Path, entries: Sequence[Entry]) -> Path | None:
    """A file of the directory that is another than the last entry about it says; one that is gone is none.

    A request is not looked at: it is carried here and there, and the next of its name takes its place. Nor is a file
    from elsewhere, which may have the name of another one here.
    """
    last = {Path(name): digest for entry in entries for name, digest in entry.files.items()}
    for name, digest in last.items():
        path = directory / name
        is_kept = path.suffix != ".request" and not name.is_absolute() and path.exists()
        if is_kept and _digest(path.read_bytes()) != digest:
            return path
    return None


def head(directory: Path) -> str:
    """What the next line will have of the one before it: whoever has noted it knows of everything up to here."""
    return _digest(_lines(directory)[-1])


def operator(environ: Mapping[str, str]) -> str:
    """The user of this machine who runs the command, and who became that user by sudo: ``alice as root`` (B-96)."""
    number = os.getuid()
    try:
        user = pwd.getpwuid(number).pw_name
    except KeyError:  # a number without a name, as in many a container
        user = str(number)
    before = environ.get("SUDO_USER", "")
    return f"{before} as {user}" if before and before != user else user


def _lines(directory: Path) -> list[bytes]:
    """The whole lines; a last one without an end was cut off by a crash."""
    path = directory / TRANSCRIPT
    try:
        return path.read_bytes().split(b"\n")[:-1] if path.exists() else []
    except OSError as error:
        raise FileUnusable(path=path, reason=error.strerror) from None


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()
