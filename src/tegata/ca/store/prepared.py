"""The named statements as SQLite is asked for them: parameters by number, and what picks their values in that order.

By name, Python's module makes a text of each parameter's name and lets go of the interpreter for it, every time a
statement is run. Runs nothing.
"""

from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import NamedTuple

from tegata.ca.store import sql


class Prepared(NamedTuple):
    """A statement's text, and its parameters' values in order of their numbers; a missing one is a KeyError."""

    text: str
    values: Callable[[Mapping[str, object]], tuple[object, ...]]


def prepared(statements: Mapping[str, str]) -> dict[str, Prepared]:
    """Every statement by its name."""
    return {name: _prepared(*sql.numbered(text, "?")) for name, text in statements.items()}


def _prepared(text: str, names: tuple[str, ...]) -> Prepared:
    if len(names) > 1:
        return Prepared(text, itemgetter(*names))
    return Prepared(text, lambda parameters: tuple(parameters[name] for name in names))
