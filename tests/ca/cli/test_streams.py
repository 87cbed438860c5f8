"""Streams of ``tegata-ca`` that are missing, full or read no longer: cron, ``| head``, an answer on a full disk."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.ca.cli.conftest import COMMAND, ENVIRONMENT, Done


def by_shell(home: Path, line: str) -> Done:
    """Run a line of shell in which ``tegata-ca`` is the command on this CA."""
    said = line.replace("tegata-ca", f"{COMMAND} --dir {home}")
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", said],
        check=False,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def test_an_answer_that_cannot_be_written(home: Path) -> None:
    """It is done, which is said in one line, for a program too; without a traceback."""
    done = by_shell(home, "tegata-ca contract list >/dev/full")
    assert (done.code, done.stderr.count("\n")) == (1, 1)
    assert "What was asked for is done" in done.stderr
    assert "tegata-ca customer password MAIL" in done.stderr
    assert "No space left on device" in done.stderr
    error = json.loads(by_shell(home, "tegata-ca --json contract list >/dev/full").stderr)["error"]
    assert error["code"] == "operator.answer-lost"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("tegata-ca contract list >&-", 0),
        ("tegata-ca contract list <&- >&- 2>&-", 0),
        ("tegata-ca contract show C0 2>&-", 1),
        ("tegata-ca contract show C0 2>/dev/full", 1),
        ("tegata-ca nonsense 2>&-", 2),
    ],
)
def test_streams_that_are_missing_or_full(home: Path, line: str, code: int) -> None:
    """The exit codes are the same, and nobody is shown a traceback."""
    done = by_shell(home, line)
    assert "Traceback" not in done.stderr
    assert (done.code, done.stdout, done.stderr) == (code, "", "")


def test_who_reads_has_had_enough(home: Path) -> None:
    """``| head``: the code is that of SIGPIPE, and nothing is said."""
    reader, writer = os.pipe()
    os.close(reader)
    command = [COMMAND, "--dir", str(home), "contract", "list"]
    with subprocess.Popen(command, env=ENVIRONMENT, stdout=writer, stderr=subprocess.PIPE, text=True) as process:
        os.close(writer)
        _, log = process.communicate(timeout=120)
    assert (process.returncode, log) == (141, "")
