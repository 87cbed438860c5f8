"""Showing challenges to the CA, and taking them away again whatever happens.

Knows solvers by their interface only; when to show and what, is decided in ``flow``.
"""

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

from tegata.client.events import CleanupFailed, Report
from tegata.plugin_api.solver import Presentation, Solver, WaitingSolver


class Solving:
    """The challenges that are being shown. Leaving it, by whatever way, cleans them all up.

    Signals are exceptions by the time they come here: the command line makes them so.
    """

    def __init__(self, solvers: Mapping[str, Solver], report: Report) -> None:
        self._solvers = solvers
        self._report = report
        self._shown: list[Presentation] = []

    def present(self, presentations: Sequence[Presentation]) -> None:
        """Show all of these, and wait until they can be seen; raises what a solver raises."""
        for presentation in presentations:
            # Noted first: what was presented by half must be cleaned up too.
            self._shown.append(presentation)
            self._solvers[presentation.challenge_type].present(presentation)
        for challenge_type in dict.fromkeys(each.challenge_type for each in presentations):
            solver = self._solvers[challenge_type]
            if isinstance(solver, WaitingSolver):
                solver.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.clear()

    def clear(self) -> None:
        """Take away all that is shown; raises what interrupts it, once all is gone."""
        interruption: BaseException | None = None
        while self._shown:
            presentation = self._shown.pop()
            try:
                self._solvers[presentation.challenge_type].cleanup(presentation)
            except Exception as trouble:  # noqa: BLE001 - a plug-in may raise anything, and the others must be cleaned up
                self._report(CleanupFailed(presentation.name, presentation.challenge_type, trouble))
            except BaseException as signal:  # noqa: BLE001 - it is obeyed once all is gone; a second one ends the process
                interruption = signal
        if interruption is not None:
            raise interruption
