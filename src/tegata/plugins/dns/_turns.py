"""Taking turns with other processes of this machine, where a service has no way to change one value among others.

Knows a name to take turns about, and no DNS.
"""

import contextlib
import hashlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

# Nobody holds it longer than a request takes, unless he wants to disturb.
_LONGEST_SECONDS = 10.0


@contextlib.contextmanager
def turn(about: str) -> Iterator[None]:
    """Hold the turn for this text, which others who name the same wait for; it ends with the process, too.

    The lock file is in the folder for temporary files. Where it cannot be had (another user's, a full disk, ten
    seconds of waiting), the work is done without: whoever calls does not rely on it alone.
    """
    from filelock import FileLock, Timeout  # noqa: PLC0415 - its import takes a while, and ``dnshelp`` needs none of it

    digest = hashlib.sha256(about.encode()).hexdigest()[:16]
    lock = FileLock(Path(tempfile.gettempdir()) / f"tegata-dns-{digest}.lock", timeout=_LONGEST_SECONDS)
    with contextlib.suppress(Timeout, OSError, NotImplementedError):
        lock.acquire()
    try:
        yield
    finally:
        lock.release()
