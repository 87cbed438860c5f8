"""docs/lego-divergences.md is true as far as a test can say: every row names tests that exist."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROWS = [
    line
    for line in (ROOT / "docs" / "lego-divergences.md").read_text("utf-8").splitlines()
    if line.startswith("| ") and not re.match(r"\| lego [0-9.]+ \| tegata \|", line)
]
TEST = r"`(tests/[\w/]+\.py)::(test_\w+)`"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.split(" | ")[1][:60])
def test_a_difference_is_shown_by_a_test(row: str) -> None:
    """Four cells, in the last one a test function or several."""
    assert re.fullmatch(rf"\| .+ \| .+ \| .+ \| {TEST}(?:, {TEST})* \|", row), row
    for file, name in re.findall(TEST, row.rsplit(" | ", 1)[1]):
        tree = ast.parse((ROOT / file).read_text("utf-8"))
        assert name in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_there_are_rows() -> None:
    """The table is found at all."""
    assert len(ROWS) > 30
