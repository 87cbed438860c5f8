"""The token bucket: a burst, then its rate, and never more saved up than a burst."""

from tegata.client.bucket import Bucket


def test_a_burst_and_then_the_rate() -> None:
    """Five at once, and from then on one every fifth of a second."""
    bucket = Bucket(5)
    assert [bucket.take(100.0) for _ in range(7)] == [0, 0, 0, 0, 0, 0.2, 0.4]


def test_tokens_come_back_and_no_more_than_a_burst() -> None:
    """After a long silence there are five again, not five hundred."""
    bucket = Bucket(5)
    for _ in range(5):
        bucket.take(0.0)
    assert bucket.take(0.2) == 0
    assert [bucket.take(1000.0) for _ in range(6)] == [0, 0, 0, 0, 0, 0.2]
