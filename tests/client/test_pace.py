"""Waits between two looks."""

import itertools

import pytest

from tegata.client.pace import Pace


def test_begins_with_twenty_milliseconds_and_grows_to_five_seconds():
    pace = Pace()
    waits = [pace.next(None) for _ in range(20)]
    assert waits[0] == 0.02
    assert waits[1] == pytest.approx(0.03)
    assert all(later >= earlier for earlier, later in itertools.pairwise(waits))
    assert waits[-1] == 5.0
    assert sum(waits[:8]) < 1


@pytest.mark.parametrize(("asked", "wait"), [(3.0, 3.0), (0.0, 0.02), (0.001, 0.02), (3600.0, 60.0)])
def test_obeys_retry_after_within_a_floor_and_a_cap(asked: float, wait: float):
    """A-26: on polling too, with a sane floor and cap."""
    assert Pace().next(asked) == wait


def test_the_floor_grows_with_every_look():
    """A-26: a CA that always says 0 makes no busy loop."""
    pace = Pace()
    assert pace.next(0) < pace.next(0) < pace.next(0)
