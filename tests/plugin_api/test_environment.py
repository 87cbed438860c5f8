"""A plug-in's settings: variables, their files, their spellings, and what is said when they are missing."""

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tegata.plugin_api.environment import BadSetting, Environment, MissingSettings


def test_a_variable_or_its_file(tmp_path: Path):
    """lego's X_FILE form: the line ends at the end are not part of the value, a variable beats its file (C-11)."""
    file = tmp_path / "secret"
    file.write_bytes(b" s3cret \r\n\r\n")
    assert Environment("x", {"X_KEY_FILE": str(file)}).text("X_KEY") == " s3cret "
    assert Environment("x", {"X_KEY": "plain", "X_KEY_FILE": str(file)}).text("X_KEY") == "plain"
    assert Environment("x", {"X_KEY": "", "X_KEY_FILE": str(file)}).text("X_KEY") == " s3cret "
    assert Environment("x", {}).text("X_KEY", default="none") == "none"


def test_spellings_of_one_variable():
    environment = Environment("x", {"RFC2136_TTL": "60", "DNSUPDATE_ZONES": "a", "RFC2136_ZONES": "b"})
    assert environment.text("DNSUPDATE_TTL", "RFC2136_TTL") == "60"
    assert environment.text("DNSUPDATE_ZONES", "RFC2136_ZONES") == "a"


def test_all_that_is_missing_is_told_at_once():
    environment = Environment("acme-dns", {"B": "b"})
    with pytest.raises(MissingSettings) as caught:
        environment.needed("A", "B", ("C", "C_TOO"), "D")
    assert caught.value.facts == {"provider": "acme-dns", "names": "A,C,D"}
    assert Environment("x", {"A": "1", "C_TOO": "2"}).needed("A", ("C", "C_TOO")) == ("1", "2")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "No such file or directory"),
        (b"x" * 65_537, "the file is longer than 64 KiB"),
        (b"\xff\xfe", "the file is not text in UTF-8"),
    ],
)
def test_a_file_that_cannot_be_used(tmp_path: Path, content: bytes | None, reason: str):
    file = tmp_path / "secret"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(BadSetting) as caught:
        Environment("x", {"X_KEY_FILE": str(file)}).text("X_KEY")
    assert caught.value.facts == {"provider": "x", "variable": "X_KEY_FILE", "reason": reason}


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("5", 5), ("0", 0), ("-1", 7), ("1.5", 7), ("x", 7), ("", 7), ("５", 7), ("9" * 5000, 7)],
)
def test_seconds_that_are_none_are_the_default(value: str, seconds: int):
    assert Environment("x", {"X_TTL": value}).seconds("X_TTL", default=7) == seconds


def test_timing_by_any_of_the_prefixes():
    environment = Environment("x", {"A_TTL": "30", "B_POLLING_INTERVAL": "9", "A_PROPAGATION_TIMEOUT": "no"})
    timing = environment.timing("A", "B", timeout=61, interval=3, ttl=121)
    assert (timing.timeout, timing.interval, timing.ttl) == (61, 9, 30)


@given(st.text(), st.text())
def test_nothing_but_a_known_error(value: str, file: str):
    """Whatever the environment holds."""
    environment = Environment("x", {"X_A": value, "X_B_FILE": file})
    with contextlib.suppress(BadSetting):
        environment.text("X_B")
    assert 0 <= environment.seconds("X_A", default=1) < 10**9
