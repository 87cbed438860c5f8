"""A pause after presenting: once for all names, and after what the solver itself has to wait for."""

from tegata.plugin_api.solver import Presentation, WaitingSolver
from tegata.plugins.solvers.delayed import DelayedSolver
from tests.client.clock import SteppingClock

SHOWN = Presentation("a.example", "http-01", "t" * 22, "x")


class Waiting:
    """A solver that waits itself."""

    challenge_type = "http-01"

    def __init__(self) -> None:
        self.told: list[str] = []

    def present(self, presentation: Presentation) -> None:
        self.told.append(f"present {presentation.name}")

    def wait(self) -> None:
        self.told.append("wait")

    def cleanup(self, presentation: Presentation) -> None:
        self.told.append(f"cleanup {presentation.name}")


def test_one_pause() -> None:
    """Nothing is slept while presenting or cleaning up."""
    inner, clock = Waiting(), SteppingClock()
    solver = DelayedSolver(inner, 5.0, clock)
    assert isinstance(solver, WaitingSolver)
    assert solver.challenge_type == "http-01"
    solver.present(SHOWN)
    solver.present(SHOWN)
    assert clock.slept == []
    solver.wait()
    assert clock.slept == [5.0]
    solver.cleanup(SHOWN)
    assert inner.told == ["present a.example", "present a.example", "wait", "cleanup a.example"]


def test_a_solver_that_does_not_wait_itself() -> None:
    class Immediate:
        challenge_type = "http-01"

        def present(self, presentation: Presentation) -> None: ...

        def cleanup(self, presentation: Presentation) -> None: ...

    clock = SteppingClock()
    DelayedSolver(Immediate(), 5.0, clock).wait()
    assert clock.slept == [5.0]
