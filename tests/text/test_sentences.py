"""The sentences of errors, as the reader sees them one after the other."""

import re

import pytest

from tegata.text import catalogue

# What ends with a record, a value or a URL that is to be copied as it stands.
TO_BE_COPIED = {"dns.cname-needed", "dns.cnames-needed"}
OF_THE_CLIENT = ("cli.", "client.", "conformance.", "dns.", "host.", "plugin.", "solver.")


@pytest.mark.parametrize("code", sorted(catalogue.entries()))
def test_what_happened_ends_before_what_to_do(code: str) -> None:
    """Otherwise the remedy reads as the reason's end, in Japanese above all."""
    entry = catalogue.entries()[code]
    if code.startswith(OF_THE_CLIENT) and code not in TO_BE_COPIED and entry.remedy.ja:
        assert entry.what.ja.endswith(("。", "」"))


@pytest.mark.parametrize("code", sorted(code for code in catalogue.entries() if code.startswith(OF_THE_CLIENT)))
def test_japanese_is_written_in_one_way(code: str) -> None:
    """A blank on either side of words in Latin letters, and one spelling of a thing throughout."""
    entry = catalogue.entries()[code]
    for text in (entry.what.ja, entry.remedy.ja):
        assert not re.search("[ぁ-んァ-ヶー一-龠々][A-Za-z0-9]|[A-Za-z0-9][ぁ-んァ-ヶー一-龠々]", text)
        assert not re.search("フォルダ(?!ー)|サーバ(?!ー)|プロバイダ(?!ー)|利用規約|フラグ", text)
