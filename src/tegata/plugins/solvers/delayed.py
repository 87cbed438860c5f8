"""Any solver, with a pause after it has presented: for web servers, caches and balancers that need a moment."""

from tegata.clock import Clock
from tegata.plugin_api.solver import Presentation, Solver, WaitingSolver


class DelayedSolver:
    """Presents by another solver, and then waits so many seconds, once for all names."""

    def __init__(self, solver: Solver, seconds: float, clock: Clock) -> None:
        self._solver = solver
        self._seconds = seconds
        self._clock = clock

    @property
    def challenge_type(self) -> str:
        """That of the other solver."""
        return self._solver.challenge_type

    def present(self, presentation: Presentation) -> None:
        """Present it; raises what the other solver raises."""
        self._solver.present(presentation)

    def wait(self) -> None:
        """Wait; first for the other solver, if it has to."""
        if isinstance(self._solver, WaitingSolver):
            self._solver.wait()
        self._clock.sleep(self._seconds)

    def cleanup(self, presentation: Presentation) -> None:
        """Clean it up by the other solver."""
        self._solver.cleanup(presentation)
