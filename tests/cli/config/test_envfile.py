"""Files of environment variables: dotenv's forms, and faults that show no value."""

from pathlib import Path

import pytest

from tegata.cli.config.envfile import load, read
from tegata.cli.errors import BadEnvFile


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("A=x", "x"),
        ("export A=x", "x"),
        ("  A = x  ", "x"),
        ("A=", ""),
        ("A=x y # comment", "x y"),
        ("A=x#y", "x#y"),
        ("A=#x", "#x"),
        ("A=p#ss # comment", "p#ss"),
        ("A= # comment", ""),
        ("A='x # y'", "x # y"),
        (r"A='\n'", r"\n"),
        ('A="x # y"  # comment', "x # y"),
        (r'A="a\nb\"c\\"', 'a\nb"c\\'),
        ("A=$B", "$B"),
    ],
)
def test_lines(line: str, value: str) -> None:
    """Bare, in single or in double quotation marks; nothing is put in for other variables."""
    assert read(f"\n# comment\n{line}\n", "x.env") == {"A": value}


@pytest.mark.parametrize(
    "line", ["secret", "=secret", "A B=secret", "A='secret", 'A="secret', "1A=secret", "A='x' secret", "A=secret\0"]
)
def test_what_is_no_line(line: str) -> None:
    """Named by file and line only."""
    with pytest.raises(BadEnvFile) as caught:
        read(f"A=x\n{line}", "x.env")
    assert caught.value.facts == {"file": "x.env", "line": 2, "reason": "it is no NAME=value"}


def test_files(tmp_path: Path) -> None:
    """Missing, too long, not text; a byte order mark is no part of a name."""
    file = tmp_path / "x.env"
    with pytest.raises(BadEnvFile):
        load(file)
    file.write_bytes(b"\xef\xbb\xbfA=x\r\nB=y\r\n")
    assert load(file) == {"A": "x", "B": "y"}
    for content in (b"A=\xff", b"A=" + b"x" * 65_536):
        file.write_bytes(content)
        with pytest.raises(BadEnvFile):
            load(file)
