"""How often somebody may try a password."""

from tegata.ca.portal.throttle import Throttle


def test_a_login_is_held_after_too_many_failures_and_free_again_later() -> None:
    """The third failure within the time holds the login until the first is that old."""
    throttle = Throttle(most=3, seconds=100)
    for now in (0, 10, 20):
        assert throttle.wait("a", now) == 0
        throttle.failed("a", now)
    assert throttle.wait("a", 30) == 70
    assert throttle.wait("b", 30) == 0
    assert throttle.wait("a", 100) == 0


def test_success_forgets_the_failures() -> None:
    """Who got in starts anew."""
    throttle = Throttle(most=1, seconds=100)
    throttle.failed("a", 0)
    throttle.passed("a")
    assert throttle.wait("a", 1) == 0


def test_a_failure_that_was_none_is_taken_back() -> None:
    """The others stay."""
    throttle = Throttle(most=2, seconds=100)
    throttle.failed("a", 0)
    throttle.failed("a", 1)
    throttle.withdraw("a", 1)
    throttle.withdraw("a", 7)
    throttle.withdraw("b", 0)
    assert throttle.wait("a", 2) == 0
    throttle.failed("a", 3)
    assert throttle.wait("a", 4) == 96


def test_the_count_is_bounded() -> None:
    """A flood of names drops the oldest ones instead of growing."""
    throttle = Throttle(most=1, seconds=100, keys=2)
    for name in ("a", "b", "c"):
        throttle.failed(name, 0)
    assert throttle.wait("a", 1) == 0
    assert throttle.wait("b", 1) > 0
    assert throttle.wait("c", 1) > 0
