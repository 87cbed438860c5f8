"""What a meter is: it is told when something begins, and how it ended.

Knows no exporter, and nothing of what it is told about.
"""

from contextlib import AbstractContextManager
from enum import StrEnum
from typing import Protocol


class Kind(StrEnum):
    """What is measured."""

    REQUEST = "request"
    JOB = "job"
    VALIDATION = "validation"
    SIGNATURE = "signature"


class Span:
    """Something that goes on; whoever measures says in the end what came of it."""

    def __init__(self) -> None:
        self.outcome = "failed"


class Meter(Protocol):
    """Where it is counted and timed."""

    def measure(self, kind: Kind, what: str) -> AbstractContextManager[Span]:
        """Measure while it lasts; ``what`` is one of a few: a resource, a kind of job, a method, a kind of object."""
        ...
