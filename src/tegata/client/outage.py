"""An outage of one CA as all see it who ask that CA: when it began, and until when it is sat out.

Pure but for what it remembers; instants are those of the caller's monotonic clock.
"""


class Outage:
    """It is waited for once, by all at the same time: whoever comes after that finds it over, or does not wait.

    What stands before a CA may go on giving out its directory, so it is over when that answers which did not. Several
    threads may ask; the worst that can come of two at once is that one waits as long as it would alone.
    """

    def __init__(self, longest: float) -> None:
        """``longest``: seconds for which an outage is sat out."""
        self._longest = longest
        self._began: float | None = None
        self._seen = 0.0
        self._where = ""

    def ends(self, now: float, url: str, *, sent: float) -> float:
        """Told that a try that was ``sent`` then has failed ``now``: until when tries are worth their while."""
        began = self._began
        if began is None or sent - self._seen > self._longest:  # nobody has looked since: it may be another one
            began = self._began = now
        self._seen, self._where = now, url
        return began + self._longest

    def answered(self, url: str) -> None:
        """The CA has answered there."""
        if url == self._where:
            self._began = None
