"""Names of persons as the rules for two take them."""

import pytest

from tegata.ca.policy.persons import is_same


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("Aoki", "Aoki", True),
        ("Aoki", "AOKI", True),
        ("Aoki Hanako", " aoki  hanako", True),
        ("青木\u3000花子", "青木 花子", True),
        ("青木花子", "青木 花子", True),
        ("Ａｏｋｉ", "Aoki", True),
        ("ｱｵｷ", "アオキ", True),
        ("Strauß", "STRAUSS", True),
        ("Aoki", "Baba", False),
        ("青木 花子", "青木 太郎", False),
    ],
)
def test_two_names(one: str, other: str, expected: bool) -> None:
    """B-64, S-34: One person is one person, however the keyboard is set."""
    assert is_same(one, other) is expected
    assert is_same(other, one) is expected
