"""Which language a reader gets, by header and by environment."""

import pytest

from tegata.text.language import Language, from_accept_language, from_environment


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, Language.EN),
        ("", Language.EN),
        ("ja", Language.JA),
        ("ja-JP", Language.JA),
        ("JA", Language.JA),
        ("en-US,en;q=0.9,ja;q=0.8", Language.EN),
        ("ja,en-US;q=0.9,en;q=0.8", Language.JA),
        ("en;q=0.5, ja;q=0.9", Language.JA),
        ("fr, ja;q=0.5", Language.JA),
        ("fr, de", Language.EN),
        ("ja;q=0", Language.EN),
        ("ja;q=much, en", Language.EN),
        ("*", Language.EN),
        (",;,", Language.EN),
        ("x," * 30 + "ja", Language.EN),
    ],
)
def test_by_accept_language(header, language):
    """The heaviest of our languages; without one, English. Only the first 20 items are read."""
    assert from_accept_language(header) is language


def test_the_default_is_the_callers():
    assert from_accept_language("fr", Language.JA) is Language.JA
    assert from_accept_language(None, Language.JA) is Language.JA
    assert from_environment({}, Language.JA) is Language.JA


@pytest.mark.parametrize(
    ("environ", "language"),
    [
        ({}, Language.EN),
        ({"LANG": "ja_JP.UTF-8"}, Language.JA),
        ({"LANG": "C.UTF-8"}, Language.EN),
        ({"LANG": "ja_JP.UTF-8", "LC_ALL": "C"}, Language.EN),
        ({"LANG": "ja_JP.UTF-8", "LC_MESSAGES": "en_US.UTF-8"}, Language.EN),
        ({"LC_ALL": "ja_JP.UTF-8", "TEGATA_LANG": "en"}, Language.EN),
        ({"LC_ALL": "C", "TEGATA_LANG": "ja"}, Language.JA),
        ({"LC_ALL": "", "LANG": "ja_JP"}, Language.JA),
    ],
)
def test_by_environment(environ, language):
    """TEGATA_LANG, then POSIX's order; an empty variable is none."""
    assert from_environment(environ) is language
