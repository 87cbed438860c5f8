"""The provider ``exec``: lego's arguments to a real program, its output, and every way it can end."""

import os
import signal
from pathlib import Path

import pytest

from tegata.plugin_api.dns import MissingSettings
from tegata.plugin_api.registry import load
from tegata.plugins.dns import exec  # noqa: A004 - the provider's own name
from tegata.plugins.dns.exec import ExecProvider, ProgramFailed, ProgramNotStarted, ProgramTimedOut
from tegata.testing.providers import Script, check, record, surroundings

VALUE = "-fCS1lh6WLuBWbvkmdEhdymEvTR8MuI63XqlRVleM9Q"


def program(tmp_path: Path, script: str) -> str:
    """A program of the operator's."""
    file = tmp_path / "dns program"
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)
    return str(file)


def provider(path: str, script: Script | None = None, **variables: str) -> ExecProvider:
    return ExecProvider(surroundings("exec", {"EXEC_PATH": path, **variables}, dialogue=script))


def test_it_is_found_by_its_code():
    assert load("dns", "exec") is ExecProvider


def test_the_arguments(tmp_path: Path):
    """The name with its final dot and the value; in RAW mode what the CA gave."""
    script = Script()
    path = program(tmp_path, 'printf "[%s]" "$@"; echo')
    provider(path, script).add(record(VALUE))
    provider(path, script).remove(record(VALUE))
    provider(path, script, EXEC_MODE="RAW").add(record(VALUE))
    assert script.logged == [
        f"[present][_acme-challenge.www.example.com.][{VALUE}]",
        f"[cleanup][_acme-challenge.www.example.com.][{VALUE}]",
        "[present][--][www.example.com][evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ][evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ.key]",
    ]


def test_what_it_prints_is_a_log_line_each(tmp_path: Path):
    """Standard error too, escapes made visible, and standard input is empty."""
    script = Script()
    path = program(tmp_path, 'echo one; echo two >&2; printf "\\033[2J\\n"; cat; head -c 5000 /dev/zero | tr "\\0" x')
    provider(path, script).add(record(VALUE))
    assert script.logged == ["one", "two", "\\x1b[2J", "x" * 4096, "x" * 904]


def test_it_is_told_the_certificate_s_own_variables(tmp_path: Path):
    """Those of an --env-file, which never become this process's own."""
    script = Script()
    path = program(tmp_path, 'echo "$DNS_TOKEN"')
    provider(path, script, DNS_TOKEN="t0ken").add(record(VALUE))
    assert script.logged == ["t0ken"]


def test_a_program_that_fails(tmp_path: Path):
    path = program(tmp_path, "echo because; exit 3")
    script = Script()
    with pytest.raises(ProgramFailed) as caught:
        provider(path, script).add(record(VALUE))
    assert caught.value.facts == {"provider": "exec", "program": path, "action": "present", "status": 3}
    assert script.logged == ["because"]


@pytest.mark.parametrize(
    ("path", "reason"), [("/nowhere/x", "No such file or directory"), ("/tmp", "Permission denied"), ("a\0b", None)]
)
def test_a_program_that_cannot_be_started(path: str, reason: str | None):
    with pytest.raises(ProgramNotStarted) as caught:
        provider(path).add(record(VALUE))
    assert reason in (caught.value.facts["reason"], None)


def test_without_a_program():
    with pytest.raises(MissingSettings) as caught:
        ExecProvider(surroundings("exec", {}))
    assert caught.value.facts["names"] == "EXEC_PATH"


def test_an_interrupted_program_is_ended(tmp_path: Path):
    """A signal that becomes an exception while the program runs must not leave it behind."""
    path = program(tmp_path, "echo $$ > pid; exec sleep 60")

    class Interrupted(BaseException):
        pass

    def interrupt(*_: object) -> None:
        raise Interrupted

    before = signal.signal(signal.SIGALRM, interrupt)
    here = Path.cwd()
    os.chdir(tmp_path)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.3)  # to the process: a thread's own signal would not wake this one
        with pytest.raises(Interrupted):
            provider(path).add(record(VALUE))
    finally:
        signal.signal(signal.SIGALRM, before)
        os.chdir(here)
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


def test_a_program_that_hangs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """It does not hold every later run for ever; what it has printed is told."""
    monkeypatch.setattr(exec, "_LONGEST_SECONDS", 2.0)
    path, script = program(tmp_path, f"echo $$ > {tmp_path}/pid; echo waiting; exec sleep 60"), Script()
    with pytest.raises(ProgramTimedOut) as caught:
        provider(path, script).add(record(VALUE))
    assert caught.value.facts["action"] == "present"
    assert script.logged == ["waiting"]
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


def test_a_program_that_leaves_another_running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Which has its output: nobody waits for that one's end."""
    monkeypatch.setattr(exec, "_GRACE_SECONDS", 0.3)
    path, script = program(tmp_path, f"echo begun; sleep 60 & echo $! > {tmp_path}/pid"), Script()
    provider(path, script).add(record(VALUE))
    os.kill(int((tmp_path / "pid").read_text()), signal.SIGKILL)
    assert script.logged == ["begun"]


def test_it_conforms(tmp_path: Path):
    """With a program that keeps the values of a name in a file of lines."""
    path = program(
        tmp_path,
        f'file="{tmp_path}/$2"; touch "$file"; grep -Fxv -e "$3" "$file" > "$file.new"\n'
        '[ "$1" = cleanup ] || printf "%s\\n" "$3" >> "$file.new"; mv "$file.new" "$file"',
    )

    def values(name: str) -> list[str]:
        file = tmp_path / name
        return file.read_text().split() if file.exists() else []

    check(provider(path), values)
