"""An alarm that is set again and again: it rings once for what takes too long, and never for what does not."""

import threading
import time

from tegata.client.alarm import Alarm


def test_it_rings_once_for_what_takes_too_long() -> None:
    """And is there for the next."""
    rung: list[float] = []
    alarm = Alarm(lambda: rung.append(time.monotonic()))
    for _ in range(2):
        with alarm.set(0.05):
            time.sleep(0.3)
    assert len(rung) == 2
    alarm.close()


def test_it_does_not_ring_for_what_is_over() -> None:
    """Nor for a later one at the instant of an earlier one; one thread does for all."""
    rung: list[int] = []
    alarm = Alarm(lambda: rung.append(1))
    before = threading.active_count()
    for _ in range(50):
        with alarm.set(0.05):
            pass
    with alarm.set(0.4):
        time.sleep(0.2)
        assert threading.active_count() == before + 1
    time.sleep(0.3)
    assert rung == []
    alarm.close()
    assert threading.active_count() == before


def test_a_shorter_one_after_a_longer_one_rings_in_time() -> None:
    """A connection's requests have one limit, but nothing depends on it."""
    rung: list[float] = []
    alarm = Alarm(lambda: rung.append(time.monotonic()))
    with alarm.set(30):
        time.sleep(0.05)
    began = time.monotonic()
    with alarm.set(0.1):
        time.sleep(0.6)
    assert [round(at - began) for at in rung] == [0]
    alarm.close()
