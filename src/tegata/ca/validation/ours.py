"""What this machine lacks itself: it says nothing of the site or the server that was to be asked, so it is no verdict.

Knows no protocol.
"""

import errno

_OWN = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})


def require_theirs(error: OSError) -> None:
    """Pass if the other side may be at fault, or the way there; else raise it, for the job to be done again later.

    A flood that takes the CA's last file descriptor would otherwise decide against everybody's names.
    """
    if error.errno in _OWN:
        raise error
