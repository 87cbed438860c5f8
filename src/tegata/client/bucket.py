"""A token bucket: how many requests a second go out at most. Pure; whoever asks does the waiting."""


class Bucket:
    """At most ``rate`` requests in the first second, and ``rate`` a second from then on; time is monotonic seconds."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._tokens = float(rate)
        self._filled_at: float | None = None

    def take(self, now: float) -> float:
        """Take a token; how many seconds to wait before it may be used."""
        if self._filled_at is not None:
            self._tokens = min(self._tokens + (now - self._filled_at) * self._rate, float(self._rate))
        self._filled_at = now
        self._tokens -= 1
        return max(-self._tokens / self._rate, 0.0)
