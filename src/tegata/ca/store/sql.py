"""The named statements: read from ``queries/*.sql``, one file an aggregate.

A statement is called FILE.NAME, where NAME stands in the line ``-- name: NAME`` above it. Knows no engine and runs
nothing.
"""

from importlib.resources import files

_MARK = "-- name: "


def statements() -> dict[str, str]:
    """Every statement by its name."""
    return {
        f"{file.name.removesuffix('.sql')}.{name}": text
        for file in files(__package__).joinpath("queries").iterdir()
        if file.name.endswith(".sql")
        for name, text in _parts(file.read_text("utf-8"))
    }


def _parts(text: str) -> list[tuple[str, str]]:
    """Name and statement, for each mark in a file."""
    parts = []
    for part in text.split(_MARK)[1:]:
        name, _, statement = part.partition("\n")
        parts.append((name.strip(), statement.partition(";")[0].strip()))
    return parts
