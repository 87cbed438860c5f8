"""Hooks: POSIX words, Windows text, the environment, and every way a hook can end."""

import os
import sys
import time
from pathlib import Path

import pytest

from tegata.host.errors import HookFailed, HookNotStarted, HookTimedOut, MalformedHook
from tegata.host.hooks import Result, command_line, run

RESULT = Result(
    email="test@example.com",
    domain="www.example.com",
    certificate=Path("/lego/certificates/www.example.com.crt"),
    key=Path("/lego/certificates/www.example.com.key"),
    issuer=Path("/lego/certificates/www.example.com.issuer.crt"),
    pfx=None,
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
    """Quoted as in a shell, but nothing is expanded and nothing is chained: no shell reads it (S-23)."""
    assert command_line(text, windows=False) == words


def test_windows_text_is_not_touched() -> None:
    """CreateProcess gets it as it is: backslashes, quotation marks and all."""
    text = r"""powershell -Command "& 'C:\My Hooks\x.ps1'; (Get-Item 'C:\lego').Name" """
    assert command_line(text, windows=True) == text.strip()


@pytest.mark.parametrize(("text", "windows"), [("", False), ("  ", True), ("a 'b", False), ("a \\", False)])
def test_what_is_no_command(text: str, windows: bool) -> None:
    """The reason is told, the text is not: it may hold a password."""
    with pytest.raises(MalformedHook) as caught:
        command_line(text, windows=windows)
    assert set(caught.value.facts) == {"reason"}


def test_a_hook_is_told_by_its_environment(capfd: pytest.CaptureFixture[str]) -> None:
    """lego v4's variables besides all others (S-23); its standard error comes out of our standard output."""
    script = "import os, sys; print(*sorted(n for n in os.environ if n[:4] == 'LEGO')); sys.stderr.write('err')"
    run(f'{PYTHON} "{script}"', RESULT, {**os.environ, "LEGO_OTHER": "x"})
    out, err = capfd.readouterr()
    assert out == (
        "LEGO_ACCOUNT_EMAIL LEGO_CERT_DOMAIN LEGO_CERT_KEY_PATH LEGO_CERT_PATH LEGO_ISSUER_CERT_PATH LEGO_OTHER\nerr"
    )
    assert err == ""


def test_the_variables_say_where_things_are() -> None:
    """The PFX file's is there when one was asked for."""
    assert RESULT.environment() == {
        "LEGO_ACCOUNT_EMAIL": "test@example.com",
        "LEGO_CERT_DOMAIN": "www.example.com",
        "LEGO_CERT_PATH": "/lego/certificates/www.example.com.crt",
        "LEGO_CERT_KEY_PATH": "/lego/certificates/www.example.com.key",
        "LEGO_ISSUER_CERT_PATH": "/lego/certificates/www.example.com.issuer.crt",
    }
    with_pfx = Result("e", "d", Path("c"), Path("k"), Path("i"), pfx=Path("/x.pfx"))
    assert with_pfx.environment()["LEGO_CERT_PFX_PATH"] == "/x.pfx"


def test_a_hook_reads_nothing_from_our_keyboard() -> None:
    """A command that asks would otherwise wait for ever."""
    run(f"{PYTHON} 'import sys; assert sys.stdin.read() == str()'", RESULT, os.environ)


@pytest.mark.parametrize(
    ("script", "status"), [("raise SystemExit(7)", 7), ("import os; os.kill(os.getpid(), 15)", 143)]
)
def test_a_hook_s_own_status(script: str, status: int) -> None:
    """It becomes the program's exit code, as with lego; a signal's is a shell's."""
    with pytest.raises(HookFailed) as caught:
        run(f'{PYTHON} "{script}"', RESULT, os.environ)
    assert caught.value.status == status


def test_a_hook_that_cannot_be_started(tmp_path: Path) -> None:
    """The program is named."""
    with pytest.raises(HookNotStarted) as caught:
        run(f"{tmp_path}/nothing --password secret", RESULT, os.environ)
    assert caught.value.facts == {"program": f"{tmp_path}/nothing", "reason": "No such file or directory"}


def test_a_hook_that_takes_too_long(tmp_path: Path) -> None:
    """It is asked to end, and is gone when that is told."""
    script = f"import os, pathlib, time; pathlib.Path('{tmp_path}/pid').write_text(str(os.getpid())); time.sleep(60)"
    start = time.monotonic()
    with pytest.raises(HookTimedOut):
        run(f'{PYTHON} "{script}"', RESULT, os.environ, timeout=0.5)
    assert time.monotonic() - start < 10
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)
