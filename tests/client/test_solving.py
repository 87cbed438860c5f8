"""Presenting, and cleaning up whatever happened."""

import pytest

from tegata.client import events
from tegata.client.solving import Solving
from tegata.errors import TegataError
from tegata.plugin_api.solver import Presentation

A, B, C = (Presentation(name, "http-01", "t" * 22, "x") for name in ("a.example", "b.example", "c.example"))


class Wall:
    """A solver that writes on a wall, and refuses what it is told to."""

    challenge_type = "http-01"

    def __init__(self, refuses: Presentation | None = None, sticks: Presentation | None = None):
        self.wall: list[Presentation] = []
        self.cleaned: list[Presentation] = []
        self._refuses = refuses
        self._sticks = sticks

    def present(self, presentation: Presentation) -> None:
        self.wall.append(presentation)
        if presentation == self._refuses:
            raise TegataError(name=presentation.name)

    def cleanup(self, presentation: Presentation) -> None:
        self.cleaned.append(presentation)
        if presentation == self._sticks:
            raise OSError("stuck")
        self.wall.remove(presentation)


def test_all_are_shown_together_and_gone_at_the_end():
    wall = Wall()
    with Solving({"http-01": wall}, events.ignore) as solving:
        solving.present([A, B])
        assert wall.wall == [A, B]
    assert wall.wall == []


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, SystemExit, ValueError, TegataError])
def test_whatever_ends_it(interruption: type[BaseException]):
    """A-60: what was provisioned is removed after any failure, interruptions included."""
    wall = Wall()

    def interrupted() -> None:
        with Solving({"http-01": wall}, events.ignore) as solving:
            solving.present([A, B])
            raise interruption

    with pytest.raises(interruption):
        interrupted()
    assert wall.wall == []


def test_what_was_presented_by_half_is_cleaned_up_too():
    wall = Wall(refuses=B)
    with pytest.raises(TegataError), Solving({"http-01": wall}, events.ignore) as solving:
        solving.present([A, B, C])
    assert sorted(each.name for each in wall.cleaned) == ["a.example", "b.example"]
    assert wall.wall == []


def test_what_cannot_be_cleaned_up_is_told_and_the_rest_is_cleaned():
    """The order may have its certificate by then: that must not be lost."""
    told: list[events.Event] = []
    wall = Wall(sticks=B)
    with Solving({"http-01": wall}, told.append) as solving:
        solving.present([A, B, C])
    assert wall.wall == [B]
    assert [(type(event), event.name) for event in told if isinstance(event, events.CleanupFailed)] == [
        (events.CleanupFailed, "b.example")
    ]


class InterruptedWall(Wall):
    """A wall that somebody is called away from while he cleans it."""

    def cleanup(self, presentation: Presentation) -> None:
        super().cleanup(presentation)
        if presentation == C:
            raise KeyboardInterrupt


def test_an_interruption_while_it_is_cleaned_up():
    """A-60: the rest is removed, too, and then it ends."""
    wall = InterruptedWall()

    def interrupted() -> None:
        with Solving({"http-01": wall}, events.ignore) as solving:
            solving.present([A, B, C])

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert wall.wall == []


class SlowWall(Wall):
    """A wall whose writing dries."""

    def wait(self) -> None:
        self.wall.append(DRY)


DRY = Presentation("dry.example", "http-01", "t" * 22, "x")


def test_all_names_wait_together():
    """A solver that needs time is waited for once, after all names have been presented."""
    wall = SlowWall()
    with Solving({"http-01": wall}, events.ignore) as solving:
        solving.present([A, B])
        assert wall.wall == [A, B, DRY]
