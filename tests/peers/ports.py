"""Free loopback ports for the programs the tests start; knows nothing of the programs.

The numbers lie below the range the kernel takes for outgoing connections, so that no connection made between the
choice and the program's start can take the port away. Every process of a test run starts at another place.
"""

import errno
import itertools
import random
import socket

_FIRST, _LAST = 20_000, 32_000
_start = random.SystemRandom().randrange(_FIRST, _LAST)
_candidates = itertools.chain(range(_start, _LAST), range(_FIRST, _start))
_PLACES = [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")]


def free_port() -> int:
    """A port that is free for TCP and UDP on 127.0.0.1 and ::1, and that this process was never given before."""
    return next(port for port in _candidates if not _is_taken(port))


def _is_taken(port: int) -> bool:
    for family, host in _PLACES:
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
            try:
                with socket.socket(family, kind) as probe:
                    probe.bind((host, port))
            except OSError as problem:  # a machine without IPv6 fails otherwise, and has nothing to be taken there
                if problem.errno == errno.EADDRINUSE:
                    return True
    return False
