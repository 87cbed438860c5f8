"""How long to wait before looking again at something the CA is working on, or at something that spreads.

Pure. Waiting after an outage is another matter and belongs to ``exchange``.
"""

# A CA with the answer at hand needs some milliseconds: who begins with seconds, as lego does, mostly sleeps.
FIRST = 0.02
GROWTH = 1.5
SLOWEST = 5.0
# Validation and issuing take seconds; a CA that says an hour here would have us sleep through the answer.
LONGEST_ASKED = 60.0


class Pace:
    """Waits of one polled object, in seconds: 20 ms, growing by half each time up to ``slowest``.

    Where the CA sends Retry-After, it is obeyed, with our own wait as its floor, so that ``0`` makes no busy loop, and
    a minute as its cap (A-26).
    """

    def __init__(self, slowest: float = SLOWEST) -> None:
        self._wait = FIRST
        self._slowest = slowest

    def next(self, asked: float | None) -> float:
        """The next wait; ``asked`` is what Retry-After said."""
        wait = self._wait
        self._wait = min(wait * GROWTH, self._slowest)
        return wait if asked is None else max(wait, min(asked, LONGEST_ASKED))
