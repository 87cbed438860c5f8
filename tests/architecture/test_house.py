"""The rules of the house that a linter does not know: sizes, names, purpose lines, names-only packages."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
OURS = SOURCES + sorted((ROOT / "tests").rglob("*.py")) + sorted((ROOT / "demo").rglob("*.py"))

MOST_LINES = 400
# Pure data tables may be longer; each with its reason.
DATA_TABLES: dict[str, str] = {
    "src/tegata/ca/cli/commands.py": "one row a command or option, no logic",
    "src/tegata/ca/errors.py": "one class an error, no logic",
    "src/tegata/cli/grammar/flags.py": "one row a flag, no logic",
    "src/tegata/ca/model.py": "records only, no logic",
    "src/tegata/ca/ports.py": "protocols only, no logic",
}
ROOMS_WITHOUT_PURPOSE = {"utils", "util", "helpers", "helper", "common", "base", "misc"}


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_a_source_file_has_one_purpose(path: Path) -> None:
    """It says what it is for, is called after it, and is short enough to have only one."""
    text = path.read_text("utf-8")
    assert path.stem not in ROOMS_WITHOUT_PURPOSE, "name the file after what it is for"
    assert ast.get_docstring(ast.parse(text)), "the first lines say what the file is for"
    if name(path) not in DATA_TABLES:
        assert text.count("\n") <= MOST_LINES, f"over {MOST_LINES} lines: split it by purpose"


@pytest.mark.parametrize("path", [path for path in OURS if path not in SOURCES], ids=name)
def test_tests_and_demo_say_what_they_are_for(path: Path) -> None:
    """Every file has a purpose line, the packages' empty markers excepted."""
    text = path.read_text("utf-8")
    assert not text.strip() or ast.get_docstring(ast.parse(text)), "the first lines say what the file is for"


@pytest.mark.parametrize("path", [path for path in SOURCES if path.name == "__init__.py"], ids=name)
def test_a_package_file_holds_names_only(path: Path) -> None:
    """An ``__init__`` has a docstring, imports and plain names: no code hides in it."""
    body = ast.parse(path.read_text("utf-8")).body
    assert all(isinstance(node, ast.Expr | ast.Import | ast.ImportFrom | ast.Assign | ast.AnnAssign) for node in body)


@pytest.mark.parametrize("path", OURS, ids=name)
def test_a_silenced_check_has_its_reason(path: Path) -> None:
    """``noqa`` and ``type: ignore`` stand with a reason on their line."""
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        for mark in ("# noq" + "a:", "# type: igno" + "re["):
            if mark in line:
                rest = line.split(mark, 1)[1]
                assert " - " in rest or " # " in rest, f"{name(path)}:{number}: say why"


def test_the_listed_data_tables_exist() -> None:
    """An exemption for a file that is gone or short again is taken off the list."""
    for listed in DATA_TABLES:
        assert (ROOT / listed).is_file()


def test_migrations_are_numbered_one_after_the_other() -> None:
    """Two that were written side by side must not share a number."""
    names = sorted(path.name for path in (ROOT / "src" / "tegata" / "ca" / "store" / "migrations").glob("*.sql"))
    assert [int(name.partition("_")[0]) for name in names] == list(range(1, len(names) + 1))
