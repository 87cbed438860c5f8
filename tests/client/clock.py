"""A clock for tests: it stands still but for those who sleep."""

from datetime import UTC, datetime, timedelta


class SteppingClock:
    """Starts at zero, 2026-01-01; ``slept`` keeps every wait."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        return sum(self.slept)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
