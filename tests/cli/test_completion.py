"""Completion of words in real shells, by the scripts that the command prints."""

from pathlib import Path

import pytest

from tests.peers.command import run
from tests.peers.tegata import Tegata
from tests.peers.terminal import converse


@pytest.fixture
def script(tegata: Tegata, request: pytest.FixtureRequest) -> Path:
    """The script of the shell that the test is about."""
    shell = request.node.get_closest_marker("peer").args[0]
    file = tegata.directory / f"completion.{shell}"
    file.write_text(tegata.run("completion", shell).check().stdout)
    return file


WORDS = [
    (["re"], ["renew", "revoke"]),
    (["certificates", ""], ["list", "revoke"]),
    (["renew", "--renew-hook"], ["--renew-hook", "--renew-hook-timeout"]),
    (["certificates", "revoke", "--rea"], ["--reason"]),
    (["run", "--eab.k"], ["--eab.kid"]),
    (["-k", "rsa2"], ["rsa2048"]),
    (["--dns-a"], ["--dns-account"]),
    (["--renew-hook"], ["--renew-hook", "--renew-hook-timeout"]),
    (["run", "--dns", "p"], ["pdns"]),
    (["--pfx.format", "S"], ["SHA256"]),
    (["-s", "letsencrypt-"], ["letsencrypt-staging"]),
    (["dnshelp", "--code", "rfc"], ["rfc2136"]),
]


@pytest.mark.peer("bash")
@pytest.mark.parametrize(("words", "expected"), WORDS, ids=str)
def test_bash(script: Path, words: list[str], expected: list[str]) -> None:
    """What the function offers for the last word."""
    ask = 'source "$0"; COMP_WORDS=(tegata "$@"); COMP_CWORD=$#; _tegata; printf "%s\\n" "${COMPREPLY[@]}"'
    done = run(["bash", "--norc", "-c", ask, str(script), *words], cwd=script.parent).check()
    assert sorted(done.stdout.split()) == expected


@pytest.mark.peer("bash")
def test_bash_offers_no_flag_of_another_command(script: Path) -> None:
    """Behind a command its own only."""
    ask = 'source "$0"; COMP_WORDS=(tegata list --re); COMP_CWORD=2; _tegata; printf "%s" "${COMPREPLY[@]}"'
    assert run(["bash", "--norc", "-c", ask, str(script)], cwd=script.parent).check().stdout == ""


@pytest.mark.peer("fish")
@pytest.mark.parametrize(("words", "expected"), WORDS, ids=str)
def test_fish(script: Path, words: list[str], expected: list[str]) -> None:
    """What it would show, with the help of each."""
    ask = f"source {script}; complete -C 'tegata {' '.join(words)}'"
    done = run(["fish", "--no-config", "-c", ask], cwd=script.parent).check()
    assert sorted(line.split("\t")[0] for line in done.stdout.splitlines()) == expected
    assert all("\t" in line for line in done.stdout.splitlines())


@pytest.mark.peer("zsh")
def test_zsh(script: Path) -> None:
    """Typed on a terminal, with the tabulator where a word is to be completed."""
    setting = f"autoload -Uz compinit; compinit -u -D; source {script}; tegata() {{ print -r GOT $* }}; PS1='SET''> '"
    typed = "tegata certif\trev\t--reas\t4 -k rsa204\t --eab.hm\tx"
    answers = [("READY> ", setting), ("SET> ", typed), ("GOT", "exit")]
    done = converse(["zsh", "-f", "-i"], cwd=script.parent, answers=answers, env={"PS1": "READY> ", "TERM": "dumb"})
    assert "GOT certificates revoke --reason 4 -k rsa2048 --eab.hmac x" in done.stdout


def test_powershell(tegata: Tegata) -> None:
    """Each command with its flags; quotation marks and brackets in pairs (there is no PowerShell here to ask)."""
    text = tegata.run("completion", "powershell").check().stdout
    assert "Register-ArgumentCompleter -Native -CommandName tegata " in text
    assert "'certificates revoke' = '" in text
    assert text.count("'") % 2 == 0
    assert text.count("{") == text.count("}")
    assert text.count("(") == text.count(")")


def test_called_lego(tegata: Tegata) -> None:
    """By a link of that name: help, version and completion say lego."""
    link = tegata.directory / "lego"
    link.symlink_to(tegata.program)
    said = {words: run([str(link), *words], cwd=tegata.directory).check().stdout for words in (("-v",), ("help",))}
    assert said[("-v",)].startswith("lego version ")
    assert "/" in said[("-v",)].split()[3]
    assert "lego [flags] command [flags]" in said[("help",)]
    assert "complete -o default -F _lego lego" in run([str(link), "completion", "bash"], cwd=tegata.directory).stdout
    assert tegata.run("-v").check().stdout.startswith("tegata version ")
