"""Which folders were brought down to the disk, for the tests of what must survive a power cut."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def synced() -> Iterator[set[Path]]:
    """The folders whose entries were brought down to the disk meanwhile (Linux)."""
    folders: set[Path] = set()
    honest = os.fsync

    def note(descriptor: int) -> None:
        folders.add(Path(f"/proc/self/fd/{descriptor}").readlink())
        honest(descriptor)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(os, "fsync", note)
        yield folders
