"""Rows that every request asks for again, kept until anything is written to the tables that they are from.

Which statement reads and writes which tables is taken from their texts. Knows no engine: whether another process may
have written meanwhile is its owner's to find out, before anything is taken from here.
"""

import re
from collections.abc import Iterable, Mapping

from tegata.ca.ports import Statement
from tegata.ca.store.engine import Row

MOST = 4_000
"""Answers that are kept; some kilobytes each."""

_READ = re.compile(r"\b(?:FROM|JOIN)\s+(\w+)", re.IGNORECASE)
_WRITTEN = re.compile(r"\b(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+(\w+)", re.IGNORECASE)


class Known:
    """The answers to these reading statements, by their parameters."""

    def __init__(self, names: Iterable[str], statements: Mapping[str, str], most: int = MOST) -> None:
        self._rows: dict[str, dict[tuple[object, ...], list[Row]]] = {name: {} for name in names}
        self.names = frozenset(self._rows)
        self._most = most
        tables = {table for name in self._rows for table in _READ.findall(statements[name])}
        self._writers = {name for name, text in statements.items() if not tables.isdisjoint(_WRITTEN.findall(text))}

    def get(self, name: str, parameters: Mapping[str, object]) -> list[Row] | None:
        """The rows, if they were read since the last write."""
        return self._rows[name].get(tuple(parameters.values()))

    def keep(self, name: str, parameters: Mapping[str, object], rows: list[Row]) -> None:
        """What was read just now."""
        answers = self._rows[name]
        if len(answers) >= self._most:
            del answers[next(iter(answers))]
        answers[tuple(parameters.values())] = rows

    def note(self, statements: Iterable[Statement]) -> None:
        """These were done, or it is not known whether they were."""
        for name, _, _ in statements:
            if name in self._writers:
                self.forget()
                return

    def forget(self) -> None:
        """Anybody may have written anything."""
        for answers in self._rows.values():
            answers.clear()
