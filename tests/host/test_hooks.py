"""Hooks: POSIX words, Windows text, the environment, and every way a hook can end."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from msgspec.structs import replace

from tegata.host.errors import HookFailed, HookNotStarted, HookTimedOut, MalformedHook
from tegata.host.hooks import Told, command_line, run

TOLD = Told(
    email="test@example.com",
    account="test@example.com",
    server="https://ca.example/acme/",
    name="*.example.com",
    stem="_.example.com",
    domains=("*.example.com", "example.com"),
    key_type="RSA2048",
    certificate=Path("/lego/certificates/_.example.com.crt"),
    key=Path("/lego/certificates/_.example.com.key"),
    issuer=Path("/lego/certificates/_.example.com.issuer.crt"),
)
PYTHON = f'"{sys.executable}" -c'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("systemctl restart httpd", ["systemctl", "restart", "httpd"]),
        ("sh -c 'nginx -t && nginx -s reload'", ["sh", "-c", "nginx -t && nginx -s reload"]),
        (r'"/opt/my hooks/x" a\ b', ["/opt/my hooks/x", "a b"]),
        ("echo $HOME `id` ; rm -rf /", ["echo", "$HOME", "`id`", ";", "rm", "-rf", "/"]),
    ],
)
def test_posix_words(text: str, words: list[str]) -> None:
    """Quoted as in a shell, but nothing is expanded and nothing is chained: no shell reads it (S-23, C-20)."""
    assert command_line(text, windows=False) == words


def test_windows_text_is_not_touched() -> None:
    """CreateProcess gets it as it is: backslashes, quotation marks and all."""
    text = r"""powershell -Command "& 'C:\My Hooks\x.ps1'; (Get-Item 'C:\lego').Name" """
    assert command_line(text, windows=True) == text.strip()


@pytest.mark.parametrize(
    ("text", "windows"), [("", False), ("  ", True), ("a 'b", False), ("a \\", False), ("“a b”", False), ("’a", True)]
)
def test_what_is_no_command(text: str, windows: bool) -> None:
    """The reason is told, the text is not: it may hold a password."""
    with pytest.raises(MalformedHook) as caught:
        command_line(text, windows=windows)
    assert set(caught.value.facts) == {"reason"}


def test_a_hook_is_told_by_its_environment(capfd: pytest.CaptureFixture[str]) -> None:
    """lego's variables besides all others (S-23); its standard error comes out of our standard output (C-20)."""
    script = "import os, sys; print(*sorted(n for n in os.environ if n[:4] == 'LEGO')); sys.stderr.write('err')"
    run(f'{PYTHON} "{script}"', TOLD, {**os.environ, "LEGO_OTHER": "x"})
    out, err = capfd.readouterr()
    assert out == " ".join(sorted([*TOLD.environment(), "LEGO_OTHER"])) + "\nerr"
    assert err == ""


def test_the_variables_of_both_generations() -> None:
    """v4's and v5's; those of files that were not asked for are absent."""
    folder = "/lego/certificates/_.example.com"
    paths = {"CERT_PATH": f"{folder}.crt", "CERT_KEY_PATH": f"{folder}.key", "ISSUER_CERT_PATH": f"{folder}.issuer.crt"}
    v4 = {"ACCOUNT_EMAIL": "test@example.com", "CERT_DOMAIN": "*.example.com", **paths}
    v5 = {
        "ACCOUNT_ID": "test@example.com",
        "ACCOUNT_EMAIL": "test@example.com",
        "ACCOUNT_SERVER": "https://ca.example/acme/",
        "CERT_NAME": "*.example.com",
        "CERT_NAME_SANITIZED": "_.example.com",
        "CERT_KEY_TYPE": "RSA2048",
        "CERT_DOMAINS": "*.example.com,example.com",
        **paths,
    }
    expected = {f"LEGO_{name}": value for name, value in v4.items()}
    assert TOLD.environment() == expected | {f"LEGO_HOOK_{name}": value for name, value in v5.items()}
    more = replace(TOLD, pem=Path("/x.pem"), pfx=Path("/x.pfx")).environment()
    assert (more["LEGO_CERT_PEM_PATH"], more["LEGO_HOOK_CERT_PEM_PATH"]) == ("/x.pem", "/x.pem")
    assert (more["LEGO_CERT_PFX_PATH"], more["LEGO_HOOK_CERT_PFX_PATH"]) == ("/x.pfx", "/x.pfx")


def test_a_hook_reads_nothing_from_our_keyboard() -> None:
    """A command that asks would otherwise wait for ever."""
    run(f"{PYTHON} 'import sys; assert sys.stdin.read() == str()'", TOLD, os.environ)


@pytest.mark.parametrize(
    ("script", "status"), [("raise SystemExit(7)", 7), ("import os; os.kill(os.getpid(), 15)", 143)]
)
def test_a_hook_s_own_status(script: str, status: int) -> None:
    """It becomes the program's exit code, as with lego; a signal's is a shell's (C-20)."""
    with pytest.raises(HookFailed) as caught:
        run(f'{PYTHON} "{script}"', TOLD, os.environ)
    assert caught.value.status == status


def test_a_hook_that_cannot_be_started(tmp_path: Path) -> None:
    """The program is named."""
    with pytest.raises(HookNotStarted) as caught:
        run(f"{tmp_path}/nothing --password secret", TOLD, os.environ)
    assert caught.value.facts == {"program": f"{tmp_path}/nothing", "reason": "No such file or directory"}


def test_a_hook_that_takes_too_long(tmp_path: Path) -> None:
    """It is asked to end, and is gone when that is told (C-20)."""
    script = f"import os, pathlib, time; pathlib.Path('{tmp_path}/pid').write_text(str(os.getpid())); time.sleep(60)"
    start = time.monotonic()
    with pytest.raises(HookTimedOut):
        run(f'{PYTHON} "{script}"', TOLD, os.environ, timeout=0.5)
    assert time.monotonic() - start < 40
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


def test_nothing_that_it_has_started_survives_the_time_out(tmp_path: Path) -> None:
    """Its whole process group ends, also what pays no heed to being asked."""
    child = f"trap '' TERM; echo $$ > {tmp_path}/child; sleep 60; sleep 60"
    (tmp_path / "hook").write_text(f'#!/bin/sh\nsh -c "{child}" &\nwait\n'.replace("$$", "\\$\\$"))
    (tmp_path / "hook").chmod(0o755)
    with pytest.raises(HookTimedOut):
        run(str(tmp_path / "hook"), TOLD, os.environ, timeout=0.5)
    child_pid = int((tmp_path / "child").read_text())
    for _ in range(100):
        if not Path(f"/proc/{child_pid}").exists() or "Z" in Path(f"/proc/{child_pid}/stat").read_text().split()[2]:
            return
        time.sleep(0.02)
    raise AssertionError("the hook's child still runs")


def test_output_comes_line_by_line(tmp_path: Path) -> None:
    """While the hook still runs."""
    reading, writing = os.pipe()
    script = "import time; print('first', flush=True); time.sleep(0.6); print('second')"
    code = f"from tests.host.test_hooks import *; run({PYTHON!r} + ' ' + repr({script!r}), TOLD, os.environ)"
    started = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdout=writing, env={**os.environ, "PYTHONPATH": ":".join(sys.path)}
    )
    os.close(writing)
    with os.fdopen(reading) as lines:
        assert lines.readline() == "first\n"
        first = time.monotonic()
        assert lines.readline() == "second\n"
        assert time.monotonic() - first > 0.3
    assert process.wait() == 0
    assert first > started
