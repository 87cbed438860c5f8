"""Tables and details for a person's eye."""

from tegata.ca.cli.tables import details, table
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
