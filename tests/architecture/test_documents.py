"""The documents are true: links lead somewhere, generated parts are fresh, commands exist."""

import re
import runpy
from collections import Counter
from pathlib import Path

import pytest

from tegata.ca.cli import commands as commands_of_the_ca
from tegata.ca.cli.options import Command
from tegata.cli.grammar import commands
from tegata.cli.help import text as help_text
from tegata.text.language import Language

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


def options_of_the_ca(command: Command) -> str:
    """What a command of ``tegata-ca`` takes, as its help writes it."""
    return " ".join(f"--{option.name}" for option in (*commands_of_the_ca.EVERYWHERE, *command.options))


TAKEN = {
    "tegata": {command: help_text(command, Language.EN, "tegata") for command in commands.COMMANDS},
    "tegata-ca": {" ".join(one.words): options_of_the_ca(one) for one in commands_of_the_ca.COMMANDS},
}
"""Every command of both programs, and the options that it takes."""


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_command_lines_in_documents_are_taken(path: Path) -> None:
    """One of ``tegata`` or ``tegata-ca`` has options that its command takes, one without a command what any takes."""
    text = path.read_text("utf-8")
    examples = re.findall(r"^ {4}\$? ?(tegata(?:-ca)? .*)$", text, re.MULTILINE)
    for line in examples + re.findall(r"`(tegata(?:-ca)? [^`]+)`", text):
        program, *words = line.split()
        meant = [options for command, options in TAKEN[program].items() if set(command.split()) <= set(words)]
        assert meant or line not in examples, f"{name(path)}: {line}: there is no such command"
        for flag in (word.split("=")[0] for word in words if re.match(r"--[a-z]", word)):
            known = re.compile(rf"{flag}\b")
            assert any(map(known.search, meant or TAKEN[program].values())), f"{name(path)}: {line}: no {flag}"


def test_the_drawn_parts_are_fresh() -> None:
    """``make docs`` would change nothing: figure and table cannot part."""
    draw = runpy.run_path(str(ROOT / "docs" / "draw.py"))
    text = draw["ARCHITECTURE"].read_text("utf-8")
    assert draw["drawn"](text) == text, "run make docs"


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_nothing_is_said_twice(path: Path) -> None:
    """No dozen words of prose stand in a document twice, as where two versions of a paragraph were both kept."""
    prose = re.sub(r"```.*?```|^(?:\||    ).*?$", "", path.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE).split()
    runs = Counter(tuple(prose[at : at + 12]) for at in range(len(prose) - 11))
    assert [" ".join(run) for run, times in runs.items() if times > 1] == []
