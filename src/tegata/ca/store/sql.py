"""The named statements: read from ``queries/*.sql``, one file an aggregate.

A statement is called FILE.NAME, where NAME stands in the line ``-- name: NAME`` above it. Its parameters have names,
``:name``, which the engines have as numbers. Knows no engine and runs nothing.
"""

import re
from importlib.resources import files
from typing import NamedTuple

_MARK = "-- name: "
_PARAMETER = re.compile(r"(?<![:\w]):(\w+)")


class Text(NamedTuple):
    """A statement with numbers in place of named parameters, and their names in that order."""

    sql: str
    parameters: tuple[str, ...]


def statements() -> dict[str, str]:
    """Every statement by its name."""
    return {
        f"{file.name.removesuffix('.sql')}.{name}": text
        for file in files(__package__).joinpath("queries").iterdir()
        if file.name.endswith(".sql")
        for name, text in _parts(file.read_text("utf-8"))
    }


def numbered(text: str, mark: str, first: int = 1) -> Text:
    """A statement's text with its parameters numbered from ``first`` on, each number behind the engine's mark."""
    names = tuple(dict.fromkeys(_PARAMETER.findall(text)))
    places = {name: f"{mark}{number}" for number, name in enumerate(names, first)}
    return Text(_PARAMETER.sub(lambda match: places[match[1]], text), names)


def _parts(text: str) -> list[tuple[str, str]]:
    """Name and statement, for each mark in a file."""
    parts = []
    for part in text.split(_MARK)[1:]:
        name, _, statement = part.partition("\n")
        parts.append((name.strip(), statement.partition(";")[0].strip()))
    return parts
