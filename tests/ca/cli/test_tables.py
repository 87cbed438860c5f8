"""Tables and details for a person's eye."""

import ast
from pathlib import Path

import pytest

import tegata.ca.cli
from tegata.ca.cli.tables import details, label, table
from tegata.text.language import Language

ROWS = [
    {"contract": "C1", "status": "active", "domains": ["a.example", ".b.example"]},
    {"contract": "C222", "status": "suspended", "domains": []},
]


def test_columns_are_aligned():
    """Each column as wide as its widest cell; nothing after the last."""
    assert table(ROWS, ("contract", "status", "domains"), Language.EN) == (
        "Contract  Status     Domains\nC1        active     a.example .b.example\nC222      suspended"
    )


def test_wide_characters_take_two_columns():
    """Japanese headings and words stay in line."""
    assert table(ROWS, ("status", "contract"), Language.JA) == (
        "ステータス  契約番号\n有効        C1\n停止中      C222"
    )


def test_a_table_without_rows_is_its_heading():
    """So that a person sees that there is nothing."""
    assert table([], ("contract",), Language.EN) == "Contract"


def test_details_nest_and_leave_out_what_is_not_there():
    """A member that is None has no line; control characters from outside are made visible."""
    shape = {"contract": "C1", "organization": {"name": "A\x1b[1m", "state": None}, "reason": 0}
    assert details(shape, Language.EN) == "Contract: C1\nOrganization:\n  Name: A\\x1b[1m\nReason: 0"


def test_yes_and_no_are_words():
    """In the reader's language."""
    rows = [{"in_time": True}, {"in_time": False}]
    assert table(rows, ("in_time",), Language.EN) == "In time\nyes\nno"
    assert table(rows, ("in_time",), Language.JA) == "期限内\nはい\nいいえ"


def columns():
    """Every column that a command of any file gives its table, by name or on the spot."""
    for path in Path(tegata.ca.cli.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            given = []
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Answer":
                given = [*node.args[1:2], *(each.value for each in node.keywords if each.arg == "columns")]
            elif isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "").endswith("_COLUMNS"):
                given = [node.value]
            for tree in given:
                yield from (one.value for one in ast.walk(tree) if isinstance(one, ast.Constant))


@pytest.mark.parametrize("name", sorted({one for one in columns() if isinstance(one, str)}))
def test_each_column_has_a_heading(name):
    """Or the command does its work and then fails, where a person reads the answer (``cert replace``)."""
    assert label(name, Language.EN)
    assert label(name, Language.JA)
