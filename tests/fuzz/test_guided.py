"""The coverage-guided runs of ``make fuzz``: they find what is there, and end well where nothing is."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.fuzz.groups import judged

pytest.importorskip("atheris", reason="atheris is made for Linux on x86-64 only")

ROOT = Path(__file__).parents[2]
PLANTED = """
import atheris
from tests.fuzz.guided import run
from tests.fuzz.parsers import Parser

@atheris.instrument_func
def planted(content):
    if content[:1] == b"T" and content[1:2] == b"e":
        raise KeyError("planted")

run([Parser("planted", planted, (b"tegata",), (ValueError,))], seconds=30, seed=1)
"""


def python(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *words], cwd=ROOT, check=False, capture_output=True, text=True, errors="replace", timeout=120
    )


def test_a_planted_fault_is_found() -> None:
    done = python("-c", PLANTED)
    assert done.returncode != 0
    assert "KeyError: 'planted'" in done.stdout + done.stderr


def test_a_reader_without_a_fault_passes() -> None:
    done = python("-m", "tests.fuzz.guided", "jws", "csr", "--seconds", "1")
    assert done.returncode == 0, done.stdout + done.stderr
    assert judged(["jws", "csr"], done.stdout + done.stderr)[1]
    assert not judged(["jws", "csr", "EAB file"], done.stdout + done.stderr)[1]
