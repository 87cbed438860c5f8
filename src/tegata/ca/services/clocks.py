"""This machine's clock beside the database server's, which is all nodes' own: how far they are apart (B-03).

Leases, the ends of orders and the dates of what is signed are a node's own instants. A node whose clock is wrong takes
others' work, gives CRLs that nobody takes yet and certificates with false dates: it does neither until the clocks agree
again. Which of the two is wrong is not known here; where it is the server's, every node waits.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from tegata.ca.errors import ClockApart
from tegata.ca.journal import Journal
from tegata.ca.ports import Store

TOLD = timedelta(seconds=2)
"""Clocks that are set by a network are nearer than this."""
MOST = timedelta(seconds=60)
"""Nobody works by a clock that is further off: other nodes take its CRLs for those of a wrong one (``crls.AHEAD``)."""

_AGREES = "clock.agrees"

log = Journal("clock")


class Clocks:
    """The difference as it was found last; none as long as nothing was compared, as where records are in a file."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store, self._clock = store, clock
        self.ahead = timedelta(0)
        """How far this machine's clock is ahead of the server's; negative: behind."""
        self._told = _AGREES

    @property
    def is_apart(self) -> bool:
        """Whether nobody should work by this clock."""
        return abs(self.ahead) > MOST

    def require(self) -> None:
        """Pass if it may be worked by this clock; raises ClockApart."""
        if self.is_apart:
            raise ClockApart(seconds=round(self.ahead.total_seconds(), 1))

    async def compare(self) -> None:
        """Find the difference; raises StoreFailed. An answer that was longer on its way than that tells nothing."""
        before = self._clock()
        theirs = await self._store.clock()
        took = self._clock() - before
        if theirs is None or abs(took) > TOLD:
            return
        self.ahead = before + took / 2 - theirs

    async def look(self) -> None:
        """Compare, and tell the log what has changed; raises StoreFailed."""
        await self.compare()
        state = "clock.apart" if self.is_apart else "clock.differs" if abs(self.ahead) > TOLD else _AGREES
        if state != self._told:
            tell = log.info if state == _AGREES else log.error if self.is_apart else log.warning
            tell(state, ahead_seconds=round(self.ahead.total_seconds(), 1))
            self._told = state
