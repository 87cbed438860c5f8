"""A small disk and a read-only one in a test's folder, as mounts; needs root, otherwise the test is skipped."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.peers.command import absent, require


@contextmanager
def disk(folder: Path, size: str) -> Iterator[None]:
    """A disk of this size at ``folder``, which is empty."""
    with _mounted(folder, "-t", "tmpfs", "-o", f"size={size}", "tmpfs"):
        yield


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """``folder`` as it is, but nobody can write there, not even root."""
    with _mounted(folder, "--bind", str(folder)):
        _mount("-o", "remount,ro,bind", str(folder))
        yield


@contextmanager
def _mounted(folder: Path, *words: str) -> Iterator[None]:
    require("mount", "umount")
    _mount(*words, str(folder))
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def _mount(*words: str) -> None:
    done = subprocess.run(["mount", *words], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        absent(f"nothing can be mounted here ({done.stderr.strip()}): run as root")
