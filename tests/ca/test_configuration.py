"""The operator's list of keys that nobody may have: read whole, or told by line what is wrong with it."""

from pathlib import Path

import pytest

from tegata.ca.configuration import blocked_keys
from tegata.ca.policy import keys
from tegata.ca.settings import Policy
from tegata.settings import BadSettings

LISTED = Policy(blocked_keys="blocked.txt")
DIGEST = bytes(range(32))


def test_without_a_list_only_the_published_keys_are_blocked(tmp_path: Path) -> None:
    """B-53"""
    assert blocked_keys(tmp_path, Policy()) == keys.PUBLISHED


def test_a_list_is_read_to_its_end(tmp_path: Path) -> None:
    """B-52, B-53: comments and empty lines are for people, capitals are as good, and the published keys stay."""
    (tmp_path / "blocked.txt").write_text(f"# weak keys of 2008\n\n{DIGEST.hex()}  # a comment\n{'AB' * 32}")
    assert blocked_keys(tmp_path, LISTED) == keys.PUBLISHED | {DIGEST, b"\xab" * 32}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (f"{DIGEST.hex()}\n{DIGEST.hex()[:-2]}\n".encode(), "line 2 is no SHA-256 digest in hexadecimal"),
        (b"MD5\n", "line 1 is no SHA-256 digest in hexadecimal"),
        (b"\xff\xfe", "it is no UTF-8 text"),
        (None, "No such file or directory"),
    ],
    ids=["short", "word", "binary", "missing"],
)
def test_a_list_that_cannot_be_read_is_refused(tmp_path: Path, content: bytes | None, reason: str) -> None:
    """A CA with half a list would not know it."""
    if content is not None:
        (tmp_path / "blocked.txt").write_bytes(content)
    with pytest.raises(BadSettings) as caught:
        blocked_keys(tmp_path, LISTED)
    assert caught.value.facts["reason"] == reason
