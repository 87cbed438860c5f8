"""Files that a user has put elsewhere and left links to: what is new comes to where the links lead, as with lego.

A link is an order to write somewhere else, perhaps with root's rights, so it counts only if it is the owner's of this
process, or root's, and so does each on the way to its end (CWE-59). What is written is a new file there that takes the
old one's place at once, never a part.
"""

import contextlib
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tegata.host.errors import LinkNotFollowed, NotWritable
from tegata.host.files import draft_of, move, read, remove, sync, take_rights, told, write_new

# As Linux has it for one path.
_MOST_LINKS = 40
# A path of 4,096 octets has no more, and links that go round in a ring lead nowhere.
_MOST_STEPS = 4096


def end_of(file: Path) -> Path:
    """Where to write what is to be found in ``file``: itself, or what its links lead to, there or not.

    Raises LinkNotFollowed for a link of somebody else's, and one to where no file could be renamed into place;
    NotWritable where it cannot be seen whether there is a link.
    """
    found = file
    try:
        for _ in range(_MOST_LINKS):
            if not found.is_symlink():
                break
            if not _is_ours(found):
                raise LinkNotFollowed(path=file, target=found.readlink(), reason="the link belongs to another user")
            found = found.parent / found.readlink()
    except OSError as error:
        reason = error.strerror or "unknown"
        if found is file:
            raise NotWritable(path=file, reason=reason) from error
        raise LinkNotFollowed(path=file, target=found, reason=reason) from error
    if found is file:
        return file
    _check(file, found)
    return found


class Laid(NamedTuple):
    """A written file that only needs to be renamed to take the place of another."""

    new: Path
    """Where it was written."""
    draft: Path
    """Where it is to be renamed from: itself, or its copy on the disk that a link leads to."""
    end: Path

    def drop(self) -> None:
        """Leave what is in place there, and nothing beside it; raises NotWritable."""
        if self.draft != self.new:
            remove(self.draft)

    def put(self) -> None:
        """Have it take the place; raises OSError, NotWritable."""
        with told(self.end):
            move(self.draft, self.end)
        if self.draft != self.new:
            sync(self.end.parent)
            remove(self.new)


def lay(new: Path, file: Path) -> Laid:
    """Have a written file beside what it is to take the place of, in the folder that a link there leads to.

    It has that one's rights then. Raises FileNotFoundError where there is none new, OSError, NotWritable; what cannot
    be written whole leaves nothing.
    """
    end = end_of(file)
    content = read(new)
    if content is None:
        raise FileNotFoundError(new)
    if end == file:
        take_rights(new, end)
        return Laid(new, new, end)
    laid = Laid(new, draft_of(end), end)  # the folder may be on another disk
    try:
        write_new(laid.draft, content)
    except NotWritable:
        with contextlib.suppress(NotWritable):
            laid.drop()
        raise
    take_rights(laid.draft, end)
    return laid


def sweep(file: Path) -> None:
    """Remove what a process that was killed after ``lay`` left where a link leads.

    Raises NotWritable; a link that is not followed any more has nothing swept.
    """
    with contextlib.suppress(LinkNotFollowed):
        end = end_of(file)
        if end != file:
            remove(draft_of(end))


def bring(new: Path, file: Path) -> None:
    """Have a written file take the place of another, as ``lay`` and ``put`` say."""
    lay(new, file).put()


def _on_the_way(folder: Path) -> Iterator[Path]:
    """The links that are followed from the root of the disk to a folder: each leads where its owner likes."""
    done, left = Path(folder.anchor), [*reversed(folder.parts[1:])]
    for _ in range(_MOST_STEPS):
        if not left:
            return
        part = left.pop()
        step = done / part
        if part == "..":
            done = done.parent
        elif not step.is_symlink():
            done = step
        else:
            yield step
            target = step.readlink()
            done = Path(target.anchor) if target.is_absolute() else done
            left += reversed(target.parts[1:] if target.is_absolute() else target.parts)


def _is_ours(link: Path) -> bool:
    return sys.platform == "win32" or link.lstat().st_uid in (0, os.geteuid())


def _check(link: Path, end: Path) -> None:
    """Raises LinkNotFollowed where nothing is to be written to ``end``."""
    reason = ""
    try:
        if not all(map(_is_ours, _on_the_way(end.parent.absolute()))):
            reason = "the link belongs to another user"
        elif not stat.S_ISREG(end.lstat().st_mode):  # of links that go round in a ring, one
            reason = "there is something else than a file"
    except FileNotFoundError:
        if not end.parent.is_dir():
            reason = "it is a link that leads nowhere"
    except OSError as error:
        reason = error.strerror or "unknown"
    if not reason and not os.access(end.parent, os.W_OK | os.X_OK):
        reason = "its folder cannot be written"
    elif not reason and sys.platform != "win32" and end.parent.stat().st_mode & stat.S_IWOTH:
        reason = "everybody may write to its folder"
    if reason:
        raise LinkNotFollowed(path=link, target=end, reason=reason)
