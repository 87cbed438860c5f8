"""What is done about a test that fails: nothing, unless the process stood still meanwhile."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# Each run of the test leaves a line; the module's fixture leaves another.
TEST = """
import os, pathlib, signal, subprocess, time
import pytest

RUNS = pathlib.Path(__file__).with_name("runs")

def note(word):
    with RUNS.open("a") as file:
        file.write(word + "\\n")

@pytest.fixture(scope="module")
def peer():
    note("peer")

def test_before(peer):
    pass

def test_it(peer):
    note("test")
    if RUNS.read_text().count("test") <= {stalls}:
        subprocess.Popen(["sh", "-c", f"sleep 2.5; kill -CONT {{os.getpid()}}"])
        os.kill(os.getpid(), signal.SIGSTOP)
        time.sleep(0.3)  # the watch looks
    assert RUNS.read_text().count("test") > {fails}

def test_after(peer):
    pass
"""


def outcome(directory: Path, *, stalls: int, fails: int, words: tuple[str, ...] = ()) -> tuple[int, str, list[str]]:
    """The exit code, what pytest said, and what was run, of tests of which one stands still and fails so often."""
    (directory / "test_inner.py").write_text(TEST.format(stalls=stalls, fails=fails))
    argv = [sys.executable, "-m", "pytest", "-p", "tests.stalls", "-p", "no:cacheprovider", "--rootdir", str(directory)]
    argv += ["-c", "/dev/null", *words, str(directory / "test_inner.py")]
    done = subprocess.run(argv, cwd=ROOT, check=False, capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout, (directory / "runs").read_text().split()


@pytest.mark.parametrize("words", [(), ("-n", "1")], ids=["here", "in a worker"])
def test_a_failure_in_a_stall_is_run_again(tmp_path: Path, words: tuple[str, ...]) -> None:
    """With new peers, as the old ones may have suffered too; and it is told."""
    code, said, runs = outcome(tmp_path, stalls=1, fails=1, words=words)
    assert code == 0, said
    assert "3 passed" in said
    assert "run again: test_inner.py::test_it (the machine stood still for 2." in said
    assert runs == ["peer", "test", "peer", "test"]


def test_a_failure_that_comes_again_is_one(tmp_path: Path) -> None:
    code, said, runs = outcome(tmp_path, stalls=2, fails=2)
    assert code == 1
    assert "1 failed, 2 passed" in said
    assert runs.count("test") == 2


def test_any_other_failure_is_one_at_once(tmp_path: Path) -> None:
    code, said, runs = outcome(tmp_path, stalls=0, fails=1)
    assert code == 1
    assert "run again" not in said
    assert runs == ["peer", "test"]
