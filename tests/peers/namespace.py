"""A network of its own for the test and everything it starts: loopback alone, every port free, port 53 too.

Linux gives each thread its network; the test's thread moves into a new one, and the programs and threads it starts are
born there. Nothing inside reaches the machine's network, nor it them. Knows none of the programs.
"""

import ctypes
import os
import subprocess
from pathlib import Path
from typing import Self

from tests.peers.command import absent, require

_CLONE_NEWNET = 0x40000000  # sched.h; Python's own os.unshare and os.setns came with 3.12
_OURS = Path("/proc/thread-self/ns/net")

# Programs reach all of 127.0.0.0/8 anyhow, but BIND listens only where an interface has the address.
ADDRESSES = tuple(f"127.0.0.{number}" for number in range(2, 10))
_LOOPBACK = "".join(["link set lo up\n", *(f"address add {address}/8 dev lo\n" for address in ADDRESSES)])

_RESOLVING = 'mount --bind "$0" /etc/resolv.conf && exec "$@"'


class Namespace:
    """As a context manager: the calling thread is in a new network, and at the end in its old one again.

    ``ADDRESSES`` are there besides 127.0.0.1, so that each DNS server has its own. Skips the test where this may not be
    done: only root may, or who has become it by ``unshare -rn``.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._libc = ctypes.CDLL(None, use_errno=True)

    def __enter__(self) -> Self:
        require("ip", "unshare")
        self._outside = os.open(_OURS, os.O_RDONLY | os.O_CLOEXEC)
        if self._libc.unshare(_CLONE_NEWNET) != 0:
            os.close(self._outside)
            absent(f"no network namespace ({os.strerror(ctypes.get_errno())}): run as root, or by unshare -rn")
        try:
            subprocess.run(["ip", "-batch", "-"], input=_LOOPBACK, text=True, check=True)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        returned = self._libc.setns(self._outside, _CLONE_NEWNET)
        os.close(self._outside)
        assert returned == 0, f"the thread is lost in its namespace: {os.strerror(ctypes.get_errno())}"

    def resolving_by(self, server: str) -> tuple[str, ...]:
        """Words to put before a program's, so that ``server`` is the system's only resolver for it (port 53)."""
        settings = self.directory / f"resolv-{server}.conf"
        settings.write_text(f"nameserver {server}\noptions timeout:2 attempts:2\n")
        return ("unshare", "--mount", "--", "sh", "-c", _RESOLVING, str(settings))
