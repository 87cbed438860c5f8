"""What a meter is: it is told when something begins, and how it ended.

Knows no exporter, and nothing of what it is told about.
"""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
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


class Exporter(Meter, Protocol):
    """A meter that sends what it was told elsewhere."""

    def close(self) -> None:
        """Send what is left; waits for the network."""
        ...


class Meters:
    """Several meters, told alike."""

    def __init__(self, meters: Sequence[Meter]) -> None:
        self._meters = meters

    @contextmanager
    def measure(self, kind: Kind, what: str) -> Iterator[Span]:
        """Measure by each."""
        span = Span()
        with ExitStack() as stack:
            told = [stack.enter_context(meter.measure(kind, what)) for meter in self._meters]
            try:
                yield span
            finally:
                for each in told:
                    each.outcome = span.outcome
