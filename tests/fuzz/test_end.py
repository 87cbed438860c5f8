"""A target of ``make fuzz`` that does not end is ended with all that it has started, in whatever session that is."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.fuzz.__main__ import end

ROOT = Path(__file__).parents[2]
SCRIPT = """
import signal, sys
from pathlib import Path
from tests.fuzz.targets import stop_in_order
from tests.peers.process import Process
{manners}
with Process(["sleep", "3600"], log=Path(sys.argv[1])) as started:
    try:
        print(started.pid, flush=True)
        while True:
            signal.pause()
    finally:
        print("stops what it has started", flush=True)
"""


def is_gone(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] == "Z"


@pytest.mark.parametrize(
    ("manners", "seconds"),
    [("stop_in_order()", 60.0), ("signal.signal(signal.SIGTERM, signal.SIG_IGN)", 0.5)],
    ids=["in-order", "deaf"],
)
def test_nothing_is_left_running(tmp_path: Path, manners: str, seconds: float) -> None:
    words = [sys.executable, "-c", SCRIPT.format(manners=manners), str(tmp_path / "log")]
    with subprocess.Popen(
        words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        assert first.strip().isdigit(), first + process.stdout.read()
        assert not is_gone(int(first))
        said = end(process, seconds)
    assert is_gone(int(first))
    assert ("stops what it has started" in said) == ("stop_in_order" in manners)
