"""The command ``tegata-ca`` on a CA of its own: as the installed program, or, for long tables, in this process."""

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from tegata.ca.cli.main import main

COMMAND = str(Path(sys.executable).with_name("tegata-ca"))
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "TEGATA_CA_PASSPHRASE": "correct horse battery staple"}
JAPANESE = {**ENVIRONMENT, "LANG": "ja_JP.UTF-8"}
URLS = ("--url", "https://127.0.0.1:8443", "--public-url", "http://127.0.0.1:8080")


class Done(NamedTuple):
    """What became of a command."""

    code: int
    stdout: str
    stderr: str


def run(*words: str, environ: Mapping[str, str] = ENVIRONMENT) -> Done:
    """Run the installed program."""
    done = subprocess.run([COMMAND, *words], check=False, env=environ, capture_output=True, text=True, timeout=120)
    return Done(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="session")
def home(tmp_path_factory) -> Path:
    """A CA's directory, made by the program."""
    directory: Path = tmp_path_factory.mktemp("cli") / "ca"
    done = run("init", *URLS, "--dir", str(directory))
    assert (done.code, done.stderr) == (0, "")
    return directory


@pytest.fixture
def called(monkeypatch, capsys) -> Callable[..., Done]:
    """Run a command line in this process."""

    def _called(*words: str, environ: Mapping[str, str] = ENVIRONMENT) -> Done:
        with monkeypatch.context() as patch:
            for name in ("LANG", "LC_ALL", "LC_MESSAGES", "TEGATA_LANG", "TEGATA_CA_DIR"):
                patch.delenv(name, raising=False)
            for name, value in environ.items():
                patch.setenv(name, value)
            patch.setattr(sys, "argv", ["tegata-ca", *words])
            return Done(main(), *capsys.readouterr())

    return _called


@pytest.fixture
def ca(called, home):
    """Run a command on the CA."""
    return lambda *words, **more: called("--dir", str(home), *words, **more)


@pytest.fixture
def answer(ca):
    """What a command prints with ``--json``, after it was seen to succeed."""

    def _answer(*words):
        done = ca("--json", *words)
        assert (done.code, done.stderr) == (0, "")
        return json.loads(done.stdout)

    return _answer


@pytest.fixture
def refusal(ca):
    """The error a command prints with ``--json``, after it was seen to be one line and to exit with 1."""

    def _refusal(*words):
        done = ca("--json", *words)
        assert (done.code, done.stdout) == (1, "")
        return error_of(done)

    return _refusal


def error_of(done: Done) -> dict[str, str]:
    """The one line of an error in JSON."""
    (line,) = done.stderr.splitlines()
    error: dict[str, str]
    (error,) = json.loads(line).values()
    assert list(error) == ["code", "detail", "reference"]
    assert error["reference"].startswith("T-")
    return error
