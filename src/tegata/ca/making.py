"""A directory in which something is made beside the place where it will be, so that it is there whole or not at all.

What a killed process left of one goes when the next is made beside it. Knows nothing of what is made.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PREFIX = ".tegata-ca-unfinished-"
"""How the names of all of them begin, and of nothing that anybody would want to keep."""


@contextmanager
def making(above: Path) -> Iterator[Path]:
    """A new directory in ``above``, for its owner only; what is not renamed meanwhile is gone afterwards.

    Its maker holds it by a lock, which the system lets go of whatever ends the process. Raises OSError.
    """
    for left in above.glob(f"{PREFIX}*"):
        _remove_if_dead(left)
    made, handle = _held(above)
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)
        os.close(handle)


def _held(above: Path) -> tuple[Path, int]:
    """A new directory and its lock; another one if somebody took it for a dead process's before it was locked."""
    while True:
        made = Path(tempfile.mkdtemp(prefix=PREFIX, dir=above))
        with suppress(FileNotFoundError):
            handle = os.open(made, os.O_RDONLY | os.O_DIRECTORY)
            if _is_locked(handle) and made.exists():
                return made, handle
            os.close(handle)


def _is_locked(handle: int) -> bool:
    """Whether nobody else has the lock now; on a file system without locks nobody has one, and nothing is removed."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        pass
    return True


def _remove_if_dead(left: Path) -> None:
    """Remove what this user's process left that does not live any more."""
    with suppress(OSError):
        handle = os.open(left, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            if os.fstat(handle).st_uid == os.geteuid():
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(left, ignore_errors=True)
        finally:
            os.close(handle)
