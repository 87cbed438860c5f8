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


@cache
def rows() -> dict[str, tuple[str, list[tuple[str, str]]]]:
    """The document's rows: id -> sentence, tests."""
    text = DOCUMENT.read_text("utf-8")
    return {row["id"]: (row["sentence"], TEST.findall(row["tests"])) for row in ROW.finditer(text)}


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
