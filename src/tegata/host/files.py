"""Private files and folders: made with their final rights, written whole or not at all, locked while in use.

Knows paths and bytes; what the files mean is known to ``accounts``, ``certificates`` and ``due``. Only the root of the
tree (``--path``) and where its rooms are is said here.
"""

import contextlib
import errno
import os
import stat
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from fnmatch import fnmatch
from pathlib import Path

from tegata.clock import SystemClock
from tegata.host.errors import DiskFull, NotReadable, NotWritable

PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)

# No key, certificate set or state of ours comes near this.
SIZE_LIMIT = 1024 * 1024

# Windows lets nobody rename or remove what another program has open, as virus scanners have new files for a moment.
_TRIES = 8 if os.name == "nt" else 1
_FIRST_PAUSE_SECONDS = 0.02

_NO_ROOM = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))  # Windows has no word for the latter


class Tree:
    """A folder of accounts and certificates in lego's layout, v4's or v5's, and a room of our own beside them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.accounts = path / "accounts"
        self.certificates = path / "certificates"
        self.archives = path / "archives"
        self._own = path / ".tegata"
        self.renewals = self._own / "renewals"
        self.attempts = self._own / "attempts"
        self.deployments = self._own / "deployments"
        self.migrated = self._own / "migrated"
        self._locks = self._own / "locks"

    def make_own(self, folder: Path) -> None:
        """Make a folder of our room, with the missing ones above it; raises NotWritable.

        They belong to whom the tree belongs, also where root is the first to want one.
        """
        make_folder(self.path)
        make_folder(folder, shared=True)

    @contextlib.contextmanager
    def locked(
        self, name: str, waiting: Callable[[], None], *, look: Callable[[], None] = lambda: None
    ) -> Iterator[None]:
        """Hold the lock of this name; ``waiting`` is called once if another process holds it.

        ``look`` is called now and then meanwhile, and raises where all is to end. The operating system gives the lock
        back when a process ends, however it ends. Raises NotWritable.
        """
        from filelock import FileLock, Timeout  # its import takes as long as reading a certificate

        self.make_own(self._locks)
        file = self._locks / f"{name}.lock"
        lock = FileLock(file, mode=PRIVATE_FILE)
        with told(self._locks):
            with contextlib.suppress(FileExistsError):
                os.close(_opened_new(file, former=file, shared=True))
            try:
                lock.acquire(blocking=False)
            except Timeout:
                waiting()

                def is_over() -> bool:
                    look()
                    return False

                lock.acquire(cancel_check=is_over)
        try:
            yield
        finally:
            lock.release()


def make_folder(folder: Path, *, shared: bool = False) -> None:
    """Make a folder that only its owner may enter, and the missing ones above it, down to the disk.

    What is written into it and brought down to the disk would be lost with the folder. What is ``shared`` belongs to
    whom the folder above it belongs. Raises NotWritable.
    """
    with told(folder):
        if folder.is_dir():
            return
        for missing in reversed([each for each in (folder, *folder.parents) if not each.exists()]):
            if missing.is_symlink():  # to a disk that is not mounted, say
                raise FileNotFoundError(errno.ENOENT, "it is a link that leads nowhere", missing)
            # Another process may have made it in between.
            missing.mkdir(PRIVATE_FOLDER, exist_ok=True)
            if shared:
                _share(missing)
            with contextlib.suppress(NotWritable):  # a folder that may be written to and not be read
                sync(missing.parent)
        if not folder.is_dir():
            raise NotADirectoryError(20, "Not a directory")


def read(file: Path) -> bytes | None:
    """A file's content, or None if there is no such file; raises NotReadable."""
    try:
        with file.open("rb") as stream:
            # Asking for no more than there is saves a buffer of the limit's size, which takes longer than the reading.
            content = stream.read(min(os.fstat(stream.fileno()).st_size, SIZE_LIMIT) + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise NotReadable(path=file, reason=error.strerror or "unknown") from error
    if len(content) > SIZE_LIMIT:
        raise NotReadable(path=file, reason="it is longer than 1 MiB")
    return content


def look_into(folder: Path, pattern: str) -> list[Path]:
    """What of a folder fits the pattern, in order, and nothing where there is no folder; raises NotReadable.

    ``Path.glob`` alone takes a folder that may not be read for an empty one.
    """
    first, _, rest = pattern.partition("/")
    try:
        with os.scandir(folder) as entries:
            found = sorted(folder / entry.name for entry in entries if fnmatch(entry.name, first))
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise NotReadable(path=folder, reason=error.strerror or "unknown") from error
    return [below for each in found for below in look_into(each, rest)] if rest else found


def is_there(path: Path) -> bool:
    """Whether there is such a file or folder; raises NotReadable where that cannot be seen."""
    try:
        return path.exists()
    except OSError as error:
        raise NotReadable(path=path, reason=error.strerror or "unknown") from error


def write_new(file: Path, content: bytes) -> None:
    """Write a file that nobody but its owner can read at any moment, down to the disk; one of that name goes first.

    A reader could see it half written: write it where nobody looks, and ``replace`` or rename it into place.
    Raises NotWritable.
    """
    write_together(file.parent, {file.name: content})


def _opened_new(file: Path, *, former: Path, shared: bool) -> int:
    """A new file's descriptor; if root makes it, it is whose the ``former`` one is, whose place it is to take.

    What is ``shared`` belongs to whom the folder belongs. Who owns a folder may put another in the place of any path in
    it at any moment (CWE-367): so the folder's descriptor tells, and what is given away is what was made. Raises
    OSError.
    """
    if sys.platform == "win32" or os.geteuid() != 0:
        return os.open(file, _NEW, PRIVATE_FILE)
    folder = os.open(file.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        made = os.open(file.name, _NEW, PRIVATE_FILE, dir_fd=folder)
        with contextlib.suppress(OSError):  # there is none; or it cannot be given away, and stays root's
            owner = os.fstat(folder) if shared else os.stat(former.name, dir_fd=folder, follow_symlinks=False)
            if owner.st_uid != 0 and (shared or stat.S_ISREG(owner.st_mode)):
                os.fchown(made, owner.st_uid, owner.st_gid)
        return made
    finally:
        os.close(folder)


def _share(folder: Path) -> None:
    """Give an empty folder that root has made to whom the one above it belongs."""
    if sys.platform == "win32" or os.geteuid() != 0:
        return
    with contextlib.suppress(OSError), contextlib.ExitStack() as stack:
        flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
        above = os.open(folder.parent, os.O_RDONLY | os.O_DIRECTORY)
        stack.callback(os.close, above)
        made = os.open(folder.name, flags, dir_fd=above)
        stack.callback(os.close, made)
        owner = os.fstat(above)
        if owner.st_uid != 0 and not os.listdir(made):  # noqa: PTH208 - of the very folder
            os.fchown(made, owner.st_uid, owner.st_gid)


def write_together(
    folder: Path,
    contents: Mapping[str, bytes],
    *,
    opened: Callable[[Path], int] = lambda file: os.open(file, _NEW, PRIVATE_FILE),
) -> None:
    """Write several files of a folder as ``write_new`` does one, and wait once for the disk instead of for each.

    ``opened`` gives the descriptor of a new file. Raises NotWritable.
    """
    with contextlib.ExitStack() as stack:
        written = []
        for name, content in contents.items():
            file = folder / name
            with told(file):
                remove(file)
                # Without a buffer, which would be written once more, and fail once more, when the file is closed.
                stream = stack.enter_context(os.fdopen(opened(file), "wb", buffering=0))
                left = memoryview(content)
                while left:
                    left = left[stream.write(left) :]
                written.append((file, stream.fileno()))
        for file, descriptor in written:
            with told(file):
                os.fsync(descriptor)


def patiently(step: Callable[[], object]) -> None:
    """Take a step that renames or removes; on Windows again for some two seconds while it is refused.

    Raises the OSError of the last try.
    """
    for number in range(_TRIES - 1):
        try:
            step()
        except PermissionError:
            SystemClock().sleep(_FIRST_PAUSE_SECONDS * 2**number)
        else:
            return
    step()


def move(path: Path, target: Path) -> None:
    """Rename a file or folder, in place of a file that is there; raises OSError."""
    patiently(lambda: path.replace(target))


def remove(file: Path) -> None:
    """Remove a file, if it is there; raises NotWritable."""
    with told(file):
        patiently(lambda: file.unlink(missing_ok=True))


def replace(file: Path, content: bytes, *, shared: bool = False) -> None:
    """Give a file new content at once: a reader or a crash sees the old or the new, never a part.

    Two writers of one file must hold its lock. It stays its owner's if root writes it, and what is ``shared`` is whose
    the folder is. Raises NotWritable.
    """
    written = draft_of(file)
    write_together(
        file.parent, {written.name: content}, opened=lambda draft: _opened_new(draft, former=file, shared=shared)
    )
    with told(file):
        move(written, file)
    sync(file.parent)


def draft_of(file: Path) -> Path:
    """Where what is to take a file's place at once is written first; a process that was killed may have left it."""
    return file.with_name(f".{file.name}.new")


def forget(file: Path) -> None:
    """Remove a file that ``replace`` writes, if it is there, and what a process that was killed left of it.

    Raises NotWritable.
    """
    remove(file)
    remove(draft_of(file))


def take_rights(new: Path, former: Path) -> None:
    """Give a file the owner, group and rights of the one it is to take the place of, if there is one (POSIX).

    lego writes into the file that is there, so what an operator has opened to a group stays so. Where the owner or
    group cannot be given, the file stays its writer's own.

    Both may be in another user's folder, who must not have root give away a file elsewhere that he puts in the new
    one's place (CWE-367): what is given rights is open, no link, and has no other name.
    """
    if sys.platform == "win32":
        return
    with contextlib.suppress(OSError):
        before = former.lstat()
        if not stat.S_ISREG(before.st_mode):
            return
        descriptor = os.open(new, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)  # nor does a pipe hold it up
        try:
            now = os.fstat(descriptor)
            if not stat.S_ISREG(now.st_mode) or now.st_nlink != 1:
                return
            if (before.st_uid, before.st_gid) != (now.st_uid, now.st_gid):
                os.fchown(descriptor, before.st_uid, before.st_gid)
            rights = stat.S_IMODE(before.st_mode) & 0o777
            if rights != stat.S_IMODE(now.st_mode):
                os.fchmod(descriptor, rights)
        finally:
            os.close(descriptor)


def sync(folder: Path) -> None:
    """Bring a folder's entries down to the disk, where the system can (POSIX); raises NotWritable."""
    if os.name == "nt":
        return
    with told(folder):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextlib.contextmanager
def told(path: Path) -> Iterator[None]:
    """Turn the system's refusal to write into NotWritable, which names the path the system named, or this one."""
    try:
        yield
    except OSError as error:
        kind = DiskFull if error.errno in _NO_ROOM else NotWritable
        raise kind(path=error.filename or path, reason=error.strerror or str(error)) from error


def free_stamp(now: datetime, is_taken: Callable[[int], bool]) -> int:
    """Seconds since 1970 for a name that nothing else has yet: now, or the next that is free."""
    stamp = int(now.timestamp())
    while is_taken(stamp):
        stamp += 1
    return stamp
