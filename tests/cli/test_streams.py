"""Streams that are missing, full or read no longer: cron, the Task Scheduler, ``| head``, a log on a full disk."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.peers.command import environment
from tests.peers.tegata import IMPATIENT, Tegata

FULL = Path("/dev/full")
CLOSED = {0: "<&-", 1: ">&-", 2: "2>&-"}


def by_shell(tegata: Tegata, line: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a line of shell in which ``tegata`` is the command; its exit code is the line's."""
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", line.replace("tegata", tegata.program)],
        cwd=tegata.directory,
        env=environment(tegata.directory, variables),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("missing", [(0,), (1,), (2,), (0, 1, 2)])
@pytest.mark.parametrize(
    ("words", "code"), [("list", 0), ("run", 1), ("-d x.example -m a@x --http renew", 1), ("quux", 3)]
)
def test_streams_that_are_not_there(tegata: Tegata, words: str, code: int, missing: tuple[int, ...]) -> None:
    """The exit codes are the same, without a traceback."""
    done = by_shell(tegata, f"tegata {words} {' '.join(CLOSED[each] for each in missing)}")
    assert done.returncode == code
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.skipif(not FULL.exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize("words", ["list", "--help", "dnshelp", "completion bash"])
def test_output_on_a_full_disk(tegata: Tegata, words: str) -> None:
    """What was asked for and could not be written is a failure, told in one line."""
    done = by_shell(tegata, f"tegata {words} > {FULL}", TEGATA_LANG="en")
    assert done.returncode == 1
    assert "Standard output cannot be written: No space left on device." in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(not FULL.exists(), reason="there is no /dev/full here")
def test_the_version_on_a_full_disk(tegata: Tegata) -> None:
    """It loads nothing that could say why."""
    done = by_shell(tegata, f"tegata --version > {FULL}")
    assert (done.returncode, done.stderr) == (1, "")


@pytest.mark.skipif(not FULL.exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize(("words", "code"), [("list x", 0), ("quux", 3)])
def test_a_log_on_a_full_disk(tegata: Tegata, words: str, code: int) -> None:
    """It stops nothing, and the exit code stays what it is."""
    assert by_shell(tegata, f"tegata {words} 2> {FULL}").returncode == code


def test_who_reads_has_had_enough(tegata: Tegata) -> None:
    """``| head``: the end is SIGPIPE's, as lego's, and nothing is said."""
    reader, writer = os.pipe()
    os.close(reader)
    with subprocess.Popen(
        [tegata.program, "--help"],
        env=environment(tegata.directory),
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        os.close(writer)
        _, log = process.communicate(timeout=60)
    assert (process.returncode, log) == (128 + signal.SIGPIPE, "")


def test_a_current_directory_that_was_deleted(tegata: Tegata) -> None:
    """cron and terminals may stand in one: whole paths are found all the same, others are told."""
    line = "mkdir gone && cd gone && rmdir ../gone && tegata {words}"
    listed = by_shell(tegata, line.format(words=f"list --path {tegata.path}"))
    assert (listed.returncode, listed.stdout) == (0, "No certificates found.\n")
    done = by_shell(tegata, line.format(words="-d x.example -m a@x --http renew"), TEGATA_LANG="en")
    assert done.returncode == 1
    assert "The directory searched is .lego" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("trap", "code"), [("", 128 + signal.SIGHUP), ("trap '' HUP; ", 1)])
def test_a_terminal_that_is_closed(tegata: Tegata, trap: str, code: int) -> None:
    """It ends the run with all cleaning up, unless it was ignored from the start, as by nohup."""
    words = "-s https://127.0.0.1:1/dir -d x.example --http run"
    with subprocess.Popen(
        ["bash", "-c", f"{trap}exec {tegata.program} {words}"],
        cwd=tegata.directory,
        env=environment(tegata.directory, IMPATIENT),
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        assert "Trying again" in process.stderr.readline()
        process.send_signal(signal.SIGHUP)
        _, log = process.communicate(timeout=60)
    assert process.returncode == code
    assert ("Ended by SIGHUP" in log) == (not trap)
    assert "Traceback" not in log


@pytest.mark.parametrize("variables", [{"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C", "PYTHONUTF8": "0"}])
def test_a_console_that_cannot_show_japanese(tegata: Tegata, variables: dict[str, str]) -> None:
    """English is told, in letters that it has; what comes from outside is escaped, and the code is the error's."""
    variables = {"TEGATA_LANG": "ja", "PYTHONCOERCECLOCALE": "0", **variables}
    done = by_shell(tegata, "tegata run --dsn x", **variables)
    assert done.returncode == 1
    assert 'There is no flag "dsn".' in done.stderr
    shown = by_shell(tegata, "tegata help run; tegata list さくら", **variables)
    assert "certificate" in shown.stdout
    assert "ignored: \\u" in shown.stderr


def test_a_console_that_shows_japanese_its_own_way(tegata: Tegata) -> None:
    """As a Japanese Windows has it where output goes into a file."""
    line = "tegata run --dsn x 2>&1 | iconv -f CP932 -t UTF-8"
    assert (
        "「dsn」というオプションはありません。"
        in by_shell(tegata, line, TEGATA_LANG="ja", PYTHONIOENCODING="cp932").stdout
    )
