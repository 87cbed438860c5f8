"""The documents are true: links lead somewhere, generated parts are fresh, commands exist."""

import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)")
LINK = re.compile(r"\[[^\]]+\]\((?!https?:|mailto:|#)(?P<target>[^)#\s]+)")


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_links_lead_to_files(path: Path) -> None:
    """A relative link in a document names a file that is there."""
    for target in LINK.findall(path.read_text("utf-8")):
        assert (path.parent / target).exists(), f"{name(path)} links to {target}"


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_tests_that_show_it_exist(path: Path) -> None:
    """A test that a document names is there."""
    for file, function in TEST.findall(path.read_text("utf-8")):
        source = (ROOT / file).read_text("utf-8")
        assert re.search(rf"def {function}\(", source), f"{name(path)}: there is no {file}::{function}"


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_make_targets_exist(path: Path) -> None:
    """``make WORD`` in a document is a target of the Makefile."""
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    text = path.read_text("utf-8")
    for target in re.findall(r"`make ([a-z]+)", text) + re.findall(r"^ {4}make ([a-z]+)", text, re.MULTILINE):
        assert target in targets, f"{name(path)}: make {target}"


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_command_flags_in_documents_exist(path: Path) -> None:
    """A ``tegata`` or ``tegata-ca`` command line shown in a document uses flags that the help knows."""
    for line in re.findall(r"^ {4}\$? ?(tegata(?:-ca)? .*)$", path.read_text("utf-8"), re.MULTILINE):
        program, *words = line.split()
        for flag in (word.split("=")[0] for word in words if re.match(r"--[a-z]", word)):
            assert flag in help_of(program), f"{name(path)}: {program} has no {flag}"


def help_of(program: str) -> str:
    """Everything the program's help says, subcommands included."""
    if program not in HELP:
        command = str(Path(sys.executable).with_name(program))
        calls = [
            [command, "--help"],
            *([command, *subcommand.split(), "--help"] for subcommand in SUBCOMMANDS[program]),
        ]
        HELP[program] = "\n".join(
            subprocess.run(call, capture_output=True, text=True, check=True).stdout for call in calls
        )
    return HELP[program]


SUBCOMMANDS = {
    "tegata": [
        "run",
        "renew",
        "revoke",
        "list",
        "certificates list",
        "certificates revoke",
        "accounts list",
        "accounts register",
        "completion bash",
        "accounts keyrollover",
        "accounts recover",
        "archives list",
        "archives restore",
        "migrate",
        "conformance",
    ],
    "tegata-ca": [
        "init",
        "serve",
        "check",
        "contract",
        "customer",
        "eab",
        "cert",
        "key",
        "ceremony",
        "audit",
        "backup",
        "migrate",
        "restore",
    ],
}
HELP: dict[str, str] = {}


def test_the_drawn_parts_are_fresh() -> None:
    """``make docs`` would change nothing: figure and table cannot part."""
    draw = runpy.run_path(str(ROOT / "docs" / "draw.py"))
    text = draw["ARCHITECTURE"].read_text("utf-8")
    assert draw["drawn"](text) == text, "run make docs"
