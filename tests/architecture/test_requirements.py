"""The requirement ids: what the code cites is listed in docs/requirements.md, and each listed id has its test."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "requirements.md"
ID = re.compile(r"(?<![\w-])[ABCFSX]-\d\d(?![\w-])")
ROW = re.compile(r"^\| (?P<id>[ABCFSX]-\d\d) \| (?P<sentence>[^|]+) \| (?P<tests>[^|]+) \|$", re.MULTILINE)
TEST = re.compile(r"`(?P<path>tests/[\w/]+\.py)::(?P<name>[\w:]+)`")


NOT_OURS = "## Not of this program, and why"


def numbers(letter: str, *spans: tuple[int, int]) -> set[str]:
    """The ids of a letter in these spans, both ends with it."""
    return {f"{letter}-{number:02}" for first, last in spans for number in range(first, last + 1)}


# The list of requirements itself is kept elsewhere; these are its numbers, with the gaps it has.
KNOWN = (
    numbers("A", (1, 71), (80, 96))
    | numbers("B", (1, 7), (20, 32), (40, 47), (50, 56), (60, 74), (80, 99))
    | numbers("C", (1, 25))
    | numbers("F", (1, 14), (20, 28), (30, 35))
    | numbers("S", (1, 40))
    | numbers("X", (1, 8), (10, 20), (25, 33), (40, 52), (60, 67))
)


@cache
def rows() -> dict[str, tuple[str, list[tuple[str, str]]]]:
    """The document's rows: id -> sentence, tests."""
    text, _ = DOCUMENT.read_text("utf-8").split(NOT_OURS)
    return {row["id"]: (row["sentence"], TEST.findall(row["tests"])) for row in ROW.finditer(text)}


@cache
def not_ours() -> dict[str, str]:
    """The rows of what is not of this program: id -> the reason."""
    _, text = DOCUMENT.read_text("utf-8").split(NOT_OURS)
    return {row["id"]: row["tests"] for row in ROW.finditer(text)}


@cache
def docstrings(path: str) -> dict[str, str]:
    """The docstrings of a test file's functions, each with the ids its class or file cites too."""
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found[node.name] = ast.get_docstring(node) or ""
    return found


def cited() -> dict[str, str]:
    """Every id cited in the source, with one file that cites it."""
    return {
        found: path.relative_to(ROOT).as_posix()
        for path in sorted((ROOT / "src").rglob("*"))
        if path.suffix in {".py", ".sql", ".html"}
        for found in ID.findall(path.read_text("utf-8"))
    }


@pytest.mark.parametrize(("identifier", "path"), sorted(cited().items()))
def test_a_cited_requirement_is_listed(identifier: str, path: str) -> None:
    """Code that claims to meet a requirement has a row that says how that is shown."""
    assert identifier in rows(), f"{path} cites {identifier}: give it a row in docs/requirements.md"


@pytest.mark.parametrize("identifier", sorted(rows()))
def test_a_listed_requirement_has_its_test(identifier: str) -> None:
    """Each row names a test that exists and cites the id in its docstring."""
    _, tests = rows()[identifier]
    assert tests, f"{identifier}: name its test as `tests/…py::name`"
    for path, name in tests:
        found = docstrings(path)
        assert name in found, f"{identifier}: there is no {path}::{name}"
        assert identifier in found[name], f"{identifier}: the docstring of {path}::{name} does not cite it"


def test_no_requirement_is_missing() -> None:
    """Each is met and shown by a test, or is not of this program, with the reason; none is both."""
    missing = KNOWN - rows().keys() - not_ours().keys()
    assert missing == set(), f"give them a row in docs/requirements.md: {' '.join(sorted(missing))}"
    assert rows().keys() & not_ours().keys() == set()
    assert all(len(reason.split()) > 3 for reason in not_ours().values())


def test_each_requirement_has_one_row() -> None:
    """Two would tell two things of one."""
    listed = [row["id"] for row in ROW.finditer(DOCUMENT.read_text("utf-8"))]
    assert sorted(one for one in set(listed) if listed.count(one) > 1) == []
