"""What keeps two ``make install`` at once in one folder apart."""

import os
import subprocess
import sys
from pathlib import Path

ALONE = Path(__file__).parents[2] / "ci" / "alone.py"


def alone(folder: Path, *command: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, str(ALONE), *command],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_the_second_waits_for_the_first(tmp_path: Path) -> None:
    """And says so; what the first has started holds the folder, too."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with alone(tmp_path, "sh", "-c", "echo begun; cat pipe; echo ended >> order") as first:
        assert first.stdout
        assert first.stdout.readline() == "begun\n"
        with alone(tmp_path, "sh", "-c", "echo second >> order; exit 3") as second:
            assert second.stderr
            assert "waiting" in second.stderr.readline()
            pipe.write_text("go on")
            assert second.wait(60) == 3
        assert first.wait(60) == 0
    assert (tmp_path / "order").read_text() == "ended\nsecond\n"
