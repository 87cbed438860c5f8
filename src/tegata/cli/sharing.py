"""What several orders at work at once have in common: addresses to listen on, connections to a CA, makers of keys.

Knows solvers by their interface only, and of connections that they can be lent and closed.
"""

import contextlib
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Protocol, Self, TypeVar, cast

from tegata.cli.keymaking import KeyMakers
from tegata.client.outage import Outage
from tegata.plugin_api.solver import Presentation, Solver


class Closable(Protocol):
    """What is closed in the end."""

    def close(self) -> None:
        """Close it."""
        ...


T = TypeVar("T", bound=Closable)


class Shared:
    """One solver for each kind and address, one turn for each DNS provider, connections lent from thread to thread.

    A context manager: leaving it closes what was lent.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._solvers: dict[tuple[object, tuple[str, ...]], Solver] = {}
        self._turns: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._idle: defaultdict[object, list[Closable]] = defaultdict(list)
        self._outages: dict[str, Outage] = {}
        self._delayed_until: float | None = None
        self.keys = KeyMakers()
        """What makes certificates' keys."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for idle in self._idle.values():
            for each in idle:
                each.close()
        self._idle.clear()

    @contextlib.contextmanager
    def lent(self, key: object, make: Callable[[], T]) -> Iterator[T]:
        """One of those made for this key that nobody uses now, or a new one; after trouble it is not lent again."""
        with self._lock:
            idle = cast("list[T]", self._idle[key])
            one = idle.pop() if idle else None
        one = one or make()
        try:
            yield one
        except BaseException:
            one.close()
            raise
        with self._lock:
            idle.append(one)

    def outage(self, server: str, longest: float) -> Outage:
        """What is known of a CA's being away, and waited for once for all certificates; ``longest`` in seconds."""
        with self._lock:
            return self._outages.setdefault(server, Outage(longest))

    def left_of_delay(self, now: float, drawn: float) -> float:
        """Seconds left of the delay by chance, which the first to ask has ``drawn``: one for all certificates.

        It keeps machines apart, not certificates of one; ``now`` is monotonic.
        """
        with self._lock:
            if self._delayed_until is None:
                self._delayed_until = now + drawn
            return max(self._delayed_until - now, 0.0)

    def of(self, make: Callable[..., Solver], *where: str) -> Solver:
        """The solver of this kind there, address and manner; raises what making it raises."""
        with self._lock:
            key = (make, where)
            if key not in self._solvers:
                self._solvers[key] = _InTurn(make(*where))
            return self._solvers[key]

    def turn(self, provider: str) -> threading.Lock:
        """What to hold while a DNS provider of this code is at work that takes one record after the other."""
        with self._lock:
            return self._turns[provider]


class _InTurn:
    """A solver that is spoken to by one thread at a time."""

    def __init__(self, solver: Solver) -> None:
        self._solver = solver
        self._lock = threading.Lock()

    @property
    def challenge_type(self) -> str:
        return self._solver.challenge_type

    def present(self, presentation: Presentation) -> None:
        """Show it."""
        with self._lock:
            self._solver.present(presentation)

    def cleanup(self, presentation: Presentation) -> None:
        """Show it no more."""
        with self._lock:
            self._solver.cleanup(presentation)
