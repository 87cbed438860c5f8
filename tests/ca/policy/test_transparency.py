"""How many SCTs of how many operators, and which log is asked next: by the table."""

from datetime import UTC, datetime, timedelta

import pytest

from tegata.ca.policy import transparency
from tegata.ca.policy.transparency import Log

NOW = datetime(2026, 11, 24, tzinfo=UTC)
DAY = timedelta(days=1)


def log(name, operator, start=NOW, end=NOW + 180 * DAY):
    return Log(name.encode(), operator, f"https://{name}.example/", b"", start, end)


A1, A2, B1 = log("a1", "A"), log("a2", "A"), log("b1", "B")
A3, TILED = log("a3", "A"), log("c1", "C")._replace(is_tiled=True)


@pytest.mark.parametrize(("days", "scts"), [(1, 2), (90, 2), (180, 2), (181, 3), (199, 3)])
def test_the_number_of_scts(days, scts):
    """B-83: two up to 180 days, three beyond; from two operators each time."""
    wanted = transparency.need(days * DAY, NOW)
    assert (wanted.scts, wanted.operators) == (scts, 2)


def test_before_the_table(capsys):
    """Its first row."""
    for days in (90, 199):
        assert transparency.need(days * DAY, datetime(2020, 1, 1, tzinfo=UTC)) == transparency.TABLE[0]


def test_logs_take_what_ends_in_their_time():
    """B-84: from the first instant on, and not at the last."""
    next_one = log("a2", "A", start=NOW + 180 * DAY, end=NOW + 365 * DAY)
    assert transparency.taking([A1, next_one], NOW) == [A1]
    assert transparency.taking([A1, next_one], NOW + 180 * DAY) == [next_one]
    assert transparency.taking([A1, next_one], NOW + 365 * DAY) == []


def test_enough():
    """B-83: of two operators."""
    two, three = transparency.need(90 * DAY, NOW), transparency.need(199 * DAY, NOW)
    assert transparency.is_enough([A1, B1], two)
    assert not transparency.is_enough([A1, A2], two)
    assert not transparency.is_enough([A1, B1], three)
    assert transparency.is_enough([A1, A2, B1], three)


def test_how_apple_counts():
    """B-83: one of an operator counts, of a longer life two, and one of all must be by RFC 6962, while there is any."""
    two, three = transparency.need(90 * DAY, NOW), transparency.need(199 * DAY, NOW)
    assert not transparency.is_enough([A1, A2, A3], three)
    assert transparency.is_enough([A1, A2, A3, B1], three)
    tiled = [one._replace(is_tiled=True) for one in (A1, B1)]
    assert not transparency.is_enough(tiled, two)
    assert transparency.is_enough([A1, TILED], two)
    assert transparency.following([TILED, A1], [], two) == A1
    assert transparency.following([TILED, A2], [A1], two) == TILED
    assert transparency.following([TILED, A2], tiled, two) == A2
    assert transparency.following([TILED], tiled, two) is None
    assert transparency.is_enough(tiled, transparency.possible(two, [*tiled, TILED]))
    assert transparency.possible(two, [TILED, A1]) == two


def test_the_next_log():
    """Of a new operator while there are too few; none, if there is none of a new one."""
    two = transparency.need(90 * DAY, NOW)
    assert transparency.following([A1, A2, B1], [], two) == A1
    assert transparency.following([A2, B1], [A1], two) == B1
    assert transparency.following([A2], [A1], two) is None
    assert transparency.following([A2, B1], [A1], transparency.need(199 * DAY, NOW)) == B1
    assert transparency.following([A2, B1], [A1._replace(is_tiled=True)], two) == B1
    assert transparency.following([A2], [A1, B1], transparency.need(199 * DAY, NOW)) == A2
    assert transparency.following([], [A1, B1], two) is None
