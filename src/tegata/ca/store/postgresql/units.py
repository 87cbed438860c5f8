"""Units of work as few statements: what does not depend on each other goes to PostgreSQL in one, with its guards.

A run of writes becomes one statement of common table expressions, which all see what was before it; the guards are
checked inside it, so that a unit of one run needs no transaction around it and one round trip. Runs nothing.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from tegata.ca.ports import Statement
from tegata.ca.store.postgresql import dialect

GUARD = "TG001"
"""The SQLSTATE of a guard that failed; the message names the statement."""
GUARD_FUNCTION = f"""
CREATE OR REPLACE FUNCTION require_rows(statement TEXT, wanted BIGINT, touched BIGINT) RETURNS BIGINT
LANGUAGE plpgsql AS $body$
BEGIN
    IF touched <> wanted THEN
        RAISE EXCEPTION USING ERRCODE = '{GUARD}', MESSAGE = statement;
    END IF;
    RETURN touched;
END
$body$"""
MOST_STATEMENTS = 50
"""In one run: PostgreSQL gives no row more than 1664 values, one for each guard, and takes 32,767 parameters, while an
order of a thousand names is some thousands of statements. Long ones take longer to plan than short ones to send."""

_TABLES = re.compile(r"\b(?:INTO|UPDATE|FROM|JOIN) (\w+)")


class Run(NamedTuple):
    """One statement for PostgreSQL, and its parameters' values."""

    sql: str
    values: list[object]


class _Known(NamedTuple):
    """What is to be known of a named statement."""

    text: str
    tables: frozenset[str]
    is_insert: bool
    has_rows: bool


class Units:
    """Turns units of work into runs; ``statements`` are the named ones in this engine's words."""

    def __init__(self, statements: Mapping[str, str]) -> None:
        self._known = {name: _look(text) for name, text in statements.items()}
        self._sql = lru_cache(4096)(self._joined)

    def runs(self, statements: Sequence[Statement]) -> list[Run]:
        """The unit's statements, as many in one as may be; the last run gives the rows of the last statement.

        A statement that gives rows cannot be a guard here: ValueError.
        """
        runs = []
        for group in self._groups(statements):
            sql, names = self._sql(tuple((one.name, one.rows) for one in group))
            runs.append(Run(sql, [group[number].parameters[name] for number, name in names]))
        return runs

    def _groups(self, statements: Sequence[Statement]) -> list[list[Statement]]:
        """Statements in order; one that meets a table that the run has written begins the next run.

        Several that only insert into the same table go together, ``MOST_STATEMENTS`` at the most. One that returns rows
        stands alone.
        """
        groups: list[list[Statement]] = []
        inserted: set[str] = set()
        touched: set[str] = set()
        for statement in statements:
            known = self._known[statement.name]
            met = known.tables & (touched | (set() if known.is_insert else inserted))
            is_full = bool(groups) and len(groups[-1]) == MOST_STATEMENTS
            if not groups or is_full or met or known.has_rows or self._known[groups[-1][-1].name].has_rows:
                groups.append([])
                inserted, touched = set(), set()
            groups[-1].append(statement)
            (inserted if known.is_insert else touched).update(known.tables)
        return groups

    def _joined(self, shape: tuple[tuple[str, int | None], ...]) -> tuple[str, list[tuple[int, str]]]:
        """The SQL of a run, and for each parameter the number of its statement and its name."""
        if len(shape) == 1 and self._known[shape[0][0]].has_rows:
            if shape[0][1] is not None:
                raise ValueError(f"{shape[0][0]} gives rows, and nobody would count them")
            text = dialect.numbered(self._known[shape[0][0]].text)
            return text.sql, [(0, name) for name in text.parameters]
        parts, checks = [], ["1"]
        names: list[tuple[int, str]] = []
        for number, (name, rows) in enumerate(shape):
            text = dialect.numbered(self._known[name].text, len(names) + 1)
            names += [(number, parameter) for parameter in text.parameters]
            parts.append(f"s{number} AS ({text.sql} RETURNING 1)")
            if rows is not None:
                count = f"(SELECT count(*) FROM s{number})"  # noqa: S608 - a number
                checks.append(f"require_rows('{name}', {rows}, {count})")
        return f"WITH {', '.join(parts)} SELECT {', '.join(checks)}", names


def _look(text: str) -> _Known:
    is_insert = text.startswith("INSERT") and "DO UPDATE" not in text
    return _Known(text, frozenset(_TABLES.findall(text)), is_insert, "RETURNING" in text or text.startswith("SELECT"))
