"""A small internet in network namespaces: the test's own place as its middle, and places that see it in their own way.

Each place has an address, loopback and routes of its own; what is started there knows nothing else. Knows no program.
"""

import ctypes
import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Self

from tests.peers.command import require
from tests.peers.namespace import Namespace

_CLONE_NEWNET = 0x40000000  # sched.h

SITES = ("10.99.0.1", "10.99.0.2")
"""Addresses in the middle that every place has a way to."""


class Place:
    """A network with one way out; ``address`` is its own, and the middle is reached over it."""

    def __init__(self, number: int) -> None:
        self.address = f"10.99.{number}.2"
        self._gateway = f"10.99.{number}.1"
        self._link = f"place{number}"

    def __enter__(self) -> Self:
        # Holds the network while nothing else runs in it.
        self._holder = subprocess.Popen(
            ["unshare", "--net", "--", "sh", "-c", "echo; exec sleep infinity"], stdout=subprocess.PIPE
        )
        try:
            assert self._holder.stdout is not None
            self._holder.stdout.readline()
            pid = self._holder.pid
            self.starter = ("nsenter", f"--net=/proc/{pid}/ns/net", "--")
            _ip(f"link add {self._link} type veth peer name out netns {pid}")
            _ip(f"address add {self._gateway}/24 dev {self._link}", f"link set {self._link} up")
            self.ip("link set lo up", f"address add {self.address}/24 dev out", "link set out up")
            self.ip(f"route add default via {self._gateway}")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._holder.kill()
        self._holder.wait()
        assert self._holder.stdout is not None
        self._holder.stdout.close()

    def ip(self, *lines: str) -> None:
        """Run commands of ip there."""
        _ip(*lines, starter=self.starter)

    @contextmanager
    def cut_off(self, address: str) -> Iterator[None]:
        """As if a firewall on the way refused this place."""
        self.ip(f"route add unreachable {address}")
        try:
            yield
        finally:
            self.ip(f"route delete unreachable {address}")

    @contextmanager
    def inside(self) -> Iterator[None]:
        """The calling thread, and whatever threads it starts meanwhile, are there."""
        libc = ctypes.CDLL(None, use_errno=True)
        with ExitStack() as stack:
            files = [os.open(path, os.O_RDONLY) for path in ("/proc/thread-self/ns/net", self._network)]
            for file in files:
                stack.callback(os.close, file)
            assert libc.setns(files[1], _CLONE_NEWNET) == 0
            try:
                yield
            finally:
                assert libc.setns(files[0], _CLONE_NEWNET) == 0

    @property
    def _network(self) -> str:
        return f"/proc/{self._holder.pid}/ns/net"


class Internet:
    """So many places around the middle, where the test and what it starts are from now on."""

    def __init__(self, directory: Path, places: int) -> None:
        self._namespace = Namespace(directory)
        self.places = [Place(number) for number in range(1, places + 1)]

    def __enter__(self) -> Self:
        require("nsenter")
        with ExitStack() as stack:
            stack.enter_context(self._namespace)
            _ip(*(f"address add {site}/32 dev lo" for site in SITES))
            for place in self.places:
                stack.enter_context(place)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()


def _ip(*lines: str, starter: tuple[str, ...] = ()) -> None:
    subprocess.run([*starter, "ip", "-batch", "-"], input="\n".join(lines) + "\n", text=True, check=True)
