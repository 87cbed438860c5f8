"""PostgreSQL's words for the statements and the schema, which are written once for both engines.

All that differs: the types' names, foreign keys to tables that come later, numbered parameters, and lines marked
``-- postgresql:``, which only this engine reads. Runs nothing.
"""

import re

from tegata.ca.store import sql
from tegata.ca.store.sql import Text

_OWN_LINE = re.compile(r"^(\s*)-- postgresql: ", re.MULTILINE)
_COMMENT = re.compile(r"--.*")
_WORDS = {"INTEGER": "BIGINT", "BLOB": "BYTEA", "TEXT": 'TEXT COLLATE "C"'}
_TYPE = re.compile(rf"\b({'|'.join(_WORDS)})\b")
_TABLE = re.compile(r"CREATE TABLE (\w+) \(\n.*?\n\) STRICT;", re.DOTALL)
_REFERENCE = re.compile(r"^    (\w+) .*?( REFERENCES \w+ \(\w+\))", re.MULTILINE)


_INDEX = re.compile(r"(CREATE (?:UNIQUE )?INDEX|DROP INDEX) (\w+)")


def own(text: str) -> str:
    """A text as this engine reads it: its own lines count, comments are gone."""
    return _COMMENT.sub("", _OWN_LINE.sub(r"\1", text))


def numbered(text: str, first: int = 1) -> Text:
    """A statement's text with ``$1`` … in place of named parameters, numbered from ``first`` on."""
    return sql.numbered(text, "$", first)


def schema(text: str) -> list[str]:
    """The statements of a schema or migration in this engine's words.

    Columns refer to other tables once all tables of the text are there: in this engine a table must exist before.
    """
    tables, references = own(text), []
    for table in _TABLE.finditer(tables):
        references += [
            f"ALTER TABLE {table[1]} ADD FOREIGN KEY ({column}){reference}"
            for column, reference in _REFERENCE.findall(table[0])
        ]
    tables = _TABLE.sub(lambda table: re.sub(r" REFERENCES \w+ \(\w+\)", "", table[0]), tables)
    words = _TYPE.sub(lambda match: _WORDS[match[1]], tables).replace(") STRICT;", ");")
    return [statement for part in words.split(";\n") if (statement := part.strip().removesuffix(";"))] + references


def indexes(text: str) -> tuple[str, ...] | None:
    """What builds the indexes of a migration that has nothing else while others write; None for any other migration.

    Each begins without what a killed attempt may have left: an index that is there and not used.
    """
    statements: list[str] = []
    for statement in schema(text):
        found = _INDEX.match(statement)
        if found is None:
            return None
        statements.append(f"DROP INDEX CONCURRENTLY IF EXISTS {found[2]}")
        if found[1] != "DROP INDEX":
            statements.append(f"{found[1]} CONCURRENTLY {found[2]}{statement[found.end() :]}")
    return tuple(statements)
