"""What several orders at work at once have in common: an address can be listened on only once, an account file written.

Knows solvers by their interface only.
"""

import threading
from collections import defaultdict
from collections.abc import Callable

from tegata.plugin_api.solver import Presentation, Solver


class SharedSolvers:
    """One solver for each kind and address, and one turn for each DNS provider, for all threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._solvers: dict[tuple[object, tuple[str, ...]], Solver] = {}
        self._turns: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

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
