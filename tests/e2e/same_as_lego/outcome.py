"""What a run has left behind, in a form that two programs can be compared by: code, files, output, a hook's notes.

Knows no command line; what is random (serials, URLs' ends, times) is left out or named by its kind.
"""

import json
import re
import stat
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.serialization import load_pem_private_key

from tests.peers.command import Finished

HOOK = """#!/bin/sh
{ env | grep ^LEGO_ | grep -v ^LEGO_CA_ | sort; for word in "$@"; do echo "word $word"; done; } > "$(dirname "$0")/told"
echo "the hook speaks"
exit "${1:-0}"
"""
"""A hook that notes its variables and words, and exits with the first word."""


@dataclass(frozen=True)
class Outcome:
    """One run's."""

    code: int
    files: dict[str, str]
    """What each file is and who may read it, by its path."""
    stdout: str
    stderr: str
    hook: str | None
    """What the hook noted; None if it did not run."""


def observe(done: Finished, home: Path) -> Outcome:
    """The outcome of a run in this folder."""
    told = home / "told"
    files = {
        _without_times(str(file.relative_to(home))): f"{stat.S_IMODE(file.stat().st_mode):o} {_kind(file)}"
        for file in sorted(home.rglob("*"))
        if file.is_file() and ".tegata" not in file.parts and file.name not in ("hook", "told")
    }
    return Outcome(done.code, files, done.stdout, done.stderr, told.read_text() if told.exists() else None)


def _without_times(path: str) -> str:
    return re.sub(r"/\d{10}\.", "/TIME.", path)


def _kind(file: Path) -> str:
    """What is in a file, without what is random."""
    content = file.read_text("latin-1")
    if file.suffix == ".key":
        key = load_pem_private_key(content.encode("latin-1"), None)
        return f"{content.splitlines()[0]} {getattr(key, 'key_size', '')}"
    if file.suffix == ".json":
        return json.dumps(_members(json.loads(content)))
    return " ".join(re.findall(r"-----BEGIN .+?-----", content)) or "binary"


def _members(value: object) -> object:
    """The members of a JSON value, without the texts."""
    if isinstance(value, dict):
        return {name: _members(member) for name, member in value.items()}
    return type(value).__name__
