"""Back-off after failed orders: longer each time, never beyond its limit, never lost, never believed against reason."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tegata.host.attempts import (
    FIRST_PAUSE,
    LONGEST_ASKED,
    LONGEST_NEAR_END,
    LONGEST_PAUSE,
    MOST_CORRECTIONS,
    Attempts,
    AttemptsFile,
)
from tegata.host.errors import HeldBack
from tegata.host.files import Tree
from tests.host.issued import NOW

NAME, ORDER = "www.example.com", "0123456789abcdef"
FAR = NOW + timedelta(days=30)


def pause_after(failures: int, asked: float | None = None, *, ends: datetime | None = FAR) -> timedelta:
    attempts = Attempts(failures).failed(NOW, "client.problem", asked, ends=ends, order=ORDER, urgent=False)
    assert attempts.try_again is not None
    return attempts.try_again - NOW


def failed_twice(order: str) -> Attempts:
    attempts = Attempts()
    for _ in range(2):
        attempts.check(NOW, order, urgent=False)
        attempts = attempts.failed(NOW, "client.problem", None, ends=FAR, order=order, urgent=False)
    return attempts


def test_pauses_double_up_to_a_limit() -> None:
    """S-17: none after the first failure; after ten thousand it is as long as after ten, and not nothing (C-03)."""
    assert [pause_after(n) for n in range(4)] == [timedelta(0), FIRST_PAUSE, 2 * FIRST_PAUSE, 4 * FIRST_PAUSE]
    assert pause_after(8) == pause_after(10) == pause_after(10_000) == LONGEST_PAUSE


@pytest.mark.parametrize("left", [timedelta(days=2), timedelta(0), timedelta(days=-2)])
def test_near_the_certificate_s_end_it_is_tried_often(left: timedelta) -> None:
    """A contract that was over may be renewed at any time, and no site is to wait hours for it (C-03)."""
    assert pause_after(1, ends=NOW + left) == FIRST_PAUSE
    assert pause_after(10, ends=NOW + left) == LONGEST_NEAR_END


@pytest.mark.parametrize("ends", [NOW - timedelta(days=4), NOW - timedelta(days=400), None])
def test_long_after_it_a_ca_is_not_hammered(ends: datetime | None) -> None:
    """A name that was given up stays in somebody's cron; nor is an end near where there is none (S-17, C-03)."""
    assert pause_after(10, ends=ends) == LONGEST_PAUSE


def test_the_ca_may_ask_for_more() -> None:
    """Up to a day; for less than our own pause it asks in vain."""
    assert pause_after(1, 1) == FIRST_PAUSE
    assert pause_after(0, 7200) == timedelta(hours=2)
    assert pause_after(0, 1e12) == LONGEST_ASKED


def test_nothing_before_it_is_time() -> None:
    """And a date that no pause of ours reaches is none of ours."""
    attempts = failed_twice(ORDER)
    with pytest.raises(HeldBack) as caught:
        attempts.check(NOW + FIRST_PAUSE - timedelta(seconds=1), ORDER, urgent=False)
    assert caught.value.facts == {"failures": 2, "until": "2026-11-24T12:05:00Z", "reason": "client.problem"}
    attempts.check(NOW + FIRST_PAUSE, ORDER, urgent=False)
    attempts.check(NOW - timedelta(days=2), ORDER, urgent=False)
    Attempts().check(NOW, ORDER, urgent=False)


def test_who_puts_the_order_right_does_not_wait() -> None:
    """C-03, S-17: another order is somebody's correction; those that failed wait all, whichever came last."""
    attempts = failed_twice("wrong key")
    attempts.check(NOW, ORDER, urgent=False)
    attempts = attempts.failed(NOW, "client.problem", None, ends=FAR, order=ORDER, urgent=False)
    for order in ("wrong key", ORDER):
        with pytest.raises(HeldBack):
            attempts.check(NOW, order, urgent=False)


def test_orders_that_are_different_each_time_wait() -> None:
    """C-03, S-17: nobody mends a command line for ever; a schedule that writes the date into it is a schedule."""
    attempts = Attempts()
    for number in range(MOST_CORRECTIONS):
        attempts.check(NOW, str(number), urgent=False)
        attempts = attempts.failed(NOW, "client.problem", None, ends=FAR, order=str(number), urgent=False)
    with pytest.raises(HeldBack):
        attempts.check(NOW, ORDER, urgent=False)
    for number in range(100, 200):  # at a terminal; what is noted does not grow with it
        attempts = attempts.failed(NOW, "client.problem", None, ends=FAR, order=str(number), urgent=False)
    assert len(attempts.orders) == MOST_CORRECTIONS


@pytest.mark.parametrize("asked", [None, 7200])
def test_what_the_ca_asks_for_is_for_all_orders(asked: float | None) -> None:
    """C-03, S-17: whatever is ordered, the CA is left alone so long; so it is by what an earlier release has noted."""
    noted = Attempts(1, NOW + FIRST_PAUSE, "client.problem")
    attempts = (
        noted if asked is None else noted.failed(NOW, "client.problem", asked, ends=FAR, order="other", urgent=False)
    )
    with pytest.raises(HeldBack):
        attempts.check(NOW, ORDER, urgent=False)


@pytest.mark.parametrize("asked", [None, 7200])
def test_what_the_ca_calls_for_since_is_tried_once(asked: float | None) -> None:
    """C-03, M9: as a contract renewed after a refusal for its end; the CA's newer word counts."""
    attempts = failed_twice(ORDER).failed(NOW, "client.rate-limited", asked, ends=FAR, order=ORDER, urgent=False)
    with pytest.raises(HeldBack):
        attempts.check(NOW, ORDER, urgent=False)
    attempts.check(NOW, ORDER, urgent=True)
    attempts = attempts.failed(NOW, "client.problem", None, ends=FAR, order=ORDER, urgent=True)
    with pytest.raises(HeldBack):
        attempts.check(NOW, ORDER, urgent=True)


def test_it_is_kept_and_forgotten(tmp_path: Path) -> None:
    """In a file of our own."""
    file = AttemptsFile(Tree(tmp_path), NAME)
    assert file.load() == Attempts()
    attempts = Attempts(2).failed(NOW, "client.problem", None, ends=FAR, order=ORDER, urgent=True)
    file.save(attempts)
    assert AttemptsFile(Tree(tmp_path), NAME).load() == attempts
    file.forget()
    file.forget()
    assert file.load() == Attempts()


def test_what_a_kill_has_left_goes_with_it(tmp_path: Path) -> None:
    """And where nothing can be removed, an order that has worked does not fail by that."""
    tree = Tree(tmp_path)
    tree.attempts.mkdir(parents=True)
    (tree.attempts / f".{NAME}.json.new").touch()
    AttemptsFile(tree, NAME).forget()
    assert not list(tree.attempts.iterdir())
    (tree.attempts / f"{NAME}.json").mkdir()
    AttemptsFile(tree, NAME).forget()


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        '{"failures": "3", "tryAgain": "2026-01-01T00:00:00Z", "reason": ""}',
        '{"failures": 3}',
        '{"failures": 3, "tryAgain": "2026-01-01T00:00:00Z", "reason": "", "orders": "all"}',
    ],
)
def test_a_damaged_file_says_nothing(tmp_path: Path, content: str) -> None:
    """Better one try too many than none for ever."""
    tree = Tree(tmp_path)
    tree.attempts.mkdir(parents=True)
    (tree.attempts / f"{NAME}.json").write_text(content)
    assert AttemptsFile(tree, NAME).load() == Attempts()
