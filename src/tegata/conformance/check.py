"""What a check is, and how it ends: passed, or by an exception that says what was seen or why it could not be made.

Knows no request and no server.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from tegata.errors import TegataError
from tegata.text.catalogue import Sentence

if TYPE_CHECKING:
    from tegata.conformance.bench import Bench

Look = Callable[["Bench"], None]


class Verdict(StrEnum):
    """How a check ended."""

    PASSED = "passed"
    DIFFERS = "differs"
    NOT_POSSIBLE = "not possible"


class Differs(TegataError):
    """The server does something else than the standard says; facts: ``expected``, ``seen``."""

    code = "conformance.differs"


class NotPossible(TegataError):
    """The check cannot be made at this server, or with what it was given; facts: ``reason``."""

    code = "conformance.not-possible"


@dataclass(frozen=True)
class Check:
    """One thing a server must do."""

    name: str
    """What lists of known differences call it."""
    clauses: str
    """Where it is asked for."""
    says: Sentence
    look: Look
    """Raises Differs or NotPossible."""


class Checklist:
    """The checks of one matter, in the order in which they are written down."""

    def __init__(self) -> None:
        self.checks: list[Check] = []

    def __call__(self, clauses: str, ja: str) -> Callable[[Look], Look]:
        """Take a function in as a check: its name is the check's, its docstring says in English what ``ja`` says."""

        def take(look: Look) -> Look:
            self.checks.append(Check(look.__name__.replace("_", "-"), clauses, Sentence(look.__doc__ or "", ja), look))
            return look

        return take


def expect(expected: str, seen: object, *, holds: bool) -> None:
    """Raise Differs unless it holds."""
    if not holds:
        raise Differs(expected=expected, seen=seen)
