"""One ``serve`` on a directory whose records are in a file there: a second on other ports would not be noticed.

Its memory of nonces and of who is asking, and the addresses that its validation never enters, are a process's own.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tegata.ca.errors import CaError
from tegata.ca.store.errors import DatabaseUnusable

LOCK_FILE = "serve.lock"


class AlreadyServed(CaError):
    """Another process serves the CA of the directory ``home``."""

    code = "operator.served"


@contextmanager
def sole(home: Path) -> Iterator[None]:
    """Be the one that serves a directory; the system lets go of it whatever ends the process.

    Raises AlreadyServed, DatabaseUnusable.
    """
    path = home / LOCK_FILE
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise DatabaseUnusable(path=path, reason=error.strerror or error) from None
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyServed(home=home) from None
        except OSError as error:
            raise DatabaseUnusable(path=path, reason=error.strerror or error) from None
        yield
    finally:
        os.close(handle)
