"""One request, answered: nonces fetched, refused nonces replaced, outages sat out.

Joins session (what to send), transport (sending) and verdict (what came back). Knows nothing of what is being asked.
"""

import math
from collections.abc import Callable
from typing import Protocol

from tegata.acme import codec
from tegata.acme.wire import Request, Response
from tegata.client.bucket import Bucket
from tegata.client.errors import BadAnswer, CaUnreachable
from tegata.client.events import Report, Retrying
from tegata.client.network import OUTAGE_SECONDS
from tegata.client.outage import Outage
from tegata.client.session import Session
from tegata.client.verdict import Failed, Ok, RetryLater, RetryNow, Verdict, judge
from tegata.clock import Clock
from tegata.pki.keys import PrivateKey

# A CA in good order refuses a fresh nonce once, perhaps twice. Pebble's hardest test refuses 90 of 100: with this many
# tries a request then fails once in forty thousand. A try costs one round trip and no waiting.
NONCE_TRIES = 100
# As lego: connection errors, 5xx and 429. The pauses between are 0.25, 0.5, 1 and 2 seconds unless the CA says more.
TRIES = 5
FIRST_PAUSE = 0.25
# Seconds that those take of which each fails at once. Where each is long in failing, whoever comes after an outage was
# sat out in vain has no more of them than began by then.
FEW_SECONDS = 4.0
# In an outage they go on from there, and grow up to this one.
OUTAGE_PAUSE = 10.0
# Who is asked to wait longer is better told so at once than left before a silent program.
LONGEST_PAUSE = 60.0


class Transport(Protocol):
    """What sends a request and brings the response back, once."""

    def send(self, request: Request, limit: int) -> Response:
        """Send; the body of an accepted answer is at most ``limit`` octets. Raises a ClientError."""
        ...


class Exchange:
    """Sends requests for a session until they are answered, refused, or out of time.

    Every ``deadline`` is an instant of ``clock.monotonic()``: after it, nothing is tried again. ``outage`` is what all
    who ask this CA know of its being away.
    """

    def __init__(
        self,
        session: Session,
        transport: Transport,
        clock: Clock,
        report: Report,
        *,
        bucket: Bucket | None = None,
        outage: Outage | None = None,
    ) -> None:
        self.session = session
        self._transport = transport
        self._clock = clock
        self._report = report
        self._bucket = bucket
        self._outage = outage or Outage(OUTAGE_SECONDS)

    def get(self, url: str, *, deadline: float, limit: int = codec.RESPONSE_LIMIT) -> Response:
        """An unsigned GET: the directory, renewal information."""
        request = Request("GET", self.session.check_url(url))
        return self._until_answered(lambda: request, deadline, limit)

    def post(
        self,
        url: str,
        payload: bytes | None,
        *,
        new_nonce: str,
        deadline: float,
        limit: int = codec.RESPONSE_LIMIT,
        with_key: PrivateKey | None = None,
    ) -> Response:
        """A signed POST, or POST-as-GET without a payload, each try signed anew; see ``Session.sign``.

        ``new_nonce`` is the directory's URL for when the pool is empty. Raises a ClientError.
        """

        def signed() -> Request:
            nonce = self.session.take_nonce() or self._fetch_nonce(new_nonce, deadline)
            return self.session.sign(url, payload, nonce, with_key=with_key)

        return self._until_answered(signed, deadline, limit)

    def _fetch_nonce(self, url: str, deadline: float) -> str:
        request = Request("HEAD", self.session.check_url(url))
        self._until_answered(lambda: request, deadline, 0)
        nonce = self.session.take_nonce()
        if nonce is None:
            raise BadAnswer(url=url, reason="it carries no usable Replay-Nonce")
        return nonce

    def _until_answered(self, make: Callable[[], Request], deadline: float, limit: int) -> Response:
        refused_nonces = failures = 0
        begun, until = self._clock.monotonic(), math.inf
        while True:
            request, sent = make(), self._clock.monotonic()
            verdict = self._once(request, limit)
            if not (isinstance(verdict, RetryLater) and verdict.is_outage):
                self._outage.answered(request.url)
            match verdict:
                case Ok(response):
                    return response
                case Failed(error):
                    raise error
                case RetryNow(error):
                    refused_nonces += 1
                    if refused_nonces == NONCE_TRIES or self._clock.monotonic() > deadline:
                        raise error
                case RetryLater(error, seconds, is_outage):
                    failures += 1
                    now = self._clock.monotonic()
                    if is_outage:
                        until = min(until, self._outage.ends(now, request.url, sent=sent))
                    ours = min(FIRST_PAUSE * 2 ** (failures - 1), OUTAGE_PAUSE)
                    pause = max(ours, seconds or 0)
                    is_vain = until < begun and now - begun > FEW_SECONDS
                    is_too_long = is_outage and now + pause > until
                    # The first tries are due however short an outage is sat out, but not as far apart as the CA likes.
                    is_spent = failures >= TRIES or (is_too_long and pause > ours)
                    is_enough = is_vain or (is_spent and (is_too_long or not is_outage))
                    if is_enough or pause > min(LONGEST_PAUSE, deadline - now):
                        raise error
                    self._report(Retrying(error, pause))
                    self._clock.sleep(pause)

    def _once(self, request: Request, limit: int) -> Verdict:
        if self._bucket and (wait := self._bucket.take(self._clock.monotonic())):
            self._clock.sleep(wait)
        try:
            response = self._transport.send(request, limit)
        except CaUnreachable as error:
            return RetryLater(error, None, error.passes)
        verdict = judge(request, response, self._clock.now())
        if isinstance(verdict, RetryNow):
            self.session.drop_nonces()
        self.session.keep_nonce(response)
        return verdict
