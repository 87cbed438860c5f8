"""An outage of one CA as all see it who ask that CA: when it began, and until when it is sat out.

Pure but for what it remembers; instants are those of the caller's monotonic clock.
"""


class Outage:
    """It is waited for once, by all at the same time: whoever comes after that finds it over, or does not wait.

    Several threads may ask; the worst that can come of two at once is that one waits as long as it would alone.
    """

    def __init__(self, longest: float) -> None:
        """``longest``: seconds for which an outage is sat out."""
        self._longest = longest
        self._began: float | None = None
        self._seen = 0.0

    def ends(self, now: float) -> float:
        """Told that a try has failed ``now``: until when tries are worth their while."""
        began = self._began
        if began is None or now - self._seen > self._longest:  # nobody has looked since: it may be another one
            began = self._began = now
        self._seen = now
        return began + self._longest

    def over(self) -> None:
        """The CA has answered."""
        self._began = None
