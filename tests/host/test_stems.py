"""Names of files: lego's for ordinary names, safe and distinct ones for all others (S-24)."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tegata.host.stems import stem_of

LONG = ".".join(["a" * 60] * 4)


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("www.example.com", "www.example.com"),
        ("*.a.example", "_.a.example"),
        ("xn--wgv71a119e.example.com", "xn--wgv71a119e.example.com"),
        ("::1", "--1"),
        ("192.0.2.1", "192.0.2.1"),
        ("a" * 63 + ".example", "a" * 63 + ".example"),
        ("control.example.com", "control.example.com"),
        ("a" * 230, "a" * 230),
        ("com10.example.com", "com10.example.com"),
    ],
)
@pytest.mark.parametrize("windows", [True, False])
def test_ordinary_names(name: str, stem: str, windows: bool) -> None:
    """As lego's, on every system."""
    assert stem_of(name, windows=windows) == stem


@pytest.mark.parametrize("name", ["con.example.com", "NUL", "aux.jp", "COM1", "lpt9.example.com", "prn"])
def test_devices_of_windows(name: str) -> None:
    """S-24: files there would be the console; elsewhere they are what lego calls them."""
    assert stem_of(name) == name
    stem = stem_of(name, windows=True)
    assert re.fullmatch(rf"_{re.escape(name)}~[0-9a-f]{{32}}", stem)


def test_what_would_be_another_s_issuer() -> None:
    """S-24: the certificate of www.issuer and the issuer of www would have one file."""
    assert f"{stem_of('www.issuer')}.crt" != f"{stem_of('www')}.issuer.crt"


def test_long_names_differ() -> None:
    """S-24: also where only their ends do; with every ending and a stamp they fit."""
    first, second = stem_of(f"{LONG}.jp"), stem_of(f"{LONG}.kr")
    assert first != second
    assert len(f"1769000000.{first}.issuer.crt") <= 255


@given(name=st.from_regex(r"(\*\.)?[a-z0-9][a-z0-9.-]{0,250}", fullmatch=True), windows=st.booleans())
def test_a_stem_is_its_own(name: str, windows: bool) -> None:
    """S-24: who has only the file finds the others by it; nothing in it means anything to a file system."""
    stem = stem_of(name, windows=windows)
    assert stem_of(stem, windows=windows) == stem
    assert len(f"1769000000.{stem}.issuer.crt") <= 255
    assert not set(stem) & set('/\\:*?"<>|\0')
