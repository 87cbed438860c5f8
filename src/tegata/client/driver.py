"""The loop that does what the order's machine asks: sends, presents, waits.

It decides nothing. Requests go one after the other on one connection that is kept open: the CA validates all names at
the same time anyway, an order has a few names, each lane beside the first would cost a TLS handshake and nonces of its
own, and in one interpreter signatures do not get quicker by threads.
"""

from collections.abc import Mapping

from tegata.acme.wire import retry_after
from tegata.client.events import Report
from tegata.client.exchange import Exchange
from tegata.client.flow import Issuance
from tegata.client.solving import Solving
from tegata.client.steps import (
    Answered,
    Clear,
    Cleared,
    Done,
    Failed,
    Outcome,
    Refused,
    Send,
    Sleep,
    Solve,
    Solved,
    Started,
    Woken,
)
from tegata.clock import Clock
from tegata.errors import TegataError
from tegata.plugin_api.solver import Solver


class Driver:
    """Runs orders over one exchange; their deadlines are instants of ``clock.monotonic()``."""

    def __init__(self, exchange: Exchange, solvers: Mapping[str, Solver], *, new_nonce: str, clock: Clock) -> None:
        self._exchange = exchange
        self._solvers = solvers
        self._new_nonce = new_nonce
        self._clock = clock

    def run(self, issuance: Issuance, report: Report) -> Done:
        """See an order to its end; raises what it failed with. Challenges are cleaned up whatever happens."""
        outcome: Outcome = Started()
        with Solving(self._solvers, report) as solving:
            while True:
                step = issuance.next(outcome, self._clock.monotonic())
                for event in issuance.drain():
                    report(event)
                if isinstance(step, Done):
                    return step
                if isinstance(step, Failed):
                    raise step.error
                outcome = self._do(step, solving, issuance.deadline)

    def _do(self, step: Send | Solve | Clear | Sleep, solving: Solving, deadline: float) -> Outcome:
        try:
            match step:
                case Send():
                    return self._send(step, deadline)
                case Solve(presentations):
                    solving.present(presentations)
                    return Solved()
                case Clear():
                    solving.clear()
                    return Cleared()
                case Sleep(seconds):
                    self._clock.sleep(seconds)
                    return Woken()
        except TegataError as error:
            return Refused(error)

    def _send(self, step: Send, deadline: float) -> Answered:
        response = self._exchange.post(
            step.url, step.payload, new_nonce=self._new_nonce, deadline=deadline, limit=step.limit
        )
        return Answered(response, retry_after(response, self._clock.now()))
