"""docs/lego-divergences.md is true as far as a test can say: every row names a test that exists."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROWS = [
    line
    for line in (ROOT / "docs" / "lego-divergences.md").read_text("utf-8").splitlines()
    if line.startswith("| ") and not line.startswith("| lego 4.9.1 | tegata |")
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.split(" | ")[1][:60])
def test_a_difference_is_shown_by_a_test(row: str) -> None:
    """Four cells, the last one a test function."""
    found = re.fullmatch(r"\| .+ \| .+ \| .+ \| `(tests/[\w/]+\.py)::(test_\w+)` \|", row)
    assert found, row
    tree = ast.parse((ROOT / found[1]).read_text("utf-8"))
    assert found[2] in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_there_are_rows() -> None:
    """The table is found at all."""
    assert len(ROWS) > 30
