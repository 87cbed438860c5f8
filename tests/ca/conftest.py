"""What tests in several rooms of the CA watch."""

import os
from pathlib import Path

import pytest


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files and directories that are brought down to the disk, in order; the disk gets them all the same."""
    found: list[Path] = []
    sync = os.fsync

    def noting(handle: int) -> None:
        found.append(Path(f"/proc/self/fd/{handle}").readlink())
        sync(handle)

    monkeypatch.setattr(os, "fsync", noting)
    return found
